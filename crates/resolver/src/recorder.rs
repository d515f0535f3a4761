//! Keeps what was asked and answered, so that a verdict can be replayed.

use crate::{Answer, Content, LookupError, Name, Question, Record, Resolver};
use crate::{FaultKinds, Forced, Trust, ZoneResolver};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Most look-ups that a recorder keeps unless told otherwise.
pub const MAX_RECORDED: usize = 1000;

/// One question and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lookup {
    /// What was asked.
    pub question: Question,
    /// What came back, with its ttl in seconds.
    pub result: Result<Answer, LookupError>,
    /// How long it took, if the recorder has a clock.
    pub duration: Option<Duration>,
}

/// A [`Resolver`] that asks another and keeps each question with its result.
///
/// [`to_zone`](Self::to_zone) makes a world of them in which the same questions get the same
/// results; its text, `to_zone().to_string()`, is a zone file for bug reports and offline tests.
///
/// ```
/// use postrider_resolver::{Kind, Name, Question, RecordingResolver, Resolver, ZoneResolver};
/// use postrider_resolver::block_on;
///
/// let dns = ZoneResolver::parse(";!timeout a.example. A").unwrap(); // any resolver
/// let recorder = RecordingResolver::new(dns);
/// for name in ["a.example", "b.example"] {
///     let question = Question::new(Name::parse(name).unwrap(), Kind::A);
///     let _ = block_on(recorder.lookup(question)).unwrap();
/// }
/// assert_eq!(
///     recorder.to_zone().to_string(),
///     ";!timeout a.example. A\n;!nxdomain b.example. 300 A\n"
/// );
/// ```
#[derive(Debug)]
pub struct RecordingResolver<R, C = fn() -> Duration> {
    inner: R,
    clock: Option<C>,
    limit: usize,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    lookups: Vec<Lookup>,
    dropped: usize,
}

impl<R> RecordingResolver<R> {
    /// Records up to [`MAX_RECORDED`] look-ups of `inner`.
    #[must_use]
    pub fn new(inner: R) -> Self {
        Self::with_limit(inner, MAX_RECORDED)
    }

    /// Records up to `limit` look-ups; those beyond are answered and only counted.
    #[must_use]
    pub fn with_limit(inner: R, limit: usize) -> Self {
        Self { inner, clock: None, limit, log: Mutex::default() }
    }

    /// Keeps with each look-up how long it took. The clock gives the time since any fixed moment,
    /// as that of a [`CachingResolver`](crate::CachingResolver) does.
    #[must_use]
    pub fn with_clock<C>(self, clock: C) -> RecordingResolver<R, C>
    where
        C: Fn() -> Duration + Send + Sync,
    {
        RecordingResolver {
            inner: self.inner,
            clock: Some(clock),
            limit: self.limit,
            log: self.log,
        }
    }
}

impl<R, C> RecordingResolver<R, C> {
    /// The look-ups so far, in the order of their answers.
    #[must_use]
    pub fn lookups(&self) -> Vec<Lookup> {
        self.log().lookups.clone()
    }

    /// How many look-ups went unrecorded because the limit was reached.
    #[must_use]
    pub fn dropped(&self) -> usize {
        self.log().dropped
    }

    /// Gives the look-ups out and begins anew.
    #[must_use]
    pub fn take(&self) -> Vec<Lookup> {
        std::mem::take(&mut *self.log()).lookups
    }

    /// The world as these look-ups showed it; see [`replay`].
    #[must_use]
    pub fn to_zone(&self) -> ZoneResolver {
        replay(&self.log().lookups)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        // A log is whole after each push, so a panic elsewhere does not spoil it.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, lookup: Lookup) {
        let mut log = self.log();
        if log.lookups.len() < self.limit {
            log.lookups.push(lookup);
        } else {
            log.dropped = log.dropped.saturating_add(1);
        }
    }
}

impl<R: Resolver, C: Fn() -> Duration + Send + Sync> Resolver for RecordingResolver<R, C> {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        let now = || self.clock.as_ref().map(|clock| clock());
        let asked = now();
        let result = self.inner.lookup(question.clone()).await;
        let duration = asked.zip(now()).map(|(asked, now)| now.saturating_sub(asked));
        self.keep(Lookup { question, result: result.clone(), duration });
        result
    }
}

/// A world in which each of these questions gets its result again.
///
/// What changed while it was recorded cannot be told in one zone: of several results for one
/// question the first counts. An answer has one ttl for its whole chain, so where several chains
/// share a record, ttls can come back larger. Questions that were not asked are answered from the
/// records seen, which need not be what DNS would say.
#[must_use]
pub fn replay(lookups: &[Lookup]) -> ZoneResolver {
    let mut zone = ZoneResolver::new();
    let mut seen = BTreeSet::new();
    let mut answers = Vec::new();
    for Lookup { question, result, .. } in lookups {
        if !seen.insert(question) {
            continue;
        }
        match result {
            Ok(answer) => answers.push((question, answer)),
            Err(error) => {
                let kinds = FaultKinds::Only(vec![question.kind]);
                zone.fail(question.name.clone(), kinds, error.clone());
            }
        }
    }
    // The first ttl of a record stays, so those that are exact go first: those asked for by their
    // own name, then those of the chains that lost the least.
    answers.sort_by_key(|(_, a)| (!a.aliases.is_empty(), Reverse(a.ttl)));
    for (question, answer) in answers {
        add(&mut zone, question, answer);
    }
    for (name, trust) in trust(lookups) {
        zone.trust(name.clone(), trust);
    }
    zone
}

fn add(zone: &mut ZoneResolver, question: &Question, answer: &Answer) {
    let targets = answer.aliases.iter().skip(1).chain([&answer.canonical]);
    for (alias, target) in answer.aliases.iter().zip(targets) {
        zone.insert(alias.clone(), answer.ttl, Record::Cname(target.clone()));
    }
    let forced = match &answer.content {
        Content::Records(records) => {
            for record in records {
                zone.insert(answer.canonical.clone(), answer.ttl, record.clone());
            }
            return;
        }
        Content::NoData => Forced::NoData { ttl: answer.ttl },
        Content::NxDomain => Forced::NxDomain { ttl: answer.ttl },
    };
    let kinds = FaultKinds::Only(vec![question.kind]);
    zone.force(answer.canonical.clone(), kinds, forced);
}

/// Which names answered with validation; empty if none did.
///
/// Every name of a validated chain is secure. Names of other answers are not, unless a validated
/// answer names them too: then an unsigned alias explains the other.
fn trust(lookups: &[Lookup]) -> BTreeMap<&Name, Trust> {
    let answers = || lookups.iter().filter_map(|l| l.result.as_ref().ok());
    let mut trust = BTreeMap::new();
    for secure in answers().filter(|answer| answer.authentic) {
        trust.extend(chain(secure).map(|name| (name, Trust::Secure)));
    }
    if trust.is_empty() {
        return trust;
    }
    for insecure in answers().filter(|answer| !answer.authentic) {
        for name in chain(insecure) {
            trust.entry(name).or_insert(Trust::Insecure);
        }
    }
    trust
}

/// The names that an answer speaks of.
fn chain(answer: &Answer) -> impl Iterator<Item = &Name> {
    answer.aliases.iter().chain([&answer.canonical])
}

#[cfg(test)]
mod tests;
