//! Why a step of a session failed.

use postrider_smtp::client::{End, Entry, Failed, NotReady, Stage};
use postrider_smtp::value::reply::Reply;
use std::io;

/// Why no session could be established.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
#[non_exhaustive]
pub struct EstablishError {
    /// Why.
    #[source]
    pub cause: StepError,
    /// What was said until then.
    pub log: Vec<Entry>,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The server refused, or the connection ended.
    #[error(transparent)]
    Failed(#[from] Failed),
    /// The session had ended before the step: the server may close it at any time.
    #[error("session has ended: {0}")]
    Ended(End),
    /// The step cannot be taken now.
    #[error(transparent)]
    NotReady(#[from] NotReady),
    /// The stream broke. The step is the one that was under way.
    #[error("{at}: connection broken: {source}")]
    Broken {
        /// During which step.
        at: Stage,
        /// How.
        source: io::Error,
    },
    /// TLS is wanted and no roots are configured, or rustls refuses its configuration.
    #[error("TLS cannot be set up: {0}")]
    TlsSetup(#[source] rustls::Error),
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// As for any step.
    #[error(transparent)]
    Step(#[from] StepError),
    /// The message could not be read. The session has ended, so that the server does not take half of
    /// it.
    #[error("message cannot be read")]
    Body(#[source] io::Error),
}

impl StepError {
    /// During which step it failed, if one was under way.
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Failed(failed) => Some(failed.at),
            Self::Broken { at, .. } => Some(*at),
            Self::Ended(_) | Self::NotReady(_) | Self::TlsSetup(_) => None,
        }
    }

    /// The server's words, if it said any.
    #[must_use]
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Failed(failed) => failed.reply(),
            Self::Ended(end) => end.reply(),
            Self::Broken { .. } | Self::NotReady(_) | Self::TlsSetup(_) => None,
        }
    }
}

impl SendError {
    /// As [`StepError::stage`].
    #[must_use]
    pub const fn stage(&self) -> Option<Stage> {
        match self {
            Self::Step(step) => step.stage(),
            Self::Body(_) => Some(Stage::Body),
        }
    }

    /// As [`StepError::reply`].
    #[must_use]
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::Step(step) => step.reply(),
            Self::Body(_) => None,
        }
    }
}
