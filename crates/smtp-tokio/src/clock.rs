//! The runtime's clock as the machines see it.

use postrider_smtp::value::Instant;
use std::time::Duration;

/// Milliseconds since a connection began, by tokio's clock, which tests can pause.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: tokio::time::Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: tokio::time::Instant::now() }
    }

    pub(crate) fn now(self) -> Instant {
        Instant::from_millis(0).plus(self.start.elapsed())
    }

    /// When the runtime's clock shows `at`. Timers of the runtime may fire a millisecond early in our
    /// count, because `now` is cut to milliseconds; so one is added.
    pub(crate) fn deadline(self, at: Instant) -> Option<tokio::time::Instant> {
        let after = Duration::from_millis(at.millis().checked_add(1)?);
        self.start.checked_add(after)
    }
}
