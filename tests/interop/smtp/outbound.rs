//! Our client into servers that we did not write.

use crate::peer::Peer;
use bytes::Bytes;
use postrider_core::{ForwardPath, Host, ReversePath};
use postrider_smtp::client::{Config, Dialect, Transaction};
use postrider_smtp_tokio::client::{Delivered, Session, Settings, server_name};
use postrider_tests::{installed, python_with, run};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use tokio::net::TcpStream;

const SINK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/smtp/sink.py");
const MESSAGE: &[u8] = b"Subject: from us\r\n\r\n.a dot\r\n..two\r\n\r\nend\r\n";

fn transaction(to: &[&str]) -> Transaction {
    let path = |t: &&str| ForwardPath::parse(format!("<{t}>").as_bytes()).expect("a path");
    let from = ReversePath::parse(b"<a@client.example>").expect("a path");
    Transaction::new(from, to.iter().map(path).collect())
}

/// One session that sends these, one after the other.
fn deliver(at: SocketAddr, config: Config, all: &[Transaction]) -> Vec<Delivered> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let stream = TcpStream::connect(at).await.expect("it listens");
        let host = Host::parse(b"localhost").expect("a host");
        let name = server_name(&host).expect("a name");
        let mut session =
            Session::establish(stream, name, &Settings::clear(config)).await.expect("a session");
        let mut delivered = Vec::new();
        for transaction in all {
            let message = Bytes::from_static(MESSAGE);
            delivered.push(session.send(transaction.clone(), message).await);
        }
        if session.is_usable() {
            session.quit().await.expect("a good end");
        }
        delivered
    })
}

fn config() -> Config {
    Config::new(Host::parse(b"client.example").expect("a host"))
}

fn codes(delivered: &Delivered) -> Vec<u16> {
    let codes = delivered.recipients.iter().map(|r| r.as_ref().map_or(0, |r| r.code().get()));
    codes.collect()
}

/// `smtp-sink` with these switches, for what it does not do and does wrong.
fn smtp_sink(switches: &[&str]) -> Option<Peer> {
    let program = match installed("smtp-sink") {
        Ok(program) => program,
        Err(skipped) => {
            println!("{skipped}");
            return None;
        }
    };
    Some(Peer::start(|at| {
        let mut command = Command::new(program);
        // Where it runs as root, it wants to be told whom to be instead.
        if run(Command::new("id").arg("-u")).trim() == "0" {
            command.args(["-u", "nobody"]);
        }
        command.args(switches).args([&format!("inet:{at}"), "100"]);
        command
    }))
}

#[test]
fn into_smtp_sink_with_and_without_extensions() {
    for switches in [&[][..], &["-p"], &["-8"], &["-e"]] {
        let Some(sink) = smtp_sink(switches) else { return };
        let two = [transaction(&["b@mx.example", "c@mx.example"]), transaction(&["d@mx.example"])];
        for delivered in deliver(sink.at, config(), &two) {
            assert!(delivered.result.is_ok(), "{switches:?}: {delivered:?}");
            assert!(codes(&delivered).iter().all(|c| *c == 250));
        }
    }
}

#[test]
fn refusals_of_smtp_sink_leave_the_session_in_step() {
    for (switches, code) in [(["-r", "rcpt"], 450), (["-f", "rcpt"], 500)] {
        let Some(sink) = smtp_sink(&switches) else { return };
        let twice =
            [transaction(&["b@mx.example", "c@mx.example"]), transaction(&["d@mx.example"])];
        for delivered in deliver(sink.at, config(), &twice) {
            assert!(delivered.result.is_err());
            assert!(codes(&delivered).iter().all(|c| *c == code), "{delivered:?}");
        }
    }
}

#[test]
fn a_lost_connection_is_told_with_its_stage() {
    let Some(sink) = smtp_sink(&["-q", "data"]) else { return };
    let delivered = deliver(sink.at, config(), &[transaction(&["b@mx.example"])]).remove(0);
    let stage = delivered.result.expect_err("no delivery").stage();
    assert_eq!(stage.map(|s| s.to_string()).as_deref(), Some("DATA"));
}

/// aiosmtpd, keeping messages in a folder.
fn aiosmtpd(protocol: &str, folder: &Path) -> Option<Peer> {
    let python = match python_with("aiosmtpd") {
        Ok(python) => python,
        Err(skipped) => {
            println!("{skipped}");
            return None;
        }
    };
    Some(Peer::start(|at| {
        let mut command = Command::new(python);
        command.arg(SINK).args([protocol, "127.0.0.1", &at.port().to_string()]).arg(folder);
        command
    }))
}

#[test]
fn into_aiosmtpd_with_one_recipient_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(sink) = aiosmtpd("smtp", folder.path()) else { return };
    let two = [transaction(&["b@mx.example", "no@mx.example"]), transaction(&["c@mx.example"])];
    let delivered = deliver(sink.at, config(), &two);
    assert!(delivered.iter().all(|d| d.result.is_ok()), "{delivered:?}");
    assert_eq!(codes(&delivered[0]), [250, 550]);
    for number in ["0.eml", "1.eml"] {
        let kept = std::fs::read(folder.path().join(number)).expect("a message");
        assert_eq!(kept, MESSAGE);
    }
}

#[test]
fn into_aiosmtpd_by_lmtp_with_a_result_for_each_recipient() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(sink) = aiosmtpd("lmtp", folder.path()) else { return };
    let to = ["b@mx.example", "no@mx.example", "full@mx.example", "c@mx.example"];
    let mut config = config();
    config.dialect = Dialect::Lmtp;
    for delivered in deliver(sink.at, config, &[transaction(&to), transaction(&to)]) {
        assert!(delivered.result.is_ok(), "{delivered:?}");
        assert_eq!(codes(&delivered), [250, 550, 452, 250]);
    }
    assert_eq!(std::fs::read(folder.path().join("1.eml")).expect("a message"), MESSAGE);
}
