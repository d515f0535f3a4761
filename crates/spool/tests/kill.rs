//! A process that accepts and delivers is killed at random; every id it reported must be there.
#![expect(clippy::unwrap_used, reason = "tests")]

use postrider_core::{ForwardPath, Id, IdSource, ReversePath, UnixTime};
use postrider_spool::{
    Body, Claim, Draft, Envelope, FileSpool, Filter, IncomingKind, Options, Rcpt, RcptResult,
    RcptState, SizeHint, Spool, wait,
};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const FOLDER: &str = "POSTRIDER_SPOOL_KILL_FOLDER";
const ROUND: &str = "POSTRIDER_SPOOL_KILL_ROUND";
const ROUNDS: u64 = 30;
const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

fn octets(id: Id) -> Vec<u8> {
    format!(
        "Subject: {id}\r\n\r\n{}\r\n",
        "x".repeat(usize::try_from(id.as_u64() % 9_000).unwrap())
    )
    .into_bytes()
}

fn open(folder: &Path) -> FileSpool {
    let mut options = Options::new(1);
    options.spread = Duration::ZERO;
    FileSpool::open(folder, options, NOW).unwrap().0
}

/// Accepts and settles until it is killed. Runs only as a child of the other test.
#[test]
fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let spool = open(Path::new(&folder));
    // Time goes on from round to round: ids of finished messages are known to nobody any more.
    let round = std::env::var(ROUND).unwrap().parse().unwrap();
    let now = NOW.plus(Duration::from_secs(round));
    let mut ids = IdSource::new(5, spool.largest_id());
    let writer = spool.clone();
    std::thread::spawn(move || {
        loop {
            let id = ids.next(now);
            let mut envelope = Envelope::new(IncomingKind::Inbound, ReversePath::Null, NOW);
            envelope.rcpts = vec![Rcpt::new(ForwardPath::parse(b"<a@x.example>").unwrap())];
            let mut draft = wait(writer.begin(id, SizeHint::unknown())).unwrap();
            wait(draft.write(&octets(id))).unwrap();
            say("accepted", wait(draft.commit(envelope)).unwrap());
        }
    });
    loop {
        let changed = spool.changed();
        // Half of what is there, so that some stays.
        let leases = wait(spool.claim(Claim::new(64, NOW))).unwrap();
        for lease in leases.into_iter().filter(|l| l.id.as_u64() % 2 == 0) {
            let id = lease.id;
            let state = RcptState::Delivered { cause: None };
            wait(spool.settle(lease, &[RcptResult { n: 0, state }], NOW)).unwrap();
            say("settled", id);
        }
        wait(changed);
    }
}

fn say(what: &str, id: Id) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{what} {id}").unwrap();
    out.flush().unwrap();
}

fn spawn(folder: &Path, round: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the child said, whole lines only.
fn listen(child: &mut Child, told: &mut BTreeMap<Id, bool>) {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        let mut words = line.split(' ');
        let what = words.next().unwrap_or_default();
        let Some(id) = words.next().and_then(|id| id.parse().ok()) else {
            continue;
        };
        match what {
            "accepted" => drop(told.entry(id).or_insert(false)),
            "settled" => drop(told.insert(id, true)),
            _ => {}
        }
    }
}

#[test]
fn a_killed_process_keeps_what_it_promised() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut told = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut child = spawn(folder.path(), round);
        // A fixed but irregular series of delays, from before the start is done to many messages.
        std::thread::sleep(Duration::from_millis(20 + round * 7_919 % 230));
        child.kill().unwrap();
        listen(&mut child, &mut told);
        child.wait().unwrap();
        check(folder.path(), &told);
    }
    // Enough to mean something, even on a busy machine.
    assert!(told.len() > 20, "{}", told.len());
    assert!(told.values().filter(|settled| **settled).count() > 5);
}

fn check(folder: &Path, told: &BTreeMap<Id, bool>) {
    let spool = open(folder);
    let list = wait(spool.list(&Filter::default(), None, usize::MAX)).unwrap();
    let there: BTreeMap<Id, u64> =
        list.into_iter().filter_map(Result::ok).map(|e| (e.id, e.size)).collect();
    for (id, settled) in told {
        let there = there.contains_key(id);
        // An even one may have been settled without a word.
        let gone_unsaid = id.as_u64() % 2 == 0 && !there;
        assert!(there != *settled || gone_unsaid, "{id}: settled {settled}, there {there}");
    }
    for id in there.keys().rev().take(20) {
        let mut body = wait(spool.body(*id)).unwrap();
        let mut found = Vec::new();
        while let Some(chunk) = wait(body.next()).unwrap() {
            found.extend_from_slice(chunk);
        }
        assert_eq!(found, octets(*id));
    }
    let count = spool.len();
    drop(spool);
    let (again, report) = FileSpool::open(folder, Options::new(1), NOW).unwrap();
    assert_eq!((again.len(), report.torn, report.removed), (count, 0, 0));
}
