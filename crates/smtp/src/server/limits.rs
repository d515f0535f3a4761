//! Limits and timeouts of a server connection.

use crate::codec::line::{COMMAND_LINE, LINE_DISCARD};
use crate::sasl::MAX_SASL_LINE;
use std::time::Duration;

/// Most octets of a line of content with its CRLF (RFC 5321 §4.5.3.1.6).
pub const TEXT_LINE: u64 = 1_000;
/// RFC 5321 §4.5.3.1.8: "The minimum total number of recipients that MUST be buffered is 100
/// recipients."
pub const MIN_RECIPIENTS: usize = 100;

/// What a connection may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of a command line with CRLF, before what extensions add. Beyond: 500 5.5.2.
    pub command_line: usize,
    /// Octets of AUTH and of a SASL line with CRLF. Beyond: 500 5.5.6.
    pub sasl_line: usize,
    /// Octets of a refused line that are skipped. Beyond: 421.
    pub line_discard: u64,
    /// Octets of a message, announced as SIZE. Beyond: 552 5.3.4.
    pub message: u64,
    /// Octets of a refused message that are skipped. Beyond: 421.
    pub message_discard: u64,
    /// Accepted recipients of a transaction; never below [`MIN_RECIPIENTS`]. Beyond: 452 4.5.3.
    pub recipients: usize,
    /// Messages of a connection. Beyond: 421.
    pub transactions: u32,
    /// Commands we refused since the last accepted message. Beyond: 421.
    pub errors: u32,
    /// NOOP, RSET, HELP, VRFY, EXPN, EHLO and HELO since the last accepted message. Beyond: 421.
    pub useless: u32,
    /// Failed attempts at AUTH. The last of them gets 421.
    pub auth_failures: u32,
    /// Octets of content that the application has not consumed yet, at least 1. At the limit: reading
    /// stops.
    pub body_window: usize,
    /// Octets of replies that are not taken yet, at least 1. At the limit: reading stops.
    pub backlog: usize,
}

/// How long a connection waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For a PROXY header.
    pub proxy: Duration,
    /// For a TLS handshake.
    pub handshake: Duration,
    /// Before the greeting; who speaks in this time is an early talker. Zero: no wait.
    pub banner: Duration,
    /// For a whole line, from its first octet.
    pub command: Duration,
    /// Between commands.
    pub idle: Duration,
    /// For the next octets of a message.
    pub body_idle: Duration,
    /// For a whole message.
    pub body: Duration,
    /// For the connection, but never within a message.
    pub session: Duration,
    /// For the application's answer. Beyond: 451 4.3.0.
    pub verdict: Duration,
    /// The longest that [`Verdict::Delay`](super::Verdict::Delay) may delay.
    pub tarpit: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MESSAGE: u64 = 50 * 1024 * 1024;
        Self {
            command_line: COMMAND_LINE,
            sasl_line: MAX_SASL_LINE,
            line_discard: LINE_DISCARD,
            message: MESSAGE,
            message_discard: MESSAGE,
            recipients: 1_000,
            transactions: 1_000,
            errors: 10,
            useless: 100,
            auth_failures: 3,
            body_window: 64 * 1024,
            backlog: 64 * 1024,
        }
    }
}

impl Limits {
    /// The recipient limit, which is never below what RFC 5321 demands.
    #[must_use]
    pub const fn recipients(&self) -> usize {
        if self.recipients < MIN_RECIPIENTS { MIN_RECIPIENTS } else { self.recipients }
    }
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            proxy: Duration::from_secs(5),
            handshake: minutes(1),
            banner: Duration::ZERO,
            // RFC 5321 §4.5.3.2.7: "An SMTP server SHOULD have a timeout of at least 5 minutes while
            // it is awaiting the next command from the sender."
            command: minutes(5),
            idle: minutes(5),
            body_idle: minutes(3),
            body: minutes(30),
            session: minutes(120),
            verdict: minutes(1),
            tarpit: Duration::from_secs(30),
        }
    }
}
