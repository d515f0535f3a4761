//! Reads dates of messages (RFC 5322 §3.3 and the obsolete forms of §4.3).

use crate::lex::Cursor;
use postrider_core::UnixTime;
use std::time::Duration;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The moment that `Tue, 24 Nov 2026 08:21:40 +0100` names; nothing if it names none.
///
/// Comments, a missing weekday, missing seconds, two-digit years and the old zone names are read. A
/// wrong weekday does not matter; an unknown zone name is UTC (RFC 5322 §4.3).
#[must_use]
pub fn parse_date(value: &[u8]) -> Option<UnixTime> {
    let mut at = Cursor::new(value);
    at.skip_cfws().ok()?;
    if at.peek().is_some_and(|b| b.is_ascii_alphabetic()) {
        at.run(|b| b.is_ascii_alphabetic());
        at.skip_cfws().ok()?;
        at.eat(b',');
    }
    let day = number(&mut at, 1..=2)?;
    at.skip_cfws().ok()?;
    let month = month(at.run(|b| b.is_ascii_alphabetic()))?;
    at.skip_cfws().ok()?;
    let start = at.at();
    let year = match number(&mut at, 2..=4)? {
        year if at.at() - start == 4 => year,
        year @ 0..=49 if at.at() - start == 2 => year + 2000,
        year => year + 1900,
    };
    let hour = number(&mut at, 2..=2)?;
    colon(&mut at)?;
    let minute = number(&mut at, 2..=2)?;
    at.skip_cfws().ok()?;
    let second = match at.eat(b':') {
        // A leap second is the second before it.
        true => number(&mut at, 2..=2)?.min(59),
        false => 0,
    };
    at.skip_cfws().ok()?;
    let offset = zone(&mut at)?;
    at.skip_cfws().ok()?;
    let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
    let local = UnixTime::parse_rfc3339(&text).filter(|_| at.peek().is_none())?;
    let shift = Duration::from_secs(60 * u64::from(offset.unsigned_abs()));
    Some(match offset < 0 {
        true => local.plus(shift),
        false => local.minus(shift),
    })
}

fn number(at: &mut Cursor<'_>, digits: std::ops::RangeInclusive<usize>) -> Option<u32> {
    at.skip_cfws().ok()?;
    let text = at.run(|b| b.is_ascii_digit());
    let text = std::str::from_utf8(text).ok().filter(|t| digits.contains(&t.len()))?;
    text.parse().ok()
}

fn colon(at: &mut Cursor<'_>) -> Option<()> {
    at.skip_cfws().ok()?;
    at.eat(b':').then_some(())
}

fn month(name: &[u8]) -> Option<usize> {
    MONTHS.iter().position(|m| name.eq_ignore_ascii_case(m.as_bytes())).map(|i| i + 1)
}

/// Minutes east of UTC.
fn zone(at: &mut Cursor<'_>) -> Option<i32> {
    let sign = match at.peek()? {
        b'+' => 1,
        b'-' => -1,
        _ => return named_zone(at.run(|b| b.is_ascii_alphabetic())),
    };
    at.run(|b| b == b'+' || b == b'-');
    let digits = i32::try_from(number(at, 4..=4)?).ok()?;
    (digits % 100 < 60).then_some(sign * (digits / 100 * 60 + digits % 100))
}

fn named_zone(name: &[u8]) -> Option<i32> {
    let hours = match name.to_ascii_uppercase().as_slice() {
        b"" => return None,
        b"EDT" => -4,
        b"EST" | b"CDT" => -5,
        b"CST" | b"MDT" => -6,
        b"MST" | b"PDT" => -7,
        b"PST" => -8,
        _ => 0,
    };
    Some(hours * 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        parse_date(text.as_bytes()).map(UnixTime::rfc3339)
    }

    #[test]
    fn dates_of_the_rfc_are_read() {
        for (text, moment) in [
            ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06.000Z"),
            (
                "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
                "1969-02-14T03:02:00.000Z",
            ),
            ("21 Nov 97 09:55:06 GMT", "1997-11-21T09:55:06.000Z"),
            ("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06.000Z"),
            ("1 jan 2000 00:00 EST", "2000-01-01T05:00:00.000Z"),
            ("1 Jan 101 00:00 +0000", "2001-01-01T00:00:00.000Z"),
            ("30 Jun 2012 23:59:60 Z", "2012-06-30T23:59:59.000Z"),
        ] {
            assert_eq!(read(text).as_deref(), Some(moment), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "Fri",
            "31 Feb 2000 00:00 +0000",
            "1 Foo 2000 00:00 +0000",
            "1 Jan 2000 00:00",
            "1 Jan 2000 24:00 +0000",
            "1 Jan 2000 00:00 +0060",
            "1 Jan 2000 00:00 +0000 x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_we_write_is_read(secs in 0..4_000_000_000_i64) {
            let time = UnixTime::from_secs(secs);
            prop_assert_eq!(parse_date(time.rfc5322().as_bytes()), Some(time));
        }

        #[test]
        fn octets_never_panic(octets in "[0-9A-Za-z:+ ,()-]{0,40}") {
            let _ = parse_date(octets.as_bytes());
        }
    }
}
