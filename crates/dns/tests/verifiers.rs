//! What a plan publishes, as the verifiers read it: from its zone text to their verdicts.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use postrider_core::{DomainName, UnixTime};
use postrider_dmarc::{DmarcResult, Identifier, Outcome};
use postrider_dns::{Mx, SetUp, Style, ZonePlan};
use postrider_resolver::{Kind, Name, Question, ZoneResolver, block_on};
use postrider_spf::{Identity, Limits, Sender, Session, Verdict};

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn world() -> ZoneResolver {
    let mut setup = SetUp::new(domain("example.org"), domain("mx.example.org"));
    setup.addresses = vec!["198.51.100.7".parse().unwrap(), "2001:db8::7".parse().unwrap()];
    let text = ZonePlan::for_setup(&setup).unwrap().zone_text(Style::Bind);
    ZoneResolver::parse(text).unwrap()
}

fn spf(ip: &str, sender: &str, identity: Identity) -> Verdict {
    let now = UnixTime::from_secs(1_795_508_500);
    let session = Session::new(
        ip.parse().unwrap(),
        b"mx.example.org",
        Sender::parse(sender.as_bytes()),
        &now,
    );
    let limits = Limits::rfc7208();
    block_on(postrider_spf::check(&world(), &session, identity, &limits, &mut ())).unwrap().verdict
}

#[test]
fn server_passes_spf_and_others_fail() {
    for (ip, verdict) in [
        ("198.51.100.7", Verdict::Pass),
        ("2001:db8::7", Verdict::Pass),
        ("198.51.100.8", Verdict::Fail),
        ("2001:db8::8", Verdict::Fail),
    ] {
        assert_eq!(spf(ip, "ann@example.org", Identity::MailFrom), verdict, "{ip}");
        assert_eq!(spf(ip, "", Identity::MailFrom), verdict, "{ip}, null sender");
        assert_eq!(spf(ip, "", Identity::Helo), verdict, "{ip}, EHLO name");
    }
}

#[test]
fn dmarc_finds_the_policy_and_the_domain_aligns() {
    let policy = &postrider_dmarc::Policy::DEFAULT;
    let evaluate = |outcome| {
        let signer = Identifier::dkim(domain("example.org"), outcome);
        let author = domain("example.org");
        block_on(postrider_dmarc::evaluate(&world(), &author, &[signer], policy)).unwrap()
    };
    assert_eq!(evaluate(Outcome::Pass).result, DmarcResult::Pass);
    let failed = evaluate(Outcome::Fail);
    assert_eq!(failed.result, DmarcResult::Fail);
    assert_eq!(failed.policy_domain, Some(domain("example.org")));
}

#[test]
fn null_mx_is_one_record_with_the_root() {
    let mut setup = SetUp::new(domain("example.org"), domain("mx.example.org"));
    setup.mx = Mx::null();
    let plan = ZonePlan::for_setup(&setup).unwrap();
    let zone = ZoneResolver::parse(plan.zone_text(Style::Bind)).unwrap();
    let question = Question::new(Name::parse("example.org").unwrap(), Kind::Mx);
    let shown = zone
        .answer(&question)
        .unwrap()
        .records()
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>();
    assert_eq!(shown, ["0 ."]);
}
