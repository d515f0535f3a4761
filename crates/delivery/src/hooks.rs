//! What delivery asks of the program around it: time, ids, routes, signatures, diagnoses.

use crate::refusal::Refusal;
use crate::route::Router;
use postrider_core::{Id, SafeText, UnixTime};
use postrider_spool::TopFields;
use postrider_trace::{Fix, TraceSink};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future behind a pointer, so that hooks can be trait objects.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The clock and the ids of the program.
pub trait World: Send + Sync {
    /// The time.
    fn now(&self) -> UnixTime;

    /// An id that was never given before, for a notice of ours.
    fn next_id(&self) -> Id;
}

/// Signs our own notices.
pub trait Sign: Send + Sync {
    /// Fields to stand on top of the message; none if it is not signed.
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, TopFields>;
}

/// Looks, from here, for what a server complained about.
pub trait Diagnose: Send + Sync {
    /// What our own checks say about a refusal; nothing if there is nothing to check.
    fn diagnose<'a>(&'a self, refusal: &'a Refusal) -> BoxFuture<'a, Option<Diagnosis>>;
}

/// What our own checks found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Whether they agree with the server.
    pub verdict: Agreement,
    /// One sentence, fit for the sender.
    pub say: SafeText,
    /// What the operator can do.
    pub fix: Option<Fix>,
}

/// Whether our own checks agree with a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "yes, no, unknown")]
pub enum Agreement {
    /// The complaint is right: seen from here.
    Confirmed,
    /// We do not see it; the server may see something else.
    NotConfirmed,
    /// It cannot be checked from here.
    CannotTell,
}

impl Diagnosis {
    /// A sentence and its verdict.
    #[must_use]
    pub const fn new(verdict: Agreement, say: SafeText) -> Self {
        Self { verdict, say, fix: None }
    }
}

/// Signs nothing and diagnoses nothing.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "holds nothing")]
pub struct Nothing;

impl Sign for Nothing {
    fn sign<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, TopFields> {
        Box::pin(std::future::ready(TopFields::default()))
    }
}

impl Diagnose for Nothing {
    fn diagnose<'a>(&'a self, _: &'a Refusal) -> BoxFuture<'a, Option<Diagnosis>> {
        Box::pin(std::future::ready(None))
    }
}

/// All hooks.
#[derive(Clone)]
#[non_exhaustive]
pub struct Hooks {
    /// Time and ids.
    pub world: Arc<dyn World>,
    /// Routes.
    pub router: Arc<dyn Router>,
    /// Where trace events go.
    pub trace: Arc<dyn TraceSink>,
    /// Signatures of notices.
    pub sign: Arc<dyn Sign>,
    /// Diagnoses of refusals.
    pub diagnose: Arc<dyn Diagnose>,
}

impl Hooks {
    /// Hooks that sign and diagnose nothing.
    #[must_use]
    pub fn new(world: Arc<dyn World>, router: Arc<dyn Router>, trace: Arc<dyn TraceSink>) -> Self {
        Self { world, router, trace, sign: Arc::new(Nothing), diagnose: Arc::new(Nothing) }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks").finish_non_exhaustive()
    }
}
