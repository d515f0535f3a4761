//! The greeting, EHLO and HELO.

use super::answer::rebuilt;
use super::config::{ByMinimum, HoldLimits, Offer, PriorityProfile, Service, Tls};
use super::connection::Connection;
use super::event::Event;
use super::rules;
use super::state::{Ask, State};
use crate::value::reply::{Code, Reply};
use crate::value::{Hello, Protocol};
use postrider_core::SafeText;

/// RFC 9422 §4: the values of LIMITS have at most six digits.
const LIMITS_MAX: u64 = 999_999;

impl Connection {
    pub(super) fn greet(&mut self, reply: Option<Reply>) {
        self.state = State::Command;
        let reply = reply.map_or_else(|| self.greeting(), plain);
        self.reply(reply, &self.why(rules::GREETING));
    }

    /// RFC 5321 §4.2: the greeting names the server first.
    fn greeting(&self) -> Reply {
        let name = match self.cfg.service {
            Service::Smtp => "ESMTP",
            Service::Lmtp => "LMTP",
        };
        let text = format!("{} {name}", self.cfg.hostname);
        Reply::new(Code::READY.alone(), SafeText::display(&text))
    }

    pub(super) fn hello(&mut self, who: Hello, protocol: Protocol) {
        self.ask(Ask::Hello(protocol), |ticket| Event::Hello { ticket, who, protocol });
    }

    /// RFC 5321 §4.1.4: EHLO "MUST clear all buffers and reset the state exactly as if a RSET command
    /// had been issued".
    pub(super) fn welcome(&mut self, protocol: Protocol, reply: Option<Reply>) {
        self.reset();
        self.session.protocol = Some(protocol);
        let first = reply.and_then(|reply| reply.text().next().cloned());
        let first = first.unwrap_or_else(|| SafeText::display(&self.cfg.hostname));
        let keywords = match protocol {
            Protocol::Smtp => Vec::new(),
            Protocol::Esmtp | Protocol::Lmtp => self.keywords(),
        };
        let reply = Reply::lines(Code::OK.alone(), first, keywords);
        self.reply(reply, &self.why(rules::HELLO));
    }

    /// What can be honoured now.
    fn keywords(&self) -> Vec<SafeText> {
        let limits = &self.cfg.limits;
        let mut keywords = vec![
            SafeText::from_static("PIPELINING"),
            SafeText::display(&format_args!("SIZE {}", limits.message)),
            SafeText::from_static("8BITMIME"),
            SafeText::from_static("ENHANCEDSTATUSCODES"),
        ];
        if self.cfg.extensions.smtputf8 == Offer::Yes {
            keywords.push(SafeText::from_static("SMTPUTF8"));
        }
        if self.cfg.extensions.limits == Offer::Yes {
            let mails = u64::from(limits.transactions).min(LIMITS_MAX);
            let recipients = u64::try_from(limits.recipients()).unwrap_or(LIMITS_MAX);
            let recipients = recipients.min(LIMITS_MAX);
            let text = format_args!("LIMITS MAILMAX={mails} RCPTMAX={recipients}");
            keywords.push(SafeText::display(&text));
        }
        self.rarer_keywords(&mut keywords);
        if matches!(self.cfg.tls, Tls::Offered | Tls::Required) && self.tls.is_none() {
            keywords.push(SafeText::from_static("STARTTLS"));
        }
        if self.offers_auth() {
            let names =
                self.cfg.auth.mechanisms().iter().filter(|m| self.can(**m)).map(|m| m.name());
            let names = names.collect::<Vec<_>>().join(" ");
            keywords.push(SafeText::display(&format_args!("AUTH {names}")));
        }
        keywords
    }

    /// Those that are off unless configured.
    fn rarer_keywords(&self, keywords: &mut Vec<SafeText>) {
        let extensions = &self.cfg.extensions;
        for (offer, word) in [
            (extensions.dsn, "DSN"),
            (extensions.chunking, "CHUNKING"),
            (self.binarymime(), "BINARYMIME"),
            (self.requiretls(), "REQUIRETLS"),
        ] {
            if offer == Offer::Yes {
                keywords.push(SafeText::from_static(word));
            }
        }
        if let Some(profile) = extensions.priority {
            keywords.push(SafeText::from_static(match profile {
                PriorityProfile::Unnamed => "MT-PRIORITY",
                PriorityProfile::Mixer => "MT-PRIORITY MIXER",
                PriorityProfile::Stanag4406 => "MT-PRIORITY STANAG4406",
                PriorityProfile::Nsep => "MT-PRIORITY NSEP",
            }));
        }
        match extensions.deliver_by {
            None => {}
            Some(ByMinimum::None) => keywords.push(SafeText::from_static("DELIVERBY")),
            Some(ByMinimum::Seconds(least)) => {
                keywords.push(SafeText::display(&format_args!("DELIVERBY {least}")));
            }
        }
        if let Some(HoldLimits { seconds, until }) = extensions.hold {
            let text =
                format_args!("FUTURERELEASE {seconds} {}", until.rfc3339().replace(".000Z", "Z"))
                    .to_string();
            keywords.push(SafeText::display(&text));
        }
    }

    /// BINARYMIME cannot be sent but by BDAT (RFC 3030 §3).
    pub(super) fn binarymime(&self) -> Offer {
        match self.cfg.extensions.chunking {
            Offer::Yes => self.cfg.extensions.binarymime,
            Offer::No => Offer::No,
        }
    }

    /// RFC 8689 §2: it is announced within TLS only.
    pub(super) fn requiretls(&self) -> Offer {
        match self.tls {
            Some(_) => self.cfg.extensions.requiretls,
            None => Offer::No,
        }
    }
}

/// RFC 2034 §4: the greeting has none.
fn plain(reply: Reply) -> Reply {
    match reply.enhanced() {
        None => reply,
        Some(_) => rebuilt(&reply, reply.code().alone()),
    }
}
