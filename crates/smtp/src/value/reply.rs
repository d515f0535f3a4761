//! Replies (RFC 5321 §4.2): a status and lines of text that cannot begin another line.
//!
//! Reading replies from the wire is in [`codec::reply`](crate::codec::reply).

pub mod standard;
mod status;

pub use status::{Class, ClassMismatch, Code, Enhanced, Status};

use bytes::BytesMut;
use postrider_core::SafeText;
use std::fmt;

/// Most octets of a reply line as we write it, with code and CRLF (RFC 5321 §4.5.3.1.5).
pub const MAX_REPLY_LINE: usize = 512;

/// A reply: a status, and at least one line of text.
///
/// Text is wrapped when the reply is built, so that no line that is written exceeds
/// [`MAX_REPLY_LINE`]. Every line is written with the enhanced code (RFC 2034 §4).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reply {
    status: Status,
    // No allocation for the usual reply, and never without a line.
    first: SafeText,
    rest: Vec<SafeText>,
}

impl Reply {
    /// A reply with one text, which becomes several lines where it is too long for one.
    #[must_use]
    pub fn new(status: Status, text: SafeText) -> Self {
        Self::lines(status, text, [])
    }

    /// A reply of several lines, as EHLO and HELP have them.
    #[must_use]
    pub fn lines(
        status: Status,
        first: SafeText,
        rest: impl IntoIterator<Item = SafeText>,
    ) -> Self {
        let room = MAX_REPLY_LINE - prefix_len(status) - "\r\n".len();
        let mut lines = Lines { room, first: None, rest: Vec::new() };
        lines.push(first);
        rest.into_iter().for_each(|line| lines.push(line));
        Self { status, first: lines.first.unwrap_or_default(), rest: lines.rest }
    }

    /// A reply as a peer sent it; its lines may be longer than ours.
    pub(crate) fn received(status: Status, first: SafeText, rest: Vec<SafeText>) -> Self {
        Self { status, first, rest }
    }

    /// Code and enhanced code.
    #[must_use]
    pub const fn status(&self) -> Status {
        self.status
    }

    /// The reply code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.status.code()
    }

    /// The enhanced code, if there is one.
    #[must_use]
    pub const fn enhanced(&self) -> Option<Enhanced> {
        self.status.enhanced()
    }

    /// What the first digit says.
    #[must_use]
    pub const fn class(&self) -> Class {
        self.code().class()
    }

    /// Whether the code is 2yz.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.class() == Class::Done
    }

    /// Whether the code is 4yz.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.class() == Class::Transient
    }

    /// Whether the code is 5yz.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        self.class() == Class::Permanent
    }

    /// The lines of text, without codes; at least one.
    #[must_use]
    pub fn text(&self) -> impl ExactSizeIterator<Item = &SafeText> + '_ {
        TextLines { first: Some(&self.first), rest: self.rest.iter() }
    }

    /// The same reply in US-ASCII: other characters become `\x{HEX}` (RFC 6533 §3).
    ///
    /// RFC 6531 §3.7.4.2 allows UTF-8 in a reply only after the client asked for SMTPUTF8.
    #[must_use]
    pub fn into_ascii(self) -> Self {
        if self.text().all(SafeText::is_ascii) {
            return self;
        }
        let mut lines = self.text().map(ascii);
        let first = lines.next().unwrap_or_default();
        Self::lines(self.status, first, lines)
    }

    /// Appends the reply as it goes over the wire.
    pub fn encode(&self, out: &mut BytesMut) {
        let lines = self.text();
        let mut left = lines.len();
        for line in lines {
            left -= 1;
            out.extend_from_slice(self.code().to_string().as_bytes());
            // RFC 5321 §4.2: "servers SHOULD send the <SP> if subsequent text is not sent"
            out.extend_from_slice(if left == 0 { b" " } else { b"-" });
            if let Some(enhanced) = self.enhanced() {
                out.extend_from_slice(enhanced.to_string().as_bytes());
                out.extend_from_slice(b" ");
            }
            out.extend_from_slice(line.as_str().as_bytes());
            out.extend_from_slice(b"\r\n");
        }
    }

    /// The reply as it goes over the wire, on its own.
    #[must_use]
    pub fn to_wire(&self) -> BytesMut {
        let mut out =
            BytesMut::with_capacity(prefix_len(self.status) + self.first.as_str().len() + 2);
        self.encode(&mut out);
        out
    }
}

/// `250 `, `250-5.1.1 `.
fn prefix_len(status: Status) -> usize {
    let enhanced = status.enhanced().map_or(0, |e| e.to_string().len() + 1);
    "250 ".len() + enhanced
}

/// Characters outside US-ASCII as RFC 6533 §3 writes them: `EmbeddedUnicodeChar = "\x{" HEXPOINT "}"`.
fn ascii(line: &SafeText) -> SafeText {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(line.as_str().len());
    for c in line.as_str().chars() {
        if c.is_ascii() {
            text.push(c);
        } else {
            // Writing to a String does not fail.
            let _ = write!(text, "\\x{{{:X}}}", u32::from(c));
        }
    }
    SafeText::display(&text)
}

/// Lines that fit into `room` octets each.
struct Lines {
    room: usize,
    first: Option<SafeText>,
    rest: Vec<SafeText>,
}

impl Lines {
    fn push(&mut self, line: SafeText) {
        if line.as_str().len() <= self.room {
            return self.store(line);
        }
        let mut rest = line.as_str();
        while rest.len() > self.room {
            let (head, tail) = split(rest, self.room);
            self.store(SafeText::display(&head));
            rest = tail;
        }
        self.store(SafeText::display(&rest));
    }

    fn store(&mut self, line: SafeText) {
        match self.first {
            None => self.first = Some(line),
            Some(_) => self.rest.push(line),
        }
    }
}

/// At the last space that keeps the head within `room` octets, else at a character.
fn split(text: &str, room: usize) -> (&str, &str) {
    let cut = (1..=room).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(room);
    let (head, tail) = text.split_at_checked(cut).unwrap_or((text, ""));
    if let Some(tail) = tail.strip_prefix(' ') {
        return (head, tail);
    }
    match head.rsplit_once(' ') {
        Some((shorter, _)) if !shorter.is_empty() => {
            (shorter, text.get(shorter.len() + 1..).unwrap_or_default())
        }
        _ => (head, tail),
    }
}

struct TextLines<'a> {
    first: Option<&'a SafeText>,
    rest: std::slice::Iter<'a, SafeText>,
}

impl<'a> Iterator for TextLines<'a> {
    type Item = &'a SafeText;

    fn next(&mut self) -> Option<&'a SafeText> {
        self.first.take().or_else(|| self.rest.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.rest.len() + usize::from(self.first.is_some());
        (len, Some(len))
    }
}

impl ExactSizeIterator for TextLines<'_> {}

/// One line for people: `550 5.1.1 no such user`. Lines are joined by a space.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)?;
        self.text()
            .filter(|line| !line.as_str().is_empty())
            .try_for_each(|line| write!(f, " {line}"))
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Reply {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut out = s.serialize_struct("Reply", 3)?;
        out.serialize_field("code", &self.code())?;
        out.serialize_field("enhanced", &self.enhanced())?;
        out.serialize_field("text", &self.text().collect::<Vec<_>>())?;
        out.end()
    }
}

#[cfg(test)]
mod tests;
