//! What a reply says to a machine: the reply code (RFC 5321 §4.2) and the enhanced status code (RFC
//! 3463, RFC 2034).

use std::fmt;

/// A reply code from 200 to 599.
///
/// ```text
/// Reply-code = %x32-35 %x30-35 %x30-39
/// ```
///
/// Deviation: RFC 5321 §4.2 ends the second digit at 5; 6 to 9 are accepted, because a client acts on
/// the first digit alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub(super) u16);

/// What the first digit of a [`Code`] says (RFC 5321 §4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.2.1")]
pub enum Class {
    /// 2yz: done.
    Done,
    /// 3yz: go on, more is needed.
    GoOn,
    /// 4yz: not now; the same may succeed later.
    Transient,
    /// 5yz: no; the same will not succeed later.
    Permanent,
}

/// An enhanced status code such as `5.1.1`.
///
/// ```text
/// status-code = ("2" / "4" / "5") "." 1*3DIGIT "." 1*3DIGIT
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Enhanced {
    class: u8,
    subject: u16,
    detail: u16,
}

/// A reply code, and the enhanced code that agrees with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Status {
    code: Code,
    enhanced: Option<Enhanced>,
}

/// Why codes are no [`Status`] (RFC 2034 §4): the class of the enhanced code is another one than the
/// first digit of the reply code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{enhanced} does not go with {code}")]
pub struct ClassMismatch {
    /// The reply code.
    pub code: Code,
    /// The enhanced code of another class.
    pub enhanced: Enhanced,
}

impl Code {
    /// 220: greeting, or ready for TLS.
    pub const READY: Self = Self(220);
    /// 250: done.
    pub const OK: Self = Self(250);
    /// 334: the next SASL challenge.
    pub const CHALLENGE: Self = Self(334);
    /// 354: send the message.
    pub const START_MAIL: Self = Self(354);
    /// 421: the server is closing the connection.
    pub const CLOSING: Self = Self(421);

    /// Takes a number from 200 to 599.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        match number {
            200..=599 => Some(Self(number)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// What its first digit says.
    #[must_use]
    pub const fn class(self) -> Class {
        match self.0 {
            0..=299 => Class::Done,
            300..=399 => Class::GoOn,
            400..=499 => Class::Transient,
            _ => Class::Permanent,
        }
    }

    /// Reads exactly three digits.
    #[must_use]
    pub fn parse(digits: &[u8]) -> Option<Self> {
        let [a, b, c] = digits else { return None };
        let digit = |d: &u8| d.is_ascii_digit().then(|| u16::from(d - b'0'));
        Self::new(digit(a)? * 100 + digit(b)? * 10 + digit(c)?)
    }

    /// This code with the enhanced code of the same class; 3yz has none (RFC 2034 §4).
    #[must_use]
    pub const fn with(self, subject: u16, detail: u16) -> Status {
        let class = match self.class() {
            Class::Done => 2,
            Class::Transient => 4,
            Class::Permanent => 5,
            Class::GoOn => return self.alone(),
        };
        Status { code: self, enhanced: Enhanced::new(class, subject, detail) }
    }

    /// This code without an enhanced code.
    #[must_use]
    pub const fn alone(self) -> Status {
        Status { code: self, enhanced: None }
    }
}

impl Enhanced {
    /// Takes class 2, 4 or 5, and a subject and detail of at most three digits.
    #[must_use]
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        match (class, subject, detail) {
            (2 | 4 | 5, 0..=999, 0..=999) => Some(Self { class, subject, detail }),
            _ => None,
        }
    }

    /// Reads `class.subject.detail` and nothing behind it.
    ///
    /// RFC 3463 §2: leading zeros are not written, so they are not read.
    #[must_use]
    pub fn parse(octets: &[u8]) -> Option<Self> {
        let mut parts = octets.split(|&b| b == b'.');
        let class = number(parts.next()?)?;
        let subject = number(parts.next()?)?;
        let detail = number(parts.next()?)?;
        if parts.next().is_some() {
            return None;
        }
        Self::new(u8::try_from(class).ok()?, subject, detail)
    }

    /// 2, 4 or 5.
    #[must_use]
    pub const fn class(self) -> u8 {
        self.class
    }

    /// What the code is about: address, mailbox, system, network, protocol, content, policy.
    #[must_use]
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The detail within the subject.
    #[must_use]
    pub const fn detail(self) -> u16 {
        self.detail
    }
}

/// One to three digits without a leading zero.
fn number(digits: &[u8]) -> Option<u16> {
    match digits {
        [b'0'] => Some(0),
        [b'0', ..] | [] | [_, _, _, _, ..] => None,
        digits => digits
            .iter()
            .try_fold(0, |n, d| d.is_ascii_digit().then(|| n * 10 + u16::from(d - b'0'))),
    }
}

impl Status {
    /// Puts two codes together.
    ///
    /// # Errors
    /// [`ClassMismatch`]: RFC 2034 §4 wants the class of the enhanced code to be the first digit of
    /// the reply code.
    pub fn new(code: Code, enhanced: Option<Enhanced>) -> Result<Self, ClassMismatch> {
        match enhanced {
            Some(e) if u16::from(e.class) != code.0 / 100 => {
                Err(ClassMismatch { code, enhanced: e })
            }
            _ => Ok(Self { code, enhanced }),
        }
    }

    /// The reply code.
    #[must_use]
    pub const fn code(self) -> Code {
        self.code
    }

    /// The enhanced code, if there is one.
    #[must_use]
    pub const fn enhanced(self) -> Option<Enhanced> {
        self.enhanced
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.enhanced {
            Some(enhanced) => write!(f, "{} {enhanced}", self.code),
            None => self.code.fmt(f),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u16(self.0)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Enhanced {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn codes_go_from_200_to_599() {
        for (text, code) in [
            (&b"199"[..], None),
            (b"200", Code::new(200)),
            (b"599", Code::new(599)),
            (b"600", None),
            (b"25", None),
            (b"2500", None),
            (b"2 0", None),
            (b"-50", None),
        ] {
            assert_eq!(Code::parse(text), code);
        }
    }

    #[test]
    fn enhanced_codes_have_class_2_4_or_5() {
        let parse = |t: &str| Enhanced::parse(t.as_bytes());
        assert_eq!(parse("5.1.10").map(|e| e.detail()), Some(10));
        assert_eq!(parse("5.7.999").map(|e| e.to_string()), Some("5.7.999".into()));
        for bad in
            ["3.0.0", "6.8.9", "5.1", "5.1.", "5.1.1.", "5.01.1", "5.1.1000", "5.1.a", "", "5.1.+1"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn classes_must_agree() {
        let enhanced = Enhanced::new(4, 2, 1).unwrap();
        let code = Code::new(550).unwrap();
        assert_eq!(Status::new(code, Some(enhanced)), Err(ClassMismatch { code, enhanced }));
        assert_eq!(Code::START_MAIL.with(0, 0).enhanced(), None);
    }

    proptest! {
        #[test]
        fn parse_after_display_is_identity(class in 2u8..6, subject in 0u16..1000, detail in 0u16..1000) {
            if let Some(enhanced) = Enhanced::new(class, subject, detail) {
                prop_assert_eq!(Enhanced::parse(enhanced.to_string().as_bytes()), Some(enhanced));
            }
        }
    }
}
