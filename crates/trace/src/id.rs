//! What a trace is found by: the id of its message, or of the session that came to none.

use postrider_core::{Id, ParseIdError, UnixTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Id of an SMTP session: `s-` and an [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(Id);

/// Id of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a trace is a message's or a session's")]
pub enum TraceId {
    /// A message.
    Message(Id),
    /// A session without a message.
    Session(SessionId),
}

impl SessionId {
    /// The session of this id.
    #[must_use]
    pub const fn new(id: Id) -> Self {
        Self(id)
    }

    /// The id without its prefix.
    #[must_use]
    pub const fn id(self) -> Id {
        self.0
    }
}

impl TraceId {
    /// The moment in the id.
    #[must_use]
    pub fn time(self) -> UnixTime {
        match self {
            Self::Message(id) | Self::Session(SessionId(id)) => id.time(),
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s-{}", self.0)
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Message(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
        }
    }
}

impl FromStr for SessionId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let id = text.strip_prefix("s-").or_else(|| text.strip_prefix("S-"));
        id.ok_or(ParseIdError)?.parse().map(Self)
    }
}

impl FromStr for TraceId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        match text.parse() {
            Ok(session) => Ok(Self::Session(session)),
            Err(ParseIdError) => text.parse().map(Self::Message),
        }
    }
}

impl Serialize for SessionId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(de::Error::custom)
    }
}
