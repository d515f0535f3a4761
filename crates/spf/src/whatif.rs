//! What an operator can do: what each term costs, what a limit hid, and the changes after which the
//! client passes.
//!
//! Nothing here is guessed: a change is told only when a check with it was run and passed, and when
//! no part of it could be left out.

mod cost;
mod edited;
mod places;
mod repair;

pub use cost::Cost;
use repair::Repair;
pub use repair::{Change, Edit, MAX_CHANGES};

use crate::eval::check;
use crate::limits::Limits;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::step::Step;
use crate::why::Why;
use postrider_resolver::Resolver;
use std::fmt;

/// Each of the limits on terms, void terms and mail exchangers, where it is lifted to see behind
/// it: a record that needs more is not worth a look.
pub const LIFTED: u8 = 50;

/// What could be different about an [`Outcome`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct WhatIf {
    /// What the terms cost that were evaluated and asked DNS, in order, with limits
    /// [lifted](LIFTED).
    pub costs: Vec<Cost>,
    /// What the check would have come to if the limit it hit were higher.
    pub unlimited: Option<Box<Outcome>>,
    /// The changes to the operator's own records after all of which the client passes, none of them
    /// without need. Empty if it passes already, or if no such changes are known.
    pub changes: Vec<Change>,
}

/// Looks for what would make a check pass, and at what its terms cost.
///
/// Only records at or below the checked domain are changed; of others, the terms that lead to them.
/// Whether the client *should* pass is for the operator to say.
///
/// **DNS look-ups made**: those of the check, once with limits lifted, and once for each change that
/// is tried, at most 14 times in all; put a cache around the resolver. `outcome` must be that of
/// `session` under `limits`.
pub async fn what_if<R: Resolver>(
    resolver: &R,
    session: &Session<'_>,
    outcome: &Outcome,
    limits: &Limits,
) -> WhatIf {
    let lifted = Limits {
        terms: limits.terms.max(LIFTED),
        void: limits.void.max(LIFTED),
        mx_hosts: limits.mx_hosts.max(LIFTED),
        ..limits.clone()
    };
    let mut steps: Vec<Step> = Vec::new();
    let behind = check(resolver, session, outcome.identity, &lifted, &mut steps).await;
    let costs = cost::costs(&steps);
    let matched = behind.matched().map(|m| (&m.domain, m.span));
    let repair = Repair { resolver, session, limits, costs: &costs, matched };
    let changes = repair.find(outcome).await;
    let unlimited = hit_a_limit(&outcome.why).then(|| Box::new(behind));
    WhatIf { costs, unlimited, changes }
}

const fn hit_a_limit(why: &Why) -> bool {
    matches!(why, Why::TooManyTerms { .. } | Why::TooManyVoid { .. } | Why::TooManyMx { .. })
}

impl fmt::Display for WhatIf {
    /// A line for each term of the checked record that costs more than one look-up, for what a limit
    /// hid, and for each change; no final line end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        let own = self.costs.iter().filter(|c| c.depth == 0 && c.terms > 1);
        lines.extend(own.map(Cost::to_string));
        if let Some(outcome) = &self.unlimited {
            let (terms, void) = (outcome.counters.terms.used, outcome.counters.void.used);
            let counted = format!("{terms} terms ask DNS, {void} void");
            let (verdict, why) = (outcome.verdict, outcome.sentence());
            lines.push(format!("without the limit: {verdict} ({why}; {counted})"));
        }
        lines.extend(self.changes.iter().map(|change| format!("to pass: {change}")));
        f.write_str(&lines.join("\n"))
    }
}
