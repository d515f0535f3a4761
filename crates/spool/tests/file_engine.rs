//! The file engine through its public face: the rules of every engine, and its own.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, reason = "tests")]

mod suite;

use postrider_core::IdSource;
use postrider_spool::{
    Claim, Draft, FileSpool, Filter, OpenError, Options, SizeHint, Spool, SpoolError, wait,
};
use std::path::Path;
use suite::{Bench, NOW, envelope, later};

fn open(folder: &Path) -> FileSpool {
    let (spool, report) = FileSpool::open(folder, Options::new(1), NOW).unwrap();
    assert!(report.corrupt.is_empty(), "{report:?}");
    spool
}

#[test]
fn it_keeps_the_rules_of_every_engine() {
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    suite::check(|| {
        number.set(number.get() + 1);
        open(&folder.path().join(number.get().to_string()))
    });
}

#[test]
fn a_second_owner_is_refused_until_the_first_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let second = FileSpool::open(folder.path(), Options::new(1), NOW);
    assert!(matches!(second, Err(OpenError::Locked(_))));
    drop(first);
    open(folder.path());
}

#[test]
fn the_largest_id_is_the_floor_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(open(folder.path()));
    let ids: Vec<_> = (0..3).map(|_| bench.accept(envelope(&["a@x.example"]), b"x")).collect();
    drop(bench);
    let spool = open(folder.path());
    assert_eq!(spool.largest_id(), ids.last().copied());
    assert_eq!(spool.len(), 3);
}

#[test]
fn files_of_a_finished_message_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(open(folder.path()));
    for _ in 0..20 {
        bench.accept(envelope(&["a@x.example"]), b"x");
    }
    for lease in bench.claim(NOW) {
        let result = postrider_spool::RcptResult {
            n: 0,
            state: postrider_spool::RcptState::Delivered { cause: None },
        };
        wait(bench.spool.settle(lease, &[result], NOW)).unwrap();
    }
    drop(bench); // finishes the removals
    assert_eq!(files(folder.path()), [folder.path().join("lock")]);
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn aborted_drafts_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    let mut ids = IdSource::new(3, None);
    for _ in 0..20 {
        let mut draft = wait(spool.begin(ids.next(NOW), SizeHint::unknown())).unwrap();
        wait(draft.write(&[0; 300_000])).unwrap();
    }
    drop(spool);
    assert_eq!(files(folder.path()), [folder.path().join("lock")]);
}

#[test]
fn a_body_changed_on_disk_is_never_read_to_its_end() {
    use postrider_spool::Body;
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(open(folder.path()));
    let id = bench.accept(envelope(&["a@x.example"]), &[b'x'; 100_000]);
    let body = files(folder.path()).into_iter().find(|f| f.extension().is_some_and(|e| e == "eml"));
    let mut octets = vec![b'x'; 100_000];
    octets[70_000] = b'y';
    std::fs::write(body.unwrap(), octets).unwrap();
    let mut body = wait(bench.spool.body(id)).unwrap();
    assert!(wait(body.next()).is_ok());
    assert!(matches!(wait(body.next()), Err(SpoolError::Corrupt(bad)) if bad == id));
}

#[test]
fn too_little_space_is_full_and_not_failing() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(1);
    options.min_free = Some(u64::MAX);
    let (spool, _) = FileSpool::open(folder.path(), options, NOW).unwrap();
    assert_eq!(spool.health(), postrider_spool::Health::Full);
    let id = IdSource::new(1, None).next(NOW);
    assert!(matches!(wait(spool.begin(id, SizeHint::unknown())), Err(SpoolError::Full)));
    drop(spool);
    let mut options = Options::new(1);
    options.min_free = Some(0);
    let (spool, _) = FileSpool::open(folder.path(), options, NOW).unwrap();
    assert!(wait(spool.begin(id, SizeHint::octets(1 << 20))).is_ok());
    assert!(matches!(wait(spool.begin(id, SizeHint::octets(u64::MAX))), Err(SpoolError::Full)));
}

#[test]
fn a_restart_spreads_what_is_overdue() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(open(folder.path()));
    for _ in 0..50 {
        bench.accept(envelope(&["a@x.example"]), b"x");
    }
    drop(bench);
    let (spool, _) = FileSpool::open(folder.path(), Options::new(9), later(3_600)).unwrap();
    let claimed = |secs: u64| wait(spool.claim(Claim::new(99, later(3_600 + secs)))).unwrap().len();
    let counts = [claimed(10), claimed(30), claimed(60)];
    assert_eq!(counts.iter().sum::<usize>(), 50);
    assert!(counts.iter().all(|c| *c > 2), "{counts:?}");
    let list = wait(spool.list(&Filter::default(), None, 99)).unwrap();
    assert_eq!(list.len(), 50);
}

#[test]
fn a_single_overdue_message_is_due_at_once_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(open(folder.path()));
    bench.accept(envelope(&["a@x.example"]), b"x");
    drop(bench);
    let (spool, _) = FileSpool::open(folder.path(), Options::new(9), later(3_600)).unwrap();
    assert_eq!(wait(spool.claim(Claim::new(9, later(3_600)))).unwrap().len(), 1);
}

#[test]
fn many_writers_share_syncs_and_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let spool = open(folder.path());
    std::thread::scope(|scope| {
        for n in 0..8_u64 {
            let spool = spool.clone();
            scope.spawn(move || {
                let mut ids = IdSource::new(n * 1_000, None);
                for _ in 0..25 {
                    let mut draft = wait(spool.begin(ids.next(NOW), SizeHint::unknown())).unwrap();
                    wait(draft.write(b"x")).unwrap();
                    wait(draft.commit(envelope(&["a@x.example"]))).unwrap();
                }
            });
        }
    });
    drop(spool);
    assert_eq!(open(folder.path()).len(), 200);
}

#[test]
fn missing_folders_above_are_made() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a/b/spool");
    drop(open(&deep));
    assert!(deep.join("q/Z").is_dir());
    open(&deep);
}
