//! A minimal set of comparisons that forces a result.

use crate::name::Name;
use crate::outcome::Reason;
use crate::step::{Step, StepKind};
use crate::value::{Tri, Value};

/// The comparisons without which `root` would not be what it is.
///
/// For a false `and` the side that ended it; for a true `or` likewise; for a true `and` or a false
/// `or` every side; for an unknown one every unknown side; through `not`.
pub(crate) fn because(root: &Step, when: &str, leaves: &[(Name, Value)]) -> Vec<Reason> {
    let mut atoms = Vec::new();
    collect(root, &mut atoms);
    atoms
        .into_iter()
        .map(|atom| Reason {
            span: atom.span,
            text: text_of(atom, when),
            result: atom.result.clone(),
            leaves: leaves_of(atom, leaves),
        })
        .collect()
}

fn collect<'a>(step: &'a Step, atoms: &mut Vec<&'a Step>) {
    let ended = match (step.kind, &step.result) {
        (StepKind::Comparison | StepKind::Variable, _) => return atoms.push(step),
        (StepKind::And, Tri::False) | (StepKind::Or, Tri::True) => true,
        (StepKind::And | StepKind::Or | StepKind::Not, _) => false,
    };
    if ended {
        // Evaluation stopped there.
        if let Some(last) = step.children.last() {
            collect(last, atoms);
        }
        return;
    }
    let unknown = !step.result.is_definite();
    for child in &step.children {
        if !(unknown && child.result.is_definite()) {
            collect(child, atoms);
        }
    }
}

/// What `step` says, as it stands in the condition.
pub(crate) fn text_of(step: &Step, when: &str) -> String {
    String::from_utf8_lossy(step.span.of(when.as_bytes())).into_owned()
}

/// Names and values of the variables of `step`.
pub(crate) fn leaves_of(step: &Step, leaves: &[(Name, Value)]) -> Vec<(Name, Value)> {
    step.reads.iter().filter_map(|&slot| leaves.get(slot).cloned()).collect()
}
