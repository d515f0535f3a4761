//! Selectors: which of a domain's keys (RFC 6376 §3.1).

use postrider_core::DomainName;
use postrider_resolver::{Name, NameError};
use std::fmt;
use std::str::FromStr;

/// Names one of the keys of a domain; its record stands at `selector._domainkey.domain`.
///
/// ```text
/// selector   = sub-domain *( "." sub-domain )
/// sub-domain = let-dig-us [ *(let-dig-us / "-") let-dig-us ]
/// ```
///
/// Deviation: RFC 6376 takes `sub-domain` from RFC 5321, which has no underscore. Large senders use
/// selectors such as `s1_2048`, and DNS carries them, so `_` is allowed here.
///
/// Kept in lower case, so that equal selectors are `==`; U-labels become A-labels (RFC 8616 §4).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Selector(Box<str>);

/// Why text is no [`Selector`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorError {
    /// Nothing, or nothing between two dots.
    #[error("octet {at}: empty label")]
    Empty {
        /// Where a label was expected.
        at: usize,
    },
    /// A label of more than 63 octets.
    #[error("octet {at}: label is longer than 63 octets")]
    Long {
        /// Where it begins.
        at: usize,
    },
    /// An octet that is no letter, digit, hyphen or underscore, or a hyphen at an edge of a label.
    #[error("octet {at}: letter, digit, hyphen or underscore expected")]
    Octet {
        /// Its place.
        at: usize,
    },
    /// Text outside US-ASCII that is no valid internationalised name.
    #[error("not a valid internationalised label")]
    Idn,
}

impl Selector {
    /// Reads a selector.
    ///
    /// # Errors
    /// [`SelectorError`] at the first fault.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        if !text.is_ascii() {
            let mapped = DomainName::parse(text).map_err(|_| SelectorError::Idn)?;
            return Ok(Self(mapped.as_str().into()));
        }
        let mut at = 0;
        for label in text.split('.') {
            check_label(label.as_bytes(), at)?;
            at += label.len() + 1;
        }
        Ok(Self(text.to_ascii_lowercase().into()))
    }

    pub(crate) fn parse_octets(octets: &[u8]) -> Result<Self, SelectorError> {
        let text = std::str::from_utf8(octets)
            .map_err(|e| SelectorError::Octet { at: e.valid_up_to() })?;
        Self::parse(text)
    }

    /// The selector in lower case, as A-labels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that holds the key record: `selector._domainkey.domain` (RFC 6376 §3.6.2.1).
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long for DNS.
    pub fn under_domainkey(&self, domain: &DomainName) -> Result<Name, NameError> {
        Name::from_dotted(format!("{}._domainkey.{domain}", self.0).as_bytes())
    }
}

fn check_label(label: &[u8], at: usize) -> Result<(), SelectorError> {
    if label.is_empty() {
        return Err(SelectorError::Empty { at });
    }
    if label.len() > 63 {
        return Err(SelectorError::Long { at });
    }
    let last = label.len() - 1;
    let bad = |(i, b): (usize, &u8)| match b {
        b'-' => i == 0 || i == last,
        b => !b.is_ascii_alphanumeric() && *b != b'_',
    };
    match label.iter().enumerate().position(bad) {
        Some(i) => Err(SelectorError::Octet { at: at + i }),
        None => Ok(()),
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_of_the_wild_are_read() {
        for text in ["m1", "2024.rsa", "s1_2048", "_x", "K1"] {
            assert_eq!(Selector::parse(text).unwrap().as_str(), text.to_ascii_lowercase());
        }
        assert_eq!(Selector::parse("schlüssel").unwrap().as_str(), "xn--schlssel-95a");
    }

    #[test]
    fn faults_have_places() {
        use SelectorError as E;
        let long = "a".repeat(64);
        for (text, error) in [
            ("", E::Empty { at: 0 }),
            ("a.", E::Empty { at: 2 }),
            ("a b", E::Octet { at: 1 }),
            ("a.-b", E::Octet { at: 2 }),
            ("a-", E::Octet { at: 1 }),
            (long.as_str(), E::Long { at: 0 }),
        ] {
            assert_eq!(Selector::parse(text), Err(error), "{text}");
        }
        assert!(Selector::parse(&"a".repeat(63)).is_ok());
    }

    #[test]
    fn key_records_stand_under_domainkey() {
        let name = Selector::parse("M1.b")
            .unwrap()
            .under_domainkey(&DomainName::parse("Bank.example").unwrap());
        assert_eq!(name.unwrap().to_string(), "m1.b._domainkey.bank.example");
    }
}
