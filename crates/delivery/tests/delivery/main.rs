//! Delivery from spool to trace, against scripted servers in memory.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::unreachable, reason = "tests")]

mod attempts;
mod fake;
mod runner;
