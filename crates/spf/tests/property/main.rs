//! Laws of SPF for arbitrary records and zones.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod evaluation;
mod hostile;
mod record;
mod worlds;
