//! Whose domain a message claims: every From field, every mailbox (RFC 5322 §3.6.2).
//!
//! DMARC judges the domain that people see. A message that shows different programs different
//! authors is the way around it, so nothing here guesses: what is not exactly one author domain is
//! named as a problem.

use crate::address::{Address, AddressHost, Grammar, mailboxes};
use crate::header::{Field, HeaderBlock};
use crate::lex::At;
use crate::limits::{MAX_AUTHOR_DOMAINS, MAX_AUTHOR_PROBLEMS};
use postrider_core::{DomainName, SafeText};
use std::fmt;

/// The author domains of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AuthorDomains {
    /// Distinct domains in the order in which they appear.
    pub domains: Vec<DomainName>,
    /// Number of mailboxes in all From fields.
    pub mailboxes: usize,
    /// What keeps the author from being clear, several domains excepted.
    pub problems: Vec<AuthorProblem>,
}

/// A reason why the author of a message is not clear. Offsets are octets of the header block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum AuthorProblem {
    /// There is no From field.
    NoField,
    /// There are several; RFC 5322 §3.6 allows one.
    ManyFields {
        /// How many.
        count: usize,
    },
    /// A From field cannot be read.
    Malformed {
        /// Where, in the header block.
        at: usize,
        /// What should have stood there.
        expected: &'static str,
    },
    /// A From field names nobody: an empty group.
    NoMailbox {
        /// Where the field begins.
        at: usize,
    },
    /// A mailbox without `@`.
    NoDomain {
        /// Where the mailbox begins.
        at: usize,
    },
    /// A mailbox at an address literal.
    Literal {
        /// Where the mailbox begins.
        at: usize,
    },
    /// What stands behind the `@` is no domain name.
    BadDomain {
        /// Where the mailbox begins.
        at: usize,
        /// What stands there.
        text: SafeText,
    },
    /// A mailbox behind a source route, which some programs take for the author.
    Route {
        /// Where the mailbox begins.
        at: usize,
    },
    /// A line that other programs take for a From field: behind a bare CR or LF, indented at the
    /// top of the header, or with odd octets before its colon.
    Hidden {
        /// Where the line begins.
        at: usize,
    },
    /// More domains than are kept.
    TooManyDomains,
    /// The header was not read to its end, because a limit was reached.
    Incomplete,
}

impl AuthorProblem {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoField => "no-from",
            Self::ManyFields { .. } => "many-from",
            Self::Malformed { .. } => "malformed-from",
            Self::NoMailbox { .. } => "no-mailbox",
            Self::NoDomain { .. } => "no-domain",
            Self::Literal { .. } => "address-literal",
            Self::BadDomain { .. } => "bad-domain",
            Self::Route { .. } => "source-route",
            Self::Hidden { .. } => "hidden-from",
            Self::TooManyDomains => "too-many-domains",
            Self::Incomplete => "incomplete-header",
        }
    }
}

impl fmt::Display for AuthorProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoField => f.write_str("no From field"),
            Self::ManyFields { count } => write!(f, "{count} From fields"),
            Self::Malformed { at, expected } => {
                write!(f, "From cannot be read at octet {at}: {expected} expected")
            }
            Self::NoMailbox { at } => write!(f, "From at octet {at} names nobody"),
            Self::NoDomain { at } => write!(f, "author at octet {at} has no domain"),
            Self::Literal { at } => write!(f, "author at octet {at} has an address literal"),
            Self::BadDomain { at, text } => {
                write!(f, "author at octet {at}: ")?;
                // One ASCII line, fit for a reply.
                for c in text.as_str().chars() {
                    match c.is_ascii() {
                        true => write!(f, "{c}")?,
                        false => write!(f, "{}", c.escape_unicode())?,
                    }
                }
                f.write_str(" is no domain name")
            }
            Self::Route { at } => write!(f, "author at octet {at} has a source route"),
            Self::Hidden { at } => write!(f, "octet {at} may be read as another From field"),
            Self::TooManyDomains => write!(f, "more than {MAX_AUTHOR_DOMAINS} author domains"),
            Self::Incomplete => f.write_str("header was not read to its end"),
        }
    }
}

/// What can be said of the author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "none, one or many")]
pub enum Authorship<'a> {
    /// Exactly one domain, and nothing unclear.
    One(&'a DomainName),
    /// Several domains, and nothing else unclear.
    Many(&'a [DomainName]),
    /// It is not clear; the first reason.
    Unclear(&'a AuthorProblem),
}

impl AuthorDomains {
    /// One domain, as if from one From field with one mailbox.
    #[must_use]
    pub fn one(domain: DomainName) -> Self {
        Self { domains: vec![domain], mailboxes: 1, problems: Vec::new() }
    }

    /// Whether there is exactly one author domain.
    #[must_use]
    pub fn authorship(&self) -> Authorship<'_> {
        match (self.problems.as_slice(), self.domains.as_slice()) {
            ([first, ..], _) => Authorship::Unclear(first),
            ([], [one]) => Authorship::One(one),
            ([], []) => Authorship::Unclear(&AuthorProblem::NoField),
            ([], many) => Authorship::Many(many),
        }
    }

    /// Keeps the first [`MAX_AUTHOR_PROBLEMS`]; more would make the author no less unclear.
    fn note(&mut self, problem: AuthorProblem) {
        if self.problems.len() < MAX_AUTHOR_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn take(&mut self, address: &Address, base: usize) {
        self.mailboxes += 1;
        let at = base + address.span.start;
        let domain = match &address.host {
            AddressHost::Missing => return self.note(AuthorProblem::NoDomain { at }),
            AddressHost::Invalid(text) => {
                let text = text.truncated(80);
                return self.note(AuthorProblem::BadDomain { at, text });
            }
            AddressHost::Host(host) => host.as_name(),
        };
        let Some(domain) = domain else {
            return self.note(AuthorProblem::Literal { at });
        };
        if address.routed {
            self.note(AuthorProblem::Route { at });
        }
        if self.domains.contains(domain) {
            return;
        }
        if self.domains.len() == MAX_AUTHOR_DOMAINS {
            if !self.problems.contains(&AuthorProblem::TooManyDomains) {
                self.note(AuthorProblem::TooManyDomains);
            }
            return;
        }
        self.domains.push(domain.clone());
    }
}

/// The domains of every mailbox of every From field, and what is unclear about them.
///
/// ```
/// use postrider_message::{Authorship, HeaderBlock, author_domains};
///
/// let (header, _) = HeaderBlock::parse(b"From: a@good.example\r\nSubject: x\nFrom: b@bank.example\r\n");
/// let authors = author_domains(&header);
/// let Authorship::Unclear(problem) = authors.authorship() else { unreachable!() };
/// assert_eq!(problem.to_string(), "octet 33 may be read as another From field");
/// ```
#[must_use]
pub fn author_domains(header: &HeaderBlock<'_>) -> AuthorDomains {
    let mut authors = AuthorDomains::default();
    let fields: Vec<&Field<'_>> = header.all("From").collect();
    match fields.len() {
        0 => authors.note(AuthorProblem::NoField),
        1 => {}
        count => authors.note(AuthorProblem::ManyFields { count }),
    }
    for field in fields {
        match mailboxes(field.raw_value, Grammar::Lenient) {
            Ok(list) if list.is_empty() => {
                let at = field.offset;
                authors.note(AuthorProblem::NoMailbox { at });
            }
            Ok(list) => list.iter().for_each(|address| authors.take(address, field.value_offset())),
            Err(At { at, expected }) => {
                authors.note(AuthorProblem::Malformed { at: field.value_offset() + at, expected });
            }
        }
    }
    if let Some(at) = hidden_from(header.raw()) {
        authors.note(AuthorProblem::Hidden { at });
    }
    if !header.is_complete() {
        authors.note(AuthorProblem::Incomplete);
    }
    authors
}

/// Offset of a line that begins like a From field for a program that reads lines otherwise than
/// [`HeaderBlock`] does.
fn hidden_from(raw: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut after_crlf = true;
    while let Some(line) = raw.get(at..).filter(|l| !l.is_empty()) {
        let is_continuation = after_crlf && at > 0 && matches!(line, [b' ' | b'\t', ..]);
        if !is_continuation && looks_like_from(line) && !(after_crlf && is_plain_from(line)) {
            return Some(at);
        }
        let end = memchr::memchr2(b'\r', b'\n', line)?;
        after_crlf = line.get(end..).is_some_and(|l| l.starts_with(b"\r\n"));
        at += end + if after_crlf { 2 } else { 1 };
    }
    None
}

/// Odd octets, `from`, odd octets, colon.
fn looks_like_from(line: &[u8]) -> bool {
    let is_odd = |b: &u8| !matches!(b, b'!'..=b'~');
    let start = line.iter().position(|b| !is_odd(b)).unwrap_or(line.len());
    let Some((name, rest)) = line.get(start..).and_then(|l| l.split_at_checked(4)) else {
        return false;
    };
    let colon = rest.iter().find(|b| !is_odd(b));
    name.eq_ignore_ascii_case(b"from") && colon == Some(&b':')
}

/// `from`, spaces, colon: a field that was counted.
fn is_plain_from(line: &[u8]) -> bool {
    let Some((name, rest)) = line.split_at_checked(4) else {
        return false;
    };
    let colon = rest.iter().find(|b| !matches!(b, b' ' | b'\t'));
    name.eq_ignore_ascii_case(b"from") && colon == Some(&b':')
}

#[cfg(test)]
mod tests;
