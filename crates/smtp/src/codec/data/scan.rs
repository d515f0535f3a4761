//! One pass over content: where lines end, and what looks like a line end and is none.
//!
//! Content is looked at in blocks. A block in which every CR and LF is half of a CRLF, no line begins
//! with a dot and no octet is NUL is passed as a whole, by a loop without branches that compilers
//! make vector instructions of; all others go octet by octet from one CR, LF or NUL to the next.

use super::stats::BodyStats;
use crate::server::TEXT_LINE;
use memchr::{memchr, memchr3, memrchr};

/// Octets that are passed at once; not above [`TEXT_LINE`], so that only the first line of a block can
/// be a long one.
const BLOCK: usize = 992;
/// Octets that are looked at closely when there is something to see.
const SPOT: usize = 64;

/// Whether a dot that begins a line stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) enum Dots {
    /// It is put there for transparency, and the scan stops before it (RFC 5321 §4.5.2).
    Stuffed,
    /// It is content (RFC 3030 §2).
    Plain,
}

/// Where the next octet stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::codec) enum Place {
    /// Behind a CRLF, or at the first octet.
    LineStart,
    Middle,
    AfterCr,
}

/// What is known of the content so far.
#[derive(Clone, Debug)]
pub(in crate::codec) struct Scanner {
    pub(in crate::codec) place: Place,
    /// The last two octets taken from the wire, newest last.
    tail: [u8; 2],
    /// Octets taken from the wire.
    wire: u64,
    /// `stats.octets` where the current line began.
    line: u64,
    /// `wire` where the last block ends that could not be passed. Until then nothing is tried again,
    /// so that no octet is looked at more than twice, whatever the content.
    close: u64,
    pub(in crate::codec) stats: BodyStats,
}

impl Default for Scanner {
    fn default() -> Self {
        Self {
            place: Place::LineStart,
            // RFC 5321 §4.1.1.4: the CRLF of the DATA line is the one before the first dot.
            tail: *b"\r\n",
            wire: 0,
            line: 0,
            close: 0,
            stats: BodyStats::default(),
        }
    }
}

impl Scanner {
    pub(in crate::codec) const fn stats(&self) -> &BodyStats {
        &self.stats
    }

    /// Octets taken from the wire.
    pub(in crate::codec) const fn wire(&self) -> u64 {
        self.wire
    }

    /// No more content comes, so that a CR at its end is alone.
    pub(in crate::codec) fn finish(mut self) -> BodyStats {
        if self.place == Place::AfterCr {
            let offset = self.offset(0).saturating_sub(1);
            self.stats.bare_cr.see(offset);
        }
        self.stats
    }

    /// Takes a dot that is not content.
    pub(in crate::codec) fn skip_dot(&mut self) {
        self.took(b".");
        self.place = Place::Middle;
    }

    /// How many octets at the start of `window` are content without a dot to remove. They are
    /// counted, and must be taken.
    pub(in crate::codec) fn scan(&mut self, window: &[u8], dots: Dots) -> usize {
        let mut at = 0;
        while let Some(rest) = window.get(at..).filter(|rest| !rest.is_empty()) {
            let block = rest.get(..BLOCK).unwrap_or(rest);
            if self.wire >= self.close {
                if self.pass(block) {
                    at += block.len();
                    continue;
                }
                self.close = self.offset(block.len());
            }
            let spot = block.get(..SPOT).unwrap_or(block);
            let len = self.look(spot, dots);
            at += len;
            if len < spot.len() {
                break;
            }
        }
        at
    }

    /// Takes a block in which there is nothing to see; `false` if there is.
    fn pass(&mut self, block: &[u8]) -> bool {
        let [before, last] = self.tail;
        // What follows such a dot decides what it was.
        let dot_alone = last == b'.' && matches!(before, b'\r' | b'\n');
        let Some(seen) = glance(last, block).filter(|_| !dot_alone) else {
            return false;
        };
        self.stats.eight_bit |= seen >= 0x80;
        let start = self.stats.octets;
        if let Some(first) = memchr(b'\n', block) {
            self.end_line(start.saturating_add(count(first + 1)));
        }
        if let Some(last) = memrchr(b'\n', block) {
            self.line = start.saturating_add(count(last + 1));
        }
        self.place = match block.last() {
            Some(b'\r') => Place::AfterCr,
            // In such a block every LF ends a line.
            Some(b'\n') => Place::LineStart,
            _ => Place::Middle,
        };
        self.count(block);
        true
    }

    /// Looks at every CR, LF and NUL of `spot`; returns how much of it was taken.
    fn look(&mut self, spot: &[u8], dots: Dots) -> usize {
        let len = self.walk(spot, dots);
        let taken = spot.get(..len).unwrap_or(spot);
        self.stats.eight_bit |= !taken.is_ascii();
        self.count(taken);
        len
    }

    fn walk(&mut self, spot: &[u8], dots: Dots) -> usize {
        let mut at = 0;
        loop {
            let rest = spot.get(at..).unwrap_or_default();
            match (self.place, rest.first()) {
                (_, None) => return spot.len(),
                (Place::LineStart, Some(b'.')) if dots == Dots::Stuffed => return at,
                (Place::AfterCr, Some(b'\n')) => {
                    self.see_near_end(spot, at);
                    at += 1;
                    self.place = Place::LineStart;
                    self.end_line(self.stats.octets.saturating_add(count(at)));
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
                return spot.len();
            };
            at += hit;
            self.see(spot, at);
            at += 1;
        }
    }

    /// Takes note of the CR, LF or NUL at `at`.
    fn see(&mut self, spot: &[u8], at: usize) {
        match spot.get(at) {
            Some(b'\r') => {
                self.place = Place::AfterCr;
                self.see_near_end(spot, at);
            }
            Some(b'\n') => {
                self.stats.bare_lf.see(self.offset(at));
                self.see_near_end(spot, at);
            }
            _ => self.stats.nul.see(self.offset(at)),
        }
    }

    /// A dot between a line end of any kind and the CR or LF at `at`. The real end never comes here.
    fn see_near_end(&mut self, spot: &[u8], at: usize) {
        let before = |back: usize| match at.checked_sub(back) {
            Some(index) => spot.get(index).copied(),
            None => (2 + at).checked_sub(back).and_then(|i| self.tail.get(i).copied()),
        };
        if before(1) == Some(b'.') && matches!(before(2), Some(b'\r' | b'\n')) {
            self.stats.near_end.see(self.offset(at).saturating_sub(1));
        }
    }

    fn offset(&self, at: usize) -> u64 {
        self.wire.saturating_add(count(at))
    }

    /// A line ends before this offset of the content.
    fn end_line(&mut self, end: u64) {
        self.see_length(end.saturating_sub(self.line));
        self.line = end;
    }

    fn see_length(&mut self, octets: u64) {
        if octets > TEXT_LINE {
            self.stats.long_line = self.stats.long_line.max(Some(octets));
        }
    }

    fn took(&mut self, octets: &[u8]) {
        self.tail = match (octets, self.tail) {
            ([.., a, b], _) => [*a, *b],
            ([b], [_, a]) => [a, *b],
            ([], tail) => tail,
        };
        self.wire = self.offset(octets.len());
    }

    fn count(&mut self, content: &[u8]) {
        self.took(content);
        self.stats.octets = self.stats.octets.saturating_add(count(content.len()));
        // A line that has not ended is already as long as it is.
        self.see_length(self.stats.octets.saturating_sub(self.line));
    }
}

/// The bits of all octets of a block, if there is nothing in it to look at closely; `before` stands
/// before it. Not inlined, because what surrounds it keeps compilers from making vectors of it.
#[inline(never)]
fn glance(before: u8, block: &[u8]) -> Option<u8> {
    const LANES: usize = 32;
    let (first, behind) = block.split_first()?;
    let ahead = block.get(..behind.len())?;
    let (pairs, rest) = (ahead.as_chunks::<LANES>(), behind.as_chunks::<LANES>());
    let (mut odd, mut least, mut all) = ([0; LANES], [u8::MAX; LANES], [0; LANES]);
    for (a, b) in pairs.0.iter().zip(rest.0) {
        odd.iter_mut().zip(a).zip(b).for_each(|((odd, a), b)| *odd |= is_odd(*a, *b));
        least.iter_mut().zip(b).for_each(|(least, b)| *least = (*least).min(*b));
        all.iter_mut().zip(b).for_each(|(all, b)| *all |= *b);
    }
    let mut odd = odd.iter().fold(is_odd(before, *first), |x, y| x | y);
    let mut least = least.iter().fold(*first, |x, y| x.min(*y));
    let mut all = all.iter().fold(*first, |x, y| x | y);
    for (a, b) in pairs.1.iter().zip(rest.1) {
        odd |= is_odd(*a, *b);
        least = least.min(*b);
        all |= b;
    }
    (odd == 0 && least > 0).then_some(all)
}

/// 1 for half a CRLF and for a dot that begins a line. Behind a bare CR nothing else is looked for.
const fn is_odd(a: u8, b: u8) -> u8 {
    (bit(a == b'\r') ^ bit(b == b'\n')) | (bit(a == b'\n') & bit(b == b'.'))
}

const fn bit(set: bool) -> u8 {
    if set { 1 } else { 0 }
}

fn count(octets: usize) -> u64 {
    u64::try_from(octets).unwrap_or(u64::MAX)
}
