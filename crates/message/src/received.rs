//! Received: the trace that each hop writes (RFC 5321 §4.4, RFC 3848).
//!
//! ```text
//! Received: from HELO (REVERSE [ADDRESS]) by HOST with PROTOCOL (TLS) id ID for <PATH>; DATE
//! ```

mod parse;

pub use parse::{Clause, MAX_CLAUSES, ParsedReceived};

use crate::header::{FieldName, HeaderBlock};
use crate::value::HeaderValue;
use postrider_core::{DomainName, ForwardPath, Host, SafeText, UnixTime};
use std::fmt;
use std::net::IpAddr;

/// Most octets of a free text in the field.
pub const MAX_TEXT: usize = 255;

/// The protocol a message came by, in the words that IANA registers for `with`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// The protocol without its additions.
    pub base: BaseProtocol,
    /// Whether TLS was on.
    pub tls: Tls,
    /// Whether the client had authenticated.
    pub auth: Auth,
}

/// The protocol without TLS and authentication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BaseProtocol {
    /// HELO.
    Smtp,
    /// EHLO.
    Esmtp,
    /// EHLO and SMTPUTF8 (RFC 6531).
    Utf8Smtp,
    /// LHLO (RFC 2033).
    Lmtp,
    /// LHLO and SMTPUTF8.
    Utf8Lmtp,
}

/// Whether TLS was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Tls {
    /// It was.
    On,
    /// It was not.
    Off,
}

/// Whether the client had authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Auth {
    /// It had.
    Done,
    /// It had not.
    None,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = (self.tls, self.auth) == (Tls::Off, Auth::None);
        f.write_str(match self.base {
            // No `SMTPS` is registered; TLS and AUTH need EHLO (RFC 3848).
            BaseProtocol::Smtp if plain => "SMTP",
            BaseProtocol::Smtp | BaseProtocol::Esmtp => "ESMTP",
            BaseProtocol::Utf8Smtp => "UTF8SMTP",
            BaseProtocol::Lmtp => "LMTP",
            BaseProtocol::Utf8Lmtp => "UTF8LMTP",
        })?;
        f.write_str(match self.tls {
            Tls::On => "S",
            Tls::Off => "",
        })?;
        f.write_str(match self.auth {
            Auth::Done => "A",
            Auth::None => "",
        })
    }
}

/// Where a message came from, as far as it is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Client {
    /// The argument of HELO, EHLO or LHLO.
    pub helo: SafeText,
    /// The client's address; nothing if it is hidden or unknown.
    pub address: Option<IpAddr>,
    /// The name of the address, if forward look-up confirmed it.
    pub reverse: Option<DomainName>,
}

impl Client {
    /// A client whose address is known.
    #[must_use]
    pub const fn new(helo: SafeText, address: IpAddr) -> Self {
        Self { helo, address: Some(address), reverse: None }
    }

    /// A client whose address is hidden or unknown.
    #[must_use]
    pub const fn hidden(helo: SafeText) -> Self {
        Self { helo, address: None, reverse: None }
    }

    /// With the confirmed name of its address.
    #[must_use]
    pub fn named(mut self, reverse: DomainName) -> Self {
        self.reverse = Some(reverse);
        self
    }
}

impl fmt::Display for Client {
    /// `Extended-Domain` of RFC 5321 §4.4. A HELO that is neither domain nor literal becomes a
    /// comment, so it cannot look like a clause.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.map(Host::from);
        match (Host::parse(self.helo.as_str().as_bytes()), &address) {
            (Ok(helo), _) => write!(f, "{helo} (")?,
            (Err(_), Some(address)) => write!(f, "{address} (HELO {}; ", Comment(&self.helo))?,
            (Err(_), None) => write!(f, "unknown (HELO {}; ", Comment(&self.helo))?,
        }
        match (&self.reverse, &address) {
            (Some(name), Some(address)) => write!(f, "{name} {address})"),
            (None, Some(address)) => write!(f, "{address})"),
            (_, None) => f.write_str("address hidden)"),
        }
    }
}

/// The field that we write when a message arrives.
///
/// ```
/// use postrider_core::{DomainName, SafeText, UnixTime};
/// use postrider_message::received::{Auth, BaseProtocol, Client, Protocol, Received, Tls};
///
/// let protocol = Protocol { base: BaseProtocol::Esmtp, tls: Tls::On, auth: Auth::None };
/// let helo = SafeText::from_static("mail.corp.example");
/// let received = Received::new(DomainName::parse("mx.example.org")?, protocol, UnixTime::from_secs(0))
///     .from_client(Client::new(helo, "192.0.2.1".parse()?))
///     .with_id(&"D21JJQD838RB");
/// assert_eq!(
///     received.to_string(),
///     "from mail.corp.example ([192.0.2.1]) by mx.example.org with ESMTPS id D21JJQD838RB; \
///      Thu, 1 Jan 1970 00:00:00 +0000"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Received {
    /// Who sent it; nothing for a message that began here.
    pub client: Option<Client>,
    /// Who we are.
    pub by: Host,
    /// How it came.
    pub protocol: Protocol,
    /// Version and cipher of TLS, for people.
    pub tls: Option<SafeText>,
    /// Our id of the message.
    pub id: Option<SafeText>,
    /// The recipient. RFC 5321 §7.2: with several, naming one would tell of the others.
    pub recipient: Option<ForwardPath>,
    /// When.
    pub time: UnixTime,
}

impl Received {
    /// The least that such a field says.
    #[must_use]
    pub fn new(by: impl Into<Host>, protocol: Protocol, time: UnixTime) -> Self {
        Self { client: None, by: by.into(), protocol, tls: None, id: None, recipient: None, time }
    }

    /// With who sent it.
    #[must_use]
    pub fn from_client(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// With the version and cipher of TLS.
    #[must_use]
    pub fn with_tls(mut self, tls: SafeText) -> Self {
        self.tls = Some(tls);
        self
    }

    /// With our id of the message.
    #[must_use]
    pub fn with_id(mut self, id: &dyn fmt::Display) -> Self {
        self.id = Some(SafeText::display(id));
        self
    }

    /// With the only recipient.
    #[must_use]
    pub fn for_recipient(mut self, recipient: ForwardPath) -> Self {
        self.recipient = Some(recipient);
        self
    }

    /// The whole field, folded at 78 columns, with its final CRLF.
    #[must_use]
    pub fn to_field(&self) -> Vec<u8> {
        // Each part is limited, so no word is too long.
        HeaderValue::from_safe(&SafeText::display(self))
            .unwrap_or_default()
            .to_field(FieldName::RECEIVED)
    }
}

/// The value on one line.
impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(client) = &self.client {
            write!(f, "from {client} ")?;
        }
        write!(f, "by {} with {}", self.by, self.protocol)?;
        if let Some(tls) = &self.tls {
            write!(f, " ({})", Comment(tls))?;
        }
        let is_atom = |t: &&SafeText| {
            let is_text = |b: u8| crate::lex::is_atext(b) || b == b'.';
            t.as_str().len() <= MAX_TEXT
                && !t.as_str().is_empty()
                && t.as_str().bytes().all(is_text)
        };
        match &self.id {
            Some(id) if is_atom(&id) => write!(f, " id {id}")?,
            Some(id) => write!(f, " (id {})", Comment(id))?,
            None => {}
        }
        if let Some(recipient) = &self.recipient {
            write!(f, " for {recipient}")?;
        }
        write!(f, "; {}", self.time.rfc5322())
    }
}

/// Text inside of a comment, cut at [`MAX_TEXT`] octets.
struct Comment<'a>(&'a SafeText);

impl fmt::Display for Comment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.truncated(MAX_TEXT).as_str().chars() {
            if matches!(c, '(' | ')' | '\\') {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

/// Number of Received fields. RFC 5321 §6.3: "Simple counting of the number of "Received:" header
/// fields in a message has proven to be an effective, although rarely optimal, method of detecting
/// loops in mail systems."
#[must_use]
pub fn hop_count(header: &HeaderBlock<'_>) -> usize {
    header.all("Received").count()
}

#[cfg(test)]
mod tests;
