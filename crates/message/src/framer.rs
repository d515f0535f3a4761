//! Splits a message that arrives in chunks into its header and its body.

use crate::header::HeaderBuf;
use crate::limits::Limits;

/// What a chunk brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a message is a header and a body, RFC 5322 §2.1")]
pub enum Framing<'c> {
    /// The header is not complete yet.
    Header,
    /// The header ended in this chunk; `body` is what follows it, perhaps nothing.
    Split {
        /// The first octets of the body.
        body: &'c [u8],
    },
    /// The whole chunk belongs to the body.
    Body(&'c [u8]),
}

/// The message cannot be framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// No empty line within the limit.
    #[error("header is longer than {limit} octets")]
    LongHeader {
        /// The limit.
        limit: usize,
    },
}

/// Finds the empty line between header and body, whatever the chunks; body chunks are handed back
/// without copying.
///
/// Call [`push`](Self::push) for each chunk, then [`header`](Self::header) or
/// [`into_header`](Self::into_header); a message without an empty line is all header.
///
/// ```
/// use postrider_message::{Framer, Framing};
///
/// let mut framer = Framer::default();
/// assert_eq!(framer.push(b"Subject: hi\r\n\r")?, Framing::Header);
/// assert_eq!(framer.push(b"\nfirst ")?, Framing::Split { body: b"first " });
/// assert_eq!(framer.push(b"second")?, Framing::Body(b"second"));
/// assert_eq!(framer.into_header().block().fields().count(), 1);
/// # Ok::<(), postrider_message::FrameError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Framer {
    header: Vec<u8>,
    in_body: bool,
    limits: Limits,
}

impl Framer {
    /// A framer for one message.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Takes the next octets of the message.
    ///
    /// # Errors
    /// [`FrameError`] when the header does not end in time; every later call then fails too.
    pub fn push<'c>(&mut self, chunk: &'c [u8]) -> Result<Framing<'c>, FrameError> {
        if self.in_body {
            return Ok(Framing::Body(chunk));
        }
        // The empty line may have begun in an earlier chunk.
        let seen = self.header.len();
        let from = seen.saturating_sub(3);
        let limit = self.limits.header;
        let room = limit.saturating_add(1).saturating_sub(seen);
        self.header.extend_from_slice(chunk.get(..room).unwrap_or(chunk));
        match end_of_header(&self.header, from) {
            Some(end) if end <= limit => {
                self.header.truncate(end);
                self.in_body = true;
                let body = chunk.get(end.saturating_sub(seen)..).unwrap_or_default();
                Ok(Framing::Split { body })
            }
            _ if self.header.len() > limit => Err(FrameError::LongHeader { limit }),
            _ => Ok(Framing::Header),
        }
    }

    /// The octets of the header so far, the empty line included once it was seen.
    #[must_use]
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Whether the empty line was seen.
    #[must_use]
    pub const fn is_in_body(&self) -> bool {
        self.in_body
    }

    /// The header's fields.
    #[must_use]
    pub fn into_header(self) -> HeaderBuf {
        HeaderBuf::new(self.header, &self.limits)
    }
}

/// Offset behind the empty line, looked for at or behind `from`.
fn end_of_header(header: &[u8], from: usize) -> Option<usize> {
    if header.starts_with(b"\r\n") {
        return Some(2);
    }
    let rest = header.get(from..)?;
    memchr::memmem::find(rest, b"\r\n\r\n").map(|i| from + i + 4)
}
