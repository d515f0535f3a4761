//! Content in chunks (RFC 3030): in order, counted, and skipped whenever it is refused.

use super::clock::Timer;
use super::config::Offer;
use super::connection::Connection;
use super::event::{Event, Framing};
use super::rules;
use super::state::{Ask, Content, Skip, State};
use crate::codec::bdat::ChunkDecoder;
use crate::command::{Chunk, ParseCommandError as Error};
use crate::rule::{Rule, Why};
use crate::value::Protocol;
use crate::value::reply::standard::{self, Standard};
use crate::value::reply::{Code, Reply};
use bytes::{Buf as _, BytesMut};
use postrider_core::SafeText;

impl Connection {
    /// BDAT, of which `refused` says what stands before every command.
    pub(super) fn bdat(&mut self, octets: u64, chunk: Chunk, refused: Option<(Standard, Rule)>) {
        if !self.offers_chunking() {
            return match refused {
                Some((reply, rule)) => self.refuse_by(reply.into(), rule),
                None => self.refuse_line(&Error::NotImplemented { verb: "BDAT" }),
            };
        }
        if let Some((reply, rule)) = refused.or_else(|| self.chunk_refusal()) {
            return self.skip_fault(octets, reply, rule);
        }
        let chunks = self.session.transaction.as_ref().and_then(|t| t.chunks.as_ref());
        let so_far = chunks.map_or(0, |c| c.stats().octets);
        let begun = chunks.is_some();
        // RFC 3030 §2: the failure of a chunk is one of the message; those that follow find no
        // transaction until RSET, MAIL or EHLO.
        if so_far.saturating_add(octets) > self.cfg.limits.message {
            let why = self.why(rules::SIZE);
            self.abort(&why);
            return self.skip(octets, standard::TOO_BIG.into(), why);
        }
        if begun {
            self.begin_chunk(octets, chunk);
        } else {
            let ask = Ask::Begin(Content::Chunks { octets, chunk });
            self.ask(ask, |ticket| Event::Begin { ticket, framing: Framing::Bdat });
        }
    }

    pub(super) fn offers_chunking(&self) -> bool {
        self.cfg.extensions.chunking == Offer::Yes && self.session.protocol != Some(Protocol::Smtp)
    }

    /// Where the next command begins is not known any more.
    pub(super) fn bad_chunk_size(&mut self) {
        let text = SafeText::display(&Error::ChunkSize);
        let reply = Reply::new(Code::CLOSING.with(5, 4), text);
        self.close(Some(reply), self.why(rules::CHUNK_SIZE));
    }

    fn chunk_refusal(&self) -> Option<(Standard, Rule)> {
        match &self.session.transaction {
            None => Some((standard::WRONG_ORDER, rules::SEQ_MAIL)),
            Some(t) if t.accepted == 0 && t.refused == 0 => {
                Some((standard::WRONG_ORDER, rules::SEQ_RCPT))
            }
            Some(t) if t.accepted == 0 => {
                Some((standard::NO_VALID_RECIPIENTS, rules::NO_RECIPIENTS))
            }
            Some(_) => None,
        }
    }

    pub(super) fn begin_chunks(&mut self, octets: u64, chunk: Chunk) {
        if let Some(transaction) = &mut self.session.transaction {
            transaction.chunks = Some(Box::new(ChunkDecoder::new()));
        }
        self.begin_content();
        self.begin_chunk(octets, chunk);
    }

    fn begin_chunk(&mut self, octets: u64, chunk: Chunk) {
        if let Some(decoder) = self.chunks() {
            decoder.begin(octets);
        }
        self.state = State::Chunk(chunk);
        self.end_chunk(chunk);
    }

    fn chunks(&mut self) -> Option<&mut ChunkDecoder> {
        self.session.transaction.as_mut()?.chunks.as_deref_mut()
    }

    /// Takes some of a chunk; `false` when more octets are needed.
    pub(super) fn read_chunk(&mut self, chunk: Chunk, rx: &mut BytesMut) -> bool {
        let window = self.window();
        let Some(octets) = self.chunks().and_then(|chunks| chunks.next(rx, window)) else {
            return false;
        };
        self.clock.stop(Timer::BodyIdle);
        self.flow.unconsumed = self.flow.unconsumed.saturating_add(octets.len());
        self.out.tell(Event::Body(octets));
        self.end_chunk(chunk);
        true
    }

    /// Ends the chunk if it is complete.
    fn end_chunk(&mut self, chunk: Chunk) {
        if self.chunks().is_some_and(|chunks| chunks.left() > 0) {
            return;
        }
        self.state = State::Command;
        match chunk {
            Chunk::More => {
                let reply = standard::OK.with(SafeText::from_static("chunk received"));
                self.reply(reply, &self.why(rules::CHUNK));
                self.leave();
            }
            Chunk::Last => {
                let chunks = self.session.transaction.as_mut().and_then(|t| t.chunks.take());
                let stats = chunks.map(|chunks| chunks.finish()).unwrap_or_default();
                self.end_body(stats);
            }
        }
    }

    /// Skips a chunk that the client should not have sent.
    fn skip_fault(&mut self, octets: u64, reply: Standard, rule: Rule) {
        self.counts.errors = self.counts.errors.saturating_add(1);
        if self.counts.errors > self.cfg.limits.errors {
            let why = self.why(rules::ERRORS);
            return self.close(Some(standard::TOO_MUCH_JUNK.into()), why);
        }
        self.skip(octets, reply.into(), self.why(rule));
    }

    /// RFC 3030 §2: "the receiver-SMTP MUST accept and discard the associated message data before
    /// sending the appropriate 5XX or 4XX code."
    pub(super) fn skip(&mut self, octets: u64, reply: Reply, why: Why) {
        if octets > self.cfg.limits.message_discard {
            let why = self.why(rules::BODY_DISCARD);
            return self.close(Some(standard::TOO_MUCH.into()), why);
        }
        self.state = State::Skip(Box::new(Skip { left: octets, reply, why }));
        self.end_skip();
    }

    /// Skips some of a refused chunk; `false` when more octets are needed.
    pub(super) fn skip_chunk(&mut self, rx: &mut BytesMut) -> bool {
        let State::Skip(skip) = &mut self.state else {
            return false;
        };
        if rx.is_empty() {
            return false;
        }
        let len = usize::try_from(skip.left).unwrap_or(usize::MAX).min(rx.len());
        rx.advance(len);
        skip.left = skip.left.saturating_sub(u64::try_from(len).unwrap_or(u64::MAX));
        self.clock.stop(Timer::BodyIdle);
        self.end_skip();
        true
    }

    fn end_skip(&mut self) {
        if !matches!(&self.state, State::Skip(skip) if skip.left == 0) {
            return;
        }
        if let State::Skip(skip) = std::mem::replace(&mut self.state, State::Command) {
            self.reply(skip.reply, &skip.why);
            self.leave();
        }
    }
}
