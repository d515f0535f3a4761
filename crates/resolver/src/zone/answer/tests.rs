use super::*;
use crate::zone::FaultKinds;
use crate::{Soa, Txt};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn ask(zone: &ZoneResolver, n: &str, kind: Kind) -> Result<Answer, LookupError> {
    zone.answer(&Question::new(name(n), kind))
}

fn txt(text: &str) -> Record {
    Record::Txt(Txt::from_strings([text.as_bytes()]))
}

fn host(octet: u8) -> Record {
    Record::A([192, 0, 2, octet].into())
}

#[test]
fn unknown_name_is_nxdomain_and_unknown_type_nodata() {
    let mut zone = ZoneResolver::new();
    zone.insert(name("mail.example.org"), 60, host(1));
    let content = |n, kind| ask(&zone, n, kind).unwrap().content;
    assert_eq!(content("www.example.org", Kind::A), Content::NxDomain);
    assert_eq!(content("mail.example.org", Kind::Mx), Content::NoData);
    assert_eq!(content("example.org", Kind::A), Content::NoData);
    assert_eq!(content("MAIL.example.ORG.", Kind::A), Content::Records(vec![host(1)]));
    zone.insert_node(name("empty.example"));
    let content = ask(&zone, "empty.example", Kind::Txt).unwrap().content;
    assert_eq!(content, Content::NoData);
}

#[test]
fn failures_concern_the_types_they_name() {
    let mut zone = ZoneResolver::new();
    zone.insert(name("a.example"), 60, host(1));
    zone.fail(name("a.example"), FaultKinds::Only(vec![Kind::Txt]), LookupError::Timeout);
    zone.fail(name("b.example"), FaultKinds::AllBut(vec![Kind::Txt]), LookupError::Refused);
    zone.fail(
        name("c.example"),
        FaultKinds::AllBut(vec![]),
        LookupError::ServFail { bogus: false },
    );
    assert!(ask(&zone, "a.example", Kind::A).is_ok());
    assert_eq!(ask(&zone, "a.example", Kind::Txt), Err(LookupError::Timeout));
    assert_eq!(ask(&zone, "b.example", Kind::A), Err(LookupError::Refused));
    assert!(ask(&zone, "b.example", Kind::Txt).unwrap().is_denial());
    let failed = ask(&zone, "c.example", Kind::Soa);
    assert_eq!(failed, Err(LookupError::ServFail { bogus: false }));
}

#[test]
fn aliases_are_followed_and_named() {
    let mut zone = ZoneResolver::new();
    zone.insert(name("a.example"), 50, Record::Cname(name("b.example")));
    zone.insert(name("b.example"), 40, Record::Cname(name("c.example")));
    zone.insert(name("c.example"), 60, host(1));
    let answer = ask(&zone, "a.example", Kind::A).unwrap();
    assert_eq!(answer.records(), [host(1)]);
    assert_eq!(answer.ttl, 40);
    assert_eq!(answer.canonical, name("c.example"));
    assert_eq!(answer.aliases, [name("a.example"), name("b.example")]);
    let itself = ask(&zone, "a.example", Kind::Cname).unwrap();
    assert_eq!(itself.records(), [Record::Cname(name("b.example"))]);
    zone.insert(name("d.example"), 40, Record::Cname(name("gone.example")));
    let answer = ask(&zone, "d.example", Kind::A).unwrap();
    assert_eq!(answer.content, Content::NxDomain);
    assert_eq!(answer.canonical, name("gone.example"));
}

#[test]
fn alias_that_comes_back_is_a_loop() {
    let mut zone = ZoneResolver::new();
    zone.insert(name("a.example"), 60, Record::Cname(name("b.example")));
    zone.insert(name("b.example"), 60, Record::Cname(name("a.example")));
    zone.insert(name("self.example"), 60, Record::Cname(name("self.example")));
    assert_eq!(ask(&zone, "a.example", Kind::A), Err(LookupError::AliasLoop));
    assert_eq!(ask(&zone, "self.example", Kind::A), Err(LookupError::AliasLoop));
}

#[test]
fn seventeenth_alias_is_too_many() {
    let chain = |aliases: usize| {
        let mut zone = ZoneResolver::new();
        let link = |i: usize| name(&format!("n{i}.example"));
        for i in 0..aliases {
            zone.insert(link(i), 60, Record::Cname(link(i + 1)));
        }
        zone.insert(link(aliases), 60, host(1));
        ask(&zone, "n0.example", Kind::A)
    };
    assert_eq!(chain(MAX_ALIASES - 1).unwrap().aliases.len(), 15);
    assert_eq!(chain(MAX_ALIASES).unwrap().aliases.len(), 16);
    assert_eq!(chain(MAX_ALIASES + 1), Err(LookupError::AliasLoop));
}

/// The zone and the table of RFC 4592 §2.2.1, as far as our types go.
#[test]
fn wildcards_synthesise_below_the_closest_encloser() {
    let mut zone = ZoneResolver::new();
    zone.insert(name("*.example"), 3600, txt("this is a wildcard"));
    zone.insert(
        name("*.example"),
        3600,
        Record::Mx { preference: 10, exchange: name("host1.example") },
    );
    zone.insert(name("sub.*.example"), 3600, txt("this is not a wildcard"));
    zone.insert(name("host1.example"), 3600, host(1));
    zone.insert(name("_ssh._tcp.host1.example"), 3600, txt("srv"));
    let content = |n, kind| ask(&zone, n, kind).unwrap().content;
    assert!(matches!(content("host3.example", Kind::Mx), Content::Records(_)));
    assert_eq!(content("host3.example", Kind::A), Content::NoData);
    assert!(matches!(content("foo.bar.example", Kind::Txt), Content::Records(_)));
    assert_eq!(content("host1.example", Kind::Mx), Content::NoData);
    assert_eq!(content("sub.*.example", Kind::Mx), Content::NoData);
    assert_eq!(content("_telnet._tcp.host1.example", Kind::Txt), Content::NxDomain);
    assert_eq!(content("ghost.*.example", Kind::Mx), Content::NxDomain);
    let synthesised = ask(&zone, "host3.example", Kind::Mx).unwrap();
    assert_eq!(synthesised.canonical, name("host3.example"));
}

#[test]
fn denial_has_the_lesser_of_soa_ttl_and_minimum() {
    let mut zone = ZoneResolver::new();
    assert_eq!(ask(&zone, "x", Kind::A).unwrap().ttl, DEFAULT_NEGATIVE_TTL);
    let soa = |minimum| {
        Record::Soa(Soa {
            primary: name("ns.example"),
            mailbox: name("root.example"),
            serial: 1,
            refresh: 2,
            retry: 3,
            expire: 4,
            minimum,
        })
    };
    zone.insert(name("example"), 100, soa(70));
    zone.insert(name("sub.example"), 50, soa(70));
    assert_eq!(ask(&zone, "x.example", Kind::A).unwrap().ttl, 70);
    assert_eq!(ask(&zone, "x.sub.example", Kind::A).unwrap().ttl, 50);
}

#[test]
fn answer_is_authentic_if_its_whole_chain_is() {
    let mut zone = ZoneResolver::new();
    zone.secure(name("signed.example"));
    zone.trust(name("cut.signed.example"), Trust::Insecure);
    zone.insert(name("a.signed.example"), 60, Record::Cname(name("b.plain.example")));
    zone.insert(name("b.plain.example"), 60, host(1));
    zone.insert(name("c.signed.example"), 60, host(2));
    zone.insert(name("d.cut.signed.example"), 60, host(3));
    let authentic = |n| ask(&zone, n, Kind::A).unwrap().authentic;
    assert!(authentic("c.signed.example"));
    assert!(authentic("gone.signed.example"), "denials too");
    assert!(!authentic("a.signed.example"));
    assert!(!authentic("b.plain.example"));
    assert!(!authentic("d.cut.signed.example"));
}

#[test]
fn absent_names_can_be_unknown_instead() {
    let mut zone = ZoneResolver::new().missing(Missing::Fail(LookupError::Timeout));
    zone.insert(name("a.example"), 60, host(1));
    assert_eq!(ask(&zone, "b.example", Kind::A), Err(LookupError::Timeout));
    assert!(ask(&zone, "a.example", Kind::Txt).unwrap().is_denial());
}

#[test]
fn records_are_a_set_with_the_smallest_ttl() {
    let mut zone = ZoneResolver::new();
    zone.insert(name("a.example"), 60, host(1));
    zone.insert(name("a.example"), 30, host(2));
    zone.insert(name("a.example"), 10, host(1));
    let answer = ask(&zone, "a.example", Kind::A).unwrap();
    assert_eq!(answer.records(), [host(1), host(2)]);
    assert_eq!(answer.ttl, 30);
    assert_eq!(zone.records().count(), 2);
}
