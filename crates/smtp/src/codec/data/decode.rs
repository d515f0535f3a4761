//! Content from the wire: slices of the read buffer, transparency dots removed.

use super::stats::BodyStats;
use bytes::{Buf, Bytes, BytesMut};
use memchr::memchr3;

/// What a [`DataDecoder`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataItem {
    /// Content: a slice of the read buffer, never empty.
    Body(Bytes),
    /// CRLF `.` CRLF was read.
    End(BodyStats),
}

/// Reads the content behind DATA. It starts anew after each [`DataItem::End`].
///
/// At most two octets stay in the buffer that are not yet known to be content: a dot, and a CR behind
/// it, at the start of a line.
#[derive(Clone, Debug)]
pub struct DataDecoder {
    place: Place,
    /// The last two octets taken from the wire, newest last.
    tail: [u8; 2],
    /// Octets taken from the wire.
    wire: u64,
    /// `stats.octets` where the current line began.
    line: u64,
    stats: BodyStats,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Behind a CRLF, or at the first octet.
    LineStart,
    Middle,
    AfterCr,
}

impl Default for DataDecoder {
    fn default() -> Self {
        Self {
            place: Place::LineStart,
            // RFC 5321 §4.1.1.4: the CRLF of the DATA line is the one before the first dot.
            tail: *b"\r\n",
            wire: 0,
            line: 0,
            stats: BodyStats::default(),
        }
    }
}

impl DataDecoder {
    /// A decoder at the first octet behind the 354.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was seen so far.
    #[must_use]
    pub const fn stats(&self) -> &BodyStats {
        &self.stats
    }

    /// Octets taken from the wire so far, dots included.
    #[must_use]
    pub const fn wire_octets(&self) -> u64 {
        self.wire
    }

    /// The next item with at most `max` octets of content (at least 1), or `None` until more octets
    /// come.
    pub fn next(&mut self, rx: &mut BytesMut, max: usize) -> Option<DataItem> {
        if self.place == Place::LineStart {
            match rx.as_ref() {
                [] | [b'.'] | [b'.', b'\r'] => return None,
                [b'.', b'\r', b'\n', ..] => {
                    rx.advance(3);
                    return Some(DataItem::End(std::mem::take(self).stats));
                }
                // RFC 5321 §4.5.2: "If the first character is a period and there are other
                // characters on the line, the first character is deleted."
                [b'.', ..] => {
                    rx.advance(1);
                    self.took(b".");
                    self.place = Place::Middle;
                }
                _ => {}
            }
        }
        if rx.is_empty() {
            return None;
        }
        let len = self.scan(rx.get(..max.max(1)).unwrap_or(rx));
        let body = rx.split_to(len.min(rx.len())).freeze();
        self.took(&body);
        self.count_body(&body);
        Some(DataItem::Body(body))
    }

    /// How many octets of `window` are content without a dot to remove; moves `place` behind them.
    fn scan(&mut self, window: &[u8]) -> usize {
        let mut at = 0;
        loop {
            let rest = window.get(at..).unwrap_or_default();
            match (self.place, rest.first()) {
                (_, None) => return window.len(),
                (Place::LineStart, Some(b'.')) => return at,
                (Place::AfterCr, Some(b'\n')) => {
                    self.see_near_end(window, at);
                    at += 1;
                    self.end_line(at);
                    continue;
                }
                (Place::AfterCr, Some(_)) => {
                    let offset = self.offset(at).saturating_sub(1);
                    self.stats.bare_cr.see(offset);
                }
                (Place::LineStart | Place::Middle, Some(_)) => {}
            }
            self.place = Place::Middle;
            let Some(hit) = memchr3(b'\r', b'\n', 0, rest) else {
                return window.len();
            };
            at += hit;
            self.see(window, at);
            at += 1;
        }
    }

    /// Takes note of the CR, LF or NUL at `at`.
    fn see(&mut self, window: &[u8], at: usize) {
        match window.get(at) {
            Some(b'\r') => {
                self.place = Place::AfterCr;
                self.see_near_end(window, at);
            }
            Some(b'\n') => {
                self.stats.bare_lf.see(self.offset(at));
                self.see_near_end(window, at);
            }
            _ => self.stats.nul.see(self.offset(at)),
        }
    }

    /// A dot between a line end of any kind and the CR or LF at `at`. The real end never comes here.
    fn see_near_end(&mut self, window: &[u8], at: usize) {
        let before = |back: usize| match at.checked_sub(back) {
            Some(index) => window.get(index).copied(),
            None => (2 + at).checked_sub(back).and_then(|i| self.tail.get(i).copied()),
        };
        if before(1) == Some(b'.') && matches!(before(2), Some(b'\r' | b'\n')) {
            self.stats.near_end.see(self.offset(at).saturating_sub(1));
        }
    }

    fn offset(&self, at: usize) -> u64 {
        self.wire.saturating_add(count(at))
    }

    fn end_line(&mut self, at: usize) {
        self.place = Place::LineStart;
        let end = self.stats.octets.saturating_add(count(at));
        let length = end.saturating_sub(self.line);
        self.stats.longest_line = self.stats.longest_line.max(length);
        self.line = end;
    }

    fn took(&mut self, octets: &[u8]) {
        self.tail = match (octets, self.tail) {
            ([.., a, b], _) => [*a, *b],
            ([b], [_, a]) => [a, *b],
            ([], tail) => tail,
        };
        self.wire = self.offset(octets.len());
    }

    fn count_body(&mut self, body: &[u8]) {
        self.stats.octets = self.stats.octets.saturating_add(count(body.len()));
        self.stats.eight_bit |= !body.is_ascii();
        if self.place != Place::LineStart {
            let length = self.stats.octets.saturating_sub(self.line);
            self.stats.longest_line = self.stats.longest_line.max(length);
        }
    }
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
