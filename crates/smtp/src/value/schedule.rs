//! When a message is to be delivered, and before which others: DELIVERBY (RFC 2852), FUTURERELEASE
//! (RFC 4865) and MT-PRIORITY (RFC 6710).

use postrider_core::UnixTime;
use std::fmt;

/// Why octets are no value of one of these parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{expected} expected")]
pub struct ParseScheduleError {
    /// What is expected.
    pub expected: &'static str,
}

/// `MT-PRIORITY=`: -9 (last) to 9 (first).
///
/// ```text
/// priority-value = (["-"] NZDIGIT) / "0"
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Priority(i8);

/// `BY=`: how long delivery may take, and what happens then.
///
/// ```text
/// by-value = by-time ";" by-mode [by-trace]
/// by-time  = ["-" / "+"] 1*9digit
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DeliverBy {
    seconds: i32,
    mode: ByMode,
    trace: bool,
}

/// What happens to a message that is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 2852 §4")]
pub enum ByMode {
    /// `N`: it is still delivered, and the sender is told.
    Notify,
    /// `R`: it is returned.
    Return,
}

/// `HOLDFOR=` or `HOLDUNTIL=`: not before then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 4865 §5")]
pub enum Hold {
    /// Seconds from now, 1 to 999999999.
    For(u32),
    /// A moment.
    Until(UnixTime),
}

impl Priority {
    /// A priority from -9 to 9.
    #[must_use]
    pub const fn new(value: i8) -> Option<Self> {
        match value {
            -9..=9 => Some(Self(value)),
            _ => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn value(self) -> i8 {
        self.0
    }

    /// Reads the value.
    ///
    /// # Errors
    /// [`ParseScheduleError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseScheduleError> {
        let digit = |b: u8| i8::try_from(b.wrapping_sub(b'0')).ok().and_then(Self::new);
        match octets {
            [d @ b'0'..=b'9'] => digit(*d),
            [b'-', d @ b'1'..=b'9'] => digit(*d).map(|Self(n)| Self(-n)),
            _ => None,
        }
        .ok_or(ParseScheduleError { expected: "a number from -9 to 9" })
    }
}

impl DeliverBy {
    /// Most seconds that nine digits can say.
    pub const MAX_SECONDS: i32 = 999_999_999;

    /// A limit of time; `None` when it has more than nine digits, or is not in the future though the
    /// mode is [`ByMode::Return`].
    #[must_use]
    pub fn new(seconds: i32, mode: ByMode) -> Option<Self> {
        // RFC 2852 §4: what is to be returned when it is late cannot be late already.
        let lowest = match mode {
            ByMode::Notify => -Self::MAX_SECONDS,
            ByMode::Return => 1,
        };
        let fits = (lowest..=Self::MAX_SECONDS).contains(&seconds);
        fits.then_some(Self { seconds, mode, trace: false })
    }

    /// The same with a report from every relay (`T`).
    #[must_use]
    pub const fn traced(mut self) -> Self {
        self.trace = true;
        self
    }

    /// Seconds from now; below zero when it is late already.
    #[must_use]
    pub const fn seconds(self) -> i32 {
        self.seconds
    }

    /// What happens then.
    #[must_use]
    pub const fn mode(self) -> ByMode {
        self.mode
    }

    /// Whether every relay reports.
    #[must_use]
    pub const fn is_traced(self) -> bool {
        self.trace
    }

    /// Reads the value.
    ///
    /// # Errors
    /// [`ParseScheduleError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseScheduleError> {
        const EXPECTED: &str = "seconds, a semicolon, N or R, and perhaps T";
        let read = || {
            let at = octets.iter().position(|&b| b == b';')?;
            let (time, mode) = octets.split_at_checked(at)?;
            let (sign, digits) = match time {
                [b'-', digits @ ..] => (-1, digits),
                [b'+', digits @ ..] => (1, digits),
                digits => (1, digits),
            };
            let seconds = i32::try_from(nine_digits(digits)?).ok()?;
            let (mode, trace) = match mode {
                [b';', mode] => (mode, None),
                [b';', mode, trace] => (mode, Some(trace)),
                _ => return None,
            };
            let mode = match mode {
                b'N' | b'n' => ByMode::Notify,
                b'R' | b'r' => ByMode::Return,
                _ => return None,
            };
            let by = Self::new(sign * seconds, mode)?;
            match trace {
                None => Some(by),
                Some(b'T' | b't') => Some(by.traced()),
                Some(_) => None,
            }
        };
        read().ok_or(ParseScheduleError { expected: EXPECTED })
    }
}

impl Hold {
    /// Reads the value of `HOLDFOR=`.
    ///
    /// # Errors
    /// [`ParseScheduleError`]
    pub fn parse_for(octets: &[u8]) -> Result<Self, ParseScheduleError> {
        // RFC 4865 §4: future-release-integer = %x31-39 *8DIGIT
        let seconds = nine_digits(octets).filter(|_| octets.first() != Some(&b'0'));
        seconds.map(Self::For).ok_or(ParseScheduleError { expected: "1 to 999999999 seconds" })
    }

    /// Reads the value of `HOLDUNTIL=`.
    ///
    /// # Errors
    /// [`ParseScheduleError`]
    pub fn parse_until(octets: &[u8]) -> Result<Self, ParseScheduleError> {
        let text = std::str::from_utf8(octets).ok();
        let moment = text.and_then(UnixTime::parse_rfc3339);
        moment.map(Self::Until).ok_or(ParseScheduleError { expected: "a time of RFC 3339" })
    }
}

/// 1 to 9 digits.
fn nine_digits(octets: &[u8]) -> Option<u32> {
    let sound = (1..=9).contains(&octets.len()) && octets.iter().all(u8::is_ascii_digit);
    sound.then(|| octets.iter().fold(0, |n: u32, d| n.wrapping_mul(10) + u32::from(d - b'0')))
}

impl fmt::Display for Priority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DeliverBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            ByMode::Notify => "N",
            ByMode::Return => "R",
        };
        let trace = if self.trace { "T" } else { "" };
        write!(f, "{};{mode}{trace}", self.seconds)
    }
}

/// The parameter with its keyword.
impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::For(seconds) => write!(f, "HOLDFOR={seconds}"),
            Self::Until(moment) => {
                let time = moment.rfc3339();
                write!(f, "HOLDUNTIL={}", time.replace(".000Z", "Z"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn priorities_are_from_minus_9_to_9() {
        for (text, value) in [("-9", -9), ("0", 0), ("9", 9), ("-1", -1)] {
            let read = Priority::parse(text.as_bytes()).unwrap();
            assert_eq!((read.value(), read.to_string().as_str()), (value, text));
        }
        for bad in ["", "-", "10", "-10", "-0", "+1", "01", "x"] {
            assert!(Priority::parse(bad.as_bytes()).is_err(), "{bad}");
        }
        assert_eq!((Priority::new(-10), Priority::new(10)), (None, None));
    }

    #[test]
    fn deliver_by_is_written_as_it_is_read() {
        for (text, written) in [
            ("120;R", "120;R"),
            ("0;n", "0;N"),
            ("-10;NT", "-10;NT"),
            ("+22;RT", "22;RT"),
            ("-999999999;N", "-999999999;N"),
            ("999999999;R", "999999999;R"),
        ] {
            let read = DeliverBy::parse(text.as_bytes()).unwrap();
            assert_eq!(read.to_string(), written);
            assert_eq!(DeliverBy::parse(written.as_bytes()), Ok(read));
        }
    }

    #[test]
    fn returning_needs_time_and_nine_digits_are_enough() {
        for bad in [
            "0;R",
            "-1;R",
            "1000000000;N",
            "",
            ";N",
            "1",
            "1;",
            "1;X",
            "1;NX",
            "1;NTT",
            "+;N",
            "--1;N",
        ] {
            assert!(DeliverBy::parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn holding_is_for_a_time_or_until_one() {
        for (text, seconds) in [("1", 1), ("999999999", 999_999_999)] {
            assert_eq!(Hold::parse_for(text.as_bytes()), Ok(Hold::For(seconds)));
        }
        for bad in ["", "0", "01", "1000000000", "+1", "-1"] {
            assert!(Hold::parse_for(bad.as_bytes()).is_err(), "{bad}");
        }
        let until = Hold::parse_until(b"2030-01-02T03:04:05Z").unwrap();
        assert_eq!(until.to_string(), "HOLDUNTIL=2030-01-02T03:04:05Z");
        for bad in ["", "2030-01-02", "2030-13-02T03:04:05Z"] {
            assert!(Hold::parse_until(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
