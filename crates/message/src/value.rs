//! Values for header fields that we write: they cannot hold a line end, and they fold themselves.

use crate::header::FieldName;
use postrider_core::SafeText;
use std::fmt;

/// Columns that a folded line keeps to where its words allow (RFC 5322 §2.1.1).
pub const WIDTH: usize = 78;
/// Most octets of a word, so that no line exceeds 998.
pub const MAX_WORD: usize = 900;

/// One line of text, unfolded, for the right side of a field: UTF-8 without control characters, no
/// word longer than [`MAX_WORD`] octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderValue(SafeText);

/// Why text is no [`HeaderValue`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadHeaderValue {
    /// A control character, such as a line end.
    #[error(transparent)]
    Control(#[from] postrider_core::UnsafeText),
    /// A run without spaces that no line could hold.
    #[error("word at octet {at} is longer than {MAX_WORD} octets")]
    LongWord {
        /// Where it begins.
        at: usize,
    },
}

impl HeaderValue {
    /// Takes text; white space at its ends is dropped.
    ///
    /// # Errors
    /// [`BadHeaderValue`]
    pub fn new(text: &str) -> Result<Self, BadHeaderValue> {
        Self::from_safe(&SafeText::new(text)?)
    }

    /// As [`new`](Self::new), from text that is known to hold no control character.
    ///
    /// # Errors
    /// [`BadHeaderValue::LongWord`]
    pub fn from_safe(text: &SafeText) -> Result<Self, BadHeaderValue> {
        let mut at = 0;
        for word in text.as_str().split(' ') {
            if word.len() > MAX_WORD {
                return Err(BadHeaderValue::LongWord { at });
            }
            at += word.len() + 1;
        }
        let trimmed = text.as_str().trim_matches(' ');
        Ok(Self(SafeText::new(trimmed).unwrap_or_default()))
    }

    /// The text on one line.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The whole field, folded at [`WIDTH`], with its final CRLF.
    #[must_use]
    pub fn to_field(&self, name: FieldName<'_>) -> Vec<u8> {
        self.to_field_in(name, WIDTH)
    }

    /// As [`to_field`](Self::to_field), folded at another width.
    ///
    /// A fold is a CRLF before a space that the value holds anyway, so unfolding gives the value
    /// back exactly. A word that is longer than the width stays whole.
    #[must_use]
    pub fn to_field_in(&self, name: FieldName<'_>, width: usize) -> Vec<u8> {
        let mut out = name.as_bytes().to_vec();
        out.push(b':');
        let mut column = out.len();
        let mut line_has_word = false;
        // A word here is the spaces before it and its text, so that joining loses nothing.
        for word in words(self.as_str()) {
            if line_has_word && column + word.len() + 1 > width {
                out.extend_from_slice(b"\r\n");
                column = 0;
            }
            if column == name.as_bytes().len() + 1 && !line_has_word {
                out.push(b' ');
                column += 1;
            }
            out.extend_from_slice(word.as_bytes());
            column += word.len();
            line_has_word = true;
        }
        out.extend_from_slice(b"\r\n");
        out
    }
}

/// The text cut before each run of spaces; every part but the first begins with a space.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let spaces = rest.len() - rest.trim_start_matches(' ').len();
        let end = rest
            .bytes()
            .enumerate()
            .skip(spaces)
            .find(|(_, b)| *b == b' ')
            .map_or(rest.len(), |(i, _)| i);
        let (word, after) = rest.split_at_checked(end)?;
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

impl fmt::Display for HeaderValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::header::HeaderBlock;
    use proptest::prelude::*;

    #[test]
    fn folding_is_a_crlf_before_a_space() {
        let value = HeaderValue::new("one two  three").unwrap();
        let field = value.to_field_in(FieldName::new("A").unwrap(), 9);
        assert_eq!(field, b"A: one\r\n two\r\n  three\r\n");
        assert_eq!(value.to_field(FieldName::SUBJECT), b"Subject: one two  three\r\n");
        assert_eq!(HeaderValue::default().to_field(FieldName::SUBJECT), b"Subject:\r\n");
    }

    #[test]
    fn line_ends_are_no_value() {
        for text in ["a\r\nBcc: b", "a\nb", "a\0", "\t"] {
            assert!(matches!(HeaderValue::new(text), Err(BadHeaderValue::Control(_))), "{text:?}");
        }
    }

    #[test]
    fn words_are_limited_at_900() {
        for (n, ok) in [(899, true), (900, true), (901, false)] {
            assert_eq!(HeaderValue::new(&format!("a {}", "x".repeat(n))).is_ok(), ok);
        }
    }

    proptest! {
        #[test]
        fn unfolding_gives_the_value_back(text in "[a-zé ]{0,300}", width in 0_usize..100) {
            let value = HeaderValue::new(&text).unwrap();
            let field = value.to_field_in(FieldName::SUBJECT, width);
            let (header, faults) = HeaderBlock::parse(&field);
            prop_assert!(faults.is_empty(), "{:?}", faults);
            let unfolded = header.get("subject").unwrap().unfolded();
            prop_assert_eq!(unfolded.strip_prefix(b" ").unwrap_or(&unfolded), value.as_str().as_bytes());
            prop_assert_eq!(header.fields().count(), 1);
        }
    }
}
