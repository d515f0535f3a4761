//! Alignment, and what is not known (RFC 9989 §4.10.2, §5.3).

use crate::common::{Noted, dkim, name, spf};
use postrider_core::DomainName;
use postrider_dmarc::{
    Disposition, DmarcResult, Fit, Identifier, Outcome, Policy, SeveralAuthors, Verdict, Why,
    evaluate, evaluate_authors,
};
use postrider_message::{AuthorDomains, HeaderBlock, author_domains};
use postrider_resolver::{Answer, LookupError, Question, Resolver, ZoneResolver, block_on};
use proptest::prelude::*;

const CORP: &str = "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject\"\n";

#[test]
fn relaxed_needs_the_same_organization_and_strict_the_same_domain() {
    let strict = "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject; adkim=s; aspf=s\"\n";
    for (zone, author, domain, result) in [
        (CORP, "corp.example", "corp.example", DmarcResult::Pass),
        (CORP, "corp.example", "mail.corp.example", DmarcResult::Pass),
        (CORP, "a.corp.example", "b.corp.example", DmarcResult::Pass),
        (CORP, "a.corp.example", "corp.example", DmarcResult::Pass),
        (CORP, "corp.example", "notcorp.example", DmarcResult::Fail),
        (CORP, "corp.example", "example", DmarcResult::Fail),
        (strict, "corp.example", "corp.example", DmarcResult::Pass),
        (strict, "corp.example", "mail.corp.example", DmarcResult::Fail),
        (strict, "a.corp.example", "corp.example", DmarcResult::Fail),
    ] {
        for identifier in [spf(domain, Outcome::Pass), dkim(domain, Outcome::Pass)] {
            let v = Noted::new(zone).judge(author, &[identifier]);
            assert_eq!(v.result, result, "{author} {domain}");
        }
    }
}

#[test]
fn the_same_domain_needs_no_walk() {
    let zone = Noted::new(CORP);
    let v = zone.judge("corp.example", &[spf("corp.example", Outcome::Pass)]);
    assert_eq!(v.spf[0].fit, Fit::Same);
    assert_eq!(zone.questions(), ["_dmarc.corp.example TXT"]);
}

#[test]
fn a_domain_out_of_reach_is_not_asked() {
    let zone = Noted::new(&format!("{CORP};!timeout _dmarc.evil.test. TXT\n"));
    let v = zone.judge("corp.example", &[dkim("evil.test", Outcome::Pass)]);
    assert_eq!((v.result, &v.dkim[0].fit), (DmarcResult::Fail, &Fit::Elsewhere));
    assert_eq!(zone.questions(), ["_dmarc.corp.example TXT", "_dmarc.example TXT"]);
    assert_eq!(v.why, Why::NotAligned { authenticated: 1 });
}

#[test]
fn an_organization_below_ours_is_its_own() {
    let zone = Noted::new(&format!(
        "{CORP}_dmarc.dept.corp.example. 300 IN TXT \"v=DMARC1; p=none; psd=n\"\n"
    ));
    let v = zone.judge("corp.example", &[dkim("dept.corp.example", Outcome::Pass)]);
    let organizational = name("dept.corp.example");
    assert_eq!(v.dkim[0].fit, Fit::OtherOrganization { organizational });
    assert_eq!(v.result, DmarcResult::Fail);
}

#[test]
fn one_aligned_pass_is_enough() {
    let zone = Noted::new(CORP);
    let ids = [
        spf("corp.example", Outcome::Fail),
        dkim("evil.test", Outcome::Pass),
        dkim("corp.example", Outcome::Unknown),
        dkim("mail.corp.example", Outcome::Pass),
    ];
    let v = zone.judge("corp.example", &ids);
    assert_eq!(v.result, DmarcResult::Pass);
    assert_eq!(v.applied, None);
    assert_eq!(v.why.to_string(), "dkim domain mail.corp.example is aligned (relaxed)");
}

#[test]
fn an_unknown_identifier_that_would_be_aligned_leaves_it_open() {
    let zone = Noted::new(CORP);
    let v = zone.judge("corp.example", &[spf("corp.example", Outcome::Unknown)]);
    assert_eq!(v.result, DmarcResult::TempError);
    assert_eq!(v.why.code(), "identifier-unknown");
    let v = zone.judge("corp.example", &[spf("evil.test", Outcome::Unknown)]);
    assert_eq!(v.result, DmarcResult::Fail);
}

#[test]
fn a_failure_in_the_walk_of_an_identifier_leaves_it_open() {
    let zone = Noted::new(&format!("{CORP};!servfail _dmarc.mail.corp.example. TXT\n"));
    let id = dkim("mail.corp.example", Outcome::Pass);
    let v = zone.judge("corp.example", std::slice::from_ref(&id));
    assert_eq!(v.result, DmarcResult::TempError);
    let ids = [id, dkim("corp.example", Outcome::Pass)];
    assert_eq!(zone.judge("corp.example", &ids).result, DmarcResult::Pass);
    let failed = dkim("mail.corp.example", Outcome::Fail);
    assert_eq!(zone.judge("corp.example", &[failed]).result, DmarcResult::Fail);
}

#[test]
fn a_failure_while_finding_the_policy_is_temperror() {
    for fault in ["timeout", "servfail", "bogus", "refused", "malformed"] {
        for name in ["_dmarc.a.corp.example.", "_dmarc.corp.example.", "_dmarc.example."] {
            let zone = Noted::new(&format!("{CORP};!{fault} {name} TXT\n"));
            let v = zone.judge("a.corp.example", &[dkim("a.corp.example", Outcome::Pass)]);
            assert_eq!(v.result, DmarcResult::TempError, "{fault} {name}");
            assert_eq!(v.why.code(), "policy-unknown");
            assert_eq!(v.record, None);
        }
    }
}

#[test]
fn unknown_existence_leaves_a_failure_open_and_a_pass_standing() {
    let zone = Noted::new(
        "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject; np=none\"\n\
         ;!timeout a.corp.example. A\n",
    );
    let v = zone.judge("a.corp.example", &[]);
    assert_eq!((v.result, v.why.code()), (DmarcResult::TempError, "existence-unknown"));
    let v = zone.judge("a.corp.example", &[dkim("corp.example", Outcome::Pass)]);
    assert_eq!(v.result, DmarcResult::Pass);
}

#[test]
fn walks_of_identifiers_are_limited() {
    let zone = Noted::new(CORP);
    for (n, over) in [(19, 0), (20, 0), (21, 1)] {
        let ids: Vec<Identifier> =
            (0..n).map(|i| dkim(&format!("d{i}.corp.example"), Outcome::Pass)).collect();
        let v = zone.judge("corp.example", &ids);
        assert_eq!(v.dkim.iter().filter(|a| a.fit == Fit::OverLimit).count(), over);
    }
}

fn authors(from: &str) -> AuthorDomains {
    author_domains(&HeaderBlock::parse(format!("From: {from}\r\n").as_bytes()).0)
}

fn judge_authors(zone: &str, from: &str, how: SeveralAuthors) -> Verdict {
    let zone = ZoneResolver::parse(zone).unwrap();
    let policy = Policy::DEFAULT.with_several_authors(how);
    let ids = [dkim("good.example", Outcome::Pass)];
    block_on(evaluate_authors(&zone, &authors(from), &ids, &policy)).unwrap()
}

#[test]
fn an_unclear_author_is_permerror() {
    for from in ["", "root", "a@[192.0.2.1]", "a@x_y", "nobody:;", "<a@b.example> <c@d.example>"] {
        let v = judge_authors(CORP, from, SeveralAuthors::Strictest);
        assert_eq!((v.result, v.why.code()), (DmarcResult::PermError, "author"), "{from}");
    }
    let one = judge_authors(CORP, "a@corp.example, b@corp.example", SeveralAuthors::Refuse);
    assert_eq!(one.result, DmarcResult::Fail, "two mailboxes of one domain are one author");
}

#[test]
fn several_authors_are_refused_or_the_strictest_counts() {
    let zone = "_dmarc.good.example. 300 IN TXT \"v=DMARC1; p=reject\"\n\
                _dmarc.soft.example. 300 IN TXT \"v=DMARC1; p=quarantine\"\n\
                _dmarc.hard.example. 300 IN TXT \"v=DMARC1; p=reject\"\n";
    let from = "a@good.example, b@soft.example, c@hard.example";
    let v = judge_authors(zone, from, SeveralAuthors::Refuse);
    assert_eq!((v.result, v.why), (DmarcResult::PermError, Why::SeveralAuthors { count: 3 }));
    let v = judge_authors(zone, from, SeveralAuthors::Strictest);
    assert_eq!((v.result, v.applied), (DmarcResult::Fail, Some(Disposition::Reject)));
    assert_eq!(v.author, Some(name("hard.example")));
}

#[test]
fn authors_are_limited_at_5() {
    for (n, refused) in [(4, false), (5, false), (6, true)] {
        let from: Vec<String> = (0..n).map(|i| format!("a@d{i}.example")).collect();
        let v = judge_authors(CORP, &from.join(","), SeveralAuthors::Strictest);
        assert_eq!(v.result == DmarcResult::PermError, refused, "{n}");
    }
}

/// A zone where the n-th question fails.
struct Failing<'z> {
    zone: &'z ZoneResolver,
    which: u32,
    count: std::sync::atomic::AtomicU32,
}

impl Resolver for Failing<'_> {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        let n = self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        match n < 32 && self.which >> n & 1 == 1 {
            true => Err(LookupError::Timeout),
            false => self.zone.lookup(question).await,
        }
    }
}

fn domain() -> impl Strategy<Value = DomainName> {
    "([ab]\\.){0,3}[xy]".prop_map(|t| name(&t))
}

fn identifier() -> impl Strategy<Value = Identifier> {
    let outcome = prop_oneof![Just(Outcome::Pass), Just(Outcome::Fail), Just(Outcome::Unknown)];
    (domain(), outcome, any::<bool>()).prop_map(|(domain, outcome, is_spf)| match is_spf {
        true => Identifier::spf(domain, outcome),
        false => Identifier::dkim(domain, outcome),
    })
}

fn zone() -> impl Strategy<Value = ZoneResolver> {
    let tags = "(; psd=[ynu]|; adkim=s|; np=none|; sp=quarantine|; t=y){0,3}";
    proptest::collection::vec((domain(), tags), 0..5).prop_map(|records| {
        let lines = records.iter().map(|(domain, tags)| {
            format!("_dmarc.{domain}. 300 IN TXT \"v=DMARC1; p=reject{tags}\"\n")
        });
        ZoneResolver::parse(lines.collect::<String>()).unwrap()
    })
}

proptest! {
    #[test]
    fn a_failure_of_dns_never_makes_a_pass(
        zone in zone(),
        author in domain(),
        ids in proptest::collection::vec(identifier(), 0..4),
        which: u32,
    ) {
        let failing = Failing { zone: &zone, which, count: 0.into() };
        let with = block_on(evaluate(&failing, &author, &ids, &Policy::DEFAULT)).unwrap();
        let without = block_on(evaluate(&zone, &author, &ids, &Policy::DEFAULT)).unwrap();
        if with.result == DmarcResult::Pass {
            prop_assert_eq!(without.result, DmarcResult::Pass);
        }
        if with.result == DmarcResult::Fail {
            prop_assert_eq!(without.result, DmarcResult::Fail);
        }
        if with.result == DmarcResult::None {
            prop_assert_eq!(without.result, DmarcResult::None);
        }
    }

    #[test]
    fn the_order_of_identifiers_does_not_matter(
        zone in zone(),
        author in domain(),
        mut ids in proptest::collection::vec(identifier(), 0..4),
    ) {
        let first = block_on(evaluate(&zone, &author, &ids, &Policy::DEFAULT)).unwrap();
        ids.reverse();
        let second = block_on(evaluate(&zone, &author, &ids, &Policy::DEFAULT)).unwrap();
        prop_assert_eq!(first.result, second.result);
        prop_assert_eq!(first.applied, second.applied);
    }

    #[test]
    fn questions_are_few_and_each_is_asked_once(
        author in "([ab]\\.){0,12}x",
        ids in proptest::collection::vec("([ab]\\.){0,12}x", 0..4),
    ) {
        let zone = Noted::new("_dmarc.x. 300 IN TXT \"v=DMARC1; p=reject; np=none\"\n");
        let ids: Vec<Identifier> = ids.iter().map(|d| dkim(d, Outcome::Pass)).collect();
        let verdict = zone.judge(&author, &ids);
        let questions = zone.questions();
        prop_assert!(questions.len() <= 9 + 8 * ids.len());
        prop_assert!(verdict.walk.len() <= 8);
        let mut distinct = questions.clone();
        distinct.sort();
        distinct.dedup();
        prop_assert_eq!(distinct.len(), questions.len());
    }

    #[test]
    fn the_story_holds_no_control_octets(tags in "[ -~\t]{0,40}", ids in proptest::collection::vec(identifier(), 0..3)) {
        let tags = tags.replace(['"', '\\'], "");
        let zone = Noted::new(&format!("_dmarc.x. 300 IN TXT \"v=DMARC1;{tags}\"\n"));
        let verdict = zone.judge("a.x", &ids);
        prop_assert!(verdict.to_string().chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert!(verdict.why.to_string().is_ascii());
    }
}
