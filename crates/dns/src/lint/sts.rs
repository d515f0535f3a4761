//! MTA-STS (RFC 8461): the TXT record (§3.1) and the policy file (§3.2).

use super::{Lint, tags};
use crate::code::{Code, Level};
use crate::sts::{MAX_ID, MAX_MAX_AGE};
use postrider_core::{DomainName, Span};

/// Seconds of a day.
const DAY: u64 = 86_400;

pub(super) fn lint_txt(text: &[u8]) -> Vec<Lint> {
    let parts = tags::parts(text);
    let extensions: Vec<&str> =
        parts.iter().filter_map(|p| std::str::from_utf8(p.name).ok()).collect();
    // "sts-extension": fields that are not known are allowed.
    let mut out = tags::common(text, Code::StsRecord, "STSv1", &extensions);
    match tags::find(&parts, "id") {
        None => out.push(Lint::new(Code::StsRecord, Span::at(text.len()), "no id= field")),
        Some(id) => {
            let value = id.value.unwrap_or_default();
            // sts-id = %s"id" … 1*32(ALPHA / DIGIT)
            let valid =
                (1..=MAX_ID).contains(&value.len()) && value.iter().all(u8::is_ascii_alphanumeric);
            if !valid {
                let what = format!("id= is 1 to {MAX_ID} letters and digits");
                out.push(Lint::new(Code::StsRecord, id.value_span, what));
            }
        }
    }
    out
}

/// A line `key: value`.
struct Line<'a> {
    key: &'a [u8],
    value: Option<&'a [u8]>,
    span: Span,
    value_span: Span,
}

fn lines(text: &[u8]) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    for raw in text.split(|&b| b == b'\n') {
        let span = tags::trimmed(text, Span::new(at, at + raw.len()));
        at += raw.len() + 1;
        if span.is_empty() {
            continue;
        }
        let colon = span.of(text).iter().position(|&b| b == b':').map(|i| span.start + i);
        let key = Span::new(span.start, colon.unwrap_or(span.end));
        let value_span =
            tags::trimmed(text, Span::new(colon.map_or(span.end, |c| c + 1), span.end));
        let value = colon.map(|_| value_span.of(text));
        out.push(Line { key: key.of(text), value, span, value_span });
    }
    out
}

pub(super) fn lint_policy(text: &[u8]) -> Vec<Lint> {
    let lines = lines(text);
    let bad = |span, what: &str| Lint::new(Code::StsPolicy, span, what);
    let mut out = Vec::new();
    let first = |key: &str| lines.iter().find(|l| l.key == key.as_bytes());
    for (n, line) in lines.iter().enumerate() {
        let again = lines.iter().take(n).any(|l| l.key == line.key) && line.key != b"mx";
        if line.value.is_none() {
            out.push(bad(line.span, "a line is a key, a colon and a value"));
        } else if again {
            // §3.2: "all entries except for the first SHALL be ignored".
            out.push(
                bad(line.span, "the key stands twice, the first counts").with_level(Level::Risky),
            );
        } else if line.key == b"mx" && !is_pattern(line.value.unwrap_or_default()) {
            out.push(bad(line.value_span, "mx: a host name, or *. and a domain"));
        }
    }
    match first("version") {
        Some(line) if line.value == Some(b"STSv1") => {}
        Some(line) => {
            out.push(bad(line.value_span, "version is STSv1").replace(line.value_span, "STSv1"));
        }
        None => out
            .push(bad(Span::at(0), "no version: STSv1").replace(Span::at(0), "version: STSv1\r\n")),
    }
    let mode = first("mode");
    match mode.and_then(|line| line.value) {
        Some(b"enforce" | b"none") => {}
        Some(b"testing") => {
            let span = mode.map_or(Span::at(0), |l| l.value_span);
            let what = "mode: testing only reports failures";
            out.push(Lint::new(Code::StsTesting, span, what).replace(span, "enforce"));
        }
        _ => {
            let span = mode.map_or_else(|| Span::at(text.len()), |l| l.value_span);
            out.push(bad(span, "mode is enforce, testing or none"));
        }
    }
    out.extend(max_age(text, first("max_age")));
    if mode.and_then(|l| l.value) != Some(b"none") && first("mx").is_none() {
        out.push(bad(Span::at(text.len()), "no mx: names no exchanger"));
    }
    out
}

fn max_age(text: &[u8], line: Option<&Line<'_>>) -> Option<Lint> {
    let Some(line) = line else {
        return Some(Lint::new(Code::StsPolicy, Span::at(text.len()), "no max_age:"));
    };
    let digits = line.value.unwrap_or_default();
    let number = Some(digits)
        .filter(|d| (1..=10).contains(&d.len()) && d.iter().all(u8::is_ascii_digit))
        .and_then(|d| std::str::from_utf8(d).ok()?.parse::<u64>().ok())
        .filter(|n| *n <= MAX_MAX_AGE);
    match number {
        None => {
            let what = format!("max_age is a number of seconds, at most {MAX_MAX_AGE}");
            Some(Lint::new(Code::StsPolicy, line.value_span, what))
        }
        Some(n) if n < DAY => {
            let what = format!("max_age: {n} is less than a day");
            let lint = Lint::new(Code::StsShort, line.value_span, what);
            Some(lint.replace(line.value_span, (7 * DAY).to_string()))
        }
        Some(_) => None,
    }
}

/// `[ "*." ] Domain`
fn is_pattern(value: &[u8]) -> bool {
    let host = value.strip_prefix(b"*.").unwrap_or(value);
    DomainName::parse_octets(host).is_ok()
}
