//! An evaluation for people, as golden texts.
#![cfg(test)]

use postrider_core::DomainName;
use postrider_policy::{Cause, Name, Policy, RuleSource, Schema, Stage, Value, Verdict};
use std::collections::BTreeMap;
use std::sync::Arc;

fn explained(stage: Stage, when: &str, list: &[(&str, Value)]) -> String {
    let mut schema = Schema::mail();
    schema.declare_dnsbl("zen", "listed by zen").unwrap();
    let rule = RuleSource::new("r", stage.as_str(), when).then("tag", "x");
    let (policy, _) = Policy::load(&[rule], &schema).unwrap();
    let facts: BTreeMap<Name, Value> =
        list.iter().map(|(name, value)| (Name::new(name).unwrap(), value.clone())).collect();
    policy.decide(stage, &facts).rules[0].to_string()
}

fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

#[test]
fn true_and_through_not() {
    let shown = explained(
        Stage::Data,
        "from.domain in local_domains and not (dkim == pass or spf == pass)",
        &[
            ("from.domain", Value::from(domain("example.org"))),
            ("local_domains", Value::Domains(Arc::from([domain("example.org")]))),
            ("dkim", Value::Result(Verdict::None)),
            ("spf", Value::Result(Verdict::Softfail)),
        ],
    );
    assert_eq!(
        shown,
        r#"when  from.domain in local_domains and not (dkim == pass or spf == pass)
  ✓ from.domain in local_domains and not (dkim == pass or spf == pass)
    ✓ from.domain in local_domains
        from.domain = "example.org"
        local_domains = ["example.org"]
    ✓ not (dkim == pass or spf == pass)
      ✗ dkim == pass or spf == pass
        ✗ dkim == pass          dkim = none
        ✗ spf == pass           spf = softfail
  => true because `from.domain in local_domains` is true; `dkim == pass` is false; `spf == pass` is false"#
    );
}

#[test]
fn unknown_variable_with_its_cause() {
    let shown = explained(
        Stage::Connect,
        "dnsbl.zen and not client.ptr_ok",
        &[
            ("dnsbl.zen", Value::Unknown(Cause::lookup("SERVFAIL in 2.0 s"))),
            ("client.ptr_ok", Value::Bool(false)),
        ],
    );
    assert_eq!(
        shown,
        "when  dnsbl.zen and not client.ptr_ok
  ? dnsbl.zen and not client.ptr_ok
    ? dnsbl.zen = unknown (SERVFAIL in 2.0 s)
    ✓ not client.ptr_ok
  => unknown because `dnsbl.zen` is unknown (SERVFAIL in 2.0 s)"
    );
}

#[test]
fn hidden_client_makes_rules_unknown() {
    let shown = explained(
        Stage::Mail,
        "client.ip in 10.0.0.0/8\n  or spf == fail",
        &[
            ("client.ip", Value::Unknown(Cause::ClientHidden)),
            ("spf", Value::Unknown(Cause::ClientHidden)),
        ],
    );
    assert_eq!(
        shown,
        "when  client.ip in 10.0.0.0/8 or spf == fail
  ? client.ip in 10.0.0.0/8 or spf == fail
    ? client.ip in 10.0.0.0/8   client.ip = unknown (client's address is hidden)
    ? spf == fail               spf = unknown (client's address is hidden)
  => unknown because `client.ip in 10.0.0.0/8` is unknown (client's address is hidden); \
     `spf == fail` is unknown (client's address is hidden)"
    );
}
