//! Text that is safe to put into a reply, a header value or a trace line.

use std::borrow::Cow;
use std::fmt;

/// One line of UTF-8 text without control characters.
///
/// No CR, LF, NUL or other C0, DEL or C1 control can be in it, so writing it into a protocol line or
/// a header cannot begin another one. Empty text is valid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct SafeText(Cow<'static, str>);

/// Why text is no [`SafeText`]: it holds a control character.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("control character U+{code:04X} at octet {at}")]
pub struct UnsafeText {
    /// Octet offset of the first control character.
    pub at: usize,
    /// Its code point.
    pub code: u32,
}

impl SafeText {
    /// Takes text known at build time.
    ///
    /// Controls would be a fault of the caller; they are shown escaped rather than let through.
    #[must_use]
    pub fn from_static(text: &'static str) -> Self {
        if text.chars().any(char::is_control) {
            return Self::escaped(text.as_bytes());
        }
        Self(Cow::Borrowed(text))
    }

    /// Takes `text` if it holds no control character.
    ///
    /// # Errors
    /// [`UnsafeText`] names the first control character and its place.
    pub fn new(text: impl Into<String>) -> Result<Self, UnsafeText> {
        let text = text.into();
        match text.char_indices().find(|(_, c)| c.is_control()) {
            Some((at, c)) => Err(UnsafeText { at, code: u32::from(c) }),
            None => Ok(Self(Cow::Owned(text))),
        }
    }

    /// Shows arbitrary octets: valid UTF-8 stays, controls, octets that are no UTF-8, and the
    /// backslash become `\xNN` or `\\`, so that different input stays different.
    #[must_use]
    pub fn escaped(octets: &[u8]) -> Self {
        let mut out = String::with_capacity(octets.len());
        for chunk in octets.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\\' => out.push_str("\\\\"),
                    c if c.is_control() => push_escaped(&mut out, c),
                    c => out.push(c),
                }
            }
            for b in chunk.invalid() {
                push_hex(&mut out, *b);
            }
        }
        Self(Cow::Owned(out))
    }

    /// Formats a value, escaping what a value's own `Display` should not have let through.
    #[must_use]
    pub fn display(value: &dyn fmt::Display) -> Self {
        let text = value.to_string();
        Self::new(text).unwrap_or_else(|_| Self::escaped(value.to_string().as_bytes()))
    }

    /// At most `max` octets of the text, cut at a character border.
    #[must_use]
    pub fn truncated(&self, max: usize) -> Self {
        let end = self.0.floor_char_boundary_at(max);
        Self(Cow::Owned(self.0.get(..end).unwrap_or_default().to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether every octet is printable US-ASCII or a space.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }
}

/// `str::floor_char_boundary` is newer than our MSRV.
trait FloorBoundary {
    fn floor_char_boundary_at(&self, max: usize) -> usize;
}

impl FloorBoundary for str {
    fn floor_char_boundary_at(&self, max: usize) -> usize {
        (0..=max.min(self.len())).rev().find(|&at| self.is_char_boundary(at)).unwrap_or(0)
    }
}

fn push_escaped(out: &mut String, c: char) {
    let mut buffer = [0; 4];
    for b in c.encode_utf8(&mut buffer).bytes() {
        push_hex(out, b);
    }
}

fn push_hex(out: &mut String, b: u8) {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    out.push_str("\\x");
    for nibble in [b >> 4, b & 0x0f] {
        out.push(HEX.get(usize::from(nibble)).copied().unwrap_or('?'));
    }
}

impl AsRef<str> for SafeText {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for SafeText {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn controls_are_refused_with_their_place() {
        assert_eq!(SafeText::new("a\r\nb"), Err(UnsafeText { at: 1, code: 13 }));
        assert_eq!(SafeText::new("a\u{85}"), Err(UnsafeText { at: 1, code: 0x85 }));
    }

    #[test]
    fn escaping_keeps_text_and_shows_octets() {
        assert_eq!(SafeText::escaped("Grüße".as_bytes()).as_str(), "Grüße");
        assert_eq!(SafeText::escaped(b"a\0\xff\\").as_str(), "a\\x00\\xff\\\\");
    }

    #[test]
    fn truncation_respects_characters() {
        assert_eq!(SafeText::from_static("aü").truncated(2).as_str(), "a");
    }

    proptest! {
        #[test]
        fn escaped_is_always_safe(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let text = SafeText::escaped(&octets);
            prop_assert_eq!(SafeText::new(text.as_str()), Ok(text));
        }
    }
}
