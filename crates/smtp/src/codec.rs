//! Framing: from octets to lines, bodies, replies and headers, and back.

pub mod bdat;
pub mod data;
pub mod line;
pub mod proxy;
pub mod reply;
