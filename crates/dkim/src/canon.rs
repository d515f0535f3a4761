//! Canonicalisation: the octets that are hashed (RFC 6376 §3.4).
//!
//! White space is SP and TAB and nothing else; a line ends in CRLF and in nothing else. A bare CR,
//! a bare LF, form feed and vertical tab are content like any letter.

pub mod body;
pub mod header;
mod relaxed;

use std::fmt;

/// One of the two ways to make octets canonical.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 6376 §3.4")]
pub enum Form {
    /// Tolerates almost no change.
    Simple,
    /// Tolerates changes of white space and, in headers, of case and folding.
    Relaxed,
}

impl Form {
    /// The name used in `c=`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Relaxed => "relaxed",
        }
    }

    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Simple => Self::Relaxed,
            Self::Relaxed => Self::Simple,
        }
    }

    fn from_tag(value: &[u8]) -> Option<Self> {
        match value {
            b"simple" => Some(Self::Simple),
            b"relaxed" => Some(Self::Relaxed),
            _ => None,
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The forms of header and body: the value of `c=`.
///
/// The default for signing is relaxed/relaxed; an absent `c=` means [`Canonicalization::ABSENT`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 6376 §3.5")]
pub struct Canonicalization {
    /// Form of the header fields.
    pub header: Form,
    /// Form of the body.
    pub body: Form,
}

impl Canonicalization {
    /// What a signature without `c=` means (RFC 6376 §3.5).
    pub const ABSENT: Self = Self { header: Form::Simple, body: Form::Simple };

    /// Reads the value of `c=`: `relaxed` alone is relaxed/simple.
    pub(crate) fn from_tag(value: &[u8]) -> Option<Self> {
        let mut parts = value.splitn(2, |&b| b == b'/');
        let header = Form::from_tag(parts.next()?)?;
        // RFC 6376 §3.5: "If only one algorithm is named, that algorithm is used for the header,
        // and 'simple' is used for the body."
        let body = parts.next().map_or(Some(Form::Simple), Form::from_tag)?;
        Some(Self { header, body })
    }
}

impl Default for Canonicalization {
    fn default() -> Self {
        Self { header: Form::Relaxed, body: Form::Relaxed }
    }
}

impl fmt::Display for Canonicalization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.header, self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_the_header_form() {
        let c = Canonicalization::from_tag(b"relaxed").unwrap();
        assert_eq!(c.to_string(), "relaxed/simple");
        for text in ["simple/simple", "simple/relaxed", "relaxed/relaxed"] {
            let c = Canonicalization::from_tag(text.as_bytes()).unwrap();
            assert_eq!(c.to_string(), text);
        }
        for bad in ["", "nowsp", "relaxed/", "/relaxed", "Relaxed", "simple/simple/simple"] {
            assert_eq!(Canonicalization::from_tag(bad.as_bytes()), None, "{bad}");
        }
    }
}
