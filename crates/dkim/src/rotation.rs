//! Replacing a key without a message that fails: two selectors with an overlap.
//!
//! A record must be seen everywhere before anything is signed with its key, and must stay until the
//! last message signed with it was verified; queues hold mail for days (RFC 5321 §4.5.4.1).

use crate::key::PublicKey;
use crate::record::KeyRecord;
use crate::selector::Selector;
use postrider_core::{DomainName, UnixTime};
use postrider_resolver::{Name, NameError};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// One change from an old key to a new one. To rotate RSA and Ed25519 side by side, keep one each.
///
/// ```
/// use postrider_core::UnixTime;
/// use postrider_dkim::rotation::{Phase, Rotation};
/// use postrider_dkim::{PrivateKey, Selector};
///
/// let [old, new] = [[1; 32], [2; 32]].map(|seed| PrivateKey::from_ed25519_seed(&seed));
/// let rotation = Rotation::new(
///     (Selector::parse("m1")?, old?.public().clone()),
///     (Selector::parse("m2")?, new?.public().clone()),
///     UnixTime::from_secs(1_795_508_500),
/// );
/// let after = |days: i64| UnixTime::from_secs(1_795_508_500 + days * 86_400);
/// assert_eq!(rotation.phase(after(1)), Phase::Published);
/// assert_eq!(rotation.signs_with(after(1)).to_string(), "m1");
/// assert_eq!(rotation.phase(after(3)), Phase::Switched);
/// assert_eq!(rotation.signs_with(after(3)).to_string(), "m2");
/// assert_eq!(rotation.phase(after(30)), Phase::Revoked);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    old: (Selector, PublicKey),
    new: (Selector, PublicKey),
    published: UnixTime,
    propagation: Duration,
    overlap: Duration,
}

/// How far a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "these are all phases there are")]
pub enum Phase {
    /// The old record alone.
    Before,
    /// Both records; the old key still signs, until the new record is seen everywhere.
    Published,
    /// Both records; the new key signs, the old one is there for mail on its way.
    Switched,
    /// The new record, and the old one without its key. It may go for good.
    Revoked,
}

impl Rotation {
    /// From `old` to `new`, whose record is published at `published`: two days until it is used, and
    /// seven more until the old key is revoked.
    #[must_use]
    pub const fn new(
        old: (Selector, PublicKey),
        new: (Selector, PublicKey),
        published: UnixTime,
    ) -> Self {
        let (propagation, overlap) = (DAY.saturating_mul(2), DAY.saturating_mul(7));
        Self { old, new, published, propagation, overlap }
    }

    /// With another span from publishing to signing; no less than the ttl of a denial at the name.
    #[must_use]
    pub const fn propagation(mut self, span: Duration) -> Self {
        self.propagation = span;
        self
    }

    /// With another span from the last signature by the old key to its end; no less than mail stays in
    /// queues.
    #[must_use]
    pub const fn overlap(mut self, span: Duration) -> Self {
        self.overlap = span;
        self
    }

    /// The phase at a time.
    #[must_use]
    pub fn phase(&self, now: UnixTime) -> Phase {
        let switched = self.published.plus(self.propagation);
        let revoked = switched.plus(self.overlap);
        match now {
            now if now < self.published => Phase::Before,
            now if now < switched => Phase::Published,
            now if now < revoked => Phase::Switched,
            _ => Phase::Revoked,
        }
    }

    /// The selector whose key signs at a time.
    #[must_use]
    pub fn signs_with(&self, now: UnixTime) -> &Selector {
        match self.phase(now) {
            Phase::Before | Phase::Published => &self.old.0,
            Phase::Switched | Phase::Revoked => &self.new.0,
        }
    }

    /// The records that belong into the zone at a time, with their names.
    ///
    /// # Errors
    /// [`NameError`] when selector and domain are too long together.
    pub fn records(
        &self,
        domain: &DomainName,
        now: UnixTime,
    ) -> Result<Vec<(Name, KeyRecord)>, NameError> {
        let phase = self.phase(now);
        let old = match phase {
            Phase::Revoked => KeyRecord::revocation(self.old.1.key_type()),
            Phase::Before | Phase::Published | Phase::Switched => {
                KeyRecord::new(self.old.1.clone())
            }
        };
        let mut records = vec![(self.old.0.under_domainkey(domain)?, old)];
        if phase > Phase::Before {
            let new = KeyRecord::new(self.new.1.clone());
            records.push((self.new.0.under_domainkey(domain)?, new));
        }
        Ok(records)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: i64 = 1_795_508_500;

    fn rotation() -> Rotation {
        let side = |selector, seed: u8| {
            let key = crate::PrivateKey::from_ed25519_seed(&[seed; 32]).unwrap();
            (Selector::parse(selector).unwrap(), key.public().clone())
        };
        Rotation::new(side("old", 1), side("new", 2), UnixTime::from_secs(START))
            .propagation(Duration::from_secs(100))
            .overlap(Duration::from_secs(1000))
    }

    #[test]
    fn each_phase_begins_at_its_second() {
        let at = |secs: i64| rotation().phase(UnixTime::from_secs(START + secs));
        assert_eq!([at(-1), at(0)], [Phase::Before, Phase::Published]);
        assert_eq!([at(99), at(100)], [Phase::Published, Phase::Switched]);
        assert_eq!([at(1099), at(1100)], [Phase::Switched, Phase::Revoked]);
    }

    #[test]
    fn the_key_that_signs_is_always_published() {
        let (rotation, domain) = (rotation(), DomainName::parse("bank.example").unwrap());
        for (secs, count) in [(-1, 1), (0, 2), (100, 2), (1100, 2)] {
            let now = UnixTime::from_secs(START + secs);
            let records = rotation.records(&domain, now).unwrap();
            assert_eq!(records.len(), count);
            let name = rotation.signs_with(now).under_domainkey(&domain).unwrap();
            let found = records.iter().find(|(n, _)| *n == name).unwrap();
            assert!(found.1.key().is_some(), "{secs}");
        }
        let last = rotation.records(&domain, UnixTime::from_secs(START + 1100)).unwrap();
        assert_eq!(last[0].1.key(), None);
    }
}
