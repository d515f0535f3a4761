//! Names of variables: which there are at a stage.

use super::{Checker, Fault};
use crate::error::Problem;
use crate::stage::{Stage, Visible};
use crate::suggest::closest;
use crate::value::Type;
use postrider_core::Span;

impl Checker<'_> {
    /// The slot and type of a variable that the rule's stage sees.
    pub(crate) fn variable(&mut self, name: &str, span: Span) -> Result<(usize, Type), Fault> {
        let schema = self.schema;
        let Some((key, variable)) = schema.find(name) else {
            return Err(self.no_variable(name, span));
        };
        if !variable.visible.at(self.stage) {
            let problem = not_visible(name, variable.visible, self.stage);
            return Err(Fault::new(span, problem));
        }
        let ty = variable.ty;
        if let Some(slot) = self.reads.iter().position(|(n, _)| *n == key) {
            return Ok((slot, ty));
        }
        self.reads.push((key, variable));
        Ok((self.reads.len() - 1, ty))
    }

    fn no_variable(&self, name: &str, span: Span) -> Fault {
        let visible = self
            .schema
            .variables()
            .filter(|(_, v)| v.visible.at(self.stage))
            .map(|(name, _)| name.as_str());
        let suggestion = closest(name, visible).map(str::to_owned);
        let problem = Problem::NoVariable { name: name.to_owned(), stage: self.stage };
        Fault { suggestion, ..Fault::new(span, problem) }
    }
}

fn not_visible(name: &str, visible: Visible, stage: Stage) -> Problem {
    let name = name.to_owned();
    let first = visible.first();
    if first > stage && first != Stage::Route {
        return Problem::TooEarly { name, first, stage };
    }
    Problem::NotVisible { name, first, stage }
}
