//! Evaluation ends, stays in its budget, and explains itself, whatever the world.

use crate::worlds::{Fact, client, domain, failure, world, zone};
use postrider_core::UnixTime;
use postrider_resolver::{
    Name, Record as Data, RecordingResolver, Resolver, Txt, ZoneResolver, block_on,
};
use postrider_spf::{
    Event, Identity, Limits, Outcome, Sender, Session, Step, Trace, Verdict, check, what_if,
};
use proptest::prelude::*;
use std::net::IpAddr;

const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

fn run<T: Trace>(zone: &impl Resolver, client: IpAddr, sender: &str, trace: &mut T) -> Outcome {
    let session = Session::new(client, b"a.d0.example", Sender::parse(sender.as_bytes()), &NOW);
    block_on(check(zone, &session, Identity::MailFrom, &Limits::rfc7208(), trace)).unwrap()
}

fn traced(zone: &ZoneResolver, client: IpAddr, sender: &str) -> (Outcome, Vec<Step>) {
    let mut steps = Vec::new();
    let outcome = run(zone, client, sender, &mut steps);
    (outcome, steps)
}

/// Most questions that one check may ask: its record; ten terms with one question each, every one an
/// `mx` with ten hosts; the reverse names with their addresses; the explanation.
pub(crate) fn budget(limits: &Limits) -> usize {
    let of = usize::from;
    1 + of(limits.terms) * (1 + of(limits.mx_hosts)) + (1 + of(limits.ptr_names)) + 1
}

/// The world of `facts` with the record of one name replaced.
fn changed(facts: &[Fact], name: &Name, record: &str) -> Vec<Fact> {
    let mut facts = facts.to_vec();
    facts.retain(|f| !matches!(f, Fact::Data(n, Data::Txt(_)) if n == name));
    let text = Data::Txt(Txt::from_strings([record.as_bytes()]));
    facts.push(Fact::Data(name.clone(), text));
    facts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn after_the_advised_changes_the_client_passes(
        facts in world(), client in client(), domain in domain(),
    ) {
        // An alias would lead past the changed record, and only DNS knows where.
        let mut facts = facts;
        facts.retain(|f| !matches!(f, Fact::Data(_, Data::Cname(_))));
        let before = zone(&facts);
        let outcome = run(&before, client, domain, &mut ());
        let sender = Sender::parse(domain.as_bytes());
        let session = Session::new(client, b"a.d0.example", sender, &NOW);
        let limits = Limits::rfc7208();
        let what = block_on(what_if(&before, &session, &outcome, &limits)).unwrap();
        for change in &what.changes {
            facts = changed(&facts, &change.domain, change.record.as_str());
        }
        let after = run(&zone(&facts), client, domain, &mut ());
        prop_assert!(what.changes.is_empty() || after.verdict == Verdict::Pass, "{}", what);
    }

    #[test]
    fn a_check_ends_within_its_budget_and_is_consistent(
        facts in world(), client in client(), domain in domain(), local in "[a-z.%@\\-\u{e9}]{0,6}",
    ) {
        let (outcome, steps) = traced(&zone(&facts), client, &format!("{local}@{domain}"));
        let limits = Limits::rfc7208();
        let asked = steps.iter().filter(|s| matches!(s.event, Event::Asked { .. })).count();
        prop_assert!(asked <= budget(&limits), "{asked} questions");
        let counters = outcome.counters;
        prop_assert!(counters.terms.used <= limits.terms && counters.void.used <= limits.void);
        prop_assert_eq!(outcome.verdict, outcome.why.verdict());
        prop_assert!(outcome.explanation.is_none() || outcome.verdict == Verdict::Fail);
        let decided = matches!(outcome.verdict, Verdict::Pass | Verdict::Fail | Verdict::SoftFail);
        prop_assert!(!decided || outcome.matched().is_some());
    }

    #[test]
    fn what_people_read_is_one_line_of_ascii(facts in world(), client in client(), domain in domain()) {
        let (outcome, steps) = traced(&zone(&facts), client, domain);
        let line = outcome.why.to_string();
        prop_assert!(line.bytes().all(|b| matches!(b, 0x20..=0x7e)), "{line}");
        let story = outcome.story(&steps).to_string();
        prop_assert!(story.chars().all(|c| c == '\n' || !c.is_control()), "{story}");
    }

    #[test]
    fn tracing_changes_nothing(facts in world(), client in client(), domain in domain()) {
        let zone = zone(&facts);
        prop_assert_eq!(run(&zone, client, domain, &mut ()), traced(&zone, client, domain).0);
    }

    #[test]
    fn a_recorded_check_replays(facts in world(), client in client(), domain in domain()) {
        let recorder = RecordingResolver::new(zone(&facts));
        let live = run(&recorder, client, domain, &mut ());
        let replayed = run(&recorder.to_zone(), client, domain, &mut ());
        prop_assert_eq!(live, replayed);
    }

    #[test]
    fn a_failure_of_dns_never_makes_a_pass(
        facts in world(), more in failure(), client in client(), domain in domain(),
    ) {
        // RFC 7208 §5.5 and §7.3 let failed reverse look-ups count as no name.
        let reverse = |f: &Fact| match f {
            Fact::Data(_, record) => record.to_string().contains("ptr") || record.to_string().contains("%{p}"),
            Fact::Failure(..) => false,
        };
        let mut facts = facts;
        facts.retain(|f| !reverse(f));
        let before = run(&zone(&facts), client, domain, &mut ());
        facts.push(more);
        let after = run(&zone(&facts), client, domain, &mut ());
        prop_assert!(after.verdict != Verdict::Pass || before.verdict == Verdict::Pass);
    }
}
