//! Public keys as key records carry them (RFC 6376 §3.6.1, RFC 8463 §4), and private keys.

mod der;
mod error;
mod pem;
mod private;

pub use error::PrivateKeyError;
pub use private::{KeyError, PrivateKey, SigningInput, SigningKey};

use crate::algorithm::KeyType;
use crate::crypto::{self, Sha256};
use der::{Der, DerError};
use std::fmt;

/// RFC 8301 §3.2: "Verifiers MUST NOT consider signatures using RSA keys of less than 1024 bits as
/// valid signatures."
pub const MIN_RSA_BITS: u32 = 1024;
/// Larger keys cost too much to verify; RFC 8301 §3.2 asks for support up to 4096 only.
pub const MAX_RSA_BITS: u32 = 8192;
/// Largest public exponent that is accepted, so that verifying stays cheap.
pub const MAX_RSA_EXPONENT: u64 = 1 << 32;

/// DER of `AlgorithmIdentifier { rsaEncryption, NULL }` without its outer header.
const RSA_OID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
const ED25519_OID: &[u8] = &[0x2b, 0x65, 0x70];

/// A key that verifies signatures.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PublicKey(Kind);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Kind {
    Rsa(RsaPublic),
    Ed25519([u8; 32]),
}

/// Modulus and exponent without leading zeros.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct RsaPublic {
    modulus: Box<[u8]>,
    exponent: Box<[u8]>,
}

/// Why octets are no [`PublicKey`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// The DER structure is broken.
    #[error("DER octet {at}: {expected} expected")]
    Der {
        /// Offset in the decoded octets.
        at: usize,
        /// What should have stood there.
        expected: &'static str,
    },
    /// A `SubjectPublicKeyInfo` for another kind of key.
    #[error("the key is not an RSA key")]
    NotRsa,
    /// An RSA modulus that cannot be one.
    #[error("the RSA modulus is even")]
    Modulus,
    /// RSA exponent 1, even, or above 2^32.
    #[error("the RSA exponent is not an odd number from 3 to 2^32")]
    Exponent,
    /// RFC 8463 §4: the bare 32 octets of the key.
    #[error("an Ed25519 key has 32 octets, this one {len}{}", spki_hint(*.len))]
    Ed25519Length {
        /// Octets found.
        len: usize,
    },
}

const fn spki_hint(len: usize) -> &'static str {
    match len {
        44 => " (it looks like SubjectPublicKeyInfo; only its last 32 octets belong in p=)",
        _ => "",
    }
}

impl From<DerError> for PublicKeyError {
    fn from(e: DerError) -> Self {
        Self::Der { at: e.at, expected: e.expected }
    }
}

impl PublicKey {
    /// Reads what `p=` holds after base64: for RSA a `SubjectPublicKeyInfo`, or a bare
    /// `RSAPublicKey` as RFC 6376 §3.6.1 says and few publish; for Ed25519 32 octets.
    ///
    /// Key sizes are not judged here; see [`bits`](Self::bits).
    ///
    /// # Errors
    /// [`PublicKeyError`]
    pub fn from_record(kind: KeyType, octets: &[u8]) -> Result<Self, PublicKeyError> {
        match kind {
            KeyType::Rsa => RsaPublic::parse(octets).map(|k| Self(Kind::Rsa(k))),
            KeyType::Ed25519 => octets
                .try_into()
                .map(|k| Self(Kind::Ed25519(k)))
                .map_err(|_| PublicKeyError::Ed25519Length { len: octets.len() }),
        }
    }

    /// The octets that belong in `p=`: `SubjectPublicKeyInfo` for RSA, 32 octets for Ed25519.
    #[must_use]
    pub fn to_record(&self) -> Vec<u8> {
        match &self.0 {
            Kind::Rsa(key) => key.to_spki(),
            Kind::Ed25519(key) => key.to_vec(),
        }
    }

    /// The type of the key.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        match self.0 {
            Kind::Rsa(_) => KeyType::Rsa,
            Kind::Ed25519(_) => KeyType::Ed25519,
        }
    }

    /// Size of the key: bits of the RSA modulus, 256 for Ed25519.
    #[must_use]
    pub fn bits(&self) -> u32 {
        match &self.0 {
            Kind::Rsa(key) => key.bits(),
            Kind::Ed25519(_) => 256,
        }
    }

    /// SHA-256 of [`to_record`](Self::to_record), to name a key in a report.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.to_record())
    }

    pub(crate) const fn ed25519(octets: [u8; 32]) -> Self {
        Self(Kind::Ed25519(octets))
    }

    pub(crate) fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, PublicKeyError> {
        RsaPublic::new(modulus, exponent).map(|k| Self(Kind::Rsa(k)))
    }

    /// The public exponent of an RSA key; nothing comparable for Ed25519.
    pub(crate) fn exponent(&self) -> u64 {
        match &self.0 {
            Kind::Rsa(key) => key.exponent(),
            Kind::Ed25519(_) => u64::MAX,
        }
    }

    /// Whether `signature` is this key's signature over `input`. The caller has judged the size.
    pub(crate) fn verifies(&self, input: &SigningInput, signature: &[u8]) -> bool {
        match &self.0 {
            Kind::Rsa(key) => crypto::rsa_verifies(key, input.octets(), signature),
            Kind::Ed25519(key) => crypto::ed25519_verifies(key, input.digest(), signature),
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, {} bits)", self.key_type(), self.bits())
    }
}

impl RsaPublic {
    fn parse(octets: &[u8]) -> Result<Self, PublicKeyError> {
        let mut outer = Der::new(octets);
        let mut sequence = outer.sequence("a SEQUENCE")?;
        outer.end()?;
        // SubjectPublicKeyInfo begins with a SEQUENCE, RSAPublicKey with an INTEGER.
        if !sequence.next_is(der::SEQUENCE) {
            return Self::members(&mut sequence);
        }
        let mut algorithm = sequence.sequence("the algorithm")?;
        if algorithm.element(der::OID, "an object identifier")? != RSA_OID {
            return Err(PublicKeyError::NotRsa);
        }
        let mut inner = sequence.bit_string()?;
        sequence.end()?;
        let mut members = inner.sequence("RSAPublicKey")?;
        inner.end()?;
        Self::members(&mut members)
    }

    fn members(sequence: &mut Der<'_>) -> Result<Self, PublicKeyError> {
        let modulus = sequence.unsigned("the modulus")?;
        let exponent = sequence.unsigned("the exponent")?;
        sequence.end()?;
        Self::new(modulus, exponent)
    }

    fn new(modulus: &[u8], exponent: &[u8]) -> Result<Self, PublicKeyError> {
        let key = Self { modulus: modulus.into(), exponent: exponent.into() };
        if key.modulus.last().is_none_or(|b| b % 2 == 0) {
            return Err(PublicKeyError::Modulus);
        }
        let value = key.exponent();
        match (3..=MAX_RSA_EXPONENT).contains(&value) && value % 2 == 1 {
            true => Ok(key),
            false => Err(PublicKeyError::Exponent),
        }
    }

    pub(crate) fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// Saturates where it is too large to be accepted anyway.
    fn exponent(&self) -> u64 {
        match self.exponent.len() {
            0..=8 => self.exponent.iter().fold(0, |e, b| e << 8 | u64::from(*b)),
            _ => u64::MAX,
        }
    }

    pub(crate) fn exponent_octets(&self) -> &[u8] {
        &self.exponent
    }

    fn bits(&self) -> u32 {
        let top = self.modulus.first().map_or(8, |b| b.leading_zeros());
        let octets = u32::try_from(self.modulus.len()).unwrap_or(u32::MAX);
        octets.saturating_mul(8).saturating_sub(top)
    }

    fn to_spki(&self) -> Vec<u8> {
        let members = [der::unsigned(&self.modulus), der::unsigned(&self.exponent)].concat();
        let key = der::element(der::SEQUENCE, &members);
        let algorithm = [der::element(der::OID, RSA_OID), der::element(der::NULL, &[])].concat();
        let bits = [&[0], key.as_slice()].concat();
        let spki = [der::element(der::SEQUENCE, &algorithm), der::element(der::BIT_STRING, &bits)];
        der::element(der::SEQUENCE, &spki.concat())
    }
}

/// PKCS#8 version 1 in PEM, as OpenSSL writes Ed25519 keys (RFC 8410 §7).
#[cfg(feature = "keygen")]
pub(crate) fn pem_of_ed25519_seed(seed: &[u8; 32]) -> String {
    use zeroize::Zeroizing;
    let inner = Zeroizing::new(der::element(der::OCTET_STRING, seed));
    let members = Zeroizing::new(
        [
            der::element(der::INTEGER, &[0]),
            der::element(der::SEQUENCE, &der::element(der::OID, ED25519_OID)),
            der::element(der::OCTET_STRING, &inner),
        ]
        .concat(),
    );
    pem::write("PRIVATE KEY", &Zeroizing::new(der::element(der::SEQUENCE, &members)))
}
