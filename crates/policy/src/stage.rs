//! The stages of a message's way at which rules run.

use std::fmt;
use std::str::FromStr;

/// A point in an SMTP session, or of the delivery behind it, at which rules are asked.
///
/// The stages up to [`Data`](Self::Data) are ordered by time. [`Route`](Self::Route) stands apart: it runs for
/// each recipient when a message is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "closed by the rule language")]
pub enum Stage {
    /// The client has connected.
    Connect,
    /// EHLO or HELO.
    Ehlo,
    /// AUTH has succeeded.
    Auth,
    /// MAIL FROM
    Mail,
    /// RCPT TO, once for each recipient.
    Rcpt,
    /// The end of the message.
    Data,
    /// A route is chosen for a recipient.
    Route,
}

/// A word that names no stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stage is one of connect, ehlo, auth, mail, rcpt, data, route")]
pub struct ParseStageError;

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 7] =
        [Self::Connect, Self::Ehlo, Self::Auth, Self::Mail, Self::Rcpt, Self::Data, Self::Route];

    /// The stage as rules name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Ehlo => "ehlo",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Route => "route",
        }
    }

    /// Whether the client waits for a reply at this stage.
    #[must_use]
    pub const fn has_reply(self) -> bool {
        !matches!(self, Self::Route)
    }
}

impl FromStr for Stage {
    type Err = ParseStageError;

    fn from_str(word: &str) -> Result<Self, ParseStageError> {
        Self::ALL.into_iter().find(|s| s.as_str() == word).ok_or(ParseStageError)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a variable can be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Visible {
    /// From this stage of the session to its end of data; not when a route is chosen.
    From(Stage),
    /// As `From`, and when a route is chosen.
    FromAndRoute(Stage),
    /// At this stage alone.
    Only(Stage),
    /// At this stage and when a route is chosen, but at no stage between.
    OnlyAndRoute(Stage),
}

impl Visible {
    /// Whether a rule of `stage` sees the variable.
    #[must_use]
    pub fn at(self, stage: Stage) -> bool {
        match (self, stage) {
            (Self::From(_), Stage::Route) => false,
            (Self::FromAndRoute(_) | Self::OnlyAndRoute(_), Stage::Route) => true,
            (Self::From(first) | Self::FromAndRoute(first), _) => stage >= first,
            (Self::Only(one) | Self::OnlyAndRoute(one), _) => stage == one,
        }
    }

    /// The first stage at which the variable has a value.
    #[must_use]
    pub const fn first(self) -> Stage {
        match self {
            Self::From(s) | Self::FromAndRoute(s) | Self::Only(s) | Self::OnlyAndRoute(s) => s,
        }
    }
}
