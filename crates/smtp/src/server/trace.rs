//! A log of what a connection took in and decided.
//!
//! Every input has a number; each reply and each end names the input that led to it in its
//! [`Why`]. Arguments of AUTH and lines of a SASL exchange never reach a sink.

use crate::rule::{Seq, Why};
use crate::server::Timer;
use crate::value::Instant;
use crate::value::reply::Reply;
use std::fmt;

/// Takes the records of a connection as they come.
pub trait TraceSink: fmt::Debug {
    /// Takes a record.
    fn record(&mut self, now: Instant, record: &Record<'_>);
}

/// Something that happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Record<'a> {
    /// An input.
    Input {
        /// Its number.
        seq: Seq,
        /// What it was.
        input: Input,
    },
    /// A line was read.
    Line {
        /// Its verb, if it is a command.
        verb: Option<&'static str>,
        /// Its length without CRLF.
        octets: usize,
    },
    /// A reply was decided.
    Reply {
        /// The reply.
        reply: &'a Reply,
        /// Its reason.
        why: &'a Why,
    },
    /// The transaction or authentication failed.
    Aborted(&'a Why),
    /// The connection ended.
    Closed(&'a Why),
}

/// What a connection can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Input {
    /// The connection was made.
    Start,
    /// Octets are in the read buffer: how many.
    Octets(usize),
    /// The peer sends no more.
    Eof,
    /// This timer was due.
    Timeout(Timer),
    /// The application answered.
    Answer,
    /// The TLS handshake is done.
    Tls,
    /// The server goes down.
    Shutdown,
}
