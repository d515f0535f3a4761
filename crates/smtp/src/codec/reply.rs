//! Reading replies (RFC 5321 §4.2), bounded and without guessing.
//!
//! ```text
//! Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF
//! ```
//!
//! A reply that cannot be read leaves the client out of step with its server: which reply belongs to
//! which command is not known any more. Such a connection is [`Botched`] and never usable again.

use crate::value::reply::{Code, Enhanced, Reply, Status};
use bytes::{Buf as _, BytesMut};
use memchr::memchr;
use postrider_core::SafeText;

/// What a client is willing to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Octets of one line, with CRLF.
    pub line: usize,
    /// Lines of one reply.
    pub lines: usize,
    /// Octets of one reply, with all codes and CRLFs.
    pub total: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { line: 2048, lines: 512, total: 64 * 1024 }
    }
}

/// Whether text that looks like an enhanced code is one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a reply has enhanced codes or it has not")]
pub enum EnhancedCodes {
    /// The server did not announce ENHANCEDSTATUSCODES: everything behind the code is text.
    #[default]
    Text,
    /// It did: a code of the right class at the beginning of a line is taken off (RFC 2034 §4).
    Read,
}

/// Why octets are no reply. Offsets count from the first octet of the reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Botched {
    /// A line does not begin with a code from 200 to 599.
    #[error("no reply code from 200 to 599 at octet {at}")]
    Code {
        /// Where the line begins.
        at: usize,
    },
    /// Something else than a space, a hyphen or the end stands behind the code.
    #[error("neither space nor hyphen behind the reply code at octet {at}")]
    Separator {
        /// Where it stands.
        at: usize,
    },
    /// The lines of one reply have different codes.
    #[error("code {second} in a reply that began with {first}")]
    Mixed {
        /// The code of the first line.
        first: Code,
        /// The other code.
        second: Code,
    },
    /// A line ends in LF without CR, or holds a CR elsewhere.
    #[error("bare CR or LF at octet {at}")]
    BareLineEnding {
        /// Where it stands.
        at: usize,
    },
    /// A NUL octet.
    #[error("NUL at octet {at}")]
    Nul {
        /// Where it stands.
        at: usize,
    },
    /// A line longer than [`Limits::line`].
    #[error("reply line longer than {max} octets")]
    LongLine {
        /// The limit.
        max: usize,
    },
    /// More lines than [`Limits::lines`].
    #[error("reply of more than {max} lines")]
    ManyLines {
        /// The limit.
        max: usize,
    },
    /// More octets than [`Limits::total`].
    #[error("reply longer than {max} octets")]
    Long {
        /// The limit.
        max: usize,
    },
    /// The octets end before the reply does. Only [`parse`] says so.
    #[error("reply ends early")]
    Unfinished,
}

/// Takes replies off the front of a read buffer, whatever the reads were.
///
/// After [`Botched`] it gives the same error for ever.
#[derive(Clone, Debug, Default)]
pub struct ReplyDecoder {
    limits: Limits,
    enhanced: EnhancedCodes,
    /// Octets at the front of the buffer that hold no LF.
    scanned: usize,
    partial: Option<Partial>,
    botched: Option<Botched>,
}

/// The lines so far.
#[derive(Clone, Debug)]
struct Partial {
    status: Status,
    first: SafeText,
    rest: Vec<SafeText>,
    octets: usize,
}

/// One line, taken apart.
struct Line<'a> {
    code: Code,
    last: bool,
    text: &'a [u8],
}

impl ReplyDecoder {
    /// A decoder with limits of its own.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// From the next reply on, reads enhanced codes or leaves them in the text.
    pub const fn set_enhanced(&mut self, enhanced: EnhancedCodes) {
        self.enhanced = enhanced;
    }

    /// Whether a reply has begun and has not ended.
    #[must_use]
    pub const fn in_reply(&self) -> bool {
        self.partial.is_some() || self.scanned > 0
    }

    /// Takes the next reply; `None` when more octets are needed.
    pub fn next(&mut self, rx: &mut BytesMut) -> Option<Result<Reply, Botched>> {
        if let Some(botched) = self.botched {
            return Some(Err(botched));
        }
        match self.read(rx) {
            Ok(reply) => reply.map(Ok),
            Err(botched) => {
                self.botched = Some(botched);
                Some(Err(botched))
            }
        }
    }

    fn read(&mut self, rx: &mut BytesMut) -> Result<Option<Reply>, Botched> {
        while let Some(len) = self.line_end(rx)? {
            let octets = rx.split_to(len);
            let last = self.line(&octets)?;
            if last {
                return Ok(self.partial.take().map(Partial::finish));
            }
        }
        Ok(None)
    }

    /// Length of the first line with its LF, if the buffer holds all of it.
    fn line_end(&mut self, rx: &BytesMut) -> Result<Option<usize>, Botched> {
        let max = self.limits.line;
        let unseen = rx.get(self.scanned..).unwrap_or_default();
        let len = memchr(b'\n', unseen).map(|at| self.scanned + at + 1);
        if len.unwrap_or(rx.len()) > max {
            return Err(Botched::LongLine { max });
        }
        self.scanned = if len.is_some() { 0 } else { rx.len() };
        Ok(len)
    }

    /// Adds a line with its LF; says whether it is the last.
    fn line(&mut self, octets: &[u8]) -> Result<bool, Botched> {
        let at = self.partial.as_ref().map_or(0, |p| p.octets);
        let line = read_line(octets, at)?;
        let total = at.saturating_add(octets.len());
        if total > self.limits.total {
            return Err(Botched::Long { max: self.limits.total });
        }
        match &mut self.partial {
            None => {
                let (status, text) = self.enhanced.split_first(line.code, line.text);
                self.partial =
                    Some(Partial { status, first: text_of(text), rest: Vec::new(), octets: total });
            }
            Some(partial) => {
                let first = partial.status.code();
                if line.code != first {
                    return Err(Botched::Mixed { first, second: line.code });
                }
                if partial.rest.len() + 1 >= self.limits.lines {
                    return Err(Botched::ManyLines { max: self.limits.lines });
                }
                let text = without_enhanced(line.text, partial.status.enhanced());
                partial.rest.push(text_of(text));
                partial.octets = total;
            }
        }
        Ok(line.last)
    }
}

impl Partial {
    fn finish(self) -> Reply {
        Reply::received(self.status, self.first, self.rest)
    }
}

impl EnhancedCodes {
    fn split_first(self, code: Code, text: &[u8]) -> (Status, &[u8]) {
        let word = text.split(|&b| b == b' ').next().unwrap_or_default();
        let enhanced = match self {
            Self::Text => None,
            Self::Read => Enhanced::parse(word),
        };
        // RFC 2034 §4: the class must agree with the reply code; one that does not is text.
        match Status::new(code, enhanced) {
            Ok(status) => (status, without_enhanced(text, enhanced)),
            Err(_) => (code.alone(), text),
        }
    }
}

/// The text behind the enhanced code of the reply, if the line repeats it.
fn without_enhanced(text: &[u8], enhanced: Option<Enhanced>) -> &[u8] {
    let mut words = text.splitn(2, |&b| b == b' ');
    let word = words.next().unwrap_or_default();
    match enhanced {
        Some(e) if Enhanced::parse(word) == Some(e) => words.next().unwrap_or_default(),
        _ => text,
    }
}

/// Takes one line with its LF apart; `at` is its offset in the reply.
fn read_line(octets: &[u8], at: usize) -> Result<Line<'_>, Botched> {
    let [line @ .., b'\r', b'\n'] = octets else {
        let lf = octets.len().saturating_sub(1);
        return Err(Botched::BareLineEnding { at: at + lf });
    };
    if let Some(cr) = memchr(b'\r', line) {
        return Err(Botched::BareLineEnding { at: at + cr });
    }
    if let Some(nul) = memchr(0, line) {
        return Err(Botched::Nul { at: at + nul });
    }
    let (digits, rest) = line.split_at_checked(3).ok_or(Botched::Code { at })?;
    let code = Code::parse(digits).ok_or(Botched::Code { at })?;
    match rest {
        // RFC 5321 §4.2: "clients MUST be prepared for it to be omitted"
        [] => Ok(Line { code, last: true, text: rest }),
        [b' ', text @ ..] => Ok(Line { code, last: true, text }),
        [b'-', text @ ..] => Ok(Line { code, last: false, text }),
        _ => Err(Botched::Separator { at: at + 3 }),
    }
}

/// Text as it came if it is UTF-8 without controls, else with those shown escaped. Replies are for
/// people; nothing decides by their words.
fn text_of(octets: &[u8]) -> SafeText {
    std::str::from_utf8(octets)
        .ok()
        .and_then(|text| SafeText::new(text).ok())
        .unwrap_or_else(|| SafeText::escaped(octets))
}

/// Reads exactly one reply, with default limits.
///
/// # Errors
/// [`Botched`]; octets behind the reply are [`Botched::Code`] at their offset.
pub fn parse(octets: &[u8], enhanced: EnhancedCodes) -> Result<Reply, Botched> {
    let mut rx = BytesMut::from(octets);
    let mut decoder = ReplyDecoder::default();
    decoder.set_enhanced(enhanced);
    let reply = decoder.next(&mut rx).unwrap_or(Err(Botched::Unfinished))?;
    if rx.has_remaining() {
        return Err(Botched::Code { at: octets.len() - rx.len() });
    }
    Ok(reply)
}

#[cfg(test)]
mod tests;
