//! `mini-mta dns`: what it prints loads as a zone, and a zone file with faults is named line by line.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

use clap::Parser;
use mini_mta::cli::{Cli, Command};
use mini_mta::commands::{CommandError, dns, doctor};
use mini_mta::init::SetUp;
use std::path::Path;

async fn dns(folder: &Path, args: &[&str]) -> Result<(bool, String), CommandError> {
    let config = folder.join("mini-mta.toml");
    let fixed =
        ["mini-mta", "dns", "--address", "198.51.100.7", "--config", config.to_str().unwrap()];
    let Command::Dns(args) = Cli::parse_from(fixed.iter().chain(args)).command else {
        panic!("dns was asked for")
    };
    let mut out = Vec::new();
    let same = dns::run(&args, &mut out).await?;
    Ok((same, String::from_utf8(out).unwrap()))
}

fn set_up() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    SetUp::development(true).unwrap().write(folder.path()).unwrap();
    folder
}

#[tokio::test]
async fn what_is_printed_is_what_is_wanted() {
    let folder = set_up();
    let (_, zone) = dns(folder.path(), &[]).await.unwrap();
    let file = folder.path().join("published.zone");
    // The reverse name is the provider's to set; here it is published too.
    let reverse = "7.100.51.198.in-addr.arpa. 300 IN PTR mx.postrider.example.\n";
    std::fs::write(&file, format!("{zone}\n{reverse}")).unwrap();
    let (same, said) =
        dns(folder.path(), &["--check", "--zone", file.to_str().unwrap()]).await.unwrap();
    assert!(same, "{said}");
}

#[tokio::test]
async fn a_second_spf_record_is_a_difference() {
    let folder = set_up();
    let (_, zone) = dns(folder.path(), &[]).await.unwrap();
    let file = folder.path().join("published.zone");
    let second = "postrider.example. 300 IN TXT \"v=spf1 +all\"\n";
    std::fs::write(&file, format!("{zone}\n{second}")).unwrap();
    let (same, said) =
        dns(folder.path(), &["--check", "--zone", file.to_str().unwrap()]).await.unwrap();
    assert!(!same && said.contains("+all"), "{said}");
}

#[tokio::test]
async fn a_zone_file_with_faults_is_refused_with_file_and_line() {
    let folder = set_up();
    let file = folder.path().join("bad.zone");
    std::fs::write(&file, "$ORIGIN example.org.\n@ 300 IN A 192.0.2.256\nmx 300 IN MX ten mx\n")
        .unwrap();
    let said = dns(folder.path(), &["--check", "--zone", file.to_str().unwrap()])
        .await
        .unwrap_err()
        .to_string();
    assert!(said.contains("bad.zone:2:"), "{said}");
    assert!(said.contains("bad.zone:3:"), "{said}");
}

#[tokio::test]
async fn the_doctor_names_what_is_broken_in_a_zone() {
    let folder = set_up();
    let (_, zone) = dns(folder.path(), &[]).await.unwrap();
    let file = folder.path().join("published.zone");
    let second = "postrider.example. 300 IN TXT \"v=spf1 +all\"\n";
    std::fs::write(&file, format!("{zone}\n{second}")).unwrap();
    let config = folder.path().join("mini-mta.toml");
    let (config, zone) = (config.to_str().unwrap(), file.to_str().unwrap());
    let args =
        ["mini-mta", "doctor", "--config", config, "--offline", zone, "--address", "198.51.100.7"];
    let Command::Doctor(args) = Cli::parse_from(args).command else {
        panic!("doctor was asked for")
    };
    let mut out = Vec::new();
    let worst = doctor::run(&args, &mut out).await.unwrap();
    let said = String::from_utf8(out).unwrap();
    assert_eq!(worst, Some(postrider_dns::Level::Broken));
    for code in ["spf.two", "ptr.missing"] {
        assert!(said.contains(code), "{code} is not in:\n{said}");
    }
}
