//! Suites for SMTP (RFC 5321).

use crate::corpora::{Case, Corpora, Suite};
use bytes::{Bytes, BytesMut};
use postrider_core::{DomainName, ForwardPath, Host, Mailbox, ReversePath};
use postrider_smtp::codec::data::{DataDecoder, DataEncoder, DataItem};
use postrider_smtp::command::{Command, Leniency};
use postrider_smtp::server::{Config, Connection, Event, Verdict};
use postrider_smtp::value::Instant;
use serde_json::Value;
use std::sync::Arc;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    vec![
        suite("smtp-commands", corpora.rows("smtp-commands/cases.jsonl"), command),
        suite("smtp-data", corpora.rows("smtp-data/receive.jsonl"), receive),
        suite("smtp-data-send", corpora.rows("smtp-data/receive.jsonl"), send),
        suite("smtp-smuggling", corpora.rows("smtp-smuggling/cases.jsonl"), smuggling),
        suite("smtp-addresses", corpora.rows("smtp-addresses/cases.jsonl"), address),
    ]
}

fn suite(name: &'static str, rows: Vec<Value>, run: fn(&Value) -> Result<(), String>) -> Suite {
    let case = |row: Value| Case::new(text(&row, "id").to_owned(), move || run(&row));
    let cases: Vec<Case> = rows.into_iter().map(case).collect();
    Suite { name, cases }
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or_else(|| panic!("{key} in {row}"))
}

fn command(row: &Value) -> Result<(), String> {
    let parsed = Command::parse(text(row, "line").as_bytes(), &Leniency::strict());
    let valid = row["valid"] == true;
    match parsed {
        Err(_) if row["lenient"].is_string() => Ok(()),
        Ok(command) if valid => same_command(row, &command),
        Err(_) if !valid => Ok(()),
        Ok(command) => Err(format!("accepted as {command:?}")),
        Err(error) => Err(format!("refused: {error}")),
    }
}

/// Address and size are as expected.
fn same_command(row: &Value, command: &Command) -> Result<(), String> {
    let (mailbox, size) = match command {
        Command::Mail { from, params } => (from.mailbox(), params.size),
        Command::Rcpt { to, .. } => (to.mailbox(), None),
        _ => (None, None),
    };
    if let Some(expected) = row["address"].as_str() {
        let expected = match expected.rsplit_once('@') {
            None => None,
            Some((local, host)) => {
                let host = Host::parse(host.as_bytes()).map_err(|e| e.to_string())?;
                Some((local.to_owned(), host))
            }
        };
        if row["valid"] == false {
            return Err(format!("accepted as {mailbox:?}"));
        }
        let got = mailbox.map(|m| (m.local().as_str().to_owned(), m.host().clone()));
        if got != expected {
            return Err(format!("address {got:?}, expected {expected:?}"));
        }
    }
    let expected = row["params"]["size"].as_u64();
    match size == expected {
        true => Ok(()),
        false => Err(format!("size {size:?}, expected {expected:?}")),
    }
}

/// What a server made of the octets behind 354.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Message(Vec<u8>),
    Reject(String),
    Incomplete,
}

/// A session whose content is `wire`: the first outcome, and how many messages there were.
fn session(wire: &[u8], piece: usize) -> (Outcome, usize) {
    let config = Config::new(DomainName::parse("mx.example").expect("a domain"));
    let now = Instant::default();
    let address = "192.0.2.1:25".parse().expect("an address");
    let mut connection = Connection::new(Arc::new(config), address, address, now);
    let start = b"EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n";
    let mut rx = BytesMut::new();
    let (mut content, mut ends, mut sent) = (Vec::new(), 0, Vec::new());
    let parts = std::iter::once(&start[..]).chain(wire.chunks(piece));
    for part in parts {
        rx.extend_from_slice(part);
        loop {
            connection.handle_input(now, &mut rx);
            let mut ticket = None;
            let Some(event) = connection.poll_event() else {
                break;
            };
            match event {
                Event::Connected { ticket: t, .. }
                | Event::Hello { ticket: t, .. }
                | Event::Mail { ticket: t, .. }
                | Event::Rcpt { ticket: t, .. }
                | Event::Begin { ticket: t, .. } => ticket = Some(t),
                Event::Body(octets) => {
                    connection.body_consumed(octets.len());
                    content.extend_from_slice(&octets);
                }
                Event::End { ticket: t, .. } => {
                    ends += 1;
                    ticket = Some(t);
                }
                _ => {}
            }
            if let Some(ticket) = ticket {
                connection.answer(now, ticket, Verdict::Accept).expect("an open ticket");
            }
        }
        while let Some(octets) = connection.poll_transmit() {
            sent.extend_from_slice(&octets);
        }
    }
    let sent = String::from_utf8_lossy(&sent).into_owned();
    let last = sent.lines().last().unwrap_or_default().to_owned();
    let outcome = match ends {
        0 if last.starts_with("354") => Outcome::Incomplete,
        0 => Outcome::Reject(last),
        _ => Outcome::Message(content),
    };
    (outcome, ends)
}

fn receive(row: &Value) -> Result<(), String> {
    // Rows with a limit of another program expect what comes without it.
    let wire = text(row, "wire").as_bytes();
    let (outcome, _) = session(wire, usize::MAX);
    if session(wire, 1).0 != outcome {
        return Err("another outcome octet by octet".to_owned());
    }
    let expected = &row["outcome"];
    let word = match &outcome {
        Outcome::Message(_) => "message",
        Outcome::Reject(_) => "reject",
        Outcome::Incomplete => "incomplete",
    };
    if !expected.as_array().is_some_and(|any| any.iter().any(|e| e == word)) {
        return Err(format!("{outcome:?}, expected {expected}"));
    }
    match (&outcome, row["message"].as_str()) {
        (Outcome::Message(got), Some(want)) if got != want.as_bytes() => {
            Err(format!("message {:?}", String::from_utf8_lossy(got)))
        }
        _ => Ok(()),
    }
}

fn encode(message: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = DataEncoder::new();
    let mut out = Vec::new();
    encoder.push(Bytes::copy_from_slice(message), &mut out).map_err(|e| e.to_string())?;
    encoder.finish(&mut out).map_err(|e| e.to_string())?;
    Ok(out.concat())
}

/// What goes out either comes back as it was, or is refused for a bare CR or LF.
fn send(row: &Value) -> Result<(), String> {
    let message = row["message"].as_str().unwrap_or_else(|| text(row, "wire"));
    let bare = message.replace("\r\n", "").contains(['\r', '\n']);
    let wire = match encode(message.as_bytes()) {
        Err(_) if bare => return Ok(()),
        Err(error) => return Err(error),
        Ok(_) if bare => return Err("a bare line end was sent".to_owned()),
        Ok(wire) => wire,
    };
    let mut rx = BytesMut::from(&wire[..]);
    let mut decoder = DataDecoder::new();
    let mut back = Vec::new();
    loop {
        match decoder.next(&mut rx, usize::MAX) {
            Some(DataItem::Body(octets)) => back.extend_from_slice(&octets),
            Some(DataItem::End(_)) => break,
            other => return Err(format!("no end: {other:?}")),
        }
    }
    let ended = match message.is_empty() || message.ends_with("\r\n") {
        true => message.to_owned(),
        false => format!("{message}\r\n"),
    };
    match back == ended.as_bytes() && rx.is_empty() {
        true => Ok(()),
        false => Err(format!("came back as {:?}", String::from_utf8_lossy(&back))),
    }
}

fn smuggling(row: &Value) -> Result<(), String> {
    let wire = text(row, "wire_after_354").as_bytes();
    if text(row, "id").contains("outbound") {
        return outbound(text(row, "eod").as_bytes());
    }
    for piece in [1, 2, usize::MAX] {
        let (outcome, ends) = session(wire, piece);
        if ends > 1 || outcome == Outcome::Incomplete {
            return Err(format!("{ends} messages, {outcome:?}"));
        }
    }
    Ok(())
}

/// A sequence within a message leaves as part of it, or not at all.
fn outbound(sequence: &[u8]) -> Result<(), String> {
    let message = [b"text", sequence, b"MAIL FROM:<>\r\n"].concat();
    let Ok(wire) = encode(&message) else {
        return Ok(());
    };
    match wire.windows(5).filter(|w| w == b"\r\n.\r\n").count() {
        1 if !sequence.contains(&b'\r')
            || wire.windows(2).all(|w| w[0] != b'\r' || w[1] == b'\n') =>
        {
            Ok(())
        }
        n => Err(format!("{n} ends in {:?}", String::from_utf8_lossy(&wire))),
    }
}

fn address(row: &Value) -> Result<(), String> {
    if row["path"].is_string() {
        return path(row);
    }
    let address = text(row, "address");
    let parsed = Mailbox::parse(address.as_bytes());
    if let Ok(mailbox) = &parsed {
        let again = Mailbox::parse(mailbox.to_string().as_bytes());
        if again.as_ref() != Ok(mailbox) {
            return Err(format!("{mailbox} is read back as {again:?}"));
        }
    }
    let good = row["test"].as_str().is_some_and(|test| test.starts_with("test_email_valid"));
    let expected = match row["rfc5321_mailbox"].as_bool() {
        Some(valid) => valid,
        None if good => true,
        // What a product refuses by its own rules beyond the grammar may be either.
        None => return Ok(()),
    };
    match (&parsed, expected) {
        (Ok(_), true) | (Err(_), false) => Ok(()),
        (Ok(mailbox), false) => Err(format!("accepted as {mailbox}")),
        (Err(error), true) => Err(format!("refused: {error}")),
    }
}

fn path(row: &Value) -> Result<(), String> {
    let path = text(row, "path").as_bytes();
    let mailbox = match (ReversePath::parse(path), ForwardPath::parse(path)) {
        (Ok(ReversePath::Null), _) | (_, Ok(ForwardPath::Postmaster)) => None,
        (Ok(ReversePath::Mailbox(mailbox)), Ok(_)) => Some(mailbox),
        (Err(_), _) if row["valid"] == false => return Ok(()),
        (Err(error), _) | (_, Err(error)) => return Err(format!("refused: {error}")),
    };
    if row["valid"] == false {
        return Err(format!("accepted as {mailbox:?}"));
    }
    let got = mailbox.map(|m| (m.local().to_string(), m.host().to_string()));
    let expected = (text(row, "user").to_owned(), text(row, "host").to_owned());
    match got {
        None if expected.1.is_empty() => Ok(()),
        Some(got) if got == expected => Ok(()),
        got => Err(format!("{got:?}, expected {expected:?}")),
    }
}
