use super::*;
use crate::render::Style;
use crate::setup::SetUp;
use postrider_core::DomainName;
use postrider_resolver::{ZoneResolver, block_on};

fn plan() -> ZonePlan {
    let domain = |text| DomainName::parse(text).unwrap();
    let mut setup = SetUp::new(domain("example.org"), domain("mx.example.org"));
    setup.addresses = vec!["198.51.100.7".parse().unwrap()];
    ZonePlan::for_setup(&setup).unwrap()
}

fn diff(zone: &str) -> Vec<String> {
    let zone = ZoneResolver::parse(zone).unwrap();
    let differences = block_on(plan().diff(&zone)).unwrap();
    differences.iter().map(ToString::to_string).collect()
}

#[test]
fn plan_as_published_is_the_same() {
    let mut zone = plan().zone_text(Style::Bind);
    zone.push_str("7.100.51.198.in-addr.arpa. 60 IN PTR mx.example.org.\n");
    let zone = ZoneResolver::parse(&zone).unwrap();
    let differences = block_on(plan().diff(&zone)).unwrap();
    assert_eq!(differences.len(), 6);
    assert!(differences.iter().all(|d| d.state.is_same()), "{differences:?}");
}

#[test]
fn everything_is_missing_from_an_empty_world() {
    let found = diff("");
    assert_eq!(found.len(), 6);
    assert!(found.iter().all(|line| line.starts_with("missing ")), "{found:?}");
}

#[test]
fn each_record_is_told() {
    let found = diff(
        r#"
$ORIGIN example.org.
@ MX 10 mx
@ MX 20 old
@ TXT "unrelated=1"
@ TXT "V=SPF1  ip4:198.51.100.7 -ALL"
mx A 198.51.100.8
mx TXT "v=spf1 ip4:198.51.100.9 -all"
mx TXT "v=spf1 -all"
;!timeout _dmarc TXT
"#,
    );
    assert_eq!(
        found,
        [
            "differs mx.example.org A 198.51.100.7, published is 198.51.100.8",
            "same example.org MX 10 mx.example.org.",
            "extra example.org MX 20 old.example.org.",
            "same example.org TXT \"v=spf1 ip4:198.51.100.7 -all\"",
            "differs mx.example.org TXT \"v=spf1 ip4:198.51.100.7 -all\", \
             published is \"v=spf1 ip4:198.51.100.9 -all\"",
            "extra mx.example.org TXT \"v=spf1 -all\"",
            "unknown _dmarc.example.org TXT \"v=DMARC1; p=none; rua=mailto:postmaster@example.org\": \
             no answer in time",
            "missing 7.100.51.198.in-addr.arpa PTR mx.example.org.",
        ]
    );
}

#[test]
fn strings_of_a_text_may_be_parted_anywhere() {
    let found = diff(
        "_dmarc.example.org. TXT \"v=DMARC1; p=none; \" \"rua=mailto:postmaster@example.org\"",
    );
    assert!(found.iter().any(|line| line.starts_with("same _dmarc")), "{found:?}");
}
