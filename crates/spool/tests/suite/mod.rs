//! What any engine must do: `check` runs it all on a fresh spool per rule.

use postrider_core::{ForwardPath, Id, IdSource, ReversePath, SafeText, UnixTime};
use postrider_spool::{
    Act, Body, Cause, Claim, Destination, Draft, Entry, Envelope, Filter, Health, IncomingKind,
    Lease, Rcpt, RcptResult, RcptState, SettleError, SizeHint, Spool, SpoolError, Task, TopFields,
    wait,
};
use std::time::Duration;

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

pub(crate) fn later(secs: u64) -> UnixTime {
    NOW.plus(Duration::from_secs(secs))
}

pub(crate) fn envelope(to: &[&str]) -> Envelope {
    let from = ReversePath::parse(b"<sender@example.org>").unwrap();
    let mut env = Envelope::new(IncomingKind::Submission, from, NOW);
    for to in to {
        let path = ForwardPath::parse(format!("<{to}>").as_bytes()).unwrap();
        env.rcpts.push(Rcpt::new(path));
    }
    env
}

/// A spool and the ids for it.
pub(crate) struct Bench<S> {
    pub(crate) spool: S,
    ids: IdSource,
}

impl<S: Spool> Bench<S> {
    pub(crate) fn new(spool: S) -> Self {
        Self { spool, ids: IdSource::new(1, None) }
    }

    pub(crate) fn accept(&mut self, env: Envelope, body: &[u8]) -> Id {
        let id = self.ids.next(NOW);
        let mut draft = wait(self.spool.begin(id, SizeHint::unknown())).unwrap();
        for chunk in body.chunks(60_000) {
            wait(draft.write(chunk)).unwrap();
        }
        assert_eq!(wait(draft.commit(env)).unwrap(), id);
        id
    }

    pub(crate) fn claim(&self, now: UnixTime) -> Vec<Lease> {
        wait(self.spool.claim(Claim::new(100, now))).unwrap()
    }

    pub(crate) fn entry(&self, id: Id) -> Option<Entry> {
        let list = wait(self.spool.list(&Filter::id(id), None, 10)).unwrap();
        list.into_iter().next().map(Result::unwrap)
    }

    pub(crate) fn read(&self, id: Id) -> Vec<u8> {
        let mut body = wait(self.spool.body(id)).unwrap();
        let mut octets = Vec::new();
        while let Some(chunk) = wait(body.next()).unwrap() {
            octets.extend_from_slice(chunk);
        }
        octets
    }

    fn settle(&self, lease: Lease, state: &RcptState, now: UnixTime) -> Result<(), SettleError> {
        let result = |n| RcptResult { n, state: state.clone() };
        let results: Vec<_> = lease.rcpts.iter().map(|r| result(r.n)).collect();
        wait(self.spool.settle(lease, &results, now))
    }
}

fn cause() -> Cause {
    Cause::ours(SafeText::from_static("4.0.0"), SafeText::from_static("x"))
}

fn retry(due: UnixTime) -> RcptState {
    RcptState::Due { due, cause: Some(cause()) }
}

fn owed(due: UnixTime) -> RcptState {
    RcptState::Owed { due, cause: cause() }
}

fn delivered() -> RcptState {
    RcptState::Delivered { cause: None }
}

/// Every rule, each on a spool of its own.
pub(crate) fn check<S: Spool>(fresh: impl Fn() -> S) {
    let rules: &[fn(Bench<S>)] = &[
        octets_come_back_as_they_went_in,
        a_dropped_draft_leaves_nothing,
        an_id_is_used_once,
        a_message_without_recipients_is_refused,
        recipients_of_a_destination_travel_together,
        a_lease_excludes_others_until_it_ends,
        full_destinations_are_passed_over,
        work_given_back_is_due_at_once,
        results_must_be_of_the_lease,
        the_sender_is_told_of_all_failures_together,
        the_oldest_comes_first,
        holding_and_releasing,
        operator_acts_fence_running_work,
        changes_are_signalled,
        lists_are_paged_by_id,
    ];
    for rule in rules {
        rule(Bench::new(fresh()));
    }
}

fn octets_come_back_as_they_went_in<S: Spool>(mut b: Bench<S>) {
    for len in [0, 1, 65_535, 65_536, 65_537, 128 * 1024, 400_000] {
        let body: Vec<u8> = (0..len).map(|i: u32| i.to_le_bytes()[(i % 3) as usize]).collect();
        let id = b.accept(envelope(&["a@example.net"]), &body);
        assert_eq!(b.read(id), body, "{len}");
    }
    let id = b.ids.next(NOW);
    let mut draft = wait(b.spool.begin(id, SizeHint::octets(4))).unwrap();
    wait(draft.write(b"body")).unwrap();
    draft.prepend(TopFields::new("A: b\r\n").unwrap());
    wait(draft.commit(envelope(&["a@example.net"]))).unwrap();
    assert_eq!(b.read(id), b"A: b\r\nbody");
    assert_eq!(b.entry(id).unwrap().size, 10);
    assert_eq!(b.spool.health(), Health::Good);
}

fn a_dropped_draft_leaves_nothing<S: Spool>(mut b: Bench<S>) {
    let id = b.ids.next(NOW);
    let mut draft = wait(b.spool.begin(id, SizeHint::unknown())).unwrap();
    wait(draft.write(&[b'x'; 200_000])).unwrap();
    drop(draft);
    assert_eq!(b.entry(id), None);
    assert!(matches!(wait(b.spool.body(id)), Err(SpoolError::NoSuchMessage(_))));
}

fn an_id_is_used_once<S: Spool>(mut b: Bench<S>) {
    let id = b.accept(envelope(&["a@example.net"]), b"x");
    let again = wait(b.spool.begin(id, SizeHint::unknown()));
    assert!(matches!(again, Err(SpoolError::Exists(e)) if e == id));
}

fn a_message_without_recipients_is_refused<S: Spool>(mut b: Bench<S>) {
    let id = b.ids.next(NOW);
    let draft = wait(b.spool.begin(id, SizeHint::unknown())).unwrap();
    let outcome = wait(draft.commit(envelope(&[])));
    assert!(matches!(outcome, Err(SpoolError::NoRecipients)));
}

fn recipients_of_a_destination_travel_together<S: Spool>(mut b: Bench<S>) {
    b.accept(envelope(&["a@x.example", "b@y.example", "c@X.example"]), b"x");
    let leases = b.claim(NOW);
    assert_eq!(leases.len(), 2);
    let mut places: Vec<Vec<usize>> = Vec::new();
    for lease in leases {
        assert_eq!(lease.attempt, 1);
        places.push(lease.rcpts.iter().map(|r| r.n).collect());
        b.settle(lease, &retry(later(60)), NOW).unwrap();
    }
    places.sort();
    assert_eq!(places, [vec![0, 2], vec![1]]);
    assert!(b.claim(later(59)).is_empty());
    assert_eq!(wait(b.spool.next_due()).unwrap(), Some(later(60)));
    let again = b.claim(later(60));
    assert_eq!(again.iter().map(|l| l.attempt).collect::<Vec<_>>(), [2, 2]);
    assert_eq!(again[0].rcpts[0].cause, Some(cause()));
}

fn a_lease_excludes_others_until_it_ends<S: Spool>(mut b: Bench<S>) {
    let id = b.accept(envelope(&["a@x.example"]), b"x");
    let first = b.claim(NOW).remove(0);
    assert!(b.claim(first.until.minus(Duration::from_millis(1))).is_empty());
    let until = wait(b.spool.extend(&first, first.until.minus(Duration::from_secs(1)))).unwrap();
    assert!(until > first.until);
    assert!(b.claim(first.until).is_empty(), "extended");
    let second = b.claim(until).remove(0);
    assert_eq!(second.id, id);
    assert!(wait(b.spool.extend(&first, until)).is_err());
    let late = b.settle(first, &delivered(), until);
    assert!(matches!(late, Err(SettleError::LeaseLost(_))));
    b.settle(second, &delivered(), until).unwrap();
    assert_eq!(b.entry(id), None);
}

fn full_destinations_are_passed_over<S: Spool>(mut b: Bench<S>) {
    b.accept(envelope(&["a@x.example", "b@y.example"]), b"x");
    let full = [Destination::parse("x.example").unwrap()];
    let leases = wait(b.spool.claim(Claim::new(9, NOW).without(&full))).unwrap();
    assert_eq!(leases.len(), 1);
    assert_eq!(leases[0].task, Task::Deliver(Destination::parse("y.example").unwrap()));
}

fn work_given_back_is_due_at_once<S: Spool>(mut b: Bench<S>) {
    b.accept(envelope(&["a@x.example"]), b"x");
    let lease = b.claim(NOW).remove(0);
    wait(b.spool.settle(lease, &[], NOW)).unwrap();
    assert_eq!(b.claim(NOW)[0].attempt, 1, "not counted as an attempt");
}

fn results_must_be_of_the_lease<S: Spool>(mut b: Bench<S>) {
    b.accept(envelope(&["a@x.example", "b@y.example"]), b"x");
    let mut leases = b.claim(NOW);
    let other = leases.pop().unwrap().rcpts[0].n;
    let lease = leases.pop().unwrap();
    let result = RcptResult { n: other, state: delivered() };
    let outcome = wait(b.spool.settle(lease, &[result], NOW));
    assert!(matches!(outcome, Err(SettleError::Rcpt { n }) if n == other));
}

fn the_sender_is_told_of_all_failures_together<S: Spool>(mut b: Bench<S>) {
    let id = b.accept(envelope(&["a@x.example", "b@y.example", "c@z.example"]), b"x");
    for (n, lease) in b.claim(NOW).into_iter().enumerate() {
        let state = if n == 0 { delivered() } else { owed(NOW) };
        b.settle(lease, &state, NOW).unwrap();
    }
    let mut tell = b.claim(NOW);
    assert_eq!(tell.len(), 1);
    let tell = tell.remove(0);
    assert_eq!((&tell.task, tell.rcpts.len()), (&Task::Tell, 2));
    assert_eq!(tell.attempt, 1, "telling is no attempt of its own");
    b.settle(tell, &RcptState::Failed { cause: cause() }, NOW).unwrap();
    assert_eq!(b.entry(id), None);
    assert_eq!(wait(b.spool.next_due()).unwrap(), None);
}

fn the_oldest_comes_first<S: Spool>(mut b: Bench<S>) {
    let mut ids = Vec::new();
    for n in 0..10 {
        let mut env = envelope(&["a@x.example"]);
        env.received = NOW.minus(Duration::from_secs(n));
        ids.push(b.accept(env, b"x"));
    }
    ids.reverse();
    let mut claimed = Vec::new();
    while let Some(lease) = wait(b.spool.claim(Claim::new(1, NOW))).unwrap().pop() {
        claimed.push(lease.id);
    }
    assert_eq!(claimed, ids);
}

fn holding_and_releasing<S: Spool>(mut b: Bench<S>) {
    let mut env = envelope(&["a@x.example"]);
    env.hold = Some(SafeText::from_static("to be looked at"));
    let held = b.accept(env, b"x");
    let free = b.accept(envelope(&["a@x.example"]), b"x");
    let act = |filter: &Filter, act| wait(b.spool.act(filter, act, NOW)).unwrap();
    assert_eq!(b.claim(NOW).iter().map(|l| l.id).collect::<Vec<_>>(), [free]);
    assert!(b.entry(held).unwrap().held);
    assert_eq!(act(&Filter::id(held), Act::Hold), 0, "held already");
    assert_eq!(act(&Filter::id(held), Act::Release), 1);
    assert_eq!(b.claim(NOW).iter().map(|l| l.id).collect::<Vec<_>>(), [held]);
    assert_eq!(act(&Filter::default(), Act::Hold), 2);
    assert_eq!(b.entry(free).unwrap().due, None);
}

fn operator_acts_fence_running_work<S: Spool>(mut b: Bench<S>) {
    let id = b.accept(envelope(&["a@x.example"]), b"x");
    let lease = b.claim(NOW).remove(0);
    assert_eq!(wait(b.spool.act(&Filter::id(id), Act::Bounce, NOW)).unwrap(), 1);
    assert!(matches!(b.settle(lease, &delivered(), NOW), Err(SettleError::LeaseLost(_))));
    let tell = b.claim(NOW).remove(0);
    assert_eq!(tell.task, Task::Tell);
    assert_eq!(wait(b.spool.act(&Filter::default(), Act::Delete, NOW)).unwrap(), 1);
    assert!(b.settle(tell, &delivered(), NOW).is_err());
    assert_eq!(b.entry(id), None);

    let id = b.accept(envelope(&["a@x.example"]), b"x");
    let lease = b.claim(NOW).remove(0);
    b.settle(lease, &retry(later(900)), NOW).unwrap();
    assert_eq!(wait(b.spool.act(&Filter::id(id), Act::RetryNow, later(1))).unwrap(), 1);
    assert_eq!(b.claim(later(1))[0].attempt, 2);
}

fn changes_are_signalled<S: Spool>(mut b: Bench<S>) {
    // The future of `changed` borrows the spool; the spool is shared as in a server.
    let spool = std::sync::Arc::new(b.spool);
    let seen = spool.changed();
    let id = b.ids.next(NOW);
    let draft = wait(spool.begin(id, SizeHint::unknown())).unwrap();
    wait(draft.commit(envelope(&["a@x.example"]))).unwrap();
    wait(seen);
    let lease = wait(spool.claim(Claim::new(1, NOW))).unwrap().remove(0);
    let seen = spool.changed();
    let result = RcptResult { n: 0, state: owed(NOW) };
    wait(spool.settle(lease, &[result], NOW)).unwrap();
    wait(seen);
}

fn lists_are_paged_by_id<S: Spool>(mut b: Bench<S>) {
    let ids: Vec<_> = (0..5).map(|_| b.accept(envelope(&["A@x.example"]), b"x")).collect();
    let page = |filter: &Filter, after| {
        let list = wait(b.spool.list(filter, after, 2)).unwrap();
        list.into_iter().map(|e| e.unwrap().id).collect::<Vec<_>>()
    };
    assert_eq!(page(&Filter::default(), None), ids[..2]);
    assert_eq!(page(&Filter::default(), Some(ids[1])), ids[2..4]);
    let mut filter = Filter::default();
    filter.to = Some("a@X.example".to_owned());
    assert_eq!(page(&filter, Some(ids[3])), ids[4..]);
    filter.to = Some("b@x.example".to_owned());
    assert!(page(&filter, None).is_empty());
}
