use super::*;
use crate::macros::MacroFault;
use crate::record::BadPrefix;

fn faults(text: &str) -> Vec<(usize, usize, FaultKind)> {
    let faults = record(text.as_bytes()).unwrap_err();
    faults.into_iter().map(|f| (f.span.start, f.span.end, f.kind)).collect()
}

#[test]
fn every_fault_is_reported_with_its_place() {
    assert_eq!(
        faults("v=spf1 ipv4:192.0.2.1 a:%{x}.e -all ip4:192.0.2.0/33 all: exp=e.f exp=e.f"),
        [
            (7, 11, FaultKind::UnknownMechanism),
            (24, 28, FaultKind::Macro(MacroFault::Letter)),
            (50, 52, FaultKind::Prefix(BadPrefix { max: 32 })),
            (56, 57, FaultKind::Argument),
            (66, 73, FaultKind::SecondExplanation),
        ]
    );
}

#[test]
fn each_rule_has_its_fault() {
    let kind = |term: &str| faults(&format!("v=spf1 {term}")).remove(0).2;
    let max = |max| FaultKind::Prefix(BadPrefix { max });
    for (term, expected) in [
        ("include", FaultKind::NoArgument),
        ("include:", FaultKind::NoArgument),
        ("include/24", FaultKind::NoArgument),
        ("a:", FaultKind::NoArgument),
        ("a/", FaultKind::NoArgument),
        ("a:/24", FaultKind::NoArgument),
        ("ptr/24", FaultKind::NoArgument),
        ("exists", FaultKind::NoArgument),
        ("ip4", FaultKind::NoArgument),
        ("all:x", FaultKind::Argument),
        ("all/8", FaultKind::Argument),
        ("a/33", max(32)),
        ("a/024", max(32)),
        ("a//129", max(128)),
        ("mx/24//01", max(128)),
        ("ip4:192.0.2.1/", max(32)),
        ("ip4:192.0.2.1//32", max(32)),
        ("ip6:2001:db8::/129", max(128)),
        ("ip4:192.0.2", FaultKind::Ip4),
        ("ip4:192.0.2.01", FaultKind::Ip4),
        ("ip4:2001:db8::1", FaultKind::Ip4),
        ("ip6:192.0.2.1", FaultKind::Ip6),
        ("ip6:2001:db8", FaultKind::Ip6),
        ("a:example", FaultKind::Macro(MacroFault::DomainEnd)),
        ("a:example.1", FaultKind::Macro(MacroFault::DomainEnd)),
        ("a:example.c-", FaultKind::Macro(MacroFault::DomainEnd)),
        ("a:example..", FaultKind::Macro(MacroFault::DomainEnd)),
        ("redirect=", FaultKind::Macro(MacroFault::DomainEnd)),
        ("exp=%{d}x", FaultKind::Macro(MacroFault::DomainEnd)),
        ("-redirect=a.b", FaultKind::QualifiedModifier),
        ("redirect:a.b", FaultKind::UnknownMechanism),
        ("1x=y", FaultKind::UnknownMechanism),
        ("=y", FaultKind::UnknownMechanism),
        ("+", FaultKind::UnknownMechanism),
        ("--all", FaultKind::UnknownMechanism),
        ("x=%", FaultKind::Macro(MacroFault::Percent)),
        ("x=%{", FaultKind::Macro(MacroFault::Unclosed)),
        ("x=%{d0}", FaultKind::Macro(MacroFault::ZeroParts)),
        ("x=%{drr}", FaultKind::Macro(MacroFault::Transformer)),
        ("exists:%{c}", FaultKind::Macro(MacroFault::ExplanationOnly)),
        ("a\t", FaultKind::Octet { octet: b'\t' }),
        ("\u{e9}=x", FaultKind::Octet { octet: 0xc3 }),
        ("redirect=a.b REDIRECT=c.d", FaultKind::SecondRedirect),
    ] {
        assert_eq!(kind(term), expected, "{term}");
    }
    assert_eq!(faults("v=spf2 -all")[0], (0, 6, FaultKind::Version));
    assert_eq!(faults("")[0].2, FaultKind::Version);
}

#[test]
fn well_formed_terms_are_written_in_their_plain_form() {
    for (term, written) in [
        ("ALL", "all"),
        ("+a", "a"),
        ("~MX/24//64", "~mx/24//64"),
        ("a:Foo.Example/0", "a:Foo.Example/0"),
        ("a:%{d2/}.e//0", "a:%{d2/}.e//0"),
        ("a:foo:bar/baz.example", "a:foo:bar/baz.example"),
        ("ptr:e.example.", "ptr:e.example."),
        ("ip4:192.0.2.255/24", "ip4:192.0.2.255/24"),
        ("IP6:2001:DB8::/32", "ip6:2001:db8::/32"),
        ("Redirect=%{d}", "redirect=%{d}"),
        ("exp=a%%", "exp=a%%"),
        ("X-y_z.1=", "X-y_z.1="),
        ("all=x", "all=x"),
        ("moo=%{c}/%{t}", "moo=%{c}/%{t}"),
        ("a:b.1-2", "a:b.1-2"),
    ] {
        let record = record(format!("V=SPF1   {term}  ").as_bytes()).unwrap();
        assert_eq!(record.to_string(), format!("v=spf1 {written}"));
        assert_eq!(record.text_of(record.terms()[0].span), term);
    }
}

#[test]
fn all_makes_a_redirect_void() {
    let redirect = |text: &str| record(text.as_bytes()).unwrap().redirect().is_some();
    assert!(redirect("v=spf1 redirect=a.b ip4:192.0.2.1"));
    assert!(!redirect("v=spf1 redirect=a.b ?all"));
}

#[test]
fn a_record_is_made_of_terms() {
    let all = |q| TermKind::Directive(Directive::new(q, Mechanism::All));
    let redirect = || TermKind::Redirect(DomainSpec::parse(b"a.b").unwrap());
    let made = Record::from_terms([all(Qualifier::Neutral), redirect()]).unwrap();
    assert_eq!(made.text(), "v=spf1 ?all redirect=a.b");
    let faults = Record::from_terms([redirect(), redirect()]).unwrap_err();
    assert_eq!(faults[0].kind, FaultKind::SecondRedirect);
}

#[test]
fn faults_are_reported_up_to_a_hundred() {
    let bad = |n: usize| faults(&format!("v=spf1{}", " nonsense".repeat(n))).len();
    assert_eq!((bad(99), bad(100), bad(101)), (99, 100, 100));
}

proptest::proptest! {
    #[test]
    fn addresses_are_read_as_the_standard_library_reads_them(
        text in "[0-9]{0,4}(\\.[0-9]{0,4}){0,4}[0-9.a]?|([0-2]?[0-9]?[0-9]\\.){3}[0-2]?[0-9]?[0-9]",
    ) {
        let ours = ip4_network(text.as_bytes()).map(|network| network.address);
        proptest::prop_assert_eq!(ours, text.parse().ok());
    }
}
