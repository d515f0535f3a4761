//! Each code with a zone that has the fault and the nearest that has not; the advice is executed.

use super::*;
use crate::test_keys::{ED25519, RSA_1024, RSA_2048};
use crate::{DkimKey, Dmarc, MtaSts, Mx, StsMode, Tlsa};
use postrider_core::DomainName;
use postrider_dkim::{KeyRecord, Selector};
use postrider_dmarc::Disposition;
use postrider_resolver::{FaultKinds, ZoneResolver, block_on};
use std::collections::BTreeMap;
use std::time::Duration;

const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn key(selector: &str, kind: &str, data: &str) -> DkimKey {
    let record = KeyRecord::parse(format!("v=DKIM1; k={kind}; p={data}").as_bytes()).unwrap();
    DkimKey::new(Selector::parse(selector).unwrap(), record).unwrap()
}

fn setup() -> SetUp {
    let mut setup = SetUp::new(domain("example.org"), domain("mx.example.org"));
    setup.addresses = vec!["198.51.100.7".parse().unwrap(), "2001:db8::7".parse().unwrap()];
    setup.keys = vec![key("r1", "rsa", RSA_2048)];
    setup.dmarc = Dmarc::builder(Disposition::Reject)
        .rua(postrider_dmarc::Uri::parse(b"mailto:d@example.org").unwrap())
        .build()
        .unwrap();
    setup.tls_reports = Some(
        crate::TlsRpt::new(vec![postrider_dmarc::Uri::parse(b"mailto:t@example.org").unwrap()])
            .unwrap(),
    );
    setup
}

/// A domain without any fault, line by line; a case replaces or adds lines.
fn fine() -> String {
    format!(
        r#"
example.org. 300 IN TXT "v=spf1 ip4:198.51.100.7 ip6:2001:db8::7 -all"
mx.example.org. 300 IN TXT "v=spf1 a -all"
mx.example.org. 300 IN A 198.51.100.7
mx.example.org. 300 IN AAAA 2001:db8::7
example.org. 300 IN MX 10 mx.example.org.
r1._domainkey.example.org. 300 IN TXT "v=DKIM1; k=rsa; p=" "{}" "{}"
_dmarc.example.org. 300 IN TXT "v=DMARC1; p=reject; rua=mailto:d@example.org"
_smtp._tls.example.org. 300 IN TXT "v=TLSRPTv1; rua=mailto:t@example.org"
7.100.51.198.in-addr.arpa. 300 IN PTR mx.example.org.
7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. 300 IN PTR mx.example.org.
"#,
        RSA_2048.split_at(200).0,
        RSA_2048.split_at(200).1
    )
}

/// The fine domain with every line that contains `without` taken out and lines added.
fn zone(without: &str, with: &str) -> ZoneResolver {
    let text = fine();
    let kept = text.lines().filter(|l| without.is_empty() || !l.contains(without));
    let text: String = kept.chain(with.lines()).map(|l| format!("{l}\n")).collect();
    ZoneResolver::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn run(setup: &SetUp, zone: &ZoneResolver) -> Vec<Finding> {
    block_on(audit(setup, zone, NOW)).unwrap()
}

/// Code, how the set-up differs, lines to take out, lines to add.
type Case = (Code, fn(&mut SetUp), &'static str, &'static str);

const SPF: &str = "\"v=spf1 ip4";
const KEY: &str = "r1._domainkey";
const DMARC: &str = "_dmarc.";
const MX: &str = " MX ";
const PTR4: &str = "in-addr.arpa";
const HOST: &str = "mx.example.org. 300 IN A";

const fn same(_: &mut SetUp) {}

fn with_list(setup: &mut SetUp) {
    setup.block_lists = vec![domain("bl.example")];
}

const CASES: &[Case] = &[
    (
        Code::NetListed,
        with_list,
        "",
        "2.0.0.127.bl.example. 300 IN A 127.0.0.2\n7.100.51.198.bl.example. 300 IN A 127.0.0.4",
    ),
    (Code::NetListRefuses, with_list, "", "2.0.0.127.bl.example. 300 IN A 127.255.255.254"),
    (Code::SpfMissing, same, SPF, ""),
    (Code::SpfTwo, same, "", "example.org. 300 IN TXT \"v=spf1 mx ~all\""),
    (Code::SpfPlusAll, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx +all\""),
    (Code::SpfNeutralAll, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx ?all\""),
    (Code::SpfTooWide, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx ip4:0.0.0.0/0 -all\""),
    (
        Code::SpfIncludeOpen,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx include:o.example -all\"\no.example. 300 IN TXT \"v=spf1 +all\"",
    ),
    (Code::SpfSelf, same, SPF, "example.org. 300 IN TXT \"v=spf1 ip4:192.0.2.1 ~all\""),
    (Code::SpfSmarthost, |s| s.relays = vec!["192.0.2.99".parse().unwrap()], "", ""),
    (Code::SpfSyntax, same, SPF, "example.org. 300 IN TXT \"v=spf1 ipv4:198.51.100.7 mx -all\""),
    (Code::SpfMacro, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx exists:%{q}.a.example -all\""),
    (
        Code::SpfLookups,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 include:i.example mx mx:example.org a:mx.example.org a:mx.example.org/31 -all\"\ni.example. 300 IN TXT \"v=spf1 a:mx.example.org a:mx.example.org/24 a:mx.example.org/25 a:mx.example.org/26 a:mx.example.org/27 a:mx.example.org/28 -all\"",
    ),
    (
        Code::SpfVoid,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx a:x1.example.org a:x2.example.org a:x3.example.org -all\"",
    ),
    (
        Code::SpfIncludeNone,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx include:none.example -all\"\nnone.example. 300 IN TXT \"hello\"",
    ),
    (
        Code::SpfLoop,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx include:l.example -all\"\nl.example. 300 IN TXT \"v=spf1 include:example.org -all\"",
    ),
    (Code::SpfHelo, same, "\"v=spf1 a -all\"", ""),
    (Code::SpfLong, same, SPF, "LONG"),
    (Code::SpfPtr, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx ptr -all\""),
    (Code::SpfAfterAll, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx -all a\""),
    (Code::SpfDuplicate, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx mx -all\""),
    (Code::SpfType99, same, "", "example.org. 300 IN TXT \"spf2.0/pra mx -all\""),
    (
        Code::SpfOverlap,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx ip4:198.51.100.0/24 ip4:198.51.100.9 -all\"",
    ),
    (Code::SpfWrongPlace, same, SPF, "_spf.example.org. 300 IN TXT \"v=spf1 mx -all\""),
    (Code::DkimMissing, same, KEY, ""),
    (Code::DkimMismatch, |s| s.keys = vec![key("r1", "rsa", RSA_1024)], "", ""),
    (Code::DkimTwo, same, "", "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=\""),
    (
        Code::DkimSyntax,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=MIIB\"",
    ),
    (
        Code::DkimKeyType,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=dsa; p=MIIB\"",
    ),
    (
        Code::DkimHashLimit,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; h=sha1; p=\" \"RSA2048\"",
    ),
    (
        Code::DkimService,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; s=other; p=\" \"RSA2048\"",
    ),
    (
        Code::DkimOnlyEd25519,
        |s| s.keys = vec![key("e1", "ed25519", ED25519)],
        "",
        "e1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=ed25519; p=ED25519\"",
    ),
    (
        Code::DkimWeak,
        |s| s.keys.push(key("w1", "rsa", RSA_1024)),
        "",
        "w1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=RSA1024\"",
    ),
    (
        Code::DkimTest,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; t=y; p=\" \"RSA2048\"",
    ),
    (Code::DkimRevoked, same, KEY, "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=\""),
    (Code::DkimUnsigned, |s| s.keys.clear(), "", ""),
    (
        Code::DkimCname,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN CNAME k.example.net.\nk.example.net. 300 IN TXT \"v=DKIM1; k=rsa; p=\" \"RSA2048\"",
    ),
    (Code::DmarcMissing, same, DMARC, ""),
    (Code::DmarcTwo, same, "", "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none\""),
    (
        Code::DmarcSyntax,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=rejected; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcNone,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcSubWeak,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; sp=none; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcTest,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; t=y; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcAlignment,
        |s| s.bounce_domain = Some(domain("bounce.example.net")),
        KEY,
        "bounce.example.net. 300 IN TXT \"v=spf1 ip4:198.51.100.7 ip6:2001:db8::7 -all\"",
    ),
    (Code::DmarcVoidBySpf, same, SPF, "example.org. 300 IN TXT \"v=spf1 +all\""),
    (Code::DmarcOnlyOneLeg, same, KEY, ""),
    (Code::DmarcRuaMissing, same, DMARC, "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject\""),
    (
        Code::DmarcRuaConsent,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; rua=mailto:d@r.example\"\nr.example. 300 IN MX 1 mx.example.org.",
    ),
    (
        Code::DmarcRuaDead,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; rua=mailto:d@dead.example.org\"",
    ),
    (
        Code::DmarcOldTags,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; pct=100; rua=mailto:d@example.org\"",
    ),
    (Code::DmarcWrongPlace, same, "", "example.org. 300 IN TXT \"v=DMARC1; p=reject\""),
    (Code::PtrMissing, same, PTR4, ""),
    (
        Code::PtrUnconfirmed,
        same,
        PTR4,
        "7.100.51.198.in-addr.arpa. 300 IN PTR a.host.example.\na.host.example. 300 IN A 203.0.113.4",
    ),
    (Code::PtrMany, same, "", "7.100.51.198.in-addr.arpa. 300 IN PTR b.example.org."),
    (
        Code::PtrGeneric,
        same,
        PTR4,
        "7.100.51.198.in-addr.arpa. 300 IN PTR 198-51-100-7.dial.example.\n198-51-100-7.dial.example. 300 IN A 198.51.100.7",
    ),
    (
        Code::PtrNotHelo,
        same,
        PTR4,
        "7.100.51.198.in-addr.arpa. 300 IN PTR host.example.\nhost.example. 300 IN A 198.51.100.7",
    ),
    (Code::HeloNotFull, |s| s.host = domain("mx"), "", ""),
    (Code::HeloUnresolved, |s| s.host = domain("mail.example.org"), "", ""),
    (Code::HeloOther, same, HOST, "mx.example.org. 300 IN A 203.0.113.9"),
    (Code::Ipv6Half, same, "ip6.arpa", ""),
    (Code::MxMissing, same, MX, ""),
    (Code::MxNull, same, MX, "example.org. 300 IN MX 0 ."),
    (Code::MxNullMixed, same, "", "example.org. 300 IN MX 0 ."),
    (
        Code::MxCname,
        same,
        MX,
        "example.org. 300 IN MX 10 alias.example.org.\nalias.example.org. 300 IN CNAME mx.example.org.",
    ),
    (Code::MxIp, same, MX, "example.org. 300 IN MX 10 198.51.100.7."),
    (Code::MxNoAddress, same, MX, "example.org. 300 IN MX 10 nowhere.example.org."),
    (
        Code::MxPrivate,
        same,
        MX,
        "example.org. 300 IN MX 10 in.example.org.\nin.example.org. 300 IN A 10.0.0.7",
    ),
    (Code::MxDup, same, "", "example.org. 300 IN MX 20 mx.example.org."),
    (
        Code::MxNotUs,
        same,
        MX,
        "example.org. 300 IN MX 10 far.example.\nfar.example. 300 IN A 203.0.113.5",
    ),
    (Code::MxSingleFamily, same, "IN AAAA", ""),
    (Code::NetSendVsReceive, |s| s.egress = Some(vec!["203.0.113.80".parse().unwrap()]), "", ""),
    (Code::NetResolver, same, MX, ";!timeout example.org. MX"),
    (
        Code::DaneMismatch,
        |s| s.tlsa = vec![Tlsa::from_spki_sha256([1; 32])],
        "",
        "_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 0202020202020202020202020202020202020202020202020202020202020202",
    ),
    (
        Code::DaneUnsigned,
        same,
        "",
        "_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 0202020202020202020202020202020202020202020202020202020202020202",
    ),
    (
        Code::DaneUsage,
        same,
        "",
        "_25._tcp.mx.example.org. 300 IN TLSA 1 1 1 0202020202020202020202020202020202020202020202020202020202020202",
    ),
    (Code::DaneSyntax, same, "", "_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 0202"),
    (Code::StsRecord, same, "", "_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2025-01\""),
    (
        Code::StsTwo,
        same,
        "",
        "_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1\"\n_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2\"",
    ),
    (Code::StsMx, |s| s.sts = Some(sts(StsMode::Enforce, "other.example.org", 8)), "", ""),
    (Code::StsTesting, |s| s.sts = Some(sts(StsMode::Testing, "mx.example.org", 8)), "", ""),
    (Code::StsShort, |s| s.sts = Some(sts(StsMode::Enforce, "mx.example.org", 0)), "", ""),
    (Code::TlsrptMissing, same, "_smtp._tls", ""),
    (
        Code::TlsrptSyntax,
        same,
        "_smtp._tls",
        "_smtp._tls.example.org. 300 IN TXT \"v=TLSRPTv1; rua=t@example.org\"",
    ),
    (
        Code::TlsrptTwo,
        same,
        "",
        "_smtp._tls.example.org. 300 IN TXT \"v=TLSRPTv1; rua=mailto:u@example.org\"",
    ),
    (
        Code::BimiSyntax,
        same,
        "",
        "default._bimi.example.org. 300 IN TXT \"v=BIMI1; l=http://a.example/a.svg\"",
    ),
    (
        Code::BimiTwo,
        same,
        "",
        "default._bimi.example.org. 300 IN TXT \"v=BIMI1; l=\"\ndefault._bimi.example.org. 300 IN TXT \"v=BIMI1; l=; a=\"",
    ),
];

/// Codes that DNS cannot show, because a server would not load such data or our types refuse it;
/// the linter's tests have them.
const LINT_ONLY: &[Code] = &[Code::MxSyntax, Code::StsPolicy];

fn sts(mode: StsMode, mx: &str, days: u64) -> MtaSts {
    MtaSts::new(mode, vec![domain(mx)], Duration::from_secs(days * 86_400), "1").unwrap()
}

fn broken((_, differs, without, with): &Case) -> (SetUp, ZoneResolver) {
    let mut setup = setup();
    differs(&mut setup);
    let strings = RSA_2048.as_bytes().chunks(250).map(|c| String::from_utf8_lossy(c).into_owned());
    let with = with
        .replace("RSA2048", &strings.collect::<Vec<_>>().join("\" \""))
        .replace("RSA1024", RSA_1024)
        .replace("ED25519", ED25519)
        .replace(
            "LONG",
            &format!(
                "example.org. 300 IN TXT \"v=spf1 mx\" \" x={}\" \"{} -all\"",
                "y".repeat(240),
                "z".repeat(240)
            ),
        );
    (setup, zone(without, &with))
}

#[test]
fn fine_domain_has_no_findings_at_all() {
    let found = run(&setup(), &zone("", ""));
    assert!(found.is_empty(), "{}", found.iter().map(ToString::to_string).collect::<String>());
}

#[test]
fn every_code_has_a_zone_that_shows_it() {
    let mut table = BTreeMap::new();
    for case in CASES {
        let (setup, zone) = broken(case);
        let found = run(&setup, &zone);
        let shown: String = found.iter().map(ToString::to_string).collect();
        assert!(found.iter().any(|f| f.code == case.0), "{} is not found:\n{shown}", case.0);
        let why = if case.2.is_empty() && case.3.is_empty() { "set-up" } else { "zone" };
        table.insert(case.0, why);
    }
    println!("{:22} {:8} shown by", "code", "level");
    for code in Code::ALL {
        let by = match table.get(code) {
            Some(by) => format!("audit::tests::CASES, {by}"),
            None if LINT_ONLY.contains(code) => "lint::tests::CASES".to_owned(),
            None => panic!("{code} has no case"),
        };
        println!("{code:22} {:8} {by}; not by fine()", code.level());
    }
}

/// The zone with the steps of one finding taken.
fn mended(zone: &ZoneResolver, finding: &Finding) -> Option<ZoneResolver> {
    let mut records: Vec<(Name, Record)> =
        zone.records().map(|(n, _, r)| (n.clone(), r.clone())).collect();
    let mut steps = 0;
    for fix in &finding.fix {
        match fix {
            Fix::Remove { name, record } => {
                let before = records.len();
                records.retain(|(n, r)| (n, r) != (name, record));
                assert!(records.len() < before, "{fix} is not in the zone");
            }
            Fix::Publish { name, record } | Fix::Ask { name, record, .. } => {
                records.retain(|(n, r)| n != name || r.kind() != Kind::Ptr);
                records.push((name.clone(), record.clone()));
            }
            Fix::Config { .. } | Fix::Run(_) | Fix::Do(_) => return None,
        }
        steps += 1;
    }
    let mut mended = ZoneResolver::new();
    records.into_iter().for_each(|(name, record)| mended.insert(name, 300, record));
    (steps > 0).then_some(mended)
}

#[test]
fn advice_that_is_followed_removes_the_finding() {
    let mut executed = 0;
    for case in CASES.iter().filter(|c| c.0 != Code::NetResolver) {
        let (setup, zone) = broken(case);
        for finding in run(&setup, &zone) {
            let Some(mended) = mended(&zone, &finding) else { continue };
            let count = |found: &[Finding]| found.iter().filter(|f| f.code == finding.code).count();
            let (before, after) = (run(&setup, &zone), run(&setup, &mended));
            assert!(
                count(&after) < count(&before),
                "{}: not removed by its fix:\n{finding}",
                case.0
            );
            executed += 1;
        }
    }
    println!("{executed} fixes were executed");
    assert!(executed > 50);
}

#[test]
fn dns_that_fails_is_never_fine() {
    let mut zone = zone("", "");
    let names: Vec<Name> = zone.records().map(|(n, _, _)| n.clone()).collect();
    let extra = ["_25._tcp.mx", "_mta-sts", "default._bimi"];
    let extra = extra.map(|n| Name::parse(&format!("{n}.example.org")).unwrap());
    for name in names.into_iter().chain(extra) {
        zone.fail(name, FaultKinds::All, LookupError::Timeout);
    }
    let mut setup = setup();
    setup.sts = Some(sts(StsMode::Enforce, "mx.example.org", 8));
    let found = run(&setup, &zone);
    let not_run = |f: &Finding| f.level == Level::NotRun;
    let resolver = found.iter().filter(|f| !not_run(f)).map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(resolver, [Code::NetResolver]);
    assert!(found.iter().filter(|f| not_run(f)).count() > 40);
}

#[test]
fn fine_domain_is_asked_fewer_than_sixty_questions() {
    let recorder = postrider_resolver::RecordingResolver::new(zone("", ""));
    let found = block_on(audit(&setup(), &recorder, NOW)).unwrap();
    assert_eq!(found, []);
    let asked = recorder.lookups().len();
    assert!(asked < 60, "{asked}");
}

/// The domain of a self-hoster, as it was published.
#[test]
fn reference_story_is_told() {
    let text = include_str!("../../tests/reference-story.zone");
    let zone = ZoneResolver::parse(text).unwrap();
    let mut setup = SetUp::new(domain("example.org"), domain("desktop"));
    setup.addresses = vec!["198.51.100.7".parse().unwrap()];
    setup.egress = Some(vec!["203.0.113.80".parse().unwrap()]);
    setup.mx = Mx::to(domain("mail.example.org"));
    let ed25519 = "HXpzd3vZu7DcfUVg4li5K1H2puzMtz9qWzXaKopwpX4=";
    setup.keys = vec![key("202505e", "ed25519", ed25519)];
    let found = run(&setup, &zone);
    let told: String = found.iter().map(|f| format!("{f}\n")).collect();
    insta::assert_snapshot!("reference_story", told);
}

#[cfg(feature = "serde")]
#[test]
fn findings_are_json() {
    let found = run(&setup(), &zone(SPF, "example.org. 300 IN TXT \"v=spf1 mx +all\""));
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json[0]["code"], "spf.plus-all");
    assert_eq!(json[0]["fix"][1]["publish"]["record"], "\"v=spf1 mx -all\"");
    assert_eq!(json[0]["spans"][0]["text"], "v=spf1 mx +all");
}
