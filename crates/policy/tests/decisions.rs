//! What asking the rules of a stage comes to.
#![cfg(test)]

use postrider_core::{DomainName, Mailbox};
use postrider_policy::{
    By, Cause, CheckName, Decision, Effect, Name, Policy, RuleSource, Schema, Stage, StageOutcome,
    Tri, Value, Verdict, guards,
};
use std::collections::BTreeMap;
use std::sync::Arc;

type FactMap = BTreeMap<Name, Value>;

fn facts(list: &[(&str, Value)]) -> FactMap {
    list.iter().map(|(name, value)| (Name::new(name).unwrap(), value.clone())).collect()
}

fn load(rules: &[RuleSource]) -> Policy {
    let mut schema = Schema::mail();
    schema.declare_route("smarthost");
    match Policy::load(rules, &schema) {
        Ok((policy, _)) => policy,
        Err(errors) => panic!("{}", errors[0]),
    }
}

fn data(rules: &[RuleSource], list: &[(&str, Value)]) -> StageOutcome {
    load(rules).decide(Stage::Data, &facts(list))
}

fn domain(text: &str) -> Value {
    Value::from(DomainName::parse(text).unwrap())
}

fn email(text: &str) -> Value {
    Value::from(Mailbox::parse(text.as_bytes()).unwrap())
}

const SIZE_2: (&str, Value) = ("size", Value::Int(2));

fn tag(id: &str, when: &str) -> RuleSource {
    RuleSource::new(id, "data", when).then("tag", id)
}

#[test]
fn first_terminal_action_wins_and_later_rules_are_not_reached() {
    let rules = [
        tag("one", "size > 1"),
        RuleSource::new("two", "data", "size > 1").then("reject", "550 5.7.1 no"),
        RuleSource::new("three", "data", "size > 1").then("accept", true),
        tag("four", "size > 1"),
    ];
    let outcome = data(&rules, &[SIZE_2]);
    let tags: Vec<_> = outcome.tags.iter().map(|t| t.as_str()).collect();
    assert_eq!(tags, ["one"]);
    let decision = outcome.decision.unwrap();
    assert_eq!(decision.effect().code(), "reject");
    assert_eq!(decision.by().to_string(), "rule:two");
    let reached: Vec<bool> = outcome.rules.iter().map(|r| r.result.is_some()).collect();
    assert_eq!(reached, [true, true, false, false]);
}

#[test]
fn every_rule_of_the_stage_is_reported() {
    let rules = [tag("one", "size > 5"), RuleSource::new("m", "mail", "true").then("tag", "x")];
    let outcome = data(&rules, &[SIZE_2]);
    assert_eq!(outcome.decision, None);
    assert_eq!(outcome.rules.len(), 1);
    assert_eq!(outcome.rules[0].check(), "rule:one");
    assert_eq!(outcome.rules[0].result, Some(Tri::False));
}

#[test]
fn observed_rule_says_what_it_would_do_and_does_nothing() {
    let reject = RuleSource::new("r", "data", "size > 1").then("reject", "550 5.7.1 no");
    let outcome = data(&[reject.clone().mode("observe")], &[SIZE_2]);
    assert_eq!(outcome.decision, None);
    assert_eq!(outcome.rules[0].effect, Effect::Continue);
    assert_eq!(outcome.rules[0].would.as_ref().unwrap().code(), "reject");

    let guard = guards::size(1);
    let observing = load(&[reject, guard]).observing();
    let outcome = observing.decide(Stage::Data, &facts(&[SIZE_2]));
    assert_eq!(outcome.decision.unwrap().by().to_string(), "builtin:size");
}

#[test]
fn unknown_follows_on_unknown() {
    let rule = |word: Option<&str>| {
        let rule = RuleSource::new("slow", "data", "spf == fail").then("reject", "550 5.7.1 no");
        word.map_or_else(|| rule.clone(), |word| rule.clone().on_unknown(word))
    };
    let lookup = Value::Unknown(Cause::lookup("SERVFAIL in 2.0 s"));
    let effect = |word| {
        let outcome = data(&[rule(word)], &[("spf", lookup.clone())]);
        outcome.decision.map(|d| d.effect().to_string())
    };
    let deferred = "defer 451 4.7.0 temporarily cannot decide: slow";
    assert_eq!(effect(None).as_deref(), Some(deferred), "default of reject");
    assert_eq!(effect(Some("defer")).as_deref(), Some(deferred));
    assert_eq!(effect(Some("skip")), None);
    assert_eq!(effect(Some("match")).as_deref(), Some("reject 550 5.7.1 no"));

    let quarantine = RuleSource::new("q", "data", "spf == fail").then("quarantine", "Junk");
    assert_eq!(data(&[quarantine], &[("spf", lookup)]).decision, None, "default of others");
}

#[test]
fn no_client_writes_reply_or_header_lines() {
    let evil = Value::text("a\r\n250 ok\r\nX: ü\u{7f}");
    let rules = [
        RuleSource::new("h", "data", "size > 1").then("header", [("X-Subject", "was {subject}")]),
        RuleSource::new("r", "data", "size > 1").then("reject", "550 5.7.1 about {subject}: no"),
    ];
    let outcome = data(&rules, &[SIZE_2, ("subject", evil)]);
    assert_eq!(outcome.fields[0].name(), "X-Subject");
    assert_eq!(outcome.fields[0].text(), "was a??250 ok??X: ??");
    let decision = outcome.decision.unwrap();
    let reply = decision.reply().unwrap();
    assert_eq!(reply.text().as_str(), "about a??250 ok??X: ??: no");
    assert_eq!((reply.code(), reply.enhanced()), (550, [5, 7, 1]));
}

#[test]
fn names_in_replies_are_read_and_may_be_unknown() {
    let rule = RuleSource::new("r", "data", "size > 1").then("reject", "550 5.7.1 {from.domain}");
    let policy = load(std::slice::from_ref(&rule));
    let reads: Vec<_> = policy.reads(Stage::Data).iter().map(Name::as_str).collect();
    assert_eq!(reads, ["from.domain", "size"]);
    assert!(policy.reads(Stage::Mail).is_empty());
    let text = |list: &[(&str, Value)]| {
        let decision = data(std::slice::from_ref(&rule), list).decision.unwrap();
        decision.reply().unwrap().text().to_string()
    };
    assert_eq!(text(&[SIZE_2]), "unknown");
    assert_eq!(text(&[SIZE_2, ("from.domain", domain("example.org"))]), "example.org");
}

#[test]
fn chain_names_the_checks_behind_the_deciding_values() {
    let rule = RuleSource::new("r", "data", "size > 1 and dmarc == fail and spf != pass")
        .then("reject", "550 5.7.1 no");
    let list =
        [SIZE_2, ("dmarc", Value::Result(Verdict::Fail)), ("spf", Value::Result(Verdict::None))];
    let decision = data(&[rule], &list).decision.unwrap();
    let decision =
        decision.resting_on([CheckName::new("spf").unwrap(), CheckName::new("dkim:1").unwrap()]);
    let chain: Vec<_> = decision.chain().iter().map(CheckName::as_str).collect();
    assert_eq!(chain, ["dmarc", "spf", "dkim:1"]);
}

#[test]
fn decisions_without_rules_name_their_check() {
    let framing = CheckName::new("framing").unwrap();
    let reply = "554 5.6.0 bare line feed".parse_reply();
    let decision = Decision::reject(framing.clone(), reply);
    assert_eq!(decision.by(), &By::Check(framing));
    assert_eq!(decision.reply().unwrap().to_string(), "554 5.6.0 bare line feed");
    assert_eq!(Decision::accept().reply(), None);
}

trait ParseReply {
    fn parse_reply(&self) -> postrider_policy::ReplyText;
}

impl ParseReply for str {
    fn parse_reply(&self) -> postrider_policy::ReplyText {
        postrider_policy::ReplyText::parse(self, postrider_policy::Class::Permanent).unwrap()
    }
}

#[test]
fn route_rules_choose_a_route() {
    let rule = RuleSource::new("r", "route", r#"attempts > 3 or rcpt.domain == "example.net""#)
        .then("route", "smarthost");
    let list = facts(&[("attempts", Value::Int(0)), ("rcpt.domain", domain("example.net"))]);
    let outcome = load(&[rule]).decide(Stage::Route, &list);
    assert_eq!(outcome.decision.unwrap().effect().to_string(), "route smarthost");
}

fn relay(rcpt: &str, user: Option<&str>) -> Option<String> {
    let list = facts(&[
        ("rcpt.domain", domain(rcpt)),
        ("local_domains", Value::Domains(Arc::from([DomainName::parse("example.org").unwrap()]))),
        ("auth.user", user.map_or(Value::no_email(), email)),
        ("rcpt.exists", Value::Bool(rcpt == "example.org")),
    ]);
    let open = RuleSource::new("open", "rcpt", "true").then("accept", true);
    let outcome = load(&[open, guards::relay(), guards::recipient()]).decide(Stage::Rcpt, &list);
    outcome.decision.map(|d| format!("{} by {}", d.effect().code(), d.by()))
}

#[test]
fn no_rule_makes_an_open_relay() {
    let refused = Some("reject by builtin:relay".to_owned());
    let accepted = Some("accept by rule:open".to_owned());
    assert_eq!(relay("example.com", None), refused);
    assert_eq!(relay("example.com", Some("me@example.org")), accepted);
    assert_eq!(relay("example.org", None), accepted);
}

#[test]
fn logged_in_users_send_under_their_own_address() {
    let policy = load(&guards::own_sender());
    let decide = |from: Value| {
        let list = facts(&[("auth.user", email("me@example.org")), ("mail.from", from)]);
        policy.decide(Stage::Mail, &list).decision.is_some()
    };
    assert!(decide(email("you@example.org")));
    assert!(!decide(email("me@example.org")));
    assert!(!decide(Value::no_email()), "notices have no sender");
}

#[test]
fn all_guards_load() {
    let mut all = vec![guards::relay(), guards::recipient(), guards::size(1), guards::hops(50)];
    all.extend(guards::own_domain());
    assert_eq!(load(&all).rule_count(), 6);
}

#[test]
fn leaves_are_enough_to_decide_again() {
    let rule = RuleSource::new("r", "data", "size > 1 and (dkim == pass or spf == pass)")
        .then("reject", "550 5.7.1 {from.domain}");
    let policy = load(&[rule]);
    let first =
        policy.decide(Stage::Data, &facts(&[SIZE_2, ("spf", Value::Result(Verdict::Pass))]));
    let again = policy.decide(Stage::Data, &first.rules[0].leaves);
    assert_eq!(again, first);
}
