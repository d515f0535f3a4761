//! What may stand behind the `@` of a mailbox or in EHLO: a domain or an address literal.

use crate::domain::{DomainName, ParseDomainError};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// A domain name or an address literal (RFC 5321 §4.1.2, §4.1.3).
///
/// ```text
/// host    = Domain / "[" ( IPv4 / "IPv6:" IPv6 / tag ":" 1*dcontent ) "]"
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.1.3")]
pub enum Host {
    /// A domain name.
    Name(DomainName),
    /// `[192.0.2.1]`
    V4(Ipv4Addr),
    /// `[IPv6:2001:db8::1]`
    V6(Ipv6Addr),
    /// A literal with another tag, which no RFC defines yet.
    General(GeneralLiteral),
}

/// `[tag:content]` with a tag other than `IPv6`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GeneralLiteral {
    tag: Box<str>,
    content: Box<str>,
}

impl GeneralLiteral {
    /// The tag, as written.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// What follows the colon.
    #[must_use]
    pub fn content(&self) -> &str {
        &self.content
    }
}

/// Why text is no [`Host`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseHostError {
    /// Not a domain name.
    #[error(transparent)]
    Domain(#[from] ParseDomainError),
    /// `[` without `]` at the end.
    #[error("address literal does not end in ]")]
    Unclosed,
    /// Neither IPv4, nor `IPv6:` and an address, nor a tag and content.
    #[error("not an address literal: {expected} expected")]
    Literal {
        /// What the literal should have held.
        expected: &'static str,
    },
}

impl Host {
    /// Reads a domain name or a bracketed literal.
    ///
    /// # Errors
    /// [`ParseHostError`]; a broken IPv6 literal is an error and never becomes a general literal.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseHostError> {
        match octets {
            [b'[', inner @ .., b']'] => parse_literal(inner),
            [b'[', ..] => Err(ParseHostError::Unclosed),
            // RFC 5321 §4.1.2: Domain = sub-domain *("." sub-domain), so no final dot.
            [.., b'.'] => Err(ParseDomainError::EmptyLabel { at: octets.len() }.into()),
            _ => Ok(Self::Name(DomainName::parse_octets(octets)?)),
        }
    }

    /// The domain name, if this is one.
    #[must_use]
    pub const fn as_name(&self) -> Option<&DomainName> {
        match self {
            Self::Name(name) => Some(name),
            Self::V4(_) | Self::V6(_) | Self::General(_) => None,
        }
    }

    /// The address, if this is an IPv4 or IPv6 literal.
    #[must_use]
    pub const fn as_ip(&self) -> Option<IpAddr> {
        match self {
            Self::V4(a) => Some(IpAddr::V4(*a)),
            Self::V6(a) => Some(IpAddr::V6(*a)),
            Self::Name(_) | Self::General(_) => None,
        }
    }
}

fn parse_literal(inner: &[u8]) -> Result<Host, ParseHostError> {
    let bad = |expected| ParseHostError::Literal { expected };
    let text = std::str::from_utf8(inner).map_err(|_| bad("US-ASCII"))?;
    let Some((tag, content)) = text.split_once(':') else {
        return Ok(Host::V4(text.parse().map_err(|_| bad("four decimal octets"))?));
    };
    if tag.eq_ignore_ascii_case("IPv6") {
        let address = content.parse().map_err(|_| bad("an IPv6 address"))?;
        if !is_smtp_ipv6(content) {
            return Err(bad(":: for two groups or more"));
        }
        return Ok(Host::V6(address));
    }
    // RFC 5321 §4.1.2: Standardized-tag = Ldh-str; dcontent = %d33-90 / %d94-126
    let tag_ok = !tag.is_empty()
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !tag.ends_with('-');
    let content_ok =
        !content.is_empty() && content.bytes().all(|b| matches!(b, 33..=90 | 94..=126));
    if tag_ok && content_ok {
        return Ok(Host::General(GeneralLiteral { tag: tag.into(), content: content.into() }));
    }
    Err(bad("IPv4, IPv6:, or a tag and its content"))
}

/// RFC 5321 §4.1.3: "The "::" represents at least 2 16-bit groups of zeros. No more than 6 groups in
/// addition to the "::" may be present."
fn is_smtp_ipv6(address: &str) -> bool {
    let groups = address.split(':').map(|group| match group {
        "" => 0,
        group if group.contains('.') => 2,
        _ => 1,
    });
    !address.contains("::") || groups.sum::<usize>() <= 6
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::V4(a) => write!(f, "[{a}]"),
            Self::V6(a) => write!(f, "[IPv6:{a}]"),
            Self::General(g) => write!(f, "[{}:{}]", g.tag, g.content),
        }
    }
}

impl From<DomainName> for Host {
    fn from(name: DomainName) -> Self {
        Self::Name(name)
    }
}

impl From<IpAddr> for Host {
    fn from(ip: IpAddr) -> Self {
        match ip {
            IpAddr::V4(a) => Self::V4(a),
            IpAddr::V6(a) => Self::V6(a),
        }
    }
}

impl FromStr for Host {
    type Err = ParseHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn literals_round_trip() {
        for text in [
            "[192.0.2.1]",
            "[IPv6:2001:db8::1]",
            "[IPv6:1:2:3:4:5::7]",
            "[IPv6:::ffff:192.0.2.1]",
            "[x-tag:some!content]",
            "example.org",
        ] {
            assert_eq!(Host::parse(text.as_bytes()).unwrap().to_string(), text);
        }
    }

    #[test]
    fn broken_literals_are_refused() {
        for text in [
            "[192.0.2.1",
            "[192.0.2.256]",
            "[IPv6:nonsense]",
            "[ipv6:1.2.3.4]",
            "[]",
            "[x-:a]",
            "[tag:]",
            "[tag:a b]",
            "[192.0.2.01]",
            "[IPv6:1:2:3:4:5:6::8]",
            "[IPv6:1:2:3:4:5::192.0.2.1]",
            "example.org.",
        ] {
            assert!(Host::parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn parse_after_display_is_identity(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(host) = Host::parse(&octets) {
                prop_assert_eq!(Host::parse(host.to_string().as_bytes()), Ok(host));
            }
        }
    }
}
