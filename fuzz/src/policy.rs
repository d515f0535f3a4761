//! Targets of `postrider-policy` and `postrider-trace`.

use crate::Body;
use postrider_core::UnixTime;
use postrider_policy::{
    Cause, Expression, Name, Policy, RuleSource, Schema, Stage, Type, Value, Verdict,
};
use postrider_trace::{Trace, View, read_lines, render};

pub(crate) const TARGETS: &[(&str, Body)] =
    &[("policy_expression", expression), ("policy_rule", rule), ("trace_lines", trace_lines)];

/// What parses prints to something that parses to the same.
fn expression(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match Expression::parse(text) {
        Ok(parsed) => {
            let printed = parsed.to_string();
            assert_eq!(Expression::parse(&printed), Ok(parsed));
        }
        Err(error) => assert!(error.span.end <= text.len(), "the place is in the text"),
    }
}

/// Any text loads or is refused with a reason; what loads is decided whatever the facts are, reads only
/// what it said, and its leaves alone decide it again.
fn rule(data: &[u8]) {
    let Some((&seed, rest)) = data.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(rest);
    let (when, reply) = text.split_once('\0').unwrap_or((&text, "550 5.7.1 {from.domain}"));
    let schema = Schema::mail();
    let rule = RuleSource::new("fuzzed", "data", when).then("reject", reply);
    let policy = match Policy::load(&[rule], &schema) {
        Ok((policy, _)) => policy,
        Err(errors) => {
            assert!(!errors.is_empty());
            assert!(errors.iter().all(|e| e.to_string().contains("rule `fuzzed`")));
            return;
        }
    };
    let facts = |name: &Name| {
        assert!(policy.reads(Stage::Data).contains(name));
        fact(&schema, name, seed)
    };
    let outcome = policy.decide(Stage::Data, &facts);
    let [explained] = outcome.rules.as_slice() else {
        panic!("one rule, one explanation");
    };
    assert!(!explained.because.is_empty());
    assert!(explained.to_string().contains("=> "));
    if let Some(reply) = outcome.decision.as_ref().and_then(|d| d.reply()) {
        assert!(reply.text().as_str().bytes().all(|b| matches!(b, 0x20..=0x7e)));
    }
    let again = policy.decide(Stage::Data, &explained.leaves);
    assert_eq!(again, outcome);
}

/// A value of the variable's type, or of none, or of a wrong one.
fn fact(schema: &Schema, name: &Name, seed: u8) -> Value {
    let mixed = name.as_str().bytes().fold(seed, |sum, b| sum.rotate_left(3) ^ b);
    match (mixed % 8, schema.find(name.as_str()).map(|(_, v)| v.ty)) {
        (0, _) => Value::Unknown(Cause::Deadline),
        (1, _) => Value::Int(i64::from(mixed)),
        (_, Some(Type::Bool)) => Value::Bool(mixed.is_multiple_of(2)),
        (_, Some(Type::Int)) => Value::Int(i64::from(mixed) * 1_000),
        (_, Some(Type::Result)) => {
            Value::Result(Verdict::ALL[usize::from(mixed) % Verdict::ALL.len()])
        }
        (_, Some(Type::Domain)) => Value::no_domain(),
        (_, Some(Type::Email)) => Value::no_email(),
        _ => Value::text("a\r\nb \u{e4}"),
    }
}

/// Any octets are read as events and bad lines; events come back as they are written, and every
/// trace can be shown.
fn trace_lines(data: &[u8]) {
    let lines = read_lines(data);
    let written: String = lines.events.iter().map(|e| e.to_line() + "\n").collect();
    let again = read_lines(written.as_bytes());
    assert!(again.bad.is_empty());
    assert_eq!(again.events, lines.events);
    for trace in Trace::group(lines.events) {
        let text = render(&trace, &View::new().width(60));
        assert!(text.ends_with('\n'));
        assert!(!text.contains('\r'));
        assert!(trace.began() <= UnixTime::from_millis(i64::MAX));
    }
}
