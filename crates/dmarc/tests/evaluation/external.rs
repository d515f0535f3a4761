//! Consent of report targets (RFC 9990 §3).

use crate::common::{Noted, name};
use postrider_dmarc::Uri;
use postrider_dmarc::external::{Consent, ReportKind, report_destinations};
use postrider_resolver::block_on;

fn consents(zone: &Noted, uris: &[&str], kind: ReportKind) -> Vec<Consent> {
    let uris: Vec<Uri> = uris.iter().map(|u| Uri::parse(u.as_bytes()).unwrap()).collect();
    let policy_domain = name("corp.example");
    let asked = report_destinations(zone, &policy_domain, &uris, kind);
    block_on(asked).unwrap().into_iter().map(|d| d.consent).collect()
}

const ZONE: &str = "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=none\"\n\
    *._report._dmarc.any.test. 300 IN TXT \"v=DMARC1\"\n\
    corp.example._report._dmarc.one.test. 300 IN TXT \"v=DMARC1; rua=mailto:x@one.test,mailto:y@two.test\"\n\
    corp.example._report._dmarc.other.test. 300 IN TXT \"hello\"\n\
    ;!timeout corp.example._report._dmarc.slow.test. TXT\n";

#[test]
fn the_own_organization_needs_no_consent() {
    let zone = Noted::new(ZONE);
    let uris = ["mailto:a@corp.example", "mailto:a@reports.corp.example"];
    assert_eq!(consents(&zone, &uris, ReportKind::Aggregate), [Consent::Own, Consent::Own]);
    assert!(!zone.questions().iter().any(|q| q.contains("_report")));
}

#[test]
fn others_must_agree() {
    let zone = Noted::new(ZONE);
    let uris = [
        "mailto:a@any.test",
        "https://other.test/in",
        "mailto:a@silent.test",
        "mailto:a@slow.test",
        "urn:x",
    ];
    let consents = consents(&zone, &uris, ReportKind::Aggregate);
    assert!(matches!(
        consents.as_slice(),
        [
            Consent::Granted,
            Consent::Refused,
            Consent::Refused,
            Consent::Unknown(_),
            Consent::NoDomain
        ]
    ));
}

#[test]
fn a_target_may_redirect_within_its_own_host() {
    let zone = Noted::new(ZONE);
    let redirected = Consent::Redirected(vec![Uri::parse(b"mailto:x@one.test").unwrap()]);
    let uris = ["mailto:a@one.test"];
    assert_eq!(consents(&zone, &uris, ReportKind::Aggregate), [redirected]);
    assert_eq!(consents(&zone, &uris, ReportKind::Failure), [Consent::Granted]);
}

#[test]
fn targets_are_limited_at_10() {
    let zone = Noted::new(ZONE);
    for (n, over) in [(9, 0), (10, 0), (11, 1)] {
        let uris = vec!["mailto:a@any.test"; n];
        let consents = consents(&zone, &uris, ReportKind::Aggregate);
        assert_eq!(consents.iter().filter(|c| **c == Consent::OverLimit).count(), over);
    }
}
