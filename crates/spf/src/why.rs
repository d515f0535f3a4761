//! The reasons of a verdict.

use crate::outcome::{Match, Verdict};
use crate::record::Fault;
use postrider_core::SafeText;
use postrider_resolver::{LookupError, Name, NameError, Question};
use std::fmt;
use std::time::Duration;

/// Why a check has its verdict. `Display` is one line of US-ASCII, fit for an SMTP reply.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// A directive matched; its qualifier is the verdict.
    Matched(Match),
    /// No directive matched and there is no redirect: neutral (§4.7).
    NoMatch {
        /// The domain whose record was read to its end.
        domain: Name,
    },
    /// The name is none that could have a record: none (§4.3).
    BadDomain {
        /// The name as given.
        domain: SafeText,
        /// What is wrong with it.
        fault: DomainFault,
    },
    /// The domain publishes no SPF record: none (§4.4, §4.5).
    NoRecord {
        /// The domain.
        domain: Name,
        /// Whether DNS knows the domain at all.
        missing: Missing,
    },
    /// DNS did not answer a needed question: temperror (§4.4, §5).
    Dns {
        /// The question.
        question: Question,
        /// Why there is no answer.
        error: LookupError,
    },
    /// The check took too long: temperror (§4.6.4).
    Elapsed {
        /// How long it might take.
        limit: Duration,
    },
    /// More than one SPF record: permerror (§4.5).
    SeveralRecords {
        /// The domain.
        domain: Name,
        /// How many there are.
        count: usize,
    },
    /// The record does not follow the grammar: permerror (§4.6).
    Syntax {
        /// The domain.
        domain: Name,
        /// The record.
        text: SafeText,
        /// All its faults, at least one.
        faults: Vec<Fault>,
    },
    /// An included domain has no usable record: permerror (§5.2).
    IncludeNone {
        /// The verdict none of the inner check, with its reason.
        inner: Box<Self>,
    },
    /// The target of `redirect=` has no usable record: permerror (§6.1).
    RedirectNone {
        /// The verdict none of the inner check, with its reason.
        inner: Box<Self>,
    },
    /// Too many terms that ask DNS: permerror (§4.6.4).
    TooManyTerms {
        /// How many are allowed.
        limit: u8,
    },
    /// Too many terms whose questions had no answer: permerror (§4.6.4).
    TooManyVoid {
        /// How many are allowed.
        limit: u8,
    },
    /// A domain with too many mail exchangers for `mx`: permerror (§4.6.4).
    TooManyMx {
        /// The domain.
        domain: Name,
        /// How many it has.
        count: usize,
        /// How many are allowed.
        limit: u8,
    },
}

/// Why a name cannot have a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DomainFault {
    /// There is no name.
    #[error("there is no domain")]
    Empty,
    /// An address literal such as `[192.0.2.1]`.
    #[error("an address literal is no domain")]
    Literal,
    /// A single label.
    #[error("a single label is no full domain name")]
    SingleLabel,
    /// Octets outside US-ASCII that are no internationalised name.
    #[error("not a valid internationalised domain name")]
    Idn,
    /// A macro would insert a local part that is not US-ASCII (RFC 8616 §4).
    #[error("a local part outside US-ASCII cannot be asked for")]
    LocalPart,
    /// Not a name for DNS.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// What DNS says where a record is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a name exists or it does not")]
pub enum Missing {
    /// The name does not exist.
    Name,
    /// The name exists without an SPF record.
    Record,
}

impl Why {
    /// The verdict that this reason leads to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::Matched(m) => m.qualifier.into(),
            Self::NoMatch { .. } => Verdict::Neutral,
            Self::BadDomain { .. } | Self::NoRecord { .. } => Verdict::None,
            Self::Dns { .. } | Self::Elapsed { .. } => Verdict::TempError,
            Self::SeveralRecords { .. }
            | Self::Syntax { .. }
            | Self::IncludeNone { .. }
            | Self::RedirectNone { .. }
            | Self::TooManyTerms { .. }
            | Self::TooManyVoid { .. }
            | Self::TooManyMx { .. } => Verdict::PermError,
        }
    }

    /// A stable name for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Matched(_) => "matched",
            Self::NoMatch { .. } => "no-match",
            Self::BadDomain { .. } => "bad-domain",
            Self::NoRecord { missing: Missing::Name, .. } => "no-domain",
            Self::NoRecord { missing: Missing::Record, .. } => "no-record",
            Self::Dns { error: LookupError::Timeout, .. } => "dns-timeout",
            Self::Dns { .. } => "dns-failure",
            Self::Elapsed { .. } => "elapsed",
            Self::SeveralRecords { .. } => "several-records",
            Self::Syntax { .. } => "syntax",
            Self::IncludeNone { .. } => "include-none",
            Self::RedirectNone { .. } => "redirect-none",
            Self::TooManyTerms { .. } => "too-many-terms",
            Self::TooManyVoid { .. } => "too-many-void",
            Self::TooManyMx { .. } => "too-many-mx",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matched(m) => write!(f, "{} of {} matches", m.term(), m.domain),
            Self::NoMatch { domain } => write!(f, "no term of {domain} matches"),
            Self::BadDomain { domain, fault } => {
                write!(f, "{}: {fault}", domain.as_str().escape_default())
            }
            Self::NoRecord { domain, missing: Missing::Name } => {
                write!(f, "{domain} does not exist")
            }
            Self::NoRecord { domain, missing: Missing::Record } => {
                write!(f, "{domain} has no SPF record")
            }
            Self::Dns { question, error } => {
                write!(f, "{question}: {}", error.to_string().escape_default())
            }
            Self::Elapsed { limit } => write!(f, "the check took more than {} s", limit.as_secs()),
            Self::SeveralRecords { domain, count } => {
                write!(f, "{domain} has {count} SPF records, one is allowed")
            }
            Self::Syntax { domain, faults, .. } => match faults.as_slice() {
                [] => write!(f, "record of {domain}"),
                [one] => write!(f, "record of {domain}: {one}"),
                [first, rest @ ..] => {
                    write!(f, "record of {domain}: {first} and {} more", rest.len())
                }
            },
            Self::IncludeNone { inner } => write!(f, "included domain: {inner}"),
            Self::RedirectNone { inner } => write!(f, "redirect target: {inner}"),
            Self::TooManyTerms { limit } => write!(f, "more than {limit} terms ask DNS"),
            Self::TooManyVoid { limit } => write!(f, "more than {limit} void look-ups"),
            Self::TooManyMx { domain, count, limit } => {
                write!(f, "{domain} has {count} mail exchangers, {limit} are allowed")
            }
        }
    }
}
