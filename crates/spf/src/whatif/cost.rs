//! What a term costs, with all that it leads to.

use crate::step::{Event, Step};
use postrider_core::Span;
use postrider_resolver::Name;
use std::fmt;

/// A term that asked DNS and what it used of the limits, included and redirected records with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// The domain whose record holds the term.
    pub domain: Name,
    /// The term as published.
    pub term: Box<str>,
    /// Its place in the record.
    pub span: Span,
    /// How many includes and redirects deep the record is.
    pub depth: u8,
    /// Terms that asked DNS, this one counted.
    pub terms: u8,
    /// Terms among them whose questions had no answer.
    pub void: u8,
}

/// The costs of the terms in a trace, in order.
pub(super) fn costs(steps: &[Step]) -> Vec<Cost> {
    let mut costs: Vec<(usize, Cost)> = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        if let Event::Term { text, span } = &step.event
            && let Some(domain) = domain_at(steps.get(..at).unwrap_or_default(), step.depth)
        {
            let (term, span, depth) = (text.clone(), *span, step.depth);
            let cost = Cost { domain: domain.clone(), term, span, depth, terms: 0, void: 0 };
            costs.push((at, cost));
        }
    }
    for (at, cost) in &mut costs {
        // The term is counted before its step is taken.
        let before = at.checked_sub(1).and_then(|at| steps.get(at)).map(|s| s.counters);
        let rest = steps.get(*at..).unwrap_or_default();
        let next = rest.iter().skip(1).position(|s| ends(s, cost.depth));
        let last = rest.iter().take(next.map_or(rest.len(), |n| n + 1)).next_back();
        let (Some(before), Some(after)) = (before, last.map(|s| s.counters)) else {
            continue;
        };
        cost.terms = after.terms.used.saturating_sub(before.terms.used);
        cost.void = after.void.used.saturating_sub(before.void.used);
    }
    costs.into_iter().map(|(_, cost)| cost).filter(|cost| cost.terms > 0).collect()
}

/// Whether a step no longer belongs to a term of a record so deep.
fn ends(step: &Step, depth: u8) -> bool {
    step.depth < depth || (step.depth == depth && matches!(step.event, Event::Term { .. }))
}

/// The domain whose record is being evaluated so deep.
fn domain_at(before: &[Step], depth: u8) -> Option<&Name> {
    before.iter().rev().find_map(|step| {
        let Event::Record { domain, .. } = &step.event else {
            return None;
        };
        (step.depth == depth).then_some(domain)
    })
}

impl fmt::Display for Cost {
    /// `include:esp.example costs 6 look-ups`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.terms == 1 { "" } else { "s" };
        write!(f, "{} costs {} look-up{plural}", self.term, self.terms)?;
        match self.void {
            0 => Ok(()),
            void => write!(f, ", {void} void"),
        }
    }
}
