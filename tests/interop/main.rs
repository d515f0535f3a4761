//! Real programs against mini-mta on loopback, and the crash that mail must survive.
//!
//! A program that is not installed is said as `skipped: NAME not installed`; `.ci/run` installs all.

use postrider_tests::{
    Server, dialog, installed, mails, mini_mta, python_with, run, wait_for_mail,
};
use std::path::{Path, PathBuf};
use std::process::Command;

const SUBMIT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/submit.py");
const VERIFY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/verify.py");
const USER: &str = "me@postrider.example";

/// A server without any configuration, as a new user starts it, on free ports.
struct Fresh {
    folder: tempfile::TempDir,
    server: Server,
    password: String,
}

impl Fresh {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(folder.path(), &["--any-port"]);
        let password = std::fs::read_to_string(folder.path().join("mini-mta-dev/secrets/password"));
        let password = password.expect("the password is printed and kept").trim().to_owned();
        Self { folder, server, password }
    }

    fn maildir(&self) -> PathBuf {
        self.folder.path().join("mini-mta-dev/mail").join(USER)
    }

    fn submit(&self, python: &Path, mode: &str, role: &str) -> String {
        let at = self.server.address(role);
        let mut command = Command::new(python);
        command.arg(SUBMIT).args([mode, &at.ip().to_string(), &at.port().to_string()]);
        run(command.args([USER, &self.password, USER, "hello"]))
    }

    /// What dkimpy says of each signature, DNS taken from our `dns` command.
    fn verified_by_dkimpy(&self, python: &Path, mail: &[u8]) -> Vec<String> {
        let records = self.folder.path().join("records.json");
        let mut dns = Command::new(mini_mta());
        let dns = dns
            .args(["dns", "--format", "json", "--address", "192.0.2.1"])
            .current_dir(self.folder.path());
        std::fs::write(&records, run(dns)).expect("a file");
        let message = self.folder.path().join("message.eml");
        std::fs::write(&message, mail).expect("a file");
        let mut verify = Command::new(python);
        run(verify.arg(VERIFY).arg(&message).arg(&records)).lines().map(str::to_owned).collect()
    }
}

fn check_signatures(lines: &[String]) {
    assert_eq!(lines.len(), 2, "two signatures: {lines:?}");
    for algorithm in ["a=ed25519-sha256", "a=rsa-sha256"] {
        let line = lines.iter().find(|l| l.starts_with(algorithm)).expect(algorithm);
        assert!(line.ends_with("pass"), "{line}");
    }
}

fn smtplib_delivers_signed(mode: &str, role: &str) {
    let python = match python_with("dkim, nacl") {
        Ok(python) => python,
        Err(skipped) => return println!("{skipped}"),
    };
    let fresh = Fresh::start();
    assert_eq!(fresh.submit(&python, mode, role).trim(), "refused: {}");
    let mail = wait_for_mail(&fresh.maildir());
    check_signatures(&fresh.verified_by_dkimpy(&python, &mail));
    let text = String::from_utf8_lossy(&mail);
    assert!(text.contains("\n.a line that begins with a dot\n"), "{text}");
    println!("smtplib {mode}: delivered, both signatures verified by dkimpy");
}

#[test]
fn smtplib_over_587_with_starttls_and_auth() {
    smtplib_delivers_signed("starttls", "submission");
}

#[test]
fn smtplib_over_465_with_implicit_tls() {
    smtplib_delivers_signed("implicit", "submissions");
}

#[test]
fn swaks_over_587_with_starttls_and_auth() {
    let swaks = match installed("swaks") {
        Ok(swaks) => swaks,
        Err(skipped) => return println!("{skipped}"),
    };
    let fresh = Fresh::start();
    let mut command = Command::new(swaks);
    command.args([
        "--server",
        "127.0.0.1",
        "--port",
        &fresh.server.address("submission").port().to_string(),
        "--tls",
        "--auth",
        "PLAIN",
    ]);
    command.args([
        "--auth-user",
        USER,
        "--auth-password",
        &fresh.password,
        "--from",
        USER,
        "--to",
        USER,
    ]);
    let said = run(&mut command);
    assert!(said.contains("250 2.0.0 queued as "), "{said}");
    let mail = wait_for_mail(&fresh.maildir());
    assert!(mail.windows(15).any(|w| w == b"DKIM-Signature:"));
}

#[test]
fn a_message_answered_250_survives_sigkill() {
    let fresh = Fresh::start();
    let folder = fresh.folder.path().to_owned();
    let said = dialog(
        fresh.server.address("mx"),
        &[
            "EHLO client.example",
            "MAIL FROM:<someone@elsewhere.example>",
            &format!("RCPT TO:<{USER}>"),
            "DATA",
            "From: someone@elsewhere.example\r\nSubject: kept\r\n\r\nThis was answered 250.\r\n.",
        ],
    );
    assert!(said.contains("250 2.0.0 queued as "), "{said}");
    let maildir = fresh.maildir();
    fresh.server.kill();
    let _again = Server::start(&folder, &["--any-port"]);
    let mail = wait_for_mail(&maildir);
    assert!(String::from_utf8_lossy(&mail).contains("This was answered 250."));
    assert_eq!(mails(&maildir).len(), 1, "delivered once");
}

#[test]
fn a_stranger_cannot_relay_or_send_without_login() {
    let fresh = Fresh::start();
    let relay = ["EHLO a.example", "MAIL FROM:<x@a.example>", "RCPT TO:<y@b.example>"];
    let said = dialog(fresh.server.address("mx"), &relay);
    assert!(said.contains("550 5.7.1 relaying denied"), "{said}");
    let said = dialog(fresh.server.address("submission"), &relay[..2]);
    assert!(said.contains("530 5.7.0"), "{said}");
}
