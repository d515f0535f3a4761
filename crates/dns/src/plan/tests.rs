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
