use super::*;
use SignatureError as E;
use proptest::prelude::*;

const GOOD: &str = "v=1; a=ed25519-sha256; d=bank.example; s=m1; h=from:to;\r\n\
    \tbh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=YWJj";

fn with(from: &str, to: &str) -> Result<Signature, SignatureError> {
    assert!(GOOD.contains(from));
    Signature::parse(GOOD.replacen(from, to, 1).as_bytes())
}

fn and(tags: &str) -> Result<Signature, SignatureError> {
    Signature::parse(format!("{GOOD}; {tags}").as_bytes())
}

#[test]
fn absent_tags_have_their_defaults() {
    let s = Signature::parse(GOOD.as_bytes()).unwrap();
    assert_eq!(s.canonicalization, Canonicalization::ABSENT);
    assert_eq!(s.identity.to_string(), "@bank.example");
    assert_eq!((s.length, s.signed_at, s.expires), (None, None, None));
    assert_eq!(s.signature, b"abc");
    assert_eq!(s.signature_span.of(GOOD.as_bytes()), b"YWJj");
}

#[test]
fn white_space_is_allowed_where_the_grammar_says() {
    let folded = GOOD
        .replace("v=1; a=", " v =\r\n 1 ;\r\n\ta = ")
        .replace("from:to", "from\r\n : \tto")
        .replace("b=YWJj", "b= YW\r\n Jj \r\n ;");
    let s = Signature::parse(folded.as_bytes()).unwrap();
    assert_eq!(s.signature, b"abc");
    assert_eq!(s.signed_names, [Box::from(&b"from"[..]), Box::from(&b"to"[..])]);
    assert_eq!(s.signature_span.of(folded.as_bytes()), b" YW\r\n Jj \r\n ");
}

#[test]
fn required_tags_are_required() {
    for tag in ["v=1; ", "a=ed25519-sha256; ", "d=bank.example; ", "s=m1; ", "h=from:to;", "b=YWJj"]
    {
        assert!(matches!(with(tag, ""), Err(E::Missing { .. })), "{tag}");
    }
}

#[test]
fn faults_have_places() {
    for (result, error) in [
        (with("v=1", "v=2"), E::Version { at: 2 }),
        (with("v=1", "v=01"), E::Version { at: 2 }),
        (with("ed25519-sha256", "rsa-sha1"), E::Sha1 { at: 7 }),
        (with("ed25519-sha256", "RSA-SHA256"), E::Algorithm { at: 7 }),
        (with("bank.example", "com"), E::Domain { at: 25 }),
        (with("bank.example", "bank_.example"), E::Domain { at: 25 }),
        (with("from:to", "from:"), E::Names { at: 47 }),
        (with("from:to", "from::to"), E::Names { at: 47 }),
        (with("from:to", "to:subject"), E::FromNotSigned { at: 47 }),
        (with("2jUS", "2jUSOH9N"), E::HashLength { len: 35 }),
        (with("YWJj", "YW*j"), E::Base64 { tag: "b", at: 109 }),
        (with("YWJj", ""), E::Base64 { tag: "b", at: 109 }),
        (and("c=nowsp"), E::Canonicalization { at: 117 }),
        (and("q=dns/foo:http"), E::Query { at: 117 }),
        (and("i=bank.example"), E::Identity { at: 117 }),
        (and("i=@xbank.example"), E::IdentityOutside { at: 117 }),
        (and("i=@example"), E::IdentityOutside { at: 117 }),
        (and("l=-1"), E::Number { tag: "l", at: 117 }),
        (and("l="), E::Number { tag: "l", at: 117 }),
        (and("t=0x10"), E::Number { tag: "t", at: 117 }),
        (and("x=soon"), E::Number { tag: "x", at: 117 }),
        (and("t=5; x=5"), E::ExpiresBeforeSigned),
    ] {
        assert_eq!(result, Err(error));
    }
}

#[test]
fn identities_are_within_the_domain() {
    for i in ["@bank.example", "ann@bank.example", "a=3Db@News.Bank.example", "a@b@bank.example"] {
        assert!(and(&format!("i={i}")).is_ok(), "{i}");
    }
    assert_eq!(and("i=a=3Db@bank.example").unwrap().identity.local(), b"a=b");
}

#[test]
fn one_known_query_method_is_enough_and_unknown_tags_are_ignored() {
    assert!(and("q=foo : dns/txt; zz=1; L=x").is_ok());
}

#[test]
fn internationalised_names_are_compared_as_a_labels() {
    let s = with("d=bank.example; s=m1", "d=b\u{e4}nk.example; s=\u{e4}; i=@b\u{e4}nk.example")
        .unwrap();
    assert_eq!(s.domain.as_str(), "xn--bnk-qla.example");
    assert_eq!(s.selector.as_str(), "xn--4ca");
}

#[test]
fn numbers_may_be_as_long_as_the_grammar_says() {
    assert_eq!(and(&format!("l={}", "9".repeat(76))).unwrap().length, Some(u64::MAX));
    assert!(and(&format!("l={}", "9".repeat(77))).is_err());
    assert!(and(&format!("x={}", "9".repeat(12))).is_ok());
    assert!(and(&format!("x={}", "9".repeat(13))).is_err());
}

#[test]
fn names_are_limited_at_512() {
    let names = |n: usize| vec!["from"; n].join(":");
    assert_eq!(with("from:to", &names(512)).unwrap().signed_names.len(), 512);
    assert_eq!(with("from:to", &names(513)), Err(E::ManyNames { at: 47 }));
}

#[test]
fn signatures_are_limited_at_1024_octets() {
    let b = |n: usize| crate::encoding::to_base64(&vec![7; n]);
    assert!(with("YWJj", &b(1024)).is_ok());
    assert_eq!(with("YWJj", &b(1025)), Err(E::LongSignature { len: 1025 }));
}

#[test]
fn the_value_is_limited_at_64_kib() {
    let pad = |len: usize| {
        let mut text = format!("{GOOD}; zz=");
        text.push_str(&"x".repeat(len - text.len()));
        Signature::parse(text.as_bytes())
    };
    assert!(pad(MAX_TAG_LIST).is_ok());
    assert_eq!(pad(MAX_TAG_LIST + 1), Err(E::Long { len: MAX_TAG_LIST + 1 }));
}

proptest! {
    #[test]
    fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Signature::parse(&text);
    }

    #[test]
    fn the_span_of_b_is_its_value(cut in "[ \t]{0,3}", value in "[A-Za-z0-9+/]{4}") {
        let text = GOOD.replace("YWJj", &format!("{cut}{value}{cut}"));
        let s = Signature::parse(text.as_bytes()).unwrap();
        let raw = s.signature_span.of(text.as_bytes());
        let expected = format!("{cut}{value}{cut}");
        prop_assert_eq!(raw, expected.as_bytes());
    }
}
