//! A driver without sockets: it feeds a connection, answers by plan, and keeps what was said.

use bytes::BytesMut;
use postrider_core::{DomainName, SafeText};
use postrider_smtp::server::trace::{Record, TraceSink};
use postrider_smtp::server::{Config, Connection, Event, Ticket, Verdict};
use postrider_smtp::value::{Instant, TlsInfo};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A question by its name, as scripts write it.
pub(crate) type Kind = &'static str;

/// What to do with a question.
#[derive(Clone, Debug)]
pub(crate) enum Plan {
    Answer(Verdict),
    /// Never answer.
    Silent,
}

/// A connection, its peer and its application.
pub(crate) struct Driver {
    pub(crate) connection: Connection,
    pub(crate) now: Instant,
    pub(crate) rx: BytesMut,
    /// Everything the server has sent.
    pub(crate) sent: Vec<u8>,
    /// Events as scripts write them; neighbouring bodies are one.
    pub(crate) events: Vec<String>,
    /// Content, whole.
    pub(crate) content: Vec<u8>,
    pub(crate) plans: BTreeMap<Kind, VecDeque<Plan>>,
    /// Octets of content that are not reported as consumed.
    pub(crate) hold: bool,
    pub(crate) tickets: Vec<Ticket>,
    log: Arc<Mutex<Log>>,
}

/// What the trace told.
#[derive(Debug, Default)]
struct Log {
    /// Rule of each reply.
    replies: Vec<&'static str>,
    rules: Vec<&'static str>,
    text: String,
}

#[derive(Debug)]
struct Sink(Arc<Mutex<Log>>);

impl TraceSink for Sink {
    fn record(&mut self, _: Instant, record: &Record<'_>) {
        let mut log = self.0.lock().unwrap();
        log.text.push_str(&format!("{record:?}\n"));
        match record {
            Record::Reply { why, .. } => {
                log.replies.push(why.rule.id);
                log.rules.push(why.rule.id);
            }
            Record::Aborted(why) | Record::Closed(why) => log.rules.push(why.rule.id),
            Record::Input { .. } | Record::Line { .. } | _ => {}
        }
    }
}

pub(crate) fn config() -> Config {
    Config::new(DomainName::parse("mx.example").unwrap())
}

impl Driver {
    pub(crate) fn new(config: Config) -> Self {
        let now = Instant::from_millis(1_000);
        let peer = "192.0.2.1:4711".parse().unwrap();
        let local = "198.51.100.1:25".parse().unwrap();
        let mut connection = Connection::new(Arc::new(config), peer, local, now);
        let log = Arc::default();
        connection.set_trace(Box::new(Sink(Arc::clone(&log))));
        Self {
            connection,
            now,
            rx: BytesMut::new(),
            sent: Vec::new(),
            events: Vec::new(),
            content: Vec::new(),
            plans: BTreeMap::new(),
            hold: false,
            tickets: Vec::new(),
            log,
        }
    }

    /// A driver that has seen the greeting and said EHLO.
    pub(crate) fn greeted(config: Config) -> Self {
        let mut driver = Self::new(config);
        driver.send(b"EHLO client.example\r\n");
        driver.take_sent();
        driver
    }

    /// A driver in the middle of DATA.
    pub(crate) fn in_data(config: Config) -> Self {
        let mut driver = Self::greeted(config);
        driver.send(b"MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n");
        assert!(driver.take_sent().ends_with("CRLF.CRLF\r\n"));
        driver
    }

    pub(crate) fn plan(&mut self, kind: Kind, plan: Plan) {
        self.plans.entry(kind).or_default().push_back(plan);
    }

    /// Gives octets to the server in pieces of at most `piece`.
    pub(crate) fn send_in(&mut self, octets: &[u8], piece: usize) {
        for part in octets.chunks(piece) {
            self.rx.extend_from_slice(part);
            self.pump();
        }
    }

    pub(crate) fn send(&mut self, octets: &[u8]) {
        self.send_in(octets, usize::MAX);
    }

    /// Lets the connection work until it has nothing more to do.
    pub(crate) fn pump(&mut self) {
        loop {
            self.connection.handle_input(self.now, &mut self.rx);
            let mut idle = true;
            while let Some(event) = self.connection.poll_event() {
                idle = false;
                self.on_event(event);
            }
            while let Some(octets) = self.connection.poll_transmit() {
                idle = false;
                self.sent.extend_from_slice(&octets);
            }
            if idle {
                return;
            }
        }
    }

    /// Moves the clock, stopping at each deadline on the way.
    pub(crate) fn wait(&mut self, span: Duration) {
        let end = self.now.plus(span);
        while let Some(at) = self.connection.poll_timeout().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.connection.handle_timeout(self.now);
            self.pump();
        }
        self.now = end;
        self.connection.handle_timeout(self.now);
        self.pump();
    }

    pub(crate) fn tls(&mut self) {
        assert_eq!(self.events.last().map(String::as_str), Some("UpgradeTls"));
        let text = SafeText::from_static;
        let info = TlsInfo::new(text("TLSv1.3"), text("TLS_AES_128_GCM_SHA256"));
        self.connection.tls_established(self.now, info);
        self.pump();
    }

    pub(crate) fn eof(&mut self) {
        self.connection.handle_eof(self.now);
        self.pump();
    }

    /// What was sent since the last call.
    pub(crate) fn take_sent(&mut self) -> String {
        String::from_utf8(std::mem::take(&mut self.sent)).expect("replies are UTF-8")
    }

    /// Codes of the replies since the last call, final lines only.
    pub(crate) fn codes(&mut self) -> Vec<u16> {
        let sent = self.take_sent();
        assert!(sent.is_empty() || sent.ends_with("\r\n"));
        let is_final = |line: &&str| line.as_bytes().get(3) == Some(&b' ');
        let code = |line: &str| line.get(..3).and_then(|c| c.parse().ok()).unwrap();
        sent.lines().filter(is_final).map(code).collect()
    }

    pub(crate) fn has(&self, event: &str) -> bool {
        self.events.iter().any(|e| e.starts_with(event))
    }

    pub(crate) fn count(&self, event: &str) -> usize {
        self.events.iter().filter(|e| e.starts_with(event)).count()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.has("Closed")
    }

    /// Rules of all replies so far.
    pub(crate) fn reply_rules(&self) -> Vec<&'static str> {
        self.log.lock().unwrap().replies.clone()
    }

    /// Rules of everything so far.
    pub(crate) fn rules(&self) -> Vec<&'static str> {
        self.log.lock().unwrap().rules.clone()
    }

    /// Everything the trace was told.
    pub(crate) fn trace(&self) -> String {
        self.log.lock().unwrap().text.clone()
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Connected { ticket, peer, local, talk } => {
                self.asked("connected", ticket, format!("Connected {peer} {local} {talk:?}"));
            }
            Event::Hello { ticket, who, protocol } => {
                self.asked("hello", ticket, format!("Hello {protocol:?} {who}"));
            }
            Event::Auth { ticket, step } => {
                self.asked("auth", ticket, format!("Auth {}", describe(&step)));
            }
            Event::Mail { ticket, from, params } => {
                self.asked("mail", ticket, format!("Mail {from}{params}"));
            }
            Event::Rcpt { ticket, to, index, .. } => {
                self.asked("rcpt", ticket, format!("Rcpt {to} {index}"));
            }
            Event::Begin { ticket, .. } => self.asked("begin", ticket, "Begin".to_owned()),
            Event::Body(octets) => {
                self.content.extend_from_slice(&octets);
                if self.events.last().map(String::as_str) != Some("Body") {
                    self.events.push("Body".to_owned());
                }
                if !self.hold {
                    self.connection.body_consumed(octets.len());
                }
            }
            Event::End { ticket, stats } => {
                self.asked("end", ticket, format!("End {}", stats.octets));
            }
            Event::Query { ticket, command } => {
                self.asked("query", ticket, format!("Query {command:?}"));
            }
            Event::Reset => self.events.push("Reset".to_owned()),
            Event::Aborted(why) => self.events.push(format!("Aborted {}", why.rule.id)),
            Event::UpgradeTls => self.events.push("UpgradeTls".to_owned()),
            Event::Closed(why) => self.events.push(format!("Closed {}", why.rule.id)),
            other => panic!("unknown event {other:?}"),
        }
    }

    fn asked(&mut self, kind: Kind, ticket: Ticket, told: String) {
        self.events.push(told);
        self.tickets.push(ticket);
        let plan = self.plans.get_mut(kind).and_then(VecDeque::pop_front);
        match plan.unwrap_or(Plan::Answer(Verdict::Accept)) {
            Plan::Answer(verdict) => self.connection.answer(self.now, ticket, verdict).unwrap(),
            Plan::Silent => {}
        }
    }
}

fn describe(step: &postrider_smtp::server::SaslStep) -> String {
    match step {
        postrider_smtp::server::SaslStep::Credentials { mechanism, credentials } => {
            let secret = credentials.password.expose();
            format!("{mechanism} {} {secret}", credentials.user)
        }
        other @ (postrider_smtp::server::SaslStep::LookUp { .. }
        | postrider_smtp::server::SaslStep::Proven { .. }
        | _) => format!("{other:?}"),
    }
}
