//! When the next attempt is, when the sender is warned, when we give up.

use postrider_core::UnixTime;
use std::time::Duration;

const MINUTE: u64 = 60;
const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;
/// Jitter is ±10 % of a delay.
const JITTER_PERCENT: u64 = 10;

/// Delays before each attempt; the last one repeats.
///
/// RFC 5321 §4.5.4.1: "the retry interval SHOULD be at least 30 minutes" and "the give-up time
/// generally needs to be at least 4-5 days". The default tries sooner at first, for greylisting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    delays: Vec<Duration>,
    warn_after: Duration,
    give_up: Duration,
}

/// Why text is no [`Schedule`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseScheduleError {
    /// No delay at all.
    #[error("a schedule needs a delay")]
    Empty,
    /// Not a number with `s`, `m`, `h` or `d`.
    #[error("{text:?} is no duration such as 0, 90s, 15m, 2h or 5d")]
    Duration {
        /// As given.
        text: String,
    },
    /// The last delay repeats and must not be zero.
    #[error("the last delay repeats, so it must be at least a second")]
    Spin,
}

impl Default for Schedule {
    /// `0 5m 15m 30m 1h 2h 4h 8h 12h`, a warning after 4 hours, 5 days in all.
    fn default() -> Self {
        let minutes = [0, 5, 15, 30, 60, 120, 240, 480, 720];
        Self {
            delays: minutes.into_iter().map(|m| Duration::from_secs(m * MINUTE)).collect(),
            warn_after: Duration::from_secs(4 * HOUR),
            give_up: Duration::from_secs(5 * DAY),
        }
    }
}

impl Schedule {
    /// Delays as text: the first is the wait before the first attempt.
    ///
    /// # Errors
    /// [`ParseScheduleError`]
    pub fn parse<'a>(
        delays: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ParseScheduleError> {
        let delays = delays.into_iter().map(parse_duration).collect::<Result<Vec<_>, _>>()?;
        match delays.last() {
            None => Err(ParseScheduleError::Empty),
            Some(last) if *last < Duration::from_secs(1) => Err(ParseScheduleError::Spin),
            Some(_) => Ok(Self { delays, ..Self::default() }),
        }
    }

    /// As for our own notices: given up after two days.
    #[must_use]
    pub fn for_notices(self) -> Self {
        let two_days = Duration::from_secs(2 * DAY);
        let give_up = self.give_up.min(two_days);
        Self { give_up, ..self }
    }

    /// Gives up at this age.
    #[must_use]
    pub fn with_give_up(self, give_up: Duration) -> Self {
        Self { give_up, ..self }
    }

    /// Warns the sender at this age.
    #[must_use]
    pub fn with_warn_after(self, warn_after: Duration) -> Self {
        Self { warn_after, ..self }
    }

    /// Age at which the sender is warned.
    #[must_use]
    pub const fn warn_after(&self) -> Duration {
        self.warn_after
    }

    /// Age at which an unsettled recipient fails.
    #[must_use]
    pub const fn give_up(&self) -> Duration {
        self.give_up
    }

    /// Whether the sender of a message received then should have been warned by now.
    #[must_use]
    pub fn is_late(&self, received: UnixTime, now: UnixTime) -> bool {
        now.since(received) >= self.warn_after
    }

    /// When to try again after `attempts` attempts; nothing when that is the end.
    ///
    /// The delay is changed by up to a tenth either way by `entropy`, any random number, so that
    /// messages that failed together are not tried together. The last attempt is at the give-up age
    /// and not before it.
    #[must_use]
    pub fn next(
        &self,
        received: UnixTime,
        attempts: u32,
        now: UnixTime,
        entropy: u64,
    ) -> Option<UnixTime> {
        let end = received.plus(self.give_up);
        if now >= end {
            return None;
        }
        let due = now.plus(jitter(self.delay(attempts), entropy));
        Some(due.min(end))
    }

    /// Wait before attempt `attempts + 1`.
    #[must_use]
    pub fn delay(&self, attempts: u32) -> Duration {
        usize::try_from(attempts)
            .ok()
            .and_then(|n| self.delays.get(n))
            .or_else(|| self.delays.last())
            .copied()
            .unwrap_or_default()
    }
}

/// `0`, or a whole number with a unit: `s`, `m`, `h`, `d`.
///
/// # Errors
/// [`ParseScheduleError::Duration`]
pub fn parse_duration(text: &str) -> Result<Duration, ParseScheduleError> {
    let bad = || ParseScheduleError::Duration { text: text.to_owned() };
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    let unit = match text.as_bytes().last() {
        Some(b's') => 1,
        Some(b'm') => MINUTE,
        Some(b'h') => HOUR,
        Some(b'd') => DAY,
        _ => return Err(bad()),
    };
    let digits = text.get(..text.len() - 1).unwrap_or_default();
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let secs = digits.parse::<u64>().ok().and_then(|n| n.checked_mul(unit)).ok_or_else(bad)?;
    Ok(Duration::from_secs(secs))
}

fn jitter(delay: Duration, entropy: u64) -> Duration {
    let millis = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
    let tenth = millis / 100 * JITTER_PERCENT;
    let spread = entropy % (2 * tenth + 1);
    Duration::from_millis((millis - tenth).saturating_add(spread))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn at(secs: i64) -> UnixTime {
        UnixTime::from_secs(secs)
    }

    #[test]
    fn the_last_delay_repeats() {
        let s = Schedule::parse(["0", "5m", "2h"]).unwrap();
        let secs = |n| s.delay(n).as_secs();
        assert_eq!([secs(0), secs(1), secs(2), secs(3), secs(99)], [0, 300, 7_200, 7_200, 7_200]);
    }

    #[test]
    fn faults_are_told_apart() {
        use ParseScheduleError as E;
        assert_eq!(Schedule::parse([]), Err(E::Empty));
        assert_eq!(Schedule::parse(["5m", "0"]), Err(E::Spin));
        for bad in [
            "",
            "5",
            "m",
            "-5m",
            "+5m",
            "5 m",
            "1.5h",
            "99999999999999999999d",
            "213503982334602d",
            "5µ",
        ] {
            assert_eq!(parse_duration(bad), Err(E::Duration { text: bad.to_owned() }), "{bad}");
        }
    }

    #[test]
    fn the_last_attempt_is_at_the_give_up_age() {
        let s = Schedule::default();
        let five_days = 5 * 86_400;
        assert_eq!(s.next(at(0), 20, at(five_days - 60), 0), Some(at(five_days)));
        assert_eq!(s.next(at(0), 20, at(five_days - 1), 0), Some(at(five_days)));
        assert_eq!(s.next(at(0), 20, at(five_days), 0), None);
        assert_eq!(s.for_notices().give_up(), Duration::from_secs(2 * DAY));
    }

    #[test]
    fn lateness_begins_at_warn_after() {
        let s = Schedule::default();
        assert!(!s.is_late(at(0), at(4 * 3_600 - 1)));
        assert!(s.is_late(at(0), at(4 * 3_600)));
    }

    proptest! {
        #[test]
        fn jitter_stays_within_a_tenth(secs in 1..1_000_000_u64, entropy: u64) {
            let millis = Duration::from_secs(secs).as_millis();
            let got = jitter(Duration::from_secs(secs), entropy).as_millis();
            prop_assert!(got >= millis * 9 / 10 && got <= millis * 11 / 10, "{got}");
        }
    }
}
