//! What the verifier says of one signature.

use crate::algorithm::{Algorithm, KeyType};
use crate::canon::Canonicalization;
use crate::diagnose::{Diagnosis, HeaderDiagnosis};
use crate::encoding::to_base64;
use crate::identity::Auid;
use crate::reason::{Reason, Warning};
use crate::selector::Selector;
use postrider_core::{DomainName, SafeText, UnixTime};
use std::fmt;

/// The result for one signature; the words of RFC 8601 §2.7.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum DkimResult {
    /// The signature holds and nothing speaks against it.
    Pass,
    /// The cryptography does not hold.
    Fail,
    /// It would hold, but a switch of the local [`Policy`](crate::Policy) refuses it.
    Policy,
    /// The key could not be fetched now.
    TempError,
    /// The protocol refuses the signature or its key.
    PermError,
    /// Not evaluated, since there are too many signatures.
    Skipped,
}

impl DkimResult {
    /// The word in Authentication-Results; `Skipped` is `neutral` there.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Policy => "policy",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
            Self::Skipped => "neutral",
        }
    }
}

impl fmt::Display for DkimResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The verdict on one `DKIM-Signature` field, with its evidence.
///
/// `Display` is one line of US-ASCII:
/// `d=bank.example s=m1: the body was changed after signing (headers intact)`. The evidence is in
/// [`story`](Self::story).
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
#[must_use]
pub struct Verdict {
    /// Index of the field among all fields of the message, from the top, the first being 0.
    pub field: usize,
    /// The result.
    pub result: DkimResult,
    /// Why.
    pub why: Reason,
    /// `d=`: who takes responsibility, if it holds. Given whenever it could be read.
    pub domain: Option<DomainName>,
    /// `s=`
    pub selector: Option<Selector>,
    /// `i=`, `@d` if absent.
    pub identity: Option<Auid>,
    /// `a=`
    pub algorithm: Option<Algorithm>,
    /// `c=`, simple/simple if absent.
    pub canonicalization: Option<Canonicalization>,
    /// The first 16 characters of `b=`: `header.b` of RFC 6008.
    pub b: Option<String>,
    /// `t=`
    pub signed_at: Option<UnixTime>,
    /// `x=`
    pub expires: Option<UnixTime>,
    /// What is known of the key that was used.
    pub key: Option<KeyFacts>,
    /// The TXT records at the name of the key, as evidence: so many as are tried, each cut at 512
    /// octets.
    pub key_records: Vec<SafeText>,
    /// What the signature covers.
    pub coverage: Option<Coverage>,
    /// Both body hashes, once the body was read.
    pub body: Option<BodyHashes>,
    /// What does not change the result but should be known.
    pub warnings: Vec<Warning>,
    /// What probably happened to a body that does not match.
    pub diagnosis: Option<Diagnosis>,
    /// What happened to a header that does not match: every difference if the signature copies its
    /// fields (`z=`), else at most one.
    pub header_diagnosis: Vec<HeaderDiagnosis>,
}

impl Verdict {
    /// Whether the result is `pass`.
    #[must_use]
    pub const fn is_pass(&self) -> bool {
        matches!(self.result, DkimResult::Pass)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(domain) = &self.domain {
            write!(f, "d={domain} ")?;
        }
        match &self.selector {
            Some(selector) => write!(f, "s={selector}: ")?,
            None => write!(f, "field {}: ", self.field)?,
        }
        write!(f, "{}", self.why)?;
        if let Some(diagnosis) = &self.diagnosis {
            write!(f, "; {diagnosis}")?;
        }
        self.header_diagnosis.iter().try_for_each(|diagnosis| write!(f, "; {diagnosis}"))
    }
}

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct KeyFacts {
    /// Its type.
    pub key_type: KeyType,
    /// Its size.
    pub bits: u32,
    /// The record says that the domain is testing (`t=y`).
    pub testing: bool,
    /// The record wants `i=` to name `d=` itself (`t=s`).
    pub strict: bool,
    /// The answer was validated by DNSSEC.
    pub authentic: bool,
    /// Seconds for which the record may be kept.
    pub ttl: u32,
}

/// What a signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Coverage {
    /// `h=` in lower case, joined by colons.
    pub names: String,
    /// `l=`: canonical octets that are signed; absent means all.
    pub signed_octets: Option<u64>,
    /// Canonical octets of the body, once it was read.
    pub body_octets: Option<u64>,
}

impl Coverage {
    /// Octets of the body that could be changed without harm to the signature.
    #[must_use]
    pub fn uncovered(&self) -> u64 {
        match (self.signed_octets, self.body_octets) {
            (Some(signed), Some(all)) => all.saturating_sub(signed),
            _ => 0,
        }
    }
}

/// The body hash that the signature holds and the one that was computed.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyHashes {
    /// `bh=`
    pub expected: [u8; 32],
    /// Of the body that was read.
    pub computed: [u8; 32],
}

impl BodyHashes {
    /// Whether they are the same.
    #[must_use]
    pub fn agree(&self) -> bool {
        self.expected == self.computed
    }
}

impl fmt::Display for BodyHashes {
    /// `bh=… computed …`, both as base64.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (expected, computed) = (to_base64(&self.expected), to_base64(&self.computed));
        write!(f, "bh={expected} computed {computed}")
    }
}

impl fmt::Debug for BodyHashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyHashes({self})")
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for BodyHashes {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut hashes = s.serialize_struct("BodyHashes", 2)?;
        hashes.serialize_field("expected", &to_base64(&self.expected))?;
        hashes.serialize_field("computed", &to_base64(&self.computed))?;
        hashes.end()
    }
}
