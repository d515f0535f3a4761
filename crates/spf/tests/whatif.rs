//! What an operator is told: costs, what a limit hid, and changes after which the client passes.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod common;

use common::{CLIENT, NOW, traced, zone};
use insta::assert_snapshot;
use postrider_resolver::{ZoneResolver, block_on};
use postrider_spf::whatif::Edit;
use postrider_spf::{Limits, Sender, Session, Verdict, WhatIf, what_if};

fn asked(sender: &str, zone: &ZoneResolver) -> WhatIf {
    let (outcome, _) = traced(CLIENT, sender, zone);
    let client = CLIENT.parse().unwrap();
    let sender = Sender::parse(sender.as_bytes());
    let session = Session::new(client, b"mail.d.example", sender, &NOW);
    block_on(what_if(zone, &session, &outcome, &Limits::rfc7208())).unwrap()
}

fn told(sender: &str, text: &str) -> String {
    asked(sender, &zone(text)).to_string()
}

/// A tree in which `include:big.example` costs seven look-ups.
const BIG: &str = r#"
    big.example  TXT "v=spf1 include:n1.example include:n2.example include:n3.example ~all"
    n1.example   TXT "v=spf1 a:h1.example a:h2.example a:h3.example ~all"
    n2.example   TXT "v=spf1 ip4:198.51.100.0/24 ~all"
    n3.example   TXT "v=spf1 ip4:198.51.101.0/24 ~all"
    h1.example   A 198.51.102.1
    h2.example   A 198.51.102.2
    h3.example   A 198.51.102.3
"#;

#[test]
fn a_client_that_is_not_named_is_to_be_added() {
    let text = r#"bank.example TXT "v=spf1 ip4:198.51.100.7 -all""#;
    assert_snapshot!(told("a@bank.example", text), @r#"to pass: bank.example: add ip4:192.0.2.66, so that it is "v=spf1 ip4:198.51.100.7 ip4:192.0.2.66 -all""#);
    let text = r#"bank.example TXT "v=spf1 ip4:198.51.100.7""#;
    assert_snapshot!(told("a@bank.example", text), @r#"to pass: bank.example: add ip4:192.0.2.66, so that it is "v=spf1 ip4:198.51.100.7 ip4:192.0.2.66""#);
}

#[test]
fn a_redirected_record_is_not_ours_to_change() {
    let text = r#"
        bank.example TXT "v=spf1 redirect=_spf.esp.example"
        _spf.esp.example TXT "v=spf1 ip4:198.51.100.7 -all"
    "#;
    assert_snapshot!(told("a@bank.example", text), @r#"to pass: bank.example: add ip4:192.0.2.66, so that it is "v=spf1 redirect=_spf.esp.example ip4:192.0.2.66""#);
}

#[test]
fn a_pass_needs_nothing() {
    let text = r#"bank.example TXT "v=spf1 ip4:192.0.2.0/24 -all""#;
    assert_eq!(told("a@bank.example", text), "");
    let what = asked("a@bank.example", &zone(text));
    assert_eq!((what.changes.len(), what.unlimited), (0, None));
}

#[test]
fn an_include_tells_its_cost() {
    let text = format!("bank.example TXT \"v=spf1 include:big.example mx -all\"\n{BIG}");
    let what = asked("a@bank.example", &zone(&text));
    let costs: Vec<_> =
        what.costs.iter().map(|c| (c.depth, c.to_string())).filter(|c| c.0 < 2).collect();
    assert_eq!(
        costs,
        [
            (0, "include:big.example costs 7 look-ups".to_owned()),
            (1, "include:n1.example costs 4 look-ups".to_owned()),
            (1, "include:n2.example costs 1 look-up".to_owned()),
            (1, "include:n3.example costs 1 look-up".to_owned()),
            (0, "mx costs 1 look-up, 1 void".to_owned()),
        ]
    );
}

#[test]
fn what_a_limit_hid_is_told_and_the_dearest_term_goes() {
    let text = format!(
        "bank.example TXT \"v=spf1 a:h1.example include:big.example a:h2.example a:h3.example \
         a:our.example -all\"\nour.example A 192.0.2.66\n{BIG}"
    );
    assert_snapshot!(told("a@bank.example", &text), @r#"
    include:big.example costs 7 look-ups
    without the limit: pass (192.0.2.66 matches a:our.example of bank.example; 11 terms ask DNS, 0 void)
    to pass: bank.example: remove include:big.example, so that it is "v=spf1 a:h1.example a:h2.example a:h3.example a:our.example -all"
    "#);
}

#[test]
fn void_terms_go_until_two_are_left() {
    let text = r#"
        bank.example TXT "v=spf1 a:x.example mx:y.example exists:z.example ip4:192.0.2.66 -all"
    "#;
    assert_snapshot!(told("a@bank.example", text), @r#"
    without the limit: pass (192.0.2.66 matches ip4:192.0.2.66 of bank.example; 3 terms ask DNS, 3 void)
    to pass: bank.example: remove a:x.example, so that it is "v=spf1 mx:y.example exists:z.example ip4:192.0.2.66 -all"
    "#);
}

#[test]
fn faults_go_and_the_client_comes() {
    let text = r#"
        bank.example TXT "v=spf1 ipv4:192.0.2.1 include:gone.example a:b -all"
    "#;
    assert_snapshot!(told("a@bank.example", text), @r#"
    to pass: bank.example: remove ipv4:192.0.2.1 a:b, so that it is "v=spf1 include:gone.example -all"
    to pass: bank.example: remove include:gone.example, so that it is "v=spf1 -all"
    to pass: bank.example: add ip4:192.0.2.66, so that it is "v=spf1 ip4:192.0.2.66 -all"
    "#);
}

#[test]
fn of_two_records_one_is_kept() {
    let text = r#"
        two.example TXT "v=spf1 ip4:192.0.2.66 ~all"
        two.example TXT "v=spf1 include:spf.example.net +all"
    "#;
    assert_snapshot!(told("a@two.example", text), @r#"to pass: two.example: keep only one of 2 records, so that it is "v=spf1 ip4:192.0.2.66 ~all""#);
}

#[test]
fn a_domain_without_record_publishes_one() {
    let text = r#"bank.example A 192.0.2.1"#;
    assert_snapshot!(told("a@bank.example", text), @r#"to pass: bank.example: publish a record, so that it is "v=spf1 ip4:192.0.2.66 -all""#);
}

#[test]
fn an_include_that_others_broke_is_taken_out() {
    let text = r#"
        bank.example TXT "v=spf1 include:esp.example ip4:192.0.2.66 -all"
        esp.example TXT "v=spf1 ip4:1.2.3 -all"
    "#;
    assert_snapshot!(told("a@bank.example", text), @r#"to pass: bank.example: remove include:esp.example, so that it is "v=spf1 ip4:192.0.2.66 -all""#);
}

#[test]
fn nothing_is_advised_where_dns_is_silent() {
    let what = asked("a@slow.example", &zone(";!timeout slow.example"));
    assert_eq!(what.changes, []);
    let what = asked("a@[192.0.2.1]", &zone(""));
    assert_eq!(what.changes, []);
}

#[test]
fn too_many_hosts_are_seen_behind_the_limit() {
    let hosts: String = (0..11)
        .map(|i| format!("d.example MX {i} h{i}.example\nh{i}.example A 198.51.100.{i}\n"))
        .collect();
    let what = asked(
        "a@d.example",
        &zone(&format!("d.example TXT \"v=spf1 mx ip4:192.0.2.66 -all\"\n{hosts}")),
    );
    assert_eq!(what.unlimited.map(|o| o.verdict), Some(Verdict::Pass));
    assert!(matches!(&what.changes[..], [c] if matches!(c.edit, Edit::Remove { .. })));
}
