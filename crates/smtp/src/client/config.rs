//! What a client is told once.

use crate::codec::reply::Limits;
use crate::sasl::Mechanism;
use postrider_core::Host;
use std::time::Duration;

/// Settings of a client connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The client's own name for EHLO.
    pub hello: Host,
    /// Which protocol is spoken.
    pub dialect: Dialect,
    /// When to use STARTTLS.
    pub tls: TlsPolicy,
    /// Whether credentials may leave without TLS.
    pub clear_auth: ClearAuth,
    /// Mechanisms that may be used, the preferred one first.
    pub mechanisms: Vec<Mechanism>,
    /// What becomes of a bare CR or LF in a message.
    pub line_endings: LineEndings,
    /// When messages go in chunks.
    pub chunking: Chunking,
    /// Octets of commands that may wait for their replies; one command may always.
    pub in_flight: usize,
    /// How much of a reply is read.
    pub replies: Limits,
    /// How long the server may take.
    pub timeouts: Timeouts,
}

/// Which protocol is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the protocols of this crate")]
pub enum Dialect {
    /// SMTP (RFC 5321): one reply to a message counts for all its recipients.
    #[default]
    Smtp,
    /// LMTP (RFC 2033): LHLO, and a reply to the message for each recipient.
    Lmtp,
}

/// When messages go in chunks (BDAT, RFC 3030).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum Chunking {
    /// Where the server offers CHUNKING and PIPELINING: a message then needs a round trip less than with
    /// DATA, and no look at each line for dots.
    #[default]
    WhenOffered,
    /// Only for [`BodyType::BinaryMime`](crate::value::BodyType::BinaryMime), which cannot go otherwise.
    Never,
}

/// When to use STARTTLS (RFC 3207). A connection that is under TLS from the start needs none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsPolicy {
    /// Never.
    Off,
    /// When the server offers it; a refusal leaves the connection in clear.
    #[default]
    Opportunistic,
    /// Always: without TLS nothing is sent but EHLO and STARTTLS.
    Required,
}

/// Whether credentials may leave without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum ClearAuth {
    /// Never.
    #[default]
    Refuse,
    /// For servers on the same host.
    Allow,
}

/// What becomes of a CR or LF in a message that is not part of a CRLF.
///
/// RFC 5321 §2.3.8: they "MUST NOT be sent"; servers that take them for line ends read another message
/// than the one that was signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum LineEndings {
    /// The message fails, and the connection with it.
    #[default]
    Refuse,
    /// Each becomes a CRLF, which changes the message and may break its signatures.
    Normalise,
}

/// How long a server may take for each step (RFC 5321 §4.5.3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// The greeting (§4.5.3.2.1).
    pub greeting: Duration,
    /// Each reply without a limit of its own: EHLO, STARTTLS, the handshake, AUTH, RSET, QUIT.
    pub command: Duration,
    /// MAIL (§4.5.3.2.2).
    pub mail: Duration,
    /// Each RCPT (§4.5.3.2.3).
    pub rcpt: Duration,
    /// DATA (§4.5.3.2.4).
    pub data: Duration,
    /// Each block of the message (§4.5.3.2.5).
    pub block: Duration,
    /// The reply to the end of the message (§4.5.3.2.6).
    pub end: Duration,
    /// The whole connection.
    pub session: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |n: u64| Duration::from_secs(n * 60);
        Self {
            greeting: minutes(5),
            command: minutes(5),
            mail: minutes(5),
            rcpt: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end: minutes(10),
            session: minutes(120),
        }
    }
}

impl Config {
    /// Octets of commands in flight by default.
    pub const IN_FLIGHT: usize = 16 * 1024;

    /// The defaults for a client of this name: opportunistic TLS, no credentials in clear.
    #[must_use]
    pub fn new(hello: Host) -> Self {
        Self {
            hello,
            dialect: Dialect::default(),
            tls: TlsPolicy::default(),
            clear_auth: ClearAuth::default(),
            mechanisms: Mechanism::ALL.to_vec(),
            line_endings: LineEndings::default(),
            chunking: Chunking::default(),
            in_flight: Self::IN_FLIGHT,
            replies: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }
}
