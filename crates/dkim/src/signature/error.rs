//! Why a `DKIM-Signature` field cannot be used.

use crate::policy::{MAX_SIGNATURE, MAX_SIGNED_NAMES, MAX_TAG_LIST};
use crate::selector::SelectorError;
use postrider_core::TagError;

/// Why a value is no [`Signature`](super::Signature). Offsets are octets of the field's value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// Not a tag list.
    #[error(transparent)]
    Tags(#[from] TagError),
    /// More than [`MAX_TAG_LIST`] octets.
    #[error("the field has {len} octets, {MAX_TAG_LIST} are allowed")]
    Long {
        /// Its length.
        len: usize,
    },
    /// A tag that must be there is not.
    #[error("no {tag}= tag")]
    Missing {
        /// The tag.
        tag: &'static str,
    },
    /// `v=` is not `1`.
    #[error("octet {at}: v= is not 1")]
    Version {
        /// Where the value stands.
        at: usize,
    },
    /// RFC 8301 §3.1: "rsa-sha1 MUST NOT be used for signing or verifying".
    #[error("octet {at}: a=rsa-sha1 is obsolete and never verified")]
    Sha1 {
        /// Where the value stands.
        at: usize,
    },
    /// `a=` is not known.
    #[error("octet {at}: unknown algorithm in a=")]
    Algorithm {
        /// Where the value stands.
        at: usize,
    },
    /// `c=` is not known.
    #[error("octet {at}: unknown canonicalization in c=")]
    Canonicalization {
        /// Where the value stands.
        at: usize,
    },
    /// `q=` holds no known method.
    #[error("octet {at}: no known method in q=")]
    Query {
        /// Where the value stands.
        at: usize,
    },
    /// `d=` is no domain name of at least two labels.
    #[error("octet {at}: d= is not a domain name")]
    Domain {
        /// Where the value stands.
        at: usize,
    },
    /// `s=` is no selector.
    #[error("octet {at}: s= is not a selector")]
    Selector {
        /// Where the value stands.
        at: usize,
        /// What is wrong with it.
        source: SelectorError,
    },
    /// `i=` is no identifier.
    #[error("octet {at}: i= is not an identifier with a domain")]
    Identity {
        /// Where the value stands.
        at: usize,
    },
    /// The domain of `i=` is neither `d=` nor below it.
    #[error("octet {at}: i= is not within d=")]
    IdentityOutside {
        /// Where the value stands.
        at: usize,
    },
    /// `h=` holds something that is no field name.
    #[error("octet {at}: h= is not a list of field names")]
    Names {
        /// Where the value stands.
        at: usize,
    },
    /// More than [`MAX_SIGNED_NAMES`] names in `h=`.
    #[error("octet {at}: more than {MAX_SIGNED_NAMES} names in h=")]
    ManyNames {
        /// Where the value stands.
        at: usize,
    },
    /// From is not in `h=`.
    #[error("octet {at}: From is not in h=")]
    FromNotSigned {
        /// Where the value stands.
        at: usize,
    },
    /// A value that should be base64 is not.
    #[error("octet {at}: {tag}= is not base64")]
    Base64 {
        /// The tag.
        tag: &'static str,
        /// Where the value stands.
        at: usize,
    },
    /// `bh=` is not as long as a SHA-256 digest.
    #[error("bh= has {len} octets, a SHA-256 digest has 32")]
    HashLength {
        /// Octets found.
        len: usize,
    },
    /// `b=` is longer than any signature.
    #[error("b= has {len} octets, {MAX_SIGNATURE} are allowed")]
    LongSignature {
        /// Octets found.
        len: usize,
    },
    /// `l=`, `t=` or `x=` is no decimal number, or has too many digits.
    #[error("octet {at}: {tag}= is not a decimal number")]
    Number {
        /// The tag.
        tag: &'static str,
        /// Where the value stands.
        at: usize,
    },
    /// `x=` is not greater than `t=`.
    #[error("x= is not after t=")]
    ExpiresBeforeSigned,
}

impl SignatureError {
    /// Kebab-case code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Tags(_) => "signature-tags",
            Self::Long { .. } => "signature-too-long",
            Self::Missing { .. } => "signature-tag-missing",
            Self::Version { .. } => "signature-version",
            Self::Sha1 { .. } => "signature-sha1",
            Self::Algorithm { .. } => "signature-algorithm",
            Self::Canonicalization { .. } => "signature-canonicalization",
            Self::Query { .. } => "signature-query",
            Self::Domain { .. } => "signature-domain",
            Self::Selector { .. } => "signature-selector",
            Self::Identity { .. } => "signature-identity",
            Self::IdentityOutside { .. } => "signature-identity-outside",
            Self::Names { .. } => "signature-names",
            Self::ManyNames { .. } => "signature-too-many-names",
            Self::FromNotSigned { .. } => "signature-from-not-signed",
            Self::Base64 { .. } => "signature-base64",
            Self::HashLength { .. } => "signature-hash-length",
            Self::LongSignature { .. } => "signature-b-too-long",
            Self::Number { .. } => "signature-number",
            Self::ExpiresBeforeSigned => "signature-expires-before-signed",
        }
    }
}
