//! The argument of EHLO and HELO, and the protocol it chooses.

use postrider_core::{Host, ParseHostError, SafeText};
use std::fmt;

/// How the client named itself.
///
/// RFC 5321 §4.1.1.1: `ehlo = "EHLO" SP ( Domain / address-literal ) CRLF`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hello {
    /// A domain or an address literal.
    Host(Host),
    /// Something else, let in by `lenient_ehlo` and kept escaped; never to be trusted as a name.
    Escaped(SafeText),
}

impl Hello {
    /// Reads a domain or address literal.
    ///
    /// # Errors
    /// [`ParseHostError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseHostError> {
        Host::parse(octets).map(Self::Host)
    }

    /// The domain or literal, if the client gave one.
    #[must_use]
    pub const fn host(&self) -> Option<&Host> {
        match self {
            Self::Host(host) => Some(host),
            Self::Escaped(_) => None,
        }
    }
}

impl fmt::Display for Hello {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => host.fmt(f),
            Self::Escaped(text) => text.fmt(f),
        }
    }
}

/// Which protocol the greeting command chose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// HELO
    Smtp,
    /// EHLO
    Esmtp,
    /// LHLO (RFC 2033)
    Lmtp,
}
