//! Mailboxes as SMTP writes them (RFC 5321 §4.1.2, RFC 6531 §3.3).
//!
//! The mailbox with display name, comments and groups of RFC 5322 lives in `postrider-message`.

use crate::domain::DomainName;
use crate::host::{Host, ParseHostError};
use std::fmt;
use std::str::FromStr;

/// Most octets of a local part as written, with the quotes it needs (RFC 5321 §4.5.3.1.1).
pub const MAX_LOCAL_PART: usize = 64;
/// Most octets of a mailbox as written, so that its path fits 256 (RFC 5321 §4.5.3.1.3).
pub const MAX_MAILBOX: usize = 254;

/// The part before the `@`, kept as what it means: quotes and quoted pairs are removed on reading
/// and put back on writing where they are needed.
///
/// ```text
/// local-part = Dot-string / Quoted-string
/// ```
///
/// Local parts are compared octet by octet; only their host may decide that case does not matter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalPart(Box<str>);

/// `local-part "@" ( Domain / address-literal )`
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mailbox {
    local: LocalPart,
    host: Host,
}

/// Why octets are no [`Mailbox`] or [`LocalPart`]. Offsets are octets of the given text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseMailboxError {
    /// No `@` behind the local part.
    #[error("no @ at octet {at}")]
    NoAt {
        /// Where it was expected.
        at: usize,
    },
    /// The local part is empty (`@example.org`).
    #[error("empty local part")]
    EmptyLocal,
    /// The local part is longer than 64 octets.
    #[error("local part is {len} octets long, 64 are allowed")]
    LongLocal {
        /// Its length as written.
        len: usize,
    },
    /// The mailbox is longer than 254 octets.
    #[error("mailbox is {len} octets long, 254 are allowed")]
    Long {
        /// Its length.
        len: usize,
    },
    /// An octet that may not stand there.
    #[error("octet {at} may not stand in a local part: {expected} expected")]
    Octet {
        /// Its place.
        at: usize,
        /// What was expected instead.
        expected: &'static str,
    },
    /// The quoted string does not end.
    #[error("quoted local part does not end")]
    Unclosed,
    /// The part behind the `@` is no domain or literal.
    #[error("behind the @ at octet {at}: {source}")]
    Host {
        /// Offset of the octet behind the `@`.
        at: usize,
        /// What is wrong with it.
        source: ParseHostError,
    },
}

const fn is_atext(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || b >= 0x80
        || matches!(
            b,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
        )
}

impl LocalPart {
    /// Takes the meaning of a local part, unquoted: printable US-ASCII, spaces, and UTF-8. It may be
    /// empty, which is written `""`.
    ///
    /// # Errors
    /// [`ParseMailboxError`] when it is too long or holds a control character.
    pub fn new(meaning: &str) -> Result<Self, ParseMailboxError> {
        if let Some((at, _)) = meaning.char_indices().find(|(_, c)| c.is_control()) {
            return Err(ParseMailboxError::Octet { at, expected: "no control character" });
        }
        let local = Self(meaning.into());
        match local.to_string().len() {
            len if len > MAX_LOCAL_PART => Err(ParseMailboxError::LongLocal { len }),
            _ => Ok(local),
        }
    }

    /// What the local part means, without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is written without quotes.
    #[must_use]
    pub fn is_dot_string(&self) -> bool {
        !self.0.is_empty()
            && self.0.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
    }

    /// Whether writing it needs SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.0.is_ascii()
    }
}

impl Mailbox {
    /// Puts a mailbox together.
    ///
    /// # Errors
    /// [`ParseMailboxError::Long`] when it could not be written in 254 octets.
    pub fn new(local: LocalPart, host: impl Into<Host>) -> Result<Self, ParseMailboxError> {
        let mailbox = Self { local, host: host.into() };
        match mailbox.to_string().len() {
            len if len > MAX_MAILBOX => Err(ParseMailboxError::Long { len }),
            _ => Ok(mailbox),
        }
    }

    /// Reads `local@host` as it stands between the angle brackets of a path.
    ///
    /// # Errors
    /// [`ParseMailboxError`] with the offset of the fault.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseMailboxError> {
        let (local, used) = parse_local(octets)?;
        let at = used + 1;
        if octets.get(used) != Some(&b'@') {
            return Err(ParseMailboxError::NoAt { at: used });
        }
        let host = Host::parse(octets.get(at..).unwrap_or_default())
            .map_err(|source| ParseMailboxError::Host { at, source })?;
        Self::new(local, host)
    }

    /// The local part.
    #[must_use]
    pub const fn local(&self) -> &LocalPart {
        &self.local
    }

    /// The domain or address literal.
    #[must_use]
    pub const fn host(&self) -> &Host {
        &self.host
    }

    /// The domain, unless it is an address literal.
    #[must_use]
    pub const fn domain_name(&self) -> Option<&DomainName> {
        self.host.as_name()
    }

    /// Whether writing the mailbox needs SMTPUTF8.
    #[must_use]
    pub fn is_ascii(&self) -> bool {
        self.local.is_ascii()
    }
}

/// The local part at the start of `octets`, and how many octets it took.
fn parse_local(octets: &[u8]) -> Result<(LocalPart, usize), ParseMailboxError> {
    match octets.first() {
        Some(b'"') => parse_quoted(octets),
        Some(b'@') | None => Err(ParseMailboxError::EmptyLocal),
        Some(_) => parse_dot_string(octets),
    }
}

fn parse_dot_string(octets: &[u8]) -> Result<(LocalPart, usize), ParseMailboxError> {
    let used = octets.iter().position(|&b| !is_atext(b) && b != b'.').unwrap_or(octets.len());
    let text = utf8(octets.get(..used).unwrap_or_default())?;
    let mut at = 0;
    for atom in text.split('.') {
        if atom.is_empty() {
            return Err(ParseMailboxError::Octet { at, expected: "an atom" });
        }
        at += atom.len() + 1;
    }
    Ok((LocalPart::new(text)?, used))
}

fn parse_quoted(octets: &[u8]) -> Result<(LocalPart, usize), ParseMailboxError> {
    let mut meaning = Vec::new();
    let mut rest = octets.iter().copied().enumerate().skip(1);
    while let Some((at, b)) = rest.next() {
        match b {
            b'"' => return Ok((LocalPart::new(utf8(&meaning)?)?, at + 1)),
            // RFC 5321 §4.1.2: quoted-pairSMTP = %d92 %d32-126
            b'\\' => match rest.next() {
                Some((_, b @ 32..=126)) => meaning.push(b),
                Some((at, _)) => {
                    return Err(ParseMailboxError::Octet { at, expected: "printable US-ASCII" });
                }
                None => return Err(ParseMailboxError::Unclosed),
            },
            32..=126 | 0x80.. => meaning.push(b),
            _ => {
                return Err(ParseMailboxError::Octet { at, expected: "no control character" });
            }
        }
    }
    Err(ParseMailboxError::Unclosed)
}

fn utf8(octets: &[u8]) -> Result<&str, ParseMailboxError> {
    std::str::from_utf8(octets)
        .map_err(|e| ParseMailboxError::Octet { at: e.valid_up_to(), expected: "UTF-8" })
}

impl fmt::Display for LocalPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_dot_string() {
            return f.write_str(&self.0);
        }
        f.write_str("\"")?;
        for c in self.0.chars() {
            if matches!(c, '"' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        f.write_str("\"")
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.host)
    }
}

impl FromStr for Mailbox {
    type Err = ParseMailboxError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Mailbox {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Mailbox {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(d)?.as_bytes()).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<Mailbox, ParseMailboxError> {
        Mailbox::parse(text.as_bytes())
    }

    #[test]
    fn quotes_are_kept_where_they_mean_something() {
        for (input, written) in [
            (r#""john"@example.org"#, "john@example.org"),
            (r#""a b"@example.org"#, r#""a b"@example.org"#),
            (r#""a\"b"@example.org"#, r#""a\"b"@example.org"#),
            (r#""a\b"@example.org"#, "ab@example.org"),
            (r#""a@b"@c.example"#, r#""a@b"@c.example"#),
            (r#""a> NOTIFY=NEVER x"@d.example"#, r#""a> NOTIFY=NEVER x"@d.example"#),
            (r#"""@example.org"#, r#"""@example.org"#),
            ("grüße@example.org", "grüße@example.org"),
            ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ] {
            assert_eq!(parse(input).unwrap().to_string(), written, "{input}");
        }
    }

    #[test]
    fn faults_have_places() {
        use ParseMailboxError as E;
        assert_eq!(parse("a"), Err(E::NoAt { at: 1 }));
        assert_eq!(parse("@b"), Err(E::EmptyLocal));
        assert_eq!(parse("a..b@c"), Err(E::Octet { at: 2, expected: "an atom" }));
        assert_eq!(parse("a b@c"), Err(E::NoAt { at: 1 }));
        assert_eq!(parse("\"a\r\"@c"), Err(E::Octet { at: 2, expected: "no control character" }));
        assert_eq!(parse("\"a"), Err(E::Unclosed));
        assert!(matches!(parse("a@"), Err(E::Host { at: 2, .. })));
    }

    #[test]
    fn local_part_is_limited_at_64() {
        assert!(parse(&format!("{}@b.example", "a".repeat(64))).is_ok());
        assert_eq!(
            parse(&format!("{}@b.example", "a".repeat(65))),
            Err(ParseMailboxError::LongLocal { len: 65 })
        );
        let quoted = |n| parse(&format!("\"{} b\"@b.example", "a".repeat(n)));
        assert!(quoted(60).is_ok());
        assert_eq!(quoted(61), Err(ParseMailboxError::LongLocal { len: 65 }));
    }

    proptest! {
        #[test]
        fn parse_after_display_is_identity(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(mailbox) = Mailbox::parse(&octets) {
                prop_assert_eq!(Mailbox::parse(mailbox.to_string().as_bytes()), Ok(mailbox));
            }
        }

        #[test]
        fn any_meaning_can_be_written(meaning in "[ -~é]{0,30}") {
            let local = LocalPart::new(&meaning).unwrap();
            let mailbox = Mailbox::new(local, DomainName::parse("example.org").unwrap()).unwrap();
            prop_assert_eq!(Mailbox::parse(mailbox.to_string().as_bytes()), Ok(mailbox));
        }
    }
}
