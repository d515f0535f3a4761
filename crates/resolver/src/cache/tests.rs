use super::*;
use crate::{Content, FaultKinds, Kind, Name, Record, ZoneResolver, block_on};
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

/// Seconds that pass only when told to.
#[derive(Default)]
struct Hands(AtomicU64);

impl Hands {
    fn pass(&self, millis: u64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn question(text: &str) -> Question {
    Question::new(name(text), Kind::A)
}

fn zone() -> ZoneResolver {
    ZoneResolver::parse(
        "a.example. 100 A 192.0.2.1\nb.example. 100 A 192.0.2.2\nc.example. 100 A 192.0.2.3\n\
         zero.example. 0 A 192.0.2.4\nlong.example. 2000000000 A 192.0.2.5\n\
         ;!nxdomain gone.example. 50\n;!nodata longgone.example. 2000000000\n\
         ;!servfail broken.example.\n;!secure a.example.",
    )
    .unwrap()
}

/// Looks up and says whether the inner resolver was asked.
fn ask<C: Fn() -> Duration + Send + Sync>(
    cache: &CachingResolver<ZoneResolver, C>,
    text: &str,
) -> (Result<Answer, LookupError>, bool) {
    let before = cache.counts().misses;
    let result = block_on(cache.lookup(question(text))).unwrap();
    (result, cache.counts().misses > before)
}

#[test]
fn answer_is_kept_for_its_ttl_and_counts_down() {
    let hands = Hands::default();
    let cache = CachingResolver::new(zone(), CacheLimits::default(), || hands.now());
    let (first, asked) = ask(&cache, "a.example");
    assert!(asked);
    let first = first.unwrap();
    hands.pass(30_500);
    let (second, asked) = ask(&cache, "a.example");
    assert!(!asked);
    let second = second.unwrap();
    assert_eq!((first.ttl, second.ttl), (100, 69));
    assert_eq!((&first.content, first.authentic), (&second.content, true));
    hands.pass(69_499);
    assert_eq!(ask(&cache, "a.example").0.unwrap().ttl, 0, "a started second is over");
    assert!(!ask(&cache, "a.example").1);
    hands.pass(1);
    assert!(ask(&cache, "a.example").1, "the ttl is over, not only almost");
    hands.pass(100_001);
    assert!(ask(&cache, "a.example").1);
}

#[test]
fn denials_and_failures_have_their_own_caps() {
    let hands = Hands::default();
    let limits = CacheLimits { failure: Duration::from_secs(90), ..CacheLimits::default() };
    let cache = CachingResolver::new(zone(), limits, || hands.now());
    for (text, seconds) in [
        ("gone.example", 50),
        ("longgone.example", 3600),
        ("long.example", 86_400),
        ("broken.example", 30),
    ] {
        let (first, asked) = ask(&cache, text);
        assert!(asked);
        hands.pass(seconds * 1000 - 1);
        let (second, asked) = ask(&cache, text);
        assert!(!asked, "{text}");
        let content = |r: Result<Answer, LookupError>| r.map(|a| a.content);
        assert_eq!(content(second), content(first));
        hands.pass(1);
        assert!(ask(&cache, text).1, "{text}");
    }
}

#[test]
fn ttl_of_zero_is_not_kept() {
    let cache = CachingResolver::new(zone(), CacheLimits::default(), || Duration::ZERO);
    assert!(ask(&cache, "zero.example").1);
    assert!(ask(&cache, "zero.example").1);
}

#[test]
fn entry_unused_longest_makes_room() {
    let limits = CacheLimits { entries: 2, ..CacheLimits::default() };
    let cache = CachingResolver::new(zone(), limits, || Duration::ZERO);
    for text in ["a.example", "b.example", "a.example", "c.example"] {
        ask(&cache, text).0.unwrap();
    }
    assert_eq!(cache.counts().evicted, 1);
    assert!(!ask(&cache, "a.example").1);
    assert!(!ask(&cache, "c.example").1);
    assert!(ask(&cache, "b.example").1);
}

#[test]
fn entries_are_bounded() {
    for (entries, kept) in [(0, 0), (1, 1), (2, 2), (3, 3), (4, 3)] {
        let limits = CacheLimits { entries, ..CacheLimits::default() };
        let cache = CachingResolver::new(zone(), limits, || Duration::ZERO);
        let names = ["a.example", "b.example", "c.example"];
        for text in names {
            ask(&cache, text).0.unwrap();
        }
        // The newest first: what is asked again moves nothing that is still to be looked at.
        let hits = names.iter().rev().take_while(|text| !ask(&cache, text).1).count();
        assert_eq!(hits, kept, "{entries}");
    }
}

#[test]
fn octets_are_bounded() {
    // Question and canonical name have 10 octets each, the address 4.
    for (octets, kept) in [(23, 0), (24, 1), (47, 1), (48, 2), (49, 2)] {
        let limits = CacheLimits { octets, ..CacheLimits::default() };
        let cache = CachingResolver::new(zone(), limits, || Duration::ZERO);
        for text in ["a.example", "b.example", "c.example"] {
            ask(&cache, text).0.unwrap();
        }
        let hits = ["c.example", "b.example"].map(|text| !ask(&cache, text).1);
        let expected = [kept >= 1, kept >= 2];
        assert_eq!(hits, expected, "{octets}");
    }
}

#[test]
fn cleared_cache_asks_again() {
    let cache = CachingResolver::new(zone(), CacheLimits::default(), || Duration::ZERO);
    ask(&cache, "a.example").0.unwrap();
    cache.clear();
    assert!(ask(&cache, "a.example").1);
}

/// Answers when its gate is open, and counts.
#[derive(Default)]
struct Gate {
    open: AtomicBool,
    asked: AtomicUsize,
}

impl Resolver for Gate {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        std::future::poll_fn(|_| match self.open.load(Ordering::Relaxed) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        let content = Content::Records(vec![Record::A([192, 0, 2, 1].into())]);
        Ok(Answer::new(question.name, content, 0))
    }
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn equal_questions_at_one_time_are_asked_once() {
    let gate = Gate::default();
    let cache = CachingResolver::new(&gate, CacheLimits::default(), || Duration::ZERO);
    let mut first = pin!(cache.lookup(question("a.example")));
    let mut second = pin!(cache.lookup(question("a.example")));
    let mut other = pin!(cache.lookup(question("b.example")));
    assert!(poll(first.as_mut()).is_pending());
    assert!(poll(second.as_mut()).is_pending());
    assert!(poll(other.as_mut()).is_pending());
    assert_eq!(gate.asked.load(Ordering::Relaxed), 2);
    gate.open.store(true, Ordering::Relaxed);
    assert!(poll(second.as_mut()).is_pending(), "the leader brings the answer");
    assert!(poll(first.as_mut()).is_ready());
    assert!(poll(second.as_mut()).is_ready());
    assert_eq!(gate.asked.load(Ordering::Relaxed), 2);
    assert_eq!(cache.counts().shared, 1);
}

#[test]
fn follower_asks_when_the_leader_goes_away() {
    let gate = Gate::default();
    let cache = CachingResolver::new(&gate, CacheLimits::default(), || Duration::ZERO);
    let mut second = pin!(cache.lookup(question("a.example")));
    {
        let mut first = pin!(cache.lookup(question("a.example")));
        assert!(poll(first.as_mut()).is_pending());
        assert!(poll(second.as_mut()).is_pending());
    }
    gate.open.store(true, Ordering::Relaxed);
    assert!(poll(second.as_mut()).is_ready());
    assert_eq!(gate.asked.load(Ordering::Relaxed), 2);
}

#[test]
fn failures_concern_their_question_alone() {
    let mut zone = zone();
    zone.fail(name("a.example"), FaultKinds::Only(vec![Kind::Txt]), LookupError::Timeout);
    let cache = CachingResolver::new(zone, CacheLimits::default(), || Duration::ZERO);
    let txt = Question::new(name("a.example"), Kind::Txt);
    assert_eq!(block_on(cache.lookup(txt)), Ok(Err(LookupError::Timeout)));
    assert!(ask(&cache, "a.example").0.is_ok());
}

#[test]
fn all_who_wait_are_woken_and_only_one_asks_again() {
    let gate = Gate::default();
    let cache = CachingResolver::new(&gate, CacheLimits::default(), || Duration::ZERO);
    let mut waiting: Vec<_> =
        (0..5).map(|_| Box::pin(cache.lookup(question("a.example")))).collect();
    for lookup in &mut waiting {
        assert!(poll(lookup.as_mut()).is_pending());
    }
    drop(waiting.remove(0));
    assert_eq!(gate.asked.load(Ordering::Relaxed), 1);
    for lookup in &mut waiting {
        assert!(poll(lookup.as_mut()).is_pending());
    }
    assert_eq!(gate.asked.load(Ordering::Relaxed), 2, "one of four takes over");
    gate.open.store(true, Ordering::Relaxed);
    for lookup in &mut waiting {
        assert!(poll(lookup.as_mut()).is_ready());
    }
    assert_eq!(gate.asked.load(Ordering::Relaxed), 2);
}
