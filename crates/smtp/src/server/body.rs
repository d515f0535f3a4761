//! Content behind DATA: told in slices, judged at its end.

use super::clock::Timer;
use super::config::{LongLine, OnFault};
use super::connection::Connection;
use super::event::Event;
use super::rules;
use super::state::{Ask, Fate, State};
use crate::codec::data::{BodyStats, DataItem, Sightings};
use crate::rule::Why;
use crate::value::BodyType;
use crate::value::reply::standard;
use bytes::BytesMut;

/// How many octets are skipped at a time; only the count of them matters.
const SKIP: usize = 64 * 1024;

impl Connection {
    /// Takes some content; `false` when more octets are needed.
    pub(super) fn read_body(&mut self, rx: &mut BytesMut) -> bool {
        let (limit, window) = (self.cfg.limits.message, self.window());
        let State::Data(body) = &mut self.state else {
            return false;
        };
        let (before, since) = (rx.len(), body.decoder.wire_octets());
        let room = usize::try_from(limit.saturating_sub(body.decoder.stats().octets));
        let max = match body.fate {
            // Up to the limit exactly, so that what is told does not depend on how it was read.
            Fate::Delivered => room.unwrap_or(window).min(window),
            Fate::Discarded { .. } => SKIP,
        };
        let item = body.decoder.next(rx, max);
        let wire = body.decoder.wire_octets();
        let fate = body.fate;
        if rx.len() != before {
            self.clock.stop(Timer::BodyIdle);
        }
        match (item, fate) {
            (None, _) => return false,
            (Some(DataItem::End(stats)), Fate::Delivered) => self.end_body(stats),
            (Some(DataItem::End(_)), Fate::Discarded { .. }) => self.end_discarded(),
            (Some(DataItem::Body(_)), Fate::Delivered) if max == 0 => {
                self.discard(since);
                self.check_discard(wire, since);
            }
            (Some(DataItem::Body(octets)), Fate::Delivered) => {
                self.flow.unconsumed = self.flow.unconsumed.saturating_add(octets.len());
                self.out.tell(Event::Body(octets));
            }
            (Some(DataItem::Body(_)), Fate::Discarded { since }) => self.check_discard(wire, since),
        }
        true
    }

    /// The content is over its limit: the application hears of it now, the client at the end.
    fn discard(&mut self, since: u64) {
        if let State::Data(body) = &mut self.state {
            body.fate = Fate::Discarded { since };
        }
        self.abort(&self.why(rules::SIZE));
    }

    fn check_discard(&mut self, wire: u64, since: u64) {
        if wire.saturating_sub(since) > self.cfg.limits.message_discard {
            let why = self.why(rules::BODY_DISCARD);
            self.close(Some(standard::TOO_MUCH.into()), why);
        }
    }

    fn end_discarded(&mut self) {
        self.state = State::Command;
        self.reply_each(&standard::TOO_BIG.into(), &self.why(rules::SIZE));
        self.leave();
    }

    pub(super) fn end_body(&mut self, stats: BodyStats) {
        self.state = State::Command;
        match self.body_fault(&stats) {
            None => self.ask(Ask::End, |ticket| Event::End { ticket, stats }),
            Some(why) => {
                self.abort(&why);
                let detail = why.detail.clone().unwrap_or_default();
                self.reply_each(&standard::BAD_BODY.because(&detail), &why);
                self.leave();
            }
        }
    }

    /// What the policy does not bear.
    fn body_fault(&self, stats: &BodyStats) -> Option<Why> {
        // RFC 3030 §3: binary content has no lines.
        let body = self.session.transaction.as_ref().and_then(|t| t.body);
        if body == Some(BodyType::BinaryMime) {
            return None;
        }
        let policy = self.cfg.wire;
        let refused = |seen: &Sightings, on: OnFault, name: &'static str| match on {
            OnFault::Reject => seen.first.map(|at| (at, name)),
            OnFault::Keep => None,
        };
        let faults = [
            refused(&stats.bare_cr, policy.bare_cr, "bare CR"),
            refused(&stats.bare_lf, policy.bare_lf, "bare LF"),
            refused(&stats.nul, policy.nul, "NUL"),
        ];
        if let Some((at, name)) = faults.into_iter().flatten().min() {
            let detail = format_args!("{name} at octet {at}").to_string();
            return Some(self.why(rules::BODY_FAULT).detail(&detail));
        }
        if let (LongLine::Reject, Some(octets)) = (policy.long_line, stats.long_line) {
            let detail = format!("line of {octets} octets");
            return Some(self.why(rules::BODY_LONG_LINE).detail(&detail));
        }
        None
    }
}
