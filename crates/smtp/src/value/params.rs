//! Typed parameters of MAIL and RCPT. An absent parameter is `None`, never zero.

use super::dsn::{EnvelopeId, Notify, OriginalRecipient, Ret};
use super::schedule::{DeliverBy, Hold, Priority};
use super::xtext::encode;
use postrider_core::Mailbox;
use std::fmt;

/// Parameters of MAIL that are understood; each stands for its extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MailParams {
    /// `SIZE=`: octets of the message as the client expects them (RFC 1870 §3).
    pub size: Option<u64>,
    /// `BODY=`: what the client says of the content (RFC 6152 §3).
    pub body: Option<BodyType>,
    /// `SMTPUTF8`: the addresses or the message need it (RFC 6531 §3.4).
    pub smtputf8: bool,
    /// `AUTH=`: who submitted the message first (RFC 4954 §5).
    pub auth: Option<MailAuth>,
    /// `RET=`: how much of the message a failure notice returns (RFC 3461 §4.3).
    pub ret: Option<Ret>,
    /// `ENVID=`: the sender's name for this transaction (RFC 3461 §4.4).
    pub envid: Option<EnvelopeId>,
    /// `REQUIRETLS`: every relay on the way must use verified TLS (RFC 8689 §2).
    pub requiretls: bool,
    /// `MT-PRIORITY=` (RFC 6710 §4).
    pub priority: Option<Priority>,
    /// `BY=`: how long delivery may take (RFC 2852 §4).
    pub by: Option<DeliverBy>,
    /// `HOLDFOR=` or `HOLDUNTIL=`: not before then (RFC 4865 §4).
    pub hold: Option<Hold>,
}

/// Parameters of RCPT that are understood; each stands for its extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RcptParams {
    /// `NOTIFY=`: on which occasions the sender wants a notice (RFC 3461 §4.1).
    pub notify: Option<Notify>,
    /// `ORCPT=`: the recipient as the sender gave it (RFC 3461 §4.2).
    pub orcpt: Option<OriginalRecipient>,
}

/// The value of `BODY=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyType {
    /// `7BIT`
    SevenBit,
    /// `8BITMIME` (RFC 6152)
    EightBitMime,
    /// `BINARYMIME` (RFC 3030 §3)
    BinaryMime,
}

/// The value of `AUTH=` on MAIL, written as xtext.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MailAuth {
    /// `<>`: the submitter is not known or not trusted.
    Unknown,
    /// The mailbox of the submitter.
    Mailbox(Mailbox),
}

impl fmt::Display for BodyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SevenBit => "7BIT",
            Self::EightBitMime => "8BITMIME",
            Self::BinaryMime => "BINARYMIME",
        })
    }
}

impl fmt::Display for MailAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // "<" and ">" need no encoding in xtext.
            Self::Unknown => f.write_str("<>"),
            Self::Mailbox(mailbox) => encode(&mailbox.to_string(), f),
        }
    }
}

/// The parameters as they follow a path, each with the space before it.
impl fmt::Display for MailParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(size) = self.size {
            write!(f, " SIZE={size}")?;
        }
        if let Some(body) = self.body {
            write!(f, " BODY={body}")?;
        }
        if self.smtputf8 {
            f.write_str(" SMTPUTF8")?;
        }
        if let Some(auth) = &self.auth {
            write!(f, " AUTH={auth}")?;
        }
        if let Some(ret) = self.ret {
            write!(f, " RET={ret}")?;
        }
        if let Some(envid) = &self.envid {
            write!(f, " ENVID={envid}")?;
        }
        if self.requiretls {
            f.write_str(" REQUIRETLS")?;
        }
        if let Some(priority) = self.priority {
            write!(f, " MT-PRIORITY={priority}")?;
        }
        if let Some(by) = self.by {
            write!(f, " BY={by}")?;
        }
        match self.hold {
            Some(hold) => write!(f, " {hold}"),
            None => Ok(()),
        }
    }
}

/// The parameters as they follow a path, each with the space before it.
impl fmt::Display for RcptParams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(notify) = self.notify {
            write!(f, " NOTIFY={notify}")?;
        }
        match &self.orcpt {
            Some(orcpt) => write!(f, " ORCPT={orcpt}"),
            None => Ok(()),
        }
    }
}
