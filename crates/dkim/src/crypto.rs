//! The only module that knows the cryptographic library.
//!
//! Limits on keys are ours and are checked before anything here sees a key, so that no verdict
//! depends on the library. A second backend is a second module with these same items.

use crate::key::RsaPublic;
use ring::digest::{Context, SHA256};
use ring::rand::SystemRandom;
use ring::signature::{self, KeyPair};
use std::fmt;

/// Octets of a SHA-256 digest.
pub(crate) const DIGEST: usize = 32;

/// A SHA-256 state that can be copied on the way.
#[derive(Clone)]
pub(crate) struct Sha256(Context);

impl Sha256 {
    pub(crate) fn new() -> Self {
        Self(Context::new(&SHA256))
    }

    pub(crate) fn update(&mut self, octets: &[u8]) {
        self.0.update(octets);
    }

    pub(crate) fn finish(self) -> [u8; DIGEST] {
        let mut out = [0; DIGEST];
        let digest = self.0.finish();
        for (o, d) in out.iter_mut().zip(digest.as_ref()) {
            *o = *d;
        }
        out
    }

    pub(crate) fn digest(octets: &[u8]) -> [u8; DIGEST] {
        let mut state = Self::new();
        state.update(octets);
        state.finish()
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sha256")
    }
}

/// RSASSA-PKCS1-v1_5 with SHA-256; the library hashes the message itself.
pub(crate) fn rsa_verifies(key: &RsaPublic, message: &[u8], signature: &[u8]) -> bool {
    signature::RsaPublicKeyComponents { n: key.modulus(), e: key.exponent_octets() }
        .verify(&signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, message, signature)
        .is_ok()
}

/// `PureEdDSA` over the digest (RFC 8463 §3).
pub(crate) fn ed25519_verifies(key: &[u8; 32], digest: &[u8; DIGEST], signature: &[u8]) -> bool {
    signature::UnparsedPublicKey::new(&signature::ED25519, key).verify(digest, signature).is_ok()
}

/// An RSA key pair of 2048 to 4096 bits.
pub(crate) struct RsaSigner(signature::RsaKeyPair);

impl RsaSigner {
    /// Bits of the smallest and the largest key that the library signs with.
    pub(crate) const BITS: std::ops::RangeInclusive<u32> = 2048..=4096;

    /// The smallest public exponent that it signs with.
    pub(crate) const MIN_EXPONENT: u64 = 65_537;

    /// Reads a PKCS#1 `RSAPrivateKey`; gives back the library's word for what it does not like.
    pub(crate) fn from_pkcs1(der: &[u8]) -> Result<Self, String> {
        signature::RsaKeyPair::from_der(der).map(Self).map_err(|e| e.to_string())
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut out = vec![0; self.0.public().modulus_len()];
        // PKCS#1 v1.5 is deterministic: the random source is asked for nothing.
        self.0.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut out).ok()?;
        Some(out)
    }
}

/// An Ed25519 key pair.
pub(crate) struct Ed25519Signer(signature::Ed25519KeyPair);

impl Ed25519Signer {
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        signature::Ed25519KeyPair::from_seed_unchecked(seed).ok().map(Self)
    }

    pub(crate) fn public(&self) -> Option<[u8; 32]> {
        self.0.public_key().as_ref().try_into().ok()
    }

    pub(crate) fn sign(&self, digest: &[u8; DIGEST]) -> Vec<u8> {
        self.0.sign(digest).as_ref().to_vec()
    }
}

#[cfg(feature = "keygen")]
pub(crate) fn random_seed() -> Option<zeroize::Zeroizing<[u8; 32]>> {
    use ring::rand::SecureRandom;
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    SystemRandom::new().fill(seed.as_mut()).ok()?;
    Some(seed)
}
