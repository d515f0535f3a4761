//! Finding traces: by id in a file, by what they are about, and what became of them.
#![cfg(test)]

use postrider_core::UnixTime;
use postrider_trace::{Filter, Outcome, Retention, Trace, TraceId, read_lines, store};

const DELIVERED: &[u8] = include_bytes!("fixtures/delivered.jsonl");
const REJECTED: &[u8] = include_bytes!("fixtures/rejected.jsonl");
const BOUNCED: &[u8] = include_bytes!("fixtures/bounced.jsonl");

fn day() -> Vec<u8> {
    [DELIVERED, REJECTED, BOUNCED].concat()
}

fn traces() -> Vec<Trace> {
    Trace::group(read_lines(&day()).events)
}

fn matching(filter: &Filter) -> Vec<String> {
    let traces = traces();
    let found = traces.iter().filter(|trace| filter.matches(trace));
    found.map(|trace| trace.id.to_string()).collect()
}

#[test]
fn outcome_is_the_last_word() {
    let outcomes: Vec<Outcome> = traces().iter().map(Trace::outcome).collect();
    assert_eq!(outcomes, [Outcome::Delivered, Outcome::Rejected, Outcome::Bounced]);
}

#[test]
fn worst_recipient_decides_the_outcome() {
    let line = |n: u32, att: u32, rcpt: &str, eff: &str| {
        format!(
            r#"{{"v":1,"n":{n},"t":"2026-11-24T08:00:0{n}.000Z","msg":"D21JJQD838RB","att":{att},"rcpt":"{rcpt}","stage":"attempt","kind":"decision","out":"info","eff":"{eff}"}}"#
        )
    };
    let outcome = |lines: &[String]| {
        let events = read_lines(lines.join("\n").as_bytes()).events;
        assert_eq!(events.len(), lines.len());
        Trace::group(events)[0].outcome()
    };
    let retried = [line(1, 1, "a@example", "retry"), line(2, 1, "b@example", "delivered")];
    assert_eq!(outcome(&retried), Outcome::Retrying);
    let done = [&retried[..], &[line(1, 2, "a@example", "delivered")]].concat();
    assert_eq!(outcome(&done), Outcome::Delivered);
    let failed = [&retried[..], &[line(1, 2, "a@example", "expire")]].concat();
    assert_eq!(outcome(&failed), Outcome::Bounced);
}

#[test]
fn message_without_recipient_is_rejected_and_one_with_is_open() {
    let decision = |n: u32, stage: &str, eff: &str| {
        format!(
            r#"{{"v":1,"n":{n},"t":"2026-11-24T08:00:00.000Z","msg":"D21JJQD838RB","stage":"{stage}","kind":"decision","out":"info","eff":"{eff}"}}"#
        )
    };
    let outcome = |lines: &[String]| {
        let events = read_lines(lines.join("\n").as_bytes()).events;
        Trace::group(events)[0].outcome()
    };
    let mut lines = vec![decision(1, "mail", "accept"), decision(2, "rcpt", "reject")];
    assert_eq!(outcome(&lines), Outcome::Rejected);
    lines.push(decision(3, "rcpt", "accept"));
    assert_eq!(outcome(&lines), Outcome::Open);
    lines.push(decision(4, "data", "quarantine"));
    assert_eq!(outcome(&lines), Outcome::Quarantined);
}

#[test]
fn filters_look_at_sender_recipient_client_and_time() {
    let since = UnixTime::parse_rfc3339("2026-11-24T08:20:00Z").unwrap();
    let refused = ["D21JJQD838RB", "D21K58ZJ3903"];
    assert_eq!(matching(&Filter::all()).len(), 3);
    assert_eq!(matching(&Filter::all().refused()), refused);
    assert_eq!(matching(&Filter::all().since(since)), refused);
    assert_eq!(matching(&Filter::all().from("NEWS@bank.example")), ["D21JJQD838RB"]);
    assert_eq!(matching(&Filter::all().from("@gmail.com")), ["D21JF7M138QM"]);
    assert_eq!(matching(&Filter::all().to("friend@gmail.com")), ["D21K58ZJ3903"]);
    let ip = "192.0.2.66".parse().unwrap();
    assert_eq!(matching(&Filter::all().ip(ip)), ["D21JJQD838RB"]);
    assert!(matching(&Filter::all().ip(ip).from("@gmail.com")).is_empty());
}

#[test]
fn trace_is_found_by_id_with_its_session() {
    let id: TraceId = "d21jjqd838rb".parse().unwrap();
    let trace = store::find(&day(), id).unwrap();
    assert_eq!(trace.id, id);
    assert_eq!(trace.session.len(), 6);
    assert_eq!(trace, traces()[1]);
    let lines = store::lines_of(&day(), id).len();
    assert_eq!(lines, trace.session.len() + trace.events.len());
    assert!(store::find(&day(), "D21JJQD838RC".parse().unwrap()).is_none());
}

#[test]
fn id_in_a_text_is_not_taken_for_an_id_of_the_line() {
    let line = br#"{"v":1,"n":1,"t":"2026-11-24T08:00:00.000Z","msg":"D21JF7M138QM","stage":"dsn","kind":"check","out":"info","say":"\"msg\":\"D21JJQD838RB\""}"#;
    let id = "D21JJQD838RB".parse().unwrap();
    assert!(store::find(line, id).is_none());
}

#[test]
fn all_events_of_a_trace_belong_into_one_file() {
    for event in read_lines(&day()).events {
        assert_eq!(store::file_of(&event), "2026-11-24.jsonl");
    }
    let mut late = read_lines(BOUNCED).events.pop().unwrap();
    late.t = UnixTime::parse_rfc3339("2026-11-28T00:00:00Z").unwrap();
    assert_eq!(store::file_of(&late), "2026-11-24.jsonl");
}

#[test]
fn torn_line_is_passed_over_and_reported() {
    let mut text = REJECTED.to_vec();
    text.extend(br#"{"v":1,"n":17,"t":"2026-"#);
    let lines = read_lines(&text);
    assert_eq!(lines.bad.len(), 1);
    assert_eq!(lines.bad[0].line, lines.events.len() + 1);
    let future = br#"{"v":2,"n":1,"t":"2026-11-24T08:00:00.000Z","stage":"spf","kind":"check","out":"pass"}"#;
    let error = read_lines(future).bad.remove(0).error;
    assert_eq!(error.to_string(), "format version 2, this reader knows 1");
}

#[test]
fn files_are_kept_by_days_and_octets_and_today_always() {
    let now = UnixTime::parse_rfc3339("2026-11-24T12:00:00Z").unwrap();
    let files = [
        ("2026-11-24.jsonl", 500),
        ("2026-11-21.jsonl", 10),
        ("2026-11-23.jsonl", 10),
        ("2026-11-22.jsonl", 10),
        ("notes.txt", 999),
    ];
    let surplus = |days, octets| Retention::new(days, octets).surplus(&files, now);
    assert_eq!(surplus(4, 530), Vec::<&str>::new());
    assert_eq!(surplus(3, 530), ["2026-11-21.jsonl"]);
    assert_eq!(surplus(4, 529), ["2026-11-21.jsonl"]);
    assert_eq!(surplus(1, 0), ["2026-11-21.jsonl", "2026-11-22.jsonl", "2026-11-23.jsonl"]);
}

#[test]
fn answers_of_a_trace_are_a_zone_file() {
    let zone = postrider_trace::as_zone(&traces()[1]);
    assert_eq!(
        zone,
        ";!nxdomain 66.2.0.192.in-addr.arpa. PTR\n\
         bank.example. 300 IN TXT \"v=spf1 include:_spf.bank.example -all\"\n"
    );
}
