//! What was said on a connection, fit for a trace: typed, short, and without credentials.

use super::event::{End, Stage};
use crate::value::reply::Reply;
use crate::value::{Instant, TlsInfo};
use postrider_core::SafeText;
use std::fmt;

/// One thing that was said, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub said: Said,
}

/// What was said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Said {
    /// A command of ours, without its CRLF. AUTH ends behind the mechanism.
    Client(SafeText),
    /// A reply.
    Server {
        /// What it answers.
        to: Stage,
        /// The reply.
        reply: Reply,
    },
    /// A line of an authentication exchange.
    Sasl,
    /// The whole message has been handed over.
    Body {
        /// Octets on the wire, with transparency dots and the final one.
        octets: u64,
    },
    /// TLS protects what follows.
    Tls(TlsInfo),
    /// The connection ended.
    Ended(End),
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(line) => write!(f, "C: {line}"),
            Self::Server { reply, .. } => write!(f, "S: {reply}"),
            Self::Sasl => f.write_str("C: [credentials]"),
            Self::Body { octets } => write!(f, "C: [{octets} octets of message]"),
            Self::Tls(info) => write!(f, "[{} with {}]", info.version, info.cipher),
            Self::Ended(end) => write!(f, "[{end}]"),
        }
    }
}
