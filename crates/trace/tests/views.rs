//! The views for people, as golden texts: a file of JSON lines in, the text out.
#![cfg(test)]

use postrider_trace::{Charset, Detail, Trace, View, read_lines, render};

fn trace(file: &[u8]) -> Trace {
    let lines = read_lines(file);
    assert!(lines.bad.is_empty(), "{:?}", lines.bad);
    let mut traces = Trace::group(lines.events);
    assert_eq!(traces.len(), 1);
    let trace = traces.remove(0);
    assert_eq!(trace.gaps().count(), 0);
    trace
}

const DELIVERED: &[u8] = include_bytes!("fixtures/delivered.jsonl");
const REJECTED: &[u8] = include_bytes!("fixtures/rejected.jsonl");
const FORWARDER: &[u8] = include_bytes!("fixtures/forwarder.jsonl");
const BOUNCED: &[u8] = include_bytes!("fixtures/bounced.jsonl");

#[test]
fn delivered_message() {
    insta::assert_snapshot!(render(&trace(DELIVERED), &View::new()));
}

#[test]
fn rejected_message() {
    insta::assert_snapshot!(render(&trace(REJECTED), &View::new()));
}

#[test]
fn client_hidden_by_a_forwarder() {
    insta::assert_snapshot!(render(&trace(FORWARDER), &View::new()));
}

#[test]
fn bounce_confirmed_from_here() {
    insta::assert_snapshot!(render(&trace(BOUNCED), &View::new()));
}

#[test]
fn full_view_shows_look_ups_and_leaves() {
    insta::assert_snapshot!(render(&trace(REJECTED), &View::new().detail(Detail::Full)));
}

#[test]
fn ascii_view_of_limited_width() {
    let view = View::new().charset(Charset::Ascii).width(80);
    let text = render(&trace(FORWARDER), &view);
    assert!(text.is_ascii());
    assert!(text.lines().all(|line| line.chars().count() <= 80));
    insta::assert_snapshot!(text);
}

#[test]
fn lines_are_written_as_they_were_read() {
    for file in [DELIVERED, REJECTED, FORWARDER, BOUNCED] {
        let written: Vec<String> = read_lines(file).events.iter().map(|e| e.to_line()).collect();
        let read: Vec<&str> = std::str::from_utf8(file).unwrap().lines().collect();
        assert_eq!(written, read);
    }
}
