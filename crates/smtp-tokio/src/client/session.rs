//! A session: the loop around the client machine.

use super::body::Body;
use super::error::{EstablishError, SendError, StepError};
use super::{Settings, Tls};
use crate::clock::Clock;
use crate::io::{Io, Turn, Want};
use crate::tls::random;
use postrider_core::SafeText;
use postrider_smtp::client::{
    Capabilities, Connection, Entry, Event, NotReady, Stage, Transaction,
};
use postrider_smtp::sasl::client::Identity;
use postrider_smtp::sasl::scram::Nonce;
use postrider_smtp::value::TlsInfo;
use postrider_smtp::value::reply::Reply;
use rustls_pki_types::ServerName;
use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// How long to wait for the server's last words when nothing can be written any more.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// A session with one server over one stream.
#[derive(Debug)]
pub struct Session<S> {
    pub(super) machine: Connection,
    pub(super) io: Io<S>,
    pub(super) clock: Clock,
    greeting: Option<Reply>,
    pub(super) certificate_fault: Option<SafeText>,
}

/// What became of a message.
#[derive(Debug)]
#[non_exhaustive]
pub struct Delivered {
    /// The reply for each recipient of the transaction; `None` where the server gave none. With LMTP it
    /// is the last that was said of the recipient, and says alone what became of the message for it.
    pub recipients: Vec<Option<Reply>>,
    /// The reply to the message, which counts for every recipient that was accepted, or with LMTP for one
    /// of them at least; or why it was not taken.
    pub result: Result<Reply, SendError>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Takes a connected stream through greeting, EHLO and TLS as the settings want them.
    ///
    /// `name` is who the server should be by its certificate; without TLS it is not looked at.
    ///
    /// # Errors
    /// [`EstablishError`]: the stream is closed then.
    pub async fn establish(
        stream: S,
        name: ServerName<'static>,
        settings: &Settings,
    ) -> Result<Self, EstablishError> {
        let clock = Clock::start();
        let mut session = Self {
            machine: Connection::new(settings.machine_config(), clock.now()),
            io: Io::new(stream),
            clock,
            greeting: None,
            certificate_fault: None,
        };
        match session.begin(name, settings).await {
            Ok(()) => Ok(session),
            Err(cause) => Err(EstablishError { cause, log: session.take_log() }),
        }
    }

    /// Authenticates with the first mechanism that both sides want and that can show this identity:
    /// SCRAM, bound to TLS where that can be, before those that show the password.
    ///
    /// # Errors
    /// [`StepError`]; after [`Failed`](StepError::Failed) see its `usable`.
    pub async fn authenticate(&mut self, who: impl Into<Identity>) -> Result<Reply, StepError> {
        let nonce = Nonce::from_random(random().map_err(StepError::TlsSetup)?);
        let begun = self.machine.authenticate(self.clock.now(), who, &nonce);
        begun.map_err(|e| self.refused(e))?;
        loop {
            let event = self.next_event().await?;
            if let Event::Authenticated(reply) = event {
                return Ok(reply);
            }
            unless_failed(event)?;
        }
    }

    /// Sends one message.
    ///
    /// The body is only asked for when the server wants it, which is after it has accepted at least
    /// one recipient.
    pub async fn send(&mut self, transaction: Transaction, body: impl Body) -> Delivered {
        let mut recipients = vec![None; transaction.to.len()];
        let result = self.transact(transaction, body, &mut recipients).await;
        Delivered { recipients, result }
    }

    /// RSET: shows that the server is still there and remembers nothing.
    ///
    /// # Errors
    /// [`StepError`]
    pub async fn reset(&mut self) -> Result<(), StepError> {
        let begun = self.machine.reset(self.clock.now());
        begun.map_err(|e| self.refused(e))?;
        loop {
            let event = self.next_event().await?;
            if matches!(event, Event::Reset) {
                return Ok(());
            }
            unless_failed(event)?;
        }
    }

    /// QUIT, and closes the stream.
    ///
    /// # Errors
    /// [`StepError`] when the server did not answer in good order. Nothing is lost by that.
    pub async fn quit(&mut self) -> Result<(), StepError> {
        let begun = self.machine.quit(self.clock.now());
        begun.map_err(|e| self.refused(e))?;
        loop {
            let event = self.next_event().await?;
            if matches!(event, Event::Closed(_)) {
                break;
            }
            unless_failed(event)?;
        }
        let at = Stage::Quit;
        self.io.shutdown().await.map_err(|source| StepError::Broken { at, source })
    }

    /// What the server announced.
    #[must_use]
    pub const fn capabilities(&self) -> &Capabilities {
        self.machine.capabilities()
    }

    /// The server's greeting.
    #[must_use]
    pub const fn greeting(&self) -> Option<&Reply> {
        self.greeting.as_ref()
    }

    /// The facts of TLS, if it is on.
    #[must_use]
    pub const fn tls(&self) -> Option<&TlsInfo> {
        self.machine.tls()
    }

    /// What is wrong with the server's certificate, if it was let pass all the same.
    #[must_use]
    pub const fn certificate_fault(&self) -> Option<&SafeText> {
        self.certificate_fault.as_ref()
    }

    /// Whether another step may be taken. A server that takes no more messages still answers RSET and
    /// QUIT; see [`takes_messages`](Self::takes_messages).
    #[must_use]
    pub const fn is_usable(&self) -> bool {
        !self.machine.is_closed()
    }

    /// Whether another message may be sent: the session lives, and MAILMAX is not reached (RFC 9422 §4.1).
    #[must_use]
    pub fn takes_messages(&self) -> bool {
        self.is_usable() && self.machine.messages_left() != Some(0)
    }

    /// Takes what was said since the last call: commands and replies, never credentials.
    pub fn take_log(&mut self) -> Vec<Entry> {
        self.machine.take_log()
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other events need nothing here")]
    async fn begin(
        &mut self,
        name: ServerName<'static>,
        settings: &Settings,
    ) -> Result<(), StepError> {
        if settings.tls == Tls::Implicit {
            self.handshake(name.clone(), settings).await?;
        }
        loop {
            match self.next_event().await? {
                Event::Greeting(reply) => self.greeting = Some(reply),
                Event::UpgradeTls => self.handshake(name.clone(), settings).await?,
                Event::Ready => return Ok(()),
                Event::Failed(failed) if !failed.usable => return Err(failed.into()),
                _ => {}
            }
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "other events need nothing here")]
    async fn transact(
        &mut self,
        transaction: Transaction,
        mut body: impl Body,
        recipients: &mut [Option<Reply>],
    ) -> Result<Reply, SendError> {
        let now = self.clock.now();
        let begun = self.machine.submit(now, transaction);
        begun.map_err(|e| self.refused(e))?;
        loop {
            match self.next_event().await? {
                Event::Rcpt { index, reply } | Event::Delivered { index, reply } => {
                    if let Some(slot) = recipients.get_mut(index) {
                        *slot = Some(reply);
                    }
                }
                Event::WantBody => self.feed(&mut body).await?,
                Event::Done(reply) => return Ok(reply),
                Event::Failed(failed) => return Err(StepError::from(failed).into()),
                _ => {}
            }
        }
    }

    /// Sends the body, each chunk when the one before it has left.
    async fn feed(&mut self, body: &mut impl Body) -> Result<(), SendError> {
        while !self.machine.is_closed() {
            let chunk = match self.while_turning(body.next()).await? {
                None => break,
                Some(Ok(chunk)) => chunk,
                Some(Err(e)) => {
                    self.machine.abandon(self.clock.now());
                    return Err(SendError::Body(e));
                }
            };
            let now = self.clock.now();
            let Some(chunk) = chunk else {
                // As below.
                let _ = self.machine.body_end(now);
                return Ok(());
            };
            if self.machine.body(now, chunk).is_err() {
                // A fault of the content, or a refused chunk: what it means comes as an event.
                return Ok(());
            }
            self.write_out().await?;
        }
        Ok(())
    }

    /// Waits for something that is not the server, while the server may speak and time may pass. `None`
    /// when the connection ended first.
    async fn while_turning<T>(
        &mut self,
        other: impl Future<Output = T>,
    ) -> Result<Option<T>, StepError> {
        let mut other = pin!(other);
        loop {
            tokio::select! {
                biased;
                done = &mut other => return Ok(Some(done)),
                turned = self.turn() => turned?,
            }
            if self.machine.is_closed() {
                return Ok(None);
            }
        }
    }

    /// Turns until everything the machine says has been written, or it says something else.
    async fn write_out(&mut self) -> Result<(), StepError> {
        self.transmit();
        while !self.io.is_flushed() && !self.machine.is_closed() {
            self.turn().await?;
        }
        Ok(())
    }

    async fn next_event(&mut self) -> Result<Event, StepError> {
        loop {
            if let Some(event) = self.machine.poll_event() {
                return Ok(event);
            }
            if self.machine.is_closed() {
                return Err(self.refused(NotReady::Closed));
            }
            self.turn().await?;
        }
    }

    /// Where a step finds the session closed, how it ended says more than that it did.
    fn refused(&self, error: NotReady) -> StepError {
        match (error, self.machine.ended()) {
            (NotReady::Closed, Some(end)) => StepError::Ended(end.clone()),
            (error, _) => error.into(),
        }
    }

    fn transmit(&mut self) {
        while let Some(octets) = self.machine.poll_transmit() {
            self.io.queue(octets);
        }
    }

    /// One round: writes what there is, reads what there is, looks at the clock.
    async fn turn(&mut self) -> Result<(), StepError> {
        self.transmit();
        let deadline = self.machine.poll_timeout().and_then(|at| self.clock.deadline(at));
        let turn = self.io.turn(Want::Read, deadline).await;
        let now = self.clock.now();
        match turn {
            Turn::Progress => self.machine.handle_input(now, &mut self.io.rx),
            Turn::TimedOut => self.machine.handle_timeout(now),
            Turn::Eof => self.machine.handle_eof(now),
            Turn::Broken(source) => return self.broken(source).await,
        }
        Ok(())
    }

    /// What cannot be written to may still hold the server's last words, and those say why.
    async fn broken(&mut self, source: io::Error) -> Result<(), StepError> {
        let at = self.machine.stage();
        let deadline = Some(tokio::time::Instant::now() + LAST_WORDS);
        while let Turn::Progress = self.io.turn(Want::ReadOnly, deadline).await {
            self.machine.handle_input(self.clock.now(), &mut self.io.rx);
            if self.machine.is_closed() {
                return Ok(());
            }
        }
        self.machine.abandon(self.clock.now());
        Err(StepError::Broken { at, source })
    }
}

/// The error of a failed step; other events are none.
fn unless_failed(event: Event) -> Result<(), StepError> {
    if let Event::Failed(failed) = event {
        return Err(failed.into());
    }
    Ok(())
}
