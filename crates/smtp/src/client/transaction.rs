//! One message's envelope, and what it needs of a server.

use super::capabilities::{Capabilities, Extension};
use crate::command::Command;
use crate::value::reply::{Enhanced, standard};
use crate::value::{BodyType, MailParams, RcptParams};
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
    /// Octets of the message with CRLFs, if they are known.
    pub size: Option<u64>,
    /// What the message holds; [`BodyType::EightBitMime`] needs 8BITMIME.
    pub body: BodyType,
    /// Whether the message itself needs SMTPUTF8. Addresses that need it say so on their own.
    pub smtputf8: bool,
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
    /// The message is larger than the server takes.
    #[error("message has {size} octets, the server takes {max}")]
    Size {
        /// Its size.
        size: u64,
        /// What the server announced.
        max: u64,
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
            Self::EightBitMime => Enhanced::new(5, 6, 3),
            Self::Size { .. } => standard::TOO_BIG.status().enhanced(),
        }
    }
}

impl Transaction {
    /// A message of US-ASCII text.
    #[must_use]
    pub const fn new(from: ReversePath, to: Vec<ForwardPath>) -> Self {
        Self { from, to, size: None, body: BodyType::SevenBit, smtputf8: false }
    }

    /// Whether the message or an address needs SMTPUTF8.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        let mailboxes = self.to.iter().filter_map(ForwardPath::mailbox);
        let mut mailboxes = mailboxes.chain(self.from.mailbox());
        self.smtputf8 || mailboxes.any(|m| !m.is_ascii())
    }

    /// The MAIL command for a server with these capabilities.
    ///
    /// # Errors
    /// [`Unmet`] names the first need that it does not offer.
    pub fn mail(&self, server: &Capabilities) -> Result<Command, Unmet> {
        let mut params = MailParams::default();
        if self.needs_smtputf8() {
            if !server.has(&Extension::SmtpUtf8) {
                return Err(Unmet::SmtpUtf8);
            }
            params.smtputf8 = true;
        }
        if self.body != BodyType::SevenBit {
            if !server.has(&Extension::EightBitMime) {
                return Err(Unmet::EightBitMime);
            }
            params.body = Some(self.body);
        }
        if let (Some(size), Some(max)) = (self.size, server.max_size())
            && size > max
        {
            return Err(Unmet::Size { size, max });
        }
        params.size = self.size.filter(|_| server.has_size());
        let from = self.from.clone();
        Ok(Command::Mail { from, params })
    }

    /// The RCPT command of a recipient.
    #[must_use]
    pub fn rcpt(&self, index: usize) -> Option<Command> {
        let to = self.to.get(index)?.clone();
        let params = RcptParams::default();
        Some(Command::Rcpt { to, params })
    }
}
