//! TLSA to publish: the key of the server's certificate (RFC 6698, RFC 7672).

use postrider_core::DomainName;
use postrider_resolver::{Name, NameError, Record};
use std::fmt;

/// The public key of an end entity's certificate by its SHA-256: `3 1 1`, the form that RFC 7672
/// §3.1.1 recommends, because it outlives a renewal that keeps the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tlsa([u8; 32]);

/// Octets are no X.509 certificate in DER as far as its public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {at}: not a DER certificate")]
pub struct NoCertificate {
    /// Where reading ended.
    pub at: usize,
}

impl Tlsa {
    /// The record for a SHA-256 of the certificate's `SubjectPublicKeyInfo`.
    #[must_use]
    pub const fn from_spki_sha256(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.0
    }

    /// The data of the record.
    #[must_use]
    pub fn record(&self) -> Record {
        Record::Tlsa { usage: 3, selector: 1, matching: 1, data: self.0.into() }
    }

    /// The name and the record to publish for port 25 of a host.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(&self, host: &DomainName) -> Result<(Name, Record), NameError> {
        Ok((name(host)?, self.record()))
    }
}

/// Where the TLSA records of port 25 of a host stand.
pub(crate) fn name(host: &DomainName) -> Result<Name, NameError> {
    Name::from(host).prepend(["_25", "_tcp"])
}

/// The `SubjectPublicKeyInfo` of a certificate in DER, header included, for hashing.
///
/// # Errors
/// [`NoCertificate`] where the octets do not have the structure of RFC 5280 §4.1.
pub fn subject_public_key_info(certificate: &[u8]) -> Result<&[u8], NoCertificate> {
    let mut outer = Der { octets: certificate, at: 0 };
    let mut certificate = outer.enter(SEQUENCE)?;
    let mut tbs = certificate.enter(SEQUENCE)?;
    if tbs.peek() == Some(VERSION) {
        tbs.skip(VERSION)?;
    }
    tbs.skip(INTEGER)?; // serialNumber
    for _signature_issuer_validity_subject in 0..4 {
        tbs.skip(SEQUENCE)?;
    }
    tbs.skip(SEQUENCE)
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// `[0]`, explicit.
const VERSION: u8 = 0xa0;

/// A reader of definite-length DER.
struct Der<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Der<'a> {
    fn peek(&self) -> Option<u8> {
        self.octets.first().copied()
    }

    /// Header and content of the next element, of this tag.
    fn element(&mut self, tag: u8) -> Result<(&'a [u8], usize), NoCertificate> {
        let fault = NoCertificate { at: self.at };
        let (header, length) = match self.octets {
            [t, n @ 0..=0x7f, ..] if *t == tag => (2, usize::from(*n)),
            [t, 0x81, n, ..] if *t == tag => (3, usize::from(*n)),
            [t, 0x82, a, b, ..] if *t == tag => (4, usize::from(u16::from_be_bytes([*a, *b]))),
            _ => return Err(fault),
        };
        let (element, rest) = self.octets.split_at_checked(header + length).ok_or(fault)?;
        self.octets = rest;
        self.at += element.len();
        Ok((element, header))
    }

    fn skip(&mut self, tag: u8) -> Result<&'a [u8], NoCertificate> {
        self.element(tag).map(|(element, _)| element)
    }

    fn enter(&mut self, tag: u8) -> Result<Self, NoCertificate> {
        let begin = self.at;
        let (element, header) = self.element(tag)?;
        Ok(Self { octets: element.get(header..).unwrap_or_default(), at: begin + header })
    }
}

impl fmt::Display for Tlsa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.record().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A certificate's structure with nothing in it but one octet of key.
    const BARE: &[u8] = &[
        0x30, 0x17, 0x30, 0x15, 0xa0, 0x03, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01, 0x30, 0x00, 0x30,
        0x00, 0x30, 0x00, 0x30, 0x00, 0x30, 0x03, 0x03, 0x01, 0x00,
    ];

    #[test]
    fn public_key_is_the_element_behind_the_subject() {
        assert_eq!(subject_public_key_info(BARE), Ok(&[0x30, 0x03, 0x03, 0x01, 0x00][..]));
        assert_eq!(subject_public_key_info(&BARE[..10]), Err(NoCertificate { at: 0 }));
    }

    #[test]
    fn record_is_3_1_1() {
        let host = DomainName::parse("mx.example.org").unwrap();
        let (name, record) = Tlsa::from_spki_sha256([0xab; 32]).publish(&host).unwrap();
        assert_eq!(name.to_string(), "_25._tcp.mx.example.org");
        assert_eq!(record.to_string(), format!("3 1 1 {}", "ab".repeat(32)));
    }

    proptest! {
        #[test]
        fn never_panics(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = subject_public_key_info(&octets);
        }
    }
}
