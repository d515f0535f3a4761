//! Suites for replies and what EHLO announces, as a client reads them (RFC 5321 §4.2, RFC 2034).

use crate::corpora::{Case, Corpora, Suite};
use bytes::BytesMut;
use postrider_smtp::client::Capabilities;
use postrider_smtp::codec::reply::{EnhancedCodes, ReplyDecoder};
use postrider_smtp::value::reply::Reply;
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let rows = |file: &str| corpora.rows(format!("smtp-replies/{file}.jsonl"));
    vec![
        suite("smtp-replies", rows("cases"), reply),
        suite("smtp-replies-ehlo", rows("ehlo"), ehlo),
    ]
}

fn suite(name: &'static str, rows: Vec<Value>, run: fn(&Value) -> Result<(), String>) -> Suite {
    let case = |row: Value| {
        let id = row["id"].as_str().expect("an id").to_owned();
        Case::new(id, move || run(&row))
    };
    let cases = rows.into_iter().map(case).collect();
    Suite { name, cases }
}

/// The first reply of the octets.
fn read(row: &Value) -> Result<Reply, String> {
    let wire = row["wire"].as_str().expect("octets");
    let mut decoder = ReplyDecoder::default();
    decoder.set_enhanced(EnhancedCodes::Read);
    let reply = decoder.next(&mut BytesMut::from(wire.as_bytes()));
    reply.ok_or("unfinished")?.map_err(|e| e.to_string())
}

fn reply(row: &Value) -> Result<(), String> {
    let reply = read(row)?;
    let enhanced = reply.enhanced().map(|e| [u16::from(e.class()), e.subject(), e.detail()]);
    let text: Vec<&str> = reply.text().map(|line| line.as_str()).collect();
    let ours = serde_json::json!({
        "code": reply.code().get(),
        "enhanced": enhanced,
        "text": text.join("\n"),
    });
    for key in ["code", "enhanced", "text"] {
        if ours[key] != row[key] {
            return Err(format!("{key}: {} expected, {} read", row[key], ours[key]));
        }
    }
    Ok(())
}

/// The number or text behind `key: ` in the expectation, which is a value of another library.
fn expected<'a>(row: &'a Value, key: &str) -> Option<&'a str> {
    let (_, value) = row["raw_expect"].as_str()?.split_once(key)?;
    value.split([',', '"']).find(|part| !part.is_empty())
}

fn ehlo(row: &Value) -> Result<(), String> {
    let reply = read(row)?;
    if reply.is_done() != (row["ok"] == true) {
        return Err(format!("read as {reply}"));
    }
    if !reply.is_done() {
        return Ok(());
    }
    let capabilities = Capabilities::read(&reply);
    if capabilities.extensions().len() + 1 != reply.text().len() {
        return Err("a keyword is lost".to_owned());
    }
    let size = capabilities.max_size().unwrap_or(0).to_string();
    if expected(row, " size: ") != Some(&size) {
        return Err(format!("size: {size} read"));
    }
    Ok(())
}
