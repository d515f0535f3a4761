//! What a rule does to a message, with everything filled in.

use crate::reply::ReplyText;
use postrider_core::SafeText;
use std::fmt;

/// The effect of a rule or of a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing.
    Continue,
    /// Later rules of the stage are not asked.
    Accept,
    /// Refused for good.
    Reject(ReplyText),
    /// Refused for now.
    Defer(ReplyText),
    /// `250`, but not delivered.
    Discard,
    /// Accepted, delivered into a folder of its own.
    Quarantine {
        /// The folder.
        folder: SafeText,
    },
    /// Accepted, waits for the operator.
    Hold {
        /// Why.
        reason: SafeText,
    },
    /// Adds to `tags`.
    Tag(SafeText),
    /// Adds header fields.
    Header(Vec<Field>),
    /// Chooses a route of the configuration.
    Route(SafeText),
}

/// A header field that a rule adds: valid name, printable US-ASCII text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    pub(crate) name: SafeText,
    pub(crate) text: SafeText,
}

impl Field {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        self.text.as_str()
    }
}

impl Effect {
    /// The effect as a trace names it.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Continue => "continue",
            Self::Accept => "accept",
            Self::Reject(_) => "reject",
            Self::Defer(_) => "defer",
            Self::Discard => "discard",
            Self::Quarantine { .. } => "quarantine",
            Self::Hold { .. } => "hold",
            Self::Tag(_) => "tag",
            Self::Header(_) => "header",
            Self::Route(_) => "route",
        }
    }

    /// The reply of a rejection or deferral.
    #[must_use]
    pub const fn reply(&self) -> Option<&ReplyText> {
        match self {
            Self::Reject(reply) | Self::Defer(reply) => Some(reply),
            Self::Continue
            | Self::Accept
            | Self::Discard
            | Self::Quarantine { .. }
            | Self::Hold { .. }
            | Self::Tag(_)
            | Self::Header(_)
            | Self::Route(_) => None,
        }
    }

    /// Whether no later rule of the stage is asked.
    #[must_use]
    pub const fn ends_stage(&self) -> bool {
        !matches!(self, Self::Continue | Self::Tag(_) | Self::Header(_))
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())?;
        match self {
            Self::Continue | Self::Accept | Self::Discard => Ok(()),
            Self::Reject(reply) | Self::Defer(reply) => write!(f, " {reply}"),
            Self::Quarantine { folder } => write!(f, " to {folder}"),
            Self::Hold { reason } => write!(f, ": {reason}"),
            Self::Tag(text) | Self::Route(text) => write!(f, " {text}"),
            Self::Header(fields) => {
                fields.iter().try_for_each(|field| write!(f, " {}: {}", field.name, field.text))
            }
        }
    }
}
