//! Content to the wire: the caller's own octets, with dots put before dots.

use bytes::Bytes;
use memchr::memchr2;

/// A CR or LF that is not part of a CRLF.
///
/// RFC 5321 §2.3.8: "SMTP client implementations MUST NOT transmit these characters except when they
/// are intended as line terminators and then MUST, as indicated above, transmit them only as a \<CRLF>
/// sequence."
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bare CR or LF at octet {at} of the content")]
pub struct BareLineEnding {
    /// Offset in the content given so far.
    pub at: u64,
}

/// Writes content behind DATA without copying it.
#[derive(Clone, Debug)]
pub struct DataEncoder {
    place: Place,
    octets: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    LineStart,
    Middle,
    AfterCr,
}

impl Default for DataEncoder {
    fn default() -> Self {
        Self { place: Place::LineStart, octets: 0 }
    }
}

impl DataEncoder {
    /// An encoder at the first octet of a message.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a chunk of content to `out`, as slices of it and dots.
    ///
    /// # Errors
    /// [`BareLineEnding`]; then nothing of the chunk is in `out`, and the message must not be ended.
    pub fn push(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), BareLineEnding> {
        let kept = out.len();
        let result = self.stuff(chunk, out);
        if result.is_err() {
            out.truncate(kept);
        }
        result
    }

    /// Ends the content: CRLF if it does not end in one, and the terminator.
    ///
    /// # Errors
    /// [`BareLineEnding`] when the content ends in CR.
    pub fn finish(self, out: &mut Vec<Bytes>) -> Result<(), BareLineEnding> {
        out.push(match self.place {
            Place::LineStart => Bytes::from_static(b".\r\n"),
            Place::Middle => Bytes::from_static(b"\r\n.\r\n"),
            Place::AfterCr => {
                return Err(BareLineEnding { at: self.octets.saturating_sub(1) });
            }
        });
        Ok(())
    }

    fn stuff(&mut self, mut chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), BareLineEnding> {
        while !chunk.is_empty() {
            if self.place == Place::LineStart && chunk.first() == Some(&b'.') {
                out.push(Bytes::from_static(b"."));
                self.place = Place::Middle;
            }
            let len = self.run(&chunk)?;
            self.octets = self.offset(len);
            out.push(chunk.split_to(len.min(chunk.len())));
        }
        Ok(())
    }

    /// Length of the part of `chunk` before the next dot to double, at least 1.
    fn run(&mut self, chunk: &[u8]) -> Result<usize, BareLineEnding> {
        let mut at = 0;
        loop {
            let rest = chunk.get(at..).unwrap_or_default();
            match (self.place, rest.first()) {
                (_, None) => return Ok(chunk.len()),
                (Place::LineStart, Some(b'.')) => return Ok(at),
                (Place::AfterCr, Some(b'\n')) => {
                    self.place = Place::LineStart;
                    at += 1;
                    continue;
                }
                (Place::AfterCr, Some(_)) => {
                    let at = self.offset(at).saturating_sub(1);
                    return Err(BareLineEnding { at });
                }
                (Place::LineStart | Place::Middle, Some(_)) => self.place = Place::Middle,
            }
            let Some(hit) = memchr2(b'\r', b'\n', rest) else {
                return Ok(chunk.len());
            };
            at += hit;
            if chunk.get(at) == Some(&b'\n') {
                return Err(BareLineEnding { at: self.offset(at) });
            }
            self.place = Place::AfterCr;
            at += 1;
        }
    }

    fn offset(&self, at: usize) -> u64 {
        self.octets.saturating_add(u64::try_from(at).unwrap_or(u64::MAX))
    }
}
