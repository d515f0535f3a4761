//! The message itself, and what the server says of it.

use super::body::Ready;
use super::config::Dialect;
use super::connection::{Connection, Phase};
use super::event::{Cause, Event, NotReady, Stage};
use super::log::Said;
use crate::codec::data::BareLineEnding;
use crate::command::{Chunk, Command};
use crate::value::Instant;
use crate::value::reply::{Class, Reply};
use bytes::Bytes;

impl Connection {
    /// A chunk of the message, with CRLF line ends unless it is BINARYMIME. It is sent as it is, not
    /// copied; behind DATA, dots are put between. Pass small enough chunks that each is written within
    /// [`Timeouts::block`].
    ///
    /// [`Timeouts::block`]: super::Timeouts::block
    ///
    /// # Errors
    /// [`NotReady::NoBodyWanted`], also when the server refused an earlier chunk; or
    /// [`NotReady::Content`] when the chunk holds a bare CR or LF and the configuration does not say to
    /// normalise. Then the connection has ended, because a message that has begun cannot be taken back
    /// otherwise.
    pub fn body(&mut self, now: Instant, chunk: Bytes) -> Result<(), NotReady> {
        self.now = now;
        let Phase::Body(body) = &mut self.phase else {
            return Err(NotReady::NoBodyWanted);
        };
        match body.push(chunk) {
            Ok(ready) => self.send_ready(ready, Chunk::More),
            Err(bare) => return Err(self.unsendable(bare)),
        }
        Ok(())
    }

    /// The message is complete.
    ///
    /// # Errors
    /// As [`body`](Self::body).
    pub fn body_end(&mut self, now: Instant) -> Result<(), NotReady> {
        self.now = now;
        let Phase::Body(body) = &mut self.phase else {
            return Err(NotReady::NoBodyWanted);
        };
        let ready = match body.finish() {
            Ok(ready) => ready,
            Err(bare) => return Err(self.unsendable(bare)),
        };
        let octets = body.octets();
        self.note(Said::Body { octets });
        self.send_ready(ready, Chunk::Last);
        match self.config.dialect {
            Dialect::Smtp => {
                self.phase = Phase::Ending;
                self.await_replies(&[Stage::End]);
            }
            // RFC 2033 §4.2: "one reply for each previously successful RCPT command [...] in the order
            // that the RCPT commands were issued".
            Dialect::Lmtp => {
                self.phase = Phase::Delivering { taken: None };
                let stages: Vec<_> = self.accepted.drain(..).map(Stage::Delivery).collect();
                self.await_replies(&stages);
            }
        }
        Ok(())
    }

    fn unsendable(&mut self, bare: BareLineEnding) -> NotReady {
        self.end(super::End::Content(bare));
        bare.into()
    }

    fn send_ready(&mut self, ready: Ready, chunk: Chunk) {
        if let Some(octets) = ready.chunk {
            let line = Command::Bdat { octets, chunk }.encode();
            match chunk {
                Chunk::More => self.send_encoded(Stage::Chunk, line),
                // Its replies are those of the message.
                Chunk::Last => self.send_last(&line),
            }
        }
        self.send_body(ready.parts);
    }

    /// RFC 3030 §2: a chunk that is not the last has its reply, and after a refusal all others are refused.
    pub(super) fn answered_chunk(&mut self, reply: Reply) {
        match (reply.class(), &self.phase) {
            (Class::GoOn, _) => self.out_of_step(Stage::Chunk, reply),
            (Class::Done, _) => {}
            (_, Phase::GivingUp { .. }) => self.give_up(),
            (Class::Transient | Class::Permanent, _) => {
                let cause = Cause::Refused(reply);
                self.phase = Phase::GivingUp { at: Stage::Chunk, cause };
                self.give_up();
            }
        }
    }

    /// Fails the transaction when no more replies to it are owed.
    fn give_up(&mut self) {
        if self.flight.is_empty()
            && let Phase::GivingUp { at, cause } = std::mem::replace(&mut self.phase, Phase::Ready)
        {
            self.fail(at, cause);
        }
    }

    pub(super) fn answered_end(&mut self, reply: Reply) {
        match (&mut self.phase, reply.class()) {
            (_, Class::GoOn) => self.out_of_step(Stage::End, reply),
            // The answer to a lone dot says nothing about a message.
            (Phase::Envelope(_), _) => self.pump(),
            // A message of which a part was refused cannot have been taken.
            (Phase::GivingUp { .. }, Class::Done) => self.out_of_step(Stage::End, reply),
            (Phase::GivingUp { .. }, _) => self.give_up(),
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

    pub(super) fn answered_delivery(&mut self, index: usize, reply: Reply) {
        let at = Stage::Delivery(index);
        match (&mut self.phase, reply.class()) {
            (_, Class::GoOn) | (Phase::GivingUp { .. }, Class::Done) => self.out_of_step(at, reply),
            (Phase::GivingUp { .. }, _) => self.give_up(),
            (Phase::Delivering { taken }, class) => {
                if class == Class::Done {
                    taken.get_or_insert_with(|| reply.clone());
                }
                let taken = taken.clone();
                self.event(Event::Delivered { index, reply: reply.clone() });
                if self.flight.is_empty() {
                    self.phase = Phase::Ready;
                    match taken {
                        Some(taken) => self.event(Event::Done(taken)),
                        None => self.fail(at, Cause::Refused(reply)),
                    }
                }
            }
            _ => self.out_of_step(at, reply),
        }
    }
}
