//! A wrong configuration is refused whole, and every fault names its file, line and what was expected.

#![expect(clippy::unwrap_used, reason = "a test says what it expects")]

use mini_mta::config::{Config, ConfigError};
use mini_mta::init::SetUp;
use std::path::PathBuf;

/// A good set-up in a folder of its own.
struct Folder {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let written = SetUp::development(true).unwrap().write(folder.path()).unwrap();
        Self { config: written.config, folder }
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.config).unwrap()
    }

    /// What the configuration says with one part of it replaced.
    fn with(&self, part: &str, other: &str) -> Result<Config, ConfigError> {
        let text = self.text();
        assert!(text.contains(part), "{part}");
        Config::parse(&self.config, &text.replacen(part, other, 1))
    }

    /// All faults of it, the folder left out.
    fn faults(&self, part: &str, other: &str) -> String {
        let faults = self.with(part, other).unwrap_err().to_string();
        faults.replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn write(&self, file: &str, content: &str) {
        std::fs::write(self.folder.path().join(file), content).unwrap();
    }
}

#[test]
fn what_init_writes_is_fine() {
    let config = Config::load(&Folder::new().config).unwrap();
    assert_eq!(config.server.local_domains.len(), 1);
    assert_eq!(config.sign.len(), 2);
}

#[test]
fn an_unknown_key_gets_its_line_and_the_nearest_right_one() {
    let said = Folder::new().faults("hostname      =", "hostnam =");
    assert!(said.starts_with("mini-mta.toml:4: unknown field `hostnam`"), "{said}");
    assert!(said.contains("did you mean `hostname`?"), "{said}");
    assert!(said.contains("^^^^^^^"), "{said}");
}

#[test]
fn values_are_checked_where_they_stand() {
    let f = Folder::new();
    for (part, other, expected) in [
        ("\"127.0.0.1:0\"", "\"127.0.0.1\"", "`127.0.0.1` is no address and port"),
        ("\"mx.postrider.example\"", "\"mx\"", "hostname must be a full name"),
        (
            "[\"postrider.example\"]",
            "[\"post_rider.example\"]",
            "`post_rider.example` is no domain: octet 4",
        ),
        ("role   = \"mx\"", "role = \"relay\"", "unknown variant `relay`"),
        ("selector = \"e1\"", "selector = \"e 1\"", "`e 1` is no selector"),
        (
            "= \"me@postrider.example\"",
            "= \"you@postrider.example\"",
            "leads to `you@postrider.example`, where nobody lives",
        ),
    ] {
        let said = f.faults(part, other);
        assert!(said.contains(expected), "{other}: {said}");
        assert!(said.starts_with("mini-mta.toml"), "{said}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let f = Folder::new();
    let text = f
        .text()
        .replace("\"mx.postrider.example\"", "\"mx\"")
        .replace("\"127.0.0.1:0\"", "\"nowhere\"");
    let faults = Config::parse(&f.config, &text).unwrap_err();
    assert_eq!(faults.0.len(), 4, "{faults}");
}

#[test]
fn a_rule_that_is_wrong_shows_the_place_in_it() {
    let f = Folder::new();
    let said = f.faults(
        "listener.role == \"mx\" and from.domain",
        "listener.rol == \"mx\" and from.domain",
    );
    assert!(said.contains("rule `forged-own-domain`"), "{said}");
    assert!(said.contains("did you mean `listener.role`?"), "{said}");
    assert!(said.contains("mini-mta.toml:"), "{said}");
    let said = f.faults("dmarc == fail and", "dmarc == \"fail\" and");
    assert!(said.contains("rule `honour-dmarc`"), "{said}");
    let said = f.faults("\"550 5.7.1 DMARC", "\"250 2.0.0 DMARC");
    assert!(said.contains("5xx"), "{said}");
}

#[test]
fn a_bad_key_file_is_named_with_its_line() {
    let f = Folder::new();
    f.write("keys/e1.pem", "-----BEGIN PRIVATE KEY-----\nnot base64!\n-----END PRIVATE KEY-----\n");
    let said = f.faults("[server]", "[server]");
    assert!(said.starts_with("keys/e1.pem: "), "{said}");
    assert!(said.contains("line 2"), "{said}");
    std::fs::remove_file(f.folder.path().join("keys/e1.pem")).unwrap();
    let said = f.faults("[server]", "[server]");
    assert!(said.contains("keys/e1.pem: [[sign]] key cannot be read"), "{said}");
}

#[test]
fn bad_users_are_named() {
    let f = Folder::new();
    f.write("users.toml", "[user.\"me@postrider.example\"]\npassword = \"secret\"\n");
    let said = f.faults("[server]", "[server]");
    assert!(
        said.contains("users.toml: user `me@postrider.example`: the password is no argon2id hash"),
        "{said}"
    );
    f.write("users.toml", "[user.\"me@postrider.example\"]\npasword = \"secret\"\n");
    let said = f.faults("[server]", "[server]");
    assert!(said.contains("users.toml:2: unknown field `pasword`"), "{said}");
    assert!(said.contains("did you mean `password`?"), "{said}");
}

#[test]
fn the_relay_guard_cannot_be_configured_away() {
    let f = Folder::new();
    let config = f.with("id    = \"helo-not-full\"", "id    = \"relay\"");
    // A rule of the same name stands beside the guard or is refused; it never replaces it.
    if let Ok(config) = config {
        let reads = config.policy.reads(postrider_policy::Stage::Rcpt);
        assert!(reads.iter().any(|n| n.as_str() == "local_domains"));
    }
    let without_rules = f.text().split("# A stranger's server").next().unwrap().to_owned();
    let config = Config::parse(&f.config, &without_rules).unwrap();
    let reads = config.policy.reads(postrider_policy::Stage::Rcpt);
    assert!(
        reads.iter().any(|n| n.as_str() == "local_domains"),
        "the guard is there without any rule"
    );
}
