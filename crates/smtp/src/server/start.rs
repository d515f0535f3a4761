//! Before the first command: PROXY header, TLS, wait.

use super::clock::Timer;
use super::config::Tls;
use super::connection::Connection;
use super::event::{Event, Talk};
use super::rules;
use super::state::{Ask, Flow, Session, State, Upgrade};
use crate::codec::line::LineDecoder;
use crate::codec::proxy::{self, Header};
use crate::value::TlsInfo;
use bytes::BytesMut;

impl Connection {
    pub(super) fn start(&mut self) {
        self.clock.start(Timer::Session, self.now, self.cfg.timeouts.session);
        let peer = self.peer.ip().to_canonical();
        if !self.cfg.proxies.iter().any(|proxy| proxy.contains(peer)) {
            self.connect();
        }
    }

    /// Takes the PROXY header, which stands before TLS.
    pub(super) fn read_proxy(&mut self, rx: &mut BytesMut) -> bool {
        match proxy::decode(rx) {
            Ok(None) => return false,
            Ok(Some(Header::Local)) => self.connect(),
            Ok(Some(Header::Forwarded { client, server })) => {
                self.peer = client;
                self.local = server;
                self.connect();
            }
            // Who is no client of ours gets no word of SMTP.
            Err(error) => self.close(None, self.why(rules::PROXY).detail(&error)),
        }
        true
    }

    fn connect(&mut self) {
        if self.cfg.tls == Tls::Implicit {
            self.await_tls(Upgrade::Implicit);
        } else {
            self.wait_for_greeting();
        }
    }

    pub(super) fn await_tls(&mut self, upgrade: Upgrade) {
        self.state = State::AwaitTls(upgrade);
        self.out.tell_last(Event::UpgradeTls);
    }

    /// RFC 3207 §4.2: "the SMTP protocol is reset to the initial state [...] The server MUST discard any
    /// knowledge obtained from the client".
    pub(super) fn begin_tls(&mut self, upgrade: Upgrade, info: TlsInfo) {
        self.tls = Some(Box::new(info));
        self.session = Session::default();
        self.lines = LineDecoder::new(self.cfg.command_line(), self.cfg.limits.line_discard);
        self.flow = Flow::default();
        match upgrade {
            Upgrade::Implicit => self.wait_for_greeting(),
            Upgrade::StartTls => {
                self.state = State::Command;
                self.leave();
            }
        }
    }

    fn wait_for_greeting(&mut self) {
        self.state = State::Greeting(Talk::Waited);
        let banner = self.cfg.timeouts.banner;
        if banner.is_zero() {
            self.ask_to_greet();
        } else {
            self.clock.start(Timer::Banner, self.now, banner);
        }
    }

    pub(super) fn ask_to_greet(&mut self) {
        if let State::Greeting(talk) = self.state {
            let (peer, local) = (self.peer, self.local);
            self.ask(Ask::Connected, |ticket| Event::Connected { ticket, peer, local, talk });
        }
    }
}
