//! Keeps answers for as long as they may be kept (RFC 2308, RFC 9520), and asks each question once
//! at a time.

mod flight;
mod store;

use crate::{Answer, LookupError, Question, Resolver};
use flight::{Flights, Role};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Entry, Store};

/// How much a [`CachingResolver`] keeps, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheLimits {
    /// Most entries; the one unused longest makes room.
    pub entries: usize,
    /// Most octets of names and data in all entries, book-keeping left out.
    pub octets: usize,
    /// Longest time for answers with records.
    pub positive: Duration,
    /// Longest time for denials.
    pub negative: Duration,
    /// Time for failures, which have no ttl of their own; never more than
    /// [`MAX_FAILURE`](Self::MAX_FAILURE).
    pub failure: Duration,
}

impl CacheLimits {
    /// No failure is kept longer, whatever is set.
    pub const MAX_FAILURE: Duration = Duration::from_secs(30);
}

impl Default for CacheLimits {
    /// 10 000 entries, 16 MiB, records for a day, denials for an hour, failures for five seconds.
    fn default() -> Self {
        Self {
            entries: 10_000,
            octets: 16 << 20,
            positive: Duration::from_secs(86_400),
            negative: Duration::from_secs(3600),
            failure: Duration::from_secs(5),
        }
    }
}

/// What a cache did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheCounts {
    /// Answered from memory.
    pub hits: u64,
    /// Asked of the inner resolver.
    pub misses: u64,
    /// Waited for another's question, which was the same.
    pub shared: u64,
    /// Entries that made room for others before their time.
    pub evicted: u64,
}

/// A [`Resolver`] that remembers what another said.
///
/// An answer from memory has the ttl that is left of it; everything else is as it was heard,
/// `authentic` included. Failures are kept for some seconds, so that a broken zone is not asked
/// again for each term that needs it. An answer with ttl 0 is not kept. Of several equal questions
/// at one time only one is asked; if its asker goes away, another of them asks.
///
/// The clock gives the time since any fixed moment; it should not jump, as
/// [`Instant`](std::time::Instant) does not.
///
/// ```
/// use postrider_resolver::{CacheLimits, CachingResolver, ZoneResolver};
/// use std::time::Instant;
///
/// let zone = ZoneResolver::parse("example.org. 600 IN MX 10 mail.example.org.").unwrap();
/// # #[expect(clippy::disallowed_methods, reason = "this is a binary's clock")]
/// let start = Instant::now();
/// let resolver = CachingResolver::new(zone, CacheLimits::default(), move || start.elapsed());
/// # let _ = resolver;
/// ```
#[derive(Debug)]
pub struct CachingResolver<R, C> {
    inner: R,
    clock: C,
    limits: CacheLimits,
    store: Mutex<Store>,
    flights: Flights,
}

impl<R: Resolver, C: Fn() -> Duration + Send + Sync> CachingResolver<R, C> {
    /// Remembers what `inner` says, by the time of `clock`.
    #[must_use]
    pub fn new(inner: R, limits: CacheLimits, clock: C) -> Self {
        Self { inner, clock, limits, store: Mutex::default(), flights: Flights::default() }
    }

    /// What happened so far.
    #[must_use]
    pub fn counts(&self) -> CacheCounts {
        self.store().counts
    }

    /// Forgets everything that is kept.
    pub fn clear(&self) {
        self.store().clear();
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // The store is whole after each call, so a panic elsewhere does not spoil it.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long a result may be kept.
    fn lifetime(&self, result: &Result<Answer, LookupError>) -> Duration {
        match result {
            Ok(answer) => {
                let cap = match answer.is_denial() {
                    true => self.limits.negative,
                    false => self.limits.positive,
                };
                Duration::from_secs(answer.ttl.into()).min(cap)
            }
            Err(_) => self.limits.failure.min(CacheLimits::MAX_FAILURE),
        }
    }

    fn keep(&self, question: Question, result: &Result<Answer, LookupError>) {
        let lifetime = self.lifetime(result);
        if !lifetime.is_zero() {
            let mut result = result.clone();
            if let Ok(answer) = &mut result {
                answer.ttl = u32::try_from(lifetime.as_secs()).unwrap_or(answer.ttl);
            }
            let entry = Entry::new(result, (self.clock)(), lifetime);
            self.store().insert(question, entry, &self.limits);
        }
    }
}

impl<R: Resolver, C: Fn() -> Duration + Send + Sync> Resolver for CachingResolver<R, C> {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        loop {
            let now = (self.clock)();
            if let Some(result) = self.store().get(&question, now) {
                return result;
            }
            match self.flights.join(&question) {
                Role::Lead(flight) => {
                    self.store().counts.misses += 1;
                    let result = self.inner.lookup(question.clone()).await;
                    self.keep(question, &result);
                    flight.land(&result);
                    return result;
                }
                Role::Follow(flight) => {
                    self.store().counts.shared += 1;
                    // Nothing comes of it when the asker went away: then it is our turn.
                    if let Some(result) = flight.await {
                        return result;
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
