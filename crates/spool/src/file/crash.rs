//! Loss of power after every call, and a failure of every call, over a model of a file system.

mod model;

use super::*;
use crate::engine::{Body, Draft};
use crate::envelope::{Envelope, IncomingKind, Rcpt};
use crate::state::{Cause, RcptState};
use crate::top::TopFields;
use model::{Fault, ModelFs, Mutant};
use postrider_core::{ForwardPath, IdSource, ReversePath, SafeText};
use std::io::ErrorKind;

const ROOT: &str = "/s";
const BODY: &[u8] = b"A: b\r\n\r\nc\r\n";
const TOP: &str = "D: e\r\n";
const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

fn start(fs: &ModelFs, now: UnixTime) -> (FileSpool, OpenReport) {
    let mut options = Options::new(1);
    // One thread, the caller's: the order of calls is always the same.
    options.threads = 0;
    options.spread = Duration::ZERO;
    let layout = Layout::new(Path::new(ROOT));
    FileSpool::start(Box::new(fs.clone()), (layout, None), options, now).unwrap()
}

fn ready<F: Future>(future: F) -> F::Output {
    crate::wait(future)
}

fn id(n: usize) -> Id {
    let mut source = IdSource::new(0, None);
    (0..=n).map(|_| source.next(NOW)).last().unwrap()
}

fn accept(spool: &FileSpool, id: Id) -> Result<Id, SpoolError> {
    let mut envelope = Envelope::new(IncomingKind::Inbound, ReversePath::Null, NOW);
    for to in [&b"<a@x.example>"[..], b"<b@y.example>"] {
        envelope.rcpts.push(Rcpt::new(ForwardPath::parse(to).unwrap()));
    }
    let mut draft = ready(spool.begin(id, SizeHint::unknown()))?;
    ready(draft.write(BODY))?;
    draft.prepend(TopFields::new(TOP).unwrap());
    ready(draft.commit(envelope))
}

fn read(spool: &FileSpool, id: Id) -> Vec<u8> {
    let mut body = ready(spool.body(id)).unwrap();
    let mut octets = Vec::new();
    while let Some(chunk) = ready(body.next()).unwrap() {
        octets.extend_from_slice(chunk);
    }
    assert_eq!(u64::try_from(octets.len()), Ok(body.size()));
    octets
}

fn entry(spool: &FileSpool, id: Id) -> Option<Entry> {
    let list = ready(spool.list(&Filter::id(id), None, 9)).unwrap();
    list.into_iter().next().map(Result::unwrap)
}

/// Claims the first due task and settles all its recipients so.
fn settle(spool: &FileSpool, now: UnixTime, state: &RcptState) -> Result<Vec<usize>, SettleError> {
    let lease = ready(spool.claim(Claim::new(1, now))).unwrap().remove(0);
    let done: Vec<_> = lease.rcpts.iter().map(|r| r.n).collect();
    let result = |n: &usize| RcptResult { n: *n, state: state.clone() };
    let results: Vec<_> = done.iter().map(result).collect();
    ready(spool.settle(lease, &results, now))?;
    Ok(done)
}

fn delivered() -> RcptState {
    RcptState::Delivered { cause: None }
}

fn retry(due: UnixTime) -> RcptState {
    let text = SafeText::from_static("x");
    RcptState::Due { due, cause: Some(Cause::ours(text.clone(), text)) }
}

/// What must hold of a disk: the message's states on it, nothing if it is not in the queue.
type Check<'a> = &'a dyn Fn(usize, Option<&Entry>, &OpenReport) -> Result<(), String>;

/// Recovers every disk that a loss of power after any call may leave.
fn every_disk(fs: &ModelFs, id: Id, check: Check<'_>) -> Result<usize, String> {
    disks_after(fs, 1, id, check)
}

fn disks_after(fs: &ModelFs, first: usize, id: Id, check: Check<'_>) -> Result<usize, String> {
    let mut count = 0;
    for call in first..=fs.calls() {
        for disk in fs.disks_after(call) {
            count += 1;
            let found = disk.mount();
            let (spool, report) = start(&found, NOW);
            let entry = entry(&spool, id);
            check(call, entry.as_ref(), &report).map_err(|e| format!("call {call}: {e}"))?;
            if entry.is_some() {
                assert_eq!(read(&spool, id), [TOP.as_bytes(), BODY].concat(), "call {call}");
            }
            drop(spool);
            let before = found.listing();
            let (_, again) = start(&found, NOW);
            assert_eq!(found.listing(), before, "a second start changes nothing");
            assert_eq!((again.torn, again.removed), (0, 0));
        }
    }
    Ok(count)
}

fn expect(condition: bool, what: impl fmt::Debug) -> Result<(), String> {
    condition.then_some(()).ok_or_else(|| format!("{what:?}"))
}

fn commit_keeps_its_promise(mutant: Mutant) -> Result<usize, String> {
    let fs = ModelFs::default();
    let (spool, _) = start(&fs, NOW);
    fs.set_mutant(mutant);
    fs.settle();
    accept(&spool, id(0)).unwrap();
    let acked = fs.calls();
    assert!(acked < 12, "a commit is {acked} calls");
    every_disk(&fs, id(0), &|call, entry, report| {
        expect(entry.is_some() || call < acked, "acknowledged and lost")?;
        expect(report.corrupt.is_empty() || call < acked, &report.corrupt)
    })
}

#[test]
fn power_loss_at_any_call_of_a_commit_loses_nothing_acknowledged() {
    let disks = commit_keeps_its_promise(Mutant::None).unwrap();
    assert!(disks > 500, "{disks}");
}

fn settle_keeps_its_promise(mutant: Mutant) -> Result<usize, String> {
    let fs = ModelFs::default();
    let (spool, _) = start(&fs, NOW);
    accept(&spool, id(0)).unwrap();
    fs.settle();
    fs.set_mutant(mutant);
    let first = settle(&spool, NOW, &delivered()).unwrap()[0];
    let acked = fs.calls();
    assert!(acked < 4, "a settle is {acked} calls");
    settle(&spool, NOW, &delivered()).unwrap();
    let ended = acked * 2;
    every_disk(&fs, id(0), &|call, entry, report| {
        expect(report.corrupt.is_empty(), &report.corrupt)?;
        let Some(entry) = entry else {
            return expect(call > acked, "lost");
        };
        expect(call < ended, "came back after its end")?;
        let settled = |n: usize| entry.states[n].is_settled();
        expect(settled(first) || call < acked, "result forgotten")?;
        expect(!settled(1 - first), "result invented")
    })
}

#[test]
fn power_loss_at_any_call_of_a_settle_and_removal_repeats_at_most_one_attempt() {
    let disks = settle_keeps_its_promise(Mutant::None).unwrap();
    assert!(disks > 100, "{disks}");
}

#[test]
fn a_missing_sync_is_noticed() {
    for mutant in [Mutant::SkipFileSync, Mutant::SkipFolderSync] {
        assert!(std::panic::catch_unwind(|| commit_keeps_its_promise(mutant).unwrap()).is_err());
    }
    assert!(settle_keeps_its_promise(Mutant::SkipFileSync).is_err());
    assert!(settle_keeps_its_promise(Mutant::SkipFolderSync).is_err());
}

#[test]
fn power_loss_while_the_file_is_written_anew_keeps_the_states() {
    let fs = ModelFs::default();
    let (spool, _) = start(&fs, NOW);
    accept(&spool, id(0)).unwrap();
    settle(&spool, NOW, &delivered()).unwrap();
    let mut now = NOW;
    while lock(&entry_file(&spool)).lines < store::MAX_LINES {
        now = now.plus(Duration::from_secs(1));
        settle(&spool, now, &retry(now)).unwrap();
    }
    let attempts = entry(&spool, id(0)).unwrap().attempts;
    fs.settle();
    let later = now.plus(Duration::from_secs(60));
    settle(&spool, now, &retry(later)).unwrap();
    let acked = fs.calls();
    assert_eq!(lock(&entry_file(&spool)).lines, 2);
    every_disk(&fs, id(0), &|call, entry, report| {
        expect(report.corrupt.is_empty(), &report.corrupt)?;
        let entry = entry.ok_or("lost")?;
        expect(entry.states.iter().filter(|s| s.is_settled()).count() == 1, entry)?;
        let new = entry.due == Some(later) && entry.attempts == attempts + 1;
        expect(new || (call < acked && entry.attempts == attempts), entry)
    })
    .unwrap();
}

fn entry_file(spool: &FileSpool) -> Arc<Mutex<index::EnvFile>> {
    Arc::clone(&lock(&spool.store().index).get(id(0)).unwrap().file)
}

/// Runs a scenario with call 1, 2, 3 … failing until none fails any more.
fn every_fault(mut scenario: impl FnMut(Fault) -> bool) {
    for kind in [ErrorKind::StorageFull, ErrorKind::Other] {
        let runs = (1..100).take_while(|&call| scenario(Fault { call, kind })).count();
        assert!(runs > 2 && runs < 99);
    }
}

#[test]
fn a_failing_call_of_a_commit_is_never_answered_with_250() {
    every_fault(|fault| {
        let fs = ModelFs::default();
        let (spool, _) = start(&fs, NOW);
        fs.settle();
        fs.set_fault(Some(fault));
        let outcome = accept(&spool, id(0));
        fs.set_fault(None);
        let hit = fs.calls() >= fault.call;
        assert_eq!(outcome.is_err(), hit, "{fault:?}");
        if hit {
            assert_ne!(spool.health(), Health::Good, "{fault:?}");
            let left: Vec<_> = fs.listing().into_keys().collect();
            assert!(left.is_empty(), "{fault:?}: {left:?}");
            assert_eq!(entry(&spool, id(0)), None);
        }
        // The self-test passes, and what is accepted from then on is safe.
        let later = NOW.plus(Duration::from_secs(11));
        ready(spool.claim(Claim::new(0, later))).unwrap();
        assert_eq!(spool.health(), Health::Good);
        hit
    });
}

#[test]
fn a_failing_call_of_a_settle_forgets_no_later_result() {
    every_fault(|fault| {
        let fs = ModelFs::default();
        let (spool, _) = start(&fs, NOW);
        accept(&spool, id(0)).unwrap();
        fs.settle();
        fs.set_fault(Some(fault));
        let outcome = settle(&spool, NOW, &retry(NOW));
        fs.set_fault(None);
        let hit = fs.calls() >= fault.call;
        assert_eq!(outcome.is_err(), hit, "{fault:?}");
        if matches!(spool.health(), Health::Failing(_)) {
            // Its first call, which tidies up, may fail; the second is the test.
            let broken = Fault { call: fs.calls() + 2, ..fault };
            fs.set_fault(Some(broken));
            let later = NOW.plus(Duration::from_secs(650));
            assert!(
                ready(spool.claim(Claim::new(9, later))).unwrap().is_empty(),
                "no self-test passed"
            );
            fs.set_fault(None);
        }
        // Its lease runs out, the work is done again, and this time it is recorded.
        let later = NOW.plus(Duration::from_secs(700));
        let first = settle(&spool, later, &delivered()).unwrap()[0];
        disks_after(&fs, fs.calls(), id(0), &|_, entry, report| {
            expect(report.corrupt.is_empty(), &report.corrupt)?;
            let entry = entry.ok_or("lost")?;
            expect(entry.states[first].is_settled(), entry)
        })
        .unwrap();
        hit
    });
}

#[test]
fn a_failing_removal_is_completed_at_the_next_start() {
    every_fault(|fault| {
        let fs = ModelFs::default();
        let (spool, _) = start(&fs, NOW);
        accept(&spool, id(0)).unwrap();
        settle(&spool, NOW, &delivered()).unwrap();
        fs.settle();
        fs.set_fault(Some(fault));
        let outcome = settle(&spool, NOW, &delivered());
        fs.set_fault(None);
        let hit = fs.calls() >= fault.call;
        drop(spool);
        let (spool, report) = start(&fs.disk().mount(), NOW);
        assert!(report.corrupt.is_empty());
        assert!(spool.is_empty() || outcome.is_err(), "{fault:?}");
        hit
    });
}

#[test]
fn a_damaged_envelope_is_read_right_or_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let (spool, _) = FileSpool::open(folder.path(), Options::new(1), NOW).unwrap();
    accept(&spool, id(0)).unwrap();
    settle(&spool, NOW, &delivered()).unwrap();
    let right = entry(&spool, id(0)).unwrap();
    drop(spool);
    let env = Layout::new(folder.path()).file(id(0), layout::Part::Envelope);
    let octets = std::fs::read(&env).unwrap();
    for at in 0..octets.len() {
        let mut bad = octets.clone();
        bad[at] ^= 1;
        let log = log::parse(&bad);
        if let Ok(log) = log {
            assert_eq!(log.head.env, *right.envelope, "octet {at}");
            assert!(log.torn);
        }
    }
    let mut bad = octets;
    bad[20] ^= 1;
    std::fs::write(&env, bad).unwrap();
    let (spool, report) = FileSpool::open(folder.path(), Options::new(1), NOW).unwrap();
    assert!(spool.is_empty());
    assert_eq!(report.corrupt.len(), 2, "both parts are set aside");
}
