//! A transaction until its message is wanted: MAIL, RCPT and DATA in as few round trips as the server
//! allows (RFC 2920). With chunks (RFC 3030) there is no DATA, and no round trip for it.

use super::body::{Body, Framing};
use super::capabilities::Extension;
use super::config::{Chunking, Dialect};
use super::connection::{Connection, Phase};
use super::event::{Cause, Event, NotReady, Stage};
use super::log::Said;
use super::transaction::Transaction;
use crate::command::Command;
use crate::value::reply::{Class, Code, Reply};
use crate::value::{BodyType, Instant};
use bytes::Bytes;

/// A transaction under way.
#[derive(Debug)]
pub(super) struct Envelope {
    transaction: Transaction,
    mail: Command,
    framing: Framing,
    next: Step,
    /// Which recipients the server accepted.
    accepted: Vec<usize>,
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
    /// None: DATA has been sent, or the message goes in chunks.
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
    /// [`NotReady`] when another step is under way, there are no recipients, or the server takes no more
    /// messages.
    pub fn submit(&mut self, now: Instant, transaction: Transaction) -> Result<(), NotReady> {
        self.ready(now)?;
        if transaction.to.is_empty() {
            return Err(NotReady::NoRecipients);
        }
        if self.messages_left() == Some(0) {
            let max = self.transactions;
            return Err(NotReady::MailLimit { max });
        }
        if let Err(unmet) = transaction.check(&self.capabilities, self.tls.as_ref()) {
            self.fail(Stage::Mail, Cause::Unmet(unmet));
            return Ok(());
        }
        self.transactions = self.transactions.saturating_add(1);
        let next = if self.needs_rset { Step::Rset } else { Step::Mail };
        self.needs_rset = true;
        self.phase = Phase::Envelope(Box::new(Envelope {
            mail: transaction.mail(&self.capabilities),
            framing: self.framing(transaction.body),
            transaction,
            next,
            accepted: Vec::new(),
            failed: None,
        }));
        self.pump();
        Ok(())
    }

    fn framing(&self, body: BodyType) -> Framing {
        let chunks =
            self.config.chunking == Chunking::WhenOffered && self.capabilities.takes_chunks();
        // RFC 3030 §3: "BINARYMIME cannot be used with the DATA command."
        match chunks || body == BodyType::BinaryMime {
            true => Framing::Chunks,
            false => Framing::Data,
        }
    }

    /// Sends what may be sent now, and finishes when nothing is owed any more.
    pub(super) fn pump(&mut self) {
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
            if idle && envelope.next == Step::Over {
                return self.begin_body();
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
            if reply.is_done() {
                envelope.accepted.push(index);
            }
            self.event(Event::Rcpt { index, reply });
        }
        self.pump();
    }

    pub(super) fn answered_data(&mut self, reply: Reply) {
        match (reply.class(), &mut self.phase) {
            (Class::GoOn, _) if reply.code() == Code::START_MAIL => return self.wanted(reply),
            (Class::Transient | Class::Permanent, Phase::Envelope(envelope)) => {
                // When every recipient was refused, that is the reason, not what DATA is told of it.
                let cause = match envelope.accepted.is_empty() {
                    true => Cause::NoRecipients,
                    false => Cause::Refused(reply),
                };
                envelope.fail(Stage::Data, cause);
            }
            _ => return self.out_of_step(Stage::Data, reply),
        }
        self.pump();
    }

    /// The server said 354. Without a recipient the message is nobody's; a lone dot brings the server back to
    /// commands (RFC 2920 §3.1).
    fn wanted(&mut self, reply: Reply) {
        let Phase::Envelope(envelope) = &mut self.phase else {
            return self.out_of_step(Stage::Data, reply);
        };
        if envelope.failed.is_none() && !envelope.accepted.is_empty() {
            return self.begin_body();
        }
        // RFC 2033 §4.2: without a recipient "the DATA command MUST fail"; how many replies such a server
        // gives to the end cannot be known.
        if self.config.dialect == Dialect::Lmtp {
            return self.out_of_step(Stage::Data, reply);
        }
        envelope.fail(Stage::Data, Cause::NoRecipients);
        self.note(Said::Body { octets: 3 });
        self.send_line(Stage::End, Bytes::from_static(b".\r\n"));
    }

    fn begin_body(&mut self) {
        let Phase::Envelope(envelope) = &mut self.phase else {
            return;
        };
        let accepted = std::mem::take(&mut envelope.accepted);
        let content = envelope.transaction.body;
        let body = Body::new(envelope.framing, content, self.config.line_endings);
        self.phase = Phase::Body(Box::new(body));
        self.accepted = accepted;
        self.event(Event::WantBody);
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
            Step::Rcpt(_) if self.framing == Framing::Data => Step::Data,
            Step::Rcpt(_) => Step::Over,
            Step::Data | Step::Over => Step::Over,
        };
    }

    /// The first reason counts.
    fn fail(&mut self, at: Stage, cause: Cause) {
        self.failed.get_or_insert((at, cause));
    }

    /// Why the transaction is over, when nothing is in flight.
    fn verdict(&mut self) -> Option<(Stage, Cause)> {
        if matches!(self.next, Step::Data | Step::Over) && self.accepted.is_empty() {
            self.fail(Stage::Data, Cause::NoRecipients);
        }
        self.failed.take()
    }
}
