//! What came out of a check: the verdict, its reason, and what a receiver writes down.

use crate::explanation::Explanation;
use crate::limits::Counters;
use crate::record::{Qualifier, Record};
use crate::session::Identity;
use crate::why::Why;
use postrider_core::{SafeText, Span};
use postrider_resolver::Name;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The result of a check, in the words of RFC 7208 §2.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §2.6")]
pub enum Verdict {
    /// No domain to check, or a domain that publishes nothing.
    None,
    /// The domain says that it says nothing about this client.
    Neutral,
    /// The client may use the domain.
    Pass,
    /// The client may not use the domain.
    Fail,
    /// The domain believes that the client may not use it.
    SoftFail,
    /// DNS did not answer; later it may.
    TempError,
    /// What the domain publishes cannot be interpreted.
    PermError,
}

/// The verdict on one identity with everything that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Outcome {
    /// Which name was checked.
    pub identity: Identity,
    /// The client, IPv4-mapped addresses as IPv4.
    pub client: IpAddr,
    /// The HELO name or the mailbox that was checked, `postmaster@` added where RFC 7208 adds it.
    pub subject: SafeText,
    /// The domain that was asked first; nothing if the subject has no usable one.
    pub domain: Option<Name>,
    /// The result.
    pub verdict: Verdict,
    /// Its reason.
    pub why: Why,
    /// What the domain says to a refused sender (`exp=`); only after fail.
    pub explanation: Option<Explanation>,
    /// How much of the limits was used.
    pub counters: Counters,
}

/// Both checks of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Both {
    /// The check of the HELO name.
    pub helo: Outcome,
    /// The check of the sender.
    pub mail_from: Outcome,
}

/// The directive that matched, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Match {
    /// The domain whose record holds the directive.
    pub domain: Name,
    /// That record.
    pub record: Arc<Record>,
    /// Where the directive stands in it.
    pub span: Span,
    /// The qualifier, which is the verdict.
    pub qualifier: Qualifier,
    /// Name of the mechanism.
    pub mechanism: &'static str,
    /// For `include`: what matched in the included record.
    pub inner: Option<Box<Self>>,
}

/// One result as Authentication-Results writes it (RFC 8601 §2.7.2): plain data for a writer that
/// quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthResult {
    /// `spf`
    pub method: &'static str,
    /// The verdict's word.
    pub result: &'static str,
    /// `smtp.mailfrom` or `smtp.helo`.
    pub property: &'static str,
    /// The property's value.
    pub value: SafeText,
    /// Why, for `reason=`.
    pub reason: SafeText,
}

impl Outcome {
    /// The directive that decided; nothing if none matched.
    #[must_use]
    pub const fn matched(&self) -> Option<&Match> {
        let Why::Matched(found) = &self.why else {
            return None;
        };
        Some(found)
    }

    /// The reason with the client in it: `192.0.2.66 matches -all of bank.example`.
    pub(crate) fn sentence(&self) -> String {
        match self.matched().map(Match::innermost) {
            Some(m) => format!("{} matches {} of {}", self.client, m.term(), m.domain),
            None => self.why.to_string(),
        }
    }

    /// The result for Authentication-Results.
    #[must_use]
    pub fn auth_result(&self) -> AuthResult {
        AuthResult {
            method: "spf",
            result: self.verdict.as_str(),
            property: self.identity.property(),
            value: self.subject.clone(),
            reason: SafeText::display(&self.why),
        }
    }
}

impl Match {
    /// The directive as published.
    #[must_use]
    pub fn term(&self) -> &str {
        self.record.text_of(self.span)
    }

    /// The match at the end of the chain of includes: what names the client.
    #[must_use]
    pub fn innermost(&self) -> &Self {
        self.inner.as_deref().map_or(self, Self::innermost)
    }
}

impl Verdict {
    /// The word of RFC 7208 and RFC 8601, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Neutral => "neutral",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::SoftFail => "softfail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl From<Qualifier> for Verdict {
    fn from(q: Qualifier) -> Self {
        match q {
            Qualifier::Pass => Self::Pass,
            Qualifier::Fail => Self::Fail,
            Qualifier::SoftFail => Self::SoftFail,
            Qualifier::Neutral => Self::Neutral,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Outcome {
    /// One line: `192.0.2.66 matches -all of bank.example (1 of 10 look-ups used)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = self.counters.terms;
        write!(f, "{} ({} of {} look-ups used)", self.sentence(), terms.used, terms.limit)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Match {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Match", 4)?;
        out.serialize_field("domain", &self.domain)?;
        out.serialize_field("term", self.term())?;
        out.serialize_field("span", &self.span)?;
        out.serialize_field("inner", &self.inner)?;
        out.end()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Outcome {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Outcome", 10)?;
        out.serialize_field("identity", &self.identity)?;
        out.serialize_field("client", &self.client)?;
        out.serialize_field("subject", &self.subject)?;
        out.serialize_field("domain", &self.domain)?;
        out.serialize_field("verdict", &self.verdict)?;
        out.serialize_field("code", self.why.code())?;
        out.serialize_field("why", &self.why.to_string())?;
        out.serialize_field("matched", &self.matched())?;
        out.serialize_field("explanation", &self.explanation)?;
        out.serialize_field("counters", &self.counters)?;
        out.end()
    }
}
