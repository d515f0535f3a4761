//! The inner loop of relaxed body canonicalisation.
//!
//! In text that ends in content the rule is local: *a blank is dropped iff a blank or CRLF follows;
//! a kept TAB becomes SP*. So no state is needed, two octets of look-ahead decide, and 64 octets can
//! be asked at once. Kept runs are gathered in a small staging area and handed over in pieces that
//! the hash likes; the size of that area was measured.

/// Octets asked at once.
const BLOCK: usize = 64;
/// Octets handed over at once; copying the next ones overlaps with hashing these.
const STAGE: usize = 1024;

/// Canonical octets that wait for their hand-over. A block begins below `STAGE` and grows by at most
/// 64 octets, and the last copy of a block may write 64 more.
struct Stage {
    octets: [u8; STAGE + 2 * BLOCK],
    len: usize,
}

/// Emits the relaxed form of `content`, whose last octet is neither white space nor CR nor LF.
pub(super) fn emit_local(content: &[u8], emit: &mut impl FnMut(&[u8])) {
    let mut stage = Stage { octets: [0; STAGE + 2 * BLOCK], len: 0 };
    let mut rest = content;
    while let Some(window) = rest.first_chunk::<{ 2 * BLOCK }>() {
        stage.block(window, u64::MAX);
        if stage.len >= STAGE {
            stage.hand_over(emit);
        }
        rest = rest.get(BLOCK..).unwrap_or_default();
    }
    stage.rest(rest, emit);
    stage.drain(emit);
}

impl Stage {
    /// Takes what is shorter than two blocks, with content behind it to look at.
    fn rest(&mut self, rest: &[u8], emit: &mut impl FnMut(&[u8])) {
        let mut padded = [0; 3 * BLOCK];
        for (to, from) in padded.iter_mut().zip(rest) {
            *to = *from;
        }
        for begun in [0, BLOCK] {
            let left = rest.len().saturating_sub(begun).min(BLOCK);
            let window = padded.get(begun..).and_then(<[u8]>::first_chunk);
            if let Some(window) = window.filter(|_| left > 0) {
                let unused = u32::try_from(BLOCK - left).unwrap_or(0);
                self.block(window, u64::MAX >> unused);
            }
            if self.len >= STAGE {
                self.hand_over(emit);
            }
        }
    }

    /// Takes the first 64 octets of `window`; the other 64 are there to look at, and so that every
    /// copy can have the same size. Of the 64, those in `wanted` count.
    fn block(&mut self, window: &[u8; 2 * BLOCK], wanted: u64) {
        let asked = Asked::of(window);
        let keep = asked.keep & wanted;
        match asked.tabs {
            false => self.keep(window, keep),
            true => self.keep(&window.map(|b| if b == b'\t' { b' ' } else { b }), keep),
        }
    }

    /// Copies the octets whose bit is set in `keep`, run by run, 64 octets each time: what is
    /// copied too much is overwritten by the next run.
    fn keep(&mut self, window: &[u8; 2 * BLOCK], mut keep: u64) {
        let mut at = 0_usize;
        while keep != 0 {
            let skip = keep.trailing_zeros();
            keep >>= skip;
            let run = keep.trailing_ones();
            keep = keep.checked_shr(run).unwrap_or(0);
            at = at.saturating_add(small(skip));
            let from = window.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>);
            let to = self.octets.get_mut(self.len..).and_then(<[u8]>::first_chunk_mut::<BLOCK>);
            if let (Some(from), Some(to)) = (from, to) {
                *to = *from;
            }
            at = at.saturating_add(small(run));
            self.len = self.len.saturating_add(small(run));
        }
    }

    /// Emits `STAGE` octets and moves what is beyond them to the front.
    fn hand_over(&mut self, emit: &mut impl FnMut(&[u8])) {
        let (full, over) = self.octets.split_at_mut(STAGE);
        emit(full);
        if let (Some(front), Some(over)) = (full.first_chunk_mut(), over.first_chunk::<BLOCK>()) {
            *front = *over;
        }
        self.len = self.len.saturating_sub(STAGE);
    }

    fn drain(&mut self, emit: &mut impl FnMut(&[u8])) {
        let rest = self.octets.get(..self.len).unwrap_or_default();
        if !rest.is_empty() {
            emit(rest);
        }
    }
}

/// A count of bits, at most 64.
fn small(bits: u32) -> usize {
    usize::try_from(bits).unwrap_or(BLOCK)
}

/// What is known of 64 octets.
struct Asked {
    /// Bit i is set if octet i stays.
    keep: u64,
    /// Whether there is any TAB.
    tabs: bool,
}

impl Asked {
    /// Written as passes over arrays of flags, which the compiler turns into vector instructions.
    fn of(window: &[u8; 2 * BLOCK]) -> Self {
        let flag = |b: bool| u8::from(b);
        let mut keep = [1_u8; BLOCK];
        let mut dropped = 0_u8;
        let mut tabs = 0_u8;
        let next = window.iter().skip(1);
        let after = window.iter().skip(2);
        for (((k, &b), &n), &a) in keep.iter_mut().zip(window).zip(next).zip(after) {
            let blank = flag(b == b' ') | flag(b == b'\t');
            let next_blank = flag(n == b' ') | flag(n == b'\t');
            let line_end = flag(n == b'\r') & flag(a == b'\n');
            let drop = blank & (next_blank | line_end);
            *k = drop ^ 1;
            dropped |= drop;
            tabs |= flag(b == b'\t');
        }
        Self { keep: if dropped == 0 { u64::MAX } else { bits(&keep) }, tabs: tabs != 0 }
    }
}

/// Bit i of the result is octet i, each of which is 0 or 1.
fn bits(flags: &[u8; BLOCK]) -> u64 {
    // The product gathers the low bits of 8 octets in its top octet.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    flags
        .as_chunks::<8>()
        .0
        .iter()
        .rev()
        .fold(0, |bits, eight| bits << 8 | u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_bits_in_order() {
        for i in 0..BLOCK {
            let mut flags = [0; BLOCK];
            flags[i] = 1;
            assert_eq!(bits(&flags), 1 << i);
        }
        assert_eq!(bits(&[1; BLOCK]), u64::MAX);
    }

    #[test]
    fn hand_over_keeps_the_rest() {
        let text: Vec<u8> = b"ab  c\t\r\n".iter().cycle().take(40_005).copied().collect();
        let mut out = Vec::new();
        emit_local(&text, &mut |o| out.extend_from_slice(o));
        let expected: Vec<u8> = b"ab c\r\n".iter().cycle().take(out.len()).copied().collect();
        assert!(out == expected);
        assert!(out.len() > 20 * STAGE);
    }
}
