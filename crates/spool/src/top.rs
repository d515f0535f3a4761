//! Header fields put on top of a message that was already streamed to disk.

use serde::{Deserialize, Serialize};

/// Most octets of all top fields of a message.
pub const MAX_TOP_FIELDS: usize = 64 * 1024;

/// Whole header fields (`Received`, `Authentication-Results`, `DKIM-Signature`) that are known only
/// when the message has been read, and stand in front of it.
///
/// Lines end in CRLF, none is empty, and the first one begins a field. Default: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TopFields(String);

/// Why text is no [`TopFields`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TopFieldsError {
    /// More than [`MAX_TOP_FIELDS`] octets.
    #[error("top fields are {len} octets, 65536 are allowed")]
    Long {
        /// How many.
        len: usize,
    },
    /// A CR or LF that is not half of a CRLF, or the end of the text without one.
    #[error("line at octet {at} does not end in CRLF")]
    LineEnd {
        /// Where the line begins.
        at: usize,
    },
    /// An empty line, which would end the header.
    #[error("empty line at octet {at}")]
    EmptyLine {
        /// Where it is.
        at: usize,
    },
    /// A line that neither begins a field nor continues one.
    #[error("line at octet {at} is no header field")]
    NoField {
        /// Where it begins.
        at: usize,
    },
}

impl TopFields {
    /// Takes fields, each ending in CRLF; folded lines are allowed.
    ///
    /// # Errors
    /// [`TopFieldsError`]
    pub fn new(text: impl Into<String>) -> Result<Self, TopFieldsError> {
        let text = text.into();
        if text.len() > MAX_TOP_FIELDS {
            return Err(TopFieldsError::Long { len: text.len() });
        }
        let mut at = 0;
        for line in text.split_inclusive("\r\n") {
            check_line(line, at)?;
            at += line.len();
        }
        Ok(Self(text))
    }

    /// The octets.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Number of octets.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn check_line(line: &str, at: usize) -> Result<(), TopFieldsError> {
    let Some(content) = line.strip_suffix("\r\n") else {
        return Err(TopFieldsError::LineEnd { at });
    };
    if content.contains(['\r', '\n']) {
        return Err(TopFieldsError::LineEnd { at });
    }
    if content.is_empty() {
        return Err(TopFieldsError::EmptyLine { at });
    }
    let continues = at > 0 && content.starts_with([' ', '\t']);
    // RFC 5322 §3.6.8: ftext = %d33-57 / %d59-126
    let begins = content
        .split_once(':')
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()));
    match continues || begins {
        true => Ok(()),
        false => Err(TopFieldsError::NoField { at }),
    }
}

impl TryFrom<String> for TopFields {
    type Error = TopFieldsError;

    fn try_from(text: String) -> Result<Self, TopFieldsError> {
        Self::new(text)
    }
}

impl From<TopFields> for String {
    fn from(fields: TopFields) -> Self {
        fields.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_fields_are_taken() {
        use TopFieldsError as E;
        assert!(TopFields::new("").unwrap().is_empty());
        assert!(TopFields::new("A: b\r\n\tc\r\nD:\r\n").is_ok());
        for (text, error) in [
            ("A: b", E::LineEnd { at: 0 }),
            ("A: b\nC: d\r\n", E::LineEnd { at: 0 }),
            ("A: b\r\n\r\n", E::EmptyLine { at: 6 }),
            (" A: b\r\n", E::NoField { at: 0 }),
            ("A: b\r\nc\r\n", E::NoField { at: 6 }),
            ("A b: c\r\n", E::NoField { at: 0 }),
        ] {
            assert_eq!(TopFields::new(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn their_size_is_limited() {
        let of = |len: usize| TopFields::new(format!("A:{}\r\n", "x".repeat(len - 4)));
        assert!(of(MAX_TOP_FIELDS - 1).is_ok());
        assert!(of(MAX_TOP_FIELDS).is_ok());
        assert_eq!(of(MAX_TOP_FIELDS + 1), Err(TopFieldsError::Long { len: MAX_TOP_FIELDS + 1 }));
    }
}
