//! Framing of message content behind DATA (RFC 5321 §4.5.2).
//!
//! Only CRLF `.` CRLF ends the content. Everything that looks like a line end and is none is
//! counted with its first offset, so that a policy can judge the message at its real end.

mod decode;
mod encode;
pub(in crate::codec) mod scan;
mod stats;

pub use decode::{DataDecoder, DataItem};
pub use encode::{BareLineEnding, DataEncoder};
pub use stats::{BodyStats, Sightings};

#[cfg(test)]
mod tests;
