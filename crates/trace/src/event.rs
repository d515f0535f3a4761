//! One event of a trace, and the builder that makes one.

mod draft;
mod parts;

pub use draft::Draft;
pub use parts::{At, Dns, Fix, Reason, Truth};

use crate::datum::Fields;
use crate::id::SessionId;
use crate::words::{Effect, Kind, Out, Stage};
use postrider_core::{Id, SafeText, UnixTime};
use serde::{Deserialize, Serialize};

/// Version of the line format.
pub const VERSION: u32 = 1;

/// One event: a check that was made or skipped, a rule, a reply of the remote, a decision.
///
/// Serialises to one JSON object with its keys always in the order of the fields here; absent ones
/// are left out. No text in it holds a control character. Events are made by a [`Recorder`](crate::Recorder)
/// from a [`Draft`], or read from a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Version of the format.
    pub v: u32,
    /// Number within the session, message or attempt, from 1, without gaps.
    pub n: u32,
    /// When.
    #[serde(with = "time")]
    pub t: UnixTime,
    /// The SMTP session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sess: Option<SessionId>,
    /// The message; absent for what belongs to the session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msg: Option<Id>,
    /// Which delivery attempt, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub att: Option<u32>,
    /// The recipient, if the event is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rcpt: Option<SafeText>,
    /// What the message was going through.
    pub stage: Stage,
    /// What the event tells.
    pub kind: Kind,
    /// Stable name of the check, such as `spf`, `dkim:1`, `rule:honour-dmarc`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<SafeText>,
    /// What came of it.
    pub out: Out,
    /// What it did to the message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eff: Option<Effect>,
    /// What it would have done, were it not only observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub would: Option<Effect>,
    /// Stable kebab-case reason for machines and tests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<SafeText>,
    /// What the check was given.
    #[serde(default, rename = "in", skip_serializing_if = "Fields::is_empty")]
    pub given: Fields,
    /// What it found.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub got: Fields,
    /// The look-ups it made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<Dns>,
    /// A rule's condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<SafeText>,
    /// The comparisons that force its result.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<Reason>,
    /// The values of all its variables.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub leaves: Fields,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<At>,
    /// What we said; in an event of kind reply, what the remote said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<SafeText>,
    /// The check that decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<SafeText>,
    /// The checks on which it rests, the nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<SafeText>,
    /// One sentence for the operator; never sent to a client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub say: Option<SafeText>,
    /// What an operator should do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
    /// Whether a cap was hit: values were cut, or events left out before this one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub truncated: bool,
}

impl Event {
    /// Whether this is a decision that ends something: nothing follows it for the same recipient.
    #[must_use]
    pub fn is_decision(&self) -> bool {
        self.kind == Kind::Decision
    }

    /// The name of the check, or the stage where it has none.
    #[must_use]
    pub fn check_name(&self) -> &str {
        self.check.as_ref().map_or_else(|| self.stage.as_str(), SafeText::as_str)
    }

    /// Writes the line, without its line break.
    #[must_use]
    pub fn to_line(&self) -> String {
        // Writing to a String cannot fail, and every key is text; an empty line is no event to any reader.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// RFC 3339 with milliseconds.
mod time {
    use postrider_core::UnixTime;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(t: &UnixTime, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(t)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<UnixTime, D::Error> {
        let text = String::deserialize(d)?;
        UnixTime::parse_rfc3339(&text).ok_or_else(|| de::Error::custom("no time in RFC 3339 form"))
    }
}
