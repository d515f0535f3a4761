//! The story of a check, as people read it (golden).

mod common;

use common::{CLIENT, mail, traced, zone};
use insta::assert_snapshot;

fn story(sender: &str, text: &str) -> String {
    let (outcome, steps) = traced(CLIENT, sender, &zone(text));
    outcome.story(&steps).to_string()
}

#[test]
fn the_bank_example() {
    assert_snapshot!(story(
        "news@bank.example",
        r#"
        bank.example       TXT "v=spf1 include:esp.example mx -all"
        esp.example        TXT "v=spf1 ip4:198.51.100.0/24 -all"
        bank.example       MX 10 mail.bank.example
        mail.bank.example  A 203.0.113.5
        "#
    ), @r#"
        spf mailfrom=news@bank.example ip=192.0.2.66
         bank.example      "v=spf1 include:esp.example mx -all"
           include:esp.example        terms 1/10
             esp.example   "v=spf1 ip4:198.51.100.0/24 -all"
               ip4:198.51.100.0/24    192.0.2.66 is outside
               -all                   match: fail
           include does not match (inner fail)
           mx                         terms 2/10, bank.example MX 10 mail.bank.example, mail.bank.example A 203.0.113.5, no match
           -all                       match: fail
         fail (mechanism -all at octet 30 of bank.example)
        "#);
}

#[test]
fn anyone_may() {
    assert_snapshot!(story("a@open.example", "open.example TXT \"v=spf1 ip4:198.51.100.7 +all\""), @r#"
        spf mailfrom=a@open.example ip=192.0.2.66
         open.example      "v=spf1 ip4:198.51.100.7 +all"
           ip4:198.51.100.7           192.0.2.66 is outside
           +all                       match: pass
         pass (mechanism +all at octet 24 of open.example)
        "#);
}

#[test]
fn two_records() {
    assert_snapshot!(story(
        "a@two.example",
        r#"
        two.example TXT "v=spf1 ip4:198.51.100.7 ~all"
        two.example TXT "v=spf1 include:spf.example.net +all"
        "#
    ), @r#"
        spf mailfrom=a@two.example ip=192.0.2.66
         two.example TXT "v=spf1 ip4:198.51.100.7 ~all" "v=spf1 include:spf.example.net +all"
         permerror (two.example has 2 SPF records, one is allowed)
        "#);
}

#[test]
fn eleven_look_ups() {
    let terms: String = (0..11).map(|i| format!("a:h{i}.example.net ")).collect();
    let hosts: String = (0..11).map(|i| format!("h{i}.example.net A 198.51.100.{i}\n")).collect();
    let text = format!("many.example TXT \"v=spf1 {terms}-all\"\n{hosts}");
    assert_snapshot!(story("a@many.example", &text), @r#"
        spf mailfrom=a@many.example ip=192.0.2.66
         many.example      "v=spf1 a:h0.example.net a:h1.example.net a:h2.example.net a:h3.example.net a:h4.example.net a:h5.example.net a:h6.example.net a:h7.example.net a:h8.example.net a:h9.example.net a:h10.example.net -all"
           a:h0.example.net           terms 1/10, h0.example.net A 198.51.100.0, no match
           a:h1.example.net           terms 2/10, h1.example.net A 198.51.100.1, no match
           a:h2.example.net           terms 3/10, h2.example.net A 198.51.100.2, no match
           a:h3.example.net           terms 4/10, h3.example.net A 198.51.100.3, no match
           a:h4.example.net           terms 5/10, h4.example.net A 198.51.100.4, no match
           a:h5.example.net           terms 6/10, h5.example.net A 198.51.100.5, no match
           a:h6.example.net           terms 7/10, h6.example.net A 198.51.100.6, no match
           a:h7.example.net           terms 8/10, h7.example.net A 198.51.100.7, no match
           a:h8.example.net           terms 9/10, h8.example.net A 198.51.100.8, no match
           a:h9.example.net           terms 10/10, h9.example.net A 198.51.100.9, no match
           a:h10.example.net
         permerror (more than 10 terms ask DNS)
        "#);
}

#[test]
fn three_void_look_ups() {
    assert_snapshot!(story(
        "a@void.example",
        "void.example TXT \"v=spf1 a:x.example.net mx:y.example.net exists:z.example.net -all\""
    ), @r#"
        spf mailfrom=a@void.example ip=192.0.2.66
         void.example      "v=spf1 a:x.example.net mx:y.example.net exists:z.example.net -all"
           a:x.example.net            terms 1/10, x.example.net does not exist, void 1/2, no match
           mx:y.example.net           terms 2/10, y.example.net does not exist, void 2/2, no match
           exists:z.example.net       terms 3/10, z.example.net does not exist
         permerror (more than 2 void look-ups)
        "#);
}

#[test]
fn a_redirect_with_an_explanation() {
    assert_snapshot!(story(
        "a@here.example",
        r#"
        here.example TXT "v=spf1 ip4:198.51.100.7 redirect=_spf.%{d2}"
        _spf.here.example TXT "v=spf1 ptr:here.example -all exp=why.%{d}"
        why._spf.here.example TXT "%{c} may not use %{o}"
        66.2.0.192.in-addr.arpa PTR liar.here.example
        liar.here.example A 198.51.100.1
        "#
    ), @r#"
        spf mailfrom=a@here.example ip=192.0.2.66
         here.example      "v=spf1 ip4:198.51.100.7 redirect=_spf.%{d2}"
           ip4:198.51.100.7           192.0.2.66 is outside
           redirect=_spf.%{d2}        terms 1/10, becomes _spf.here.example
             _spf.here.example  "v=spf1 ptr:here.example -all exp=why.%{d}"
               ptr:here.example       terms 2/10, 66.2.0.192.in-addr.arpa PTR liar.here.example, liar.here.example A 198.51.100.1, no match
               -all                   match: fail
               exp=why.%{d}           becomes why._spf.here.example, why._spf.here.example TXT "%{c} may not use %{o}"
           result: fail
         _spf.here.example explains: 192.0.2.66 may not use here.example
         fail (mechanism -all at octet 24 of _spf.here.example)
        "#);
}

#[test]
fn a_timeout_in_an_include() {
    assert_snapshot!(story(
        "a@slow.example",
        r#"
        slow.example TXT "v=spf1 include:esp.example -all"
        ;!timeout esp.example TXT
        "#
    ), @r#"
        spf mailfrom=a@slow.example ip=192.0.2.66
         slow.example      "v=spf1 include:esp.example -all"
           include:esp.example        terms 1/10
             esp.example TXT: no answer in time
           result: temperror
         temperror (esp.example TXT: no answer in time)
        "#);
}

#[test]
fn an_include_of_nothing() {
    assert_snapshot!(story(
        "a@gone.example",
        "gone.example TXT \"v=spf1 include:esp.example -all\""
    ), @r#"
        spf mailfrom=a@gone.example ip=192.0.2.66
         gone.example      "v=spf1 include:esp.example -all"
           include:esp.example        terms 1/10
             esp.example does not exist
           result: none
         permerror (included domain: esp.example does not exist)
        "#);
}

#[test]
fn an_answer_is_told_up_to_twelve_records() {
    let told = |n: usize| {
        let hosts: String = (1..=n).map(|i| format!("h.example A 198.51.100.{i}\n")).collect();
        let text = format!("d.example TXT \"v=spf1 a:h.example -all\"\n{hosts}");
        story("a@d.example", &text)
    };
    assert!(told(11).contains("198.51.100.11, no match"));
    assert!(told(12).contains("198.51.100.12, no match"));
    assert!(told(13).contains("198.51.100.12 and 1 more, no match"));
}

#[test]
fn no_domain_at_all() {
    assert_snapshot!(story("a@[192.0.2.1]", ""), @r#"
        spf mailfrom=a@[192.0.2.1] ip=192.0.2.66
         none ([192.0.2.1]: an address literal is no domain)
        "#);
}

#[test]
fn one_line() {
    let text = r#"
        bank.example TXT "v=spf1 include:esp.example -all"
        esp.example  TXT "v=spf1 ip4:192.0.2.0/24 -all"
        bad.example  TXT "v=spf1 ipv4:192.0.2.1 a:b -all"
    "#;
    assert_snapshot!(mail(CLIENT, "a@bank.example", &zone(text)).to_string(), @"192.0.2.66 matches ip4:192.0.2.0/24 of esp.example (1 of 10 look-ups used)");
    assert_snapshot!(mail("198.51.100.9", "a@bank.example", &zone(text)).to_string(), @"198.51.100.9 matches -all of bank.example (1 of 10 look-ups used)");
    assert_snapshot!(mail(CLIENT, "a@bad.example", &zone(text)).to_string(), @"record of bad.example: unknown mechanism at octet 7 and 1 more (0 of 10 look-ups used)");
    assert_snapshot!(mail(CLIENT, "a@none.example", &zone(text)).to_string(), @"none.example does not exist (0 of 10 look-ups used)");
}
