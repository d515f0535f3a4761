//! Mail exchangers of a domain, or that it takes no mail (RFC 5321 §5.1, RFC 7505).

use postrider_core::DomainName;
use postrider_resolver::{Name, Record};

/// Preference of the only exchanger, as most domains publish it.
const FIRST: u16 = 10;

/// The MX records of a domain.
///
/// The null MX stands alone by construction, and an exchanger is a domain name, never an address
/// (RFC 5321 §5.1). Whether it is an alias, which RFC 2181 §10.3 forbids, only DNS can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mx(Vec<(u16, DomainName)>);

/// Why an exchanger is not added.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MxError {
    /// RFC 7505 §3: "A domain that advertises a null MX MUST NOT advertise any other MX RR."
    #[error("a domain that takes no mail has no other exchanger")]
    Null,
    /// The exchanger is in the list.
    #[error("exchanger {0} is named twice")]
    Twice(DomainName),
}

impl Mx {
    /// One exchanger, with preference 10.
    #[must_use]
    pub fn to(host: DomainName) -> Self {
        Self(vec![(FIRST, host)])
    }

    /// The null MX: the domain takes no mail.
    #[must_use]
    pub const fn null() -> Self {
        Self(Vec::new())
    }

    /// Adds an exchanger; those with a lower preference are tried first.
    ///
    /// # Errors
    /// [`MxError`]
    pub fn and(mut self, preference: u16, host: DomainName) -> Result<Self, MxError> {
        if self.is_null() {
            return Err(MxError::Null);
        }
        if self.0.iter().any(|(_, have)| *have == host) {
            return Err(MxError::Twice(host));
        }
        self.0.push((preference, host));
        self.0.sort();
        Ok(self)
    }

    /// Whether the domain takes no mail.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.0.is_empty()
    }

    /// The exchangers with their preference, first tried first; none for the null MX.
    pub fn hosts(&self) -> impl Iterator<Item = (u16, &DomainName)> {
        self.0.iter().map(|(preference, host)| (*preference, host))
    }

    /// The records to publish, at least one.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        if self.is_null() {
            // RFC 7505 §3: "a single MX RR […] with an RDATA section consisting of preference
            // number 0 and a zero-length label".
            return vec![Record::Mx { preference: 0, exchange: Name::root() }];
        }
        let record = |(preference, host): (u16, &DomainName)| Record::Mx {
            preference,
            exchange: host.into(),
        };
        self.hosts().map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(mx: &Mx) -> Vec<String> {
        mx.records().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn null_mx_stands_alone() {
        assert_eq!(shown(&Mx::null()), ["0 ."]);
        let host = DomainName::parse("mx.example.org").unwrap();
        assert_eq!(Mx::null().and(5, host), Err(MxError::Null));
    }

    #[test]
    fn exchangers_come_in_order_and_once() {
        let [a, b] = ["a.example", "b.example"].map(|n| DomainName::parse(n).unwrap());
        let mx = Mx::to(a.clone()).and(5, b).unwrap();
        assert_eq!(shown(&mx), ["5 b.example.", "10 a.example."]);
        assert_eq!(mx.and(20, a.clone()), Err(MxError::Twice(a)));
    }
}
