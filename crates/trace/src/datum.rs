//! Values in an event: safe to write on one line, limited in size.

mod json;

use postrider_core::SafeText;
use std::fmt;

/// Most octets of one value.
pub const MAX_VALUE: usize = 256;
/// Most octets of one DNS answer, so that a recorded key record can be asked again.
pub const MAX_ANSWER: usize = 2048;

/// One value: what a check was given, what it found, what a variable was worth.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Datum {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// One line of text.
    Text(SafeText),
    /// Several values.
    List(Vec<Self>),
    /// Not known, and why.
    Unknown(SafeText),
}

/// Named values in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(SafeText, Datum)>);

/// Text from our own code or configuration: controls are escaped, everything else stays.
pub(crate) fn text(text: &str) -> SafeText {
    SafeText::new(text).unwrap_or_else(|_| SafeText::escaped(text.as_bytes()))
}

impl Datum {
    /// Text of our own making; a control in it is escaped.
    #[must_use]
    pub fn text(value: &str) -> Self {
        Self::Text(text(value))
    }

    /// Octets from outside: controls, octets that are no UTF-8 and backslashes are escaped.
    #[must_use]
    pub fn octets(octets: &[u8]) -> Self {
        Self::Text(SafeText::escaped(octets))
    }

    /// What cannot be known, and why.
    #[must_use]
    pub fn unknown(cause: &str) -> Self {
        Self::Unknown(text(cause))
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text.as_str()),
            Self::Bool(_) | Self::Int(_) | Self::List(_) | Self::Unknown(_) => None,
        }
    }

    /// The value within `max` octets, and whether anything was cut off.
    pub(crate) fn capped(self, max: usize) -> (Self, Cut) {
        match self {
            Self::Text(text) => {
                let (text, cut) = cap(text, max);
                (Self::Text(text), cut)
            }
            Self::Unknown(text) => {
                let (text, cut) = cap(text, max);
                (Self::Unknown(text), cut)
            }
            Self::List(items) => cap_list(items, max),
            Self::Bool(_) | Self::Int(_) => (self, Cut::No),
        }
    }

    /// Octets that count against a cap.
    fn weight(&self) -> usize {
        match self {
            Self::Bool(_) | Self::Int(_) => 8,
            Self::Text(text) | Self::Unknown(text) => text.as_str().len() + 1,
            Self::List(items) => {
                items.iter().fold(1, |sum, item| item.weight().saturating_add(sum))
            }
        }
    }
}

/// Whether a cap was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cut {
    Yes,
    No,
}

impl Cut {
    /// Whether either was cut.
    pub(crate) fn or(self, other: Self) -> Self {
        if self == Self::Yes { self } else { other }
    }
}

/// `text` within `max` octets.
pub(crate) fn cap(text: SafeText, max: usize) -> (SafeText, Cut) {
    if text.as_str().len() <= max {
        return (text, Cut::No);
    }
    (text.truncated(max), Cut::Yes)
}

/// As many of `items` as fit `max` octets together.
fn cap_list(items: Vec<Datum>, max: usize) -> (Datum, Cut) {
    let mut kept = Vec::with_capacity(items.len().min(max));
    let mut used = 0_usize;
    let mut cut = Cut::No;
    for item in items {
        let (item, one) = item.capped(max);
        used = used.saturating_add(item.weight());
        cut = cut.or(one);
        if used > max.saturating_add(1) {
            cut = Cut::Yes;
            break;
        }
        kept.push(item);
    }
    (Datum::List(kept), cut)
}

impl Fields {
    /// No fields.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.0.iter().find(|(n, _)| n.as_str() == name).map(|(_, value)| value)
    }

    /// Adds a value; one of the same name is replaced.
    pub fn set(&mut self, name: &str, value: impl Into<Datum>) {
        let value = value.into();
        match self.0.iter_mut().find(|(n, _)| n.as_str() == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((text(name), value)),
        }
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Datum)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(crate) fn capped(self, max: usize) -> (Self, Cut) {
        let mut all = Cut::No;
        let one = |(name, value): (SafeText, Datum)| {
            let (value, cut) = value.capped(max);
            all = all.or(cut);
            (name, value)
        };
        let fields = self.0.into_iter().map(one).collect();
        (Self(fields), all)
    }
}

impl<N: AsRef<str>, V: Into<Datum>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(iter: I) -> Self {
        let mut fields = Self::new();
        for (name, value) in iter {
            fields.set(name.as_ref(), value);
        }
        fields
    }
}

impl From<bool> for Datum {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Datum {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl From<u32> for Datum {
    fn from(i: u32) -> Self {
        Self::Int(i.into())
    }
}

impl From<usize> for Datum {
    fn from(i: usize) -> Self {
        Self::Int(i64::try_from(i).unwrap_or(i64::MAX))
    }
}

impl From<&str> for Datum {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

impl From<String> for Datum {
    fn from(value: String) -> Self {
        Self::text(&value)
    }
}

impl From<SafeText> for Datum {
    fn from(value: SafeText) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Datum {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

impl fmt::Display for Datum {
    /// For people: text in quotes, unknown with its cause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Int(i) => i.fmt(f),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Unknown(cause) => write!(f, "unknown ({cause})"),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    let comma = if i > 0 { ", " } else { "" };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}
