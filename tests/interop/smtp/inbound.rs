//! Clients that we did not write, into our server.

use crate::receiver::{Mail, PASSWORD, Receiver, USER};
use postrider_smtp::server::Tls;
use postrider_smtp::value::BodyType;
use postrider_tests::{installed, python_with, run};
use std::path::PathBuf;
use std::process::Command;

const SEND: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/smtp/send.py");

/// The program, or `return` with the word that it is missing.
macro_rules! need {
    ($program:expr) => {
        match $program {
            Ok(program) => program,
            Err(skipped) => return println!("{skipped}"),
        }
    };
}

fn swaks(swaks: PathBuf, receiver: &Receiver, args: &[&str]) -> (String, Mail) {
    let mut command = Command::new(swaks);
    command.args(["--server", "127.0.0.1", "--port", &receiver.port()]);
    command.args(["--from", "a@client.example", "--to", "b@mx.example,c@mx.example"]);
    let body = "Subject: from swaks\\n\\n.a line with a dot\\n..two\\n";
    let said = run(command.args(["--data", body]).args(args));
    let mail = receiver.mail();
    assert_eq!(mail.to, ["<b@mx.example>", "<c@mx.example>"]);
    let text = String::from_utf8_lossy(&mail.body);
    assert!(
        text.starts_with("Subject: from swaks\r\n\r\n.a line with a dot\r\n..two\r\n"),
        "{text}"
    );
    (said, mail)
}

#[test]
fn swaks_in_clear() {
    let program = need!(installed("swaks"));
    let receiver = Receiver::start(Tls::Off);
    let (said, mail) = swaks(program, &receiver, &[]);
    assert!(said.contains("250 2.0.0"), "{said}");
    assert_eq!((mail.tls, mail.from.as_str()), (None, "<a@client.example>"));
}

#[test]
fn swaks_pipelines() {
    let program = need!(installed("swaks"));
    let receiver = Receiver::start(Tls::Off);
    let (said, _) = swaks(program, &receiver, &["--pipeline"]);
    assert!(said.contains("354 "), "{said}");
}

#[test]
fn swaks_with_starttls_and_each_mechanism() {
    let program = need!(installed("swaks"));
    for mechanism in ["PLAIN", "LOGIN"] {
        let receiver = Receiver::start(Tls::Required);
        let login = ["--auth", mechanism, "--auth-user", USER, "--auth-password", PASSWORD];
        let (said, mail) = swaks(program.clone(), &receiver, &[&["--tls"], &login[..]].concat());
        assert!(said.contains("235 2.7.0"), "{said}");
        assert!(mail.tls.is_some() && mail.user.as_deref() == Some(USER), "{mechanism}");
    }
}

#[test]
fn swaks_with_implicit_tls() {
    let program = need!(installed("swaks"));
    let receiver = Receiver::start(Tls::Implicit);
    let (_, mail) = swaks(program, &receiver, &["--tls-on-connect"]);
    assert!(mail.tls.is_some());
}

fn smtplib(receiver: &Receiver, python: PathBuf, mode: &str) -> Mail {
    let mut command = Command::new(python);
    command.arg(SEND).args([mode, "127.0.0.1", &receiver.port(), USER, PASSWORD]);
    let said = run(&mut command);
    assert_eq!(said.trim(), "refused: ['no@mx.example']");
    receiver.mail()
}

#[test]
fn smtplib_in_every_mode() {
    let python = need!(python_with("smtplib"));
    for (mode, tls) in
        [("clear", Tls::Off), ("starttls", Tls::Required), ("implicit", Tls::Implicit)]
    {
        let receiver = Receiver::start(tls);
        let mail = smtplib(&receiver, python.clone(), mode);
        assert_eq!(mail.user.as_deref(), (tls != Tls::Off).then_some(USER), "{mode}");
        let text = String::from_utf8_lossy(&mail.body);
        assert!(text.contains("\r\n.a line that begins with a dot\r\n"), "{text}");
    }
}

#[test]
fn smtplib_with_smtputf8() {
    let python = need!(python_with("smtplib"));
    let receiver = Receiver::start(Tls::Off);
    let mail = smtplib(&receiver, python, "utf8");
    assert_eq!(mail.from, "<grüße@client.example>");
    assert_eq!((mail.params.smtputf8, mail.params.body), (true, Some(BodyType::EightBitMime)));
    assert!(String::from_utf8_lossy(&mail.body).contains("Subject: Grüße\r\n"));
}

fn curl(receiver: &Receiver, scheme: &str, args: &[&str]) -> Option<Mail> {
    let program = match installed("curl") {
        Ok(program) => program,
        Err(skipped) => {
            println!("{skipped}");
            return None;
        }
    };
    let message = receiver.file("message.eml", b"Subject: from curl\r\n\r\n.dot\r\n");
    let mut command = Command::new(program);
    command.args(["--silent", "--show-error", "--max-time", "20"]);
    command.arg(format!("{scheme}://localhost:{}/client.example", receiver.port()));
    command.args(["--resolve", &format!("localhost:{}:127.0.0.1", receiver.port())]);
    command.args(["--mail-from", "a@client.example", "--mail-rcpt", "b@mx.example"]);
    command.arg("--cacert").arg(receiver.cert()).arg("--upload-file").arg(message).args(args);
    run(&mut command);
    let mail = receiver.mail();
    assert_eq!(mail.body, b"Subject: from curl\r\n\r\n.dot\r\n");
    Some(mail)
}

#[test]
fn curl_in_clear() {
    let Some(mail) = curl(&Receiver::start(Tls::Off), "smtp", &[]) else { return };
    assert_eq!((mail.tls, mail.params.size), (None, Some(28)));
}

#[test]
fn curl_with_starttls_verified_and_login() {
    let user = format!("{USER}:{PASSWORD}");
    let receiver = Receiver::start(Tls::Required);
    let Some(mail) = curl(&receiver, "smtp", &["--ssl-reqd", "--user", &user]) else { return };
    assert!(mail.tls.is_some() && mail.user.as_deref() == Some(USER));
}

#[test]
fn curl_with_implicit_tls_verified() {
    let Some(mail) = curl(&Receiver::start(Tls::Implicit), "smtps", &[]) else { return };
    assert!(mail.tls.is_some());
}

#[test]
fn smtp_source_of_postfix_in_ten_sessions() {
    let program = need!(installed("smtp-source"));
    let receiver = Receiver::start(Tls::Off);
    let mut command = Command::new(program);
    command.args(["-s", "10", "-m", "200", "-l", "4096", "-f", "a@client.example"]);
    run(command.args(["-t", "b@mx.example", &format!("127.0.0.1:{}", receiver.port())]));
    for _ in 0..200 {
        assert!(receiver.mail().body.len() >= 4096);
    }
}
