//! Reads the Received fields of others, whatever they have made of the grammar.

use crate::date::parse_date;
use crate::lex::{At, Cursor};
use postrider_core::{Host, SafeText, UnixTime};
use std::net::IpAddr;

/// Most clauses read from a field.
pub const MAX_CLAUSES: usize = 32;

const CLAUSES: [&str; 8] = ["from", "by", "via", "with", "id", "for", "tls", "priority"];

/// What a Received field says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ParsedReceived {
    /// The clauses in the order written; the first may have no name.
    pub clauses: Vec<Clause>,
    /// The date, if it can be read.
    pub time: Option<UnixTime>,
}

/// `from mail.example.org (mail.example.org [192.0.2.1])`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Clause {
    /// `from`, `by`, `via`, `with`, `id`, `for` or another, in lower case.
    pub name: Box<str>,
    /// What follows, comments excepted; words that begin no known clause are kept here.
    pub value: SafeText,
    /// Its comments.
    pub comments: Vec<SafeText>,
}

impl ParsedReceived {
    /// Reads the value of a field.
    ///
    /// # Errors
    /// [`At`] for a comment or quoted string that does not end, and for control characters.
    pub fn parse(value: &[u8]) -> Result<Self, At> {
        let mut at = Cursor::new(value);
        let mut received = Self::default();
        let mut open = Clause::default();
        let mut words: Vec<u8> = Vec::new();
        loop {
            at.skip_fws();
            match at.peek() {
                None | Some(b';') => break,
                Some(b'(') => open.comments.push(SafeText::escaped(&at.comment()?)),
                Some(_) => {
                    let word = word(&mut at)?;
                    // A name directly behind a name is its value: `from by.example` is no clash.
                    let may_begin = open.name.is_empty() || !words.is_empty();
                    match known(word).filter(|_| may_begin && !received.is_full()) {
                        Some(name) => {
                            received.close(std::mem::take(&mut open), &words);
                            open.name = name.into();
                            words.clear();
                        }
                        None if words.is_empty() => words.extend_from_slice(word),
                        None => {
                            words.push(b' ');
                            words.extend_from_slice(word);
                        }
                    }
                }
            }
        }
        received.close(open, &words);
        at.eat(b';');
        received.time = parse_date(at.rest());
        Ok(received)
    }

    /// The first clause of that name.
    #[must_use]
    pub fn clause(&self, name: &str) -> Option<&Clause> {
        self.clauses.iter().find(|c| &*c.name == name)
    }

    /// The address of the client: the last literal in the comments of `from`, else in its value.
    #[must_use]
    pub fn client_address(&self) -> Option<IpAddr> {
        let from = self.clause("from")?;
        let texts = std::iter::once(&from.value).chain(&from.comments);
        texts.filter_map(|t| literal(t.as_str())).next_back()
    }

    fn is_full(&self) -> bool {
        self.clauses.len() + 1 >= MAX_CLAUSES
    }

    fn close(&mut self, mut clause: Clause, words: &[u8]) {
        clause.value = SafeText::escaped(words);
        if clause != Clause::default() {
            self.clauses.push(clause);
        }
    }
}

fn known(word: &[u8]) -> Option<&'static str> {
    CLAUSES.into_iter().find(|name| word.eq_ignore_ascii_case(name.as_bytes()))
}

/// A run of octets, where quotes and brackets may hold white space and `;`.
fn word<'a>(at: &mut Cursor<'a>) -> Result<&'a [u8], At> {
    let start = at.at();
    match at.peek() {
        Some(b'"') => drop(at.quoted()?),
        Some(b'<') => {
            at.run(|b| b != b'>' && b != b'"' && b > b' ');
        }
        _ => {}
    }
    at.run(|b| !matches!(b, b'(' | b';' | b'"' | 127) && b > b' ');
    match at.since(start) {
        [] => Err(at.error("no control character")),
        word => Ok(word),
    }
}

/// `[192.0.2.1]`, also without `IPv6:` as many write it.
fn literal(text: &str) -> Option<IpAddr> {
    let (_, rest) = text.rsplit_once('[')?;
    let (inner, _) = rest.split_once(']')?;
    let host = Host::parse(format!("[{inner}]").as_bytes()).ok();
    host.and_then(|h| h.as_ip()).or_else(|| inner.parse().ok())
}
