//! Framing of message content in chunks of a known size (RFC 3030).
//!
//! ```
//! use bytes::BytesMut;
//! use postrider_smtp::codec::bdat::ChunkDecoder;
//!
//! let mut rx = BytesMut::from(&b".\r\nNOOP\r\n"[..]);
//! let mut decoder = ChunkDecoder::new();
//! decoder.begin(3);
//! assert_eq!(decoder.next(&mut rx, usize::MAX).as_deref(), Some(&b".\r\n"[..]));
//! assert_eq!((decoder.left(), &rx[..]), (0, &b"NOOP\r\n"[..]));
//! assert_eq!(decoder.finish().octets, 3);
//! ```

use super::data::BodyStats;
use super::data::scan::{Dots, Scanner};
use bytes::{Bytes, BytesMut};

/// Reads the chunks of one message. There is no transparency and no terminator: a chunk is its octets.
#[derive(Clone, Debug, Default)]
pub struct ChunkDecoder {
    scanner: Scanner,
    left: u64,
}

impl ChunkDecoder {
    /// A decoder before the first chunk.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins a chunk; octets that were left of another are not waited for any more.
    pub const fn begin(&mut self, octets: u64) {
        self.left = octets;
    }

    /// Octets of the chunk that are still to come.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.left
    }

    /// What was seen so far.
    #[must_use]
    pub const fn stats(&self) -> &BodyStats {
        self.scanner.stats()
    }

    /// At most `max` octets of the chunk (at least 1) as a slice of the read buffer, or `None` at its
    /// end or until more octets come. Octets behind the chunk stay in `rx`.
    pub fn next(&mut self, rx: &mut BytesMut, max: usize) -> Option<Bytes> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let len = rx.len().min(left).min(max.max(1));
        if len == 0 {
            return None;
        }
        let octets = rx.split_to(len).freeze();
        self.scanner.scan(&octets, Dots::Plain);
        self.left = self.left.saturating_sub(u64::try_from(len).unwrap_or(u64::MAX));
        Some(octets)
    }

    /// The message is complete.
    #[must_use]
    pub fn finish(self) -> BodyStats {
        self.scanner.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(content: &[u8], chunk: usize, piece: usize) -> (Vec<u8>, BodyStats) {
        let mut decoder = ChunkDecoder::new();
        let mut out = Vec::new();
        for chunk in content.chunks(chunk) {
            decoder.begin(u64::try_from(chunk.len()).unwrap());
            let mut rx = BytesMut::new();
            for part in chunk.chunks(piece) {
                rx.extend_from_slice(part);
                while let Some(octets) = decoder.next(&mut rx, piece) {
                    out.extend_from_slice(&octets);
                }
            }
            assert_eq!(decoder.left(), 0);
        }
        (out, decoder.finish())
    }

    #[test]
    fn dots_and_terminators_are_content() {
        let (content, stats) = read(b"..a\r\n.\r\n.\r\n", 100, 100);
        assert_eq!(content, b"..a\r\n.\r\n.\r\n");
        assert!(stats.bare_cr.is_none() && stats.bare_lf.is_none());
    }

    #[test]
    fn a_cr_at_the_end_is_alone_and_one_at_the_edge_of_a_chunk_is_not() {
        assert_eq!(read(b"a\r", 9, 9).1.bare_cr.first, Some(1));
        assert!(read(b"a\r\nb", 2, 9).1.bare_cr.is_none());
        assert_eq!(read(b"a\rb", 2, 9).1.bare_cr.first, Some(1));
    }

    proptest! {
        #[test]
        fn content_and_facts_do_not_depend_on_chunks_and_reads(
            content in proptest::collection::vec(prop_oneof![Just(13u8), Just(10), Just(46), any::<u8>()], 1..1500),
            chunk in 1usize..700, piece in 1usize..700,
        ) {
            prop_assert_eq!(read(&content, chunk, piece), read(&content, usize::MAX, usize::MAX));
        }
    }
}
