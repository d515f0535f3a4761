//! What a client asks of delivery status notifications (RFC 3461).

use super::xtext::Xtext;
use std::fmt;

/// Most octets of an `ENVID=` value as it is written (RFC 3461 §4.4).
pub const MAX_ENVID: usize = 100;
/// Most octets of an `ORCPT=` value as it is written (RFC 3461 §4.2).
pub const MAX_ORCPT: usize = 500;

/// `RET=`: how much of the message a failure notice returns (RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3461 §4.3")]
pub enum Ret {
    /// `FULL`: the whole message.
    Full,
    /// `HDRS`: its header only.
    Headers,
}

/// An occasion for a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3461 §4.1")]
pub enum Occasion {
    /// `SUCCESS`
    Success,
    /// `FAILURE`
    Failure,
    /// `DELAY`
    Delay,
}

/// `NOTIFY=`: on which occasions the sender wants a notice (RFC 3461 §4.1).
///
/// ```text
/// notify-esmtp-value = "NEVER" / 1#notify-list-element
/// notify-list-element = "SUCCESS" / "FAILURE" / "DELAY"
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Notify {
    success: bool,
    failure: bool,
    delay: bool,
}

/// `ENVID=`: the sender's name for this transaction (RFC 3461 §4.4), printable US-ASCII of at most
/// [`MAX_ENVID`] octets as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EnvelopeId(Xtext);

/// `ORCPT=`: the recipient as the sender gave it (RFC 3461 §4.2, RFC 6533 §3).
///
/// ```text
/// original-recipient-address = addr-type ";" xtext
/// ```
///
/// With the type `utf-8` the address is written as `utf-8-addr-xtext`, which is US-ASCII again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OriginalRecipient {
    kind: Box<str>,
    address: Xtext,
}

/// Why octets are no value of a DSN parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected} expected")]
pub struct ParseDsnError {
    /// What is expected.
    pub expected: &'static str,
}

const fn expected(expected: &'static str) -> ParseDsnError {
    ParseDsnError { expected }
}

impl Ret {
    /// Reads the value, in any case.
    ///
    /// # Errors
    /// [`ParseDsnError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseDsnError> {
        match octets {
            o if o.eq_ignore_ascii_case(b"FULL") => Ok(Self::Full),
            o if o.eq_ignore_ascii_case(b"HDRS") => Ok(Self::Headers),
            _ => Err(expected("FULL or HDRS")),
        }
    }
}

impl Notify {
    /// `NEVER`
    pub const NEVER: Self = Self { success: false, failure: false, delay: false };

    /// On these occasions; on none is [`Notify::NEVER`].
    #[must_use]
    pub fn on(occasions: &[Occasion]) -> Self {
        let wants = |occasion| occasions.contains(&occasion);
        Self {
            success: wants(Occasion::Success),
            failure: wants(Occasion::Failure),
            delay: wants(Occasion::Delay),
        }
    }

    /// Whether the sender wants a notice on this occasion.
    #[must_use]
    pub const fn wants(self, occasion: Occasion) -> bool {
        match occasion {
            Occasion::Success => self.success,
            Occasion::Failure => self.failure,
            Occasion::Delay => self.delay,
        }
    }

    /// Reads the value, in any case.
    ///
    /// # Errors
    /// [`ParseDsnError`], also for `NEVER` beside another word.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseDsnError> {
        if octets.eq_ignore_ascii_case(b"NEVER") {
            return Ok(Self::NEVER);
        }
        // RFC 3461 §4.1: NEVER stands by itself.
        let mut read = Self::NEVER;
        for word in octets.split(|&b| b == b',') {
            let slot = match word {
                w if w.eq_ignore_ascii_case(b"SUCCESS") => &mut read.success,
                w if w.eq_ignore_ascii_case(b"FAILURE") => &mut read.failure,
                w if w.eq_ignore_ascii_case(b"DELAY") => &mut read.delay,
                _ => return Err(expected("NEVER alone, or SUCCESS, FAILURE, DELAY")),
            };
            *slot = true;
        }
        Ok(read)
    }
}

impl EnvelopeId {
    /// Takes a decoded value.
    ///
    /// # Errors
    /// [`ParseDsnError`] when it is empty, not printable US-ASCII or too long.
    pub fn new(decoded: &str) -> Result<Self, ParseDsnError> {
        let text = Xtext::new(decoded).map_err(|_| expected("printable US-ASCII"))?;
        Self::checked(text)
    }

    /// Reads the xtext.
    ///
    /// # Errors
    /// [`ParseDsnError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseDsnError> {
        Self::checked(Xtext::parse(octets).map_err(|_| expected("xtext"))?)
    }

    fn checked(text: Xtext) -> Result<Self, ParseDsnError> {
        // RFC 3461 §4.4: what is encoded is printable US-ASCII.
        let sound = text.as_str().is_ascii() && !text.as_str().is_empty();
        match sound && text.to_string().len() <= MAX_ENVID {
            true => Ok(Self(text)),
            false => Err(expected("1 to 100 octets of printable US-ASCII in xtext")),
        }
    }

    /// The decoded value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl OriginalRecipient {
    /// Takes an address type (an atom) and a decoded address.
    ///
    /// # Errors
    /// [`ParseDsnError`]
    pub fn new(kind: &str, address: &str) -> Result<Self, ParseDsnError> {
        let address = Xtext::new(address).map_err(|_| expected("an address without controls"))?;
        Self::checked(kind.as_bytes(), address)
    }

    /// Reads `addr-type ";" xtext`, or UTF-8 behind the type `utf-8`.
    ///
    /// # Errors
    /// [`ParseDsnError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseDsnError> {
        let bad = || expected("an address type, a semicolon and xtext");
        let at = octets.iter().position(|&b| b == b';').ok_or_else(bad)?;
        let (kind, rest) = octets.split_at_checked(at).ok_or_else(bad)?;
        let rest = rest.strip_prefix(b";").unwrap_or_default();
        let address = match kind.eq_ignore_ascii_case(b"utf-8") {
            true => Xtext::parse_utf8(rest),
            false => Xtext::parse(rest),
        };
        Self::checked(kind, address.map_err(|_| bad())?)
    }

    fn checked(kind: &[u8], address: Xtext) -> Result<Self, ParseDsnError> {
        let atom = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*-/?^_`{|}~".contains(b);
        if kind.is_empty() || !kind.iter().all(atom) {
            return Err(expected("an address type"));
        }
        let kind: String = kind.iter().map(|b| char::from(b.to_ascii_lowercase())).collect();
        if address.as_str().is_empty() {
            return Err(expected("an address"));
        }
        let read = Self { kind: kind.into(), address };
        match read.to_string().len() <= MAX_ORCPT {
            true => Ok(read),
            false => Err(expected("at most 500 octets")),
        }
    }

    /// The address type in lower case, as in `rfc822`.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The decoded address.
    #[must_use]
    pub fn address(&self) -> &str {
        self.address.as_str()
    }
}

impl fmt::Display for Ret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Full => "FULL",
            Self::Headers => "HDRS",
        })
    }
}

impl fmt::Display for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::NEVER {
            return f.write_str("NEVER");
        }
        let words = [(self.success, "SUCCESS"), (self.failure, "FAILURE"), (self.delay, "DELAY")];
        let mut comma = "";
        for (_, word) in words.into_iter().filter(|(wanted, _)| *wanted) {
            write!(f, "{comma}{word}")?;
            comma = ",";
        }
        Ok(())
    }
}

impl fmt::Display for EnvelopeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for OriginalRecipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};", self.kind)?;
        match &*self.kind {
            "utf-8" => self.address.write_utf8(f),
            _ => self.address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn never_stands_alone() {
        for bad in ["NEVER,DELAY", "DELAY,NEVER", "", ",", "DELAY,", "SOMETIMES"] {
            assert!(Notify::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        let read = Notify::parse(b"delay,Success").unwrap();
        assert_eq!(read, Notify::on(&[Occasion::Success, Occasion::Delay]));
        assert!(!read.wants(Occasion::Failure));
        assert_eq!(read.to_string(), "SUCCESS,DELAY");
    }

    #[test]
    fn envid_has_at_most_100_octets_as_written() {
        assert!(EnvelopeId::parse("x".repeat(99).as_bytes()).is_ok());
        assert!(EnvelopeId::parse("x".repeat(100).as_bytes()).is_ok());
        assert!(EnvelopeId::parse("x".repeat(101).as_bytes()).is_err());
        assert!(EnvelopeId::new(&" ".repeat(34)).is_err());
        for bad in ["", "a+0D+0A", "+C3+BC", "a b"] {
            assert!(EnvelopeId::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn orcpt_has_at_most_500_octets_and_a_type() {
        let of = |n: usize| format!("rfc822;{}", "x".repeat(n - 7));
        assert!(OriginalRecipient::parse(of(499).as_bytes()).is_ok());
        assert!(OriginalRecipient::parse(of(500).as_bytes()).is_ok());
        assert!(OriginalRecipient::parse(of(501).as_bytes()).is_err());
        for bad in ["rfc822", ";a@b", "rfc822;", "a b;c", "rfc822;a+0Ab", "rfc822;\u{fc}"] {
            assert!(OriginalRecipient::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn utf8_addresses_are_written_in_ascii() {
        let read = OriginalRecipient::parse("UTF-8;\u{fc}@b.example".as_bytes()).unwrap();
        assert_eq!(read.address(), "\u{fc}@b.example");
        assert_eq!(read.to_string(), "utf-8;\\x{FC}@b.example");
        assert_eq!(OriginalRecipient::parse(b"utf-8;\\x{FC}@b.example"), Ok(read));
        for bad in ["\\x{D}", "\\x{}", "\\x{41}", "\\x{110000}", "\\y", "\\x{fc}", "\\x{0FC}"] {
            let value = format!("utf-8;a{bad}");
            assert!(OriginalRecipient::parse(value.as_bytes()).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn parse_after_write_is_identity(kind in "rfc822|utf-8|x-a", address in "[ -~\u{fc}\u{20ac}]{1,40}") {
            let value = OriginalRecipient::new(&kind, &address).unwrap();
            let wire = value.to_string();
            prop_assert!(wire.bytes().all(|b| matches!(b, 33..=126)));
            prop_assert_eq!(OriginalRecipient::parse(wire.as_bytes()), Ok(value));
        }
    }
}
