//! The message on its way out: behind DATA with dots, or as chunks.

use super::config::LineEndings;
use crate::codec::data::{BareLineEnding, DataEncoder};
use crate::value::BodyType;
use bytes::Bytes;
use memchr::memchr2;

/// Octets that make a chunk worth its reply.
pub(super) const CHUNK: usize = 64 * 1024;

/// How a message is framed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// DATA: dots before dots, and a lone one at the end.
    Data,
    /// BDAT (RFC 3030): by count.
    Chunks,
}

/// A message on its way out.
#[derive(Clone, Debug)]
pub(super) struct Body {
    framing: Framing,
    /// Looks for bare CR and LF, and puts dots between; none for a message that has no lines.
    encoder: Option<DataEncoder>,
    repair: Option<Repair>,
    /// What waits to be a chunk.
    waiting: Vec<Bytes>,
    octets: u64,
}

/// What may be sent now.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) parts: Vec<Bytes>,
    /// The octets of `parts`, when they are to follow a BDAT command.
    pub(super) chunk: Option<u64>,
}

/// Makes CRLF of every bare CR and LF. A CR at the end of a chunk waits for the next.
#[derive(Clone, Copy, Debug, Default)]
struct Repair {
    after_cr: bool,
}

const CRLF: Bytes = Bytes::from_static(b"\r\n");

impl Body {
    pub(super) fn new(framing: Framing, content: BodyType, line_endings: LineEndings) -> Self {
        let has_lines = content != BodyType::BinaryMime;
        let repairs = has_lines && line_endings == LineEndings::Normalise;
        Self {
            framing,
            encoder: has_lines.then(DataEncoder::new),
            repair: repairs.then(Repair::default),
            waiting: Vec::new(),
            octets: 0,
        }
    }

    /// Octets handed out so far.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    pub(super) fn push(&mut self, content: Bytes) -> Result<Ready, BareLineEnding> {
        let mut parts = Vec::new();
        match &mut self.repair {
            None => parts.push(content),
            Some(repair) => repair.push(content, &mut parts),
        }
        let mut dotted = Vec::new();
        for part in &parts {
            self.check(part, &mut dotted)?;
        }
        Ok(match self.framing {
            Framing::Data => self.ready(dotted, None),
            Framing::Chunks => {
                self.waiting.extend(parts.into_iter().filter(|part| !part.is_empty()));
                match length(&self.waiting) {
                    enough if enough >= CHUNK => self.chunk(),
                    _ => Ready { parts: Vec::new(), chunk: None },
                }
            }
        })
    }

    /// The end. A message of lines whose last line has no end gets one, whatever the framing.
    pub(super) fn finish(&mut self) -> Result<Ready, BareLineEnding> {
        let mut dotted = Vec::new();
        if self.repair.take().is_some_and(|r| r.after_cr) {
            self.check(&CRLF, &mut dotted)?;
            self.waiting.push(CRLF);
        }
        if let Some(encoder) = self.encoder.take() {
            encoder.finish(&mut dotted)?;
        }
        Ok(match self.framing {
            Framing::Data => self.ready(dotted, None),
            Framing::Chunks => {
                if dotted.last().is_some_and(|end| end.starts_with(b"\r\n")) {
                    self.waiting.push(CRLF);
                }
                self.chunk()
            }
        })
    }

    fn check(&mut self, part: &Bytes, dotted: &mut Vec<Bytes>) -> Result<(), BareLineEnding> {
        match &mut self.encoder {
            None => Ok(()),
            Some(encoder) => encoder.push(part.clone(), dotted),
        }
    }

    fn chunk(&mut self) -> Ready {
        let parts = std::mem::take(&mut self.waiting);
        let octets = u64::try_from(length(&parts)).unwrap_or(u64::MAX);
        self.ready(parts, Some(octets))
    }

    fn ready(&mut self, parts: Vec<Bytes>, chunk: Option<u64>) -> Ready {
        let octets = u64::try_from(length(&parts)).unwrap_or(u64::MAX);
        self.octets = self.octets.saturating_add(octets);
        Ready { parts, chunk }
    }
}

fn length(parts: &[Bytes]) -> usize {
    parts.iter().map(Bytes::len).sum()
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

    fn send(framing: Framing, chunks: &[&[u8]], e: LineEndings) -> Result<Vec<u8>, BareLineEnding> {
        let mut body = Body::new(framing, BodyType::SevenBit, e);
        let mut wire = Vec::new();
        for chunk in chunks {
            wire.extend(body.push(Bytes::copy_from_slice(chunk))?.parts);
        }
        wire.extend(body.finish()?.parts);
        let wire = wire.concat();
        assert_eq!(body.octets(), u64::try_from(wire.len()).unwrap());
        Ok(wire)
    }

    fn encode(chunks: &[&[u8]], line_endings: LineEndings) -> Result<Vec<u8>, BareLineEnding> {
        send(Framing::Data, chunks, line_endings)
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

    #[test]
    fn chunks_are_made_of_enough_octets() {
        let mut body = Body::new(Framing::Chunks, BodyType::SevenBit, LineEndings::Refuse);
        let line = Bytes::from("x".repeat(CHUNK - 3) + "\r\n");
        assert_eq!(body.push(line).unwrap().chunk, None);
        assert_eq!(body.push(Bytes::from_static(b".")).unwrap().chunk, Some(65_536));
        let last = body.finish().unwrap();
        assert_eq!((last.chunk, last.parts.concat()), (Some(2), b"\r\n".to_vec()));
    }

    #[test]
    fn binary_goes_as_it_is() {
        let mut body = Body::new(Framing::Chunks, BodyType::BinaryMime, LineEndings::Normalise);
        body.push(Bytes::from_static(b"\n\r\0.\r")).unwrap();
        assert_eq!(body.finish().unwrap().parts.concat(), b"\n\r\0.\r");
    }

    proptest! {
        #[test]
        fn both_framings_carry_the_same(text in "[a.\r\n]{0,30}", at in any::<prop::sample::Index>()) {
            use crate::codec::data::{DataDecoder, DataItem};
            let (a, b) = text.as_bytes().split_at(at.index(text.len() + 1));
            let chunks = send(Framing::Chunks, &[a, b], LineEndings::Refuse);
            let dots = send(Framing::Data, &[a, b], LineEndings::Refuse);
            prop_assert_eq!(chunks.is_ok(), dots.is_ok());
            if let (Ok(chunks), Ok(dots)) = (chunks, dots) {
                let mut rx = bytes::BytesMut::from(&dots[..]);
                let mut decoder = DataDecoder::new();
                let mut content = Vec::new();
                while let Some(DataItem::Body(part)) = decoder.next(&mut rx, usize::MAX) {
                    content.extend_from_slice(&part);
                }
                prop_assert_eq!(chunks, content);
            }
        }

        #[test]
        fn any_split_is_normalised_alike(text in "[a.\r\n]{0,30}", at in any::<prop::sample::Index>()) {
            let (a, b) = text.as_bytes().split_at(at.index(text.len() + 1));
            let whole = encode(&[&normalised(text.as_bytes())], LineEndings::Refuse).unwrap();
            prop_assert_eq!(encode(&[a, b], LineEndings::Normalise).unwrap(), whole);
        }
    }
}
