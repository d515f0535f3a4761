//! From the greeting to a session as the policy wants it: EHLO or HELO, and STARTTLS.

use super::capabilities::{Capabilities, Extension};
use super::config::{Dialect, TlsPolicy};
use super::connection::{Connection, Phase};
use super::event::{Cause, End, Event, Failed, Stage};
use crate::codec::reply::EnhancedCodes;
use crate::command::Command;
use crate::value::Hello;
use crate::value::reply::{Class, Code, Reply};

impl Connection {
    pub(super) fn say_ehlo(&mut self) {
        let hello = Hello::Host(self.config.hello.clone());
        let command = match self.config.dialect {
            Dialect::Smtp => Command::Ehlo(hello),
            Dialect::Lmtp => Command::Lhlo(hello),
        };
        self.send(Stage::Ehlo, &command);
    }

    /// RFC 5321 §4.2: 220 and nothing else is a welcome; RFC 7504 §3 has 521 for a host without mail.
    pub(super) fn greeted(&mut self, reply: Reply) {
        if reply.code() != Code::READY {
            return self.refuse_and_end(Stage::Greeting, reply);
        }
        self.event(Event::Greeting(reply));
        self.say_ehlo();
    }

    pub(super) fn answered_ehlo(&mut self, reply: Reply) {
        match reply.class() {
            Class::Done => self.take_capabilities(&reply),
            // RFC 5321 §3.2: "a client MAY, but need not" fall back to HELO; HELO has no STARTTLS.
            // LMTP has nothing to fall back to (RFC 2033 §4.1).
            Class::Permanent if !self.tls_is_missing() && self.config.dialect == Dialect::Smtp => {
                let hello = Hello::Host(self.config.hello.clone());
                self.send(Stage::Helo, &Command::Helo(hello));
            }
            Class::Transient | Class::Permanent => self.refuse_and_end(Stage::Ehlo, reply),
            Class::GoOn => self.out_of_step(Stage::Ehlo, reply),
        }
    }

    pub(super) fn answered_helo(&mut self, reply: Reply) {
        if !reply.is_done() {
            return self.refuse_and_end(Stage::Helo, reply);
        }
        self.event(Event::Capabilities(Capabilities::default()));
        self.established();
    }

    fn take_capabilities(&mut self, reply: &Reply) {
        self.capabilities = Capabilities::read(reply);
        if self.capabilities.has(&Extension::EnhancedStatusCodes) {
            self.decoder.set_enhanced(EnhancedCodes::Read);
        }
        self.event(Event::Capabilities(self.capabilities.clone()));
        let offered = self.capabilities.has(&Extension::StartTls);
        let wanted = self.tls.is_none() && self.config.tls != TlsPolicy::Off;
        match (wanted, offered) {
            (true, true) => self.send(Stage::StartTls, &Command::StartTls),
            (true, false) if self.tls_is_missing() => {
                self.end_at(Stage::StartTls, End::TlsNotOffered);
            }
            _ => self.established(),
        }
    }

    pub(super) fn answered_starttls(&mut self, reply: Reply) {
        if reply.code() == Code::READY {
            self.phase = Phase::AwaitTls;
            return self.event(Event::UpgradeTls);
        }
        if self.tls_is_missing() {
            // Nothing more is sent in clear, not even QUIT.
            return self.end_at(Stage::StartTls, End::TlsRefused(reply));
        }
        let cause = Cause::Refused(reply);
        let at = Stage::StartTls;
        self.event(Event::Failed(Failed { at, cause, usable: true }));
        self.established();
    }

    fn tls_is_missing(&self) -> bool {
        self.tls.is_none() && self.config.tls == TlsPolicy::Required
    }

    fn established(&mut self) {
        self.phase = Phase::Ready;
        self.event(Event::Ready);
    }
}
