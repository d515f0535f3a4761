//! The demo is the end-to-end test: two servers, real SMTP, DNS, TLS and cryptography, a forger.

#![expect(clippy::expect_used, clippy::panic, reason = "a test says what it expects")]

use clap::Parser;
use mini_mta::cli::{Cli, Command};
use mini_mta::demo;
use serde_json::Value;

async fn play(args: &[&str]) -> (bool, String) {
    let cli = Cli::parse_from(["mini-mta", "demo"].iter().chain(args));
    let Command::Demo(args) = cli.command else { panic!("demo was asked for") };
    let mut out = Vec::new();
    let fine = demo::run(&args, &mut out).await.expect("the stage can be set");
    (fine, String::from_utf8(out).expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_outcome_is_the_expected_one() {
    let (fine, json) = play(&["--json"]).await;
    let outcomes: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    let wrong: Vec<&Value> = outcomes.iter().filter(|o| o["ok"] != true).collect();
    assert!(fine && wrong.is_empty(), "{wrong:#?}");
    println!("demo {0}/{0}", outcomes.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_shows_the_refusal_with_its_chain_of_reasons() {
    let keep = tempfile::tempdir().expect("a folder");
    let folder = keep.path().join("kept");
    let (fine, text) = play(&["--keep", folder.to_str().expect("UTF-8")]).await;
    assert!(fine, "{text}");
    for expected in [
        "REJECTED",
        "550 5.7.1 DMARC policy of alice.example refuses this message",
        "rule honour-dmarc (mini-mta.toml:",
        "└─ 192.0.2.66 matches -all of alice.example",
        "✓ 192.0.2.10 and mx.alice.example name each other",
        "✗ example.org has 2 SPF records",
        "✓ 192.0.2.66 matches +all of example.org",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
    let traces = mini_mta::traces::files(&folder.join("bob/trace")).expect("kept");
    assert!(!traces.is_empty(), "--keep keeps the traces");
}
