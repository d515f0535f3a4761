//! Wall time as a parameter: milliseconds since 1970, and the two date forms that mail writes.
//!
//! Library crates take `now: UnixTime` and never read a clock; see `clock.rs` of a binary.

use std::fmt;
use std::time::Duration;

const MILLIS_PER_SEC: i64 = 1_000;
const SECS_PER_DAY: i64 = 86_400;
/// Last whole second that the date forms can write: 9999-12-31T23:59:59Z.
const MAX_SECS: i64 = 253_402_300_799;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment in UTC, in milliseconds since 1970-01-01T00:00:00Z.
///
/// Arithmetic saturates; there is no moment that makes it panic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct UnixTime(i64);

/// A calendar date and time of day in UTC.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: &'static str,
}

impl UnixTime {
    /// `secs` seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(MILLIS_PER_SEC))
    }

    /// `millis` milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Whole seconds since 1970, rounded down.
    #[must_use]
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(MILLIS_PER_SEC)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Time from `earlier` to `self`; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        let millis = self.0.saturating_sub(earlier.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// The moment `span` later.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// `2026-11-24T08:21:40.150Z` (RFC 3339), for traces and logs.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let c = Civil::from_secs(self.secs());
        let millis = self.0.rem_euclid(MILLIS_PER_SEC);
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millis:03}Z",
            c.year, c.month, c.day, c.hour, c.minute, c.second
        )
    }

    /// `Tue, 24 Nov 2026 08:21:40 +0000` (RFC 5322 §3.3), for `Date` and `Received`.
    #[must_use]
    pub fn rfc5322(self) -> String {
        let c = Civil::from_secs(self.secs());
        let month = usize::try_from(c.month - 1).ok().and_then(|m| MONTHS.get(m)).unwrap_or(&"Jan");
        format!(
            "{}, {} {month} {:04} {:02}:{:02}:{:02} +0000",
            c.weekday, c.day, c.year, c.hour, c.minute, c.second
        )
    }

    /// Reads the form that [`rfc3339`](Self::rfc3339) writes; the fraction may be absent.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let b = text.as_bytes();
        let digits = |from: usize, to: usize| -> Option<i64> {
            let part = b.get(from..to)?;
            part.iter().all(u8::is_ascii_digit).then(|| text.get(from..to)?.parse().ok())?
        };
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        if !marks.iter().all(|&(at, mark)| b.get(at) == Some(&mark)) {
            return None;
        }
        let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
        let (hour, minute, second) = (digits(11, 13)?, digits(14, 16)?, digits(17, 19)?);
        let millis = match b.get(19..)? {
            b"Z" => 0,
            [b'.', _, _, _, b'Z'] => digits(20, 23)?,
            _ => return None,
        };
        let in_range = (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !in_range {
            return None;
        }
        let days = days_from_civil(year, month, day);
        let secs = days * SECS_PER_DAY + hour * 3_600 + minute * 60 + second;
        let time = Self(secs * MILLIS_PER_SEC + millis);
        // 31 February and its like come back as another date.
        (time.rfc3339().get(..10) == text.get(..10)).then_some(time)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339())
    }
}

impl Civil {
    /// Howard Hinnant's `civil_from_days`, with the year shifted to begin in March.
    fn from_secs(secs: i64) -> Self {
        let secs = secs.clamp(-62_167_219_200, MAX_SECS); // years 0000 to 9999
        let days = secs.div_euclid(SECS_PER_DAY);
        let of_day = secs.rem_euclid(SECS_PER_DAY);
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_shifted = (5 * day_of_year + 2) / 153;
        let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let weekday = usize::try_from(days.rem_euclid(7)).ok().and_then(|d| WEEKDAYS.get(d));
        Self {
            year,
            month,
            day: day_of_year - (153 * month_shifted + 2) / 5 + 1,
            hour: of_day / 3_600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            weekday: weekday.copied().unwrap_or("Thu"),
        }
    }
}

/// Days from 1970-01-01 to the given date, the inverse of [`Civil::from_secs`].
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_shifted = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * month_shifted + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_dates_are_written() {
        let t = UnixTime::from_millis(1_795_508_500_150);
        assert_eq!(t.rfc3339(), "2026-11-24T08:21:40.150Z");
        assert_eq!(t.rfc5322(), "Tue, 24 Nov 2026 08:21:40 +0000");
        assert_eq!(UnixTime::from_secs(0).rfc5322(), "Thu, 1 Jan 1970 00:00:00 +0000");
        assert_eq!(UnixTime::from_secs(951_782_400).rfc3339(), "2000-02-29T00:00:00.000Z");
    }

    #[test]
    fn extremes_saturate() {
        let last = UnixTime::from_millis(i64::MAX);
        assert_eq!(last.plus(Duration::from_secs(1)), last);
        assert!(last.rfc3339().starts_with("9999-12-31"));
        assert_eq!(UnixTime::from_secs(i64::MAX), last);
    }

    #[test]
    fn impossible_dates_are_refused() {
        for bad in ["2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-24 08:21:40Z", ""] {
            assert_eq!(UnixTime::parse_rfc3339(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn rfc3339_round_trips(millis in 0..253_402_300_799_999_i64) {
            let t = UnixTime::from_millis(millis);
            prop_assert_eq!(UnixTime::parse_rfc3339(&t.rfc3339()), Some(t));
        }

        #[test]
        fn parsing_never_panics(text in ".{0,40}") {
            let _ = UnixTime::parse_rfc3339(&text);
        }
    }
}
