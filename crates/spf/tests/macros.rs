//! Macros (RFC 7208 §7), seen through the explanation, and explanations (§6.2).

mod common;

use common::{CLIENT, NOW, from, mail, publishes, verdict, zone};
use postrider_core::DomainName;
use postrider_resolver::block_on;
use postrider_spf::{Identity, Limits, Sender, Session, Verdict, check};

const CLIENT6: &str = "2001:db8::cb01";

/// What a macro string becomes for `strong-bad@email.example.com`, the sender of §7.4.
fn expand(client: &str, text: &str) -> Option<String> {
    let zone = zone(&format!(
        "email.example.com TXT \"v=spf1 -all exp=why.example\"\nwhy.example TXT \"{text}\"\n\
         66.2.0.192.in-addr.arpa PTR other.example\n\
         66.2.0.192.in-addr.arpa PTR host.email.example.com\n\
         66.2.0.192.in-addr.arpa PTR liar.example\n\
         other.example A 192.0.2.66\nhost.email.example.com A 192.0.2.66\nliar.example A 192.0.2.1"
    ));
    let outcome = mail(client, "strong-bad@email.example.com", &zone);
    assert_eq!(outcome.verdict, Verdict::Fail);
    outcome.explanation.map(|e| e.to_string())
}

#[test]
fn the_examples_of_the_rfc() {
    for (text, expected) in [
        ("%{s}", "strong-bad@email.example.com"),
        ("%{o}", "email.example.com"),
        ("%{d}", "email.example.com"),
        ("%{d4}", "email.example.com"),
        ("%{d3}", "email.example.com"),
        ("%{d2}", "example.com"),
        ("%{d1}", "com"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{l}", "strong-bad"),
        ("%{l-}", "strong.bad"),
        ("%{lr}", "strong-bad"),
        ("%{lr-}", "bad.strong"),
        ("%{l1r-}", "strong"),
        ("%{ir}.%{v}._spf.%{d2}", "66.2.0.192.in-addr._spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.66.2.0.192.in-addr._spf.example.com"),
        ("%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net"),
    ] {
        assert_eq!(expand(CLIENT, text).as_deref(), Some(expected), "{text}");
    }
    let nibbles = expand(CLIENT6, "%{ir}.%{v}._spf.%{d2}").unwrap();
    assert_eq!(
        nibbles.to_ascii_lowercase(),
        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example.com"
    );
}

#[test]
fn the_other_letters_and_escapes() {
    for (text, expected) in [
        ("%{h}", "mail.d.example"),
        ("%{p}", "host.email.example.com"),
        ("%{c}", "192.0.2.66"),
        ("%{r}", "unknown"),
        ("%{t}", "1795508500"),
        ("100%%_%_%-", "100%_ %20"),
        ("%{S}", "strong-bad%40email.example.com"),
        ("%{D2R}", "example.email"),
        ("%{s1-@r}", ""),
        ("%{d999999999999999999999}", "email.example.com"),
    ] {
        let expected = Some(expected).filter(|e| !e.is_empty());
        assert_eq!(expand(CLIENT, text).as_deref(), expected, "{text}");
    }
    assert_eq!(expand(CLIENT6, "%{c} %{p}").as_deref(), Some("2001:db8::cb01 unknown"));
}

#[test]
fn the_receiver_is_named_if_known() {
    let zone = publishes("v=spf1 -all exp=why.example", "why.example TXT \"%{r} says no\"");
    let receiver = DomainName::parse("MX.example.org").unwrap();
    let sender = Sender::parse(b"joe@d.example");
    let session =
        Session::new(CLIENT.parse().unwrap(), b"x.example", sender, &NOW).with_receiver(&receiver);
    let limits = Limits::rfc7208();
    let outcome = block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut ())).unwrap();
    assert_eq!(outcome.explanation.unwrap().as_str(), "mx.example.org says no");
}

#[test]
fn an_ipv4_mapped_client_is_ipv4_in_macros() {
    assert_eq!(
        expand("::ffff:192.0.2.66", "%{i} %{v} %{c}").as_deref(),
        Some("192.0.2.66 in-addr 192.0.2.66")
    );
}

#[test]
fn without_local_part_it_is_postmaster() {
    let zone = publishes("v=spf1 -all exp=why.example", "why.example TXT \"%{l} %{s}\"");
    for sender in ["@d.example", "d.example"] {
        let outcome = mail(CLIENT, sender, &zone);
        assert_eq!(outcome.explanation.unwrap().as_str(), "postmaster postmaster@d.example");
        assert_eq!(outcome.subject.as_str(), "postmaster@d.example");
    }
}

#[test]
fn bad_macros_in_a_record_are_permerror() {
    for spec in
        ["%{x}.e", "%{d", "%", "%a.e", "%{d0}", "%{c}", "%{r}", "%{t}", "%{d2:}", "%{}", "%{ d}"]
    {
        assert_eq!(
            verdict(&format!("v=spf1 exists:{spec} -all"), ""),
            Verdict::PermError,
            "{spec}"
        );
    }
}

#[test]
fn expansions_that_are_no_names_do_not_match() {
    let zone = publishes("v=spf1 exists:%{l}.e.example ?all", "*.e.example A 127.0.0.2");
    for local in ["a..b", ".a", &"x".repeat(64)] {
        let outcome = mail(CLIENT, &format!("{local}@d.example"), &zone);
        assert_eq!(outcome.verdict, Verdict::Neutral, "{local}");
        assert_eq!(outcome.counters.terms.used, 1);
    }
    assert_eq!(mail(CLIENT, "a.b@d.example", &zone).verdict, Verdict::Pass);
}

/// The explanation that a TXT record at the target of `exp=` gives.
fn explained(more: &str) -> Option<String> {
    let outcome = from(CLIENT, &publishes("v=spf1 -all exp=why.example", more));
    assert_eq!(outcome.verdict, Verdict::Fail, "an explanation changes no verdict");
    outcome.explanation.map(|e| e.to_string())
}

#[test]
fn explanations_that_cannot_be_had_are_absent() {
    assert_eq!(explained("why.example TXT \"No \" \"way\"").as_deref(), Some("No way"));
    for none in [
        "",
        "why.example A 192.0.2.1",
        "why.example TXT \"one\"\nwhy.example TXT \"two\"",
        ";!timeout why.example",
        "why.example TXT \"%{x}\"",
        "why.example TXT \"100%\"",
        r#"why.example TXT "line\013\010end""#,
        r#"why.example TXT "gr\195\188n""#,
        "why.example TXT \"\"",
    ] {
        assert_eq!(explained(none), None, "{none}");
    }
}

#[test]
fn explanations_are_cut_at_512_octets() {
    let text = |n: usize| {
        let long = "x".repeat(n);
        let strings: Vec<_> = long
            .as_bytes()
            .chunks(250)
            .map(|c| format!("\"{}\"", std::str::from_utf8(c).unwrap()))
            .collect();
        explained(&format!("why.example TXT {}", strings.join(" "))).unwrap().len()
    };
    assert_eq!((text(511), text(512), text(513)), (511, 512, 512));
}

#[test]
fn only_the_record_that_fails_explains() {
    let more = "i.example TXT \"v=spf1 -all exp=inner.example\"\n\
                inner.example TXT \"inner\"\nouter.example TXT \"outer\"";
    let record = "v=spf1 include:i.example -all exp=outer.example";
    let outcome = from(CLIENT, &publishes(record, more));
    assert_eq!(outcome.explanation.as_ref().unwrap().as_str(), "outer");
    let record = "v=spf1 redirect=i.example exp=outer.example";
    let explanation = from(CLIENT, &publishes(record, more)).explanation.unwrap();
    assert_eq!(
        (explanation.as_str(), explanation.from().to_string()),
        ("inner", "i.example".to_owned())
    );
    let record = "v=spf1 ~all exp=outer.example";
    assert_eq!(from(CLIENT, &publishes(record, more)).explanation, None);
}
