//! What DNS said: records, one of two denials, or that it is not known.

use crate::name::Name;
use postrider_core::SafeText;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// The text of a TXT record: character strings of up to 255 octets each, as published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Txt {
    strings: Vec<Box<[u8]>>,
}

/// Most octets of one character string (RFC 1035 §3.3).
pub const MAX_STRING: usize = 255;

impl Txt {
    /// Text from its character strings; one longer than 255 octets is split.
    #[must_use]
    pub fn from_strings<'a>(strings: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let strings = strings.into_iter().flat_map(|s| match s {
            [] => vec![Box::from([])],
            s => s.chunks(MAX_STRING).map(Box::from).collect(),
        });
        Self { strings: strings.collect() }
    }

    /// The character strings.
    #[must_use]
    pub fn strings(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.strings.iter().map(|s| &**s)
    }

    /// The strings joined without anything between them, as SPF, DKIM and DMARC read them
    /// (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    #[must_use]
    pub fn joined(&self) -> Vec<u8> {
        self.strings.concat()
    }
}

impl fmt::Display for Txt {
    /// As in a zone file: each string quoted, other octets escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, string) in self.strings.iter().enumerate() {
            if i > 0 {
                f.write_str(" ")?;
            }
            Quoted(string).fmt(f)?;
        }
        Ok(())
    }
}

/// Octets as a quoted character string of zone text.
pub(crate) struct Quoted<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for &b in self.0 {
            match b {
                b'"' | b'\\' => write!(f, "\\{}", char::from(b))?,
                0x20..=0x7e => write!(f, "{}", char::from(b))?,
                b => write!(f, "\\{b:03}")?,
            }
        }
        f.write_str("\"")
    }
}

/// One record's data.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Record {
    /// IPv4 address.
    A(Ipv4Addr),
    /// IPv6 address.
    Aaaa(Ipv6Addr),
    /// Mail exchanger; the root as exchange is the null MX (RFC 7505).
    Mx {
        /// Lower is tried first.
        preference: u16,
        /// Host that takes the mail.
        exchange: Name,
    },
    /// Text.
    Txt(Txt),
    /// Name of an address.
    Ptr(Name),
    /// Alias.
    Cname(Name),
    /// Name server.
    Ns(Name),
    /// Start of a zone.
    Soa(Soa),
    /// Certificate association.
    Tlsa {
        /// What the data binds: 0 to 3.
        usage: u8,
        /// Whole certificate (0) or its public key (1).
        selector: u8,
        /// Exact (0), SHA-256 (1), SHA-512 (2).
        matching: u8,
        /// The association data.
        data: Box<[u8]>,
    },
}

/// Start of a zone (RFC 1035 §3.3.13). Times are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Soa {
    /// Primary server.
    pub primary: Name,
    /// Mailbox of the person responsible, as a name.
    pub mailbox: Name,
    /// Version of the zone.
    pub serial: u32,
    /// When a secondary looks again.
    pub refresh: u32,
    /// When it tries again after a failure.
    pub retry: u32,
    /// When it gives the zone up.
    pub expire: u32,
    /// Negative caching time (RFC 2308).
    pub minimum: u32,
}

impl Record {
    /// The record's type.
    #[must_use]
    pub const fn kind(&self) -> crate::Kind {
        use crate::Kind;
        match self {
            Self::A(_) => Kind::A,
            Self::Aaaa(_) => Kind::Aaaa,
            Self::Mx { .. } => Kind::Mx,
            Self::Txt(_) => Kind::Txt,
            Self::Ptr(_) => Kind::Ptr,
            Self::Cname(_) => Kind::Cname,
            Self::Ns(_) => Kind::Ns,
            Self::Soa(_) => Kind::Soa,
            Self::Tlsa { .. } => Kind::Tlsa,
        }
    }
}

impl fmt::Display for Record {
    /// The data as in a zone file; names with a final dot.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::A(a) => a.fmt(f),
            Self::Aaaa(a) => a.fmt(f),
            Self::Mx { preference, exchange } => write!(f, "{preference} {}", Absolute(exchange)),
            Self::Txt(t) => t.fmt(f),
            Self::Ptr(n) | Self::Cname(n) | Self::Ns(n) => Absolute(n).fmt(f),
            Self::Soa(s) => write!(
                f,
                "{} {} {} {} {} {} {}",
                Absolute(&s.primary),
                Absolute(&s.mailbox),
                s.serial,
                s.refresh,
                s.retry,
                s.expire,
                s.minimum
            ),
            Self::Tlsa { usage, selector, matching, data } => {
                write!(f, "{usage} {selector} {matching} ")?;
                data.iter().try_for_each(|b| write!(f, "{b:02x}"))
            }
        }
    }
}

/// A name written with its final dot.
pub(crate) struct Absolute<'a>(pub(crate) &'a Name);

impl fmt::Display for Absolute<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.is_root() {
            true => f.write_str("."),
            false => write!(f, "{}.", self.0),
        }
    }
}

/// What an answer says about the question: both denials are knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 2308 §2")]
pub enum Content {
    /// At least one record of the type asked for.
    Records(Vec<Record>),
    /// The name exists, the type does not (NODATA).
    NoData,
    /// The name does not exist (NXDOMAIN).
    NxDomain,
}

/// An answer, positive or negative.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Answer {
    /// Records or a denial.
    pub content: Content,
    /// Seconds for which the answer may be kept.
    pub ttl: u32,
    /// Validated by DNSSEC; true for validated denials too.
    pub authentic: bool,
    /// The name at the end of the alias chain; the name asked for if there is no alias.
    pub canonical: Name,
    /// The aliases followed, the name asked for first; empty if there are none.
    pub aliases: Vec<Name>,
}

impl Answer {
    /// An answer about `name` itself, neither aliased nor validated.
    #[must_use]
    pub const fn new(name: Name, content: Content, ttl: u32) -> Self {
        Self { content, ttl, authentic: false, canonical: name, aliases: Vec::new() }
    }

    /// The records; none for a denial.
    #[must_use]
    pub fn records(&self) -> &[Record] {
        match &self.content {
            Content::Records(records) => records,
            Content::NoData | Content::NxDomain => &[],
        }
    }

    /// Whether the answer denies: RFC 7208 calls such a look-up void.
    #[must_use]
    pub const fn is_denial(&self) -> bool {
        matches!(self.content, Content::NoData | Content::NxDomain)
    }
}

/// We do not know: nothing can be concluded about the name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The server failed.
    #[error("server failure{}", if *.bogus { " (DNSSEC validation failed)" } else { "" })]
    ServFail {
        /// Whether DNSSEC validation is known to be the reason.
        bogus: bool,
    },
    /// The server refused to answer.
    #[error("query refused")]
    Refused,
    /// The answer could not be read.
    #[error("malformed answer")]
    Malformed,
    /// A chain of aliases that is too long or comes back to itself.
    #[error("alias chain does not end")]
    AliasLoop,
    /// The name cannot be put into a question.
    #[error("name cannot be asked for")]
    NotEncodable,
    /// Something else went wrong on the way.
    #[error("{0}")]
    Other(SafeText),
}

#[cfg(feature = "serde")]
impl serde::Serialize for Record {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_strings_are_split_and_join_again() {
        let text = vec![b'x'; 600];
        let txt = Txt::from_strings([text.as_slice()]);
        assert_eq!(txt.strings().map(<[u8]>::len).collect::<Vec<_>>(), [255, 255, 90]);
        assert_eq!(txt.joined(), text);
    }

    #[test]
    fn txt_is_written_quoted() {
        let txt = Txt::from_strings([&b"a\"b\\"[..], b"\xff"]);
        assert_eq!(txt.to_string(), r#""a\"b\\" "\255""#);
    }
}
