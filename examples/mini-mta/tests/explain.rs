//! `explain` runs the server's own code offline: the DNS that a trace saw gives the same decision, and
//! expectations make a folder of messages a test of the rules.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

use clap::Parser;
use mini_mta::cli::{Cli, Command};
use mini_mta::commands::explain;
use mini_mta::{demo, traces};
use postrider_trace::{Outcome, Trace, as_zone, read_lines};
use std::path::Path;

const FORGERY: &str = "From: alice@alice.example\r\nTo: bob@bob.example\r\nSubject: Urgent\r\n\
                       Date: Tue, 24 Nov 2026 08:21:40 +0000\r\n\r\nPlease pay this invoice today.\r\n";

/// What the demo left behind for Bob's server.
async fn demonstrated(folder: &Path) -> Vec<Trace> {
    let kept = folder.join("kept");
    let args = ["mini-mta", "demo", "--json", "--keep", kept.to_str().unwrap()];
    let Command::Demo(args) = Cli::parse_from(args).command else { panic!("demo was asked for") };
    assert!(demo::run(&args, &mut Vec::new()).await.unwrap());
    let file = traces::files(&kept.join("bob/trace")).unwrap().pop().unwrap();
    Trace::group(read_lines(&std::fs::read(file).unwrap()).events)
}

async fn explain(folder: &Path, args: &[&str]) -> (bool, String) {
    let (mail, zone) = (folder.join("mail.eml"), folder.join("world.zone"));
    let config = folder.join("kept/bob/mini-mta.toml");
    let paths = [&mail, &zone, &config].map(|p| p.to_str().unwrap().to_owned());
    let [mail, zone, config] = &paths;
    let fixed = ["mini-mta", "explain", mail, "--zone", zone, "--config", config];
    let Command::Explain(args) = Cli::parse_from(fixed.iter().chain(args)).command else {
        panic!("explain was asked for")
    };
    let mut out = Vec::new();
    let met = explain::run(&args, &mut out).await.unwrap();
    (met, String::from_utf8(out).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_zone_of_a_trace_gives_the_same_decision() {
    let folder = tempfile::tempdir().unwrap();
    let traces = demonstrated(folder.path()).await;
    let refused = traces.iter().find(|t| t.outcome() == Outcome::Rejected).unwrap();
    std::fs::write(folder.path().join("world.zone"), as_zone(refused)).unwrap();
    std::fs::write(folder.path().join("mail.eml"), FORGERY).unwrap();

    let client =
        ["--ip", "192.0.2.66", "--helo", "bulk.stranger.example", "--rcpt", "bob@bob.example"];
    let expected = [
        "--expect",
        "reject:honour-dmarc",
        "--expect",
        "check:spf=fail",
        "--expect",
        "rule:forged-own-domain=no",
    ];
    let (met, said) = explain(folder.path(), &[&client[..], &expected].concat()).await;
    assert!(met, "{said}");
    let decided = refused.deciding().unwrap().by.as_ref().unwrap();
    assert_eq!(decided.as_str(), "rule:honour-dmarc");

    let (met, said) =
        explain(folder.path(), &[&client[..], &["--expect", "accept"]].concat()).await;
    assert!(!met && said.contains("✗ accept: reject"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_said_is_guessed_and_told() {
    let folder = tempfile::tempdir().unwrap();
    demonstrated(folder.path()).await;
    std::fs::write(folder.path().join("world.zone"), "").unwrap();
    std::fs::write(folder.path().join("mail.eml"), FORGERY.replace('\r', "")).unwrap();
    let (_, said) = explain(folder.path(), &[]).await;
    assert!(said.contains("guessed: MAIL FROM <alice@alice.example>, from From"), "{said}");
    assert!(said.contains("guessed: RCPT TO <postmaster@bob.example>"), "{said}");
    assert!(said.contains("spf        ? not decided: the client's address is hidden"), "{said}");
}
