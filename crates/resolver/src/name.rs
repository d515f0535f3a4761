//! Names as DNS carries them: any octets, in labels of 1 to 63, 255 in all (RFC 1035 §3.1).

use postrider_core::DomainName;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// Most octets of a name on the wire, length octets and the root included.
pub const MAX_WIRE: usize = 255;
/// Most octets of a label.
pub const MAX_LABEL: usize = 63;

/// A DNS name: underscores, spaces and 8-bit octets are legal, case does not matter.
///
/// Kept in wire form without the root's zero octet, US-ASCII letters in lower case, so that equal
/// names are `==`. The root is the empty name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<[u8]>);

/// Why octets are no [`Name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
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
    /// More than 255 octets on the wire.
    #[error("name is longer than 255 octets")]
    LongName,
    /// A `\` without a character or three digits up to 255 behind it.
    #[error("bad escape at octet {at}")]
    Escape {
        /// Where the backslash stands.
        at: usize,
    },
}

impl Name {
    /// The root.
    #[must_use]
    pub fn root() -> Self {
        Self(Arc::from([]))
    }

    /// Joins labels, leftmost first.
    ///
    /// # Errors
    /// [`NameError`]; offsets count the octets of the labels and one for each dot between them.
    pub fn from_labels<'a>(labels: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, NameError> {
        // On the stack, so that the name is the only allocation.
        let mut wire = [0; MAX_WIRE - 1];
        let mut at = 0;
        for label in labels {
            let len = match u8::try_from(label.len()) {
                Ok(0) => return Err(NameError::EmptyLabel { at }),
                Ok(len) if label.len() <= MAX_LABEL => len,
                _ => return Err(NameError::LongLabel { at }),
            };
            let end = at + 1 + label.len();
            let Some([first, rest @ ..]) = wire.get_mut(at..end) else {
                return Err(NameError::LongName);
            };
            *first = len;
            rest.copy_from_slice(label);
            rest.make_ascii_lowercase();
            at = end;
        }
        Ok(Self(wire.get(..at).unwrap_or_default().into()))
    }

    /// Splits octets at their dots, without escapes; one final dot is dropped. For names made by
    /// macro expansion or taken from a message.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn from_dotted(octets: &[u8]) -> Result<Self, NameError> {
        match octets.strip_suffix(b".").unwrap_or(octets) {
            [] => Ok(Self::root()),
            octets => Self::from_labels(octets.split(|&b| b == b'.')),
        }
    }

    /// Reads a name as a zone file writes it: `\.` and `\DDD` are escapes, a final dot is dropped.
    ///
    /// # Errors
    /// [`NameError`]
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() || text == "." {
            return Ok(Self::root());
        }
        let mut labels = vec![Vec::new()];
        let mut rest = text.bytes().enumerate();
        while let Some((at, b)) = rest.next() {
            match b {
                b'.' if at + 1 == text.len() => break,
                b'.' => labels.push(Vec::new()),
                b'\\' => {
                    let octet = unescape(&mut rest).ok_or(NameError::Escape { at })?;
                    labels.last_mut().map(|l| l.push(octet)).unwrap_or_default();
                }
                b => labels.last_mut().map(|l| l.push(b)).unwrap_or_default(),
            }
        }
        Self::from_labels(labels.iter().map(Vec::as_slice))
    }

    /// `labels` in front of this name: `zone.prepend(["_dmarc"])`.
    ///
    /// # Errors
    /// [`NameError`], usually because the name gets too long.
    pub fn prepend<'a>(
        &'a self,
        labels: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, NameError> {
        Self::from_labels(labels.into_iter().map(str::as_bytes).chain(self.labels()))
    }

    /// The name under `in-addr.arpa` or `ip6.arpa` that holds the PTR records of an address.
    #[must_use]
    pub fn reverse(ip: IpAddr) -> Self {
        let mut text = String::with_capacity(80);
        match ip.to_canonical() {
            IpAddr::V4(a) => {
                for octet in a.octets().iter().rev() {
                    text.push_str(&format!("{octet}."));
                }
                text.push_str("in-addr.arpa");
            }
            IpAddr::V6(a) => {
                for octet in a.octets().iter().rev() {
                    text.push_str(&format!("{:x}.{:x}.", octet & 0x0f, octet >> 4));
                }
                text.push_str("ip6.arpa");
            }
        }
        Self::from_dotted(text.as_bytes()).unwrap_or_else(|_| Self::root())
    }

    /// The labels, leftmost first.
    #[must_use]
    pub fn labels(&self) -> Labels<'_> {
        Labels(&self.0)
    }

    /// Number of labels; zero for the root.
    #[must_use]
    pub fn label_count(&self) -> usize {
        self.labels().count()
    }

    /// Octets on the wire without compression, the root's zero octet left out.
    pub(crate) fn wire_len(&self) -> usize {
        self.0.len()
    }

    /// Whether this is the root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The name without its leftmost label; nothing above the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let mut labels = self.labels();
        labels.next()?;
        Some(Self(labels.0.into()))
    }

    /// Whether this name is `zone` or lies below it.
    #[must_use]
    pub fn is_at_or_under(&self, zone: &Self) -> bool {
        let mut labels = self.labels();
        loop {
            if labels.0 == &*zone.0 {
                return true;
            }
            if labels.next().is_none() {
                return false;
            }
        }
    }

    /// The name as a domain name, if it is one: letters, digits and hyphens only, not the root.
    #[must_use]
    pub fn to_domain(&self) -> Option<DomainName> {
        DomainName::parse(&self.to_string()).ok()
    }
}

/// The labels of a [`Name`], leftmost first.
#[derive(Clone, Debug)]
pub struct Labels<'a>(&'a [u8]);

impl<'a> Iterator for Labels<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (&len, rest) = self.0.split_first()?;
        let (label, rest) = rest.split_at_checked(usize::from(len))?;
        self.0 = rest;
        Some(label)
    }
}

fn unescape(rest: &mut impl Iterator<Item = (usize, u8)>) -> Option<u8> {
    let (_, first) = rest.next()?;
    if !first.is_ascii_digit() {
        return Some(first);
    }
    let digit = |b: u8| b.is_ascii_digit().then(|| u16::from(b - b'0'));
    let (_, second) = rest.next()?;
    let (_, third) = rest.next()?;
    u8::try_from(digit(first)? * 100 + digit(second)? * 10 + digit(third)?).ok()
}

impl From<&DomainName> for Name {
    fn from(domain: &DomainName) -> Self {
        // A domain name has at most 253 octets in text, so 255 on the wire, in labels of 1 to 63.
        Self::from_dotted(domain.as_str().as_bytes()).unwrap_or_else(|_| Self::root())
    }
}

impl From<DomainName> for Name {
    fn from(domain: DomainName) -> Self {
        Self::from(&domain)
    }
}

impl fmt::Display for Name {
    /// Zone file text without a final dot; the root is `.`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_root() {
            return f.write_str(".");
        }
        for (i, label) in self.labels().enumerate() {
            if i > 0 {
                f.write_str(".")?;
            }
            for &b in label {
                match b {
                    b'.' | b'\\' | b'"' | b';' | b'(' | b')' | b'@' | b'$' => {
                        write!(f, "\\{}", char::from(b))?;
                    }
                    0x21..=0x7e => write!(f, "{}", char::from(b))?,
                    b => write!(f, "\\{b:03}")?,
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Name({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_does_not_matter_and_odd_octets_are_legal() {
        assert_eq!(
            Name::parse("_DMARC.Example.org.").unwrap(),
            Name::parse("_dmarc.example.org").unwrap()
        );
        let odd = Name::parse(r"a\.b.c\032d.\255").unwrap();
        assert_eq!(odd.labels().collect::<Vec<_>>(), [&b"a.b"[..], b"c d", b"\xff"]);
        assert_eq!(odd.to_string(), r"a\.b.c\032d.\255");
        assert_eq!(odd.to_domain(), None);
    }

    #[test]
    fn faults_are_told_apart() {
        assert_eq!(Name::parse("a..b"), Err(NameError::EmptyLabel { at: 2 }));
        assert!(matches!(Name::parse(&"a".repeat(64)), Err(NameError::LongLabel { at: 0 })));
        assert_eq!(Name::parse(r"a\25"), Err(NameError::Escape { at: 1 }));
        assert_eq!(Name::parse(r"a\256"), Err(NameError::Escape { at: 1 }));
        let four = ["a".repeat(63).as_str(); 4].join(".");
        assert_eq!(Name::parse(&four), Err(NameError::LongName));
    }

    #[test]
    fn reverse_names() {
        let v4 = Name::reverse("192.0.2.1".parse().unwrap());
        assert_eq!(v4.to_string(), "1.2.0.192.in-addr.arpa");
        assert_eq!(Name::reverse("::ffff:192.0.2.1".parse().unwrap()), v4);
        let v6 = Name::reverse("2001:db8::1".parse().unwrap()).to_string();
        assert!(v6.starts_with("1.0.0.0.0.0.") && v6.ends_with("8.b.d.0.1.0.0.2.ip6.arpa"), "{v6}");
    }

    #[test]
    fn under_means_whole_labels() {
        let zone = Name::parse("example.org").unwrap();
        assert!(zone.prepend(["_dmarc"]).unwrap().is_at_or_under(&zone));
        assert!(zone.is_at_or_under(&Name::root()));
        assert!(!Name::parse("badexample.org").unwrap().is_at_or_under(&zone));
        assert_eq!(zone.parent().unwrap().to_string(), "org");
        assert_eq!(Name::root().parent(), None);
    }

    proptest! {
        #[test]
        fn display_round_trips(octets in proptest::collection::vec(any::<u8>(), 0..100)) {
            if let Ok(name) = Name::from_dotted(&octets) {
                prop_assert_eq!(Name::parse(&name.to_string()), Ok(name));
            }
        }
    }
}
