//! Suites for DKIM (RFC 6376, 8301, 8463).

use crate::corpora::{Case, Corpora, Suite};
use crate::zone;
use postrider_core::{TagList, UnixTime};
use postrider_dkim::canon::{Form, body::BodyCanon, header};
use postrider_dkim::{Policy, Switch, Verdict, verify};
use postrider_message::HeaderBlock;
use postrider_resolver::block_on;
use serde_json::Value;
use std::path::Path;

/// When a vector does not say when: 2026-11-24, after all of them.
const LATER: i64 = 1_795_500_000;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let mut suites: Vec<Suite> = [
        "dkim-chasquid",
        "dkim-dkimpy",
        "dkim-go-msgauth",
        "dkim-mail-auth",
        "dkim-mimekit",
        "dkim-rspamd",
    ]
    .into_iter()
    .map(|name| Suite { name, cases: messages(corpora, name) })
    .collect();
    let mut opendkim = messages(corpora, "dkim-opendkim");
    opendkim.extend(signed_bodies(corpora));
    suites.push(Suite { name: "dkim-opendkim", cases: opendkim });
    suites.push(Suite { name: "dkim-records", cases: canonical_forms(corpora) });
    suites
}

fn messages(corpora: &Corpora, suite: &str) -> Vec<Case> {
    let rows = corpora.rows(format!("{suite}/cases.jsonl"));
    let case = |row: Value| {
        let message = corpora.read(Path::new(suite).join(text(&row, "message")));
        let id = text(&row, "id").to_owned();
        Case::new(id, move || check_message(&row, &message))
    };
    rows.into_iter().map(case).collect()
}

/// The vectors expect plain RFC 6376: what it leaves to local policy is let through.
fn plain() -> Policy {
    let mut policy = Policy::default();
    policy.future = Switch::Allow;
    policy.partial_body = Switch::Allow;
    policy.unsigned_from = Switch::Allow;
    policy
}

fn check_message(row: &Value, message: &[u8]) -> Result<(), String> {
    let now = UnixTime::from_secs(row["now"].as_i64().unwrap_or(LATER));
    let zone = zone::of(row);
    let verdicts = block_on(verify(&zone, &plain(), message, now)).expect("a zone never waits");
    let signatures = row["signatures"].as_array().expect("signatures");
    if signatures.len() != verdicts.len() {
        return Err(format!(
            "{} verdicts for {} signatures: {verdicts:#?}",
            verdicts.len(),
            signatures.len()
        ));
    }
    for (signature, verdict) in signatures.iter().zip(&verdicts) {
        check_verdict(signature, verdict)?;
    }
    let deprecated = signatures.iter().any(|s| s.get("rfc8301").is_some());
    match row["any_pass"].as_bool() {
        Some(any) if !deprecated && any != verdicts.iter().any(Verdict::is_pass) => {
            Err(format!("any_pass is {any}: {}", list(&verdicts)))
        }
        _ => Ok(()),
    }
}

fn check_verdict(signature: &Value, verdict: &Verdict) -> Result<(), String> {
    let told = || format!("signature {}: {} ({verdict})", signature["n"], verdict.result);
    if signature.get("rfc8301").is_some() {
        return match verdict.is_pass() {
            false => Ok(()),
            true => Err(format!("{}, but RFC 8301 forbids a pass", told())),
        };
    }
    match signature["expect"].as_array() {
        Some(expect) if !expect.iter().any(|e| e == verdict.result.as_str()) => {
            Err(format!("{}, expected {}", told(), signature["expect"]))
        }
        _ => Ok(()),
    }
}

fn list(verdicts: &[Verdict]) -> String {
    let one = |v: &Verdict| format!("{} ({v})", v.result);
    verdicts.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// What OpenDKIM signs: of its fields only the body hash can be compared, and most are SHA-1.
fn signed_bodies(corpora: &Corpora) -> Vec<Case> {
    let case = |row: Value| {
        let message = corpora.read(Path::new("dkim-opendkim").join(text(&row, "message")));
        Case::new(text(&row, "id").replace("opendkim-sign/", "sign/"), move || {
            check_body_hash(&row, &message)
        })
    };
    corpora.rows("dkim-opendkim/sign.jsonl").into_iter().map(case).collect()
}

fn check_body_hash(row: &Value, message: &[u8]) -> Result<(), String> {
    use base64::Engine as _;
    let value = text(row, "expected_header").as_bytes();
    let tags = TagList::parse(value).map_err(|e| e.to_string())?;
    let tag = |name| {
        tags.get(name)
            .map(|t| String::from_utf8_lossy(t.value).replace([' ', '\t', '\r', '\n'], ""))
    };
    let form = match text(row, "body_canon") {
        "DKIM_CANON_RELAXED" => Form::Relaxed,
        _ => Form::Simple,
    };
    let (headers, _) = HeaderBlock::parse(message);
    let mut octets = canonical_body(form, &message[headers.body_offset()..]);
    if let Some(length) = tag("l") {
        octets.truncate(length.parse().map_err(|_| "l= is no number")?);
    }
    let hash = match text(row, "alg") {
        "DKIM_SIGN_RSASHA1" => &ring::digest::SHA1_FOR_LEGACY_USE_ONLY,
        _ => &ring::digest::SHA256,
    };
    let digest = ring::digest::digest(hash, &octets);
    let computed = base64::engine::general_purpose::STANDARD.encode(digest);
    match tag("bh") {
        Some(expected) if expected == computed => Ok(()),
        expected => Err(format!("body hash {computed}, expected {expected:?}")),
    }
}

fn canonical_forms(corpora: &Corpora) -> Vec<Case> {
    let case = |row: Value| Case::new(text(&row, "id").to_owned(), move || check_form(&row));
    corpora.rows("dkim-records/canonicalization.jsonl").into_iter().map(case).collect()
}

fn check_form(row: &Value) -> Result<(), String> {
    let form = match text(row, "algorithm") {
        "relaxed" => Form::Relaxed,
        _ => Form::Simple,
    };
    let input = text(row, "input").as_bytes();
    let octets = match text(row, "part") {
        "body" => canonical_body(form, input),
        _ => canonical_header(form, input),
    };
    match octets == text(row, "output").as_bytes() {
        true => Ok(()),
        false => Err(format!("{:?}, expected {}", String::from_utf8_lossy(&octets), row["output"])),
    }
}

fn canonical_body(form: Form, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut canon = BodyCanon::new(form);
    canon.update(body, |octets| out.extend_from_slice(octets));
    canon.finish(|octets| out.extend_from_slice(octets));
    out
}

fn canonical_header(form: Form, octets: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in HeaderBlock::parse(octets).0.fields() {
        header::field(form, field, &mut out);
    }
    out
}

fn text<'v>(row: &'v Value, field: &str) -> &'v str {
    row[field].as_str().unwrap_or_else(|| panic!("{field} is no text"))
}
