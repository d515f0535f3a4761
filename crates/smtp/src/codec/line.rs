//! Framing of command lines (RFC 5321 §2.3.8).
//!
//! A boundary is found before any grammar looks at the octets. Only CRLF ends a line; a line with a
//! bare CR, a bare LF or a NUL, and one that is too long, is one item and never reaches the grammar.

use bytes::{Buf, Bytes, BytesMut};
use memchr::{memchr, memchr3};

/// Most octets of a command line with its CRLF (RFC 5321 §4.5.3.1.4).
pub const COMMAND_LINE: usize = 512;
/// Most octets of a refused line that are skipped in search of its CRLF.
pub const LINE_DISCARD: u64 = 64 * 1024;

/// What a [`LineDecoder`] found. A faulty line is told as soon as its fault is certain, once, and
/// skipped to its CRLF.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineItem {
    /// A clean line without its CRLF.
    Line(Bytes),
    /// The line is longer than the limit.
    TooLong {
        /// The limit, with CRLF.
        limit: usize,
    },
    /// The line holds what no line may hold.
    Broken(LineFault),
    /// A refused line went on for longer than is skipped; the stream is of no more use.
    Endless,
}

/// An octet that may not stand in a line, and its offset there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    /// LF without CR before it.
    #[error("bare LF at octet {at}")]
    BareLf {
        /// Its offset.
        at: usize,
    },
    /// CR without LF behind it.
    #[error("bare CR at octet {at}")]
    BareCr {
        /// Its offset.
        at: usize,
    },
    /// NUL.
    #[error("NUL at octet {at}")]
    Nul {
        /// Its offset.
        at: usize,
    },
}

/// Cuts a stream into lines.
#[derive(Clone, Debug)]
pub struct LineDecoder {
    limit: usize,
    discard: u64,
    ended: u64,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// The first `scanned` octets of the buffer hold nothing of interest.
    Reading { scanned: usize },
    /// Skipping a refused line.
    Skipping { skipped: u64, after_cr: bool },
}

impl Default for LineDecoder {
    fn default() -> Self {
        Self::new(COMMAND_LINE, LINE_DISCARD)
    }
}

impl LineDecoder {
    /// Lines of at most `limit` octets with CRLF; of a refused line at most `discard` are skipped.
    #[must_use]
    pub const fn new(limit: usize, discard: u64) -> Self {
        Self { limit, discard, ended: 0, state: State::Reading { scanned: 0 } }
    }

    /// Changes the limit from the next line on; a line that has begun to be skipped stays refused.
    pub const fn set_limit(&mut self, limit: usize) {
        if limit != self.limit {
            self.limit = limit;
            if let State::Reading { scanned } = &mut self.state {
                *scanned = 0;
            }
        }
    }

    /// How many lines have ended so far, good and refused ones.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.ended
    }

    /// Whether a refused line is still being skipped.
    #[must_use]
    pub const fn is_skipping(&self) -> bool {
        matches!(self.state, State::Skipping { .. })
    }

    /// The next item, or `None` until more octets come. Only the octets of the item leave `rx`.
    pub fn next(&mut self, rx: &mut BytesMut) -> Option<LineItem> {
        if let Some(item) = self.skip_refused(rx) {
            return Some(item);
        }
        match self.state {
            State::Reading { scanned } => self.read(rx, scanned),
            State::Skipping { .. } => None,
        }
    }

    /// Skips what is left of a refused line, so that `rx` begins with the next one unless
    /// [`is_skipping`](Self::is_skipping); only [`LineItem::Endless`] can come of it.
    pub fn skip_refused(&mut self, rx: &mut BytesMut) -> Option<LineItem> {
        match self.state {
            State::Skipping { skipped, after_cr } => self.skip(rx, skipped, after_cr),
            State::Reading { .. } => None,
        }
    }

    fn read(&mut self, rx: &mut BytesMut, scanned: usize) -> Option<LineItem> {
        // The limit is one of the line, not of what happens to be in the buffer.
        let window = rx.get(..self.limit).unwrap_or(rx);
        let full = window.len() == self.limit;
        let mut from = scanned;
        let hit = memchr3(b'\r', b'\n', 0, window.get(from..).unwrap_or_default());
        if let Some(at) = hit.map(|h| h + from) {
            match (window.get(at), window.get(at + 1)) {
                (Some(b'\r'), Some(b'\n')) => return Some(self.line(rx, at)),
                (Some(b'\r'), Some(_)) => return Some(self.broken(rx, LineFault::BareCr { at })),
                (Some(b'\n'), _) => return Some(self.broken(rx, LineFault::BareLf { at })),
                (Some(0), _) => return Some(self.broken(rx, LineFault::Nul { at })),
                _ => from = at,
            }
        } else {
            from = window.len();
        }
        if full {
            let after_cr = window.last() == Some(&b'\r');
            self.skip_from(rx, self.limit, after_cr);
            return Some(LineItem::TooLong { limit: self.limit });
        }
        self.state = State::Reading { scanned: from };
        None
    }

    fn line(&mut self, rx: &mut BytesMut, len: usize) -> LineItem {
        self.end();
        let line = rx.split_to(len).freeze();
        rx.advance(2);
        LineItem::Line(line)
    }

    const fn end(&mut self) {
        self.ended = self.ended.wrapping_add(1);
        self.state = State::Reading { scanned: 0 };
    }

    fn broken(&mut self, rx: &mut BytesMut, fault: LineFault) -> LineItem {
        let (LineFault::BareLf { at } | LineFault::BareCr { at } | LineFault::Nul { at }) = fault;
        self.skip_from(rx, at + 1, false);
        LineItem::Broken(fault)
    }

    fn skip_from(&mut self, rx: &mut BytesMut, octets: usize, after_cr: bool) {
        rx.advance(octets.min(rx.len()));
        self.state = State::Skipping { skipped: count(octets), after_cr };
    }

    /// Skips to behind the CRLF of a refused line.
    fn skip(
        &mut self,
        rx: &mut BytesMut,
        mut skipped: u64,
        mut after_cr: bool,
    ) -> Option<LineItem> {
        while let Some(lf) = memchr(b'\n', rx) {
            let ends = match lf.checked_sub(1) {
                Some(before) => rx.get(before) == Some(&b'\r'),
                None => after_cr,
            };
            rx.advance(lf + 1);
            skipped = skipped.saturating_add(count(lf + 1));
            after_cr = false;
            if ends && skipped <= self.discard {
                self.end();
                return None;
            }
        }
        if let Some(last) = rx.last() {
            after_cr = *last == b'\r';
        }
        skipped = skipped.saturating_add(count(rx.len()));
        rx.clear();
        self.state = State::Skipping { skipped, after_cr };
        (skipped > self.discard).then_some(LineItem::Endless)
    }
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
