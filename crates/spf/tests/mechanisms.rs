//! Mechanisms and address families (RFC 7208 §5), record selection (§4.5), errors of DNS.

mod common;

use common::{CLIENT, NOW, from, mail, publishes, verdict, zone};
use postrider_resolver::block_on;
use postrider_spf::{Identity, Limits, Sender, Session, Verdict, Why, check, check_both, iprev};

#[test]
fn prefixes_are_applied_and_zero_matches_its_family() {
    for (term, v4, v6) in [
        ("ip4:192.0.2.64/26", Verdict::Pass, Verdict::Fail),
        ("ip4:192.0.2.0/26", Verdict::Fail, Verdict::Fail),
        ("ip4:10.0.0.0/0", Verdict::Pass, Verdict::Fail),
        ("ip6:::/0", Verdict::Fail, Verdict::Pass),
        ("ip6:2001:db8::/32", Verdict::Fail, Verdict::Pass),
        ("a:h.example/0//0", Verdict::Pass, Verdict::Pass),
        ("a:h.example/24//64", Verdict::Pass, Verdict::Pass),
        ("a:h.example//64", Verdict::Fail, Verdict::Pass),
        ("a:h.example/24", Verdict::Pass, Verdict::Fail),
        ("a:h.example", Verdict::Fail, Verdict::Fail),
    ] {
        let zone = publishes(
            &format!("v=spf1 {term} -all"),
            "h.example A 192.0.2.1\nh.example AAAA 2001:db8::1",
        );
        assert_eq!(from(CLIENT, &zone).verdict, v4, "{term}");
        assert_eq!(from("2001:db8::2", &zone).verdict, v6, "{term}");
    }
}

#[test]
fn an_ipv4_mapped_client_is_ipv4() {
    let mapped = "::ffff:192.0.2.66";
    let zone = |term: &str| publishes(&format!("v=spf1 {term} -all"), "d.example A 192.0.2.66");
    assert_eq!(from(mapped, &zone("ip4:192.0.2.66")).verdict, Verdict::Pass);
    assert_eq!(from(mapped, &zone("a")).verdict, Verdict::Pass);
    assert_eq!(from(mapped, &zone("ip6:::/0")).verdict, Verdict::Fail);
    assert_eq!(from(mapped, &zone("ip6:::ffff:192.0.2.66")).verdict, Verdict::Fail);
    assert_eq!(from(mapped, &zone("a")).client.to_string(), CLIENT);
}

#[test]
fn exists_asks_for_a_whatever_the_client() {
    let zone = |data: &str| publishes("v=spf1 exists:e.example -all", &format!("e.example {data}"));
    assert_eq!(from("2001:db8::1", &zone("A 127.0.0.2")).verdict, Verdict::Pass);
    assert_eq!(from("2001:db8::1", &zone("AAAA 2001:db8::1")).verdict, Verdict::Fail);
}

#[test]
fn null_mx_matches_nothing() {
    assert_eq!(verdict("v=spf1 mx/0 -all", "d.example MX 0 ."), Verdict::Fail);
    assert_eq!(
        verdict("v=spf1 mx/0 -all", "d.example MX 0 d.example\nd.example A 203.0.113.1"),
        Verdict::Pass
    );
}

#[test]
fn ptr_needs_a_confirmed_name_at_or_under_the_domain() {
    let with = |ptr: &str, address: &str| {
        verdict("v=spf1 ptr -all", &format!("66.2.0.192.in-addr.arpa PTR {ptr}\n{ptr} A {address}"))
    };
    assert_eq!(with("d.example", "192.0.2.66"), Verdict::Pass);
    assert_eq!(with("Host.D.Example.", "192.0.2.66"), Verdict::Pass);
    assert_eq!(with("bad.example", "192.0.2.66"), Verdict::Fail);
    assert_eq!(with("bad-d.example", "192.0.2.66"), Verdict::Fail);
    assert_eq!(with("host.d.example", "192.0.2.67"), Verdict::Fail);
}

#[test]
fn errors_of_reverse_names_do_not_end_the_check() {
    assert_eq!(verdict("v=spf1 ptr -all", ";!timeout 66.2.0.192.in-addr.arpa"), Verdict::Fail);
    let one_fails = "66.2.0.192.in-addr.arpa PTR a.d.example\n66.2.0.192.in-addr.arpa PTR b.d.example\n\
                     b.d.example A 192.0.2.66\n;!servfail a.d.example";
    assert_eq!(verdict("v=spf1 ptr -all", one_fails), Verdict::Pass);
}

#[test]
fn a_failed_question_is_temperror_and_never_no_match() {
    for (term, failing) in [
        ("a:x.example", ";!timeout x.example"),
        ("mx:x.example", ";!servfail x.example"),
        ("mx:x.example", "x.example MX 1 y.example\n;!timeout y.example"),
        ("exists:x.example", ";!refused x.example"),
        ("include:x.example", ";!timeout x.example"),
        ("redirect=x.example", ";!timeout x.example"),
    ] {
        assert_eq!(verdict(&format!("v=spf1 {term}"), failing), Verdict::TempError, "{term}");
    }
    let outcome = from(CLIENT, &zone(";!timeout d.example"));
    assert_eq!(outcome.why.code(), "dns-timeout");
    assert_eq!(outcome.why.to_string(), "d.example TXT: no answer in time");
}

#[test]
fn a_match_before_a_failing_term_stands() {
    assert_eq!(verdict("v=spf1 ip4:192.0.2.66 a:x.example", ";!timeout x.example"), Verdict::Pass);
}

#[test]
fn records_are_selected_by_their_version() {
    let one = |strings: &str| from(CLIENT, &zone(&format!("d.example TXT {strings}"))).verdict;
    assert_eq!(one("\"V=SPF1 -all\""), Verdict::Fail);
    assert_eq!(one("\"v=spf1\""), Verdict::Neutral);
    assert_eq!(one("\"v=spf1 -\" \"all\""), Verdict::Fail);
    for other in
        ["\"v=spf10 -all\"", "\" v=spf1 -all\"", "\"v=spf1\\009-all\"", "\"spf2.0/mfrom -all\""]
    {
        assert_eq!(one(other), Verdict::None, "{other}");
    }
    let two =
        "d.example TXT \"v=spf1 +all\"\nd.example TXT \"v=spf1 -all\"\nd.example TXT \"other\"";
    assert!(matches!(from(CLIENT, &zone(two)).why, Why::SeveralRecords { count: 2, .. }));
}

#[test]
fn a_syntax_error_anywhere_comes_before_any_match() {
    let outcome = from(CLIENT, &publishes("v=spf1 +all ip4:192.0.2.0/33", ""));
    assert_eq!(outcome.verdict, Verdict::PermError);
    assert_eq!(
        from(CLIENT, &zone(r#"d.example TXT "v=spf1 +all x\195\188=y""#)).verdict,
        Verdict::PermError
    );
}

#[test]
fn names_that_cannot_have_a_record_are_none() {
    for sender in [
        "a@",
        "a@localhost",
        "a@[192.0.2.1]",
        "a@x..example",
        &format!("a@{}.example", "x".repeat(64)),
    ] {
        let outcome = mail(CLIENT, sender, &zone("localhost TXT \"v=spf1 +all\""));
        assert_eq!(
            (outcome.verdict, outcome.why.code()),
            (Verdict::None, "bad-domain"),
            "{sender}"
        );
    }
    assert_eq!(mail(CLIENT, "a@gone.example", &zone("")).why.code(), "no-domain");
    assert_eq!(
        mail(CLIENT, "a@bare.example", &zone("bare.example A 192.0.2.1")).why.code(),
        "no-record"
    );
}

#[test]
fn the_null_sender_is_postmaster_at_the_helo_name() {
    let zone = publishes(
        "v=spf1 exists:%{l}.%{o}.e.example -all",
        "postmaster.d.example.e.example A 127.0.0.2",
    );
    let session = Session::new(CLIENT.parse().unwrap(), b"D.example", Sender::null(), &NOW);
    let limits = Limits::rfc7208();
    let both = block_on(check_both(&zone, &session, &limits, &mut ())).unwrap();
    assert_eq!((both.helo.verdict, both.mail_from.verdict), (Verdict::Pass, Verdict::Pass));
    assert_eq!(both.helo.subject.as_str(), "D.example");
    assert_eq!(both.mail_from.subject.as_str(), "postmaster@D.example");
    assert_eq!(both.mail_from.identity, Identity::MailFrom);
}

#[test]
fn both_identities_are_checked_for_themselves() {
    let zone = zone("d.example TXT \"v=spf1 -all\"\nh.example TXT \"v=spf1 +all\"");
    let sender = Sender::parse(b"joe@d.example");
    let session = Session::new(CLIENT.parse().unwrap(), b"h.example", sender, &NOW);
    let mut steps = Vec::new();
    let both = block_on(check_both(&zone, &session, &Limits::rfc7208(), &mut steps)).unwrap();
    assert_eq!((both.helo.verdict, both.mail_from.verdict), (Verdict::Pass, Verdict::Fail));
    let story = both.helo.story(&steps).to_string();
    assert!(story.contains("h.example") && !story.contains(" d.example"), "{story}");
    let story = both.mail_from.story(&steps).to_string();
    assert!(story.contains(" d.example") && !story.contains(" h.example"), "{story}");
    let alone =
        block_on(check(&zone, &session, Identity::MailFrom, &Limits::rfc7208(), &mut ())).unwrap();
    assert_eq!(alone, both.mail_from);
}

#[test]
fn authentication_results_get_plain_data() {
    let result = from(CLIENT, &publishes("v=spf1 -all", "")).auth_result();
    assert_eq!((result.method, result.result, result.property), ("spf", "fail", "smtp.mailfrom"));
    assert_eq!(result.value.as_str(), "joe@d.example");
    assert_eq!(result.reason.as_str(), "-all of d.example matches");
}

#[test]
fn checks_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let zone = publishes("v=spf1 include:d.example -all", "");
    let session = Session::new(CLIENT.parse().unwrap(), b"d.example", Sender::null(), &NOW);
    let (limits, mut steps) = (Limits::rfc7208(), Vec::new());
    is_send(&check_both(&zone, &session, &limits, &mut steps));
    is_send(&iprev(&zone, session.client, &limits, &NOW));
}
