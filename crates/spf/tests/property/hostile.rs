//! A DNS in which every name exists and leads on: no record, however written, costs more than the
//! budget.

use crate::evaluation::budget;
use postrider_core::UnixTime;
use postrider_resolver::{
    Answer, Content, Kind, LookupError, Name, Question, Record, Resolver, Txt, block_on,
};
use postrider_spf::whatif::{LIFTED, MAX_CHANGES};
use postrider_spf::{Identity, Limits, Outcome, Sender, Session, Verdict, check, what_if};
use proptest::prelude::*;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

/// Answers everything, with records that ask for more.
#[derive(Debug)]
struct Everywhere {
    /// A name has one of them, by its length.
    records: Vec<String>,
    mx_hosts: usize,
    ptr_names: usize,
    /// Whether host names have addresses; never the client's.
    addresses: bool,
    asked: AtomicUsize,
}

impl Everywhere {
    fn below(name: &Name, count: usize) -> Vec<Name> {
        let hosts = (0..count).map(|i| name.prepend([format!("h{i}").as_str()]));
        hosts.filter_map(Result::ok).collect()
    }

    fn content(&self, question: &Question) -> Content {
        let name = &question.name;
        let records: Vec<Record> = match question.kind {
            Kind::Txt => {
                let record = self.records.iter().cycle().nth(name.to_string().len());
                let text = record.map(String::as_bytes).unwrap_or_default();
                vec![Record::Txt(Txt::from_strings([text]))]
            }
            Kind::Mx => Self::below(name, self.mx_hosts)
                .into_iter()
                .map(|exchange| Record::Mx { preference: 0, exchange })
                .collect(),
            Kind::Ptr => Self::below(name, self.ptr_names).into_iter().map(Record::Ptr).collect(),
            Kind::A if self.addresses => vec![Record::A([198, 51, 100, 1].into())],
            Kind::A | Kind::Aaaa | Kind::Cname | Kind::Ns | Kind::Soa | Kind::Tlsa | _ => vec![],
        };
        if records.is_empty() { Content::NoData } else { Content::Records(records) }
    }
}

impl Resolver for Everywhere {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let content = self.content(&question);
        Ok(Answer::new(question.name, content, 300))
    }
}

fn term() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "include:%{d}",
        "include:x.%{d}",
        "?include:%{l}.%{d2}",
        "include:%{d}.%{d}.%{d}",
        "include:%{s}%{s}%{s}%{s}.example",
        "include:%{i99r.-+,/_=}.%{d1}.example",
        "include:%{p}.example",
        "a",
        "-a:%{h}.%{d}/0",
        "mx",
        "mx:%{o1}.%{d}//0",
        "ptr",
        "ptr:%{d}",
        "exists:%{L}.%{ir}.%{v}.%{D}",
        "exists:%{p2}.%{d}",
        "ip4:198.51.100.7/31",
        "redirect=%{d}",
        "redirect=x.%{d}",
        "exp=%{p}.%{d}",
        "rp=%{c}%{r}%{t}",
        "x=%%%_%-",
    ])
}

fn record() -> impl Strategy<Value = String> {
    // Short ones nest, long ones are wide; the longest have some 40 KB.
    let terms = |n| proptest::collection::vec(term(), n);
    let huge = (terms(20..60), 1..80_usize).prop_map(|(terms, n)| terms.repeat(n));
    prop_oneof![6 => terms(0..6), 3 => terms(6..60), 1 => huge]
        .prop_map(|terms| format!("v=spf1 {}", terms.join(" ")))
}

fn everywhere() -> impl Strategy<Value = Everywhere> {
    let records = proptest::collection::vec(record(), 1..6);
    (records, 0..14_usize, 0..30_usize, any::<bool>()).prop_map(
        |(records, mx_hosts, ptr_names, addresses)| Everywhere {
            records,
            mx_hosts,
            ptr_names,
            addresses,
            asked: AtomicUsize::new(0),
        },
    )
}

fn limits() -> impl Strategy<Value = Limits> {
    let few = (0..15_u8, 0..8_u8, 0..14_u8, 0..14_u8).prop_map(|(terms, void, mx, ptr)| {
        let mut limits = Limits::rfc7208();
        (limits.terms, limits.void) = (terms, void);
        (limits.mx_hosts, limits.ptr_names) = (mx, ptr);
        limits
    });
    prop_oneof![2 => Just(Limits::rfc7208()), 1 => few]
}

/// The local part and the HELO name are the peer's to choose.
fn peer() -> impl Strategy<Value = (String, String)> {
    let local = prop_oneof!["[a-z.%{}+_-]{0,70}", "(a\\.){0,60}", "\\PC{0,20}"];
    (local, "[a-z%{}.\\-]{0,80}")
}

fn run(dns: &Everywhere, peer: &(String, String), client: IpAddr, limits: &Limits) -> Outcome {
    let sender = format!("{}@d.example", peer.0);
    let sender = Sender::parse(sender.as_bytes());
    let session = Session::new(client, peer.1.as_bytes(), sender, &NOW);
    block_on(check(dns, &session, Identity::MailFrom, limits, &mut ())).unwrap()
}

fn client() -> impl Strategy<Value = IpAddr> {
    proptest::sample::select(vec!["192.0.2.66".parse().unwrap(), "2001:db8::1".parse().unwrap()])
}

proptest! {
    // Each is hundreds of look-ups; unoptimised that is slow.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_record_and_no_peer_makes_a_check_cost_more_than_its_budget(
        dns in everywhere(), peer in peer(), client in client(), limits in limits(),
    ) {
        let outcome = run(&dns, &peer, client, &limits);
        let asked = dns.asked.load(Ordering::Relaxed);
        prop_assert!(asked <= budget(&limits), "{asked} of {}", budget(&limits));
        prop_assert!(outcome.counters.terms.used <= limits.terms);
        prop_assert!(outcome.counters.void.used <= limits.void);
        if let Some(explanation) = &outcome.explanation {
            prop_assert!(explanation.as_str().len() <= limits.explanation);
        }
    }

    #[test]
    fn advice_holds_and_has_its_budget_too(
        dns in everywhere(), peer in peer(), client in client(), limits in limits(),
    ) {
        let outcome = run(&dns, &peer, client, &limits);
        dns.asked.store(0, Ordering::Relaxed);
        let sender = format!("{}@d.example", peer.0);
        let sender = Sender::parse(sender.as_bytes());
        let session = Session::new(client, peer.1.as_bytes(), sender, &NOW);
        let what = block_on(what_if(&dns, &session, &outcome, &limits)).unwrap();

        let mut lifted = limits.clone();
        (lifted.terms, lifted.void, lifted.mx_hosts) = (LIFTED, LIFTED, LIFTED);
        let budget = budget(&lifted) + (2 * MAX_CHANGES + 1) * budget(&limits);
        prop_assert!(dns.asked.load(Ordering::Relaxed) <= budget);
        prop_assert!(what.changes.len() <= MAX_CHANGES);
        prop_assert!(outcome.verdict != Verdict::Pass || what.changes.is_empty());
        for change in &what.changes {
            prop_assert!(change.domain.is_at_or_under(&Name::parse("d.example").unwrap()));
        }
        prop_assert!(what.to_string().chars().all(|c| c == '\n' || !c.is_control()));
    }
}
