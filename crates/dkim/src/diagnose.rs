//! What probably happened to a message that no longer matches its signature.
//!
//! `bh=` is known before the body arrives, so each guess is one more hash state fed beside the
//! real one; nothing of the body is kept. Of the header a copy is kept, and looked at only if its
//! signature fails.

mod filter;
pub(crate) mod header;
mod prefix;
mod probes;

pub use header::{HeaderDiagnosis, MAX_CANDIDATES};
pub(crate) use probes::{ProbeDigests, Probes};

use std::fmt;

/// A change of the body that explains why its hash differs: undone, the hash agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Diagnosis {
    /// The body agrees in the other canonical form.
    Canonicalization,
    /// The body agrees when white space at line ends is removed.
    TrailingSpace,
    /// The body agrees with bare LF or CR made CRLF.
    LineEnds,
    /// The signed body is a prefix: something was appended, such as a list footer.
    Appended {
        /// Canonical octets of the signed part.
        signed: u64,
        /// Canonical octets behind it.
        appended: u64,
    },
}

impl Diagnosis {
    /// Stable code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Canonicalization => "body.canonicalisation",
            Self::TrailingSpace => "body.trailing-space",
            Self::LineEnds => "body.line-ends",
            Self::Appended { .. } => "body.appended",
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Canonicalization => f.write_str("it matches in the other canonical form"),
            Self::TrailingSpace => f.write_str("it matches without white space at line ends"),
            Self::LineEnds => f.write_str("it matches with its line ends made CRLF"),
            Self::Appended { signed, appended } => {
                write!(f, "the signed part ends at octet {signed}, {appended} octets were appended")
            }
        }
    }
}
