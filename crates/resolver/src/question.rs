//! What is asked of DNS.

use crate::name::Name;
use std::fmt;

/// The record types that mail asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "UPPERCASE")
)]
#[non_exhaustive]
pub enum Kind {
    /// IPv4 address (RFC 1035).
    A,
    /// IPv6 address (RFC 3596).
    Aaaa,
    /// Mail exchanger (RFC 1035, RFC 7505).
    Mx,
    /// Text (RFC 1035).
    Txt,
    /// Reverse name (RFC 1035).
    Ptr,
    /// Alias (RFC 1035).
    Cname,
    /// Name server (RFC 1035).
    Ns,
    /// Start of a zone (RFC 1035).
    Soa,
    /// Certificate association (RFC 6698).
    Tlsa,
}

impl Kind {
    /// The type's mnemonic, as zone files write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Mx => "MX",
            Self::Txt => "TXT",
            Self::Ptr => "PTR",
            Self::Cname => "CNAME",
            Self::Ns => "NS",
            Self::Soa => "SOA",
            Self::Tlsa => "TLSA",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name and a type, in class IN.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Question {
    /// The name asked for.
    pub name: Name,
    /// The type asked for.
    pub kind: Kind,
}

impl Question {
    /// Asks for records of `kind` at `name`.
    #[must_use]
    pub fn new(name: impl Into<Name>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.kind)
    }
}
