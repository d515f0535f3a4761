//! The tree of an evaluation: one node for each sub-expression that was reached.

use crate::value::Tri;
use postrider_core::Span;
use std::sync::Arc;

/// One sub-expression that was reached, with what it came to.
///
/// Sides that `and` or `or` did not need have no node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// Its place in the condition.
    pub span: Span,
    /// What kind of expression it is.
    pub kind: StepKind,
    /// What it came to.
    pub result: Tri,
    /// The sub-expressions that were reached, in order.
    pub children: Vec<Self>,
    /// The variables of a comparison, as indices into [`Explained::leaves`](crate::Explained::leaves).
    pub(crate) reads: Arc<[usize]>,
}

/// The kinds of truth-valued expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the rule language")]
pub enum StepKind {
    /// `a and b`
    And,
    /// `a or b`
    Or,
    /// `not a`
    Not,
    /// A comparison, a call, or a literal.
    Comparison,
    /// A variable that stands for itself.
    Variable,
}
