//! DNS questions and answers for mail: the one-method [`Resolver`] trait, a zone file as a resolver,
//! a recorder.
//!
//! Everything in Postrider that asks DNS takes a `Resolver`: the real one lives in
//! `postrider-resolver-hickory`, a zone in memory makes every network behaviour an offline test.
//! *`Err` means we do not know*; NXDOMAIN and NODATA are answers.
#![doc(html_root_url = "https://docs.rs/postrider-resolver")]

pub mod answer;
pub mod name;
pub mod question;
mod ready;
pub mod zone;

pub use answer::{Answer, Content, LookupError, Record, Soa, Txt};
pub use name::{Name, NameError};
pub use question::{Kind, Question, UnknownKind};
pub use ready::{NotReady, block_on};
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
