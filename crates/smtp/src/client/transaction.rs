//! One message's envelope, and what it needs of a server.

use super::capabilities::{Capabilities, Extension};
use crate::command::Command;
use crate::value::reply::{Enhanced, standard};
use crate::value::{
    BodyType, ByMode, DeliverBy, EnvelopeId, Hold, MailParams, PeerIdentity, Priority, RcptParams,
    Ret, TlsInfo,
};
use postrider_core::{ForwardPath, ReversePath};

/// A message's envelope and needs. A need that the server does not announce fails the transaction
/// before MAIL; no flag is ever dropped on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transaction {
    /// The return path.
    pub from: ReversePath,
    /// The recipients; their order numbers the results.
    pub to: Vec<ForwardPath>,
    /// Parameters of the recipients, in the same order; who has none at the end may be left out.
    pub rcpt_params: Vec<RcptParams>,
    /// Octets of the message with CRLFs, if they are known.
    pub size: Option<u64>,
    /// What the message holds; [`BodyType::EightBitMime`] needs 8BITMIME, [`BodyType::BinaryMime`] needs
    /// BINARYMIME.
    pub body: BodyType,
    /// Whether the message itself needs SMTPUTF8. Addresses that need it say so on their own.
    pub smtputf8: bool,
    /// How much of the message a failure notice returns; needs DSN.
    pub ret: Option<Ret>,
    /// The sender's name for the transaction; needs DSN.
    pub envid: Option<EnvelopeId>,
    /// Whether every relay on the way must use verified TLS (RFC 8689); needs REQUIRETLS and this
    /// connection to be under verified TLS.
    pub requiretls: bool,
    /// Which messages go first; needs MT-PRIORITY.
    pub priority: Option<Priority>,
    /// How long delivery may take; needs DELIVERBY.
    pub by: Option<DeliverBy>,
    /// Not before then; needs FUTURERELEASE.
    pub hold: Option<Hold>,
}

/// What a message needs and a server does not offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmet {
    /// An address or the message needs SMTPUTF8.
    #[error("server does not offer SMTPUTF8, which the message needs")]
    SmtpUtf8,
    /// The message holds octets above 127.
    #[error("server does not offer 8BITMIME, which the message needs")]
    EightBitMime,
    /// The message is no text.
    #[error(
        "server does not offer BINARYMIME with CHUNKING and PIPELINING, which the message needs"
    )]
    BinaryMime,
    /// The message is larger than the server takes.
    #[error("message has {size} octets, the server takes {max}")]
    Size {
        /// Its size.
        size: u64,
        /// What the server announced.
        max: u64,
    },
    /// A parameter of DSN. RFC 3461 §5.2.2: whoever goes on without it owes the sender a notice that
    /// the message was relayed; only the application can do that.
    #[error("server does not offer DSN, which the envelope needs")]
    Dsn,
    /// The sender wants verified TLS all the way (RFC 8689 §4.1).
    #[error("server does not offer REQUIRETLS under verified TLS, which the sender demands")]
    RequireTls,
    /// A priority.
    #[error("server does not offer MT-PRIORITY, which the envelope needs")]
    MtPriority,
    /// A time limit, or one so short.
    #[error("server does not offer DELIVERBY within the time the envelope allows")]
    DeliverBy,
    /// A later moment, or one so late.
    #[error("server does not offer FUTURERELEASE for as long as the envelope wants")]
    FutureRelease,
    /// More recipients than the server takes in one transaction;
    /// [`Capabilities::takes`] says how many fit.
    #[error("envelope has {count} recipients, the server takes {max} of them at once")]
    Recipients {
        /// How many it has.
        count: usize,
        /// How many of them, from the first on, the server takes.
        max: usize,
    },
}

impl Unmet {
    /// The enhanced code that says the same to a sender.
    #[must_use]
    pub const fn enhanced(self) -> Option<Enhanced> {
        match self {
            // RFC 6531 §3.5
            Self::SmtpUtf8 => standard::NEEDS_SMTPUTF8.status().enhanced(),
            // RFC 6152 §3, RFC 3463 §3.7: "Conversion required but not supported"
            Self::EightBitMime | Self::BinaryMime => Enhanced::new(5, 6, 3),
            Self::Size { .. } => standard::TOO_BIG.status().enhanced(),
            // RFC 8689 §4.1
            Self::RequireTls => Enhanced::new(5, 7, 30),
            // RFC 3463 §3.6: "Delivery protocol extension not supported", as in "system not capable".
            Self::Dsn | Self::MtPriority | Self::DeliverBy | Self::FutureRelease => {
                Enhanced::new(5, 3, 3)
            }
            // RFC 3463 §3.6: "Too many recipients"
            Self::Recipients { .. } => Enhanced::new(4, 5, 3),
        }
    }
}

impl Transaction {
    /// A message of US-ASCII text.
    #[must_use]
    pub const fn new(from: ReversePath, to: Vec<ForwardPath>) -> Self {
        Self {
            from,
            to,
            rcpt_params: Vec::new(),
            size: None,
            body: BodyType::SevenBit,
            smtputf8: false,
            ret: None,
            envid: None,
            requiretls: false,
            priority: None,
            by: None,
            hold: None,
        }
    }

    /// Whether the message or an address needs SMTPUTF8.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        let mailboxes = self.to.iter().filter_map(ForwardPath::mailbox);
        let mut mailboxes = mailboxes.chain(self.from.mailbox());
        self.smtputf8 || mailboxes.any(|m| !m.is_ascii())
    }

    /// Whether a parameter of DSN is used.
    #[must_use]
    pub fn needs_dsn(&self) -> bool {
        let asked = |p: &RcptParams| p.notify.is_some() || p.orcpt.is_some();
        self.ret.is_some() || self.envid.is_some() || self.rcpt_params.iter().any(asked)
    }

    /// Looks whether a server with these capabilities, and TLS, can do what the envelope needs.
    ///
    /// # Errors
    /// [`Unmet`] names the first need that it does not offer.
    pub fn check(&self, server: &Capabilities, tls: Option<&TlsInfo>) -> Result<(), Unmet> {
        let verified = tls.is_some_and(|t| t.peer == PeerIdentity::Verified);
        let offers = |extension| server.has(&extension);
        let max = server.takes(&self.to);
        for (needed, offered, unmet) in [
            (self.needs_smtputf8(), offers(Extension::SmtpUtf8), Unmet::SmtpUtf8),
            (
                self.body == BodyType::EightBitMime,
                offers(Extension::EightBitMime),
                Unmet::EightBitMime,
            ),
            (
                self.body == BodyType::BinaryMime,
                offers(Extension::BinaryMime) && server.takes_chunks(),
                Unmet::BinaryMime,
            ),
            (self.needs_dsn(), offers(Extension::Dsn), Unmet::Dsn),
            (self.requiretls, offers(Extension::RequireTls) && verified, Unmet::RequireTls),
            (self.priority.is_some(), offers(Extension::MtPriority), Unmet::MtPriority),
            (self.by.is_some(), self.is_in_time(server), Unmet::DeliverBy),
            (self.hold.is_some(), self.is_held(server), Unmet::FutureRelease),
            (true, max >= self.to.len(), Unmet::Recipients { count: self.to.len(), max }),
        ] {
            if needed && !offered {
                return Err(unmet);
            }
        }
        match (self.size, server.max_size()) {
            (Some(size), Some(max)) if size > max => Err(Unmet::Size { size, max }),
            _ => Ok(()),
        }
    }

    /// RFC 2852 §3: in mode `R` the time must not be shorter than what the server announced.
    fn is_in_time(&self, server: &Capabilities) -> bool {
        let Some((by, shortest)) = self.by.zip(server.deliver_by()) else {
            return false;
        };
        let seconds = u64::try_from(by.seconds()).unwrap_or(0);
        by.mode() == ByMode::Notify || shortest.is_none_or(|shortest| seconds >= shortest)
    }

    /// RFC 4865 §4: not longer than what the server announced. A moment is the server's to compare.
    fn is_held(&self, server: &Capabilities) -> bool {
        match (self.hold, server.max_hold()) {
            (Some(Hold::For(seconds)), Some(max)) => u64::from(seconds) <= max,
            (Some(Hold::Until(_)), Some(_)) => true,
            (_, None) | (None, _) => false,
        }
    }

    /// The MAIL command for a server that can do what the envelope needs.
    pub(super) fn mail(&self, server: &Capabilities) -> Command {
        let params = MailParams {
            size: self.size.filter(|_| server.has_size()),
            body: Some(self.body).filter(|body| *body != BodyType::SevenBit),
            smtputf8: self.needs_smtputf8(),
            auth: None,
            ret: self.ret,
            envid: self.envid.clone(),
            requiretls: self.requiretls,
            priority: self.priority,
            by: self.by,
            hold: self.hold,
        };
        Command::Mail { from: self.from.clone(), params }
    }

    /// The RCPT command of a recipient.
    pub(super) fn rcpt(&self, index: usize) -> Option<Command> {
        let to = self.to.get(index)?.clone();
        let params = self.rcpt_params.get(index).cloned().unwrap_or_default();
        Some(Command::Rcpt { to, params })
    }
}
