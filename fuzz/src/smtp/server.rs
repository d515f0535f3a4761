//! A server connection under arbitrary inputs.
//!
//! The first octet chooses the listener. In the rest, 0xFF and a letter is an input: `t` ten seconds
//! and `m` ten minutes pass, `e` end of stream, `s` shutdown, `T` TLS, `r` `d` `n` `c` the next question
//! is rejected, delayed, not answered, closed. Everything else is what the client sends.

use bytes::BytesMut;
use postrider_core::{DomainName, SafeText};
use postrider_smtp::sasl::Mechanism;
use postrider_smtp::server::{Auth, Config, Connection, Event, OnFault, Ticket, Tls, Verdict};
use postrider_smtp::value::reply::standard;
use postrider_smtp::value::{Instant, TlsInfo};
use std::sync::Arc;
use std::time::Duration;

/// Whatever happens, calls end, nothing follows the end, and reading octet by octet changes nothing.
pub(super) fn inputs(data: &[u8]) {
    let Some((&choice, script)) = data.split_first() else {
        return;
    };
    let whole = Session::run(choice, script, usize::MAX);
    // How much is there behind STARTTLS depends on how it is read, and is refused if it is.
    if whole.events.iter().any(|event| event.contains("tls.pipelined")) {
        return;
    }
    let split = Session::run(choice, script, 1);
    assert_eq!(split.events, whole.events);
    assert_eq!(split.sent, whole.sent);
    assert_eq!(split.content, whole.content);
}

struct Session {
    connection: Connection,
    now: Instant,
    rx: BytesMut,
    sent: Vec<u8>,
    events: Vec<String>,
    content: Vec<u8>,
    /// What to do with the next question.
    plan: Option<u8>,
}

fn config(choice: u8) -> Config {
    let mut config = Config::new(DomainName::parse("mx.example").expect("a domain"));
    config.tls = [Tls::Off, Tls::Offered, Tls::Required, Tls::Implicit][usize::from(choice & 3)];
    if choice & 4 != 0 {
        config.auth = Auth::Offered(Mechanism::PASSWORD.to_vec());
    }
    if choice & 8 != 0 {
        config.wire.bare_cr = OnFault::Keep;
        config.wire.bare_lf = OnFault::Keep;
        config.wire.nul = OnFault::Keep;
    }
    if choice & 16 != 0 {
        config.limits.message = 16;
        config.limits.message_discard = 16;
        config.limits.line_discard = 600;
    }
    if choice & 32 != 0 {
        config.proxies = vec!["192.0.2.0/24".parse().expect("a network")];
    }
    if choice & 64 != 0 {
        config.timeouts.banner = Duration::from_secs(5);
    }
    config
}

impl Session {
    fn run(choice: u8, script: &[u8], piece: usize) -> Self {
        let now = Instant::from_millis(0);
        let peer = "192.0.2.1:4711".parse().expect("an address");
        let mut session = Self {
            connection: Connection::new(Arc::new(config(choice)), peer, peer, now),
            now,
            rx: BytesMut::new(),
            sent: Vec::new(),
            events: Vec::new(),
            content: Vec::new(),
            plan: None,
        };
        session.pump();
        let mut parts = script.split(|&b| b == 0xff);
        session.send(parts.next().unwrap_or_default(), piece);
        for part in parts {
            if let Some((&input, octets)) = part.split_first() {
                session.input(input);
                session.send(octets, piece);
            }
        }
        session
    }

    fn send(&mut self, octets: &[u8], piece: usize) {
        for part in octets.chunks(piece) {
            self.rx.extend_from_slice(part);
            self.pump();
        }
    }

    fn input(&mut self, input: u8) {
        match input {
            b't' => self.wait(10),
            b'm' => self.wait(600),
            b'e' => self.connection.handle_eof(self.now),
            b's' => self.connection.shutdown(self.now),
            b'T' => {
                self.rx.clear();
                let text = SafeText::from_static;
                let info = TlsInfo::new(text("TLSv1.3"), text("suite"));
                self.connection.tls_established(self.now, info);
            }
            plan => self.plan = Some(plan),
        }
        self.pump();
    }

    fn wait(&mut self, seconds: u64) {
        let end = self.now.plus(Duration::from_secs(seconds));
        while let Some(at) = self.connection.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.connection.handle_timeout(self.now);
            let next = self.connection.poll_timeout();
            assert!(next.is_none_or(|next| next > self.now), "a timer that stays due");
            self.pump();
        }
        self.now = end;
    }

    fn pump(&mut self) {
        loop {
            let closed = self.events.last().is_some_and(|event| event.starts_with("Closed"));
            self.connection.handle_input(self.now, &mut self.rx);
            let mut idle = true;
            while let Some(event) = self.connection.poll_event() {
                assert!(!closed, "{event:?} behind the end");
                idle = false;
                self.on_event(event);
            }
            while let Some(octets) = self.connection.poll_transmit() {
                assert!(!closed && octets.ends_with(b"\r\n"));
                idle = false;
                self.sent.extend_from_slice(&octets);
            }
            if idle {
                return;
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        let (name, ticket) = match event {
            Event::Connected { ticket, talk, .. } => (format!("Connected {talk:?}"), Some(ticket)),
            Event::Hello { ticket, who, .. } => (format!("Hello {who}"), Some(ticket)),
            Event::Auth { ticket, .. } => ("Auth".to_owned(), Some(ticket)),
            Event::Mail { ticket, from, params } => (format!("Mail {from}{params}"), Some(ticket)),
            Event::Rcpt { ticket, to, index, .. } => (format!("Rcpt {to} {index}"), Some(ticket)),
            Event::Begin { ticket, .. } => ("Begin".to_owned(), Some(ticket)),
            Event::Body(octets) => {
                self.connection.body_consumed(octets.len());
                self.content.extend_from_slice(&octets);
                return;
            }
            Event::End { ticket, stats } => (format!("End {stats:?}"), Some(ticket)),
            Event::Query { ticket, .. } => ("Query".to_owned(), Some(ticket)),
            Event::Aborted(why) => (format!("Aborted {}", why.rule), None),
            Event::Closed(why) => (format!("Closed {}", why.rule), None),
            other => (format!("{other:?}"), None),
        };
        self.events.push(name);
        if let Some(ticket) = ticket {
            self.answer(ticket);
        }
    }

    fn answer(&mut self, ticket: Ticket) {
        let verdict = match self.plan.take() {
            Some(b'n') => return,
            Some(b'r') => Verdict::Reject(standard::REFUSED.reply()),
            Some(b'c') => Verdict::Close(standard::NO_MAIL_HERE.reply()),
            Some(b'd') => Verdict::Delay(Duration::from_secs(5), Box::new(Verdict::Accept)),
            _ => Verdict::Accept,
        };
        let answered = self.connection.answer(self.now, ticket, verdict);
        answered.expect("the ticket was open");
    }
}
