//! The loop around the server machine.

use super::handshake::Handshake;
use super::{Ends, Handler, Server, Shutdown};
use crate::clock::Clock;
use crate::io::{Io, Turn, Want};
use postrider_core::SafeText;
use postrider_smtp::rule::Why;
use postrider_smtp::server::{Connection, Event, SaslStep, Ticket, Verdict};
use postrider_smtp::value::reply::standard;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

/// How long the last reply may take to leave, and the peer to close in its turn. Closing a socket with
/// unread octets would destroy the reply on its way.
const LINGER: Duration = Duration::from_secs(2);

/// One connection being served.
pub(super) struct Run<'a, S> {
    pub(super) server: &'a Server,
    pub(super) machine: Connection,
    pub(super) io: Io<S>,
    clock: Clock,
    shutdown: Shutdown,
    leaving: bool,
    /// An event that came while the application was still thinking.
    early: Option<Event>,
}

impl<'a, S: AsyncRead + AsyncWrite + Unpin + Send> Run<'a, S> {
    pub(super) fn new(server: &'a Server, stream: S, ends: Ends, shutdown: Shutdown) -> Self {
        let clock = Clock::start();
        let config = Arc::clone(&server.config);
        Self {
            server,
            machine: Connection::new(config, ends.peer, ends.local, clock.now()),
            io: Io::new(stream),
            clock,
            shutdown,
            leaving: false,
            early: None,
        }
    }

    pub(super) async fn serve<H: Handler>(mut self, handler: &mut H) -> Why {
        if let Some(sink) = handler.trace() {
            self.machine.set_trace(sink);
        }
        loop {
            self.machine.handle_input(self.clock.now(), &mut self.io.rx);
            self.transmit();
            match self.next_event() {
                Some(Event::Closed(why)) => {
                    self.close().await;
                    handler.closed(&why).await;
                    return why;
                }
                Some(Event::UpgradeTls) => self.upgrade(handler).await,
                Some(event) => self.tell(event, handler).await,
                None => self.turn().await,
            }
        }
    }

    /// Gives an event to the application, and its verdict to the machine.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a question that is not known gets no answer, and so the machine's 451"
    )]
    async fn tell<H: Handler>(&mut self, event: Event, handler: &mut H) {
        match event {
            Event::Connected { ticket, peer, local, talk } => {
                self.ask(ticket, handler.connected(peer, local, talk)).await;
            }
            Event::Hello { ticket, who, protocol } => {
                self.ask(ticket, handler.hello(who, protocol)).await;
            }
            Event::Auth { ticket, step } => self.ask(ticket, authenticate(step, handler)).await,
            Event::Mail { ticket, from, params } => {
                self.ask(ticket, handler.mail(from, params)).await;
            }
            Event::Rcpt { ticket, to, params, index } => {
                self.ask(ticket, handler.rcpt(to, params, index)).await;
            }
            Event::Begin { ticket, framing } => self.ask(ticket, handler.begin(framing)).await,
            Event::End { ticket, stats } => self.ask(ticket, handler.end(stats)).await,
            Event::Query { ticket, command } => self.ask(ticket, handler.query(command)).await,
            Event::Body(chunk) => {
                let octets = chunk.len();
                self.wait(handler.body(chunk)).await;
                self.machine.body_consumed(octets);
            }
            Event::Reset => handler.reset().await,
            Event::Aborted(why) => handler.aborted(why).await,
            _ => {}
        }
    }

    async fn ask(&mut self, ticket: Ticket, thinking: impl Future<Output = Verdict>) {
        if let Some(verdict) = self.wait(thinking).await {
            // A ticket that has gone stale in this very moment has been answered for.
            let _ = self.machine.answer(self.clock.now(), ticket, verdict);
        }
    }

    /// Lets the application think, while replies leave and timers run. `None` when the machine went on
    /// without it.
    async fn wait<T>(&mut self, thinking: impl Future<Output = T>) -> Option<T> {
        let mut thinking = pin!(thinking);
        loop {
            let deadline = self.deadline();
            tokio::select! {
                biased;
                answer = &mut thinking => return Some(answer),
                turn = self.io.turn(Want::WriteOnly, deadline) => self.take(turn),
                () = self.shutdown.requested(), if !self.leaving => self.leave(),
            }
            let said = self.transmit();
            self.early = self.machine.poll_event();
            if said || self.early.is_some() {
                return None;
            }
        }
    }

    /// Waits for the peer or for time.
    async fn turn(&mut self) {
        // Who does not read what we say is not listened to.
        let listens = self.io.queued() < self.server.config.limits.backlog;
        let want = if self.machine.wants_read() && listens { Want::Read } else { Want::WriteOnly };
        let deadline = self.deadline();
        tokio::select! {
            turn = self.io.turn(want, deadline) => self.take(turn),
            () = self.shutdown.requested(), if !self.leaving => self.leave(),
        }
    }

    /// Tells the machine what happened on the stream; what was read it is given anyway.
    fn take(&mut self, turn: Turn) {
        match turn {
            Turn::Progress => {}
            Turn::TimedOut => self.machine.handle_timeout(self.clock.now()),
            Turn::Eof | Turn::Broken(_) => self.machine.handle_eof(self.clock.now()),
        }
    }

    fn leave(&mut self) {
        self.leaving = true;
        self.machine.shutdown(self.clock.now());
    }

    fn next_event(&mut self) -> Option<Event> {
        self.early.take().or_else(|| self.machine.poll_event())
    }

    /// Queues what the machine owes; says whether it owed anything.
    fn transmit(&mut self) -> bool {
        let mut said = false;
        while let Some(octets) = self.machine.poll_transmit() {
            self.io.queue(octets);
            said = true;
        }
        said
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let at = self.machine.poll_timeout()?;
        self.clock.deadline(at)
    }

    /// The TLS handshake, after the last clear reply has left.
    async fn upgrade<H: Handler>(&mut self, handler: &mut H) {
        let outcome = self.handshake().await;
        match outcome {
            Handshake::Done(info) => {
                handler.tls(&info).await;
                self.machine.tls_established(self.clock.now(), info);
            }
            Handshake::Failed(why) => {
                handler.handshake_failed(why).await;
                self.machine.handle_eof(self.clock.now());
            }
            Handshake::TimedOut => {
                let why = SafeText::from_static("timed out");
                handler.handshake_failed(why).await;
                self.machine.handle_timeout(self.clock.now());
            }
        }
    }

    /// Lets the last replies leave.
    async fn close(&mut self) {
        let deadline = Instant::now() + LINGER;
        if !matches!(self.io.flush(Some(deadline)).await, Turn::Progress) {
            return;
        }
        let shutdown = tokio::time::timeout_at(deadline, self.io.shutdown()).await;
        if !matches!(shutdown, Ok(Ok(()))) {
            return;
        }
        while let Turn::Progress = self.io.turn(Want::Read, Some(deadline)).await {
            self.io.rx.clear();
        }
    }
}

async fn authenticate<H: Handler>(step: SaslStep, handler: &mut H) -> Verdict {
    match step {
        SaslStep::Credentials { mechanism, credentials } => {
            handler.authenticate(mechanism, credentials).await
        }
        SaslStep::LookUp { .. } | SaslStep::Proven { .. } | _ => {
            Verdict::Reject(standard::AUTH_UNAVAILABLE.reply())
        }
    }
}
