//! The `Received-SPF` field (RFC 7208 §9.1): built from an outcome, and read back.

mod read;

pub use read::MAX_COMMENT_DEPTH;

use crate::outcome::{Match, Outcome, Verdict};
use crate::session::Session;
use crate::why::Why;
use postrider_core::SafeText;
use std::fmt;

/// The value of a `Received-SPF` field.
///
/// ```text
/// header-field   = "Received-SPF:" [CFWS] result FWS [comment FWS] [ key-value-list ] CRLF
/// key-value-list = key-value-pair *( ";" [CFWS] key-value-pair ) [";"]
/// key-value-pair = key [CFWS] "=" ( dot-atom / quoted-string )
/// ```
///
/// `Display` writes it on one line; [`to_field`](Self::to_field) folds it. Text that is no dot-atom
/// is quoted, so that no value can begin another pair or field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedSpf {
    /// The verdict.
    pub verdict: Verdict,
    /// The sentence for people.
    pub comment: Option<SafeText>,
    /// Keys and values in order.
    pub pairs: Vec<Pair>,
}

/// `key "=" value`
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pair {
    /// `client-ip`, `envelope-from`, `helo`, `problem`, `receiver`, `identity`, `mechanism`, or any
    /// other name; in lower case.
    pub key: Box<str>,
    /// Its value, unquoted.
    pub value: SafeText,
}

/// Why text is no value of `Received-SPF`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("octet {at}: {expected} expected")]
#[non_exhaustive]
pub struct ReceivedSpfError {
    /// Where the text departs from the grammar.
    pub at: usize,
    /// What should stand there.
    pub expected: &'static str,
}

impl ReceivedSpf {
    /// The field for an outcome; `session` is the one that was checked.
    #[must_use]
    pub fn new(outcome: &Outcome, session: &Session<'_>) -> Self {
        let sender = match session.sender.parts() {
            Some((local, domain)) => SafeText::escaped(&[local, domain].join(&b'@')),
            None => SafeText::default(),
        };
        let mut pairs = vec![
            Pair::new("client-ip", SafeText::display(&outcome.client)),
            Pair::new("envelope-from", sender),
            Pair::new("helo", SafeText::escaped(session.helo)),
        ];
        pairs.extend(session.receiver.map(|r| Pair::new("receiver", SafeText::display(r))));
        pairs.push(Pair::new("identity", SafeText::from_static(outcome.identity.as_str())));
        pairs.push(match outcome.verdict {
            Verdict::TempError | Verdict::PermError => {
                Pair::new("problem", SafeText::display(&outcome.why))
            }
            Verdict::None
            | Verdict::Neutral
            | Verdict::Pass
            | Verdict::Fail
            | Verdict::SoftFail => Pair::new("mechanism", mechanism(&outcome.why)),
        });
        Self {
            verdict: outcome.verdict,
            comment: Some(SafeText::display(&outcome.sentence())),
            pairs,
        }
    }

    /// The value of a key, if it is there.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&SafeText> {
        self.pairs.iter().find(|p| p.key.eq_ignore_ascii_case(key)).map(|p| &p.value)
    }

    /// The whole field, name and final CRLF included, folded after each pair.
    #[must_use]
    pub fn to_field(&self) -> String {
        format!("Received-SPF: {}\r\n", self.joined("\r\n "))
    }

    fn joined(&self, fold: &str) -> String {
        let mut out = self.verdict.as_str().to_owned();
        if let Some(comment) = &self.comment {
            out.push_str(" (");
            push_escaped(&mut out, comment.as_str(), &['(', ')', '\\']);
            out.push(')');
        }
        for (i, pair) in self.pairs.iter().enumerate() {
            out.push_str(if i == 0 { "" } else { ";" });
            out.push_str(fold);
            out.push_str(&pair.to_string());
        }
        out
    }

    /// Reads the value of a field, folded or not; comment and list may be missing.
    ///
    /// # Errors
    /// [`ReceivedSpfError`] with the place where the text departs from the grammar.
    pub fn parse(value: &[u8]) -> Result<Self, ReceivedSpfError> {
        read::value(value)
    }
}

/// §9.1: "mechanism: the mechanism that matched (if no mechanisms matched, substitute the word
/// "default")".
fn mechanism(why: &Why) -> SafeText {
    let Why::Matched(found) = why else {
        return SafeText::from_static("default");
    };
    SafeText::escaped(Match::term(found).as_bytes())
}

impl Pair {
    fn new(key: &str, value: SafeText) -> Self {
        Self { key: key.into(), value }
    }
}

impl fmt::Display for ReceivedSpf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.joined(" "))
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_str();
        if is_dot_atom(value) {
            return write!(f, "{}={value}", self.key);
        }
        let mut quoted = String::with_capacity(value.len() + 2);
        push_escaped(&mut quoted, value, &['"', '\\']);
        write!(f, "{}=\"{quoted}\"", self.key)
    }
}

fn push_escaped(out: &mut String, text: &str, special: &[char]) {
    for c in text.chars() {
        if special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
}

fn is_dot_atom(text: &str) -> bool {
    text.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
}

/// RFC 5322 §3.2.3
const fn is_atext(b: u8) -> bool {
    b.is_ascii_alphanumeric()
        || matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'/')
        || matches!(b, b'=' | b'?' | b'^' | b'_' | b'`' | b'{' | b'|' | b'}' | b'~')
}

#[cfg(test)]
mod tests;
