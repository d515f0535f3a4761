//! An expression to a [`Logic`]: names by stage, types, literals typed from the other side.

mod literal;
mod names;

use crate::ast::{Node, NodeKind, Op};
use crate::error::Problem;
use crate::expr::{Atom, Logic, Term};
use crate::function::Function;
use crate::name::Name;
use crate::schema::{Schema, Variable};
use crate::stage::Stage;
use crate::step::StepKind;
use crate::suggest::closest;
use crate::value::{Item, Type, Value};
use literal::is_untyped;
use postrider_core::Span;

/// A problem, where it is, and what was probably meant.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) problem: Problem,
    pub(crate) span: Span,
    pub(crate) suggestion: Option<String>,
}

impl Fault {
    pub(crate) const fn new(span: Span, problem: Problem) -> Self {
        Self { problem, span, suggestion: None }
    }
}

/// Checks the expressions and texts of one rule and gathers the variables they read.
pub(crate) struct Checker<'a> {
    schema: &'a Schema,
    stage: Stage,
    reads: Vec<(Name, &'a Variable)>,
    faults: Vec<Fault>,
}

/// A term and its type.
type Typed = (Term, Type);

impl<'a> Checker<'a> {
    pub(crate) const fn new(schema: &'a Schema, stage: Stage) -> Self {
        Self { schema, stage, reads: Vec::new(), faults: Vec::new() }
    }

    /// The variables read so far, by slot, and the faults found.
    pub(crate) fn finish(self) -> (Vec<(Name, &'a Variable)>, Vec<Fault>) {
        (self.reads, self.faults)
    }

    /// A whole condition. `None` when faults were found, which [`finish`](Self::finish) gives.
    pub(crate) fn condition(&mut self, root: &Node) -> Option<Logic> {
        self.logic(root, |found| Problem::NotBool { found })
    }

    fn logic(&mut self, node: &Node, not_bool: fn(Type) -> Problem) -> Option<Logic> {
        let span = node.span;
        match &node.kind {
            NodeKind::And(sides) => Some(Logic::And(span, self.sides(sides)?)),
            NodeKind::Or(sides) => Some(Logic::Or(span, self.sides(sides)?)),
            NodeKind::Not(inner) => {
                let inner = self.logic(inner, operand)?;
                Some(Logic::Not(span, Box::new(inner)))
            }
            NodeKind::Compare(..)
            | NodeKind::Call(..)
            | NodeKind::List(_)
            | NodeKind::Name(_)
            | NodeKind::Text(_)
            | NodeKind::Number(_)
            | NodeKind::Address(_)
            | NodeKind::Network(_)
            | NodeKind::Result(_)
            | NodeKind::Bool(_) => self.atom(node, not_bool),
        }
    }

    /// Every side, also behind a faulty one, so that all faults are found at once.
    fn sides(&mut self, sides: &[Node]) -> Option<Vec<Logic>> {
        let checked: Vec<Option<Logic>> = sides.iter().map(|s| self.logic(s, operand)).collect();
        checked.into_iter().collect()
    }

    fn atom(&mut self, node: &Node, not_bool: fn(Type) -> Problem) -> Option<Logic> {
        match self.term(node, Type::Text) {
            Ok((term, Type::Bool)) => Some(Logic::Atom(Atom {
                span: node.span,
                kind: if matches!(term, Term::Var(_)) {
                    StepKind::Variable
                } else {
                    StepKind::Comparison
                },
                reads: term.reads(),
                term,
            })),
            Ok((_, found)) => {
                self.faults.push(Fault::new(node.span, not_bool(found)));
                None
            }
            Err(fault) => {
                self.faults.push(fault);
                None
            }
        }
    }

    /// A value; a quoted literal becomes one of type `want`.
    fn term(&mut self, node: &Node, want: Type) -> Result<Typed, Fault> {
        let constant = |value, ty| Ok((Term::Const(value), ty));
        match &node.kind {
            NodeKind::Or(_) | NodeKind::And(_) | NodeKind::Not(_) => self.bracketed(node),
            NodeKind::Compare(op, left, right) => self.compare(node, *op, (left, right)),
            NodeKind::Call(name, values) => self.call(node, name, values),
            NodeKind::Name(name) => {
                let (slot, ty) = self.variable(name, node.span)?;
                Ok((Term::Var(slot), ty))
            }
            NodeKind::List(items) => literal::list(items, want),
            NodeKind::Text(text) => literal::text(text, node.span, want),
            NodeKind::Number(number) => constant(Value::Int(*number), Type::Int),
            NodeKind::Address(address) => constant(Value::Address(*address), Type::Address),
            NodeKind::Network(network) => constant(Value::Network(*network), Type::Network),
            NodeKind::Result(verdict) => constant(Value::Result(*verdict), Type::Result),
            NodeKind::Bool(b) => constant(Value::Bool(*b), Type::Bool),
        }
    }

    fn bracketed(&mut self, node: &Node) -> Result<Typed, Fault> {
        match self.logic(node, operand) {
            Some(logic) => Ok((Term::Logic(Box::new(logic)), Type::Bool)),
            // The last fault becomes the caller's, so that it is reported once.
            None => Err(self.faults.pop().unwrap_or_else(|| {
                let found = Type::Bool;
                Fault::new(node.span, operand(found))
            })),
        }
    }

    fn call(&mut self, node: &Node, name: &str, values: &[Node]) -> Result<Typed, Fault> {
        let Some(function) = Function::from_name(name) else {
            let names = Function::ALL.map(Function::as_str);
            let problem = Problem::NoFunction { name: name.to_owned() };
            let span = Span::new(node.span.start, node.span.start + name.len());
            return Err(Fault {
                suggestion: closest(name, names).map(str::to_owned),
                ..Fault::new(span, problem)
            });
        };
        if values.len() != function.takes() {
            let problem = Problem::Arguments {
                function: function.as_str(),
                takes: function.takes(),
                given: values.len(),
            };
            return Err(Fault::new(node.span, problem));
        }
        let mut terms = Vec::with_capacity(values.len());
        for value in values {
            let (term, found) = self.term(value, function.literal())?;
            if !function.accepts(found) {
                let expected = function.wants();
                let problem = Problem::Expected { expected, found };
                return Err(Fault::new(value.span, problem));
            }
            terms.push(term);
        }
        Ok((Term::Call(function, terms), function.result()))
    }

    fn compare(&mut self, node: &Node, op: Op, sides: (&Node, &Node)) -> Result<Typed, Fault> {
        let (left_node, right_node) = sides;
        let ((left, lt), (right, rt)) = if is_untyped(left_node) && !is_untyped(right_node) {
            let right = self.term(right_node, Type::Text)?;
            let left = self.term(left_node, member_of(op, right.1))?;
            (left, right)
        } else {
            let left = self.term(left_node, Type::Text)?;
            let right = self.term(right_node, left.1)?;
            (left, right)
        };
        fits(op, lt, rt).map_err(|problem| {
            let problem = literal::advise(problem, sides);
            Fault::new(node.span, problem)
        })?;
        Ok((Term::Compare(op, Box::new(left), Box::new(right)), Type::Bool))
    }
}

const fn operand(found: Type) -> Problem {
    let expected = "a truth value";
    Problem::Expected { expected, found }
}

/// The type that the left side of `op` has when the right one is of type `right`.
const fn member_of(op: Op, right: Type) -> Type {
    match (op, right) {
        (Op::In | Op::NotIn, Type::List(item)) => item.as_type(),
        _ => right,
    }
}

/// Whether `op` may stand between values of these types.
fn fits(op: Op, left: Type, right: Type) -> Result<(), Problem> {
    let differ = Problem::Compare { left, right, advice: String::new() };
    match op {
        Op::Eq | Op::Ne => match left {
            _ if left != right => Err(differ),
            Type::Network | Type::List(_) => Err(Problem::Operator { op: op.as_str(), ty: left }),
            Type::Bool
            | Type::Int
            | Type::Text
            | Type::Domain
            | Type::Email
            | Type::Address
            | Type::Result => Ok(()),
        },
        Op::Lt | Op::Le | Op::Gt | Op::Ge => match (left, right) {
            (Type::Int, Type::Int) => Ok(()),
            _ if left != right => Err(differ),
            _ => Err(Problem::Operator { op: op.as_str(), ty: left }),
        },
        Op::In | Op::NotIn => match (left, right) {
            (Type::Address, Type::Network | Type::List(Item::Network)) => Ok(()),
            (_, Type::List(item)) if item.as_type() == left && left != Type::Network => Ok(()),
            (_, Type::List(_) | Type::Network) => Err(differ),
            (_, found) => {
                Err(Problem::Expected { expected: "a list or network behind `in`", found })
            }
        },
    }
}
