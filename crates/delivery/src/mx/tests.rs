use super::*;
use postrider_resolver::{ZoneResolver, block_on};

fn zone(text: &str) -> ZoneResolver {
    ZoneResolver::parse(text).unwrap()
}

fn name(text: &str) -> DomainName {
    text.parse().unwrap()
}

fn find_with(text: &str, policy: &Policy) -> Resolution {
    let domain = name("d.example");
    block_on(resolve(&zone(text), &domain, policy, &Random::new(1))).unwrap()
}

fn find(text: &str) -> Resolution {
    find_with(text, &Policy::default())
}

fn names(resolution: &Resolution) -> Vec<String> {
    let targets = resolution.result.as_ref().unwrap();
    targets.iter().map(|t| t.name().to_string()).collect()
}

#[test]
fn lower_preference_comes_first_and_equals_are_shuffled() {
    let text = "d.example. IN MX 20 c.example.\nd.example. IN MX 10 a.example.\n\
                d.example. IN MX 10 b.example.\na.example. IN A 198.51.100.1\n\
                b.example. IN A 198.51.100.2\nc.example. IN A 198.51.100.3";
    let zone = zone(text);
    let mut firsts = HashSet::new();
    for seed in 0..20 {
        let found =
            resolve(&zone, &name("d.example"), &Policy::default(), &Random::new(seed)).await_now();
        let names = names(&found);
        assert_eq!(names[2], "c.example");
        firsts.insert(names[0].clone());
    }
    assert_eq!(firsts.len(), 2, "both of the equals come first at times");
}

trait AwaitNow: Future + Sized {
    fn await_now(self) -> Self::Output {
        block_on(self).unwrap()
    }
}

impl<F: Future> AwaitNow for F {}

#[test]
fn null_mx_is_final() {
    let found = find("d.example. IN MX 0 .\nd.example. IN A 198.51.100.1");
    let why = found.result.unwrap_err();
    assert_eq!((why.status(), why.is_permanent()), ("5.1.10", true));
    assert_eq!(found.asked.len(), 1, "nothing else is asked");
}

#[test]
fn null_mx_beside_others_is_dropped() {
    let found =
        find("d.example. IN MX 0 .\nd.example. IN MX 10 a.example.\na.example. IN A 198.51.100.1");
    assert_eq!(names(&found), ["a.example"]);
    assert_eq!(found.notes, [Note::BadTarget(Name::root())]);
}

#[test]
fn a_target_that_is_an_address_is_dropped() {
    let found = find("d.example. IN MX 10 198.51.100.1.");
    assert_eq!(found.result, Err(Unroutable::NoUsableHost));
    assert_eq!(found.notes[0].code(), "mx-bad-target");
    assert_eq!(Unroutable::NoUsableHost.status(), "5.4.4");
}

#[test]
fn a_target_that_is_an_alias_is_followed_and_noted() {
    let found = find(
        "d.example. IN MX 10 a.example.\na.example. IN CNAME b.example.\nb.example. IN A 198.51.100.1",
    );
    assert_eq!(names(&found), ["a.example"]);
    assert_eq!(found.notes[0].code(), "mx-is-alias");
}

#[test]
fn an_alias_that_does_not_end_drops_its_target() {
    let found = find(
        "d.example. IN MX 10 a.example.\na.example. IN CNAME b.example.\nb.example. IN CNAME a.example.\n\
         d.example. IN MX 20 c.example.\nc.example. IN A 198.51.100.1",
    );
    assert_eq!(names(&found), ["c.example"]);
}

#[test]
fn without_mx_the_domain_is_its_own_host() {
    let found = find("d.example. IN A 198.51.100.1");
    assert_eq!(names(&found), ["d.example"]);
    assert_eq!(found.notes, [Note::ImplicitMx]);
}

#[test]
fn a_domain_that_does_not_exist_is_final() {
    let found = find("other.example. IN A 198.51.100.1");
    let why = found.result.unwrap_err();
    assert_eq!((why.status(), why.is_permanent()), ("5.1.2", true));
}

#[test]
fn a_dns_failure_is_never_no_mx() {
    for fault in ["timeout", "servfail"] {
        let found = find(&format!("d.example. IN A 198.51.100.1\n;!{fault} d.example. MX"));
        let why = found.result.unwrap_err();
        assert!(!why.is_permanent(), "{fault}");
        assert_eq!(why.status(), "4.4.3");
    }
}

#[test]
fn an_unknown_address_waits_only_if_no_other_host_is_left() {
    let text =
        "d.example. IN MX 10 a.example.\n;!timeout a.example. A\na.example. IN A 198.51.100.1\n";
    assert!(!find(text).result.unwrap_err().is_permanent());
    let more = format!("{text}d.example. IN MX 20 b.example.\nb.example. IN A 198.51.100.2");
    assert_eq!(names(&find(&more)), ["b.example"]);
}

#[test]
fn only_better_preferences_than_ours_are_kept() {
    let text = "d.example. IN MX 10 a.example.\nd.example. IN MX 20 us.example.\n\
                d.example. IN MX 30 c.example.\na.example. IN A 198.51.100.1\n\
                us.example. IN A 198.51.100.2\nc.example. IN A 198.51.100.3";
    let mut by_name = Policy::default();
    by_name.names.insert(name("us.example"));
    let mut by_address = Policy::default();
    by_address.addresses.insert("198.51.100.2".parse().unwrap());
    for policy in [by_name, by_address] {
        let found = find_with(text, &policy);
        assert_eq!(names(&found), ["a.example"]);
        assert!(found.notes.contains(&Note::WeAreListed { preference: 20 }));
    }
}

#[test]
fn a_domain_whose_best_host_we_are_is_a_loop() {
    let mut policy = Policy::default();
    policy.names.insert(name("us.example"));
    let found = find_with(
        "d.example. IN MX 10 us.example.\nd.example. IN MX 20 a.example.\na.example. IN A 198.51.100.1",
        &policy,
    );
    assert_eq!(found.result, Err(Unroutable::Loop));
    assert_eq!(Unroutable::Loop.status(), "5.4.6");
}

#[test]
fn private_addresses_are_not_followed_unless_the_route_allows() {
    for private in [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.1.1",
        "192.168.1.1",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
    ] {
        let text = format!("d.example. IN MX 10 a.example.\na.example. IN A {private}");
        assert_eq!(find(&text).result, Err(Unroutable::PrivateOnly), "{private}");
        let policy = Policy { reach: Reach::Any, ..Policy::default() };
        assert_eq!(names(&find_with(&text, &policy)), ["a.example"]);
    }
    for private in ["::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"] {
        let text = format!("d.example. IN MX 10 a.example.\na.example. IN AAAA {private}");
        let policy = Policy { families: Families::V6, ..Policy::default() };
        assert_eq!(find_with(&text, &policy).result, Err(Unroutable::PrivateOnly), "{private}");
    }
}

#[test]
fn families_decide_what_is_asked_and_in_which_order() {
    let text = "d.example. IN A 198.51.100.1\nd.example. IN AAAA 2001:db9::1";
    let addresses = |families| {
        let policy = Policy { families, ..Policy::default() };
        let found = find_with(text, &policy).result.unwrap().remove(0);
        found.addresses.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(addresses(Families::V4), ["198.51.100.1"]);
    assert_eq!(addresses(Families::V6), ["2001:db9::1"]);
    assert_eq!(addresses(Families::Both), ["2001:db9::1", "198.51.100.1"]);
}

#[test]
fn hosts_asked_for_are_limited() {
    let mut text = String::new();
    for n in 0..12 {
        text += &format!("d.example. IN MX {n} h{n}.example.\nh{n}.example. IN A 198.51.100.{n}\n");
    }
    assert_eq!(names(&find(&text)).len(), MAX_HOSTS);
}

#[test]
fn literals_are_their_own_host() {
    let of = |ip: &str| literal(ip.parse().unwrap(), &Policy::default()).result;
    assert_eq!(of("198.51.100.1").unwrap()[0].host, None);
    assert_eq!(of("127.0.0.1"), Err(Unroutable::PrivateOnly));
}
