//! What can go wrong, one type per operation.

use postrider_core::{Id, SafeText};
use std::io;
use std::path::PathBuf;

/// A message could not be taken, read or listed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SpoolError {
    /// Less space than `min_free`: answer `452 4.3.1`.
    #[error("the spool has no space left")]
    Full,
    /// The disk failed to keep what was written and no self-test has passed since: answer
    /// `451 4.3.0`.
    #[error("the spool cannot store safely")]
    Failing,
    /// An id was used twice.
    #[error("message {0} exists already")]
    Exists(Id),
    /// There is no such message, or no longer.
    #[error("no message {0}")]
    NoSuchMessage(Id),
    /// The stored octets are not those that were accepted.
    #[error("message {0} is damaged on disk")]
    Corrupt(Id),
    /// An envelope without recipients.
    #[error("a message needs a recipient")]
    NoRecipients,
    /// The envelope cannot be written down.
    #[error("the envelope cannot be stored")]
    Envelope(#[source] serde_json::Error),
    /// The engine is closing.
    #[error("the spool is closing")]
    Closed,
    /// The system refused.
    #[error("file system: {0}")]
    Io(#[from] io::Error),
}

/// The lease ended and another may work on the message: stop, and record nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the lease on message {0} is lost")]
pub struct LeaseLost(pub Id);

/// Results could not be recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettleError {
    /// Another may have the message.
    #[error(transparent)]
    LeaseLost(#[from] LeaseLost),
    /// A result for a recipient that the lease does not hold, or the second one for it.
    #[error("recipient {n} is not in the lease, or has two results")]
    Rcpt {
        /// Its place in the envelope.
        n: usize,
    },
    /// The results are not on disk. Work already done will be done again.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// The spool could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another process has it.
    #[error("{} is in use by another process", .0.display())]
    Locked(PathBuf),
    /// Written by a newer version.
    #[error("{} has format {version}, this program knows 1", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
    /// The system refused.
    #[error("{}: {source}", .path.display())]
    Io {
        /// What was being opened.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Something in the spool that could not be read, or has no counterpart; kept aside for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {why}")]
#[non_exhaustive]
pub struct Corrupt {
    /// Its name below `corrupt/`, or the row in a database.
    pub name: SafeText,
    /// What is wrong.
    pub why: CorruptWhy,
}

impl Corrupt {
    /// An unreadable thing by its name.
    #[must_use]
    pub const fn new(name: SafeText, why: CorruptWhy) -> Self {
        Self { name, why }
    }
}

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorruptWhy {
    /// A body without an envelope: an acceptance that did not finish, or a loss.
    #[error("body without envelope")]
    NoEnvelope,
    /// An envelope without its body.
    #[error("envelope without body")]
    NoBody,
    /// The body is longer or shorter than accepted.
    #[error("body has {found} octets, {expected} were accepted")]
    Size {
        /// As accepted.
        expected: u64,
        /// As found.
        found: u64,
    },
    /// A line fails its check sum or cannot be read.
    #[error("line {line} of the envelope cannot be read")]
    Line {
        /// Counted from 1.
        line: usize,
    },
    /// The envelope belongs to another message.
    #[error("the envelope is of message {0}")]
    OtherId(Id),
    /// A name that the spool never gives.
    #[error("not a file of the spool")]
    Foreign,
    /// It was read before and found so at an earlier start.
    #[error("set aside at an earlier start")]
    Earlier,
}
