//! Processing limits (RFC 7208 §4.6.4), each below, at and above its number.

mod common;

use common::{CLIENT, NOW, from, publishes, verdict, zone};
use postrider_core::UnixTime;
use postrider_resolver::{Kind, ZoneResolver, block_on};
use postrider_spf::{Event, Identity, Limits, Outcome, Sender, Session, Verdict, Why, check};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// `n` terms `a:hN.example`, each of which has an address that is not the client's.
fn a_terms(n: usize) -> Outcome {
    let terms: String = (0..n).map(|i| format!("a:h{i}.example ")).collect();
    let hosts: String = (0..n).map(|i| format!("h{i}.example A 198.51.100.1\n")).collect();
    from(CLIENT, &publishes(&format!("v=spf1 {terms}-all"), &hosts))
}

#[test]
fn eleventh_term_that_asks_dns_is_permerror() {
    assert_eq!(a_terms(9).verdict, Verdict::Fail);
    let ten = a_terms(10);
    assert_eq!((ten.verdict, ten.counters.terms.used), (Verdict::Fail, 10));
    let eleven = a_terms(11);
    assert_eq!(eleven.why, Why::TooManyTerms { limit: 10 });
    assert_eq!(eleven.counters.terms.to_string(), "10/10");
}

#[test]
fn terms_are_counted_across_includes_and_redirects() {
    let chain = |n: usize| {
        let links: String = (0..n)
            .map(|i| format!("r{i}.example TXT \"v=spf1 redirect=r{}.example\"\n", i + 1))
            .collect();
        let last = format!("r{n}.example TXT \"v=spf1 -all\"\n");
        verdict("v=spf1 redirect=r0.example", &(links + &last))
    };
    assert_eq!(chain(9), Verdict::Fail);
    assert_eq!(chain(10), Verdict::PermError);
    assert_eq!(verdict("v=spf1 include:d.example -all", ""), Verdict::PermError);
    assert_eq!(verdict("v=spf1 redirect=d.example", ""), Verdict::PermError);
}

#[test]
fn terms_that_ask_nothing_are_not_counted() {
    let terms = "ip4:198.51.100.1 ip6:2001:db8::1 ".repeat(12);
    let record: Vec<String> = terms
        .as_bytes()
        .chunks(200)
        .map(|c| format!("\"{}\"", std::str::from_utf8(c).unwrap()))
        .collect();
    let zone = zone(&format!("d.example TXT \"v=spf1 \" {} \"-all\"", record.join(" ")));
    assert_eq!(from(CLIENT, &zone).verdict, Verdict::Fail);
}

#[test]
fn third_void_term_is_permerror() {
    let void = |n: usize| {
        let terms: String = (0..n).map(|i| format!("a:h{i}.example ")).collect();
        from(
            CLIENT,
            &publishes(&format!("v=spf1 {terms}-all"), "h1.example TXT \"not an address\""),
        )
    };
    assert_eq!(void(1).verdict, Verdict::Fail);
    assert_eq!(void(2).counters.void.to_string(), "2/2");
    assert_eq!(void(2).verdict, Verdict::Fail);
    assert_eq!(void(3).why, Why::TooManyVoid { limit: 2 });
}

#[test]
fn exchangers_without_address_make_one_void_term() {
    let more = "d.example MX 1 a.example\nd.example MX 2 b.example\nd.example MX 3 c.example\n\
                a.example A 198.51.100.1\nb.example A 198.51.100.1\nc.example A 198.51.100.1";
    let zone = publishes("v=spf1 mx -all", more);
    let outcome = from("2001:db8::1", &zone);
    assert_eq!(outcome.verdict, Verdict::Fail, "IPv4-only exchangers are no error of the domain");
    assert_eq!(outcome.counters.void.used, 1);
}

#[test]
fn a_client_without_name_makes_one_void_term() {
    let outcome = from(CLIENT, &publishes("v=spf1 ptr ptr:e.example ptr:f.example -all", ""));
    assert_eq!(outcome.verdict, Verdict::Fail);
    let counters = outcome.counters;
    assert_eq!((counters.terms.used, counters.void.used), (3, 1));
}

#[test]
fn the_record_itself_and_explanations_are_not_counted() {
    let outcome = from(CLIENT, &publishes("v=spf1 -all exp=nowhere.example", ""));
    assert_eq!((outcome.counters.terms.used, outcome.counters.void.used), (0, 0));
    assert_eq!((outcome.verdict, outcome.explanation), (Verdict::Fail, None));
}

#[test]
fn eleventh_exchanger_is_permerror_even_if_an_earlier_one_matches() {
    let mx = |n: usize| {
        let hosts: String = (0..n)
            .map(|i| format!("d.example MX {i} m{i}.example\nm{i}.example A 192.0.2.{}\n", 66 + i))
            .collect();
        from(CLIENT, &publishes("v=spf1 mx -all", &hosts))
    };
    assert_eq!(mx(9).verdict, Verdict::Pass);
    assert_eq!(mx(10).verdict, Verdict::Pass);
    assert!(matches!(mx(11).why, Why::TooManyMx { count: 11, limit: 10, .. }));
}

/// A zone in which the client has `n` reverse names, the last of which is confirmed.
fn reverse_names(record: &str, n: usize) -> ZoneResolver {
    let names: String =
        (1..=n).map(|i| format!("66.2.0.192.in-addr.arpa PTR h{i}.d.example\n")).collect();
    publishes(record, &format!("{names}h{n}.d.example A 192.0.2.66\n"))
}

#[test]
fn reverse_names_beyond_ten_are_ignored_and_cost_no_terms() {
    let ptr = |n: usize| from(CLIENT, &reverse_names("v=spf1 ptr -all", n));
    assert_eq!(ptr(9).verdict, Verdict::Pass);
    assert_eq!(ptr(10).verdict, Verdict::Pass);
    assert_eq!(ptr(11).verdict, Verdict::Fail);
    let counters = ptr(11).counters;
    assert_eq!((counters.terms.used, counters.void.used), (1, 0));
}

#[test]
fn reverse_names_are_asked_for_once_per_check() {
    let zone = reverse_names("v=spf1 exists:%{p}.no.example ptr:e.example ptr:f.example -all", 10);
    let mut steps = Vec::new();
    let sender = Sender::parse(b"joe@d.example");
    let session = Session::new(CLIENT.parse().unwrap(), b"d.example", sender, &NOW);
    let limits = Limits::rfc7208();
    let outcome = block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut steps));
    assert_eq!(outcome.unwrap().verdict, Verdict::Fail);
    let asked = |kind: Kind| {
        let of_kind =
            |e: &Event| matches!(e, Event::Asked { question, .. } if question.kind == kind);
        steps.iter().filter(|s| of_kind(&s.event)).count()
    };
    assert_eq!(asked(Kind::Ptr), 1);
    assert_eq!(asked(Kind::A), 10 + 1, "ten names and one exists");
}

#[test]
fn more_than_twenty_seconds_are_temperror() {
    // Every look at the clock finds it one second later.
    let elapsed = |limit: u64| {
        let ticks = AtomicI64::new(0);
        let clock = || UnixTime::from_secs(ticks.fetch_add(1, Ordering::Relaxed));
        let zone = publishes("v=spf1 a:h.example a:h.example -all", "h.example A 198.51.100.1");
        let sender = Sender::parse(b"joe@d.example");
        let session = Session::new(CLIENT.parse().unwrap(), b"d.example", sender, &clock);
        let mut limits = Limits::rfc7208();
        limits.elapsed = Duration::from_secs(limit);
        block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut ())).unwrap()
    };
    assert_eq!(Limits::rfc7208().elapsed, Duration::from_secs(20));
    assert_eq!(elapsed(4).verdict, Verdict::Fail);
    assert_eq!(elapsed(3).verdict, Verdict::Fail);
    let late = elapsed(2);
    assert_eq!(late.verdict, Verdict::TempError);
    assert_eq!(late.why.code(), "elapsed");
}

#[test]
fn limits_can_be_set() {
    let zone = publishes("v=spf1 a:h.example a:h.example -all", "h.example A 198.51.100.1");
    let sender = Sender::parse(b"joe@d.example");
    let session = Session::new(CLIENT.parse().unwrap(), b"d.example", sender, &NOW);
    let mut limits = Limits::rfc7208();
    limits.terms = 1;
    let outcome = block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut ())).unwrap();
    assert_eq!(outcome.why, Why::TooManyTerms { limit: 1 });
}
