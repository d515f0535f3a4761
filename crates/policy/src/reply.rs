//! What the client is told, as plain data.

use crate::value::Value;
use postrider_core::SafeText;
use std::fmt;

/// Most octets of a reply's text, so that code, enhanced code, a trace id and CRLF still fit the 512
/// octets of RFC 5321 §4.5.3.1.5.
pub const MAX_REPLY_TEXT: usize = 440;
/// Most octets of a value that is put into a text.
pub const MAX_INSERTED: usize = 100;

/// A reply of class 4 or 5: code, enhanced code (RFC 3463), one line of printable US-ASCII.
///
/// ```text
/// reply    = code SP enhanced SP text
/// code     = ( "4" / "5" ) 2DIGIT
/// enhanced = class "." 1*3DIGIT "." 1*3DIGIT      ; class as the first digit of code
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReplyText {
    code: u16,
    enhanced: [u16; 3],
    text: SafeText,
}

/// Whether a reply refuses for now or for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.2.1")]
pub enum Class {
    /// 4xx: the client should try again.
    Temporary,
    /// 5xx: the client should give up.
    Permanent,
}

/// Why text is no [`ReplyText`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplyError {
    /// The three digits are missing, or are of the wrong class.
    #[error("a reply begins with a code {class}xx")]
    Code {
        /// The first digit that was expected.
        class: u16,
    },
    /// The enhanced code is missing, or is of the wrong class.
    #[error("an enhanced code {class}.x.x must follow the code")]
    Enhanced {
        /// The class that was expected.
        class: u16,
    },
    /// There is no text.
    #[error("there is no text")]
    NoText,
    /// An octet that is no printable US-ASCII.
    #[error("octet {at} of the text is no printable US-ASCII")]
    Octet {
        /// Its place.
        at: usize,
    },
    /// The text is too long.
    #[error("text of more than 440 octets")]
    Long,
}

impl Class {
    pub(crate) const fn digit(self) -> u16 {
        match self {
            Self::Temporary => 4,
            Self::Permanent => 5,
        }
    }
}

impl ReplyText {
    /// Reads `550 5.7.1 text`.
    ///
    /// # Errors
    /// [`ReplyError`] says which part does not fit `class`.
    pub fn parse(reply: &str, class: Class) -> Result<Self, ReplyError> {
        let (code, enhanced, text) = split(reply, class)?;
        check_text(text)?;
        Ok(Self::made(code, enhanced, text))
    }

    /// The text is cut where it is too long, and anything but printable US-ASCII becomes `?`.
    pub(crate) fn made(code: u16, enhanced: [u16; 3], text: &str) -> Self {
        let text = printable(text, MAX_REPLY_TEXT);
        Self { code, enhanced, text: SafeText::display(&text) }
    }

    /// The code, 400 to 599.
    #[must_use]
    pub const fn code(&self) -> u16 {
        self.code
    }

    /// Class, subject and detail of the enhanced code (RFC 3463 §2).
    #[must_use]
    pub const fn enhanced(&self) -> [u16; 3] {
        self.enhanced
    }

    /// The text behind the codes: printable US-ASCII, at most [`MAX_REPLY_TEXT`] octets.
    #[must_use]
    pub const fn text(&self) -> &SafeText {
        &self.text
    }
}

impl fmt::Display for ReplyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [class, subject, detail] = self.enhanced;
        write!(f, "{} {class}.{subject}.{detail} {}", self.code, self.text)
    }
}

/// Code, enhanced code and the text behind them.
pub(crate) fn split(reply: &str, class: Class) -> Result<(u16, [u16; 3], &str), ReplyError> {
    let class = class.digit();
    let no_code = ReplyError::Code { class };
    let no_enhanced = ReplyError::Enhanced { class };
    let (code, rest) = reply.split_once(' ').ok_or(no_code)?;
    let code = digits(code, 3..=3).ok_or(no_code)?;
    if code / 100 != class {
        return Err(no_code);
    }
    let (enhanced, text) = rest.split_once(' ').unwrap_or((rest, ""));
    let mut parts = enhanced.split('.').map(|part| digits(part, 1..=3));
    let mut part = || parts.next().flatten().ok_or(no_enhanced);
    let enhanced = [part()?, part()?, part()?];
    if parts.next().is_some() || enhanced.first() != Some(&class) {
        return Err(no_enhanced);
    }
    match text.trim_start_matches(' ') {
        "" => Err(ReplyError::NoText),
        text => Ok((code, enhanced, text)),
    }
}

/// Whether `text` could stand in a reply or header line as it is.
pub(crate) fn check_text(text: &str) -> Result<(), ReplyError> {
    if let Some(at) = text.bytes().position(|b| !matches!(b, 0x20..=0x7e)) {
        return Err(ReplyError::Octet { at });
    }
    if text.len() > MAX_REPLY_TEXT {
        return Err(ReplyError::Long);
    }
    Ok(())
}

fn digits(text: &str, len: std::ops::RangeInclusive<usize>) -> Option<u16> {
    let ok = len.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    ok.then(|| text.parse().ok())?
}

/// At most `max` characters; each that is no printable US-ASCII becomes `?`.
fn printable(text: &str, max: usize) -> String {
    let one = |c| if matches!(c, ' '..='~') { c } else { '?' };
    text.chars().take(max).map(one).collect()
}

/// A value as it may stand in a reply or header line: no client can write one of its own.
pub(crate) fn inserted(value: &Value) -> String {
    printable(&value.plain(), MAX_INSERTED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(text: &str) -> Result<ReplyText, ReplyError> {
        ReplyText::parse(text, Class::Permanent)
    }

    #[test]
    fn codes_and_text_are_kept() {
        let r = reject("550 5.7.1 no, thanks").unwrap();
        assert_eq!((r.code(), r.enhanced()), (550, [5, 7, 1]));
        assert_eq!(r.to_string(), "550 5.7.1 no, thanks");
    }

    #[test]
    fn class_must_agree() {
        assert_eq!(reject("451 4.7.1 x"), Err(ReplyError::Code { class: 5 }));
        assert_eq!(reject("550 4.7.1 x"), Err(ReplyError::Enhanced { class: 5 }));
        assert!(ReplyText::parse("451 4.7.1 x", Class::Temporary).is_ok());
    }

    #[test]
    fn malformed_replies_are_refused() {
        for bad in ["", "550", "5500 5.7.1 x", "+50 5.7.1 x", "550 5.7 x", "550 5.7.1.1 x"] {
            assert!(reject(bad).is_err(), "{bad}");
        }
        assert_eq!(reject("550 5.7.1"), Err(ReplyError::NoText));
        assert_eq!(reject("550 5.7.1 a\r\nb"), Err(ReplyError::Octet { at: 1 }));
    }

    #[test]
    fn text_is_limited_at_440_octets() {
        assert!(reject(&format!("550 5.7.1 {}", "x".repeat(440))).is_ok());
        let long = format!("550 5.7.1 {}", "x".repeat(441));
        assert_eq!(reject(&long), Err(ReplyError::Long));
    }

    #[test]
    fn inserted_values_are_printable_and_cut_at_100() {
        let value = Value::text(&format!("a\r\n250 ok ü{}", "x".repeat(200)));
        let text = inserted(&value);
        assert!(text.starts_with("a??250 ok ?x"));
        assert_eq!(text.len(), MAX_INSERTED);
    }
}
