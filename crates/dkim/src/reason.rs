//! Why a verdict is what it is: closed lists with stable codes.

use crate::key::MAX_RSA_BITS;
use crate::record::KeyRecordError;
use crate::signature::SignatureError;
use crate::verdict::DkimResult;
use postrider_core::UnixTime;
use postrider_resolver::LookupError;
use std::time::Duration;

/// Why a signature has its result. `Display` is one line of US-ASCII without a final stop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// Everything holds.
    #[error("signature verified")]
    Verified,

    /// The body hash differs, the signature of the header holds.
    #[error("the body was changed after signing (headers intact)")]
    BodyChanged,
    /// The signature of the header does not verify, the body hash agrees.
    #[error("signed headers were changed, or the key is another (body intact)")]
    HeadersChanged,
    /// Neither holds.
    #[error("body and headers were changed after signing")]
    BothChanged,

    /// The time of `x=` is over.
    #[error("expired at {at}")]
    Expired {
        /// `x=`
        at: UnixTime,
    },
    /// The time of `t=` has not come.
    #[error("signed in the future, at {at}, {}s from now", .ahead.as_secs())]
    Future {
        /// `t=`
        at: UnixTime,
        /// How far away it is.
        ahead: Duration,
    },
    /// `l=` leaves octets of the body uncovered.
    #[error("l= covers {signed} of {total} body octets, the rest could be anyone's")]
    PartialBody {
        /// Octets covered.
        signed: u64,
        /// Canonical octets of the body.
        total: u64,
    },
    /// More From fields than the signature covers.
    #[error("{present} From fields, {signed} of them signed")]
    UnsignedFrom {
        /// From fields of the message.
        present: usize,
        /// How often `h=` names From.
        signed: usize,
    },
    /// The key is smaller than the local policy wants.
    #[error("RSA key of {bits} bits, local policy wants {min}")]
    WeakKey {
        /// Bits of the key.
        bits: u32,
        /// Bits wanted.
        min: u32,
    },
    /// The domain is testing, and the local policy takes its signatures for none.
    #[error("the key is in testing mode (t=y)")]
    TestingKey,

    /// The field cannot be used.
    #[error("{0}")]
    Signature(SignatureError),
    /// The message's header is beyond the limits, so that fields may be unknown.
    #[error("the header is too large to be judged")]
    HeaderTooLarge,
    /// `l=` is greater than the body is long.
    #[error("l={signed}, but the body has {total} octets")]
    LengthBeyondBody {
        /// `l=`
        signed: u64,
        /// Canonical octets of the body.
        total: u64,
    },
    /// The name of the key record cannot exist.
    #[error("the name of the key record is too long for DNS")]
    KeyName,
    /// The name does not exist.
    #[error("no key: the name does not exist (NXDOMAIN)")]
    NoKeyName,
    /// The name has no TXT record.
    #[error("no key: there is no TXT record at the name")]
    NoKeyRecord,
    /// No TXT record at the name is a key record that can be used.
    #[error("key record: {0}")]
    KeyRecord(KeyRecordError),
    /// The key was revoked.
    #[error("the key was revoked (p= is empty)")]
    KeyRevoked,
    /// The key is for another algorithm.
    #[error("the key record is for another algorithm (k=)")]
    KeyType,
    /// `h=` of the record does not allow SHA-256.
    #[error("the key record does not allow sha256 (h=)")]
    KeyHash,
    /// `s=` of the record does not allow mail.
    #[error("the key record does not allow email (s=)")]
    KeyService,
    /// `t=s`, and `i=` is below `d=`.
    #[error("the key record wants i= to be in d= itself (t=s)")]
    KeyStrict,
    /// RFC 8301 §3.2: such signatures are never valid.
    #[error("RSA key of {bits} bits, less than 1024 is never valid")]
    KeyTooShort {
        /// Bits of the key.
        bits: u32,
    },
    /// Too costly to verify.
    #[error("RSA key of {bits} bits, {MAX_RSA_BITS} are allowed")]
    KeyTooLong {
        /// Bits of the key.
        bits: u32,
    },

    /// The key could not be fetched now.
    #[error("key not available now: {0}")]
    Lookup(LookupError),
    /// The caller gave no answer for the key.
    #[error("the key was not asked for")]
    NotAsked,

    /// The local limit on signatures was reached.
    #[error("not evaluated: more than {limit} signatures")]
    TooManySignatures {
        /// The limit.
        limit: usize,
    },
}

impl Reason {
    /// Stable kebab-case code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::BodyChanged => "body-changed",
            Self::HeadersChanged => "headers-changed",
            Self::BothChanged => "body-and-headers-changed",
            Self::Expired { .. } => "expired",
            Self::Future { .. } => "signed-in-future",
            Self::PartialBody { .. } => "partial-body",
            Self::UnsignedFrom { .. } => "unsigned-from",
            Self::WeakKey { .. } => "weak-key",
            Self::TestingKey => "testing-key",
            Self::Signature(e) => e.code(),
            Self::HeaderTooLarge => "header-too-large",
            Self::LengthBeyondBody { .. } => "length-beyond-body",
            Self::KeyName => "key-name-too-long",
            Self::NoKeyName => "key-name-missing",
            Self::NoKeyRecord => "key-record-missing",
            Self::KeyRecord(_) => "key-record-unusable",
            Self::KeyRevoked => "key-revoked",
            Self::KeyType => "key-type-mismatch",
            Self::KeyHash => "key-hash-not-allowed",
            Self::KeyService => "key-service-not-allowed",
            Self::KeyStrict => "key-strict-identity",
            Self::KeyTooShort { .. } => "key-too-short",
            Self::KeyTooLong { .. } => "key-too-long",
            Self::Lookup(_) => "key-lookup-failed",
            Self::NotAsked => "key-not-asked",
            Self::TooManySignatures { .. } => "too-many-signatures",
        }
    }

    /// The result that this reason gives.
    ///
    /// `policy` when a switch of ours refuses a signature that holds, `permerror` when the protocol
    /// refuses it, `fail` only for cryptography.
    #[must_use]
    pub const fn result(&self) -> DkimResult {
        match self {
            Self::Verified => DkimResult::Pass,
            Self::BodyChanged | Self::HeadersChanged | Self::BothChanged => DkimResult::Fail,
            Self::Expired { .. }
            | Self::Future { .. }
            | Self::PartialBody { .. }
            | Self::UnsignedFrom { .. }
            | Self::WeakKey { .. }
            | Self::TestingKey => DkimResult::Policy,
            Self::Signature(_)
            | Self::HeaderTooLarge
            | Self::LengthBeyondBody { .. }
            | Self::KeyName
            | Self::NoKeyName
            | Self::NoKeyRecord
            | Self::KeyRecord(_)
            | Self::KeyRevoked
            | Self::KeyType
            | Self::KeyHash
            | Self::KeyService
            | Self::KeyStrict
            | Self::KeyTooShort { .. }
            | Self::KeyTooLong { .. } => DkimResult::PermError,
            Self::Lookup(_) | Self::NotAsked => DkimResult::TempError,
            Self::TooManySignatures { .. } => DkimResult::Skipped,
        }
    }
}

/// What does not change a result but should be known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Warning {
    /// The key is in testing mode.
    #[error("the key is in testing mode (t=y)")]
    TestingKey,
    /// A further instance of a field that readers see is not covered.
    #[error("a further {name} field is not signed")]
    UnsignedField {
        /// The field.
        name: &'static str,
    },
    /// TXT records at the key's name that are no usable key records.
    #[error("{count} other TXT records at the name of the key")]
    OtherRecords {
        /// How many.
        count: usize,
    },
    /// A switch of the policy let something through that is refused by default.
    #[error("allowed by local policy: {0}")]
    Allowed(Box<Reason>),
}

impl Warning {
    /// Stable kebab-case code for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TestingKey => "testing-key",
            Self::UnsignedField { .. } => "unsigned-field",
            Self::OtherRecords { .. } => "other-records",
            Self::Allowed(reason) => reason.code(),
        }
    }
}

/// A reason or warning as an object of `code` and `text`.
#[cfg(feature = "serde")]
fn coded<S: serde::Serializer>(
    s: S,
    code: &'static str,
    text: &dyn std::fmt::Display,
) -> Result<S::Ok, S::Error> {
    use serde::ser::SerializeStruct;
    let mut object = s.serialize_struct("Reason", 2)?;
    object.serialize_field("code", code)?;
    object.serialize_field("text", &text.to_string())?;
    object.end()
}

#[cfg(feature = "serde")]
impl serde::Serialize for Reason {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        coded(s, self.code(), self)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Warning {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        coded(s, self.code(), self)
    }
}
