//! What a connection asks and tells, and what the application answers.

use crate::codec::data::BodyStats;
use crate::rule::Why;
use crate::sasl::scram::Nonce;
use crate::sasl::server::ScramSecret;
use crate::sasl::{Credentials, Mechanism};
use crate::value::reply::Reply;
use crate::value::{Hello, MailParams, Protocol, RcptParams};
use bytes::Bytes;
use postrider_core::{ForwardPath, ReversePath, SafeText};
use std::net::SocketAddr;
use std::time::Duration;

/// Names a question; its answer goes to [`Connection::answer`](super::Connection::answer).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub(super) u64);

/// The question of this ticket has been answered, has timed out, or its connection has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the ticket is stale")]
pub struct StaleTicket;

/// What happened, in order. Events with a ticket are questions: nothing more is read until they are
/// answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A client is there, behind its PROXY header and implicit TLS, and before the 220.
    Connected {
        /// Answer: accept, reject (554, then only QUIT), or close (421, 521).
        ticket: Ticket,
        /// Who connected, by the socket or by a trusted PROXY header.
        peer: SocketAddr,
        /// What it connected to.
        local: SocketAddr,
        /// Whether it waited for the greeting.
        talk: Talk,
    },
    /// EHLO or HELO.
    Hello {
        /// Accept or reject.
        ticket: Ticket,
        /// How the client names itself.
        who: Hello,
        /// What it speaks.
        protocol: Protocol,
    },
    /// AUTH.
    Auth {
        /// Accept (235), or reject (535, 454).
        ticket: Ticket,
        /// What the client has said.
        step: SaslStep,
    },
    /// MAIL.
    Mail {
        /// Accept or reject.
        ticket: Ticket,
        /// Where the message comes from.
        from: ReversePath,
        /// Parameters; each belongs to an announced extension.
        params: MailParams,
    },
    /// RCPT.
    Rcpt {
        /// Accept or reject.
        ticket: Ticket,
        /// Where the message goes.
        to: ForwardPath,
        /// Parameters; each belongs to an announced extension.
        params: RcptParams,
        /// How many recipients of this transaction were accepted before.
        index: usize,
    },
    /// The client is about to send content: the last chance to refuse without receiving it.
    Begin {
        /// Accept (354), or reject, which ends the transaction.
        ticket: Ticket,
        /// How the content comes.
        framing: Framing,
    },
    /// Content: a slice of the read buffer. [`Connection::body_consumed`](super::Connection::body_consumed)
    /// reopens the window.
    Body(Bytes),
    /// The content is complete.
    End {
        /// Accept only what is safe (RFC 5321 §6.1), or reject.
        ticket: Ticket,
        /// What is known of the content.
        stats: BodyStats,
    },
    /// VRFY, EXPN or HELP, when the application answers them.
    Query {
        /// Accept with a reply, accept for the standard one, or reject.
        ticket: Ticket,
        /// Which.
        command: Query,
    },
    /// The transaction was given up by the client (RSET, EHLO).
    Reset,
    /// The transaction or the authentication has failed for a reason that is not the application's;
    /// a ticket of it is stale.
    Aborted(Why),
    /// Begin the TLS handshake now: every reply has been taken by
    /// [`Connection::poll_transmit`](super::Connection::poll_transmit).
    UpgradeTls,
    /// The connection is over: close it when what was transmitted is sent. The last event.
    Closed(Why),
}

/// Whether a client waited for the greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a fact that holds or does not")]
pub enum Talk {
    /// It waited, as far as we looked.
    Waited,
    /// It spoke before the greeting.
    Early,
}

/// What the client has said in an authentication.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SaslStep {
    /// A user and a password, to be judged.
    Credentials {
        /// By which mechanism.
        mechanism: Mechanism,
        /// Who the client claims to be.
        credentials: Credentials,
    },
    /// SCRAM wants a user's secret: answer with [`Verdict::Scram`], or reject. Rejecting tells the
    /// client that there is no such user; an invented secret does not.
    LookUp {
        /// By which mechanism.
        mechanism: Mechanism,
        /// Whose secret.
        user: SafeText,
        /// Whom to act for, if that is somebody else.
        authorization: Option<SafeText>,
    },
    /// The client has proven that it knows the password: accept, or reject for another reason.
    Proven {
        /// By which mechanism.
        mechanism: Mechanism,
        /// Who it is.
        user: SafeText,
        /// Whom to act for, if that is somebody else.
        authorization: Option<SafeText>,
    },
}

/// How content comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Framing {
    /// DATA.
    Data,
    /// BDAT (RFC 3030): there is no 354, so that an accepting reply is not sent.
    Bdat,
}

/// A question about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Query {
    /// VRFY
    Vrfy(SafeText),
    /// EXPN
    Expn(SafeText),
    /// HELP
    Help(Option<SafeText>),
}

/// The application's answer.
///
/// An answer that makes no sense (accepting with a 5yz, rejecting with a 2yz) becomes 451 4.3.0, with
/// the rule `app.misplaced-verdict`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Yes, with the usual reply.
    Accept,
    /// Yes, with this reply.
    AcceptWith(Reply),
    /// No, with this 4yz or 5yz; a 421 closes.
    Reject(Reply),
    /// The verdict, later: a tarpit. Longer than [`Timeouts::tarpit`](super::Timeouts) is not waited.
    Delay(Duration, Box<Self>),
    /// No, and the connection ends with this reply.
    Close(Reply),
    /// At the end of a message by LMTP: a reply for each accepted recipient, in order (RFC 2033 §4.2).
    PerRcpt(Vec<Reply>),
    /// The secret that [`SaslStep::LookUp`] asks for.
    Scram {
        /// What is kept of the user's password.
        secret: Box<ScramSecret>,
        /// Fresh, and not to be guessed.
        nonce: Nonce,
    },
}
