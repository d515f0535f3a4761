//! Reads the value of a `Received-SPF` field.

use super::{Pair, ReceivedSpf, ReceivedSpfError, is_atext};
use crate::outcome::Verdict;
use postrider_core::SafeText;

/// Deepest nesting of comments that is read.
pub const MAX_COMMENT_DEPTH: usize = 8;

pub(super) fn value(text: &[u8]) -> Result<ReceivedSpf, ReceivedSpfError> {
    let mut reader = Reader { text, at: 0 };
    reader.cfws()?;
    let verdict = reader.verdict()?;
    let comment = reader.cfws()?;
    let mut pairs = Vec::new();
    while !reader.is_at_end() {
        pairs.push(reader.pair()?);
        reader.cfws()?;
        if !reader.is_at_end() {
            reader.expect(b';', "; or the end")?;
            reader.cfws()?;
        }
    }
    Ok(ReceivedSpf { verdict, comment, pairs })
}

/// A place in the text of a value.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    const fn error(&self, expected: &'static str) -> ReceivedSpfError {
        ReceivedSpfError { at: self.at, expected }
    }

    fn expect(&mut self, wanted: u8, expected: &'static str) -> Result<(), ReceivedSpfError> {
        if self.peek() != Some(wanted) {
            return Err(self.error(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Skips folding white space and comments; gives the first comment.
    fn cfws(&mut self) -> Result<Option<SafeText>, ReceivedSpfError> {
        let mut first = None;
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.at += 1,
                Some(b'(') => {
                    let comment = self.comment()?;
                    first.get_or_insert(comment);
                }
                _ => return Ok(first),
            }
        }
    }

    fn comment(&mut self) -> Result<SafeText, ReceivedSpfError> {
        self.at += 1;
        let mut depth = 1;
        let mut text = Vec::new();
        while let Some(b) = self.peek() {
            match b {
                b'(' if depth == MAX_COMMENT_DEPTH => return Err(self.error("no deeper comment")),
                b'(' => depth += 1,
                b')' => depth -= 1,
                b'\\' => self.at += 1,
                _ => {}
            }
            // The character behind a backslash, or the one looked at.
            text.extend(self.peek());
            self.at += 1;
            if depth == 0 {
                text.pop();
                return Ok(text_of(&text));
            }
        }
        Err(self.error(")"))
    }

    fn verdict(&mut self) -> Result<Verdict, ReceivedSpfError> {
        let start = self.at;
        let word = self.token();
        let all = [
            Verdict::None,
            Verdict::Neutral,
            Verdict::Pass,
            Verdict::Fail,
            Verdict::SoftFail,
            Verdict::TempError,
            Verdict::PermError,
        ];
        let found = all.into_iter().find(|v| word.eq_ignore_ascii_case(v.as_str().as_bytes()));
        found.ok_or(ReceivedSpfError { at: start, expected: "a result of RFC 7208" })
    }

    fn token(&mut self) -> &[u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let len = rest.iter().take_while(|b| is_part(b)).count();
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn pair(&mut self) -> Result<Pair, ReceivedSpfError> {
        let start = self.at;
        let key = String::from_utf8_lossy(self.token()).to_ascii_lowercase();
        if !key.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(ReceivedSpfError { at: start, expected: "a key" });
        }
        self.cfws()?;
        self.expect(b'=', "=")?;
        self.cfws()?;
        let value = match self.peek() {
            Some(b'"') => self.quoted()?,
            _ => self.atom()?,
        };
        Ok(Pair { key: key.into(), value })
    }

    fn atom(&mut self) -> Result<SafeText, ReceivedSpfError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        // Others write addresses unquoted, so a colon or an @ is accepted in reading.
        let is_part = |b: u8| is_atext(b) || matches!(b, b'.' | b':' | b'@' | 0x80..);
        let len = rest.iter().take_while(|b| is_part(**b)).count();
        let text = rest.get(..len).unwrap_or_default();
        if text.is_empty() {
            return Err(self.error("a value"));
        }
        self.at += len;
        Ok(text_of(text))
    }

    fn quoted(&mut self) -> Result<SafeText, ReceivedSpfError> {
        self.at += 1;
        let mut text = Vec::new();
        while let Some(b) = self.peek() {
            self.at += 1;
            match b {
                b'"' => return Ok(text_of(&text)),
                b'\\' => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                b'\r' | b'\n' => {}
                b => text.push(b),
            }
        }
        Err(self.error("\""))
    }
}

/// The text as it is; only what cannot be safe text is shown escaped.
fn text_of(octets: &[u8]) -> SafeText {
    let octets: Vec<u8> = octets.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    let text = String::from_utf8(octets.clone());
    text.ok().and_then(|t| SafeText::new(t).ok()).unwrap_or_else(|| SafeText::escaped(&octets))
}
