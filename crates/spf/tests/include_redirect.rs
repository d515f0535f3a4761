//! The tables of include (RFC 7208 §5.2) and redirect (§6.1).

mod common;

use common::{CLIENT, from, publishes, verdict};
use postrider_spf::{Verdict, Why};

fn included(inner: &str) -> Verdict {
    verdict("v=spf1 include:i.example ~all", &format!("i.example TXT \"{inner}\""))
}

#[test]
fn only_an_inner_pass_matches() {
    assert_eq!(included("v=spf1 +all"), Verdict::Pass);
    for no_match in ["v=spf1 -all", "v=spf1 ~all", "v=spf1 ?all", "v=spf1"] {
        assert_eq!(included(no_match), Verdict::SoftFail, "{no_match}");
    }
    assert_eq!(included("not SPF"), Verdict::PermError);
    assert_eq!(included("v=spf1 nonsense"), Verdict::PermError);
    assert_eq!(
        verdict("v=spf1 include:i.example -all", ";!servfail i.example"),
        Verdict::TempError
    );
    assert_eq!(verdict("v=spf1 include:i.example -all", ""), Verdict::PermError);
}

#[test]
fn the_outer_qualifier_decides() {
    for (term, expected) in [
        ("include:i.example", Verdict::Pass),
        ("-include:i.example", Verdict::Fail),
        ("~include:i.example", Verdict::SoftFail),
        ("?include:i.example", Verdict::Neutral),
    ] {
        let record = format!("v=spf1 {term} -all");
        assert_eq!(verdict(&record, "i.example TXT \"v=spf1 +all\""), expected, "{term}");
    }
}

#[test]
fn after_an_include_the_outer_domain_counts_again() {
    // A match two levels down must not leave the inner domain behind for `a`.
    let more = "i.example TXT \"v=spf1 include:j.example -all\"\nj.example TXT \"v=spf1 -all\"\n\
                d.example A 192.0.2.66\ni.example A 198.51.100.1\nj.example A 198.51.100.1";
    assert_eq!(verdict("v=spf1 include:i.example a -all", more), Verdict::Pass);
}

#[test]
fn a_match_shows_the_way_down() {
    let more = "i.example TXT \"v=spf1 include:j.example -all\"\n\
                j.example TXT \"v=spf1 ip4:192.0.2.0/24 -all\"";
    let outcome = from(CLIENT, &publishes("v=spf1 include:i.example -all", more));
    let found = outcome.matched().unwrap();
    assert_eq!((found.term(), found.mechanism), ("include:i.example", "include"));
    assert_eq!((found.span.start, found.span.end), (7, 24));
    let innermost = found.innermost();
    assert_eq!(innermost.term(), "ip4:192.0.2.0/24");
    assert_eq!(innermost.domain.to_string(), "j.example");
}

#[test]
fn a_redirect_is_followed_only_without_match_and_without_all() {
    let target = "r.example TXT \"v=spf1 -all\"";
    assert_eq!(verdict("v=spf1 redirect=r.example", target), Verdict::Fail);
    assert_eq!(verdict("v=spf1 redirect=r.example ip4:192.0.2.66", target), Verdict::Pass);
    assert_eq!(verdict("v=spf1 redirect=r.example ?all", target), Verdict::Neutral);
    assert_eq!(verdict("v=spf1 ip4:198.51.100.1", target), Verdict::Neutral);
}

#[test]
fn a_redirect_gives_the_targets_result_but_never_none() {
    let redirected = |more: &str| from(CLIENT, &publishes("v=spf1 redirect=r.example", more));
    assert_eq!(redirected("r.example TXT \"v=spf1 ~all\"").verdict, Verdict::SoftFail);
    assert_eq!(redirected("r.example TXT \"v=spf1\"").verdict, Verdict::Neutral);
    assert_eq!(redirected(";!timeout r.example").verdict, Verdict::TempError);
    assert!(matches!(redirected("").why, Why::RedirectNone { .. }));
    assert!(matches!(redirected("r.example TXT \"x\"").why, Why::RedirectNone { .. }));
}

#[test]
fn an_inner_error_keeps_its_reason() {
    let more = "i.example TXT \"v=spf1 ip4:300.0.0.1 -all\"";
    let outcome = from(CLIENT, &publishes("v=spf1 include:i.example -all", more));
    assert!(
        matches!(&outcome.why, Why::Syntax { domain, .. } if domain.to_string() == "i.example")
    );
    assert_eq!(outcome.why.to_string(), "record of i.example: not an IPv4 address at octet 11");
}
