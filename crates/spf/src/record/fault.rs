//! What can be wrong with a record (RFC 7208 §4.6.1, §12).

use super::BadPrefix;
use crate::macros::MacroFault;
use postrider_core::Span;
use std::fmt;

/// One fault of a record and the octets that cause it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub struct Fault {
    /// Where, in the joined text of the record.
    pub span: Span,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong at a place of a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultKind {
    /// The text does not begin with `v=spf1`.
    #[error("an SPF record begins with v=spf1")]
    Version,
    /// An octet outside printable US-ASCII.
    #[error("octet 0x{octet:02x}: a record is printable US-ASCII")]
    Octet {
        /// The first such octet of the term.
        octet: u8,
    },
    /// The term is neither a known mechanism nor a modifier.
    #[error("unknown mechanism")]
    UnknownMechanism,
    /// A qualifier before a modifier.
    #[error("a modifier takes no qualifier")]
    QualifiedModifier,
    /// The mechanism takes no argument.
    #[error("all takes no argument")]
    Argument,
    /// The mechanism needs an argument.
    #[error("an argument is missing")]
    NoArgument,
    /// A bad domain-spec or macro.
    #[error(transparent)]
    Macro(#[from] MacroFault),
    /// Not an IPv4 address.
    #[error("not an IPv4 address")]
    Ip4,
    /// Not an IPv6 address.
    #[error("not an IPv6 address")]
    Ip6,
    /// Not a prefix length.
    #[error(transparent)]
    Prefix(#[from] BadPrefix),
    /// A second `redirect=`.
    #[error("redirect stands twice")]
    SecondRedirect,
    /// A second `exp=`.
    #[error("exp stands twice")]
    SecondExplanation,
}

impl FaultKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::Octet { .. } => "octet",
            Self::UnknownMechanism => "unknown-mechanism",
            Self::QualifiedModifier => "qualified-modifier",
            Self::Argument => "argument",
            Self::NoArgument => "no-argument",
            Self::Macro(fault) => fault.code(),
            Self::Ip4 => "ip4",
            Self::Ip6 => "ip6",
            Self::Prefix(_) => "prefix",
            Self::SecondRedirect => "second-redirect",
            Self::SecondExplanation => "second-exp",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}", self.kind, self.span.start)
    }
}
