//! What became of each recipient: waiting, delivered, failed, or failed with a notice still owed.

use postrider_core::{SafeText, UnixTime};
use serde::{Deserialize, Serialize};

/// Where one recipient of one message stands.
///
/// `Due` and `Owed` are work still to do; a message ends when every recipient is in another state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "every engine and every runner must handle each state")]
pub enum RcptState {
    /// To be tried at or after `due`.
    Due {
        /// Next attempt.
        #[serde(with = "moment")]
        due: UnixTime,
        /// Why the last attempt did not deliver; nothing before the first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
    },
    /// Failed for good, and the sender is still to be told at or after `due`.
    ///
    /// Written before the notice is made, so a crash between the two repeats the notice and never
    /// loses it.
    Owed {
        /// When to make the notice.
        #[serde(with = "moment")]
        due: UnixTime,
        /// Why it failed.
        cause: Cause,
    },
    /// Delivered, or handed to the next server.
    Delivered {
        /// The words of the one who took it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cause: Option<Cause>,
    },
    /// Failed for good; the sender was told, or must not be.
    Failed {
        /// Why.
        cause: Cause,
    },
    /// Taken out by an operator, without a notice.
    Deleted,
}

impl RcptState {
    /// Whether nothing remains to be done.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.due().is_none()
    }

    /// When there is something to do; nothing if settled.
    #[must_use]
    pub const fn due(&self) -> Option<UnixTime> {
        match self {
            Self::Due { due, .. } | Self::Owed { due, .. } => Some(*due),
            Self::Delivered { .. } | Self::Failed { .. } | Self::Deleted => None,
        }
    }

    /// What the last attempt said.
    #[must_use]
    pub const fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Due { cause, .. } | Self::Delivered { cause } => cause.as_ref(),
            Self::Owed { cause, .. } | Self::Failed { cause } => Some(cause),
            Self::Deleted => None,
        }
    }
}

/// Why an attempt ended as it did, in words fit for the sender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// Enhanced status code (RFC 3463), such as `5.1.1`.
    pub status: SafeText,
    /// The words, on one line.
    pub text: SafeText,
    /// The server whose words these are; nothing if they are ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<SafeText>,
    /// What our own checks found about it, one sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnosis: Option<SafeText>,
}

impl Cause {
    /// Our own words.
    #[must_use]
    pub const fn ours(status: SafeText, text: SafeText) -> Self {
        Self { status, text, host: None, diagnosis: None }
    }

    /// The words of `host`.
    #[must_use]
    pub const fn of(host: SafeText, status: SafeText, text: SafeText) -> Self {
        Self { status, text, host: Some(host), diagnosis: None }
    }
}

/// What an attempt did to one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a pair")]
pub struct RcptResult {
    /// Place of the recipient in the envelope.
    pub n: usize,
    /// Its new state.
    #[serde(flatten)]
    pub state: RcptState,
}

/// Moments as RFC 3339 text, so that a person can read the queue.
pub(crate) mod moment {
    use postrider_core::UnixTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
    pub(crate) fn serialize<S: Serializer>(t: &UnixTime, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(t)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<UnixTime, D::Error> {
        let text = String::deserialize(d)?;
        UnixTime::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 time"))
    }
}
