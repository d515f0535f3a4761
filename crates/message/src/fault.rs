//! What is odd in a header block, and where.

use std::fmt;

/// A kind of oddity. None of them changes what is read from the other fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum FaultKind {
    /// A CR without LF; it is content.
    BareCr,
    /// An LF without CR; it is content, but many programs take it for a line end.
    BareLf,
    /// A NUL.
    Nul,
    /// An octet above 127 outside valid UTF-8 (RFC 6532 allows UTF-8).
    NotUtf8,
    /// A line that is neither a field nor the continuation of one; it is skipped.
    NotAField,
    /// White space before the colon (RFC 5322 §4.5.8); the field counts.
    SpaceBeforeColon,
    /// A continuation line of white space only (RFC 5322 §4.2); many programs end the header there.
    BlankContinuation,
    /// A line of more than 998 octets.
    LongLine,
    /// A field longer than the limit; it counts.
    LongField,
    /// More fields than the limit; the rest is not read.
    TooManyFields,
    /// No CRLF behind the last line.
    NoFinalCrlf,
    /// The block is longer than the limit; the rest is not read.
    LongHeader,
}

impl FaultKind {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::BareCr => "bare-cr",
            Self::BareLf => "bare-lf",
            Self::Nul => "nul",
            Self::NotUtf8 => "not-utf8",
            Self::NotAField => "not-a-field",
            Self::SpaceBeforeColon => "space-before-colon",
            Self::BlankContinuation => "blank-continuation",
            Self::LongLine => "long-line",
            Self::LongField => "long-field",
            Self::TooManyFields => "too-many-fields",
            Self::NoFinalCrlf => "no-final-crlf",
            Self::LongHeader => "long-header",
        }
    }
}

/// All faults of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Fault {
    /// What is odd.
    pub kind: FaultKind,
    /// Octet offset in the header block of the first one.
    pub at: usize,
    /// How many there are.
    pub count: usize,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}", self.kind.code(), self.at)?;
        match self.count {
            0 | 1 => Ok(()),
            n => write!(f, " ({n} times)"),
        }
    }
}

/// The faults of a header block: one entry per kind, so their number does not depend on the sender.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Whether nothing is odd.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults of that kind.
    #[must_use]
    pub fn get(&self, kind: FaultKind) -> Option<&Fault> {
        self.0.iter().find(|f| f.kind == kind)
    }

    /// One entry per kind, in the order of their first places.
    pub fn iter(&self) -> std::slice::Iter<'_, Fault> {
        self.0.iter()
    }

    pub(crate) fn note(&mut self, kind: FaultKind, at: usize) {
        match self.0.iter_mut().find(|f| f.kind == kind) {
            Some(fault) => fault.count = fault.count.saturating_add(1),
            None => self.0.push(Fault { kind, at, count: 1 }),
        }
    }
}

impl<'a> IntoIterator for &'a Faults {
    type Item = &'a Fault;
    type IntoIter = std::slice::Iter<'a, Fault>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
