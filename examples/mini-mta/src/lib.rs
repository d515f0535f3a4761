//! A thin mail server made of the Postrider crates, whose every verdict explains itself.
//!
//! This library is the server's wiring; `main.rs` is its command line. All mechanism lives in the
//! crates: what grows a parser, a loop or a state machine here belongs there.

pub mod clock;
pub mod local;
