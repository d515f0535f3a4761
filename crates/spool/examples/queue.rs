//! A message through the queue without a runtime: accept, lease, defer, deliver.
//!
//! `cargo run -p postrider-spool --example queue -- FOLDER`
#![expect(clippy::print_stdout, reason = "an example prints")]

use postrider_core::{ForwardPath, IdSource, ReversePath, SafeText, UnixTime};
use postrider_spool::{
    Cause, Claim, Draft, Envelope, FileSpool, Filter, IncomingKind, Options, Rcpt, RcptResult,
    RcptState, Schedule, SizeHint, Spool, wait,
};
use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.ok_or("usage: queue FOLDER")?;
    // A real program reads its clock here; the library never does.
    let now = UnixTime::from_secs(1_795_508_500);
    let (spool, report) = FileSpool::open(&folder, Options::new(7), now)?;
    println!("found {} message(s), {} thing(s) set aside", report.messages, report.corrupt.len());

    let mut ids = IdSource::new(7, spool.largest_id());
    let mut draft = wait(spool.begin(ids.next(now), SizeHint::unknown()))?;
    wait(draft.write(b"Subject: hello\r\n\r\nHello.\r\n"))?;
    let from = ReversePath::parse(b"<alice@example.org>")?;
    let mut envelope = Envelope::new(IncomingKind::Submission, from, now);
    envelope.rcpts.push(Rcpt::new(ForwardPath::parse(b"<bob@example.net>")?));
    println!("250 2.0.0 queued as {}", wait(draft.commit(envelope))?);

    let mut now = now;
    for answer in ["451 4.3.0 later", "250 2.0.0 fine"] {
        let lease = wait(spool.claim(Claim::new(1, now)))?.pop().ok_or("nothing due")?;
        println!("{now}  attempt {} at {}: {answer}", lease.attempt, lease.id);
        let received = lease.envelope.received;
        let again = Schedule::default().next(received, lease.attempt, now, 0);
        let state = match (answer.starts_with('2'), again) {
            (false, Some(due)) => RcptState::Due {
                due,
                cause: Some(Cause::ours(
                    SafeText::from_static("4.3.0"),
                    SafeText::from_static("later"),
                )),
            },
            _ => RcptState::Delivered { cause: None },
        };
        wait(spool.settle(lease, &[RcptResult { n: 0, state }], now))?;
        now = wait(spool.next_due())?.unwrap_or(now);
    }
    println!("{} left", wait(spool.list(&Filter::default(), None, 10))?.len());
    Ok(())
}
