//! The connection: its inputs, its outputs, and the loop between them.

use super::clock::{Clock, Timer};
use super::config::Config;
use super::event::{Event, StaleTicket, Talk, Ticket, Verdict};
use super::outbox::Outbox;
use super::rules;
use super::state::{Ask, Charset, Counts, Fate, Flow, Mood, Session, Slot, State, Upgrade};
use super::trace::{Input, Record, TraceSink};
use crate::codec::line::LineDecoder;
use crate::rule::{Rule, Seq, Why};
use crate::value::reply::{Reply, standard};
use crate::value::{Instant, TlsInfo};
use bytes::{Bytes, BytesMut};
use std::net::SocketAddr;
use std::sync::Arc;

/// One client's connection, without its socket and its clock.
///
/// The order of calls is in the documentation of [the module](super). Every call is safe at any time;
/// after [`Event::Closed`] all of them do nothing.
#[derive(Debug)]
pub struct Connection {
    pub(super) cfg: Arc<Config>,
    pub(super) peer: SocketAddr,
    pub(super) local: SocketAddr,
    pub(super) state: State,
    pub(super) slot: Option<Slot>,
    pub(super) session: Session,
    pub(super) tls: Option<Box<TlsInfo>>,
    pub(super) counts: Counts,
    pub(super) lines: LineDecoder,
    pub(super) clock: Clock,
    pub(super) out: Outbox,
    pub(super) flow: Flow,
    pub(super) mood: Mood,
    pub(super) now: Instant,
    tickets: u64,
    seq: Seq,
    trace: Option<Box<dyn TraceSink + Send>>,
}

impl Connection {
    /// A connection that was just accepted.
    #[must_use]
    pub fn new(cfg: Arc<Config>, peer: SocketAddr, local: SocketAddr, now: Instant) -> Self {
        let mut connection = Self {
            peer,
            local,
            state: State::Proxy,
            slot: None,
            session: Session::default(),
            tls: None,
            counts: Counts::default(),
            lines: LineDecoder::new(cfg.command_line(), cfg.limits.line_discard),
            clock: Clock::default(),
            out: Outbox::default(),
            flow: Flow::default(),
            mood: Mood::Open,
            now,
            tickets: 0,
            seq: Seq::default(),
            trace: None,
            cfg,
        };
        connection.start();
        connection.set_timers();
        connection
    }

    /// Takes from `rx` what may be taken now, and leaves the rest.
    pub fn handle_input(&mut self, now: Instant, rx: &mut BytesMut) {
        self.enter(now, Input::Octets(rx.len()));
        let mut starved = false;
        while !starved && self.takes_input() {
            starved = !self.step(rx);
        }
        self.look_at(rx);
        self.flow.behind = if starved { 0 } else { rx.len() };
        self.flow.partial = starved && (!rx.is_empty() || self.lines.is_skipping());
        self.set_timers();
    }

    /// The peer sends no more: TCP or TLS has ended. A message that is being received is
    /// [`Event::Aborted`], never ended.
    pub fn handle_eof(&mut self, now: Instant) {
        self.enter(now, Input::Eof);
        self.close(None, self.why(rules::EOF));
    }

    /// Lets every timer fire that is due; does nothing if none is.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some(timer) = self.clock.due(now, self.suspended()) {
            self.clock.stop(timer);
            self.enter(now, Input::Timeout(timer));
            self.fire(timer);
            self.set_timers();
        }
    }

    /// Answers a question.
    ///
    /// # Errors
    /// [`StaleTicket`] when the question is not open any more; nothing has happened then.
    pub fn answer(
        &mut self,
        now: Instant,
        ticket: Ticket,
        verdict: Verdict,
    ) -> Result<(), StaleTicket> {
        let asked = |slot: &mut Slot| matches!(slot, Slot::Waiting(t, _) if *t == ticket);
        let Some(Slot::Waiting(_, ask)) = self.slot.take_if(asked) else {
            return Err(StaleTicket);
        };
        self.enter(now, Input::Answer);
        self.settle(ask, verdict);
        self.set_timers();
        Ok(())
    }

    /// Reopens the window by `octets` of content that the application is done with.
    pub const fn body_consumed(&mut self, octets: usize) {
        self.flow.unconsumed = self.flow.unconsumed.saturating_sub(octets);
    }

    /// TLS protects what follows. Everything the client said in clear is forgotten; the read buffer
    /// given from now on holds decrypted octets only.
    pub fn tls_established(&mut self, now: Instant, info: TlsInfo) {
        if let State::AwaitTls(upgrade) = self.state {
            self.enter(now, Input::Tls);
            self.begin_tls(upgrade, info);
            self.set_timers();
        }
    }

    /// The server goes down: 421 between commands, or when the message under way is decided.
    pub fn shutdown(&mut self, now: Instant) {
        self.enter(now, Input::Shutdown);
        self.mood = Mood::Leaving;
        self.leave();
        self.set_timers();
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.out.event()
    }

    /// All replies that are owed so far, in order.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.out.transmit()
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.clock.next(self.suspended())
    }

    /// Whether more octets are wanted. Not while a question is open, the window is full, TLS begins,
    /// or octets wait that [`handle_input`](Self::handle_input) has not seen.
    #[must_use]
    pub fn wants_read(&self) -> bool {
        let early = matches!(self.state, State::Greeting(Talk::Waited)) && self.slot.is_none();
        self.flow.behind == 0 && (early || self.takes_input())
    }

    /// Gives every record from now on to `sink`.
    pub fn set_trace(&mut self, sink: Box<dyn TraceSink + Send>) {
        self.trace = Some(sink);
    }

    /// Who is connected, by the socket or by a trusted PROXY header.
    #[must_use]
    pub const fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// What the peer is connected to.
    #[must_use]
    pub const fn local(&self) -> SocketAddr {
        self.local
    }

    /// What is known of TLS, if it protects the connection.
    #[must_use]
    pub fn tls(&self) -> Option<&TlsInfo> {
        self.tls.as_deref()
    }

    /// What octets mean where none should come.
    fn look_at(&mut self, rx: &mut BytesMut) {
        if rx.is_empty() {
            return;
        }
        match &mut self.state {
            State::Closed => rx.clear(),
            // RFC 3207 §4.2: nothing that was read before the handshake is a command after it.
            State::AwaitTls(Upgrade::StartTls) if self.out.has_last() => {
                self.close(None, self.why(rules::TLS_PIPELINED));
            }
            State::Greeting(talk) if self.slot.is_none() => *talk = Talk::Early,
            State::Proxy | State::Greeting(_) | State::Command => {}
            State::Sasl(..) | State::Data(_) | State::Chunk(_) | State::Skip(_) => {}
            State::AwaitTls(_) => {}
        }
    }

    /// Takes one item from `rx`; `false` when it needs more octets.
    fn step(&mut self, rx: &mut BytesMut) -> bool {
        match self.state {
            State::Proxy => self.read_proxy(rx),
            State::Command | State::Sasl(..) => self.read_line(rx),
            State::Data(_) => self.read_body(rx),
            State::Chunk(chunk) => self.read_chunk(chunk, rx),
            State::Skip(_) => self.skip_chunk(rx),
            State::Greeting(_) | State::AwaitTls(_) | State::Closed => false,
        }
    }

    fn takes_input(&self) -> bool {
        let free = self.slot.is_none() && self.out.backlog() < self.cfg.limits.backlog.max(1);
        match &self.state {
            State::Proxy | State::Command | State::Sasl(..) => free,
            State::Chunk(_) => free && self.window() > 0,
            State::Skip(_) => free,
            State::Data(body) => free && (body.fate != Fate::Delivered || self.window() > 0),
            State::Greeting(_) | State::AwaitTls(_) | State::Closed => false,
        }
    }

    /// How much content may be told now.
    pub(super) fn window(&self) -> usize {
        let window = self.cfg.limits.body_window.max(1);
        window.saturating_sub(self.flow.unconsumed)
    }

    /// A message that makes progress is not cut off by the age of its connection.
    fn suspended(&self) -> Option<Timer> {
        let deciding = self.slot.as_ref().map(Slot::ask);
        let deciding = matches!(deciding, Some(Ask::Begin(_) | Ask::End));
        (deciding || self.state.is_content()).then_some(Timer::Session)
    }

    fn enter(&mut self, now: Instant, input: Input) {
        self.now = now;
        self.seq = Seq(self.seq.0.wrapping_add(1));
        let seq = self.seq;
        self.record(|| Record::Input { seq, input });
    }

    pub(super) const fn why(&self, rule: Rule) -> Why {
        Why::new(rule, self.seq)
    }

    pub(super) fn record<'a>(&mut self, record: impl FnOnce() -> Record<'a>) {
        let now = self.now;
        if let Some(sink) = &mut self.trace {
            sink.record(now, &record());
        }
    }

    /// Asks the application.
    pub(super) fn ask(&mut self, ask: Ask, event: impl FnOnce(Ticket) -> Event) {
        self.tickets = self.tickets.wrapping_add(1);
        let ticket = Ticket(self.tickets);
        self.slot = Some(Slot::Waiting(ticket, ask));
        self.clock.stop(Timer::Verdict);
        self.out.tell(event(ticket));
    }

    /// The only writer of replies, and none without a reason.
    pub(super) fn reply(&mut self, reply: impl Into<Reply>, why: &Why) {
        let charset = self.session.transaction.as_ref().map(|t| t.charset);
        let reply = match charset {
            Some(Charset::Utf8) => reply.into(),
            Some(Charset::Ascii) | None => reply.into().into_ascii(),
        };
        self.record(|| Record::Reply { reply: &reply, why });
        reply.encode(self.out.replies());
    }

    /// Gives up the transaction for a reason that the application does not know yet.
    pub(super) fn abort(&mut self, why: &Why) {
        self.session.transaction = None;
        self.record(|| Record::Aborted(why));
        self.out.tell(Event::Aborted(why.clone()));
    }

    /// Ends the connection, with a reply or without.
    pub(super) fn close(&mut self, reply: Option<Reply>, why: Why) {
        if matches!(self.state, State::Closed) {
            return;
        }
        if let Some(reply) = reply {
            self.reply(reply, &why);
        }
        if self.session.transaction.is_some() {
            self.abort(&why);
        }
        self.state = State::Closed;
        self.slot = None;
        self.clock.clear();
        self.record(|| Record::Closed(&why));
        self.out.tell_last(Event::Closed(why));
    }

    /// At a safe point, a server that goes down says so.
    pub(super) fn leave(&mut self) {
        let safe = self.slot.is_none() && matches!(self.state, State::Command | State::Sasl(..));
        if self.mood == Mood::Leaving && safe {
            self.close(Some(standard::SHUTTING_DOWN.into()), self.why(rules::SHUTDOWN));
        }
    }
}
