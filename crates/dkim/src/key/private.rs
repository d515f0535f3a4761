//! Private keys, and the seam behind which a key may live elsewhere.

use super::der::{self, Der, DerError};
use super::pem::{self, Broken};
use super::{ED25519_OID, PrivateKeyError, PublicKey, RSA_OID};
use crate::algorithm::{Algorithm, KeyType};
use crate::crypto::{Ed25519Signer, RsaSigner, Sha256};
use crate::encoding::from_base64;
use postrider_core::SafeText;
use std::fmt;
use zeroize::Zeroizing;

/// What a signature is made over: the canonical header fields and the signature field itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningInput {
    octets: Vec<u8>,
    digest: [u8; 32],
}

impl SigningInput {
    /// Takes canonical octets (RFC 6376 §3.7, the input of the header hash).
    #[must_use]
    pub fn new(octets: Vec<u8>) -> Self {
        let digest = Sha256::digest(&octets);
        Self { octets, digest }
    }

    /// The octets, for libraries that hash themselves.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// Their SHA-256 digest: what RSA signs as a hash, and Ed25519 as its message (RFC 8463 §3).
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

/// A key that signs: a [`PrivateKey`], a token, a service.
///
/// For a service that must be awaited use [`Signer::to_sign`](crate::Signer::to_sign) instead.
pub trait SigningKey: Send + Sync {
    /// The algorithm it signs with.
    fn algorithm(&self) -> Algorithm;

    /// Signs; the result is the octets of `b=`.
    ///
    /// # Errors
    /// [`KeyError`] when the key could not be used.
    fn sign(&self, input: &SigningInput) -> Result<Vec<u8>, KeyError>;
}

/// A key could not sign.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key could not sign: {why}")]
pub struct KeyError {
    /// What its holder says.
    pub why: SafeText,
}

/// An RSA or Ed25519 key in memory. Prints without its secret.
pub struct PrivateKey {
    secret: Secret,
    public: PublicKey,
}

enum Secret {
    Rsa(Box<RsaSigner>),
    Ed25519(Ed25519Signer),
}

impl PrivateKey {
    /// Reads a key file: a PEM block `PRIVATE KEY` (PKCS#8) or `RSA PRIVATE KEY` (PKCS#1), or the
    /// base64 of an Ed25519 seed and nothing else. Other blocks beside the key are ignored.
    ///
    /// RSA keys have 2048 to 4096 bits; a shorter one belongs behind [`SigningKey`], if anywhere.
    ///
    /// # Errors
    /// [`PrivateKeyError`] says what was expected, and on which line.
    pub fn from_pem(text: &[u8]) -> Result<Self, PrivateKeyError> {
        let text = std::str::from_utf8(text).map_err(|_| PrivateKeyError::NoKey)?;
        let blocks = pem::blocks(text);
        let Some(first) = blocks.first() else {
            return Self::from_base64_seed(text);
        };
        let is_key = |b: &&pem::Block| b.label.as_str().ends_with("PRIVATE KEY");
        let block = blocks.iter().find(is_key).unwrap_or(first);
        let (line, label) = (block.line, &block.label);
        match label.as_str() {
            "PRIVATE KEY" | "RSA PRIVATE KEY" => {}
            "ENCRYPTED PRIVATE KEY" => return Err(PrivateKeyError::Encrypted { line }),
            _ => {
                let label = label.clone();
                return Err(PrivateKeyError::Label { line, label });
            }
        }
        match &block.der {
            Ok(der) => Self::from_der(der),
            Err(Broken::NoEnd) => Err(PrivateKeyError::NoEnd { line, label: label.clone() }),
            // OpenSSL writes `Proc-Type: 4,ENCRYPTED` into the first line of old encrypted keys.
            Err(Broken::Base64 { .. }) if text.contains("ENCRYPTED") => {
                Err(PrivateKeyError::Encrypted { line })
            }
            Err(Broken::Base64 { line }) => Err(PrivateKeyError::Base64 { line: *line }),
        }
    }

    /// Reads the DER of a PKCS#8 key (version 1 or 2) or of a PKCS#1 RSA key.
    ///
    /// # Errors
    /// [`PrivateKeyError`] with an offset.
    pub fn from_der(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let mut outer = Der::new(der);
        let mut key = outer.sequence("a SEQUENCE")?;
        outer.end()?;
        key.unsigned("the version")?;
        // PKCS#8 goes on with the algorithm, PKCS#1 with the modulus.
        if !key.next_is(der::SEQUENCE) {
            return Self::from_pkcs1(der);
        }
        let mut algorithm = key.sequence("the algorithm")?;
        let oid = algorithm.element(der::OID, "an object identifier")?;
        let inner = key.element(der::OCTET_STRING, "the private key")?;
        match oid {
            RSA_OID => Self::from_pkcs1(inner),
            ED25519_OID => {
                let mut inner = Der::new(inner);
                let seed = inner.element(der::OCTET_STRING, "the Ed25519 seed")?;
                let expected = "32 octets of Ed25519 seed";
                let seed = seed.try_into().map_err(|_| DerError { at: 0, expected })?;
                Self::from_ed25519_seed(seed)?.with_public_of(key)
            }
            _ => Err(PrivateKeyError::Algorithm),
        }
    }

    /// Takes the 32 octets of an Ed25519 seed (RFC 8032 §5.1.5).
    ///
    /// # Errors
    /// [`PrivateKeyError::Algorithm`] if the cryptographic library refuses it, which it does not.
    pub fn from_ed25519_seed(seed: &[u8; 32]) -> Result<Self, PrivateKeyError> {
        let signer = Ed25519Signer::from_seed(seed).ok_or(PrivateKeyError::Algorithm)?;
        let public = signer.public().ok_or(PrivateKeyError::Algorithm)?;
        Ok(Self { secret: Secret::Ed25519(signer), public: PublicKey::ed25519(public) })
    }

    /// The public key, for the key record.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The type of the key.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        self.public.key_type()
    }

    fn from_base64_seed(text: &str) -> Result<Self, PrivateKeyError> {
        let octets = Zeroizing::new(from_base64(text.as_bytes()).ok_or(PrivateKeyError::NoKey)?);
        match octets.as_slice().try_into() {
            Ok(seed) => Self::from_ed25519_seed(seed),
            Err(_) => Err(PrivateKeyError::NoKey),
        }
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, PrivateKeyError> {
        let mut key = Der::new(der).sequence("RSAPrivateKey")?;
        key.unsigned("the version")?;
        let modulus = key.unsigned("the modulus")?;
        let exponent = key.unsigned("the exponent")?;
        let public = PublicKey::rsa(modulus, exponent).map_err(PrivateKeyError::RsaPublic)?;
        let bits = public.bits();
        if !RsaSigner::BITS.contains(&bits) {
            return Err(PrivateKeyError::RsaSize { bits });
        }
        if public.exponent() < RsaSigner::MIN_EXPONENT {
            return Err(PrivateKeyError::RsaExponent);
        }
        let signer = RsaSigner::from_pkcs1(der).map_err(|why| {
            PrivateKeyError::RsaInconsistent { why: SafeText::escaped(why.as_bytes()) }
        })?;
        Ok(Self { secret: Secret::Rsa(Box::new(signer)), public })
    }

    /// RFC 5958 §2: version 2 adds attributes `[0]` and the public key `[1]`.
    fn with_public_of(self, mut rest: Der<'_>) -> Result<Self, PrivateKeyError> {
        const ATTRIBUTES: u8 = 0xa0;
        const PUBLIC: u8 = 0x81;
        if rest.next_is(ATTRIBUTES) {
            rest.element(ATTRIBUTES, "attributes")?;
        }
        if rest.next_is(PUBLIC) {
            let bits = rest.element(PUBLIC, "the public key")?;
            let claimed = bits.strip_prefix(&[0]).unwrap_or(bits);
            if claimed != self.public.to_record() {
                return Err(PrivateKeyError::PublicMismatch);
            }
        }
        Ok(self)
    }
}

impl SigningKey for PrivateKey {
    fn algorithm(&self) -> Algorithm {
        self.key_type().algorithm()
    }

    fn sign(&self, input: &SigningInput) -> Result<Vec<u8>, KeyError> {
        match &self.secret {
            Secret::Ed25519(key) => Ok(key.sign(input.digest())),
            Secret::Rsa(key) => key
                .sign(input.octets())
                .ok_or_else(|| KeyError { why: SafeText::from_static("RSA signing failed") }),
        }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, {} bits)", self.key_type(), self.public.bits())
    }
}
