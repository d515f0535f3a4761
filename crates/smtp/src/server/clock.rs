//! Deadlines: a fixed array indexed by what they are for.

use crate::value::Instant;
use std::time::Duration;

/// What a deadline is for. When several are due, the first of this order fires first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Timer {
    /// The connection's life.
    Session,
    /// A PROXY header.
    Proxy,
    /// A TLS handshake.
    Handshake,
    /// The wait before the greeting.
    Banner,
    /// A line, from its first octet.
    Command,
    /// The time between commands.
    Idle,
    /// The next octets of a message.
    BodyIdle,
    /// A whole message.
    Body,
    /// The application's answer.
    Verdict,
    /// A delayed verdict.
    Tarpit,
}

const ALL: [Timer; 10] = [
    Timer::Session,
    Timer::Proxy,
    Timer::Handshake,
    Timer::Banner,
    Timer::Command,
    Timer::Idle,
    Timer::BodyIdle,
    Timer::Body,
    Timer::Verdict,
    Timer::Tarpit,
];

#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    deadlines: [Option<Instant>; ALL.len()],
}

impl Clock {
    fn slots(&mut self) -> impl Iterator<Item = (Timer, &mut Option<Instant>)> {
        ALL.into_iter().zip(&mut self.deadlines)
    }

    fn set(&mut self, timer: Timer, deadline: Option<Instant>) {
        self.slots().filter(|(t, _)| *t == timer).for_each(|(_, slot)| *slot = deadline);
    }

    pub(super) fn start(&mut self, timer: Timer, now: Instant, span: Duration) {
        self.set(timer, Some(now.plus(span)));
    }

    pub(super) fn stop(&mut self, timer: Timer) {
        self.set(timer, None);
    }

    /// Starts `timer` if it is wanted and does not run; stops it if it is not wanted.
    pub(super) fn keep(&mut self, timer: Timer, wanted: Wanted, now: Instant, span: Duration) {
        for (_, slot) in self.slots().filter(|(t, _)| *t == timer) {
            match wanted {
                Wanted::Yes => _ = slot.get_or_insert_with(|| now.plus(span)),
                Wanted::No => *slot = None,
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.deadlines = Default::default();
    }

    /// The first deadline, leaving out those that are suspended.
    pub(super) fn next(&self, suspended: Option<Timer>) -> Option<Instant> {
        self.running(suspended).map(|(_, at)| at).min()
    }

    /// A timer that is due.
    pub(super) fn due(&self, now: Instant, suspended: Option<Timer>) -> Option<Timer> {
        self.running(suspended).find(|(_, at)| *at <= now).map(|(timer, _)| timer)
    }

    fn running(&self, suspended: Option<Timer>) -> impl Iterator<Item = (Timer, Instant)> {
        ALL.into_iter()
            .zip(self.deadlines)
            .filter(move |(timer, _)| Some(*timer) != suspended)
            .filter_map(|(timer, at)| Some((timer, at?)))
    }
}

/// Whether a timer should run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Yes,
    No,
}

impl From<bool> for Wanted {
    fn from(wanted: bool) -> Self {
        if wanted { Self::Yes } else { Self::No }
    }
}
