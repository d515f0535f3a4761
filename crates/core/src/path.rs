//! The arguments of MAIL and RCPT (RFC 5321 §4.1.2): where a message comes from and where it goes.

use crate::mailbox::{Mailbox, ParseMailboxError};
use std::fmt;

/// MAIL FROM: a mailbox, or `<>` for a message that must not cause another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.1.2")]
pub enum ReversePath {
    /// `<>`
    Null,
    /// `<local@host>`
    Mailbox(Mailbox),
}

/// RCPT TO: a mailbox, or `<Postmaster>` without a domain.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.1.3")]
pub enum ForwardPath {
    /// `<Postmaster>`, in any case.
    Postmaster,
    /// `<local@host>`
    Mailbox(Mailbox),
}

/// Why octets are no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParsePathError {
    /// It does not begin with `<`.
    #[error("a path begins with <")]
    NoOpening,
    /// It does not end in `>`.
    #[error("a path ends in >")]
    NoClosing,
    /// `<>` as a forward path.
    #[error("the null path is no recipient")]
    NullRecipient,
    /// A source route without its colon.
    #[error("source route at octet {at} has no colon")]
    Route {
        /// Where the route begins.
        at: usize,
    },
    /// What stands in the brackets is no mailbox.
    #[error("in the path at octet {at}: {source}")]
    Mailbox {
        /// Offset of the mailbox in the path.
        at: usize,
        /// What is wrong with it.
        source: ParseMailboxError,
    },
}

impl ReversePath {
    /// Reads `<>` or `<local@host>`; a source route is dropped (RFC 5321 appendix C).
    ///
    /// # Errors
    /// [`ParsePathError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParsePathError> {
        match inner(octets)? {
            b"" => Ok(Self::Null),
            inner => Ok(Self::Mailbox(mailbox(inner)?)),
        }
    }

    /// The mailbox, unless the path is null.
    #[must_use]
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Null => None,
            Self::Mailbox(m) => Some(m),
        }
    }

    /// Whether this is `<>`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl ForwardPath {
    /// Reads `<Postmaster>` or `<local@host>`; a source route is dropped.
    ///
    /// # Errors
    /// [`ParsePathError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParsePathError> {
        match inner(octets)? {
            b"" => Err(ParsePathError::NullRecipient),
            inner if inner.eq_ignore_ascii_case(b"postmaster") => Ok(Self::Postmaster),
            inner => Ok(Self::Mailbox(mailbox(inner)?)),
        }
    }

    /// The mailbox, unless the path is the bare `<Postmaster>`.
    #[must_use]
    pub const fn mailbox(&self) -> Option<&Mailbox> {
        match self {
            Self::Postmaster => None,
            Self::Mailbox(m) => Some(m),
        }
    }
}

fn inner(octets: &[u8]) -> Result<&[u8], ParsePathError> {
    match octets {
        [b'<', inner @ .., b'>'] => Ok(inner),
        [b'<', ..] => Err(ParsePathError::NoClosing),
        _ => Err(ParsePathError::NoOpening),
    }
}

/// RFC 5321 §4.1.2: `A-d-l = At-domain *( "," At-domain )`, which "MUST BE accepted, SHOULD NOT be
/// generated, and SHOULD be ignored".
fn mailbox(inner: &[u8]) -> Result<Mailbox, ParsePathError> {
    let mut at = 1;
    let mut rest = inner;
    if inner.first() == Some(&b'@') {
        let colon = inner.iter().position(|&b| b == b':').ok_or(ParsePathError::Route { at })?;
        at += colon + 1;
        rest = inner.get(colon + 1..).unwrap_or_default();
    }
    Mailbox::parse(rest).map_err(|source| ParsePathError::Mailbox { at, source })
}

impl fmt::Display for ReversePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("<>"),
            Self::Mailbox(m) => write!(f, "<{m}>"),
        }
    }
}

impl fmt::Display for ForwardPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postmaster => f.write_str("<Postmaster>"),
            Self::Mailbox(m) => write!(f, "<{m}>"),
        }
    }
}

impl From<Mailbox> for ReversePath {
    fn from(m: Mailbox) -> Self {
        Self::Mailbox(m)
    }
}

impl From<Mailbox> for ForwardPath {
    fn from(m: Mailbox) -> Self {
        Self::Mailbox(m)
    }
}

macro_rules! serde_as_text {
    ($path:ident) => {
        #[cfg(feature = "serde")]
        impl serde::Serialize for $path {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $path {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                Self::parse(String::deserialize(d)?.as_bytes()).map_err(serde::de::Error::custom)
            }
        }
    };
}
serde_as_text!(ReversePath);
serde_as_text!(ForwardPath);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn null_and_postmaster_are_values_of_their_own() {
        assert_eq!(ReversePath::parse(b"<>"), Ok(ReversePath::Null));
        assert_eq!(ForwardPath::parse(b"<postMASTER>"), Ok(ForwardPath::Postmaster));
        assert_eq!(ForwardPath::parse(b"<>"), Err(ParsePathError::NullRecipient));
        assert!(ReversePath::parse(b"<postmaster>").is_err());
    }

    #[test]
    fn source_routes_are_dropped() {
        let path = ForwardPath::parse(b"<@a.example,@b.example:user@c.example>").unwrap();
        assert_eq!(path.to_string(), "<user@c.example>");
        assert_eq!(ForwardPath::parse(b"<@a.example>"), Err(ParsePathError::Route { at: 1 }));
    }

    #[test]
    fn brackets_are_required() {
        assert_eq!(ReversePath::parse(b"a@b.example"), Err(ParsePathError::NoOpening));
        assert_eq!(ReversePath::parse(b"<a@b.example"), Err(ParsePathError::NoClosing));
        assert_eq!(ReversePath::parse(b"<"), Err(ParsePathError::NoClosing));
    }

    proptest! {
        #[test]
        fn parse_after_display_is_identity(octets in proptest::collection::vec(any::<u8>(), 0..50)) {
            let mut path = vec![b'<'];
            path.extend(octets);
            path.push(b'>');
            if let Ok(p) = ForwardPath::parse(&path) {
                prop_assert_eq!(ForwardPath::parse(p.to_string().as_bytes()), Ok(p));
            }
            if let Ok(p) = ReversePath::parse(&path) {
                prop_assert_eq!(ReversePath::parse(p.to_string().as_bytes()), Ok(p));
            }
        }
    }
}
