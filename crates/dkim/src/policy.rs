//! What the verifier of a message decides for itself: local switches and limits.

use crate::reason::Reason;
use std::time::Duration;

/// Most names in `h=`.
pub const MAX_SIGNED_NAMES: usize = 512;
/// Most octets of a `DKIM-Signature` value.
pub const MAX_TAG_LIST: usize = 64 * 1024;
/// Most octets of a signature, decoded: that of an RSA key of 8192 bits.
pub const MAX_SIGNATURE: usize = 1024;
/// Most digits of `l=` (RFC 6376 §3.5).
pub const MAX_LENGTH_DIGITS: usize = 76;
/// Most digits of `t=` and `x=` (RFC 6376 §3.5).
pub const MAX_TIME_DIGITS: usize = 12;

/// Whether something that could be let through is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch has two positions")]
pub enum Switch {
    /// The signature gets the result `policy`.
    #[default]
    Refuse,
    /// It may pass; the verdict still warns.
    Allow,
}

/// What the flag `t=y` in a key record does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch has two positions")]
pub enum TestingKey {
    /// A fact in the verdict, no more.
    #[default]
    Surface,
    /// A pass becomes `policy`: RFC 6376 §3.6.1: "Verifiers MUST NOT treat messages from Signers in
    /// testing mode differently from unsigned email".
    AsUnsigned,
}

/// How much is tried to explain a signature that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DiagnosisLevel {
    /// Nothing.
    Off,
    /// What costs nothing while a message is clean, and two more hash states for signatures with
    /// `c=…/simple`.
    #[default]
    Basic,
    /// Also another hash state for `c=…/relaxed`, and a hash at each line end to find what was
    /// appended: several times the time, so for explaining a message rather than for serving.
    Deep,
}

/// Local policy and limits; strict by default.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Smaller RSA keys give `policy`; below 1024 they are `permerror` whatever stands here.
    pub min_rsa_bits: u32,
    /// How far clocks may differ when `t=` and `x=` are judged.
    pub clock_skew: Duration,
    /// A signature from the future (`t=`).
    pub future: Switch,
    /// An expired signature (`x=`).
    pub expired: Switch,
    /// A signature that covers the body in part (`l=`).
    pub partial_body: Switch,
    /// A From field that is not covered by the signature.
    pub unsigned_from: Switch,
    /// A key in testing mode.
    pub testing_key: TestingKey,
    /// Signatures that are evaluated; more are reported as skipped.
    pub signatures: usize,
    /// Key records that are tried at one name; more are reported.
    pub key_records: usize,
    /// How much is tried to explain a failure.
    pub diagnosis: DiagnosisLevel,
}

impl Policy {
    /// The default policy: everything doubtful is refused.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            min_rsa_bits: crate::key::MIN_RSA_BITS,
            clock_skew: Duration::from_secs(300),
            future: Switch::Refuse,
            expired: Switch::Refuse,
            partial_body: Switch::Refuse,
            unsigned_from: Switch::Refuse,
            testing_key: TestingKey::Surface,
            signatures: 10,
            key_records: 4,
            diagnosis: DiagnosisLevel::Basic,
        }
    }

    /// Whether a switch lets a signature pass for which this reason was found.
    #[expect(clippy::wildcard_enum_match_arm, reason = "other reasons have no switch")]
    pub(crate) fn allows(&self, reason: &Reason) -> bool {
        let switch = match reason {
            Reason::Expired { .. } => self.expired,
            Reason::Future { .. } => self.future,
            Reason::PartialBody { .. } => self.partial_body,
            Reason::UnsignedFrom { .. } => self.unsigned_from,
            _ => Switch::Refuse,
        };
        switch == Switch::Allow
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::strict()
    }
}
