//! Tag lists (RFC 6376 §3.2): the `tag=value; tag=value` form of DKIM signatures, key records and,
//! nearly, DMARC records.
//!
//! ```text
//! tag-list = tag-spec *( ";" tag-spec ) [ ";" ]
//! tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]
//! tag-name = ALPHA *ALNUMPUNC
//! ```

use crate::span::Span;

/// Most tags in a list.
pub const MAX_TAGS: usize = 256;

/// One `name=value`, borrowed from the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The name, as written; names are case-sensitive.
    pub name: &'a str,
    /// The value without white space around it; white space inside stays.
    pub value: &'a [u8],
    /// Where the name stands.
    pub name_span: Span,
    /// Where the value stands, without white space around it.
    pub value_span: Span,
    /// All octets between the `=` and the next `;` or the end, white space included.
    pub raw_value_span: Span,
}

/// A tag list in the order written, without duplicates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagList<'a> {
    tags: Vec<Tag<'a>>,
}

/// Why text is no tag list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// A tag without a name, or a name that does not begin with a letter.
    #[error("octet {at}: tag name expected")]
    Name {
        /// Where it was expected.
        at: usize,
    },
    /// No `=` behind the name.
    #[error("octet {at}: = expected behind the tag name")]
    NoEquals {
        /// Where it was expected.
        at: usize,
    },
    /// A control or 8-bit octet in a value.
    #[error("octet {at}: not allowed in a tag value")]
    Value {
        /// Its place.
        at: usize,
    },
    /// RFC 6376 §3.2: "Tags with duplicate names MUST NOT occur within a single tag-list".
    #[error("octet {at}: tag occurs twice")]
    Duplicate {
        /// Where the second one begins.
        at: usize,
    },
    /// More than [`MAX_TAGS`] tags.
    #[error("octet {at}: more than 256 tags")]
    TooMany {
        /// Where the first one too many begins.
        at: usize,
    },
}

impl TagError {
    /// The octet offset of the fault.
    #[must_use]
    pub const fn at(&self) -> usize {
        match self {
            Self::Name { at }
            | Self::NoEquals { at }
            | Self::Value { at }
            | Self::Duplicate { at }
            | Self::TooMany { at } => *at,
        }
    }
}

impl<'a> TagList<'a> {
    /// Reads a whole tag list. UTF-8 is allowed in values (RFC 8616).
    ///
    /// # Errors
    /// [`TagError`] at the first fault.
    pub fn parse(text: &'a [u8]) -> Result<Self, TagError> {
        let mut tags: Vec<Tag<'a>> = Vec::with_capacity(16);
        let mut at = 0;
        loop {
            let end = find(text, at, b';');
            let part = text.get(at..end).unwrap_or_default();
            // One final `;` may stand behind the last tag, with white space behind it.
            if end == text.len() && skip_fws(part, 0) == part.len() && !tags.is_empty() {
                return Ok(Self { tags });
            }
            let tag = parse_tag(text, at, end)?;
            if tags.iter().any(|t| t.name == tag.name) {
                return Err(TagError::Duplicate { at: tag.name_span.start });
            }
            if tags.len() == MAX_TAGS {
                return Err(TagError::TooMany { at: tag.name_span.start });
            }
            tags.push(tag);
            if end == text.len() {
                return Ok(Self { tags });
            }
            at = end + 1;
        }
    }

    /// The tag of that exact name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tag<'a>> {
        self.tags.iter().find(|t| t.name == name)
    }

    /// The first tag.
    #[must_use]
    pub fn first(&self) -> Option<&Tag<'a>> {
        self.tags.first()
    }

    /// All tags in the order written.
    pub fn iter(&self) -> std::slice::Iter<'_, Tag<'a>> {
        self.tags.iter()
    }
}

impl<'l, 'a> IntoIterator for &'l TagList<'a> {
    type Item = &'l Tag<'a>;
    type IntoIter = std::slice::Iter<'l, Tag<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.tags.iter()
    }
}

fn parse_tag(text: &[u8], start: usize, end: usize) -> Result<Tag<'_>, TagError> {
    let part = text.get(..end).unwrap_or_default();
    let name_start = skip_fws(part, start);
    let name_end = (name_start..end)
        .find(|&i| !part.get(i).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_'))
        .unwrap_or(end);
    let name = part.get(name_start..name_end).unwrap_or_default();
    if !name.first().is_some_and(u8::is_ascii_alphabetic) {
        return Err(TagError::Name { at: name_start });
    }
    let equals = skip_fws(part, name_end);
    if part.get(equals) != Some(&b'=') {
        return Err(TagError::NoEquals { at: equals });
    }
    let raw = Span::new(equals + 1, end);
    let value_start = skip_fws(part, raw.start);
    let value_end = trim_fws_end(part, value_start);
    let value = part.get(value_start..value_end).unwrap_or_default();
    check_value(value, value_start)?;
    Ok(Tag {
        name: std::str::from_utf8(name).unwrap_or_default(),
        value,
        name_span: Span::new(name_start, name_end),
        value_span: Span::new(value_start, value_end),
        raw_value_span: raw,
    })
}

/// `tval = 1*VALCHAR; VALCHAR = %x21-3A / %x3C-7E`, with FWS between; UTF-8 by RFC 8616.
fn check_value(value: &[u8], start: usize) -> Result<(), TagError> {
    let mut i = 0;
    while let Some(&b) = value.get(i) {
        let next = skip_fws(value, i);
        if next > i {
            i = next;
        } else if matches!(b, 0x21..=0x7e | 0x80..) {
            i += 1;
        } else {
            return Err(TagError::Value { at: start + i });
        }
    }
    match std::str::from_utf8(value) {
        Ok(_) => Ok(()),
        Err(e) => Err(TagError::Value { at: start + e.valid_up_to() }),
    }
}

fn find(text: &[u8], from: usize, octet: u8) -> usize {
    text.get(from..)
        .and_then(|rest| rest.iter().position(|&b| b == octet))
        .map_or(text.len(), |i| from + i)
}

/// First offset at or behind `at` that is no folding white space: runs of SP and TAB, and CRLF only
/// where SP or TAB follows. A CR or LF alone is not white space.
#[must_use]
pub fn skip_fws(text: &[u8], mut at: usize) -> usize {
    loop {
        match text.get(at..).unwrap_or_default() {
            [b' ' | b'\t', ..] => at += 1,
            [b'\r', b'\n', b' ' | b'\t', ..] => at += 3,
            _ => return at,
        }
    }
}

/// End of `text[start..]` without the folding white space at its end.
fn trim_fws_end(text: &[u8], start: usize) -> usize {
    let mut end = text.len();
    loop {
        match text.get(start..end).unwrap_or_default() {
            [.., b'\r', b'\n', b' ' | b'\t'] => end -= 3,
            [.., b' ' | b'\t'] => end -= 1,
            _ => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn white_space_is_allowed_around_everything() {
        let list = TagList::parse(b" v = 1 ;\r\n\tbh\t=\r\n ab\r\n cd ; ").unwrap();
        assert_eq!(list.get("v").unwrap().value, b"1");
        let bh = list.get("bh").unwrap();
        assert_eq!(bh.value, b"ab\r\n cd");
        assert_eq!(
            bh.raw_value_span.of(b" v = 1 ;\r\n\tbh\t=\r\n ab\r\n cd ; "),
            b"\r\n ab\r\n cd "
        );
    }

    #[test]
    fn faults_have_places() {
        assert_eq!(TagList::parse(b""), Err(TagError::Name { at: 0 }));
        assert_eq!(TagList::parse(b"v=1;;"), Err(TagError::Name { at: 4 }));
        assert_eq!(TagList::parse(b"v 1"), Err(TagError::NoEquals { at: 2 }));
        assert_eq!(TagList::parse(b"v=1; v=2"), Err(TagError::Duplicate { at: 5 }));
        assert_eq!(TagList::parse(b"1=v"), Err(TagError::Name { at: 0 }));
        assert_eq!(TagList::parse(b"v=a\rb"), Err(TagError::Value { at: 3 }));
        assert_eq!(TagList::parse(b"v=\xff"), Err(TagError::Value { at: 2 }));
    }

    #[test]
    fn names_are_case_sensitive_and_values_may_be_empty() {
        let list = TagList::parse(b"p=; P=x").unwrap();
        assert_eq!(list.get("p").unwrap().value, b"");
        assert_eq!(list.get("P").unwrap().value, b"x");
    }

    #[test]
    fn tags_are_limited_at_256() {
        let list = |n: usize| (0..n).map(|i| format!("t{i}=x")).collect::<Vec<_>>().join(";");
        assert!(TagList::parse(list(256).as_bytes()).is_ok());
        assert!(matches!(TagList::parse(list(257).as_bytes()), Err(TagError::TooMany { .. })));
    }

    proptest! {
        #[test]
        fn spans_show_the_values(text in "[a-z= ;\t\r\n0-9]{0,60}") {
            if let Ok(list) = TagList::parse(text.as_bytes()) {
                for tag in &list {
                    prop_assert_eq!(tag.value_span.of(text.as_bytes()), tag.value);
                    prop_assert_eq!(tag.name_span.of(text.as_bytes()), tag.name.as_bytes());
                }
            }
        }

        #[test]
        fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = TagList::parse(&text);
        }
    }
}
