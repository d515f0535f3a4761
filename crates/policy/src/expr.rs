//! A condition with every name resolved and every type checked.

use crate::ast::Op;
use crate::function::Function;
use crate::step::StepKind;
use crate::value::Value;
use postrider_core::Span;
use std::sync::Arc;

/// The part under `and`, `or` and `not`: what is true, false or unknown.
#[derive(Clone, Debug)]
pub(crate) enum Logic {
    And(Span, Vec<Self>),
    Or(Span, Vec<Self>),
    Not(Span, Box<Self>),
    Atom(Atom),
}

/// A truth value that is no `and`, `or` or `not`: the unit of `because`.
#[derive(Clone, Debug)]
pub(crate) struct Atom {
    pub(crate) span: Span,
    pub(crate) kind: StepKind,
    pub(crate) term: Term,
    /// Its variables in source order, as slots.
    pub(crate) reads: Arc<[usize]>,
}

/// Anything with a value. A slot is an index into the rule's variables.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Const(Value),
    Var(usize),
    Compare(Op, Box<Self>, Box<Self>),
    Call(Function, Vec<Self>),
    /// A bracketed truth value on one side of a comparison.
    Logic(Box<Logic>),
}

impl Term {
    /// The slots it reads, in source order, each once.
    pub(crate) fn reads(&self) -> Arc<[usize]> {
        let mut slots = Vec::new();
        self.collect(&mut slots);
        slots.into()
    }

    fn collect(&self, slots: &mut Vec<usize>) {
        match self {
            Self::Const(_) => {}
            Self::Var(slot) if slots.contains(slot) => {}
            Self::Var(slot) => slots.push(*slot),
            Self::Compare(_, left, right) => {
                left.collect(slots);
                right.collect(slots);
            }
            Self::Call(_, values) => values.iter().for_each(|v| v.collect(slots)),
            Self::Logic(logic) => logic.collect(slots),
        }
    }
}

impl Logic {
    fn collect(&self, slots: &mut Vec<usize>) {
        match self {
            Self::And(_, sides) | Self::Or(_, sides) => {
                sides.iter().for_each(|side| side.collect(slots));
            }
            Self::Not(_, inner) => inner.collect(slots),
            Self::Atom(atom) => atom.term.collect(slots),
        }
    }
}
