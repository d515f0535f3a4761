//! The steps of an evaluation, for those who ask for them.

use crate::limits::Counters;
use crate::outcome::Verdict;
use crate::record::Record;
use crate::session::Identity;
use postrider_core::{SafeText, Span};
use postrider_resolver::{Answer, LookupError, Name, Question};
use std::net::IpAddr;
use std::sync::Arc;

/// Takes the steps of an evaluation.
///
/// `()` wants none, and the closures that would build them are not run; `Vec<Step>` keeps them.
pub trait Trace: Send {
    /// Takes one step.
    fn record(&mut self, step: impl FnOnce() -> Step);
}

impl Trace for () {
    fn record(&mut self, _: impl FnOnce() -> Step) {}
}

impl Trace for Vec<Step> {
    fn record(&mut self, step: impl FnOnce() -> Step) {
        self.push(step());
    }
}

impl<T: Trace> Trace for &mut T {
    fn record(&mut self, step: impl FnOnce() -> Step) {
        (**self).record(step);
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// How many includes and redirects deep.
    pub depth: u8,
    /// The counters after it.
    pub counters: Counters,
    /// What it was.
    pub event: Event,
}

/// What happened in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// A check begins.
    Started {
        /// Of which identity.
        identity: Identity,
    },
    /// DNS was asked.
    Asked {
        /// What was asked.
        question: Question,
        /// What it said.
        answer: Result<Answer, LookupError>,
    },
    /// A domain's record was found and read.
    Record {
        /// The domain.
        domain: Name,
        /// Its record.
        record: Arc<Record>,
    },
    /// The evaluation of a term begins.
    Term {
        /// The term as published.
        text: Box<str>,
        /// Its place in the record.
        span: Span,
    },
    /// Macros were expanded.
    Expanded {
        /// The macro string.
        input: Box<str>,
        /// The name it gives, or what is wrong with it.
        output: Result<Name, SafeText>,
    },
    /// The client was compared with a network or with addresses.
    Compared {
        /// The client.
        client: IpAddr,
        /// Whether it is one of them.
        inside: bool,
    },
    /// A reverse name of the client leads back to it.
    Confirmed {
        /// The name.
        name: Name,
    },
    /// The term's evaluation ended.
    Ended {
        /// The verdict if the term matched.
        matched: Option<Verdict>,
    },
    /// The check of an included or redirected domain ended.
    Inner {
        /// Its verdict.
        verdict: Verdict,
    },
    /// The explanation of a fail could not be had.
    NoExplanation {
        /// Why not.
        why: SafeText,
    },
}
