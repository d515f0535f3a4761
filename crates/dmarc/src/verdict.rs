//! The verdict, and why.

use crate::identifier::{Identifier, Mechanism, Outcome};
use crate::record::{Disposition, Mode, Record, Testing};
use crate::walk::{OrganizationalRule, WalkStep};
use crate::warning::Warning;
use postrider_core::DomainName;
use postrider_message::AuthorProblem;
use postrider_resolver::LookupError;
use std::fmt;

/// The results that RFC 9989 §9.2 registers for Authentication-Results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §9.2")]
pub enum DmarcResult {
    /// An authenticated identifier is aligned with the author domain.
    Pass,
    /// A record exists, and no authenticated identifier is aligned.
    Fail,
    /// No record applies.
    None,
    /// Something is not known that a later attempt may find.
    TempError,
    /// The message has no clear author domain.
    PermError,
}

impl fmt::Display for DmarcResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::None => "none",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        })
    }
}

/// Where the requested disposition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum PolicySource {
    /// The `p` tag.
    P,
    /// The `sp` tag: the author domain is an existing subdomain.
    Sp,
    /// The `np` tag: the author domain does not exist.
    Np,
    /// `none`, because a policy tag cannot be used but `rua` can (RFC 9989 §4.10.1).
    Assumed,
}

/// An identifier, and whether it is aligned with the author domain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Alignment {
    /// The identifier.
    pub identifier: Identifier,
    /// Whether it is aligned, and why.
    pub fit: Fit,
    /// The walk that found its organizational domain; empty if none was needed.
    pub walk: Vec<WalkStep>,
}

/// How an identifier and the author domain go together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Fit {
    /// They are the same domain.
    Same,
    /// They have the same organizational domain, and relaxed alignment applies.
    SameOrganization,
    /// They differ, and strict alignment applies.
    StrictDiffers,
    /// The identifier does not lie below the author's organizational domain.
    Elsewhere,
    /// The identifier lies below it, but has an organizational domain of its own.
    OtherOrganization {
        /// The one of the identifier.
        organizational: DomainName,
    },
    /// An organizational domain is not known.
    Unknown(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::as_text"))] LookupError),
    /// It was not asked, because the answer changes nothing: the identifier did not pass.
    NotAsked,
    /// It was not asked, because there are more identifiers than the limit; it counts as not
    /// aligned, or a sender could leave the result open by many signatures.
    OverLimit,
}

impl Alignment {
    /// Whether the identifier makes the message pass.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.identifier.outcome == Outcome::Pass && self.is_aligned()
    }

    /// Whether the domains are aligned, whatever the mechanism found.
    #[must_use]
    pub const fn is_aligned(&self) -> bool {
        matches!(self.fit, Fit::Same | Fit::SameOrganization)
    }

    /// Whether the identifier might make the message pass, if what is not known were.
    pub(crate) fn might_pass(&self) -> bool {
        match (self.identifier.outcome, &self.fit) {
            (Outcome::Fail, _) => false,
            (Outcome::Unknown, fit) => {
                matches!(fit, Fit::Same | Fit::SameOrganization | Fit::Unknown(_))
            }
            (Outcome::Pass, fit) => matches!(fit, Fit::Unknown(_)),
        }
    }
}

/// The verdict on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[must_use]
#[non_exhaustive]
pub struct Verdict {
    /// The result.
    pub result: DmarcResult,
    /// The author domain; nothing if it is not clear.
    pub author: Option<DomainName>,
    /// The domain whose record applies.
    pub policy_domain: Option<DomainName>,
    /// The organizational domain of the author and its rule; nothing if it was not needed or is not
    /// known.
    pub organizational: Option<(DomainName, OrganizationalRule)>,
    /// The record that applies.
    pub record: Option<Record>,
    /// What the record asks for when a message of this author fails.
    pub requested: Option<Disposition>,
    /// Which tag says so.
    pub source: Option<PolicySource>,
    /// What is to be applied to this message: after `t`, and only if it fails.
    pub applied: Option<Disposition>,
    /// SPF identifiers.
    pub spf: Vec<Alignment>,
    /// DKIM identifiers.
    pub dkim: Vec<Alignment>,
    /// The questions that looked for the author's record and organizational domain.
    pub walk: Vec<WalkStep>,
    /// What is wrong with the record that applies.
    pub warnings: Vec<Warning>,
    /// The reason of the result.
    pub why: Why,
}

impl Verdict {
    pub(crate) const fn new(result: DmarcResult, author: Option<DomainName>, why: Why) -> Self {
        Self {
            result,
            author,
            policy_domain: None,
            organizational: None,
            record: None,
            requested: None,
            source: None,
            applied: None,
            spf: Vec::new(),
            dkim: Vec::new(),
            walk: Vec::new(),
            warnings: Vec::new(),
            why,
        }
    }

    /// All identifiers with their alignment, SPF first.
    pub fn alignments(&self) -> impl Iterator<Item = &Alignment> {
        self.spf.iter().chain(&self.dkim)
    }

    /// Whether the owner is testing (`t=y`).
    #[must_use]
    pub fn is_testing(&self) -> bool {
        self.record.as_ref().is_some_and(|r| r.testing == Testing::On)
    }
}

/// The reason of a result, one ASCII line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case", tag = "code")
)]
#[non_exhaustive]
pub enum Why {
    /// Pass: this identifier is authenticated and aligned.
    Aligned {
        /// Its mechanism.
        mechanism: Mechanism,
        /// Its domain.
        domain: DomainName,
        /// Which alignment was asked for.
        mode: Mode,
    },
    /// Fail: identifiers are authenticated, none of them aligned.
    NotAligned {
        /// How many.
        authenticated: usize,
    },
    /// Fail: no identifier is authenticated.
    NotAuthenticated,
    /// None: there is no record.
    NoRecord,
    /// None: the record has no usable policy and no usable `rua`.
    UnusableRecord {
        /// Where it is.
        domain: DomainName,
    },
    /// `TempError`: a question for the author's policy was not answered.
    PolicyUnknown {
        /// The domain asked for.
        domain: DomainName,
        /// What happened.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::as_text"))]
        error: LookupError,
    },
    /// `TempError`: whether the author domain exists is not known, and the policy depends on it.
    ExistenceUnknown {
        /// The author domain.
        domain: DomainName,
        /// What happened.
        #[cfg_attr(feature = "serde", serde(serialize_with = "crate::as_text"))]
        error: LookupError,
    },
    /// `TempError`: an identifier that might have made the message pass is not known.
    IdentifierUnknown {
        /// Its mechanism.
        mechanism: Mechanism,
        /// Its domain.
        domain: DomainName,
    },
    /// `PermError`: the author is not clear.
    Author {
        /// The reason.
        problem: AuthorProblem,
    },
    /// `PermError`: there are several author domains.
    SeveralAuthors {
        /// How many.
        count: usize,
    },
}

impl Why {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Aligned { .. } => "aligned",
            Self::NotAligned { .. } => "not-aligned",
            Self::NotAuthenticated => "not-authenticated",
            Self::NoRecord => "no-record",
            Self::UnusableRecord { .. } => "unusable-record",
            Self::PolicyUnknown { .. } => "policy-unknown",
            Self::ExistenceUnknown { .. } => "existence-unknown",
            Self::IdentifierUnknown { .. } => "identifier-unknown",
            Self::Author { .. } => "author",
            Self::SeveralAuthors { .. } => "several-authors",
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aligned { mechanism, domain, mode } => {
                write!(f, "{mechanism} domain {domain} is aligned ({mode})")
            }
            Self::NotAligned { authenticated: 1 } => {
                f.write_str("the only authenticated domain is not aligned")
            }
            Self::NotAligned { authenticated } => {
                write!(f, "none of {authenticated} authenticated domains is aligned")
            }
            Self::NotAuthenticated => f.write_str("neither SPF nor DKIM authenticates a domain"),
            Self::NoRecord => f.write_str("no DMARC record"),
            Self::UnusableRecord { domain } => {
                write!(f, "record of {domain} has neither a valid policy nor a valid rua")
            }
            Self::PolicyUnknown { domain, error } => {
                write!(f, "record of {domain} is not known: {}", Ascii(error))
            }
            Self::ExistenceUnknown { domain, error } => {
                write!(f, "whether {domain} exists is not known: {}", Ascii(error))
            }
            Self::IdentifierUnknown { mechanism, domain } => {
                write!(f, "{mechanism} domain {domain} might be aligned, but it is not known")
            }
            Self::Author { problem } => problem.fmt(f),
            Self::SeveralAuthors { count } => write!(f, "{count} author domains"),
        }
    }
}

/// A resolver may say anything of a failure; `Why` is one ASCII line.
struct Ascii<'a>(&'a LookupError);

impl fmt::Display for Ascii<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.to_string().chars() {
            match c.is_ascii() {
                true => write!(f, "{c}")?,
                false => write!(f, "{}", c.escape_unicode())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrider_core::SafeText;

    #[test]
    fn why_is_one_ascii_line() {
        let why = Why::PolicyUnknown {
            domain: DomainName::parse("x.example").unwrap(),
            error: LookupError::Other(SafeText::new("Zeitüberschreitung").unwrap()),
        };
        let told = "record of x.example is not known: Zeit\\u{fc}berschreitung";
        assert_eq!(why.to_string(), told);
    }
}
