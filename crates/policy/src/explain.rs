//! An evaluation for people.

use crate::because::{leaves_of, text_of};
use crate::name::Name;
use crate::outcome::{Explained, Reason};
use crate::step::{Step, StepKind};
use crate::value::{Tri, Value};
use std::fmt;

/// Column at which the value of a comparison begins.
const VALUE_COLUMN: usize = 32;

impl fmt::Display for Explained {
    /// The condition, the tree of what was reached, and why the result is what it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "when  {}", one_line(&self.when))?;
        let (Some(result), Some(tree)) = (&self.result, &self.tree) else {
            return write!(f, "\n  => not reached");
        };
        self.step(f, tree, 1)?;
        write!(f, "\n  => {}", word(result))?;
        for (i, reason) in self.because.iter().enumerate() {
            let between = if i == 0 { " because " } else { "; " };
            write!(f, "{between}{reason}")?;
        }
        Ok(())
    }
}

impl Explained {
    /// One step, `level` deep, and those below it.
    fn step(&self, f: &mut fmt::Formatter<'_>, step: &Step, level: usize) -> fmt::Result {
        let indent = 2 * level;
        let text = one_line(&text_of(step, &self.when));
        write!(f, "\n{:indent$}{} {text}", "", mark(&step.result))?;
        let leaves = leaves_of(step, &self.leaves);
        match (step.kind, leaves.as_slice()) {
            // The mark says it already.
            (StepKind::Variable, [(_, value)]) if value.is_unknown() => write!(f, " = {value}")?,
            (StepKind::Variable, _) => {}
            (_, [leaf]) => {
                let used = indent + 2 + text.chars().count();
                let gap = VALUE_COLUMN.saturating_sub(used).max(2);
                write!(f, "{:gap$}{}", "", Leaf(leaf))?;
            }
            (_, leaves) => {
                let indent = indent + 4;
                for leaf in leaves {
                    write!(f, "\n{:indent$}{}", "", Leaf(leaf))?;
                }
            }
        }
        self.children(f, step, level)
    }

    fn children(&self, f: &mut fmt::Formatter<'_>, step: &Step, level: usize) -> fmt::Result {
        match (step.kind, step.children.as_slice()) {
            // `not name` says of the name what there is to say, unless it is unknown.
            (StepKind::Not, [one])
                if one.kind == StepKind::Variable && one.result.is_definite() =>
            {
                Ok(())
            }
            (_, children) => children.iter().try_for_each(|child| self.step(f, child, level + 1)),
        }
    }
}

/// `name = value`
struct Leaf<'a>(&'a (Name, Value));

impl fmt::Display for Leaf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, value) = self.0;
        write!(f, "{name} = {value}")
    }
}

impl fmt::Display for Reason {
    /// `` `dmarc == fail` is true ``
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is {}", one_line(&self.text), self.result)
    }
}

const fn mark(result: &Tri) -> char {
    match result {
        Tri::True => '✓',
        Tri::False => '✗',
        Tri::Unknown(_) => '?',
    }
}

const fn word(result: &Tri) -> &'static str {
    match result {
        Tri::True => "true",
        Tri::False => "false",
        Tri::Unknown(_) => "unknown",
    }
}

/// A condition may run over several lines; here it is one.
fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r', '\t']) {
        return text.to_owned();
    }
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    words.join(" ")
}
