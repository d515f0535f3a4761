//! A limit to how long one look-up may take.

use crate::{Answer, LookupError, Question, Resolver};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Ends a wait; the library has no timer of its own.
///
/// A clock that is only read cannot wake a look-up that hears nothing, so what is injected here is
/// that which can: any function from a duration to a future that is ready when it has passed, such
/// as `tokio::time::sleep`.
pub trait Timer: Send + Sync {
    /// Is ready once `duration` has passed.
    fn after(&self, duration: Duration) -> impl Future<Output = ()> + Send;
}

impl<T, F> Timer for T
where
    T: Fn(Duration) -> F + Send + Sync,
    F: Future<Output = ()> + Send,
{
    fn after(&self, duration: Duration) -> impl Future<Output = ()> + Send {
        self(duration)
    }
}

/// A [`Resolver`] that waits for another no longer than a limit, and then says
/// [`LookupError::Timeout`].
///
/// The late look-up is dropped, which ends it. Put it *inside* a cache: a cache outside asks once
/// for all who want the answer and remembers the silence for some seconds.
///
/// ```
/// use postrider_resolver::{Kind, LookupError, Name, Question, Resolver, ZoneResolver};
/// use postrider_resolver::{TimeoutResolver, block_on};
/// use std::time::Duration;
///
/// let zone = ZoneResolver::new();
/// // In a server: `tokio::time::sleep`.
/// let sleep = |_: Duration| std::future::pending();
/// let resolver = TimeoutResolver::new(zone, Duration::from_secs(5), sleep);
/// let question = Question::new(Name::parse("example.org").unwrap(), Kind::A);
/// assert!(block_on(resolver.lookup(question)).unwrap().unwrap().is_denial());
/// ```
#[derive(Clone, Debug)]
pub struct TimeoutResolver<R, T> {
    inner: R,
    limit: Duration,
    timer: T,
}

impl<R: Resolver, T: Timer> TimeoutResolver<R, T> {
    /// Waits for `inner` up to `limit`, by `timer`.
    #[must_use]
    pub const fn new(inner: R, limit: Duration, timer: T) -> Self {
        Self { inner, limit, timer }
    }

    /// How long a look-up may take.
    #[must_use]
    pub const fn limit(&self) -> Duration {
        self.limit
    }
}

impl<R: Resolver, T: Timer> Resolver for TimeoutResolver<R, T> {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        let mut lookup = pin!(self.inner.lookup(question));
        let mut late = pin!(self.timer.after(self.limit));
        // The look-up first: an answer that comes with the last tick still counts.
        poll_fn(|cx| match lookup.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => late.as_mut().poll(cx).map(|()| Err(LookupError::Timeout)),
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Content, Kind, Name};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::task::{Context, Waker};

    const LIMIT: u64 = 5000;

    /// Milliseconds that pass only when told to.
    #[derive(Default)]
    struct Hands(AtomicU64);

    impl Hands {
        fn set(&self, millis: u64) {
            self.0.store(millis, Ordering::Relaxed);
        }

        async fn reach(&self, millis: u64) {
            poll_fn(|_| match self.0.load(Ordering::Relaxed) >= millis {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
        }

        async fn sleep(&self, duration: Duration) {
            self.reach(u64::try_from(duration.as_millis()).unwrap()).await;
        }
    }

    /// Answers at a certain time.
    struct Slow<'a>(&'a Hands, u64);

    impl Resolver for Slow<'_> {
        async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
            self.0.reach(self.1).await;
            Ok(Answer::new(question.name, Content::NoData, 60))
        }
    }

    /// What a look-up that takes `takes` has come to at its time and at the limit.
    fn lookup_of(takes: u64) -> Result<Answer, LookupError> {
        let hands = Hands::default();
        let limit = Duration::from_millis(LIMIT);
        let timer = |duration| hands.sleep(duration);
        let resolver = TimeoutResolver::new(Slow(&hands, takes), limit, timer);
        assert_eq!(resolver.limit(), limit);
        let mut lookup =
            pin!(resolver.lookup(Question::new(Name::parse("a.example").unwrap(), Kind::A)));
        let cx = &mut Context::from_waker(Waker::noop());
        for now in [0, LIMIT - 1, LIMIT] {
            hands.set(now);
            if let Poll::Ready(result) = lookup.as_mut().poll(cx) {
                assert_eq!(now, takes.min(LIMIT));
                return result;
            }
        }
        panic!("the limit did not end the look-up");
    }

    #[test]
    fn answers_count_up_to_the_limit_and_silence_ends_at_it() {
        assert!(lookup_of(LIMIT - 1).is_ok());
        assert!(lookup_of(LIMIT).is_ok());
        assert_eq!(lookup_of(LIMIT + 1), Err(LookupError::Timeout));
    }
}
