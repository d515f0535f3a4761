use super::*;
use RecordKind::{Bimi, Dkim, Dmarc, MtaStsPolicy, MtaStsTxt, Mx, Spf, TlsRpt, Tlsa};
use proptest::prelude::*;

/// `code span` of each finding.
fn found(kind: RecordKind, text: &str) -> Vec<String> {
    let show =
        |l: &Lint| format!("{} {:?}", l.code, String::from_utf8_lossy(l.span.of(text.as_bytes())));
    lint(kind, text.as_bytes()).iter().map(show).collect()
}

/// A record with the fault, and the nearest one without; `DIGEST` stands for 64 hexadecimal digits.
const CASES: &[(RecordKind, Code, &str, &str)] = &[
    (Spf, Code::SpfPlusAll, "v=spf1 mx +all", "v=spf1 mx -all"),
    (Spf, Code::SpfPlusAll, "v=spf1 mx all", "v=spf1 mx ~all"),
    (Spf, Code::SpfNeutralAll, "v=spf1 mx ?all", "v=spf1 mx ~all"),
    (Spf, Code::SpfNeutralAll, "v=spf1 mx", "v=spf1 mx redirect=example.net"),
    (Spf, Code::SpfTooWide, "v=spf1 ip4:10.0.0.0/7 -all", "v=spf1 ip4:10.0.0.0/8 -all"),
    (Spf, Code::SpfTooWide, "v=spf1 ip6:2000::/15 -all", "v=spf1 ip6:2000::/16 -all"),
    (Spf, Code::SpfTooWide, "v=spf1 a/0 -all", "v=spf1 a/24 -all"),
    (Spf, Code::SpfSyntax, "v=spf1 ipv4:192.0.2.1 -all", "v=spf1 ip4:192.0.2.1 -all"),
    (Spf, Code::SpfSyntax, "v=spf1; mx -all", "v=spf1 mx -all"),
    (Spf, Code::SpfSyntax, "v=spf1 ip4:192.0.2.0/33 -all", "v=spf1 ip4:192.0.2.0/32 -all"),
    (Spf, Code::SpfSyntax, "v=spf1 a:192.0.2.1 -all", "v=spf1 a:host.example -all"),
    (Spf, Code::SpfMacro, "v=spf1 exists:%{x}.example -all", "v=spf1 exists:%{i}.example -all"),
    (Spf, Code::SpfPtr, "v=spf1 ptr -all", "v=spf1 a -all"),
    (Spf, Code::SpfAfterAll, "v=spf1 -all mx", "v=spf1 mx -all"),
    (Spf, Code::SpfAfterAll, "v=spf1 -all redirect=a.example", "v=spf1 redirect=a.example"),
    (Spf, Code::SpfDuplicate, "v=spf1 mx mx -all", "v=spf1 mx a -all"),
    (
        Spf,
        Code::SpfOverlap,
        "v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.7 -all",
        "v=spf1 ip4:192.0.2.0/24 ip4:192.0.3.7 -all",
    ),
    (Spf, Code::SpfType99, "spf2.0/pra mx -all", "v=spf1 mx -all"),
    (
        Dkim,
        Code::DkimSyntax,
        r"v=DKIM1\; k=ed25519\; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
    (Dkim, Code::DkimSyntax, "v=DKIM1; k=ed25519", "v=DKIM1; k=ed25519; p="),
    (
        Dkim,
        Code::DkimKeyType,
        "v=DKIM1; k=rsa; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
    (Dkim, Code::DkimHashLimit, "v=DKIM1; h=sha1; p=", "v=DKIM1; h=sha1:sha256; p="),
    (Dkim, Code::DkimService, "v=DKIM1; s=tlsrpt; p=", "v=DKIM1; s=email; p="),
    (Dkim, Code::DkimTest, "v=DKIM1; t=y:s; p=", "v=DKIM1; t=s; p="),
    (
        Dkim,
        Code::DkimRevoked,
        "v=DKIM1; k=ed25519; p=",
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ),
    (Dmarc, Code::DmarcSyntax, "v=DMARC1; p=rejected", "v=DMARC1; p=reject"),
    (Dmarc, Code::DmarcSyntax, "p=reject", "v=DMARC1; p=reject"),
    (
        Dmarc,
        Code::DmarcSyntax,
        "v=DMARC1; p=none, rua=mailto:a@example.org",
        "v=DMARC1; p=none; rua=mailto:a@example.org",
    ),
    (
        Dmarc,
        Code::DmarcSyntax,
        "v=DMARC1; p=none; rua=a@example.org",
        "v=DMARC1; p=none; rua=mailto:a@example.org",
    ),
    (Dmarc, Code::DmarcNone, "v=DMARC1; p=none", "v=DMARC1; p=quarantine"),
    (Dmarc, Code::DmarcSubWeak, "v=DMARC1; p=reject; sp=none", "v=DMARC1; p=reject; sp=quarantine"),
    (Dmarc, Code::DmarcTest, "v=DMARC1; p=reject; t=y", "v=DMARC1; p=reject; t=n"),
    (
        Dmarc,
        Code::DmarcRuaMissing,
        "v=DMARC1; p=reject",
        "v=DMARC1; p=reject; rua=mailto:a@b.example",
    ),
    (Dmarc, Code::DmarcOldTags, "v=DMARC1; p=reject; pct=50", "v=DMARC1; p=reject"),
    (Mx, Code::MxIp, "10 192.0.2.1", "10 mx.example.org."),
    (Mx, Code::MxSyntax, "mx.example.org.", "10 mx.example.org."),
    (MtaStsTxt, Code::StsRecord, "v=STSv1; id=2025-11", "v=STSv1; id=202511"),
    (MtaStsTxt, Code::StsRecord, "v=STSv1", "v=STSv1; id=1;"),
    (
        MtaStsPolicy,
        Code::StsPolicy,
        "version: STSv1\nmode: enforce\nmax_age: 604800\n",
        "version: STSv1\nmode: enforce\nmx: *.example.org\nmax_age: 604800\n",
    ),
    (
        MtaStsPolicy,
        Code::StsTesting,
        "version: STSv1\nmode: testing\nmx: a.example\nmax_age: 604800",
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 604800",
    ),
    (
        MtaStsPolicy,
        Code::StsShort,
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 86399",
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 86400",
    ),
    (
        TlsRpt,
        Code::TlsrptSyntax,
        "v=TLSRPTv1; rua=tls@example.org",
        "v=TLSRPTv1; rua=mailto:tls@example.org",
    ),
    (
        Bimi,
        Code::BimiSyntax,
        "v=BIMI1; l=http://example.org/a.svg",
        "v=BIMI1; l=https://example.org/a.svg",
    ),
    (Tlsa, Code::DaneUsage, "1 1 1 DIGEST", "3 1 1 DIGEST"),
    (Tlsa, Code::DaneSyntax, "3 1 2 DIGEST", "3 1 1 DIGEST"),
];

#[test]
fn each_fault_is_found_and_its_nearest_neighbour_is_not() {
    for (kind, code, broken, fine) in CASES {
        let digest = |text: &str| text.replace("DIGEST", &"0f".repeat(32));
        let (broken, fine) = (digest(broken), digest(fine));
        let has = |text: &str| lint(*kind, text.as_bytes()).iter().any(|l| l.code == *code);
        assert!(has(&broken), "{code} is not found in {broken}: {:?}", found(*kind, &broken));
        assert!(!has(&fine), "{code} is found in {fine}: {:?}", found(*kind, &fine));
    }
}

#[test]
fn short_keys_are_weak_and_tiny_ones_broken() {
    use crate::test_keys::{RSA_1000, RSA_1024, RSA_2048};
    let level =
        |key: &str| lint(Dkim, format!("v=DKIM1; p={key}").as_bytes()).first().map(|l| l.level);
    assert_eq!(level(RSA_1000), Some(Level::Broken));
    assert_eq!(level(RSA_1024), Some(Level::Risky));
    assert_eq!(level(RSA_2048), None);
}

#[test]
fn spans_are_the_smallest_that_are_wrong() {
    assert_eq!(found(Spf, "v=spf1 mx +all"), [r#"spf.plus-all "+all""#]);
    assert_eq!(found(Spf, "v=spf1 ip4:192.0.2.0/33 ~all"), [r#"spf.syntax "33""#]);
    assert_eq!(found(Dmarc, "v=DMARC1; p=no; rua=mailto:a@b.example"), [r#"dmarc.syntax "p=no""#]);
    assert_eq!(found(MtaStsTxt, "v=STSv1; id=a-b"), [r#"sts.record "a-b""#]);
}

#[test]
fn eleventh_lookup_is_marked() {
    let record = |n: usize| {
        format!("v=spf1{} -all", (0..n).map(|i| format!(" a:h{i}.example")).collect::<String>())
    };
    assert!(found(Spf, &record(10)).is_empty());
    assert_eq!(found(Spf, &record(11)), [r#"spf.lookups "a:h10.example""#]);
}

#[test]
fn text_of_451_octets_is_long() {
    let record = |len: usize| format!("v=spf1 x={} -all", "y".repeat(len - 14));
    assert!(found(Spf, &record(450)).is_empty());
    assert_eq!(lint(Spf, record(451).as_bytes())[0].code, Code::SpfLong);
}

fn set(kind: RecordKind, texts: &[&str]) -> Vec<(usize, Code)> {
    let records: Vec<TxtRecord> =
        texts.iter().map(|t| Txt::from_strings([t.as_bytes()]).into()).collect();
    lint_set(kind, &records).iter().map(|l| (l.record, l.code)).collect()
}

#[test]
fn second_record_is_found_and_other_text_is_not() {
    assert_eq!(set(Spf, &["v=spf1 -all", "site=x", "v=spf1 -all"]), [(2, Code::SpfTwo)]);
    assert_eq!(set(Spf, &["v=spf1 -all", "site=x"]), []);
    let rua = "v=DMARC1; p=reject; rua=mailto:a@b.example";
    assert_eq!(set(Dmarc, &[rua, rua]), [(1, Code::DmarcTwo)]);
    assert_eq!(set(MtaStsTxt, &["v=STSv1; id=1", "v=STSv1; id=2"]), [(1, Code::StsTwo)]);
    let tls = "v=TLSRPTv1; rua=mailto:a@b.example";
    assert_eq!(set(TlsRpt, &[tls, tls]), [(1, Code::TlsrptTwo)]);
    assert_eq!(set(Bimi, &["v=BIMI1; l=", "v=BIMI1; l="]), [(1, Code::BimiTwo)]);
    let key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!(set(Dkim, &[key, key]), [(1, Code::DkimTwo)]);
    assert_eq!(set(Mx, &["0 .", "10 a.example."]), [(0, Code::MxNullMixed)]);
    assert_eq!(set(Mx, &["5 a.example.", "10 a.example."]), [(1, Code::MxDup)]);
    assert_eq!(set(Mx, &["5 b.example.", "10 a.example."]), []);
}

#[test]
fn misspelt_records_are_seen_among_other_text() {
    assert_eq!(set(Spf, &["site=x", "v=spf1; mx -all"]), [(1, Code::SpfSyntax)]);
}

#[test]
fn places_know_their_string() {
    let record = TxtRecord::from(Txt::from_strings([&b"abc"[..], b"de"]));
    assert_eq!(
        [0, 2, 3, 4, 5].map(|at| record.place(at)),
        [(0, 0), (0, 2), (1, 0), (1, 1), (1, 2)]
    );
}

#[test]
fn rendering_underlines_the_place() {
    let text = b"v=spf1 mx +all";
    insta::assert_snapshot!(lint(Spf, text)[0].render(text));
    let text = "v=DMARC1; p=reject; \u{fc}=1; rua=mailto:a@b.example";
    insta::assert_snapshot!(lint(Dmarc, text.as_bytes())[0].render(text.as_bytes()));
    let text = b"version: STSv1\r\nmode: often\r\nmx: a.example\r\nmax_age: 604800\r\n";
    insta::assert_snapshot!(lint(MtaStsPolicy, text)[0].render(text));
}

#[cfg(feature = "serde")]
#[test]
fn findings_are_json() {
    let json = serde_json::to_value(&lint(Spf, b"v=spf1 +all")[0]).unwrap();
    assert_eq!(json["code"], "spf.plus-all");
    assert_eq!(json["level"], "broken");
    assert_eq!(json["span"]["start"], 7);
    assert_eq!(json["edit"]["replace"], "-all");
}

#[test]
fn built_records_are_fine() {
    let rua = postrider_dmarc::Uri::parse(b"mailto:a@b.example").unwrap();
    let logo = "https://a.example/b.svg";
    let built = [
        (Bimi, crate::Bimi::new(logo, None).unwrap().to_string()),
        (Bimi, crate::Bimi::new(logo, Some("https://a.example/b.pem")).unwrap().to_string()),
        (Bimi, crate::Bimi::declined().to_string()),
        (TlsRpt, crate::TlsRpt::new(vec![rua]).unwrap().to_string()),
        (Tlsa, crate::Tlsa::from_spki_sha256([7; 32]).to_string()),
    ];
    for (kind, text) in built {
        assert_eq!(found(kind, &text), [""; 0], "{text}");
    }
}

proptest! {
    #[test]
    fn built_sts_is_fine(id in "[a-zA-Z0-9]{1,32}", hosts in proptest::collection::vec("[a-z]{1,8}", 1..4), days in 1..365_u64) {
        let mx = hosts.iter().map(|h| postrider_core::DomainName::parse(&format!("{h}.example")).unwrap());
        let age = std::time::Duration::from_secs(days * 86_400);
        let sts = crate::MtaSts::new(crate::StsMode::Enforce, mx.collect(), age, &id).unwrap();
        prop_assert_eq!(found(MtaStsTxt, &sts.txt()), [""; 0]);
        prop_assert_eq!(found(MtaStsPolicy, &sts.policy_text()), [""; 0]);
    }
}

const ALL_KINDS: [RecordKind; 9] =
    [Spf, Dkim, Dmarc, Mx, MtaStsTxt, MtaStsPolicy, TlsRpt, Bimi, Tlsa];

fn any_text() -> impl Strategy<Value = Vec<u8>> {
    let spf = r"v=spf1( [+~?-]?(all|a|mx|ptr|ip4:192\.0\.2\.[0-9]{1,3}(/[0-9]{1,2})?|ipv4:192\.0\.2\.1|include:[a-z]{1,3}\.example|a:%\{[a-z]\}|redirect=x\.example)){0,6}";
    let dmarc =
        r"v=DMARC1(; ?(p=(none|reject|no)|sp=none|pct=5|t=y|x|rua=(mailto:)?a@b\.example)){0,5}";
    let dkim = r"(v=DKIM1; )?(t=(y|s|y:s); |h=sha1; |k=(rsa|ed25519|x); |s=a; ){0,3}p=[A-Za-z0-9+/]{0,8}=?";
    let sts =
        "(version: STSv1\n|mode: (enforce|testing|x)\n|mx: a.example\n|max_age: [0-9]{1,9}\n){0,5}";
    prop_oneof![
        spf.prop_map(String::into_bytes),
        dmarc.prop_map(String::into_bytes),
        dkim.prop_map(String::into_bytes),
        sts.prop_map(String::into_bytes),
        "v=(STSv1|TLSRPTv1|BIMI1)(; ?(id|rua|l|avp)=[a-z0-9:@./]{0,12}){0,3}"
            .prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..60),
    ]
}

proptest! {
    #[test]
    fn every_edit_helps_and_every_span_fits(text in any_text(), kind in proptest::sample::select(&ALL_KINDS[..])) {
        let before = lint(kind, &text);
        for l in &before {
            prop_assert!(l.span.end <= text.len(), "{l:?}");
            prop_assert!(l.render(&text).lines().count() >= 4);
            let Some(fixed) = l.corrected(&text) else { continue };
            let after = lint(kind, &fixed);
            let count = |all: &[Lint], code| all.iter().filter(|l| l.code == code).count();
            prop_assert!(count(&after, l.code) < count(&before, l.code));
        }
    }

    #[test]
    fn verifier_refuses_what_the_linter_calls_malformed(text in any_text()) {
        let has = |kind, codes: &[Code]| lint(kind, &text).iter().any(|l| codes.contains(&l.code));
        if postrider_spf::is_spf(&text) {
            let refused = postrider_spf::Record::parse(&text).is_err();
            prop_assert_eq!(refused, has(Spf, &[Code::SpfSyntax, Code::SpfMacro]));
        }
        let refused = postrider_dkim::KeyRecord::parse(&text).is_err();
        prop_assert_eq!(refused, has(Dkim, &[Code::DkimSyntax, Code::DkimKeyType]));
    }

    #[test]
    fn what_the_spf_builder_takes_is_not_broken(text in any_text()) {
        if let Some(spf) = std::str::from_utf8(&text).ok().and_then(|t| crate::Spf::parse(t).ok()) {
            let text = spf.to_string();
            prop_assert!(lint(Spf, text.as_bytes()).iter().all(|l| l.level < Level::Broken), "{text}");
        }
    }
}
