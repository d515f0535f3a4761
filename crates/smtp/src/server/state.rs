//! Where a connection stands.

use super::event::{Query, Talk, Ticket, Verdict};
use crate::codec::bdat::ChunkDecoder;
use crate::codec::data::DataDecoder;
use crate::command::Chunk;
use crate::rule::Why;
use crate::sasl::{self, server::Exchange, server::LookUp};
use crate::value::reply::Reply;
use crate::value::{BodyType, Protocol};

/// What the next octets are.
#[derive(Debug)]
pub(super) enum State {
    /// A PROXY header.
    Proxy,
    /// Nothing yet: the greeting is still to come.
    Greeting(Talk),
    /// Commands.
    Command,
    /// Lines of a SASL exchange.
    Sasl(sasl::Mechanism, Exchange),
    /// Content.
    Data(Body),
    /// A chunk of content.
    Chunk(Chunk),
    /// A chunk that is refused: its octets are skipped before the reply (RFC 3030 §2).
    Skip(Box<Skip>),
    /// Not ours: a TLS handshake.
    AwaitTls(Upgrade),
    /// Nothing any more.
    Closed,
}

impl State {
    /// Whether the next octets are a message's, wanted or not.
    pub(super) const fn is_content(&self) -> bool {
        matches!(self, Self::Data(_) | Self::Chunk(_) | Self::Skip(_))
    }
}

/// A refused chunk.
#[derive(Debug)]
pub(super) struct Skip {
    pub(super) left: u64,
    pub(super) reply: Reply,
    pub(super) why: Why,
}

/// Which way TLS begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Upgrade {
    Implicit,
    StartTls,
}

/// Content that is being received.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) decoder: DataDecoder,
    pub(super) fate: Fate,
}

/// What becomes of the next octets of content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Fate {
    #[default]
    Delivered,
    /// The message was over its limit when this many octets had come from the wire.
    Discarded { since: u64 },
}

/// What is known of the octets on both sides.
#[derive(Debug, Default)]
pub(super) struct Flow {
    /// The read buffer holds what was not looked at yet.
    pub(super) behind: usize,
    /// The read buffer, or the decoder, holds the beginning of a line.
    pub(super) partial: bool,
    /// Lines that had ended when the timers were last set.
    pub(super) lines: u64,
    /// Octets of content that were told and not consumed.
    pub(super) unconsumed: usize,
}

/// How willing the server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    Open,
    /// The greeting was a refusal: only QUIT is of use.
    Refusing,
    /// The server goes down at the next safe point.
    Leaving,
}

/// What STARTTLS makes a server forget (RFC 3207 §4.2).
#[derive(Debug, Default)]
pub(super) struct Session {
    pub(super) protocol: Option<Protocol>,
    pub(super) user: User,
    pub(super) transaction: Option<Transaction>,
    /// How many replies the end of the content gets: in LMTP one for each accepted recipient.
    pub(super) owed: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum User {
    #[default]
    Unknown,
    Authenticated,
}

/// A mail transaction, from an accepted MAIL on.
#[derive(Debug)]
pub(super) struct Transaction {
    pub(super) charset: Charset,
    /// What the content may hold.
    pub(super) body: Option<BodyType>,
    /// Chunks, from the first on.
    pub(super) chunks: Option<Box<ChunkDecoder>>,
    /// Recipients that were accepted.
    pub(super) accepted: usize,
    /// Recipients that were refused.
    pub(super) refused: usize,
}

/// What the transaction's addresses and replies may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    Ascii,
    Utf8,
}

/// Counts of what a connection has cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) errors: u32,
    pub(super) useless: u32,
    pub(super) auth_failures: u32,
    pub(super) transactions: u32,
}

/// The reply that is owed: one at a time, so that replies keep the order of commands.
#[derive(Debug)]
pub(super) enum Slot {
    /// The application has been asked.
    Waiting(Ticket, Ask),
    /// The application has answered, for later.
    Tarpit(Ask, Verdict),
}

/// A question, and what its answer needs.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Connected,
    Hello(Protocol),
    Auth,
    LookUp(sasl::Mechanism, Box<LookUp>),
    Mail(Charset, Option<BodyType>),
    Rcpt,
    Begin(Content),
    End,
    Query(Query),
}

/// How content comes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    Data,
    Chunks { octets: u64, chunk: Chunk },
}

impl Slot {
    pub(super) const fn ask(&self) -> &Ask {
        match self {
            Self::Waiting(_, ask) | Self::Tarpit(ask, _) => ask,
        }
    }
}
