//! The steps of an evaluation, for those who ask for them.

use crate::limits::Counters;
use crate::outcome::Verdict;
use crate::record::Record;
use crate::session::Identity;
use postrider_core::{SafeText, Span};
use postrider_resolver::{Answer, Content, LookupError, Name, Question};
use std::fmt;
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

impl Event {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Asked { .. } => "asked",
            Self::Record { .. } => "record",
            Self::Term { .. } => "term",
            Self::Expanded { .. } => "expanded",
            Self::Compared { .. } => "compared",
            Self::Confirmed { .. } => "confirmed",
            Self::Ended { .. } => "ended",
            Self::Inner { .. } => "inner",
            Self::NoExplanation { .. } => "no-explanation",
        }
    }
}

impl fmt::Display for Event {
    /// Some words without line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { identity } => write!(f, "check of {identity}"),
            Self::Asked { question, answer } => write_answer(f, question, answer),
            Self::Record { domain, record } => write!(f, "{domain} \"{}\"", record.text()),
            Self::Term { text, .. } => f.write_str(text),
            Self::Expanded { output: Ok(name), .. } => write!(f, "becomes {name}"),
            Self::Expanded { output: Err(e), .. } => write!(f, "becomes no name: {e}"),
            Self::Compared { client, inside: true } => write!(f, "{client} is inside"),
            Self::Compared { client, inside: false } => write!(f, "{client} is outside"),
            Self::Confirmed { name } => write!(f, "{name} is confirmed"),
            Self::Ended { matched: Some(verdict) } => write!(f, "match: {verdict}"),
            Self::Ended { matched: None } => f.write_str("no match"),
            Self::Inner { verdict } => write!(f, "result: {verdict}"),
            Self::NoExplanation { why } => write!(f, "no explanation: {why}"),
        }
    }
}

/// Records of one answer that are shown.
const RECORDS_SHOWN: usize = 12;

/// An answer as a zone would write it, or in words.
fn write_answer(
    f: &mut fmt::Formatter<'_>,
    question: &Question,
    answer: &Result<Answer, LookupError>,
) -> fmt::Result {
    let Question { name, kind } = question;
    let content = match answer {
        Ok(answer) => &answer.content,
        Err(e) => return write!(f, "{question}: {e}"),
    };
    match content {
        Content::NxDomain => write!(f, "{name} does not exist"),
        Content::NoData => write!(f, "{name} has no {kind}"),
        Content::Records(records) => {
            write!(f, "{question}")?;
            for record in records.iter().take(RECORDS_SHOWN) {
                write!(f, " {}", record.to_string().trim_end_matches('.'))?;
            }
            match records.len().saturating_sub(RECORDS_SHOWN) {
                0 => Ok(()),
                more => write!(f, " and {more} more"),
            }
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.event.fmt(f)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Step {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Step", 4)?;
        out.serialize_field("depth", &self.depth)?;
        out.serialize_field("counters", &self.counters)?;
        out.serialize_field("code", self.event.code())?;
        out.serialize_field("text", &self.event.to_string())?;
        out.end()
    }
}
