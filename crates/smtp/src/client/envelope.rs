//! A transaction: MAIL, RCPT and DATA in as few round trips as the server allows (RFC 2920), then the
//! message.

use super::body::BodyEncoder;
use super::capabilities::Extension;
use super::connection::{Connection, Phase};
use super::event::{Cause, Event, NotReady, Stage};
use super::log::Said;
use super::transaction::Transaction;
use crate::command::Command;
use crate::value::Instant;
use crate::value::reply::{Class, Code, Reply};
use bytes::Bytes;

/// A transaction under way.
#[derive(Debug)]
pub(super) struct Envelope {
    transaction: Transaction,
    mail: Command,
    next: Step,
    accepted: usize,
    /// Why the transaction has failed, while replies are still owed.
    failed: Option<(Stage, Cause)>,
}

/// The command that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Rset,
    Mail,
    Rcpt(usize),
    Data,
    /// None: DATA has been sent.
    Over,
}

impl Connection {
    /// Begins a transaction. RSET goes before it where another one went before.
    ///
    /// It ends in [`Event::Done`] or [`Event::Failed`], with one [`Event::Rcpt`] for each recipient
    /// that the server answered for, and [`Event::WantBody`] between when the message is wanted. A
    /// need that the server does not offer is a `Failed` at [`Stage::Mail`], before anything is sent.
    ///
    /// # Errors
    /// [`NotReady`] when another step is under way or there are no recipients.
    pub fn submit(&mut self, now: Instant, transaction: Transaction) -> Result<(), NotReady> {
        self.ready(now)?;
        if transaction.to.is_empty() {
            return Err(NotReady::NoRecipients);
        }
        match transaction.mail(&self.capabilities) {
            Err(unmet) => self.fail(Stage::Mail, Cause::Unmet(unmet)),
            Ok(mail) => {
                let next = if self.needs_rset { Step::Rset } else { Step::Mail };
                self.needs_rset = true;
                self.phase = Phase::Envelope(Box::new(Envelope {
                    transaction,
                    mail,
                    next,
                    accepted: 0,
                    failed: None,
                }));
                self.pump();
            }
        }
        Ok(())
    }

    /// A chunk of the message, with CRLF line ends. It is sent as it is, not copied; only dots are put
    /// between. Pass small enough chunks that each is written within [`Timeouts::block`].
    ///
    /// [`Timeouts::block`]: super::Timeouts::block
    ///
    /// # Errors
    /// [`NotReady::NoBodyWanted`], or [`NotReady::Content`] when the chunk holds a bare CR or LF and
    /// the configuration does not say to normalise. Then the connection has ended, because a message
    /// that has begun cannot be taken back otherwise.
    pub fn body(&mut self, now: Instant, chunk: Bytes) -> Result<(), NotReady> {
        self.now = now;
        let Phase::Body(encoder) = &mut self.phase else {
            return Err(NotReady::NoBodyWanted);
        };
        let mut parts = Vec::new();
        match encoder.push(chunk, &mut parts) {
            Ok(()) => self.send_body(parts),
            Err(bare) => {
                self.end(super::End::Content(bare));
                return Err(bare.into());
            }
        }
        Ok(())
    }

    /// The message is complete.
    ///
    /// # Errors
    /// As [`body`](Self::body).
    pub fn body_end(&mut self, now: Instant) -> Result<(), NotReady> {
        self.now = now;
        let Phase::Body(encoder) = &mut self.phase else {
            return Err(NotReady::NoBodyWanted);
        };
        let mut parts = Vec::new();
        if let Err(bare) = encoder.finish(&mut parts) {
            self.end(super::End::Content(bare));
            return Err(bare.into());
        }
        let octets = encoder.octets();
        self.note(Said::Body { octets });
        self.send_body(parts);
        self.await_end();
        self.phase = Phase::Ending;
        Ok(())
    }

    /// Sends what may be sent now, and finishes when nothing is owed any more.
    fn pump(&mut self) {
        let pipelining = self.capabilities.has(&Extension::Pipelining);
        loop {
            let idle = self.flight.is_empty();
            let Phase::Envelope(envelope) = &mut self.phase else {
                return;
            };
            if idle && let Some((at, cause)) = envelope.verdict() {
                self.phase = Phase::Ready;
                return self.fail(at, cause);
            }
            if envelope.failed.is_some() || !(pipelining || idle) {
                return;
            }
            let Some((stage, command)) = envelope.command() else {
                return;
            };
            let line = command.encode();
            if !self.flight.has_room(line.len(), self.config.in_flight) {
                return;
            }
            self.send_encoded(stage, line);
            if let Phase::Envelope(envelope) = &mut self.phase {
                envelope.advance();
            }
        }
    }

    pub(super) fn answered_rset(&mut self, reply: Reply) {
        if !reply.is_done() {
            return self.refuse_and_end(Stage::Rset, reply);
        }
        if matches!(self.phase, Phase::Resetting) {
            self.needs_rset = false;
            self.phase = Phase::Ready;
            return self.event(Event::Reset);
        }
        self.pump();
    }

    pub(super) fn answered_mail(&mut self, reply: Reply) {
        match (reply.class(), &mut self.phase) {
            (Class::Done, _) => {}
            (Class::Transient | Class::Permanent, Phase::Envelope(envelope)) => {
                envelope.fail(Stage::Mail, Cause::Refused(reply));
            }
            _ => return self.out_of_step(Stage::Mail, reply),
        }
        self.pump();
    }

    pub(super) fn answered_rcpt(&mut self, index: usize, reply: Reply) {
        let Phase::Envelope(envelope) = &mut self.phase else {
            return self.out_of_step(Stage::Rcpt(index), reply);
        };
        if reply.class() == Class::GoOn {
            return self.out_of_step(Stage::Rcpt(index), reply);
        }
        // After a refused MAIL the server only says so again.
        if envelope.failed.is_none() {
            envelope.accepted += usize::from(reply.is_done());
            self.event(Event::Rcpt { index, reply });
        }
        self.pump();
    }

    pub(super) fn answered_data(&mut self, reply: Reply) {
        match (reply.class(), &mut self.phase) {
            (Class::GoOn, _) if reply.code() == Code::START_MAIL => return self.wanted(),
            (Class::Transient | Class::Permanent, Phase::Envelope(envelope)) => {
                // When every recipient was refused, that is the reason, not what DATA is told of it.
                let cause = match envelope.accepted {
                    0 => Cause::NoRecipients,
                    _ => Cause::Refused(reply),
                };
                envelope.fail(Stage::Data, cause);
            }
            _ => return self.out_of_step(Stage::Data, reply),
        }
        self.pump();
    }

    /// The server said 354. Without a recipient the message is nobody's; a lone dot brings the server back to
    /// commands (RFC 2920 §3.1).
    fn wanted(&mut self) {
        let Phase::Envelope(envelope) = &mut self.phase else {
            return;
        };
        if envelope.failed.is_none() && envelope.accepted > 0 {
            let encoder = BodyEncoder::new(self.config.line_endings);
            self.phase = Phase::Body(Box::new(encoder));
            return self.event(Event::WantBody);
        }
        envelope.fail(Stage::Data, Cause::NoRecipients);
        self.note(Said::Body { octets: 3 });
        self.send_line(Stage::End, Bytes::from_static(b".\r\n"));
    }

    pub(super) fn answered_end(&mut self, reply: Reply) {
        match (&mut self.phase, reply.class()) {
            (_, Class::GoOn) => self.out_of_step(Stage::End, reply),
            // The answer to a lone dot says nothing about a message.
            (Phase::Envelope(_), _) => self.pump(),
            (_, Class::Done) => {
                self.phase = Phase::Ready;
                self.event(Event::Done(reply));
            }
            (_, Class::Transient | Class::Permanent) => {
                self.phase = Phase::Ready;
                self.fail(Stage::End, Cause::Refused(reply));
            }
        }
    }
}

impl Envelope {
    fn command(&self) -> Option<(Stage, Command)> {
        Some(match self.next {
            Step::Rset => (Stage::Rset, Command::Rset),
            Step::Mail => (Stage::Mail, self.mail.clone()),
            Step::Rcpt(index) => (Stage::Rcpt(index), self.transaction.rcpt(index)?),
            Step::Data => (Stage::Data, Command::Data),
            Step::Over => return None,
        })
    }

    fn advance(&mut self) {
        let recipients = self.transaction.to.len();
        self.next = match self.next {
            Step::Rset => Step::Mail,
            Step::Mail => Step::Rcpt(0),
            Step::Rcpt(index) if index + 1 < recipients => Step::Rcpt(index + 1),
            Step::Rcpt(_) => Step::Data,
            Step::Data | Step::Over => Step::Over,
        };
    }

    /// The first reason counts.
    fn fail(&mut self, at: Stage, cause: Cause) {
        self.failed.get_or_insert((at, cause));
    }

    /// Why the transaction is over, when nothing is in flight.
    fn verdict(&mut self) -> Option<(Stage, Cause)> {
        if self.next == Step::Data && self.accepted == 0 {
            self.fail(Stage::Data, Cause::NoRecipients);
        }
        self.failed.take()
    }
}
