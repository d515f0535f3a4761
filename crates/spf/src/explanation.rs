//! The text that a domain publishes for refused senders (RFC 7208 §6.2).

use postrider_resolver::Name;
use std::fmt;

/// Text of printable US-ASCII and spaces, and whose it is.
///
/// RFC 7208 §6.2 and §11.5: the text comes from a stranger; show it as theirs. No line end or other
/// control can be in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    text: Box<str>,
    from: Name,
}

impl Explanation {
    /// Takes expanded text, cut to `max` octets; nothing if it is empty or holds anything but
    /// printable US-ASCII and spaces.
    pub(crate) fn new(expanded: &[u8], from: Name, max: usize) -> Option<Self> {
        // §6.2: "the explanation string MUST be limited to [US-ASCII]."
        if expanded.is_empty() || !expanded.iter().all(|b| matches!(b, 0x20..=0x7e)) {
            return None;
        }
        let text = std::str::from_utf8(expanded.get(..max).unwrap_or(expanded)).ok()?;
        Some(Self { text: text.into(), from })
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The domain whose record asks to say so.
    #[must_use]
    pub const fn from(&self) -> &Name {
        &self.from
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_printable_ascii_gets_through_and_not_too_much() {
        let new = |text: &[u8]| Explanation::new(text, Name::root(), 4).map(|e| e.to_string());
        assert_eq!(new(b"abcd").as_deref(), Some("abcd"));
        assert_eq!(new(b"abcde").as_deref(), Some("abcd"));
        assert_eq!(new(b"abc").as_deref(), Some("abc"));
        for bad in [&b""[..], b"a\r\nb", b"a\tb", b"a\0", "ü".as_bytes(), b"\x7f"] {
            assert_eq!(new(bad), None, "{bad:?}");
        }
    }
}
