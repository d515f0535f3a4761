//! Results of a client connection, and how it ends.

use super::capabilities::Capabilities;
use super::transaction::Unmet;
use crate::codec::data::BareLineEnding;
use crate::codec::reply::Botched;
use crate::sasl::SaslError;
use crate::value::reply::Reply;
use postrider_core::SafeText;
use std::fmt;

/// What a client connection says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// The server greeted.
    Greeting(Reply),
    /// The server answered EHLO; again after TLS. HELO gives empty capabilities.
    Capabilities(Capabilities),
    /// Wrap the stream in TLS now, then call
    /// [`tls_established`](super::Connection::tls_established) or
    /// [`tls_failed`](super::Connection::tls_failed).
    UpgradeTls,
    /// The connection is established as its policy wants it: submit, authenticate, or quit.
    Ready,
    /// The server believes the credentials.
    Authenticated(Reply),
    /// The server answered for one recipient.
    Rcpt {
        /// Its place in [`Transaction::to`](super::Transaction::to).
        index: usize,
        /// The answer.
        reply: Reply,
    },
    /// The server wants the message: [`body`](super::Connection::body), then
    /// [`body_end`](super::Connection::body_end).
    WantBody,
    /// LMTP: what became of the message for one recipient that had been accepted.
    Delivered {
        /// Its place in [`Transaction::to`](super::Transaction::to).
        index: usize,
        /// The answer.
        reply: Reply,
    },
    /// The server took the message: for every recipient it had accepted, or with LMTP for at least one.
    Done(Reply),
    /// Transaction state is forgotten, as asked by [`reset`](super::Connection::reset).
    Reset,
    /// A step failed.
    Failed(Failed),
    /// The connection is over; nothing follows.
    Closed(End),
}

/// A step that failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {cause}")]
#[non_exhaustive]
pub struct Failed {
    /// Which step.
    pub at: Stage,
    /// Why.
    pub cause: Cause,
    /// Whether the connection may be used for something else. False is followed by
    /// [`Event::Closed`].
    pub usable: bool,
}

/// Why a step failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The server said no.
    Refused(Reply),
    /// The server refused every recipient; each has its own reply.
    NoRecipients,
    /// The message needs what the server does not offer.
    Unmet(Unmet),
    /// The authentication exchange went wrong on our side.
    Sasl(SaslError),
    /// The connection ended.
    Ended(End),
}

/// How a connection ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// After QUIT.
    Quit,
    /// The server closed without a word.
    Eof,
    /// The server was too slow.
    TimedOut(Stage),
    /// The server said 421 (RFC 5321 §3.8), or refused to talk at all.
    ServerClosing(Reply),
    /// The server's octets are no reply.
    Botched(Botched),
    /// A reply that nothing asked for, or of a class that its command cannot have.
    OutOfStep {
        /// What was being waited for, if anything.
        at: Option<Stage>,
        /// The reply.
        reply: Reply,
    },
    /// Octets between the reply to STARTTLS and TLS: somebody else speaks in the server's name
    /// (CVE-2021-38371).
    InjectedPlaintext,
    /// TLS is required and the server does not offer it.
    TlsNotOffered,
    /// TLS is required and the server refused it.
    TlsRefused(Reply),
    /// The handshake failed.
    Handshake(SafeText),
    /// The server says that it believes us, and did not prove who it is.
    Unproven(SaslError),
    /// The message holds what may not be sent.
    Content(BareLineEnding),
    /// The application gave up.
    Abandoned,
}

/// A step of a session: what a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stage {
    /// Before the server's greeting.
    Greeting,
    /// EHLO, or LHLO.
    Ehlo,
    /// HELO.
    Helo,
    /// STARTTLS and the handshake.
    StartTls,
    /// AUTH.
    Auth,
    /// RSET.
    Rset,
    /// MAIL.
    Mail,
    /// RCPT with the recipient of this index.
    Rcpt(usize),
    /// DATA.
    Data,
    /// While the message is sent.
    Body,
    /// A chunk that is not the last (BDAT).
    Chunk,
    /// The reply to the end of the message. A connection lost here may have delivered it.
    End,
    /// LMTP: the reply to the end of the message for the recipient of this index. As with
    /// [`End`](Self::End), the message may have been delivered.
    Delivery(usize),
    /// QUIT.
    Quit,
    /// Between steps.
    Idle,
}

/// Why a call came at the wrong time or with the wrong things; nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// The connection is closed.
    #[error("connection is closed")]
    Closed,
    /// Another step is under way.
    #[error("another step is under way")]
    Busy,
    /// A transaction without recipients.
    #[error("transaction has no recipients")]
    NoRecipients,
    /// No handshake is awaited.
    #[error("no TLS handshake is awaited")]
    NoTlsAwaited,
    /// The server has not asked for a message.
    #[error("server has not asked for a message")]
    NoBodyWanted,
    /// The server takes no more messages on this connection (MAILMAX, RFC 9422 §4.1).
    #[error("server takes {max} messages of a connection, and has got them")]
    MailLimit {
        /// What it announced.
        max: u64,
    },
    /// Credentials may not leave in clear.
    #[error("credentials need TLS")]
    NeedsTls,
    /// The server offers none of the mechanisms.
    #[error("server offers none of our authentication mechanisms")]
    NoMechanism,
    /// The message holds what may not be sent; the connection has ended.
    #[error(transparent)]
    Content(#[from] BareLineEnding),
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Greeting => "greeting",
            Self::Ehlo => "EHLO",
            Self::Helo => "HELO",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Rset => "RSET",
            Self::Mail => "MAIL",
            Self::Rcpt(index) => return write!(f, "RCPT {index}"),
            Self::Data => "DATA",
            Self::Body => "message",
            Self::Chunk => "BDAT",
            Self::Delivery(index) => return write!(f, "delivery {index}"),
            Self::End => "end of message",
            Self::Quit => "QUIT",
            Self::Idle => "between steps",
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reply) => write!(f, "server said {reply}"),
            Self::NoRecipients => f.write_str("server refused every recipient"),
            Self::Unmet(unmet) => unmet.fmt(f),
            Self::Sasl(error) => error.fmt(f),
            Self::Ended(end) => end.fmt(f),
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quit => f.write_str("quit"),
            Self::Eof => f.write_str("server closed the connection"),
            Self::TimedOut(stage) => write!(f, "server too slow: {stage}"),
            Self::ServerClosing(reply) => write!(f, "server closes: {reply}"),
            Self::Botched(botched) => write!(f, "server out of step: {botched}"),
            Self::OutOfStep { reply, .. } => write!(f, "server out of step: {reply}"),
            Self::InjectedPlaintext => f.write_str("clear text injected before TLS"),
            Self::TlsNotOffered => f.write_str("server does not offer STARTTLS"),
            Self::TlsRefused(reply) => write!(f, "server refuses STARTTLS: {reply}"),
            Self::Handshake(why) => write!(f, "TLS handshake failed: {why}"),
            Self::Unproven(error) => error.fmt(f),
            Self::Content(bare) => bare.fmt(f),
            Self::Abandoned => f.write_str("abandoned"),
        }
    }
}

impl Failed {
    /// The server's words, if it said any.
    #[must_use]
    pub const fn reply(&self) -> Option<&Reply> {
        match &self.cause {
            Cause::Refused(reply) => Some(reply),
            Cause::Ended(end) => end.reply(),
            Cause::NoRecipients | Cause::Unmet(_) | Cause::Sasl(_) => None,
        }
    }
}

impl End {
    /// The server's last words, if the connection ended by them.
    #[must_use]
    pub const fn reply(&self) -> Option<&Reply> {
        match self {
            Self::ServerClosing(reply)
            | Self::TlsRefused(reply)
            | Self::OutOfStep { reply, .. } => Some(reply),
            Self::Quit
            | Self::Eof
            | Self::TimedOut(_)
            | Self::Botched(_)
            | Self::InjectedPlaintext
            | Self::TlsNotOffered
            | Self::Handshake(_)
            | Self::Unproven(_)
            | Self::Content(_)
            | Self::Abandoned => None,
        }
    }
}
