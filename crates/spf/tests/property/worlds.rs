//! Small worlds full of loops, includes, macros, missing names and failures.

use postrider_resolver::zone::FaultKinds;
use postrider_resolver::{Kind, LookupError, Name, Record, Txt, ZoneResolver};
use proptest::prelude::*;
use std::net::IpAddr;

const DOMAINS: [&str; 5] =
    ["d0.example", "d1.example", "a.d0.example", "d2.example", "gone.example"];
const V4: [&str; 3] = ["192.0.2.66", "192.0.2.1", "198.51.100.9"];
const V6: [&str; 2] = ["2001:db8::1", "2001:db8:1::1"];

/// One fact of a world.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Data(Name, Record),
    Failure(Name, FaultKinds, LookupError),
}

pub(crate) fn zone(facts: &[Fact]) -> ZoneResolver {
    let mut zone = ZoneResolver::new();
    for fact in facts.iter().cloned() {
        match fact {
            Fact::Data(name, record) => zone.insert(name, 300, record),
            Fact::Failure(name, kinds, error) => zone.fail(name, kinds, error),
        }
    }
    zone
}

/// Most domains have one record; any may have more, or none.
pub(crate) fn world() -> impl Strategy<Value = Vec<Fact>> {
    let records = DOMAINS
        .iter()
        .filter(|d| **d != "gone.example")
        .map(|domain| {
            let name = Name::parse(domain).unwrap();
            proptest::option::weighted(0.95, spf())
                .prop_map(move |text| text.map(|text| Fact::Data(name.clone(), txt(text))))
        })
        .collect::<Vec<_>>();
    (records, proptest::collection::vec(fact(), 0..16))
        .prop_map(|(records, more)| records.into_iter().flatten().chain(more).collect())
}

fn txt(text: String) -> Record {
    Record::Txt(Txt::from_strings([text.as_bytes()]))
}

pub(crate) fn client() -> impl Strategy<Value = IpAddr> {
    let all = [V4[0], V4[2], V6[0], "::ffff:192.0.2.66"];
    proptest::sample::select(all.to_vec()).prop_map(|text| text.parse().unwrap())
}

pub(crate) fn domain() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(DOMAINS.to_vec())
}

fn name() -> impl Strategy<Value = Name> {
    domain().prop_map(|text| Name::parse(text).unwrap())
}

fn fact() -> impl Strategy<Value = Fact> {
    let v4 = proptest::sample::select(V4.to_vec()).prop_map(|a| Record::A(a.parse().unwrap()));
    let v6 = proptest::sample::select(V6.to_vec()).prop_map(|a| Record::Aaaa(a.parse().unwrap()));
    let mx = name().prop_map(|exchange| Record::Mx { preference: 10, exchange });
    prop_oneof![
        1 => (name(), spf()).prop_map(|(n, text)| Fact::Data(n, txt(text))),
        8 => (name(), v4).prop_map(|(n, r)| Fact::Data(n, r)),
        4 => (name(), v6).prop_map(|(n, r)| Fact::Data(n, r)),
        6 => (name(), mx).prop_map(|(n, r)| Fact::Data(n, r)),
        6 => (client(), name()).prop_map(|(c, n)| Fact::Data(Name::reverse(c), Record::Ptr(n))),
        1 => (name(), name()).prop_map(|(n, to)| Fact::Data(n, Record::Cname(to))),
        1 => failure(),
    ]
}

pub(crate) fn failure() -> impl Strategy<Value = Fact> {
    let kinds = prop_oneof![
        Just(FaultKinds::All),
        Just(FaultKinds::Only(vec![Kind::Txt])),
        Just(FaultKinds::Only(vec![Kind::A])),
        Just(FaultKinds::Only(vec![Kind::Mx])),
    ];
    let errors = vec![LookupError::Timeout, LookupError::ServFail { bogus: false }];
    (name(), kinds, proptest::sample::select(errors)).prop_map(|(n, k, e)| Fact::Failure(n, k, e))
}

/// A record, usually well formed.
pub(crate) fn spf() -> impl Strategy<Value = String> {
    proptest::collection::vec(term(), 0..9).prop_map(|terms| {
        terms.iter().fold("v=spf1".to_owned(), |text, term| format!("{text} {term}"))
    })
}

fn term() -> impl Strategy<Value = String> {
    let qualifier = proptest::sample::select(vec!["", "", "+", "-", "~", "?"]);
    let prefix = proptest::sample::select(vec!["", "", "/24", "//64", "/0//0", "/32"]);
    let argument = prop_oneof![Just(String::new()), spec().prop_map(|s| format!(":{s}"))];
    let host = (argument.clone(), prefix);
    let mechanism = prop_oneof![
        4 => spec().prop_map(|s| format!("include:{s}")),
        2 => host.clone().prop_map(|(a, p)| format!("a{a}{p}")),
        2 => host.prop_map(|(a, p)| format!("mx{a}{p}")),
        1 => argument.prop_map(|a| format!("ptr{a}")),
        2 => spec().prop_map(|s| format!("exists:{s}")),
        1 => Just("ip4:198.51.100.0/24".to_owned()),
        1 => Just("ip6:2001:db8::/32".to_owned()),
        1 => Just("all".to_owned()),
    ];
    let noise = proptest::option::weighted(0.1, "[ -~]{0,8}").prop_map(Option::unwrap_or_default);
    prop_oneof![
        12 => (qualifier, mechanism).prop_map(|(q, m)| format!("{q}{m}")),
        1 => spec().prop_map(|s| format!("redirect={s}")),
        1 => spec().prop_map(|s| format!("exp={s}")),
        1 => Just("x-y=%{s}".to_owned()),
        1 => noise,
    ]
}

fn spec() -> impl Strategy<Value = String> {
    let with_macro = vec![
        "%{d}",
        "%{o}",
        "%{d2}",
        "%{l}.%{d}",
        "%{ir}.%{v}.d0.example",
        "%{p}",
        "%{h}",
        "%{S}.example",
        "%{d}.%{d}.%{d}",
        "%%.%{d1r}",
        "%{c}.d0.example",
    ];
    prop_oneof![
        4 => domain().prop_map(str::to_owned),
        2 => proptest::sample::select(with_macro).prop_map(str::to_owned),
    ]
}
