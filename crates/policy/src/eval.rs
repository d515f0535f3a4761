//! Evaluation in Kleene's logic. Pure and total: each node is visited at most once.

use crate::ast::Op;
use crate::expr::{Atom, Logic, Term};
use crate::step::{Step, StepKind};
use crate::value::{Cause, Tri, Value, Verdict};
use postrider_core::Span;
use std::borrow::Cow;
use std::sync::Arc;

/// Evaluates a condition over the values of its slots.
pub(crate) fn eval(logic: &Logic, values: &[Value]) -> Step {
    match logic {
        Logic::And(span, sides) => chain(*span, StepKind::And, sides, values),
        Logic::Or(span, sides) => chain(*span, StepKind::Or, sides, values),
        Logic::Not(span, inner) => {
            let inner = eval(inner, values);
            let result = !inner.result.clone();
            node(*span, StepKind::Not, result, vec![inner])
        }
        Logic::Atom(atom) => eval_atom(atom, values),
    }
}

fn node(span: Span, kind: StepKind, result: Tri, children: Vec<Step>) -> Step {
    Step { span, kind, result, children, reads: Arc::default() }
}

/// `and` ends at the first false side, `or` at the first true one. An unknown side decides nothing,
/// but a later one still may.
fn chain(span: Span, kind: StepKind, sides: &[Logic], values: &[Value]) -> Step {
    let ends = match kind {
        StepKind::Or => Tri::True,
        StepKind::And | StepKind::Not | StepKind::Comparison | StepKind::Variable => Tri::False,
    };
    let mut result = !ends.clone();
    let mut children = Vec::with_capacity(sides.len());
    for side in sides {
        let step = eval(side, values);
        let side = step.result.clone();
        children.push(step);
        if side == ends {
            result = ends;
            break;
        }
        if result.is_definite() && !side.is_definite() {
            result = side;
        }
    }
    node(span, kind, result, children)
}

fn eval_atom(atom: &Atom, values: &[Value]) -> Step {
    let mut children = Vec::new();
    let result = truth(&term(&atom.term, values, &mut children));
    Step { reads: Arc::clone(&atom.reads), ..node(atom.span, atom.kind, result, children) }
}

/// A value as a truth value. The checker lets no other stand here.
fn truth(value: &Value) -> Tri {
    if let Value::Bool(b) = value {
        return Tri::from(*b);
    }
    if let Value::Unknown(cause) = value {
        return Tri::Unknown(cause.clone());
    }
    Tri::Unknown(Cause::WrongType)
}

const WRONG_TYPE: Value = Value::Unknown(Cause::WrongType);

/// The value of a term; bracketed truth values inside leave their steps in `steps`.
fn term<'a>(t: &'a Term, values: &'a [Value], steps: &mut Vec<Step>) -> Cow<'a, Value> {
    match t {
        Term::Const(value) => Cow::Borrowed(value),
        Term::Var(slot) => match values.get(*slot) {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(Value::Unknown(Cause::Missing)),
        },
        Term::Compare(op, left, right) => {
            let asks = names_temperror(left) || names_temperror(right);
            let left = term(left, values, steps);
            let right = term(right, values, steps);
            if !asks && is_open(&left, &right) {
                return Cow::Owned(Value::Unknown(Cause::Temperror));
            }
            Cow::Owned(compare(*op, &left, &right).into())
        }
        Term::Call(function, arguments) => {
            let arguments: Vec<_> = arguments.iter().map(|a| term(a, values, steps)).collect();
            let unknown = arguments.iter().find(|a| a.is_unknown());
            Cow::Owned(match (unknown, arguments.as_slice()) {
                (Some(unknown), _) => unknown.clone().into_owned(),
                (None, [first, rest @ ..]) => {
                    function.call(first, rest.first().map(AsRef::as_ref)).unwrap_or(WRONG_TYPE)
                }
                (None, []) => WRONG_TYPE,
            })
        }
        Term::Logic(logic) => {
            let step = eval(logic, values);
            let result = step.result.clone();
            steps.push(step);
            Cow::Owned(result.into())
        }
    }
}

/// A comparison; unknown if either side is, with the cause of the first.
fn compare(op: Op, left: &Value, right: &Value) -> Tri {
    if let Value::Unknown(cause) = left {
        return Tri::Unknown(cause.clone());
    }
    if let Value::Unknown(cause) = right {
        return Tri::Unknown(cause.clone());
    }
    match op {
        Op::Eq => Tri::from(left == right),
        Op::Ne => Tri::from(left != right),
        Op::Lt => order(left, right, |l, r| l < r),
        Op::Le => order(left, right, |l, r| l <= r),
        Op::Gt => order(left, right, |l, r| l > r),
        Op::Ge => order(left, right, |l, r| l >= r),
        Op::In => contained(left, right),
        Op::NotIn => !contained(left, right),
    }
}

/// Whether a rule asks for `temperror` itself, which always has an answer.
const fn names_temperror(t: &Term) -> bool {
    matches!(t, Term::Const(Value::Result(Verdict::Temperror)))
}

/// Whether one of two results could yet become the other: a check that could not be made may have
/// any result later.
fn is_open(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Result(l), Value::Result(r)) => {
            l != r && (*l == Verdict::Temperror || *r == Verdict::Temperror)
        }
        _ => false,
    }
}

fn order(left: &Value, right: &Value, test: fn(&i64, &i64) -> bool) -> Tri {
    match (left, right) {
        (Value::Int(l), Value::Int(r)) => Tri::from(test(l, r)),
        _ => Tri::Unknown(Cause::WrongType),
    }
}

fn contained(left: &Value, right: &Value) -> Tri {
    match (left, right) {
        (Value::Text(text), Value::Texts(list)) => Tri::from(list.contains(text)),
        (Value::Domain(None), Value::Domains(_)) | (Value::Email(None), Value::Emails(_)) => {
            Tri::False
        }
        (Value::Domain(Some(domain)), Value::Domains(list)) => Tri::from(list.contains(domain)),
        (Value::Email(Some(mailbox)), Value::Emails(list)) => {
            Tri::from(list.contains(mailbox.as_ref()))
        }
        (Value::Address(address), Value::Network(network)) => Tri::from(network.contains(*address)),
        (Value::Address(address), Value::Networks(list)) => {
            Tri::from(list.iter().any(|n| n.contains(*address)))
        }
        (Value::Result(verdict), Value::Results(list)) if list.contains(verdict) => Tri::True,
        (Value::Result(Verdict::Temperror), Value::Results(_)) => Tri::Unknown(Cause::Temperror),
        (Value::Result(_), Value::Results(_)) => Tri::False,
        _ => Tri::Unknown(Cause::WrongType),
    }
}

#[cfg(test)]
mod tests;
