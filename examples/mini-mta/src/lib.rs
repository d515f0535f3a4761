//! A thin mail server made of the Postrider crates, whose every verdict explains itself.
//!
//! This library is the server's wiring; `main.rs` is its command line. All mechanism lives in the
//! crates: what grows a parser, a loop or a state machine here belongs there.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "enums of the crates are non-exhaustive; a binary may treat the rest alike"
)]

mod checks;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod demo;
pub mod facts;
pub mod init;
pub mod judge;
mod letter;
pub mod listen;
pub mod local;
mod outbound;
pub mod resolver;
pub mod run;
pub mod server;
pub mod session;
pub mod traces;
