//! How a report departs from its specification, where it can be read all the same.

use postrider_core::SafeText;
use std::fmt;

/// One deviation, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Note {
    /// What is odd.
    pub deviation: Deviation,
    /// The element, member or field: `record/row/count`.
    pub place: SafeText,
}

/// What real reporters ship.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deviation {
    /// A required value is absent or empty.
    Missing,
    /// The value is not one of the words that may stand there; it is taken as absent.
    UnknownWord(SafeText),
    /// The word is right but not in lower case.
    Case(SafeText),
    /// A number of seconds with a fraction, which is dropped.
    Fraction(SafeText),
    /// The value cannot be read; it is taken as absent.
    Unreadable(SafeText),
    /// An element or member that no specification has; it is passed over.
    Unexpected,
    /// A value that may stand once stands again; the first counts.
    Repeated,
    /// The row lacks what it is about, and is left out.
    RowLeftOut,
    /// The date range ends before it begins.
    RangeReversed,
    /// The compressed data ends without its check sum.
    Truncated,
    /// White space before gzip or zip data.
    Leading,
    /// Octets behind the end of the report.
    Trailing,
    /// A second report in the same container, which is passed over.
    SecondReport,
    /// The MIME structure is not what RFC 6591 or RFC 8460 asks for.
    Structure,
    /// Sums in the report contradict its rows.
    Sum,
    /// More notes than are kept.
    More(usize),
}

impl Deviation {
    /// A stable word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::UnknownWord(_) => "unknown-word",
            Self::Case(_) => "case",
            Self::Fraction(_) => "fraction",
            Self::Unreadable(_) => "unreadable",
            Self::Unexpected => "unexpected",
            Self::Repeated => "repeated",
            Self::RowLeftOut => "row-left-out",
            Self::RangeReversed => "range-reversed",
            Self::Truncated => "truncated",
            Self::Leading => "leading",
            Self::Trailing => "trailing",
            Self::SecondReport => "second-report",
            Self::Structure => "structure",
            Self::Sum => "sum",
            Self::More(_) => "more",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("required, but absent or empty"),
            Self::UnknownWord(word) => write!(f, "unknown word {word}"),
            Self::Case(word) => write!(f, "{word} is not in lower case"),
            Self::Fraction(text) => write!(f, "{text} is not a whole number of seconds"),
            Self::Unreadable(text) => write!(f, "{text} cannot be read"),
            Self::Unexpected => f.write_str("not in the specification"),
            Self::Repeated => f.write_str("stands more than once; the first counts"),
            Self::RowLeftOut => f.write_str("left out: no source address or no count"),
            Self::RangeReversed => f.write_str("ends before it begins"),
            Self::Truncated => f.write_str("compressed data ends early"),
            Self::Leading => f.write_str("white space before the data"),
            Self::Trailing => f.write_str("octets behind the end"),
            Self::SecondReport => f.write_str("a second report, passed over"),
            Self::Structure => f.write_str("not the MIME structure of the specification"),
            Self::Sum => f.write_str("the sum contradicts the rows"),
            Self::More(n) => write!(f, "{n} more"),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.deviation)
    }
}

/// The notes of one reading, capped; each kind at each place once.
#[derive(Debug)]
pub(crate) struct Notes {
    kept: Vec<Note>,
    most: usize,
    more: usize,
}

impl Notes {
    pub(crate) const fn new(most: usize) -> Self {
        Self { kept: Vec::new(), most, more: 0 }
    }

    pub(crate) fn add(&mut self, place: &str, deviation: Deviation) {
        let place = SafeText::escaped(place.as_bytes());
        let note = Note { deviation, place };
        if self.kept.contains(&note) {
            return;
        }
        match self.kept.len() < self.most {
            true => self.kept.push(note),
            false => self.more = self.more.saturating_add(1),
        }
    }

    pub(crate) fn into_vec(mut self) -> Vec<Note> {
        if self.more > 0 {
            let place = SafeText::from_static("notes");
            self.kept.push(Note { deviation: Deviation::More(self.more), place });
        }
        self.kept
    }
}

/// Text from outside. What holds no control character comes through unchanged, so that it can be
/// written again as it was.
pub(crate) fn safe(text: &str) -> SafeText {
    SafeText::new(text).unwrap_or_else(|_| SafeText::escaped(text.as_bytes()))
}

/// An excerpt of a value for a note.
pub(crate) fn excerpt(text: &str) -> SafeText {
    SafeText::escaped(text.as_bytes()).truncated(80)
}
