//! What is written reads as the same, in every container.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use postrider_core::{DomainName, Mailbox, SafeText, UnixTime};
use postrider_dmarc::{Disposition, Mechanism, Mode, Testing};
use postrider_reports::aggregate::{
    Aggregate, AuthResult, Collector, Discovery, DkimAuth, Evaluated, EvaluatedDisposition,
    Metadata, Observation, PassFail, PolicyPublished, Reason, ReasonKind, Row, Scope, SpfAuth,
};
use postrider_reports::failure::{AuthFailure, Delivery, Extent, Failure, FeedbackType, Original};
use postrider_reports::mail::Addressing;
use postrider_reports::tls::{PolicyKind, TlsFailure, TlsPolicy, TlsReport, TlsResult};
use postrider_reports::{Limits, Report, read};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn domain() -> impl Strategy<Value = DomainName> {
    "[a-z]{1,8}\\.example".prop_map(|text| DomainName::parse(&text).unwrap())
}

/// Text that holds what XML, JSON and MIME care about.
fn text() -> impl Strategy<Value = SafeText> {
    "[a-z0-9<>&\"'\\\\;=:é!-]{1,12}( [a-z0-9<>&]{1,12})?".prop_map(|t| SafeText::new(t).unwrap())
}

fn time() -> impl Strategy<Value = UnixTime> {
    (0..4_000_000_000_i64).prop_map(UnixTime::from_secs)
}

fn ip() -> impl Strategy<Value = std::net::IpAddr> {
    prop_oneof![
        any::<u32>().prop_map(|n| std::net::Ipv4Addr::from(n).into()),
        any::<u128>().prop_map(|n| std::net::Ipv6Addr::from(n).into()),
    ]
}

fn metadata() -> impl Strategy<Value = Metadata> {
    let optional = (option::of(text()), vec(text(), 0..3), option::of(text()));
    (text(), text(), text(), time(), time(), optional).prop_map(|(org, email, id, a, b, rest)| {
        let mut meta = Metadata::new(org, email, id, a.min(b), a.max(b));
        (meta.extra_contact, meta.errors, meta.generator) = rest;
        meta
    })
}

fn policy() -> impl Strategy<Value = PolicyPublished> {
    let asked =
        || option::of(select(&[Disposition::None, Disposition::Quarantine, Disposition::Reject]));
    let mode = || option::of(select(&[Mode::Relaxed, Mode::Strict]));
    let rest = (
        option::of(text()),
        option::of(select(&[Testing::On, Testing::Off])),
        option::of(select(&[Discovery::Psl, Discovery::TreeWalk])),
        option::of(0..=100_u8),
    );
    (domain(), asked(), asked(), asked(), mode(), mode(), rest).prop_map(
        |(domain, p, sp, np, adkim, aspf, rest)| {
            let mut policy = PolicyPublished::new(domain);
            (policy.policy, policy.subdomains, policy.nonexistent) = (p, sp, np);
            (policy.dkim_mode, policy.spf_mode) = (adkim, aspf);
            (policy.failure_options, policy.testing, policy.discovery, policy.percent) = rest;
            policy
        },
    )
}

fn results() -> impl Strategy<Value = AuthResult> {
    select(&[
        AuthResult::None,
        AuthResult::Pass,
        AuthResult::Fail,
        AuthResult::SoftFail,
        AuthResult::Policy,
        AuthResult::Neutral,
        AuthResult::TempError,
        AuthResult::PermError,
    ])
}

fn dkim() -> impl Strategy<Value = DkimAuth> {
    (domain(), text(), results(), option::of(text())).prop_map(
        |(domain, selector, result, more)| {
            let mut found = DkimAuth::new(domain, selector, result);
            found.human_result = more;
            found
        },
    )
}

fn spf() -> impl Strategy<Value = SpfAuth> {
    (domain(), results(), option::of(select(&[Scope::MailFrom, Scope::Helo]))).prop_map(
        |(domain, result, scope)| {
            let mut found = SpfAuth::new(domain, result);
            found.scope = scope;
            found
        },
    )
}

fn row() -> impl Strategy<Value = Row> {
    use EvaluatedDisposition as D;
    let pass = || select(&[PassFail::Pass, PassFail::Fail]);
    let done = select(&[D::None, D::Pass, D::Quarantine, D::Reject]);
    let kinds = [ReasonKind::LocalPolicy, ReasonKind::PolicyTestMode, ReasonKind::SampledOut];
    let reason = (select(kinds.to_vec()), text())
        .prop_map(|(kind, comment)| Reason::new(kind).with_comment(comment));
    let evaluated = (done, pass(), pass(), vec(reason, 0..2));
    (
        ip(),
        any::<u64>(),
        evaluated,
        domain(),
        option::of(domain()),
        vec(dkim(), 0..3),
        vec(spf(), 0..2),
    )
        .prop_map(|(ip, count, (done, d, s, reasons), from, sender, dkim, spf)| {
            let mut evaluated = Evaluated::new(done, d, s);
            evaluated.reasons = reasons;
            let mut row = Row::new(ip, count, evaluated, from);
            row.identifiers.envelope_from = sender;
            (row.dkim, row.spf) = (dkim, spf);
            row
        })
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    (metadata(), policy(), vec(row(), 1..5)).prop_map(|(metadata, policy, rows)| {
        let mut collector = Collector::default();
        for row in rows {
            collector.add(Observation::new(policy.clone(), row));
        }
        collector.finish(|_| metadata.clone()).remove(0)
    })
}

fn tls() -> impl Strategy<Value = TlsReport> {
    let count = 0..1_000_000_u64;
    let failure =
        (select(TlsResult::ALL), count.clone(), ip(), text()).prop_map(|(result, n, ip, mx)| {
            let mut failure = TlsFailure::new(result, n);
            (failure.sending_ip, failure.receiving_mx) = (Some(ip), Some(mx));
            failure
        });
    let policy = (select(PolicyKind::ALL), domain(), count, vec(failure, 0..3), vec(text(), 0..3));
    let policy = policy.prop_map(|(kind, domain, fine, failures, strings)| {
        let failed = failures.iter().filter_map(|f| f.sessions).sum();
        let mut policy = TlsPolicy::new(kind, domain, fine, failed);
        (policy.failures, policy.strings) = (failures, strings);
        policy
    });
    (text(), text(), time(), time(), vec(policy, 1..3)).prop_map(|(org, id, a, b, policies)| {
        let mut report = TlsReport::new(org, id, a.min(b), a.max(b));
        report.policies = policies;
        report
    })
}

fn failure() -> impl Strategy<Value = Failure> {
    let original = (select(&[true, false]), "[a-zA-Z\r\n:= _-]{0,80}");
    let original = original.prop_map(|(is_whole, body)| match is_whole {
        true => Original::new(Extent::Whole, format!("Subject: x\r\n\r\nb{body}").into_bytes()),
        false => Original::new(Extent::Header, b"Subject: x\r\n".to_vec()),
    });
    let lists = (vec(text(), 0..3), vec(text(), 0..3), option::of(text()));
    let aligned = select(vec![vec![], vec![Mechanism::Spf], vec![Mechanism::Spf, Mechanism::Dkim]]);
    (domain(), ip(), option::of(text()), lists, aligned, original, text()).prop_map(
        |(domain, ip, agent, (rcpt_to, results, sender), aligned, original, other)| {
            let mut report = Failure::dmarc(domain, ip);
            report.user_agent = agent;
            (report.rcpt_to, report.authentication_results) = (rcpt_to, results);
            report.mail_from = sender;
            report.aligned = Some(aligned);
            (report.feedback, report.auth_failure) =
                (FeedbackType::AuthFailure, Some(AuthFailure::Dmarc));
            report.delivery = Some(Delivery::Reject);
            report.other = vec![(SafeText::from_static("X-Other"), other)];
            report.original = Some(original);
            report
        },
    )
}

fn addressing() -> Addressing {
    let mailbox = |text: &[u8]| Mailbox::parse(text).unwrap();
    let submitter = DomainName::parse("rcpt.example").unwrap();
    let (from, to) = (mailbox(b"dmarc@rcpt.example"), mailbox(b"reports@bank.example"));
    Addressing::new(from, to, submitter, UnixTime::from_secs(1_795_508_500))
}

fn again(octets: &[u8]) -> Report {
    let reading = read(octets, &Limits::DEFAULT).unwrap();
    assert_eq!(reading.notes, [], "our own writing deviates");
    reading.report
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn aggregate_report_reads_as_it_was_written(report in aggregate()) {
        let wanted = Report::Aggregate(Box::new(report.clone()));
        prop_assert_eq!(&again(report.to_xml().as_bytes()), &wanted);
        prop_assert_eq!(&again(&report.to_gzip()), &wanted);
        prop_assert_eq!(&again(&report.to_mail(&addressing())), &wanted);
    }

    #[test]
    fn tls_report_reads_as_it_was_written(report in tls()) {
        let wanted = Report::Tls(Box::new(report.clone()));
        prop_assert_eq!(&again(report.to_json().as_bytes()), &wanted);
        prop_assert_eq!(&again(&report.to_mail(&addressing())), &wanted);
    }

    #[test]
    fn failure_report_reads_as_it_was_written(report in failure()) {
        let mail = report.to_mail(&addressing(), "20261124.1");
        prop_assert_eq!(again(&mail), Report::Failure(Box::new(report)));
    }

    #[test]
    fn lines_of_mail_are_short_and_whole(report in aggregate()) {
        let mail = report.to_mail(&addressing());
        for line in mail.split(|&b| b == b'\n') {
            prop_assert!(line.len() <= 998);
            prop_assert!(line.is_empty() || line.ends_with(b"\r"));
        }
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in vec(any::<u8>(), 0..400)) {
        let _ = read(&octets, &Limits::DEFAULT);
    }
}

#[test]
fn file_name_is_that_of_rfc_9990() {
    let text = SafeText::from_static;
    let time = UnixTime::from_secs;
    let policy = PolicyPublished::new(DomainName::parse("example.com").unwrap());
    let evaluated = Evaluated::new(EvaluatedDisposition::None, PassFail::Fail, PassFail::Fail);
    let row = Row::new([192, 0, 2, 1].into(), 1, evaluated, policy.domain.clone());
    let mut collector = Collector::default();
    collector.add(Observation::new(policy, row));
    let report = collector
        .finish(|_| {
            Metadata::new(
                text("R"),
                text("r@r.example"),
                text("a/7"),
                time(1_013_662_812),
                time(1_013_749_130),
            )
        })
        .remove(0);
    let receiver = DomainName::parse("mail.receiver.example").unwrap();
    let wanted = "mail.receiver.example!example.com!1013662812!1013749130!a7.xml.gz";
    assert_eq!(report.file_name(&receiver), wanted);
}
