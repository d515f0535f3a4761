//! The id that a message keeps from the SMTP reply through trace, queue and bounce.

use crate::time::UnixTime;
use std::fmt;
use std::str::FromStr;

const ALPHABET: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J',
    'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
];
const CHARS: u32 = 12;
const COUNTER_BITS: u32 = 18;
const MAX: u64 = (1 << 60) - 1;

/// 60 bits in 12 characters of Crockford's base32: 42 bits of Unix milliseconds, 18 bits of counter.
///
/// Ids sort by time, as numbers and as text. Reading accepts lower case and `i`, `l`, `o` for 1, 1, 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(u64);

/// Text is no [`Id`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an id is 12 characters of 0-9 and A-Z without U")]
pub struct ParseIdError;

/// Makes ids that never repeat and never go back.
///
/// The caller owns it, gives a random `seed` and, at start, the largest id it has stored as `floor`.
#[derive(Clone, Debug)]
pub struct IdSource {
    last: u64,
    counter: u64,
}

impl Id {
    /// The moment in the id.
    #[must_use]
    pub fn time(self) -> UnixTime {
        UnixTime::from_millis(i64::try_from(self.0 >> COUNTER_BITS).unwrap_or(i64::MAX))
    }

    /// The id as a number below 2^60.
    #[must_use]
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The smallest id of a moment, for searching by time.
    #[must_use]
    pub fn first_at(time: UnixTime) -> Self {
        let millis = u64::try_from(time.millis()).unwrap_or(0);
        Self(millis.saturating_mul(1 << COUNTER_BITS).min(MAX))
    }
}

impl IdSource {
    /// A source whose ids are all greater than `floor`.
    #[must_use]
    pub fn new(seed: u64, floor: Option<Id>) -> Self {
        Self { last: floor.map_or(0, Id::as_u64), counter: seed & ((1 << COUNTER_BITS) - 1) }
    }

    /// The next id. A clock that went back does not make ids go back.
    pub fn next(&mut self, now: UnixTime) -> Id {
        self.counter = (self.counter + 1) & ((1 << COUNTER_BITS) - 1);
        let wanted = Id::first_at(now).0 | self.counter;
        self.last = wanted.max(self.last.saturating_add(1)).min(MAX);
        Id(self.last)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for i in (0..CHARS).rev() {
            let digit = usize::try_from((self.0 >> (5 * i)) & 31).unwrap_or(0);
            write!(f, "{}", ALPHABET.get(digit).unwrap_or(&'0'))?;
        }
        Ok(())
    }
}

impl FromStr for Id {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        if text.len() != 12 {
            return Err(ParseIdError);
        }
        text.chars()
            .try_fold(0_u64, |sum, c| Some(sum << 5 | digit(c)?))
            .map(Self)
            .ok_or(ParseIdError)
    }
}

fn digit(c: char) -> Option<u64> {
    let c = match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        c => c,
    };
    ALPHABET.iter().position(|&a| a == c).and_then(|i| u64::try_from(i).ok())
}

#[cfg(feature = "serde")]
impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Id {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reading_is_tolerant_as_the_alphabet_says() {
        let id: Id = "D21JJQD838RB".parse().unwrap();
        assert_eq!("d2ljjqd838rb".parse(), Ok(id));
        assert_eq!("D21JJQD838RU".parse::<Id>(), Err(ParseIdError));
        assert_eq!("D21JJQD838R".parse::<Id>(), Err(ParseIdError));
    }

    #[test]
    fn a_clock_that_goes_back_does_not_repeat_ids() {
        let mut source = IdSource::new(7, None);
        let a = source.next(UnixTime::from_secs(1_000));
        let b = source.next(UnixTime::from_secs(10));
        assert!(b > a);
    }

    proptest! {
        #[test]
        fn text_round_trips_and_sorts(a in 0..=MAX, b in 0..=MAX) {
            let (a, b) = (Id(a), Id(b));
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn ids_rise_and_keep_their_time(seed: u64, times in proptest::collection::vec(0..4_000_000_000_i64, 1..50)) {
            let mut source = IdSource::new(seed, None);
            let mut last = None;
            for t in times {
                let id = source.next(UnixTime::from_secs(t));
                prop_assert!(last < Some(id));
                prop_assert!(id.time() >= UnixTime::from_secs(t));
                last = Some(id);
            }
        }
    }
}
