//! A durable mail queue: the [`Spool`] trait, a file engine that syncs before it promises, a retry
//! schedule.
//!
//! When [`Draft::commit`] returns `Ok`, and only then, `250` may be sent; from then on the message
//! survives loss of power. There is no switch that weakens this.
//!
//! ```
//! use postrider_core::{ForwardPath, IdSource, ReversePath, UnixTime};
//! use postrider_spool::{Claim, Draft, Envelope, FileSpool, IncomingKind, Options, Rcpt, SizeHint, Spool, wait};
//! # let folder = tempfile::tempdir()?;
//! let now = UnixTime::from_secs(1_795_508_500); // time always comes from the caller
//! let (spool, _report) = FileSpool::open(folder.path(), Options::new(7), now)?;
//! let mut ids = IdSource::new(7, spool.largest_id());
//!
//! let mut draft = wait(spool.begin(ids.next(now), SizeHint::unknown()))?;
//! wait(draft.write(b"Subject: hello\r\n\r\nHello.\r\n"))?;
//! let mut envelope = Envelope::new(IncomingKind::Submission, ReversePath::parse(b"<a@example.org>")?, now);
//! envelope.rcpts.push(Rcpt::new(ForwardPath::parse(b"<b@example.net>")?));
//! let id = wait(draft.commit(envelope))?; // now, and not before: 250
//!
//! let leases = wait(spool.claim(Claim::new(10, now)))?;
//! assert_eq!(leases[0].id, id);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`envelope`] | [`Envelope`], [`Rcpt`], [`Destination`]: what is known of a message beside its octets |
//! | [`state`] | [`RcptState`], [`Cause`], [`RcptResult`]: what became of each recipient |
//! | [`engine`] | the [`Spool`], [`Draft`] and [`Body`] traits, leases, filters, acts |
//! | [`schedule`] | [`Schedule`]: when the next attempt is, and when to give up |
//! | [`top`] | [`TopFields`]: header fields put on top at the end |
//! | [`error`] | what can go wrong, one type per operation |
//! | [`file`](mod@file) | [`FileSpool`], the engine on a file system |
//!
//! Futures here name no runtime: the file engine does its blocking calls on threads of its own.
#![doc(html_root_url = "https://docs.rs/postrider-spool")]

pub mod engine;
pub mod envelope;
pub mod error;
pub mod file;
mod ready;
pub mod schedule;
pub mod state;
pub mod top;

pub use engine::{
    Act, Body, Claim, Draft, Entry, Failure, Filter, Health, Lease, LeaseToken, LeasedRcpt,
    SizeHint, Spool, Task,
};
pub use envelope::{
    BodyType, Destination, Envelope, IncomingKind, Notices, Notify, ParseDestinationError, Rcpt,
    Ret, RouteName,
};
pub use error::{Corrupt, CorruptWhy, LeaseLost, OpenError, SettleError, SpoolError};
pub use file::{FileBody, FileDraft, FileSpool, OpenReport, Options};
pub use ready::wait;
pub use schedule::{ParseScheduleError, Schedule};
pub use state::{Cause, RcptResult, RcptState};
pub use top::{TopFields, TopFieldsError};
