//! The fields that a message must have and a submission server may add: Date and Message-ID
//! (RFC 5322 §3.6, RFC 6409 §8).

use crate::header::{FieldName, HeaderBlock};
use crate::lex::{At, Cursor};
use crate::value::HeaderValue;
use postrider_core::{DomainName, SafeText, UnixTime};
use std::fmt;

/// `"<" id-left "@" id-right ">"`, the brackets included.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct MessageId(SafeText);

impl MessageId {
    /// Puts an id together; octets of `unique` that are no atext become `-`.
    #[must_use]
    pub fn new(unique: &dyn fmt::Display, domain: &DomainName) -> Self {
        let clean = |c: char| match u8::try_from(c) {
            Ok(b) if b.is_ascii() && (crate::lex::is_atext(b) || b == b'.') => c,
            _ => '-',
        };
        let left: String = unique.to_string().chars().take(128).map(clean).collect();
        // A dot may stand neither at the ends nor beside another one.
        let words: Vec<&str> = left.split('.').filter(|w| !w.is_empty()).collect();
        let left = if words.is_empty() { "-".to_owned() } else { words.join(".") };
        Self(SafeText::display(&format_args!("<{left}@{domain}>")))
    }

    /// Reads the value of a Message-ID field.
    ///
    /// # Errors
    /// [`At`] when it is not one id in angle brackets.
    pub fn parse(value: &[u8]) -> Result<Self, At> {
        let mut at = Cursor::new(value);
        at.skip_cfws()?;
        let start = at.at();
        if !at.eat(b'<') {
            return Err(at.error("<"));
        }
        for (end, expected) in [(b'@', "@"), (b'>', ">")] {
            let part = at.run(|b| matches!(b, 33..=126 | 0x80..) && !b"<>@".contains(&b));
            if part.is_empty() || !at.eat(end) {
                return Err(at.error(expected));
            }
        }
        let id = String::from_utf8(at.since(start).to_vec()).ok();
        let id = id.and_then(|t| SafeText::new(t).ok());
        let id = id.ok_or(At { at: start, expected: "UTF-8 without control characters" })?;
        at.skip_cfws()?;
        match at.peek() {
            None => Ok(Self(id)),
            Some(_) => Err(at.error("nothing behind the id")),
        }
    }

    /// The id with its brackets.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The fields to put in front of a submitted message: Date, if there is none, and Message-ID, if there
/// is none; nothing where both are there.
#[must_use]
pub fn missing_fields(header: &HeaderBlock<'_>, now: UnixTime, id: &MessageId) -> Vec<u8> {
    let mut out = Vec::new();
    let missing = [(FieldName::DATE, now.rfc5322()), (FieldName::MESSAGE_ID, id.to_string())];
    for (name, value) in missing {
        if !header.fields().any(|f| f.name == name) {
            // An id has at most 128 octets and its domain, so the value is no error.
            let value = HeaderValue::new(&value).unwrap_or_default();
            out.extend(value.to_field(name));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id() -> MessageId {
        MessageId::new(&"D21JJQD838RB", &DomainName::parse("corp.example").unwrap())
    }

    #[test]
    fn only_what_is_missing_is_added() {
        let now = UnixTime::from_secs(1_795_508_500);
        let added = |header: &str| {
            let (header, _) = HeaderBlock::parse(header.as_bytes());
            String::from_utf8(missing_fields(&header, now, &id())).unwrap()
        };
        let date = "Date: Tue, 24 Nov 2026 08:21:40 +0000\r\n";
        let message_id = "Message-ID: <D21JJQD838RB@corp.example>\r\n";
        assert_eq!(added("From: a@b.example\r\n"), format!("{date}{message_id}"));
        assert_eq!(added("DATE: x\r\n"), message_id);
        assert_eq!(added("Date: x\r\nmessage-id : y\r\n"), "");
    }

    #[test]
    fn ids_are_read_strictly() {
        for (value, text) in
            [(" (x) <a.b@c.example>\r\n (y)", "<a.b@c.example>"), ("<a\\b@[x]>", "<a\\b@[x]>")]
        {
            assert_eq!(MessageId::parse(value.as_bytes()).unwrap().as_str(), text);
        }
        for value in
            ["", "a@b", "<a>", "<@b>", "<a@>", "<a b@c>", "<a@b> <c@d>", "<a@b@c>", "<a\n@b>"]
        {
            assert!(MessageId::parse(value.as_bytes()).is_err(), "{value:?}");
        }
        assert!(MessageId::parse(b"<a@\xff>").is_err());
    }

    proptest! {
        #[test]
        fn what_we_make_is_read(unique in ".{0,200}") {
            let made = MessageId::new(&unique, &DomainName::parse("corp.example").unwrap());
            prop_assert_eq!(MessageId::parse(made.as_str().as_bytes()), Ok(made));
        }
    }
}
