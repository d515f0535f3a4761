//! Domain names as mail uses them (RFC 1035 §2.3.1, RFC 5321 §2.3.5, RFC 5890).

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// Most octets of a name in text form, without the final dot.
pub const MAX_NAME: usize = 253;
/// Most octets of one label.
pub const MAX_LABEL: usize = 63;

/// A domain name: A-labels in lower case, letters, digits and hyphens, without a final dot.
///
/// ```text
/// domain = label *("." label)            ; at most 253 octets
/// label  = let-dig [ *(let-dig / "-") let-dig ]   ; at most 63 octets
/// ```
///
/// Two names are the same name exactly when they are `==`. U-labels are accepted by
/// [`parse`](Self::parse) and kept as A-labels; [`to_unicode`](Self::to_unicode) shows them again.
/// Names with underscores or odd octets are no domain names; DNS questions have a type of their own
/// in `postrider-resolver`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DomainName(Arc<str>);

/// Why text is no [`DomainName`]. Offsets are octets of the given text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseDomainError {
    /// There is no text.
    #[error("empty domain name")]
    Empty,
    /// Two dots in a row, or a dot at the start.
    #[error("empty label at octet {at}")]
    EmptyLabel {
        /// Where the label should have begun.
        at: usize,
    },
    /// A label of more than 63 octets.
    #[error("label at octet {at} is longer than 63 octets")]
    LongLabel {
        /// Where the label begins.
        at: usize,
    },
    /// More than 253 octets.
    #[error("domain name is {len} octets long, 253 are allowed")]
    LongName {
        /// Its length.
        len: usize,
    },
    /// An octet that is no letter, digit or hyphen.
    #[error("octet {at} is 0x{octet:02x}, a letter, digit or hyphen was expected")]
    Octet {
        /// Its place.
        at: usize,
        /// Its value.
        octet: u8,
    },
    /// A label begins or ends with a hyphen.
    #[error("label at octet {at} begins or ends with a hyphen")]
    Hyphen {
        /// Where the label begins.
        at: usize,
    },
    /// Text outside US-ASCII that is no valid internationalised name (RFC 5891, UTS #46).
    #[error("not a valid internationalised domain name")]
    Idn,
}

impl DomainName {
    /// Reads a name; one final dot is dropped, upper case and U-labels are mapped.
    ///
    /// # Errors
    /// [`ParseDomainError`] says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, ParseDomainError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_ascii() {
            return Self::from_ascii(text);
        }
        let mapped = Uts46::new()
            .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify)
            .map_err(|_| ParseDomainError::Idn)?;
        Self::from_ascii(&mapped)
    }

    /// As [`parse`](Self::parse), from octets that need not be UTF-8.
    ///
    /// # Errors
    /// As `parse`; octets that are no UTF-8 are [`ParseDomainError::Octet`].
    pub fn parse_octets(octets: &[u8]) -> Result<Self, ParseDomainError> {
        let text = std::str::from_utf8(octets).map_err(|e| {
            let at = e.valid_up_to();
            ParseDomainError::Octet { at, octet: octets.get(at).copied().unwrap_or_default() }
        })?;
        Self::parse(text)
    }

    fn from_ascii(text: &str) -> Result<Self, ParseDomainError> {
        if text.is_empty() {
            return Err(ParseDomainError::Empty);
        }
        if text.len() > MAX_NAME {
            return Err(ParseDomainError::LongName { len: text.len() });
        }
        let mut at = 0;
        for label in text.split('.') {
            check_label(label.as_bytes(), at)?;
            at += label.len() + 1;
        }
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Ok(Self(text.to_ascii_lowercase().into()));
        }
        Ok(Self(text.into()))
    }

    /// The name in A-labels, lower case, without a final dot.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in U-labels where it has any; otherwise as [`as_str`](Self::as_str).
    #[must_use]
    pub fn to_unicode(&self) -> String {
        Uts46::new()
            .to_unicode(self.0.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow)
            .0
            .into_owned()
    }

    /// The labels from left to right.
    #[must_use]
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// Number of labels, at least one.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// The name without its leftmost label; nothing above a single label.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        self.0.split_once('.').map(|(_, rest)| Self(rest.into()))
    }

    /// The last `n` labels; nothing if there are fewer, or if `n` is zero.
    #[must_use]
    pub fn last_labels(&self, n: usize) -> Option<Self> {
        let extra = self.label_count().checked_sub(n).filter(|_| n > 0)?;
        let rest = (0..extra).try_fold(&*self.0, |rest, _| Some(rest.split_once('.')?.1))?;
        Some(Self(rest.into()))
    }

    /// Whether this name is `zone` or lies below it.
    #[must_use]
    pub fn is_at_or_under(&self, zone: &Self) -> bool {
        self.0
            .strip_suffix(zone.as_str())
            .is_some_and(|head| head.is_empty() || head.ends_with('.'))
    }

    /// Whether the name has two labels or more, as the name of a host on the Internet must.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.contains('.')
    }

    /// `label.self`, for example a host in this zone.
    ///
    /// # Errors
    /// [`ParseDomainError`] when `label` is no label or the name gets too long.
    pub fn child(&self, label: &str) -> Result<Self, ParseDomainError> {
        Self::parse(&format!("{label}.{}", self.0))
    }
}

/// One label, which begins at octet `at` of the name.
fn check_label(label: &[u8], at: usize) -> Result<(), ParseDomainError> {
    if label.is_empty() {
        return Err(ParseDomainError::EmptyLabel { at });
    }
    if label.len() > MAX_LABEL {
        return Err(ParseDomainError::LongLabel { at });
    }
    let bad = label.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'-');
    if let Some((offset, &octet)) = bad.and_then(|i| Some((i, label.get(i)?))) {
        return Err(ParseDomainError::Octet { at: at + offset, octet });
    }
    if label.first() == Some(&b'-') || label.last() == Some(&b'-') {
        return Err(ParseDomainError::Hyphen { at });
    }
    Ok(())
}

impl fmt::Display for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for DomainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DomainName({})", self.0)
    }
}

impl FromStr for DomainName {
    type Err = ParseDomainError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl AsRef<str> for DomainName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for DomainName {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for DomainName {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> DomainName {
        DomainName::parse(text).unwrap()
    }

    #[test]
    fn case_and_final_dot_do_not_matter() {
        assert_eq!(name("Mail.Example.ORG."), name("mail.example.org"));
    }

    #[test]
    fn u_labels_become_a_labels_and_back() {
        let n = name("Exämple.org");
        assert_eq!(n.as_str(), "xn--exmple-cua.org");
        assert_eq!(n.to_unicode(), "exämple.org");
    }

    #[test]
    fn faults_have_places() {
        use ParseDomainError as E;
        let long = "a".repeat(64);
        for (text, error) in [
            ("", E::Empty),
            (".", E::Empty),
            ("a..b", E::EmptyLabel { at: 2 }),
            (".a", E::EmptyLabel { at: 0 }),
            ("a.b_c", E::Octet { at: 3, octet: b'_' }),
            ("a.-b", E::Hyphen { at: 2 }),
            ("a b", E::Octet { at: 1, octet: b' ' }),
            (long.as_str(), E::LongLabel { at: 0 }),
        ] {
            assert_eq!(DomainName::parse(text), Err(error), "{text}");
        }
        assert_eq!(DomainName::parse_octets(b"a\xff"), Err(E::Octet { at: 1, octet: 0xff }));
    }

    #[test]
    fn name_length_is_limited_at_253() {
        let label = "a".repeat(63);
        let base = format!("{label}.{label}.{label}.");
        assert!(DomainName::parse(&format!("{base}{}", "b".repeat(61))).is_ok());
        assert_eq!(
            DomainName::parse(&format!("{base}{}", "b".repeat(62))),
            Err(ParseDomainError::LongName { len: 254 })
        );
    }

    #[test]
    fn under_means_whole_labels() {
        assert!(name("a.example.org").is_at_or_under(&name("example.org")));
        assert!(name("example.org").is_at_or_under(&name("example.org")));
        assert!(!name("badexample.org").is_at_or_under(&name("example.org")));
    }

    #[test]
    fn labels_can_be_counted_from_the_right() {
        let n = name("a.b.c.d");
        assert_eq!(n.last_labels(2), Some(name("c.d")));
        assert_eq!(n.last_labels(4), Some(n.clone()));
        assert_eq!(n.last_labels(5), None);
        assert_eq!(n.last_labels(0), None);
        assert_eq!(n.parent(), Some(name("b.c.d")));
        assert_eq!(name("d").parent(), None);
    }

    proptest! {
        #[test]
        fn parsing_is_stable(text in ".{0,80}") {
            if let Ok(n) = DomainName::parse(&text) {
                prop_assert_eq!(DomainName::parse(n.as_str()), Ok(n.clone()));
                prop_assert_eq!(DomainName::parse(&n.to_unicode()), Ok(n));
            }
        }

        #[test]
        fn octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = DomainName::parse_octets(&octets);
        }
    }
}
