//! The machine: what is in flight, what is owed, and how it ends.

use super::body::Body;
use super::capabilities::Capabilities;
use super::config::Config;
use super::envelope::Envelope;
use super::event::{Cause, End, Event, NotReady, Stage};
use super::flight::Flight;
use super::log::{Entry, Said};
use crate::codec::reply::ReplyDecoder;
use crate::command::Command;
use crate::sasl::client::Exchange;
use crate::value::reply::{Code, Reply};
use crate::value::{Instant, TlsInfo};
use bytes::{Bytes, BytesMut};
use postrider_core::SafeText;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// A client connection, from the greeting to the end.
#[derive(Debug)]
pub struct Connection {
    pub(super) config: Arc<Config>,
    pub(super) now: Instant,
    pub(super) phase: Phase,
    pub(super) decoder: ReplyDecoder,
    pub(super) capabilities: Capabilities,
    pub(super) tls: Option<TlsInfo>,
    pub(super) needs_rset: bool,
    /// Transactions that have begun.
    pub(super) transactions: u64,
    pub(super) flight: Flight,
    /// Recipients of the message under way, for the replies of LMTP.
    pub(super) accepted: Vec<usize>,
    /// Since when the first of them, or the next block of the message, is awaited.
    since: Instant,
    began: Instant,
    pub(super) out: VecDeque<Bytes>,
    events: VecDeque<Event>,
    log: Vec<Entry>,
    pub(super) ended: Option<End>,
}

/// What the connection is about.
#[derive(Debug)]
pub(super) enum Phase {
    /// Greeting, EHLO, HELO or STARTTLS is awaited.
    Establishing,
    /// The driver wraps the stream.
    AwaitTls,
    /// Nothing to do.
    Ready,
    Authenticating(Box<Exchange>),
    /// `*` has been sent.
    Cancelling,
    /// MAIL, RCPT, DATA, or the reply to the end.
    Envelope(Box<Envelope>),
    /// The server wants the message.
    Body(Box<Body>),
    /// The message has been sent.
    Ending,
    /// LMTP: the message has been sent; the first reply that took it for a recipient.
    Delivering {
        taken: Option<Reply>,
    },
    /// A chunk was refused; the replies to what had been sent behind it are owed.
    GivingUp {
        at: Stage,
        cause: Cause,
    },
    /// RSET alone.
    Resetting,
    Quitting,
    Closed,
}

impl Connection {
    /// A connection that awaits the greeting. For implicit TLS, call
    /// [`tls_established`](Self::tls_established) before any input.
    #[must_use]
    pub fn new(config: Arc<Config>, now: Instant) -> Self {
        let decoder = ReplyDecoder::new(config.replies);
        Self {
            config,
            now,
            phase: Phase::Establishing,
            decoder,
            capabilities: Capabilities::default(),
            tls: None,
            needs_rset: false,
            transactions: 0,
            flight: Flight::greeting(),
            accepted: Vec::new(),
            since: now,
            began: now,
            out: VecDeque::new(),
            events: VecDeque::new(),
            log: Vec::new(),
            ended: None,
        }
    }

    /// Takes whole replies off the front of `rx` and leaves the rest.
    pub fn handle_input(&mut self, now: Instant, rx: &mut BytesMut) {
        self.now = now;
        loop {
            if self.is_closed() {
                return rx.clear();
            }
            // CVE-2021-38371: what is read before the handshake was not sent by who will be
            // authenticated by it.
            if matches!(self.phase, Phase::AwaitTls) && !rx.is_empty() {
                return self.end(End::InjectedPlaintext);
            }
            match self.decoder.next(rx) {
                None => return,
                Some(Ok(reply)) => self.take(reply),
                Some(Err(botched)) => self.end(End::Botched(botched)),
            }
        }
    }

    /// The server has closed its side.
    pub fn handle_eof(&mut self, now: Instant) {
        self.now = now;
        self.end(if matches!(self.phase, Phase::Quitting) { End::Quit } else { End::Eof });
    }

    /// Looks whether a timeout has passed; otherwise does nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        if self.poll_timeout().is_some_and(|at| at <= now) {
            self.end(End::TimedOut(self.stage()));
        }
    }

    /// TLS protects what follows. Capabilities of before are forgotten, and EHLO is sent again.
    ///
    /// # Errors
    /// [`NotReady`] unless [`Event::UpgradeTls`] was said, or nothing has been read yet.
    pub fn tls_established(&mut self, now: Instant, info: TlsInfo) -> Result<(), NotReady> {
        self.now = now;
        let before_greeting = self.stage() == Stage::Greeting && !self.decoder.in_reply();
        let upgrading = matches!(self.phase, Phase::AwaitTls);
        if !before_greeting && !upgrading {
            return Err(NotReady::NoTlsAwaited);
        }
        self.note(Said::Tls(info.clone()));
        self.tls = Some(info);
        if upgrading {
            self.decoder = ReplyDecoder::new(self.config.replies);
            self.capabilities = Capabilities::default();
            self.phase = Phase::Establishing;
            self.say_ehlo();
        }
        Ok(())
    }

    /// The handshake failed. Nothing more is sent, whatever the policy: the stream is of no use.
    pub fn tls_failed(&mut self, now: Instant, why: SafeText) {
        self.now = now;
        self.end(End::Handshake(why));
    }

    /// Ends the session in good order: QUIT, then [`End::Quit`].
    ///
    /// # Errors
    /// [`NotReady`] while another step is under way.
    pub fn quit(&mut self, now: Instant) -> Result<(), NotReady> {
        self.ready(now)?;
        self.phase = Phase::Quitting;
        self.send(Stage::Quit, &Command::Quit);
        Ok(())
    }

    /// Makes the server forget what is left of a transaction, and shows that it is there.
    ///
    /// # Errors
    /// [`NotReady`] while another step is under way.
    pub fn reset(&mut self, now: Instant) -> Result<(), NotReady> {
        self.ready(now)?;
        self.phase = Phase::Resetting;
        self.send(Stage::Rset, &Command::Rset);
        Ok(())
    }

    /// Gives up at once; the driver closes the socket. A message that is being sent is thereby not
    /// delivered.
    pub fn abandon(&mut self, now: Instant) {
        self.now = now;
        self.end(End::Abandoned);
    }

    /// The next result.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// The next octets to write, in order. Parts of a message are the caller's own octets.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.out.pop_front()
    }

    /// When [`handle_timeout`](Self::handle_timeout) should be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.is_closed() {
            return None;
        }
        let session = self.began.plus(self.config.timeouts.session);
        let step = self.patience().map(|patience| self.since.plus(patience));
        Some(step.map_or(session, |step| step.min(session)))
    }

    /// Whether the message may go on: the server wants it, and what came before has been taken by
    /// [`poll_transmit`](Self::poll_transmit).
    #[must_use]
    pub fn wants_body(&self) -> bool {
        matches!(self.phase, Phase::Body(_)) && self.out.is_empty()
    }

    /// How many more messages the server takes on this connection, if it says so (MAILMAX, RFC 9422 §4.1).
    #[must_use]
    pub fn messages_left(&self) -> Option<u64> {
        let max = self.capabilities.limits().messages?;
        Some(max.saturating_sub(self.transactions))
    }

    /// Whether the connection is over.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }

    /// How the connection ended, once it has.
    #[must_use]
    pub const fn ended(&self) -> Option<&End> {
        self.ended.as_ref()
    }

    /// What the server announced, since TLS if that has been established.
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The facts of TLS, if it is on.
    #[must_use]
    pub const fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_ref()
    }

    /// Takes what has been said since the last call.
    pub fn take_log(&mut self) -> Vec<Entry> {
        std::mem::take(&mut self.log)
    }

    /// What is being waited for.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match (self.flight.front(), &self.phase) {
            (_, Phase::AwaitTls) => Stage::StartTls,
            (Some(stage), _) => stage,
            (None, Phase::Body(_)) => Stage::Body,
            (None, _) => Stage::Idle,
        }
    }

    fn patience(&self) -> Option<Duration> {
        let timeouts = &self.config.timeouts;
        match self.stage() {
            Stage::Idle => None,
            Stage::Greeting => Some(timeouts.greeting),
            Stage::Mail => Some(timeouts.mail),
            Stage::Rcpt(_) => Some(timeouts.rcpt),
            Stage::Data => Some(timeouts.data),
            Stage::Body | Stage::Chunk => Some(timeouts.block),
            Stage::End | Stage::Delivery(_) => Some(timeouts.end),
            Stage::Ehlo | Stage::Helo | Stage::StartTls | Stage::Auth => Some(timeouts.command),
            Stage::Rset | Stage::Quit => Some(timeouts.command),
        }
    }

    /// Gives a reply to the step it answers: replies come in the order of commands.
    fn take(&mut self, reply: Reply) {
        let at = match (&self.phase, self.flight.pop()) {
            (_, Some(stage)) => stage,
            (Phase::Body(_), None) => Stage::Body,
            (_, None) => Stage::Idle,
        };
        self.since = self.now;
        self.note(Said::Server { to: at, reply: reply.clone() });
        // RFC 5321 §3.8: 421 may answer any command, and then "the server will close".
        if reply.code() == Code::CLOSING && at != Stage::Quit {
            return self.refuse_and_end(at, reply);
        }
        match at {
            Stage::Greeting => self.greeted(reply),
            Stage::Ehlo => self.answered_ehlo(reply),
            Stage::Helo => self.answered_helo(reply),
            Stage::StartTls => self.answered_starttls(reply),
            Stage::Auth => self.answered_auth(reply),
            Stage::Rset => self.answered_rset(reply),
            Stage::Mail => self.answered_mail(reply),
            Stage::Rcpt(index) => self.answered_rcpt(index, reply),
            Stage::Data => self.answered_data(reply),
            Stage::Body => self.refuse_and_end(at, reply),
            Stage::Chunk => self.answered_chunk(reply),
            Stage::End => self.answered_end(reply),
            Stage::Delivery(index) => self.answered_delivery(index, reply),
            Stage::Quit => self.end(End::Quit),
            Stage::Idle => self.end(End::OutOfStep { at: None, reply }),
        }
    }

    /// Makes sure that a new step may begin.
    pub(super) fn ready(&mut self, now: Instant) -> Result<(), NotReady> {
        self.now = now;
        if self.is_closed() {
            return Err(NotReady::Closed);
        }
        if !matches!(self.phase, Phase::Ready) {
            return Err(NotReady::Busy);
        }
        Ok(())
    }

    /// Sends a command that may be read by anybody.
    pub(super) fn send(&mut self, stage: Stage, command: &Command) {
        self.send_encoded(stage, command.encode());
    }

    pub(super) fn send_encoded(&mut self, stage: Stage, line: Bytes) {
        let shown = line.strip_suffix(b"\r\n").unwrap_or(&line);
        self.note(Said::Client(SafeText::escaped(shown)));
        self.send_line(stage, line);
    }

    /// Sends a line without writing it down.
    pub(super) fn send_line(&mut self, stage: Stage, line: Bytes) {
        if self.flight.is_empty() {
            self.since = self.now;
        }
        self.flight.push(stage, line.len());
        self.out.push_back(line);
    }

    /// Sends a command whose replies are awaited otherwise.
    pub(super) fn send_last(&mut self, line: &Bytes) {
        let shown = line.strip_suffix(b"\r\n").unwrap_or(line);
        self.note(Said::Client(SafeText::escaped(shown)));
        self.out.push_back(line.clone());
    }

    /// Hands parts of the message over; the next block has its time from now.
    pub(super) fn send_body(&mut self, parts: Vec<Bytes>) {
        self.since = self.now;
        self.out.extend(parts);
    }

    /// The message is complete: from now on the replies to these steps are awaited.
    pub(super) fn await_replies(&mut self, stages: &[Stage]) {
        self.since = self.now;
        for stage in stages {
            self.flight.push(*stage, 0);
        }
    }

    pub(super) fn note(&mut self, said: Said) {
        self.log.push(Entry { at: self.now, said });
    }

    pub(super) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }
}
