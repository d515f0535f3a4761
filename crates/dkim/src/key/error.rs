//! Why a key file cannot be used.

use super::PublicKeyError;
use super::der::DerError;
use postrider_core::SafeText;

/// Why octets are no [`PrivateKey`](super::PrivateKey).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateKeyError {
    /// Neither a PEM block nor a bare seed.
    #[error(
        "no key: a block -----BEGIN PRIVATE KEY----- was expected, or the 32 octets of an Ed25519 seed in base64"
    )]
    NoKey,
    /// There are PEM blocks, but none is a private key.
    #[error("line {line}: {label} found, PRIVATE KEY or RSA PRIVATE KEY expected")]
    Label {
        /// Line of the first block.
        line: usize,
        /// What it is called.
        label: SafeText,
    },
    /// The key is protected by a passphrase.
    #[error("line {line}: the key is encrypted, an unencrypted one was expected")]
    Encrypted {
        /// Line of the block.
        line: usize,
    },
    /// A PEM block without its end.
    #[error("line {line}: this block has no -----END {label}-----")]
    NoEnd {
        /// Line of its begin.
        line: usize,
        /// What it is called.
        label: SafeText,
    },
    /// A PEM block with other characters than base64, or cut off.
    #[error("line {line}: base64 expected")]
    Base64 {
        /// The line.
        line: usize,
    },
    /// The DER structure is broken.
    #[error("DER octet {at}: {expected} expected")]
    Der {
        /// Offset in the decoded octets.
        at: usize,
        /// What should have stood there.
        expected: &'static str,
    },
    /// A key for another algorithm.
    #[error("neither an RSA nor an Ed25519 key")]
    Algorithm,
    /// An RSA key of a size that is not signed with.
    #[error("the RSA key has {bits} bits, 2048 to 4096 were expected")]
    RsaSize {
        /// Bits of its modulus.
        bits: u32,
    },
    /// An RSA key with a public exponent that is too small to sign with.
    #[error("the RSA exponent is below 65537")]
    RsaExponent,
    /// The public part of an RSA key is unusable.
    #[error("the RSA key is unusable")]
    RsaPublic(#[source] PublicKeyError),
    /// The numbers of an RSA key do not belong together.
    #[error("the RSA key is not consistent: {why}")]
    RsaInconsistent {
        /// The cryptographic library's word for it.
        why: SafeText,
    },
    /// The public key stored with an Ed25519 seed is not the seed's.
    #[error("the Ed25519 public key does not belong to the seed")]
    PublicMismatch,
}

impl From<DerError> for PrivateKeyError {
    fn from(e: DerError) -> Self {
        Self::Der { at: e.at, expected: e.expected }
    }
}
