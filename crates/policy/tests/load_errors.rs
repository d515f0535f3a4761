//! What is wrong with a rule is found when it is loaded, and said with its place.
#![cfg(test)]

use postrider_policy::{
    Item, LoadError, Policy, Problem, RuleSource, Schema, SourceRef, Stage, Type, WarningKind,
};

fn schema() -> Schema {
    let mut schema = Schema::mail();
    schema.declare_dnsbl("zen", "listed by zen").unwrap();
    schema.declare_list("vips", Item::Email).unwrap();
    schema.declare_route("smarthost");
    schema
}

fn rule(id: &str, stage: &str, when: &str, line: u32) -> RuleSource {
    RuleSource::new(id, stage, when).then("tag", "x").at(SourceRef::new("mini-mta.toml", line))
}

fn errors(rules: &[RuleSource]) -> Vec<LoadError> {
    Policy::load(rules, &schema()).map(|_| ()).unwrap_err()
}

/// The one error of a condition at stage data.
fn error(when: &str) -> Problem {
    let mut errors = errors(&[rule("r", "data", when, 1)]);
    assert_eq!(errors.len(), 1, "{when}: {errors:?}");
    errors.remove(0).problem
}

fn loads(when: &str) {
    if let Err(errors) = Policy::load(&[rule("r", "data", when, 1)], &schema()) {
        panic!("{when}: {}", errors[0]);
    }
}

#[test]
fn all_errors_are_shown_with_their_places() {
    let errors = errors(&[
        rule("no-forgery", "data", r#"listener.rol == "mx""#, 58),
        rule("early", "mail", "dkim == pass", 64),
        rule("big", "data", r#"size > "10""#, 70),
    ]);
    let shown: Vec<String> = errors.iter().map(LoadError::to_string).collect();
    let want = r#"mini-mta.toml:58: rule `no-forgery`: no variable `listener.rol` at stage data; did you mean `listener.role`?
  | listener.rol == "mx"
  | ^^^^^^^^^^^^
mini-mta.toml:64: rule `early`: `dkim` is known from stage data on; this rule runs at stage mail
  | dkim == pass
  | ^^^^
mini-mta.toml:70: rule `big`: cannot compare Int with Text; write 10 without quotes
  | size > "10"
  | ^^^^^^^^^^^"#;
    assert_eq!(shown.join("\n"), want);
}

#[test]
fn every_fault_of_one_rule_is_reported() {
    let bad =
        rule("r", "data", "siz > 1 and not spff == pass and size", 1).then("hold", "x").mode("dry");
    let problems: Vec<String> = errors(&[bad]).iter().map(|e| e.problem.to_string()).collect();
    assert_eq!(
        problems,
        [
            "`dry` is no mode; allowed: enforce, observe",
            "a rule has exactly one action, this has 2",
            "no variable `siz` at stage data",
            "no variable `spff` at stage data",
            "a truth value was expected, this is Int",
        ]
    );
}

#[test]
fn caret_stands_under_the_right_line_and_column() {
    let when = "size > 1 and\n\tsubject == \"ü\" and xyzzy";
    let shown = errors(&[rule("r", "data", when, 3)])[0].to_string();
    let lines: Vec<&str> = shown.lines().skip(1).collect();
    assert_eq!(lines[0], "  |  subject == \"ü\" and xyzzy");
    let column = |line: &str, c: char| line.chars().position(|found| found == c);
    assert_eq!(column(lines[1], '^'), column(lines[0], 'x'));
    assert_eq!(lines[1].matches('^').count(), 5);
}

#[test]
fn recipient_is_not_visible_at_data() {
    assert_eq!(
        error("rcpt.exists"),
        Problem::NotVisible { name: "rcpt.exists".into(), first: Stage::Rcpt, stage: Stage::Data }
    );
}

#[test]
fn literals_take_their_type_from_the_other_side() {
    loads(r#"from.domain == "Exämple.org""#);
    loads(r#""example.org" == from.domain"#);
    loads(r#"from in ["a@example.org"]"#);
    loads(r#""example.org" in dkim.domains"#);
    loads(r#"from == "" or from.domain == """#);
    loads("client.ip in [192.0.2.1, 2001:db8::/32]");
    loads("dkim in [pass, none]");
    loads(r#"under(from.domain, "example.org")"#);
    loads("from in list.vips and not dnsbl.zen");
    loads(r#"header.list-id == "" or header.X-Spam == "yes""#);
    assert!(matches!(error(r#"from == "x""#), Problem::Literal { ty: Type::Email, .. }));
    assert!(matches!(
        error(r#"from.domain in ["a..b"]"#),
        Problem::Literal { ty: Type::Domain, .. }
    ));
}

#[rustfmt::skip] // one case a line
const MISFITS: &[(&str, &str)] = &[
    (r#"spf == "pass""#, "cannot compare Result with Text; write pass without quotes"),
    (r#""25MiB" < size"#, "cannot compare Text with Int; write 25MiB without quotes"),
    (r#"client.ip == "192.0.2.1""#, "cannot compare Address with Text; write 192.0.2.1 without quotes"),
    ("client.ip == 192.0.2.0/24", "cannot compare Address with Network; use `in`"),
    ("from.domain == dkim.domains", "cannot compare Domain with List of Domain; use `in`"),
    ("from == from.domain", "cannot compare Email with Domain"),
    ("subject < subject", "`<` does not work on Text"),
    ("dkim.domains == dkim.domains", "`==` does not work on List of Domain"),
    ("size in [1, 2]", "there are no lists of Int"),
    ("size in 5", "a list or network behind `in` was expected, this is Int"),
    ("from.domain in list.vips", "cannot compare Domain with List of Email"),
    ("dkim in [pass, 10.0.0.0/8]", "a list of Result cannot hold Network"),
    ("size", "a rule is true or false, this is Int"),
    ("not size", "a truth value was expected, this is Int"),
    ("under(subject, from.domain)", "Domain was expected, this is Text"),
    ("len(size) > 1", "Text, Domain, Email or a list was expected, this is Int"),
    ("empty(subject, from)", "`empty` takes 1 values, 2 are given"),
    ("client.ip in 10.0.0.1/8", "bits behind the prefix are set; write 10.0.0.0/8"),
    ("client.ip in 10.0.0.0/33", "prefix /33 is longer than /32"),
    ("size > 9223372036854775808", "the number is too big"),
];

#[test]
fn nothing_is_converted() {
    for &(when, want) in MISFITS {
        assert_eq!(error(when).to_string(), want, "{when}");
    }
}

#[test]
fn misspelt_functions_and_routes_are_suggested() {
    let e = errors(&[rule("r", "data", "start_with(subject, \"x\")", 1)]).remove(0);
    assert_eq!(e.suggestion.as_deref(), Some("starts_with"));
    let route = RuleSource::new("r", "route", "attempts > 3").then("route", "smarthots");
    let e = errors(&[route]).remove(0);
    assert_eq!(e.suggestion.as_deref(), Some("smarthost"));
}

#[test]
fn ids_are_unique_and_well_formed() {
    let twice = [rule("a", "data", "true", 1), rule("a", "mail", "true", 2)];
    assert_eq!(errors(&twice)[0].problem, Problem::DuplicateId);
    assert!(matches!(errors(&[rule("A b", "data", "true", 1)])[0].problem, Problem::Id(_)));
    // A guard has a name of its own, which no configuration can take.
    let guard = rule("a", "data", "size > 1", 1).builtin();
    assert!(Policy::load(&[guard, rule("a", "data", "size > 1", 2)], &schema()).is_ok());
}

fn action_error(stage: &str, action: &str, text: &str) -> String {
    let when = if stage == "route" { "attempts > 1" } else { "hour > 3" };
    let rule = RuleSource::new("r", stage, when);
    let e = errors(&[rule.then(action, text)]);
    assert_eq!(e.len(), 1, "{e:?}");
    e[0].problem.to_string()
}

#[rustfmt::skip] // one case a line
const BAD_ACTIONS: &[(&str, &str, &str, &str)] = &[
    ("data", "rejct", "x", "`rejct` is no action; allowed: accept, reject, defer, discard, quarantine, hold, tag, header, route"),
    ("mail", "discard", "x", "`discard` does not work at stage mail"),
    ("mail", "quarantine", "Junk", "`quarantine` does not work at stage mail"),
    ("data", "route", "smarthost", "`route` does not work at stage data"),
    ("route", "reject", "550 5.7.1 x", "`reject` does not work at stage route"),
    ("data", "accept", "x", "`accept` takes `true`"),
    ("data", "reject", "451 4.7.1 x", "a reply begins with a code 5xx"),
    ("data", "reject", "550 4.7.1 x", "an enhanced code 5.x.x must follow the code"),
    ("data", "defer", "550 5.7.1 x", "a reply begins with a code 4xx"),
    ("data", "reject", "550 5.7.1", "there is no text"),
    ("data", "reject", "550 5.7.1 ü", "octet 0 of the text is no printable US-ASCII"),
    ("data", "reject", "550 5.7.1 {nobody}", "no variable `nobody` at stage data"),
    ("data", "reject", "550 5.7.1 {", "a brace in a text encloses the name of a variable"),
    ("data", "reject", "550 5.7.1 }", "a brace in a text encloses the name of a variable"),
    ("mail", "reject", "550 5.7.1 {dkim}", "`dkim` is known from stage data on; this rule runs at stage mail"),
    ("data", "tag", "a{from}", "a brace in a text encloses the name of a variable"),
    ("data", "tag", "", "there is no text"),
    ("data", "header", "x", "`header` takes a table of names and texts"),
];

#[test]
fn actions_are_checked() {
    for &(stage, action, text, want) in BAD_ACTIONS {
        assert_eq!(action_error(stage, action, text), want, "{stage} {action} {text}");
    }
}

#[test]
fn rules_add_no_field_that_speaks_for_others() {
    for name in ["From", "received", "Authentication-Results", "X Y", "X:Y", ""] {
        let rule = RuleSource::new("r", "data", "size > 1").then("header", [(name, "x")]);
        let e = errors(&[rule]);
        assert!(matches!(e[0].problem, Problem::Field { .. }), "{name}");
    }
}

#[test]
fn reply_errors_point_into_the_reply() {
    let rule =
        RuleSource::new("r", "data", "size > 1").then("reject", "550 5.7.1 no {from.domian} here");
    let shown = errors(&[rule])[0].to_string();
    assert_eq!(
        shown,
        ":0: rule `r`: no variable `from.domian` at stage data; did you mean `from.domain`?\n  \
           | 550 5.7.1 no {from.domian} here\n  \
           |               ^^^^^^^^^^^"
    );
}

#[test]
fn odd_rules_are_warned_about() {
    let rules = [
        RuleSource::new("all", "data", "true").then("accept", true),
        RuleSource::new("late", "data", "size > 1").then("discard", true),
        RuleSource::new("other", "mail", "true or hour > 3").mode("observe").then("accept", true),
        RuleSource::new("fine", "mail", "hour > 3").then("accept", true),
    ];
    let (_, warnings) = Policy::load(&rules, &schema()).unwrap();
    let got: Vec<_> = warnings.iter().map(|w| (w.id.as_str(), w.kind)).collect();
    assert_eq!(
        got,
        [
            ("all", WarningKind::Constant),
            ("late", WarningKind::Unreachable),
            ("late", WarningKind::Discard),
            ("other", WarningKind::Constant),
        ]
    );
}
