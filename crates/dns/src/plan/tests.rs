use super::*;
use crate::dkim::DkimKey;
use crate::mx::Mx;
use crate::render::Style;
use crate::test_keys::{ED25519, RSA_2048, RSA_4096};
use postrider_dkim::KeyRecord;
use postrider_resolver::{Kind, Question, ZoneResolver};

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn key(selector: &str, text: &str) -> DkimKey {
    let record = KeyRecord::parse(text.as_bytes()).unwrap();
    DkimKey::new(Selector::parse(selector).unwrap(), record).unwrap()
}

pub(crate) fn setup() -> SetUp {
    let mut setup = SetUp::new(domain("example.org"), domain("mx.example.org"));
    setup.addresses = vec!["198.51.100.7".parse().unwrap(), "2001:db8::7".parse().unwrap()];
    setup.keys = vec![
        key("r1", &format!("v=DKIM1; k=rsa; p={RSA_2048}")),
        key("e1", &format!("v=DKIM1; k=ed25519; p={ED25519}")),
    ];
    setup
}

#[test]
fn plan_of_one_server() {
    let plan = ZonePlan::for_setup(&setup()).unwrap();
    insta::assert_snapshot!("bind", plan.zone_text(Style::Bind));
    insta::assert_snapshot!("panel", plan.zone_text(Style::Panel));
}

#[cfg(feature = "serde")]
#[test]
fn plan_as_json() {
    let plan = ZonePlan::for_setup(&setup()).unwrap();
    insta::assert_snapshot!("json", serde_json::to_string_pretty(&plan).unwrap());
}

#[test]
fn zone_text_answers_as_the_plan_says() {
    let mut setup = setup();
    setup.keys.push(key("r2", &format!("p={RSA_4096}")));
    setup.mx = setup.mx.and(20, domain("backup.example.net")).unwrap();
    setup.spf_includes = vec![domain("spf.example.net")];
    let plan = ZonePlan::for_setup(&setup).unwrap();
    let text = plan.zone_text(Style::Bind);
    let zone = ZoneResolver::parse(&text).unwrap_or_else(|e| panic!("{e}\n{text}"));
    assert_eq!(zone.records().count(), plan.records.len());
    for planned in &plan.records {
        let question = Question::new(planned.name.clone(), planned.record.kind());
        let answer = zone.answer(&question).unwrap();
        assert!(answer.records().contains(&planned.record), "{question}");
        assert_eq!(answer.ttl, planned.ttl);
    }
}

#[test]
fn domain_that_takes_and_sends_no_mail() {
    let mut setup = SetUp::new(domain("example.org"), domain("mx.example.net"));
    setup.mx = Mx::null();
    let plan = ZonePlan::for_setup(&setup).unwrap();
    let shown: Vec<String> = plan.records.iter().map(|p| p.record.to_string()).collect();
    assert_eq!(shown[..2], ["0 .", "\"v=spf1 -all\""]);
}

#[test]
fn records_of_other_zones_are_asked_for() {
    let mut setup = setup();
    setup.host = domain("mx.example.net");
    let plan = ZonePlan::for_setup(&setup).unwrap();
    let asked: Vec<String> = plan
        .asks
        .iter()
        .map(|ask| format!("{} {}", ask.planned.name, ask.planned.record.kind()))
        .collect();
    assert_eq!(asked[..3], ["mx.example.net A", "mx.example.net AAAA", "mx.example.net TXT"]);
    assert_eq!(asked[3], "7.100.51.198.in-addr.arpa PTR");
    assert!(plan.records.iter().all(|p| p.record.kind() != Kind::A));
}

#[test]
fn egress_differs_from_where_the_server_is_reached() {
    let mut setup = setup();
    setup.egress = Some(vec!["203.0.113.9".parse().unwrap()]);
    let plan = ZonePlan::for_setup(&setup).unwrap();
    let spf = plan.records.iter().find(|p| p.purpose == Purpose::Spf);
    let text = spf.unwrap().record.to_string();
    assert_eq!(text, "\"v=spf1 ip4:203.0.113.9 -all\"");
    assert_eq!(plan.asks.len(), 1);
}

#[test]
fn what_others_would_refuse_is_no_plan() {
    let mut twice = setup();
    twice.keys.push(key("r1", &format!("k=ed25519; p={ED25519}")));
    let refused = ZonePlan::for_setup(&twice).unwrap_err();
    assert_eq!(refused.to_string(), "selector r1 is used twice");

    let mut many = setup();
    many.spf_includes = (0..11).map(|i| domain(&format!("i{i}.example"))).collect();
    assert!(matches!(
        ZonePlan::for_setup(&many),
        Err(PlanError::Spf { why: SpfRefusal::Lookups(11), .. })
    ));

    let label = "a".repeat(61);
    let mut long = setup();
    long.domain = domain(&format!("{label}.{label}.{label}.{}", "b".repeat(60)));
    assert!(matches!(
        ZonePlan::for_setup(&long),
        Err(PlanError::Name { what: Purpose::DkimKey, .. })
    ));
}

/// Everything that a plan can hold.
fn rich() -> SetUp {
    use crate::{Bimi, MtaSts, StsMode, TlsRpt, Tlsa};
    let mut setup = setup();
    setup.keys.push(key("r2", &format!("p={RSA_4096}")));
    setup.tlsa = vec![Tlsa::from_spki_sha256([7; 32])];
    let week = std::time::Duration::from_secs(7 * 86_400);
    setup.sts =
        Some(MtaSts::new(StsMode::Enforce, vec![domain("mx.example.org")], week, "1").unwrap());
    setup.tls_reports = TlsRpt::to_postmaster(&setup.domain);
    setup.bimi = Some(Bimi::new("https://example.org/logo.svg", None).unwrap());
    setup
}

#[test]
fn planned_records_have_no_finding_above_a_note() {
    use crate::lint::{RecordKind, lint};
    let plans = [
        ZonePlan::for_setup(&rich()).unwrap(),
        ZonePlan::without_mail(&domain("example.org")).unwrap(),
    ];
    let mut linted = 0;
    for planned in plans.iter().flat_map(|p| &p.records) {
        let kind = match planned.purpose {
            Purpose::Spf | Purpose::HeloSpf => RecordKind::Spf,
            Purpose::DkimKey => RecordKind::Dkim,
            Purpose::Dmarc => RecordKind::Dmarc,
            Purpose::MailExchange => RecordKind::Mx,
            Purpose::Dane => RecordKind::Tlsa,
            Purpose::MtaSts => RecordKind::MtaStsTxt,
            Purpose::TlsReports => RecordKind::TlsRpt,
            Purpose::Logo => RecordKind::Bimi,
            Purpose::Address | Purpose::Reverse => continue,
        };
        let text = match crate::render::text_of(&planned.record) {
            Some(txt) => txt.joined(),
            None => planned.record.to_string().into_bytes(),
        };
        let bad: Vec<_> =
            lint(kind, &text).into_iter().filter(|l| l.level > crate::Level::Note).collect();
        assert!(bad.is_empty(), "{}: {bad:?}", planned.name);
        linted += 1;
    }
    assert_eq!(linted, 15);
}

#[test]
fn domain_without_mail_says_so_four_times() {
    let plan = ZonePlan::without_mail(&domain("example.org")).unwrap();
    insta::assert_snapshot!(plan.nsupdate(), @r#"
    zone example.org.
    update add example.org. 86400 MX 0 .
    update add example.org. 86400 TXT "v=spf1 -all"
    update add *._domainkey.example.org. 86400 TXT "v=DKIM1; p="
    update add _dmarc.example.org. 86400 TXT "v=DMARC1; p=reject"
    send
    "#);
}
