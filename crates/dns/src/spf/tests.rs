use super::*;
use proptest::prelude::*;
use std::net::{Ipv4Addr, Ipv6Addr};

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

fn record(text: &str) -> postrider_spf::Record {
    postrider_spf::Record::parse(text.as_bytes()).unwrap()
}

#[test]
fn builder_writes_terms_in_order_and_the_end_last() {
    let spf = Spf::builder()
        .all(Qualifier::SoftFail)
        .mx()
        .a()
        .a_of(&domain("a.example"))
        .mx_of(&domain("b.example"))
        .network("192.0.2.0/24".parse().unwrap())
        .address("2001:db8::1".parse().unwrap())
        .address("::ffff:192.0.2.7".parse().unwrap())
        .include(&domain("c.example"))
        .mx()
        .build()
        .unwrap();
    assert_eq!(
        spf.to_string(),
        "v=spf1 mx a a:a.example mx:b.example ip4:192.0.2.0/24 ip6:2001:db8::1 ip4:192.0.2.7 \
         include:c.example ~all"
    );
    let redirected = Spf::builder().redirect(&domain("d.example")).build();
    assert_eq!(redirected.unwrap().to_string(), "v=spf1 redirect=d.example");
}

#[test]
fn what_lets_anybody_pass_or_says_nothing_is_refused() {
    let refused = |text| Spf::parse(text).unwrap_err();
    assert_eq!(refused("v=spf1 a +all"), SpfRefusal::PlusAll);
    assert_eq!(refused("v=spf1 a all"), SpfRefusal::PlusAll);
    assert_eq!(refused("v=spf1 a"), SpfRefusal::NoEnd);
    assert_eq!(refused("v=spf1"), SpfRefusal::NoEnd);
    let both = refused("v=spf1 -all redirect=a.example");
    assert_eq!(both, SpfRefusal::RedirectWithAll);
    let behind = refused("v=spf1 -all a:b.example");
    assert_eq!(behind, SpfRefusal::AfterAll("a:b.example".into()));
    assert_eq!(refused("v=spf1 ipv4:192.0.2.1 -all").to_string(), "octet 7: unknown mechanism");
    assert!(Spf::parse("v=spf1 ?all").is_ok());
}

#[test]
fn eleventh_term_that_asks_dns_is_refused() {
    let with = |n: usize| {
        let hosts = (0..n).map(|i| domain(&format!("h{i}.example")));
        let builder = hosts.fold(Spf::builder(), |b, host| b.a_of(&host));
        builder.all(Qualifier::Fail).build()
    };
    assert!(with(9).is_ok() && with(10).is_ok());
    assert_eq!(with(11), Err(SpfRefusal::Lookups(11)));
}

#[test]
fn network_wider_than_a_slash_8_is_refused() {
    for (text, fine) in [
        ("ip4:10.0.0.0/8", true),
        ("ip4:10.0.0.0/7", false),
        ("ip4:0.0.0.0/0", false),
        ("ip6:2001::/16", true),
        ("ip6:2001::/15", false),
        ("a/7", false),
        ("mx//15", false),
        ("a/8//16", true),
    ] {
        let spf = Spf::parse(&format!("v=spf1 {text} -all"));
        match fine {
            true => assert!(spf.is_ok(), "{text}"),
            false => assert_eq!(spf, Err(SpfRefusal::TooWide(text.into()))),
        }
    }
}

#[test]
fn two_records_become_one_with_the_stricter_end() {
    let merged = |texts: &[&str]| {
        let records: Vec<_> = texts.iter().map(|t| record(t)).collect();
        Spf::merge(&records).map(|spf| spf.to_string())
    };
    assert_eq!(
        merged(&["v=spf1 ip4:198.51.100.7 ~all", "v=spf1 include:a.example ip4:198.51.100.7 +all"]),
        Ok("v=spf1 ip4:198.51.100.7 include:a.example ~all".into())
    );
    // The two records of a domain that was found in the wild.
    assert_eq!(
        merged(&["v=spf1 a ra=postmaster +all", "v=spf1 mx ra=postmaster +all"]),
        Ok("v=spf1 a ra=postmaster mx -all".into())
    );
    let redirect = merged(&["v=spf1 -all", "v=spf1 redirect=a.example"]);
    assert_eq!(redirect, Err(SpfRefusal::Redirects));
}

#[test]
fn one_more_address_comes_first() {
    let spf = Spf::parse("v=spf1 include:a.example exp=e.example ~all").unwrap();
    assert_eq!(
        spf.with("198.51.100.7".parse().unwrap()).unwrap().to_string(),
        "v=spf1 ip4:198.51.100.7 include:a.example exp=e.example ~all"
    );
}

proptest! {
    #[test]
    fn parse_of_build_is_the_same(
        v4 in proptest::collection::vec((any::<u32>(), 8..=32_u8), 0..5),
        v6 in proptest::collection::vec((any::<u128>(), 16..=128_u8), 0..5),
        hosts in proptest::collection::vec("[a-z]{1,8}\\.example", 0..4),
        end in prop_oneof![
            Just(Qualifier::Fail), Just(Qualifier::SoftFail), Just(Qualifier::Neutral)
        ],
    ) {
        let mut builder = Spf::builder().all(end);
        for (bits, prefix) in v4 {
            let network = Network::around(Ipv4Addr::from_bits(bits).into(), prefix).unwrap();
            builder = builder.network(network);
        }
        for (bits, prefix) in v6 {
            let network = Network::around(Ipv6Addr::from_bits(bits).into(), prefix).unwrap();
            builder = builder.network(network);
        }
        for host in hosts {
            builder = builder.include(&domain(&host));
        }
        let spf = builder.build().unwrap();
        prop_assert_eq!(Spf::parse(&spf.to_string()), Ok(spf));
    }
}
