//! The evaluation through the public interface, over zones in memory.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

mod alignment;
mod common;
mod discovery;
mod external;
mod story;
