//! DNS questions and answers for mail: the one-method [`Resolver`] trait, a zone file as a resolver,
//! a cache, a time limit, a recorder.
//!
//! Everything in Postrider that asks DNS takes a `Resolver`: the real one lives in
//! `postrider-resolver-hickory`, a zone in memory makes every network behaviour an offline test.
//! *`Err` means we do not know*; NXDOMAIN and NODATA are answers.
//!
//! ```
//! use postrider_resolver::{Content, Kind, LookupError, Name, Question, Resolver, ZoneResolver};
//! use postrider_resolver::block_on;
//!
//! let zone = ZoneResolver::parse("example.org. 600 IN MX 10 mail.example.org.\n\
//!                                 ;!timeout _dmarc.example.org. TXT").unwrap();
//! let ask = |name, kind| block_on(zone.lookup(Question::new(Name::parse(name).unwrap(), kind)));
//!
//! let mx = ask("example.org", Kind::Mx).unwrap().unwrap();
//! assert_eq!(mx.records()[0].to_string(), "10 mail.example.org.");
//! assert_eq!(ask("example.net", Kind::Mx).unwrap().unwrap().content, Content::NxDomain);
//! assert_eq!(ask("_dmarc.example.org", Kind::Txt).unwrap(), Err(LookupError::Timeout));
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`name`], [`question`], [`answer`] | the values: any name, nine record types, denial apart from failure |
//! | [`zone`] | [`ZoneResolver`]: a world from code or zone text, failures included |
//! | [`cache`] | [`CachingResolver`]: keeps answers for their ttl, asks each question once at a time |
//! | [`timeout`] | [`TimeoutResolver`]: waits no longer than told, by the caller's timer |
//! | [`recorder`] | [`RecordingResolver`]: keeps look-ups, gives them back as a zone |
//!
//! Supported: RFC 1035 zone text, RFC 2308 negative answers, RFC 3597 generic data, RFC 4592
//! wildcards, RFC 6698 TLSA. Not modelled: zone cuts, DNAME, DNSSEC records.
#![doc(html_root_url = "https://docs.rs/postrider-resolver")]

pub mod answer;
pub mod cache;
pub mod name;
pub mod question;
mod ready;
pub mod recorder;
pub mod timeout;
pub mod zone;

pub use answer::{Answer, Content, LookupError, Record, Soa, Txt};
pub use cache::{CacheCounts, CacheLimits, CachingResolver};
pub use name::{Name, NameError};
pub use question::{Kind, Question, UnknownKind};
pub use ready::{NotReady, block_on};
pub use recorder::{Lookup, RecordingResolver};
pub use timeout::{TimeoutResolver, Timer};
pub use zone::{
    FaultKinds, Forced, Missing, Trust, ZoneError, ZoneErrors, ZoneFault, ZoneResolver,
};

use std::future::Future;
use std::sync::Arc;

/// One question, one answer.
///
/// An implementation follows aliases, and tells NXDOMAIN, NODATA and failure apart. It must accept
/// any [`Name`], however odd. Wrappers compose: a recorder over a cache over hickory.
pub trait Resolver: Send + Sync {
    /// Asks DNS.
    ///
    /// # Errors
    /// [`LookupError`] when nothing can be said about the name, which is never the same as its
    /// absence.
    fn lookup(
        &self,
        question: Question,
    ) -> impl Future<Output = Result<Answer, LookupError>> + Send;
}

impl<R: Resolver + ?Sized> Resolver for &R {
    fn lookup(
        &self,
        question: Question,
    ) -> impl Future<Output = Result<Answer, LookupError>> + Send {
        (**self).lookup(question)
    }
}

impl<R: Resolver + ?Sized> Resolver for Arc<R> {
    fn lookup(
        &self,
        question: Question,
    ) -> impl Future<Output = Result<Answer, LookupError>> + Send {
        (**self).lookup(question)
    }
}
