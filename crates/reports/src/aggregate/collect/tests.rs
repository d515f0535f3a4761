use super::*;
use crate::aggregate::{EvaluatedDisposition, PassFail};
use postrider_core::UnixTime;
use proptest::prelude::*;

fn observation(ip: u32, count: u64, domain: &str) -> Observation {
    let evaluated = Evaluated::new(EvaluatedDisposition::None, PassFail::Fail, PassFail::Fail);
    let domain = DomainName::parse(domain).unwrap();
    let row = Row::new(std::net::Ipv4Addr::from(ip).into(), count, evaluated, domain.clone());
    Observation::new(PolicyPublished::new(domain), row)
}

fn finish(collector: Collector) -> Vec<Aggregate> {
    let text = SafeText::from_static;
    let time = UnixTime::from_secs;
    collector.finish(|_| Metadata::new(text("R"), text("r@r.example"), text("1"), time(0), time(9)))
}

fn messages(reports: &[Aggregate]) -> u64 {
    reports.iter().flat_map(|r| &r.records).map(|r| r.count).sum()
}

#[test]
fn million_sources_stay_within_the_bound_and_none_is_forgotten() {
    let mut collector = Collector::new(1_000);
    for ip in 0..1_000_000 {
        collector.add(observation(ip, 1, "bank.example"));
    }
    assert_eq!(collector.rows(), 1_000);
    let reports = finish(collector);
    assert_eq!(messages(&reports), 1_000);
    let error = reports[0].metadata.errors[0].to_string();
    assert_eq!(error, "999000 further messages found no room for details");
}

#[test]
fn rows_are_kept_to_the_limit_and_not_beyond() {
    for (rows, kept) in [(2, 2), (3, 3), (4, 3)] {
        let mut collector = Collector::new(rows);
        (0..3).for_each(|ip| collector.add(observation(ip, 1, "a.example")));
        assert_eq!(collector.rows(), kept);
    }
}

#[test]
fn policy_without_room_is_counted_as_unreported() {
    let mut collector = Collector::new(1);
    collector.add(observation(1, 1, "a.example"));
    collector.add(observation(1, 5, "b.example"));
    assert_eq!(collector.unreported(), 5);
    assert_eq!(finish(collector).len(), 1);
}

proptest! {
    #[test]
    fn merged_collectors_are_one_collector(list in proptest::collection::vec((0..20_u32, 1..9_u64, 0..3_usize), 0..60), cut in 0..60_usize) {
        let domains = ["a.example", "b.example", "c.example"];
        let mut whole = Collector::default();
        let (mut first, mut second) = (Collector::default(), Collector::default());
        for (n, (ip, count, domain)) in list.into_iter().enumerate() {
            let seen = observation(ip, count, domains[domain]);
            whole.add(seen.clone());
            if n < cut { first.add(seen) } else { second.add(seen) }
        }
        first.merge(second);
        prop_assert_eq!(finish(first), finish(whole));
    }
}
