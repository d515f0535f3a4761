//! Where reports go: the URIs of `rua` and `ruf` (RFC 9989 §4.6, RFC 3986, RFC 6068).

use postrider_core::{DomainName, Mailbox};
use std::fmt;

/// Most octets of a URI.
pub const MAX_URI: usize = 500;

/// A URI in printable US-ASCII without commas, semicolons and exclamation marks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Uri(Box<str>);

/// Why octets are no [`Uri`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseUriError {
    /// It does not begin with a scheme and a colon.
    #[error("URI does not begin with a scheme and a colon")]
    Scheme,
    /// Nothing stands behind the scheme.
    #[error("nothing behind the scheme of the URI")]
    Empty,
    /// An octet that must be percent-encoded.
    #[error("octet {at} of the URI must be percent-encoded")]
    Octet {
        /// Where.
        at: usize,
    },
    /// A `%` without two hexadecimal digits behind it.
    #[error("octet {at} of the URI: two hexadecimal digits expected behind %")]
    Percent {
        /// Where the `%` stands.
        at: usize,
    },
    /// Longer than [`MAX_URI`].
    #[error("URI is longer than {MAX_URI} octets")]
    Long,
}

impl Uri {
    /// Reads a URI.
    ///
    /// # Errors
    /// [`ParseUriError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseUriError> {
        if octets.len() > MAX_URI {
            return Err(ParseUriError::Long);
        }
        let text = std::str::from_utf8(octets)
            .map_err(|e| ParseUriError::Octet { at: e.valid_up_to() })?;
        let (scheme, rest) = text.split_once(':').ok_or(ParseUriError::Scheme)?;
        let is_scheme = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.');
        if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.bytes().all(is_scheme)
        {
            return Err(ParseUriError::Scheme);
        }
        if rest.is_empty() {
            return Err(ParseUriError::Empty);
        }
        if let Some(at) = octets.iter().position(|&b| !may_stand(b)) {
            return Err(ParseUriError::Octet { at });
        }
        for (at, _) in text.match_indices('%') {
            let digits = octets.get(at + 1..at + 3).unwrap_or_default();
            if digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err(ParseUriError::Percent { at });
            }
        }
        Ok(Self(text.into()))
    }

    /// `mailto:` and the mailbox, percent-encoded where it must be.
    ///
    /// # Errors
    /// [`ParseUriError::Long`]
    pub fn mailto(mailbox: &Mailbox) -> Result<Self, ParseUriError> {
        let mut text = "mailto:".to_owned();
        for b in mailbox.to_string().bytes() {
            let is_plain = b.is_ascii_alphanumeric() || b"-._~@+".contains(&b);
            match is_plain {
                true => text.push(char::from(b)),
                false => text.push_str(&format!("%{b:02X}")),
            }
        }
        Self::parse(text.as_bytes())
    }

    /// The URI as published.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme in lower case.
    #[must_use]
    pub fn scheme(&self) -> String {
        let (scheme, _) = self.0.split_once(':').unwrap_or_default();
        scheme.to_ascii_lowercase()
    }

    /// The mailbox of a `mailto:` URI; nothing if it is another URI, or names none or several.
    #[must_use]
    pub fn mailbox(&self) -> Option<Mailbox> {
        let (scheme, rest) = self.0.split_once(':')?;
        let (to, _) = rest.split_once('?').unwrap_or((rest, ""));
        let is_mailto = scheme.eq_ignore_ascii_case("mailto");
        Mailbox::parse(&percent_decoded(to)).ok().filter(|_| is_mailto)
    }

    /// The domain that gets the reports: of the mailbox, or of the URI's authority.
    #[must_use]
    pub fn domain(&self) -> Option<DomainName> {
        if let Some(mailbox) = self.mailbox() {
            return mailbox.domain_name().cloned();
        }
        let (_, authority) = self.0.split_once("://").filter(|_| self.scheme() != "mailto")?;
        let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
        let (authority, _) = authority.split_at_checked(end)?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
        let host = host.split_once(':').map_or(host, |(h, _)| h);
        DomainName::parse(host).ok()
    }
}

/// RFC 3986 §2, without the comma, semicolon and exclamation mark that separate in a record.
const fn may_stand(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(
            b,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b':'
                | b'/'
                | b'?'
                | b'#'
                | b'['
                | b']'
                | b'@'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b'='
                | b'%'
        )
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = |b: u8| char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok());
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                out.push(hex(*high).unwrap_or_default() << 4 | hex(*low).unwrap_or_default());
                rest = after;
            }
            _ => {
                out.push(first);
                rest = after;
            }
        }
    }
    out
}

impl fmt::Display for Uri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(text: &str) -> Uri {
        Uri::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn mailto_names_a_mailbox() {
        let mailbox = uri("MAILTO:a%20b@example.org?subject=x").mailbox();
        assert_eq!(mailbox, None, "a space needs quotes");
        let quoted = uri("mailto:%22a%20b%22@Example.org");
        assert_eq!(quoted.mailbox().unwrap().to_string(), "\"a b\"@example.org");
        assert_eq!(
            Uri::mailto(&quoted.mailbox().unwrap()).unwrap(),
            uri("mailto:%22a%20b%22@example.org")
        );
        assert_eq!(uri("mailto://abuse.com").mailbox(), None);
        assert_eq!(uri("mailto://abuse.com").domain(), None);
    }

    #[test]
    fn other_schemes_have_a_host() {
        let domain = uri("https://user@reports.example.org:8443/in?x#y").domain();
        assert_eq!(domain.unwrap().as_str(), "reports.example.org");
        assert_eq!(uri("urn:x").domain(), None);
    }

    #[test]
    fn faults_have_places() {
        use ParseUriError as E;
        for (text, error) in [
            ("bogus", E::Scheme),
            ("1a:b", E::Scheme),
            ("mailto:", E::Empty),
            ("mailto:a b@c", E::Octet { at: 8 }),
            ("mailto:a,b", E::Octet { at: 8 }),
            ("mailto:a%2", E::Percent { at: 8 }),
            ("mailto:a%zz", E::Percent { at: 8 }),
        ] {
            assert_eq!(Uri::parse(text.as_bytes()), Err(error), "{text}");
        }
    }

    #[test]
    fn length_is_limited_at_500() {
        for (n, ok) in [(499, true), (500, true), (501, false)] {
            let text = format!("a:{}", "x".repeat(n - 2));
            assert_eq!(Uri::parse(text.as_bytes()).is_ok(), ok);
        }
    }
}
