//! The lexical tokens of structured fields (RFC 5322 §3.2, obsolete forms of §4), with offsets.

use crate::limits::MAX_COMMENT_DEPTH;

/// A structured value cannot be read; offsets are octets of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[error("octet {at}: {expected} expected")]
#[non_exhaustive]
pub struct At {
    /// Where.
    pub at: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

/// A place in a structured value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    pub(crate) const fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    pub(crate) const fn error(&self, expected: &'static str) -> At {
        At { at: self.at, expected }
    }

    /// Takes the octet if it stands here.
    pub(crate) fn eat(&mut self, octet: u8) -> bool {
        let found = self.peek() == Some(octet);
        self.at += usize::from(found);
        found
    }

    /// Takes octets while they are wanted.
    pub(crate) fn run(&mut self, wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.rest();
        let len = rest.iter().position(|&b| !wanted(b)).unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    /// FWS; a CRLF counts only before SP or TAB.
    pub(crate) fn skip_fws(&mut self) {
        self.at = postrider_core::tags::skip_fws(self.text, self.at);
    }

    /// `CFWS`, giving the text of its last comment.
    pub(crate) fn skip_cfws(&mut self) -> Result<Option<Vec<u8>>, At> {
        let mut last = None;
        loop {
            self.skip_fws();
            if self.peek() != Some(b'(') {
                return Ok(last);
            }
            last = Some(self.comment()?);
        }
    }

    /// `comment = "(" *([FWS] ccontent) [FWS] ")"`: what stands in it, quoted pairs resolved.
    pub(crate) fn comment(&mut self) -> Result<Vec<u8>, At> {
        let mut depth = 0_usize;
        let mut out = Vec::new();
        loop {
            let octet = self.peek().ok_or_else(|| self.error("the end of a comment"))?;
            match octet {
                b'(' if depth == MAX_COMMENT_DEPTH => {
                    return Err(self.error("less deeply nested comments"));
                }
                b'(' => depth += 1,
                b')' => depth -= 1,
                _ => {
                    self.content(octet, &mut out)?;
                    continue;
                }
            }
            self.at += 1;
            match (octet, depth) {
                (b')', 0) => return Ok(out),
                (b'(', 1) => {}
                _ => out.push(octet),
            }
        }
    }

    /// `quoted-string`: what stands between the quotes, quoted pairs resolved.
    pub(crate) fn quoted(&mut self) -> Result<Vec<u8>, At> {
        if !self.eat(b'"') {
            return Err(self.error("a quoted string"));
        }
        let mut out = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.error("the end of a quoted string")),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(octet) => self.content(octet, &mut out)?,
            }
        }
    }

    /// One octet, quoted pair or fold inside of quotes or a comment.
    fn content(&mut self, octet: u8, out: &mut Vec<u8>) -> Result<(), At> {
        match (octet, self.rest()) {
            (b'\\', [_, 0 | b'\r' | b'\n', ..] | [_]) => Err(self.error("a quotable character")),
            (b'\\', [_, quoted, ..]) => {
                out.push(*quoted);
                self.at += 2;
                Ok(())
            }
            // The CRLF of a fold is not content, the white space behind it is (RFC 5322 §3.2.4).
            (b'\r', [_, b'\n', b' ' | b'\t', ..]) => {
                self.at += 2;
                Ok(())
            }
            (0 | b'\r' | b'\n', _) => Err(self.error("no control character")),
            _ => {
                out.push(octet);
                self.at += 1;
                Ok(())
            }
        }
    }

    /// `atom`, without the white space around it; UTF-8 is allowed (RFC 6532).
    pub(crate) fn atom(&mut self) -> Result<&'a [u8], At> {
        match self.run(is_atext) {
            [] => Err(self.error("an atom")),
            atom => Ok(atom),
        }
    }

    /// `domain-literal`, brackets included, white space inside dropped.
    pub(crate) fn literal(&mut self) -> Result<Vec<u8>, At> {
        if !self.eat(b'[') {
            return Err(self.error("a domain literal"));
        }
        let mut out = vec![b'['];
        loop {
            self.skip_fws();
            match self.peek() {
                Some(b']') => {
                    self.at += 1;
                    out.push(b']');
                    return Ok(out);
                }
                Some(b @ (33..=90 | 94..=126)) => {
                    self.at += 1;
                    out.push(b);
                }
                _ => return Err(self.error("the end of a domain literal")),
            }
        }
    }
}

/// `atext` of RFC 5322 §3.2.3 and RFC 6532 §3.2.
pub(crate) const fn is_atext(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || b >= 0x80
        || matches!(
            b,
            b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_nest_and_keep_their_text() {
        let mut c = Cursor::new(b"(a (b\\)) \r\n c)x");
        assert_eq!(c.comment().unwrap(), b"a (b)) \x20c");
        assert_eq!(c.rest(), b"x");
    }

    #[test]
    fn comment_depth_is_limited() {
        for (depth, ok) in [(31, true), (32, true), (33, false)] {
            let text = "(".repeat(depth) + &")".repeat(depth);
            assert_eq!(Cursor::new(text.as_bytes()).comment().is_ok(), ok, "{depth}");
        }
    }

    #[test]
    fn quoted_strings_end_or_fail() {
        assert_eq!(Cursor::new(br#""a\"b \\""#).quoted().unwrap(), b"a\"b \\");
        assert_eq!(Cursor::new(b"\"a\r\n b\"").quoted().unwrap(), b"a b");
        for bad in [&b"\"a"[..], b"\"a\\", b"\"a\rb\"", b"\"a\0\"", b"\"a\\\n\""] {
            assert!(Cursor::new(bad).quoted().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn atext_is_as_the_rfc_lists_it() {
        let specials = b"()<>[]:;@\\,.\" \t";
        for b in 0..128_u8 {
            let expected = (33..127).contains(&b) && !specials.contains(&b);
            assert_eq!(is_atext(b), expected, "{}", char::from(b));
        }
    }
}
