use super::*;
use proptest::prelude::*;

fn parse(text: &str) -> Parsed {
    Record::parse(text.as_bytes()).unwrap()
}

fn codes(text: &str) -> Vec<(&'static str, String)> {
    let warnings = parse(text).warnings;
    warnings.iter().map(|w| (w.problem.code(), w.tag.to_string())).collect()
}

#[test]
fn only_v_first_makes_a_record() {
    for text in [
        "v=DMARC1",
        "v=DMARC1;",
        "v = DMARC1 ;p=none",
        "V=DMARC1;p=none",
        "v=DMARC1;;",
        "v=DMARC1;\t",
    ] {
        assert!(is_dmarc_record(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "v=dmarc1",
        "v=DMARC1 p=none",
        "p=none; v=DMARC1",
        " v=DMARC1",
        "v=DMARC12",
        "vDMARC1",
        "v=DMARC1\n",
    ] {
        assert_eq!(Record::parse(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn every_tag_is_read() {
    let parsed = parse(
        "v=DMARC1; p=Reject ; sp=quarantine; np=none; adkim=s; aspf=S; psd=n; t=y; fo=1:s:d; \
         rua=mailto:a@b.test , https://c.test/x; ruf=mailto:d@e.test",
    );
    assert_eq!(parsed.warnings, []);
    let r = &parsed.record;
    assert_eq!(r.policy, Some(Disposition::Reject));
    assert_eq!(r.subdomains, Some(Disposition::Quarantine));
    assert_eq!(r.nonexistent, Some(Disposition::None));
    assert_eq!((r.dkim_mode, r.spf_mode), (Mode::Strict, Mode::Strict));
    assert_eq!((r.psd, r.testing), (Psd::No, Testing::On));
    assert_eq!(r.failure_options.to_string(), "1:d:s");
    assert_eq!((r.aggregate.len(), r.failure.len()), (2, 1));
}

#[test]
fn removed_and_unknown_tags_are_ignored_with_a_warning() {
    let text = "v=DMARC1; p=none; pct=50; rf=afrf; ri=60; foo=bar; bogus; 1=2";
    assert_eq!(
        codes(text),
        [
            ("removed-tag", "pct".to_owned()),
            ("removed-tag", "rf".to_owned()),
            ("removed-tag", "ri".to_owned()),
            ("unknown-tag", "foo".to_owned()),
            ("no-equals", "bogus".to_owned()),
            ("bad-name", "1".to_owned()),
        ]
    );
    assert_eq!(parse(text).record, Record::new(Disposition::None));
    assert_eq!(parse(text).defect(), None);
    assert_eq!(parse(text).warnings[0].span, Span::new(18, 24));
}

#[test]
fn the_first_of_duplicates_counts() {
    let text = "v=DMARC1; p=none; P=reject; v=DMARC1";
    assert_eq!(parse(text).record.policy, Some(Disposition::None));
    assert_eq!(codes(text), [("duplicate-tag", "p".to_owned()), ("duplicate-tag", "v".to_owned())]);
}

#[test]
fn a_bad_optional_tag_takes_its_default() {
    for tag in ["adkim=x", "aspf=", "psd=maybe", "t=1", "fo=0:1", "fo=d:d", "fo=", "fo=01"] {
        let parsed = parse(&format!("v=DMARC1; p=reject; {tag}"));
        assert_eq!(parsed.record, Record::new(Disposition::Reject), "{tag}");
        assert_eq!(parsed.warnings[0].problem, Problem::BadValue, "{tag}");
        assert_eq!(parsed.defect(), None, "{tag}");
    }
}

#[test]
fn a_bad_policy_tag_is_a_defect() {
    for text in ["v=DMARC1", "v=DMARC1; p=n", "v=DMARC1; p=none; sp=bob", "v=DMARC1; p=none; np="] {
        assert!(parse(text).defect().is_some(), "{text}");
    }
    assert!(parse("v=DMARC1; p=none; sp=reject; np=reject").defect().is_none());
}

#[test]
fn size_limits_of_uris_are_ignored() {
    let parsed = parse(
        "v=DMARC1; p=none; rua=mailto:a@b.test!10m,mailto:c@d.test ! 2 G,bogus,mailto:e@f.test!10p",
    );
    let uris: Vec<_> = parsed.record.aggregate.iter().map(Uri::as_str).collect();
    assert_eq!(uris, ["mailto:a@b.test", "mailto:c@d.test"]);
    let codes: Vec<_> = parsed.warnings.iter().map(|w| w.problem.code()).collect();
    assert_eq!(codes, ["size-limit", "size-limit", "bad-uri", "bad-uri"]);
}

#[test]
fn tags_and_uris_are_limited() {
    for (n, ok) in [(63, true), (64, true), (65, false)] {
        let text = format!("v=DMARC1; p=none{}", "; ".repeat(n - 1));
        assert_eq!(parse(&text).warnings.is_empty(), ok, "{n}");
    }
    for (n, ok) in [(31, true), (32, true), (33, false)] {
        let parsed = parse(&format!("v=DMARC1; p=none; rua={}", vec!["a:b"; n].join(",")));
        assert_eq!(parsed.warnings.is_empty(), ok, "{n}");
        assert_eq!(parsed.record.aggregate.len(), n.min(32));
    }
}

fn uri() -> impl Strategy<Value = Uri> {
    "[a-z]{1,6}:[a-z@./%20]{1,20}".prop_filter_map("a URI", |t| Uri::parse(t.as_bytes()).ok())
}

fn policy() -> impl Strategy<Value = Option<Disposition>> {
    proptest::option::of(prop_oneof![
        Just(Disposition::None),
        Just(Disposition::Quarantine),
        Just(Disposition::Reject)
    ])
}

prop_compose! {
    fn record()(
        policy in policy(),
        subdomains in policy(),
        nonexistent in policy(),
        strict: (bool, bool),
        psd in prop_oneof![Just(Psd::Yes), Just(Psd::No), Just(Psd::Unsaid)],
        flags: (bool, bool, bool, bool),
        aggregate in proptest::collection::vec(uri(), 0..3),
        failure in proptest::collection::vec(uri(), 0..3),
    ) -> Record {
        let mode = |s| if s { Mode::Strict } else { Mode::Relaxed };
        let (t, any, dkim, spf) = flags;
        Record {
            policy, subdomains, nonexistent, psd, aggregate, failure,
            dkim_mode: mode(strict.0),
            spf_mode: mode(strict.1),
            testing: if t { Testing::On } else { Testing::Off },
            failure_options: FailureOptions {
                when: if any { FailureWhen::Any } else { FailureWhen::All },
                dkim,
                spf,
            },
        }
    }
}

proptest! {
    #[test]
    fn parse_after_write_is_identity(record in record()) {
        prop_assert_eq!(parse(&record.to_string()).record, record);
    }

    #[test]
    fn octets_never_panic(rest in proptest::collection::vec(any::<u8>(), 0..80)) {
        let parsed = Record::parse(&[b"v=DMARC1;", rest.as_slice()].concat()).unwrap();
        let again = parse(&parsed.record.to_string());
        prop_assert_eq!(again.record, parsed.record);
        for warning in &parsed.warnings {
            prop_assert!(warning.span.end <= rest.len() + 9);
        }
    }
}
