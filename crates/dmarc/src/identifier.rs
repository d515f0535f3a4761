//! What the mechanisms below DMARC found, as plain values.

use postrider_core::DomainName;
use std::fmt;

/// A mechanism that authenticates domains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.3")]
pub enum Mechanism {
    /// RFC 7208; the identity is MAIL FROM.
    Spf,
    /// RFC 6376; the identity is `d=`.
    Dkim,
}

/// What a mechanism says of a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "yes, no, or not known")]
pub enum Outcome {
    /// It is authenticated: the mechanism's `pass`.
    Pass,
    /// It is not: any other result, a DKIM verdict of `policy` included.
    Fail,
    /// It is not known: `temperror`, or a client hidden behind a forwarder.
    Unknown,
}

/// A domain that a mechanism judged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Identifier {
    /// The mechanism.
    pub mechanism: Mechanism,
    /// The domain.
    pub domain: DomainName,
    /// What it found.
    pub outcome: Outcome,
}

impl Identifier {
    /// The domain of MAIL FROM, or of HELO if the sender is null (RFC 9989 §3.2.4).
    #[must_use]
    pub const fn spf(domain: DomainName, outcome: Outcome) -> Self {
        Self { mechanism: Mechanism::Spf, domain, outcome }
    }

    /// The `d=` of a signature.
    #[must_use]
    pub const fn dkim(domain: DomainName, outcome: Outcome) -> Self {
        Self { mechanism: Mechanism::Dkim, domain, outcome }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spf => "spf",
            Self::Dkim => "dkim",
        })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
        })
    }
}
