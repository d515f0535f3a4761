//! Each code with a zone that has the fault and the nearest that has not; the advice is executed.

mod cases;

use self::cases::{CASES, Case, LINT_ONLY, SPF};
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
            Some(by) => format!("audit::tests::cases, {by}"),
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
