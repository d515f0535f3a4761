//! What machines read of an outcome and its steps.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod common;

use common::{CLIENT, publishes, traced};
use serde_json::{Value, json};

fn fields(client: &str, record: &str, more: &str) -> (Value, Value) {
    let (outcome, steps) = traced(client, "joe@d.example", &publishes(record, more));
    (serde_json::to_value(outcome).unwrap(), serde_json::to_value(steps).unwrap())
}

#[test]
fn an_outcome_names_its_reason_and_its_terms() {
    let more = "i.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"";
    let (outcome, steps) = fields(CLIENT, "v=spf1 include:i.example -all", more);
    let inner = json!({
        "domain": "i.example", "term": "ip4:192.0.2.0/24", "span": {"start": 7, "end": 23}, "inner": null,
    });
    let matched = json!({
        "domain": "d.example", "term": "include:i.example", "span": {"start": 7, "end": 24}, "inner": inner,
    });
    let expected = json!({
        "identity": "mailfrom",
        "client": "192.0.2.66",
        "subject": "joe@d.example",
        "domain": "d.example",
        "verdict": "pass",
        "code": "matched",
        "why": "include:i.example of d.example matches",
        "matched": matched,
        "explanation": null,
        "counters": {"terms": {"used": 1, "limit": 10}, "void": {"used": 0, "limit": 2}},
    });
    assert_eq!(outcome, expected);
    assert_eq!(steps[1]["code"], "asked");
    assert_eq!(steps[3]["text"], "include:i.example");
    assert_eq!(steps[4]["depth"], 1);
}

#[test]
fn an_explanation_and_an_error() {
    let (outcome, _) = fields(CLIENT, "v=spf1 -all exp=e.example", "e.example TXT no");
    assert_eq!(outcome["explanation"], json!({"text": "no", "from": "d.example"}));
    let (outcome, _) = fields(CLIENT, "v=spf1 ipv4:192.0.2.1 -all", "");
    assert_eq!(outcome["code"], "syntax");
    assert_eq!(outcome["matched"], Value::Null);
}
