//! Content from the wire: slices of the read buffer, transparency dots removed.

use super::scan::{Dots, Place, Scanner};
use super::stats::BodyStats;
use bytes::{Buf, Bytes, BytesMut};

/// What a [`DataDecoder`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DataItem {
    /// Content: a slice of the read buffer, never empty.
    Body(Bytes),
    /// CRLF `.` CRLF was read.
    End(BodyStats),
}

/// Reads the content behind DATA. It starts anew after each [`DataItem::End`].
///
/// At most two octets stay in the buffer that are not yet known to be content: a dot, and a CR behind
/// it, at the start of a line.
#[derive(Clone, Debug, Default)]
pub struct DataDecoder {
    scanner: Scanner,
}

impl DataDecoder {
    /// A decoder at the first octet behind the 354.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What was seen so far.
    #[must_use]
    pub const fn stats(&self) -> &BodyStats {
        &self.scanner.stats
    }

    /// Octets taken from the wire so far, dots included.
    #[must_use]
    pub const fn wire_octets(&self) -> u64 {
        self.scanner.wire()
    }

    /// The next item with at most `max` octets of content (at least 1), or `None` until more octets
    /// come.
    pub fn next(&mut self, rx: &mut BytesMut, max: usize) -> Option<DataItem> {
        if self.scanner.place == Place::LineStart {
            match rx.as_ref() {
                [] | [b'.'] | [b'.', b'\r'] => return None,
                [b'.', b'\r', b'\n', ..] => {
                    rx.advance(3);
                    return Some(DataItem::End(std::mem::take(self).scanner.stats));
                }
                // RFC 5321 §4.5.2: "If the first character is a period and there are other
                // characters on the line, the first character is deleted."
                [b'.', ..] => {
                    rx.advance(1);
                    self.scanner.skip_dot();
                }
                _ => {}
            }
        }
        let window = rx.get(..max.max(1)).unwrap_or(rx);
        match self.scanner.scan(window, Dots::Stuffed) {
            0 => None,
            len => Some(DataItem::Body(rx.split_to(len.min(rx.len())).freeze())),
        }
    }
}
