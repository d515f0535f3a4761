//! Texts with `{name}` in them.

use crate::check::{Checker, Fault};
use crate::error::Problem;
use crate::reply::{check_text, inserted};
use crate::value::Value;
use postrider_core::Span;

/// A text whose braces are filled in when it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    /// The value of this slot.
    Slot(usize),
}

impl Template {
    /// Reads `text`, which stands at octet `at` of the action's text; every name must be visible.
    pub(crate) fn parse(text: &str, at: usize, checker: &mut Checker<'_>) -> Result<Self, Fault> {
        let whole = Span::new(at, at + text.len());
        check_text(text).map_err(|e| Fault::new(whole, e.into()))?;
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find(['{', '}']) {
            let here = at + text.len() - rest.len() + open;
            let brace = || Fault::new(Span::new(here, here + 1), Problem::Brace);
            let (before, from) = rest.split_at_checked(open).ok_or_else(brace)?;
            let inside = from.strip_prefix('{').ok_or_else(brace)?;
            let (name, behind) = inside.split_once('}').ok_or_else(brace)?;
            let span = Span::new(here + 1, here + 1 + name.len());
            if name.is_empty() || name.contains('{') {
                return Err(brace());
            }
            let (slot, _) = checker.variable(name, span)?;
            parts.push(Part::Text(before.to_owned()));
            parts.push(Part::Slot(slot));
            rest = behind;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The text with the values of its slots: printable US-ASCII, each value within 100 octets.
    pub(crate) fn fill(&self, values: &[Value]) -> String {
        self.0
            .iter()
            .map(|part| match part {
                Part::Text(text) => text.clone(),
                Part::Slot(slot) => values.get(*slot).map(inserted).unwrap_or_default(),
            })
            .collect()
    }
}
