//! Splits zone text into entries of tokens: lines, parentheses, quotes, comments (RFC 1035 §5.1).

use super::error::{ZoneError, ZoneFault};

/// A place in the text, both numbers from 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) const fn error(self, fault: ZoneFault) -> ZoneError {
        ZoneError { line: self.line, column: self.column, fault }
    }
}

/// A word or a quoted string, its escapes still in it, its quotes not.
#[derive(Clone, Debug)]
pub(super) struct Token<'a> {
    pub(super) raw: &'a [u8],
    pub(super) quoted: bool,
    pub(super) place: Place,
}

/// One entry of the zone, whatever the number of its lines.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub(super) form: Form,
    pub(super) tokens: Vec<Token<'a>>,
    /// Behind the last token, where something may be missing.
    pub(super) end: Place,
    /// Whether splitting found a fault in it, which has been reported.
    pub(super) is_broken: bool,
}

/// How an entry begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// With its owner or a control word.
    Full,
    /// With white space: the owner is the one before.
    Indented,
    /// With `;!`.
    Directive,
}

/// The entries of a text and the faults that splitting alone finds.
pub(super) fn scan(text: &[u8]) -> (Vec<Entry<'_>>, Vec<ZoneError>) {
    let mut scanner = Scanner {
        text: text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text),
        at: 0,
        line: 1,
        line_start: 0,
        form: Form::Full,
        is_broken: false,
        open: Vec::new(),
        tokens: Vec::new(),
        entries: Vec::new(),
        errors: Vec::new(),
    };
    while let Some(b) = scanner.peek(0) {
        scanner.step(b);
    }
    if let Some(&place) = scanner.open.first() {
        scanner.fault(place, ZoneFault::OpenParenthesis);
    }
    scanner.end_entry();
    (scanner.entries, scanner.errors)
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    form: Form,
    is_broken: bool,
    /// Parentheses not closed yet.
    open: Vec<Place>,
    tokens: Vec<Token<'a>>,
    entries: Vec<Entry<'a>>,
    errors: Vec<ZoneError>,
}

impl<'a> Scanner<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at.checked_add(ahead)?).copied()
    }

    const fn place(&self) -> Place {
        Place { line: self.line, column: self.at - self.line_start + 1 }
    }

    /// Whether an entry could begin here.
    fn at_start(&self) -> bool {
        self.at == self.line_start && self.open.is_empty()
    }

    fn step(&mut self, b: u8) {
        match b {
            b'\n' => self.end_line(),
            b'\r' if self.peek(1) == Some(b'\n') => self.at += 1,
            b' ' | b'\t' => {
                if self.at_start() {
                    self.form = Form::Indented;
                }
                self.at += 1;
            }
            b';' if self.at_start() && self.peek(1) == Some(b'!') => {
                self.form = Form::Directive;
                self.at += 2;
            }
            b';' => self.skip_line(),
            b'(' => {
                self.open.push(self.place());
                self.at += 1;
            }
            b')' => {
                if self.open.pop().is_none() {
                    self.fault(self.place(), ZoneFault::CloseParenthesis);
                }
                self.at += 1;
            }
            b'"' => self.quoted(),
            _ => self.word(),
        }
    }

    fn fault(&mut self, place: Place, fault: ZoneFault) {
        self.errors.push(place.error(fault));
        self.is_broken = true;
    }

    /// Goes to the line end, which is not consumed.
    fn skip_line(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn end_line(&mut self) {
        // Other tools see a comment in a directive, so it ends with its line.
        if self.form == Form::Directive {
            self.open.clear();
        }
        if self.open.is_empty() {
            self.end_entry();
        }
        self.at += 1;
        self.line += 1;
        self.line_start = self.at;
    }

    fn end_entry(&mut self) {
        let form = std::mem::replace(&mut self.form, Form::Full);
        let is_broken = std::mem::take(&mut self.is_broken);
        let tokens = std::mem::take(&mut self.tokens);
        if let Some(last) = tokens.last() {
            let quotes = if last.quoted { 2 } else { 0 };
            let end = Place {
                line: last.place.line,
                column: last.place.column + last.raw.len() + quotes,
            };
            self.entries.push(Entry { form, tokens, end, is_broken });
        }
    }

    fn word(&mut self) {
        let place = self.place();
        let start = self.at;
        while let Some(b) = self.peek(0) {
            match b {
                b' ' | b'\t' | b'\n' | b'(' | b')' | b';' | b'"' => break,
                b'\r' if self.peek(1) == Some(b'\n') => break,
                b => self.advance_in_token(b),
            }
        }
        self.push(start, place, false);
    }

    fn quoted(&mut self) {
        let place = self.place();
        self.at += 1;
        let start = self.at;
        loop {
            match self.peek(0) {
                Some(b'"') => break,
                None | Some(b'\n') => return self.fault(place, ZoneFault::OpenQuote),
                Some(b) => self.advance_in_token(b),
            }
        }
        self.push(start, place, true);
        self.at += 1;
    }

    /// Steps over an octet, and over the one that it escapes.
    fn advance_in_token(&mut self, b: u8) {
        self.at += 1;
        if b == b'\\' && self.peek(0).is_some_and(|next| next != b'\n') {
            self.at += 1;
        }
    }

    fn push(&mut self, start: usize, place: Place, quoted: bool) {
        let raw = self.text.get(start..self.at).unwrap_or_default();
        self.tokens.push(Token { raw, quoted, place });
    }
}

/// Where an octet first stands.
fn memchr(needle: u8, haystack: &[u8]) -> Option<usize> {
    haystack.iter().position(|b| *b == needle)
}
