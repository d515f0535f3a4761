//! Changes undone on the way to a hash.

use memchr::{memchr2, memchr3};

/// Makes every bare CR and bare LF a CRLF.
#[derive(Clone, Debug, Default)]
pub(super) struct LineEnds {
    cr: bool,
}

impl LineEnds {
    pub(super) fn update(&mut self, chunk: &[u8], emit: &mut impl FnMut(&[u8])) {
        let mut rest = chunk;
        if let ([first, after @ ..], true) = (rest, self.cr) {
            emit(b"\r\n");
            self.cr = false;
            rest = if *first == b'\n' { after } else { rest };
        }
        while let Some(at) = memchr2(b'\r', b'\n', rest) {
            let (line, end) = rest.split_at_checked(at).unwrap_or((rest, b""));
            emit(line);
            rest = match end {
                [b'\r'] => {
                    self.cr = true;
                    return;
                }
                [b'\r', b'\n', after @ ..] | [_, after @ ..] => {
                    emit(b"\r\n");
                    after
                }
                [] => return,
            };
        }
        emit(rest);
    }

    pub(super) fn finish(self, emit: &mut impl FnMut(&[u8])) {
        if self.cr {
            emit(b"\r\n");
        }
    }
}

/// Where the first bare CR or LF stands; `cr` says whether a CR came before the chunk. A CR at the
/// end of the chunk is not known to be bare.
pub(super) fn first_bare(chunk: &[u8], cr: bool) -> Option<usize> {
    // Octets that are asked at once; nearly all are clean.
    const BLOCK: usize = 1024;
    if !cr && chunk.first() == Some(&b'\n') {
        return Some(0);
    }
    // A pair is clean if both or neither of its halves are those of CRLF.
    let is_bare = |(a, b): (&u8, &u8)| (*a == b'\r') != (*b == b'\n');
    let behind = chunk.get(1..).unwrap_or_default();
    let blocks = chunk.chunks(BLOCK).zip(behind.chunks(BLOCK)).enumerate();
    for (n, (a, b)) in blocks {
        if a.iter().zip(b).fold(false, |any, pair| any | is_bare(pair)) {
            let at = n * BLOCK + a.iter().zip(b).position(is_bare)?;
            return Some(if chunk.get(at) == Some(&b'\r') { at } else { at + 1 });
        }
    }
    None
}

/// Removes SP and TAB before CRLF. A run that is longer than any sane one is let through.
#[derive(Clone, Debug, Default)]
pub(super) struct TrailingSpace {
    held: Vec<u8>,
}

const LONGEST_RUN: usize = 4096;

impl TrailingSpace {
    pub(super) fn update(&mut self, chunk: &[u8], emit: &mut impl FnMut(&[u8])) {
        let mut rest = chunk;
        loop {
            // `held` is white space and then perhaps a CR.
            let held_cr = self.held.last() == Some(&b'\r');
            rest = match rest {
                [] => return,
                [b'\n', after @ ..] if held_cr => {
                    self.held.clear();
                    emit(b"\r\n");
                    after
                }
                _ if held_cr => {
                    emit(&std::mem::take(&mut self.held));
                    rest
                }
                [octet @ (b' ' | b'\t' | b'\r'), after @ ..] if self.held.len() < LONGEST_RUN => {
                    self.held.push(*octet);
                    after
                }
                _ => {
                    emit(&std::mem::take(&mut self.held));
                    let end = memchr3(b' ', b'\t', b'\r', rest).unwrap_or(rest.len()).max(1);
                    let (content, after) = rest.split_at_checked(end).unwrap_or((rest, b""));
                    emit(content);
                    after
                }
            };
        }
    }

    pub(super) fn finish(self, emit: &mut impl FnMut(&[u8])) {
        emit(&self.held);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line_ends(body: &str, step: usize) -> String {
        let mut out = Vec::new();
        let mut filter = LineEnds::default();
        body.as_bytes().chunks(step).for_each(|c| filter.update(c, &mut |o| out.extend(o)));
        filter.finish(&mut |o| out.extend(o));
        String::from_utf8(out).unwrap()
    }

    fn trailing_space(body: &str, step: usize) -> String {
        let mut out = Vec::new();
        let mut filter = TrailingSpace::default();
        body.as_bytes().chunks(step).for_each(|c| filter.update(c, &mut |o| out.extend(o)));
        filter.finish(&mut |o| out.extend(o));
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #[test]
        fn every_line_end_becomes_crlf(body in "[a\r\n]{0,20}", step in 1..9_usize) {
            let expected = body.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
            prop_assert_eq!(line_ends(&body, step), expected);
        }

        #[test]
        fn white_space_before_crlf_goes(body in "[a \t\r\n]{0,20}", step in 1..9_usize) {
            let lines: Vec<&str> = body.split("\r\n").collect();
            let (last, whole) = lines.split_last().unwrap();
            let trimmed = |l: &&str| format!("{}\r\n", l.trim_end_matches([' ', '\t']));
            let expected: String = whole.iter().map(trimmed).collect();
            prop_assert_eq!(trailing_space(&body, step), format!("{expected}{last}"));
        }

        #[test]
        fn the_first_bare_octet_is_found(body in "[a\r\n]{0,12}") {
            let b = body.as_bytes();
            let bare = |i: &usize| match b[*i] {
                b'\r' => b.get(i + 1).is_some_and(|n| *n != b'\n'),
                b'\n' => *i == 0 || b[i - 1] != b'\r',
                _ => false,
            };
            prop_assert_eq!(first_bare(b, false), (0..b.len()).find(bare));
        }
    }
}
