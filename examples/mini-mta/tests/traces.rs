//! Laws of the trace over real sessions: each refusal has its decision, numbers have no gaps, and no
//! secret or line break is in any event.

#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

use clap::Parser;
use mini_mta::cli::{Cli, Command};
use mini_mta::demo;
use postrider_trace::{Event, Kind, Trace, read_lines};
use std::path::Path;

/// All events of both servers after a demo, from their files.
async fn events(folder: &Path) -> Vec<Event> {
    let kept = folder.join("kept");
    let args = ["mini-mta", "demo", "--json", "--keep", kept.to_str().expect("UTF-8")];
    let Command::Demo(args) = Cli::parse_from(args).command else { panic!("demo was asked for") };
    assert!(demo::run(&args, &mut Vec::new()).await.expect("the stage can be set"));
    let mut events = Vec::new();
    for party in ["alice", "bob"] {
        for file in mini_mta::traces::files(&kept.join(party).join("trace")).expect("kept") {
            let lines = read_lines(&std::fs::read(file).expect("a file"));
            assert!(lines.bad.is_empty(), "{:?}", lines.bad);
            events.extend(lines.events);
        }
    }
    events
}

#[tokio::test(flavor = "multi_thread")]
async fn traces_are_whole_and_hold_no_secret() {
    let folder = tempfile::tempdir().expect("a folder");
    let events = events(folder.path()).await;
    let password = |party: &str| {
        std::fs::read_to_string(folder.path().join("kept").join(party).join("secrets/password"))
            .expect("a password")
    };
    for event in &events {
        let line = event.to_line();
        assert!(!line.contains('\n'), "{line}");
        assert!(!line.contains(password("alice").trim()), "a password in {line}");
        assert!(!line.contains("Please pay this invoice"), "a body in {line}");
    }
    let traces = Trace::group(events);
    assert!(traces.len() > 8, "{}", traces.len());
    for trace in &traces {
        assert_eq!(trace.gaps().count(), 0, "{}", trace.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_check_of_the_role_has_its_event() {
    let folder = tempfile::tempdir().expect("a folder");
    let traces = Trace::group(events(folder.path()).await);
    let judged = traces.iter().filter(|t| t.all().any(|e| e.check_name() == "framing"));
    for trace in judged {
        for check in
            ["connect", "proxy", "iprev", "ehlo", "starttls", "auth", "spf", "framing", "dmarc"]
        {
            assert!(trace.check(check).is_some(), "{check} is missing in {}", trace.id);
        }
        let dkim = trace.all().any(|e| e.check_name().starts_with("dkim"));
        assert!(dkim, "dkim is missing in {}", trace.id);
        let decided = trace.all().filter(|e| e.kind == Kind::Decision);
        assert!(decided.count() >= 3, "sender, recipient and message are decided in {}", trace.id);
    }
}
