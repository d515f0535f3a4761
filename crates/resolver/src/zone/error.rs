//! What is wrong with zone text, and where.

use crate::NameError;
use postrider_core::SafeText;
use std::fmt;

/// One fault of zone text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {fault}")]
pub struct ZoneError {
    /// Line, from 1.
    pub line: usize,
    /// Octet of the line, from 1.
    pub column: usize,
    /// What is wrong there.
    #[source]
    pub fault: ZoneFault,
}

/// Everything that is wrong with zone text, at least one fault, in order of lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneErrors {
    file: Option<SafeText>,
    errors: Vec<ZoneError>,
}

impl ZoneErrors {
    pub(super) const fn new(errors: Vec<ZoneError>) -> Self {
        Self { file: None, errors }
    }

    /// The faults.
    #[must_use]
    pub fn errors(&self) -> &[ZoneError] {
        &self.errors
    }

    /// The same with the name of the file, which then begins each line of the text.
    #[must_use]
    pub fn in_file(mut self, file: &str) -> Self {
        self.file = Some(SafeText::escaped(file.as_bytes()));
        self
    }
}

impl std::error::Error for ZoneErrors {}

impl fmt::Display for ZoneErrors {
    /// One line per fault: `file:line:column: what`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            if let Some(file) = &self.file {
                write!(f, "{file}:")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

/// A way in which zone text is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZoneFault {
    /// The record ends too early.
    #[error("{0} expected, the record ends here")]
    Missing(Expected),
    /// Something else stands where a field was expected.
    #[error("{expected} expected, found `{found}`")]
    Wrong {
        /// What should stand there.
        expected: Expected,
        /// What does.
        found: SafeText,
    },
    /// More than the record's type takes.
    #[error("end of the record expected, found `{0}`")]
    Extra(SafeText),
    /// A name that is none.
    #[error("{0}")]
    Name(#[from] NameError),
    /// The first record begins with white space, which repeats the owner before it.
    #[error("owner expected, there is none before this to repeat")]
    NoOwner,
    /// A type that changes what names mean, or that is not known.
    #[error("record type `{0}` is not supported")]
    Type(SafeText),
    /// A class other than IN.
    #[error("class IN expected, found `{0}`")]
    Class(SafeText),
    /// A control entry such as `$INCLUDE`, which needs files.
    #[error("control entry `{0}` is not supported")]
    Control(SafeText),
    /// A `;!` comment with an unknown word.
    #[error(
        "`;!{0}` is not known: timeout, servfail, bogus, refused, malformed, alias-loop, \
             not-encodable, error, nodata, nxdomain, exists, secure or insecure expected"
    )]
    Directive(SafeText),
    /// A `\` without a character or three digits up to 255 behind it.
    #[error("`\\` must be followed by a character or by three digits up to 255")]
    Escape,
    /// A character string of more than 255 octets.
    #[error("character string of {0} octets, 255 are allowed: write several")]
    LongString(usize),
    /// A quote that does not end in its line.
    #[error("closing quote expected before the end of the line")]
    OpenQuote,
    /// A parenthesis that is not closed.
    #[error("closing parenthesis expected before the end of the text")]
    OpenParenthesis,
    /// A closing parenthesis too many.
    #[error("closing parenthesis without an opening one")]
    CloseParenthesis,
    /// `\# N` where other than N octets follow.
    #[error("{announced} octets announced, {found} found")]
    Length {
        /// The number behind `\#`.
        announced: usize,
        /// The number of octets behind it.
        found: usize,
    },
    /// Octets behind `\#` that are no data of the type.
    #[error("octets are no data of type {0}")]
    Data(crate::Kind),
}

/// What was expected at a place of zone text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// A domain name.
    Name,
    /// A record type.
    Type,
    /// A number of seconds up to 2^31-1, or with units such as `1h30m`.
    Ttl,
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A number up to 255.
    Octet,
    /// A number up to 65535.
    Short,
    /// A number up to 2^32-1.
    Long,
    /// A character string.
    String,
    /// An even number of hexadecimal digits.
    Hex,
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Type => "record type",
            Self::Ttl => "ttl in seconds (at most 2147483647)",
            Self::Ipv4 => "IPv4 address",
            Self::Ipv6 => "IPv6 address",
            Self::Octet => "number up to 255",
            Self::Short => "number up to 65535",
            Self::Long => "number up to 4294967295",
            Self::String => "character string",
            Self::Hex => "pairs of hexadecimal digits",
        })
    }
}
