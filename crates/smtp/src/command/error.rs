//! Why a line is no command.

use crate::value::ParseMechanismError;
use postrider_core::{ParseHostError, ParsePathError};

/// Why a line is no [`Command`](super::Command). Offsets are octets of the argument in question.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseCommandError {
    /// No verb that any RFC knows.
    #[error("unknown verb")]
    UnknownVerb,
    /// A verb that an RFC knows and this crate does not offer.
    #[error("{verb} is not implemented")]
    NotImplemented {
        /// The verb.
        verb: &'static str,
    },
    /// An argument is missing, or stands where none may.
    #[error("{verb}: {expected} expected")]
    Argument {
        /// The verb.
        verb: &'static str,
        /// What should stand behind it.
        expected: &'static str,
    },
    /// EHLO or HELO without a domain or literal.
    #[error("not a domain or address literal: {0}")]
    Hello(#[source] ParseHostError),
    /// MAIL with something else than a reverse path.
    #[error("sender: {0}")]
    Sender(#[source] ParsePathError),
    /// RCPT with something else than a forward path.
    #[error("recipient: {0}")]
    Recipient(#[source] ParsePathError),
    /// A path with something else than a space behind it.
    #[error("octet {at}: a space expected behind the path")]
    Unspaced {
        /// Offset in the argument.
        at: usize,
    },
    /// A parameter that is not `keyword` or `keyword=value`.
    #[error("parameter {index}: {expected} expected")]
    Parameter {
        /// Which parameter, from 1.
        index: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// A parameter whose keyword is not known.
    #[error("parameter {index} is unknown")]
    UnknownParameter {
        /// Which parameter, from 1.
        index: usize,
    },
    /// A parameter given twice.
    #[error("{keyword} is given twice")]
    Duplicate {
        /// Its keyword.
        keyword: &'static str,
    },
    /// A known parameter with a bad value, or without the one it needs.
    #[error("{keyword}: {expected} expected")]
    Value {
        /// Its keyword.
        keyword: &'static str,
        /// What its value should be.
        expected: &'static str,
    },
    /// `SIZE=` with a number that RFC 1870 allows and no machine can hold.
    #[error("SIZE is above 18446744073709551615")]
    SizeOverflow,
    /// BDAT whose octets cannot be told from commands, because its size cannot be read.
    #[error("BDAT: a size and perhaps LAST expected")]
    ChunkSize,
    /// AUTH with something else than a mechanism.
    #[error("{0}")]
    Mechanism(#[from] ParseMechanismError),
    /// An initial response that is not base64.
    #[error("the initial response is not base64")]
    Base64,
}
