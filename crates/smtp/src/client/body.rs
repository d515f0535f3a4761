//! The message on its way out.

use super::config::LineEndings;
use crate::codec::data::{BareLineEnding, DataEncoder};
use bytes::Bytes;
use memchr::memchr2;

/// Encodes a message, and repairs its line ends if that is allowed.
#[derive(Clone, Debug)]
pub(super) struct BodyEncoder {
    encoder: DataEncoder,
    repair: Option<Repair>,
    octets: u64,
}

/// Makes CRLF of every bare CR and LF. A CR at the end of a chunk waits for the next.
#[derive(Clone, Copy, Debug, Default)]
struct Repair {
    after_cr: bool,
}

const CRLF: Bytes = Bytes::from_static(b"\r\n");

impl BodyEncoder {
    pub(super) fn new(line_endings: LineEndings) -> Self {
        Self {
            encoder: DataEncoder::new(),
            repair: (line_endings == LineEndings::Normalise).then(Repair::default),
            octets: 0,
        }
    }

    /// Octets handed out so far.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    pub(super) fn push(
        &mut self,
        chunk: Bytes,
        out: &mut Vec<Bytes>,
    ) -> Result<(), BareLineEnding> {
        let Some(repair) = &mut self.repair else {
            self.encoder.push(chunk, out)?;
            self.count(out);
            return Ok(());
        };
        let mut parts = Vec::new();
        repair.push(chunk, &mut parts);
        parts.into_iter().try_for_each(|part| self.encoder.push(part, out))?;
        self.count(out);
        Ok(())
    }

    pub(super) fn finish(&mut self, out: &mut Vec<Bytes>) -> Result<(), BareLineEnding> {
        if self.repair.take().is_some_and(|r| r.after_cr) {
            self.encoder.push(CRLF, out)?;
        }
        std::mem::take(&mut self.encoder).finish(out)?;
        self.count(out);
        Ok(())
    }

    fn count(&mut self, out: &[Bytes]) {
        let octets: usize = out.iter().map(Bytes::len).sum();
        self.octets = self.octets.saturating_add(u64::try_from(octets).unwrap_or(u64::MAX));
    }
}

impl Repair {
    fn push(&mut self, mut chunk: Bytes, out: &mut Vec<Bytes>) {
        while !chunk.is_empty() {
            if std::mem::take(&mut self.after_cr) {
                if chunk.first() == Some(&b'\n') {
                    chunk = chunk.split_off(1);
                }
                out.push(CRLF);
                continue;
            }
            let at = memchr2(b'\r', b'\n', &chunk).unwrap_or(chunk.len());
            let line = chunk.split_to(at);
            if !line.is_empty() {
                out.push(line);
            }
            match chunk.first() {
                Some(b'\r') => self.after_cr = true,
                Some(_) => out.push(CRLF),
                None => return,
            }
            chunk = chunk.split_off(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encode(chunks: &[&[u8]], line_endings: LineEndings) -> Result<Vec<u8>, BareLineEnding> {
        let mut encoder = BodyEncoder::new(line_endings);
        let mut wire = Vec::new();
        for chunk in chunks {
            let mut out = Vec::new();
            encoder.push(Bytes::copy_from_slice(chunk), &mut out)?;
            wire.extend(out);
        }
        let mut out = Vec::new();
        encoder.finish(&mut out)?;
        wire.extend(out);
        let wire = wire.concat();
        assert_eq!(encoder.octets(), u64::try_from(wire.len()).unwrap());
        Ok(wire)
    }

    /// The same, said naively.
    fn normalised(octets: &[u8]) -> Vec<u8> {
        let text = String::from_utf8(octets.to_vec()).unwrap();
        text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n").into_bytes()
    }

    #[test]
    fn bare_line_ends_are_refused_unless_named() {
        assert_eq!(encode(&[b"a\nb"], LineEndings::Refuse), Err(BareLineEnding { at: 1 }));
        assert_eq!(
            encode(&[b"a\nb\r", b"\n.\rc\r"], LineEndings::Normalise).unwrap(),
            b"a\r\nb\r\n..\r\nc\r\n.\r\n"
        );
    }

    proptest! {
        #[test]
        fn any_split_is_normalised_alike(text in "[a.\r\n]{0,30}", at in any::<prop::sample::Index>()) {
            let (a, b) = text.as_bytes().split_at(at.index(text.len() + 1));
            let whole = encode(&[&normalised(text.as_bytes())], LineEndings::Refuse).unwrap();
            prop_assert_eq!(encode(&[a, b], LineEndings::Normalise).unwrap(), whole);
        }
    }
}
