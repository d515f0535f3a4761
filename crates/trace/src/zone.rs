//! The DNS answers that a trace saw, as a zone file: the message can then be judged again without a network.
//!
//! What records cannot say is written as comments that other tools pass over, such as
//! `;!servfail NAME TYPE`; the zone resolver of `postrider-resolver` reads them.

use crate::event::Dns;
use crate::trace::Trace;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Octets of one string of a TXT record (RFC 1035 §3.3).
const MAX_STRING: usize = 255;

/// Failures that have a word of their own; others are written with their text.
const FAILURES: [(&str, &str); 5] = [
    ("timeout", "timeout"),
    ("SERVFAIL", "servfail"),
    ("BOGUS", "bogus"),
    ("REFUSED", "refused"),
    ("MALFORMED", "malformed"),
];

/// One line for each answer, in the order in which they were first seen.
///
/// ```text
/// bank.example. 300 IN TXT "v=spf1 include:_spf.bank.example -all"
/// ;!nxdomain 66.2.0.192.in-addr.arpa. PTR
/// ```
#[must_use]
pub fn as_zone(trace: &Trace) -> String {
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    for dns in trace.all().flat_map(|event| &event.dns) {
        for line in lines(dns) {
            if seen.insert(line.clone()) {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    out
}

/// The lines of one look-up; none where its question has no type.
fn lines(dns: &Dns) -> Vec<String> {
    let Some((name, kind)) = dns.q.as_str().rsplit_once(' ') else {
        return Vec::new();
    };
    let owner = format!("{}.", name.trim_end_matches('.'));
    let mut lines = match &dns.rcode {
        Some(rcode) => vec![missing(rcode.as_str(), &owner, kind, dns.ttl)],
        None if dns.a.is_empty() => vec![missing("NODATA", &owner, kind, dns.ttl)],
        None => {
            let ttl = dns.ttl.unwrap_or(0);
            let answers = dns.a.iter().map(|a| data(kind, a.as_str()));
            answers.map(|data| format!("{owner} {ttl} IN {kind} {data}")).collect()
        }
    };
    if dns.secure == Some(true) {
        lines.push(format!(";!secure {owner}"));
    }
    lines
}

fn missing(rcode: &str, owner: &str, kind: &str, ttl: Option<u32>) -> String {
    let ttl = ttl.map(|ttl| format!(" {ttl}")).unwrap_or_default();
    for (code, word) in [("NXDOMAIN", "nxdomain"), ("NODATA", "nodata")] {
        if rcode.eq_ignore_ascii_case(code) {
            return format!(";!{word} {owner}{ttl} {kind}");
        }
    }
    for (code, word) in FAILURES {
        if rcode.eq_ignore_ascii_case(code) {
            return format!(";!{word} {owner} {kind}");
        }
    }
    format!(";!error {} {owner} {kind}", quoted(rcode))
}

/// An answer in presentation form; a TXT record without its quotes gets them.
fn data(kind: &str, answer: &str) -> String {
    if kind != "TXT" || answer.starts_with('"') {
        return answer.to_owned();
    }
    let strings: Vec<String> = answer.as_bytes().chunks(MAX_STRING).map(quoted_octets).collect();
    strings.join(" ")
}

fn quoted(text: &str) -> String {
    quoted_octets(text.as_bytes())
}

/// A character string of a zone file (RFC 1035 §5.1): `\DDD` for what cannot stand as it is.
fn quoted_octets(octets: &[u8]) -> String {
    let mut out = String::from("\"");
    for &b in octets {
        match b {
            b'"' | b'\\' => out.extend(['\\', char::from(b)]),
            0x20..=0x7e => out.push(char::from(b)),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "\\{b:03}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_records() {
        let mx = Dns::answered("example.org MX", ["5 a.example.", "10 b.example."]).ttl(60);
        assert_eq!(
            lines(&mx),
            ["example.org. 60 IN MX 5 a.example.", "example.org. 60 IN MX 10 b.example."]
        );
    }

    #[test]
    fn texts_are_quoted_once_and_split_at_255() {
        let quoted = Dns::answered("a TXT", ["\"v=spf1 -all\""]).secure(true);
        assert_eq!(lines(&quoted), ["a. 0 IN TXT \"v=spf1 -all\"", ";!secure a."]);
        let long = "x".repeat(256);
        let long = Dns::answered("a TXT", [long.as_str()]);
        let want = format!("a. 0 IN TXT \"{}\" \"x\"", "x".repeat(255));
        assert_eq!(lines(&long), [want]);
        let odd = Dns::answered("a TXT", ["a\"ü"]);
        assert_eq!(lines(&odd), ["a. 0 IN TXT \"a\\\"\\195\\188\""]);
    }

    #[test]
    fn misses_and_failures_stay_apart() {
        let line = |rcode| lines(&Dns::failed("a.example A", rcode)).remove(0);
        assert_eq!(line("NXDOMAIN"), ";!nxdomain a.example. A");
        assert_eq!(line("NODATA"), ";!nodata a.example. A");
        assert_eq!(line("SERVFAIL"), ";!servfail a.example. A");
        assert_eq!(line("timeout"), ";!timeout a.example. A");
        assert_eq!(line("who knows"), ";!error \"who knows\" a.example. A");
        let kept = Dns::failed("a A", "NXDOMAIN").ttl(300);
        assert_eq!(lines(&kept), [";!nxdomain a. 300 A"]);
    }
}
