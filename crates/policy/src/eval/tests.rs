use crate::{Cause, Name, Policy, RuleSource, Schema, Stage, Tri, Type, Value, Variable, Verdict};
use crate::{Explained, Visible};
use std::collections::BTreeMap;

fn schema() -> Schema {
    let mut schema = Schema::mail();
    for name in ["a", "b"] {
        let variable = Variable::new(Type::Bool, Visible::From(Stage::Connect), "test");
        schema.declare(name, variable).unwrap();
    }
    schema
}

fn ask(when: &str, facts: &[(&str, Value)]) -> Explained {
    let rule = RuleSource::new("r", "data", when).then("tag", "x");
    let (policy, _) = Policy::load(&[rule], &schema()).unwrap_or_else(|e| panic!("{}", e[0]));
    let facts: BTreeMap<Name, Value> =
        facts.iter().map(|(name, value)| (Name::new(name).unwrap(), value.clone())).collect();
    policy.decide(Stage::Data, &facts).rules.remove(0)
}

fn result(when: &str, facts: &[(&str, Value)]) -> Tri {
    ask(when, facts).result.unwrap()
}

fn unknown(how: &str) -> Value {
    Value::Unknown(Cause::lookup(how))
}

#[test]
fn kleene_tables_hold() {
    let (t, f, u) = (Value::Bool(true), Value::Bool(false), unknown("?"));
    let tri = |v: &Value| match v.is_unknown() {
        true => Tri::Unknown(Cause::lookup("?")),
        false => Tri::from(*v == t),
    };
    let values = [&t, &f, &u];
    let and = [[&t, &f, &u], [&f, &f, &f], [&u, &f, &u]];
    let or = [[&t, &t, &t], [&t, &f, &u], [&t, &u, &u]];
    for (i, a) in values.into_iter().enumerate() {
        for (j, b) in values.into_iter().enumerate() {
            let facts = [("a", a.clone()), ("b", b.clone())];
            assert_eq!(result("a and b", &facts), tri(and[i][j]), "{a} and {b}");
            assert_eq!(result("a or b", &facts), tri(or[i][j]), "{a} or {b}");
        }
        let facts = [("a", a.clone())];
        assert_eq!(result("not a", &facts), !tri(a));
    }
}

#[test]
fn first_cause_in_source_order_is_reported() {
    let facts = [("a", unknown("first")), ("b", unknown("second"))];
    let explained = ask("a and b", &facts);
    assert_eq!(explained.result, Some(Tri::Unknown(Cause::lookup("first"))));
    assert_eq!(explained.because.len(), 2, "the tree shows all causes");
}

#[test]
fn temperror_is_unknown_against_other_results() {
    let facts =
        [("dkim", Value::Result(Verdict::Temperror)), ("spf", Value::Result(Verdict::Pass))];
    let unknown = Tri::Unknown(Cause::Temperror);
    for when in [
        "dkim == pass",
        "pass == dkim",
        "dkim != pass",
        "dkim in [pass, fail]",
        "dkim not in [pass]",
        "dkim == spf",
        "spf == dkim",
    ] {
        assert_eq!(result(when, &facts), unknown, "{when}");
    }
    for (when, want) in [
        ("dkim == temperror", true),
        ("temperror != dkim", false),
        ("spf == temperror", false),
        ("dkim in [temperror, fail]", true),
        ("spf in [temperror, fail]", false),
    ] {
        assert_eq!(result(when, &facts), Tri::from(want), "{when}");
    }
}

#[test]
fn slow_resolver_never_fires_a_rule_for_failed_authentication() {
    let facts =
        [("dkim", Value::Result(Verdict::Temperror)), ("spf", Value::Result(Verdict::Fail))];
    let when = "not (dkim == pass or spf == pass)";
    assert_eq!(result(when, &facts), Tri::Unknown(Cause::Temperror));
}

#[test]
fn permerror_is_definite() {
    let facts = [("spf", Value::Result(Verdict::Permerror))];
    assert_eq!(result("spf == pass", &facts), Tri::False);
}

#[test]
fn fact_of_wrong_type_is_unknown() {
    let facts = [("size", Value::text("10"))];
    assert_eq!(result("size > 5", &facts), Tri::Unknown(Cause::WrongType));
}

#[test]
fn missing_fact_is_unknown() {
    assert_eq!(result("size > 5", &[]), Tri::Unknown(Cause::Missing));
}

#[test]
fn mapped_address_is_ipv4() {
    let mapped: std::net::IpAddr = "::ffff:192.0.2.7".parse().unwrap();
    let facts = [("client.ip", Value::Address(mapped))];
    assert_eq!(result("client.ip in 192.0.2.0/24", &facts), Tri::True);
    assert_eq!(result("client.ip == 192.0.2.7", &facts), Tri::True);
    assert_eq!(result("client.ip in [198.51.100.1, 192.0.2.0/29]", &facts), Tri::True);
}

#[test]
fn later_side_decides_though_an_earlier_one_is_unknown() {
    let facts = [("a", unknown("?")), ("b", Value::Bool(false))];
    let explained = ask("a and b", &facts);
    assert_eq!(explained.result, Some(Tri::False));
    let texts: Vec<_> = explained.because.iter().map(|r| r.text.as_str()).collect();
    assert_eq!(texts, ["b"]);
}

#[test]
fn sides_that_were_not_needed_have_no_step() {
    let facts = [("a", Value::Bool(false)), ("b", Value::Bool(true))];
    let tree = ask("a and b", &facts).tree.unwrap();
    assert_eq!(tree.children.len(), 1);
}

#[test]
fn brackets_in_a_comparison_are_evaluated_and_shown() {
    let facts = [("a", Value::Bool(true)), ("b", unknown("?"))];
    assert_eq!(result("(a or b) == true", &facts), Tri::True);
    let explained = ask("(a and b) == true", &facts);
    assert_eq!(explained.result, Some(Tri::Unknown(Cause::lookup("?"))));
    assert_eq!(explained.tree.unwrap().children.len(), 1);
}
