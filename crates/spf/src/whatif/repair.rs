//! The changes after which a client passes.

use super::cost::Cost;
use super::edited::Edited;
use super::places::{self, Place};
use crate::eval::check;
use crate::limits::Limits;
use crate::outcome::{Outcome, Verdict};
use crate::record::{Fault, Ip4Network, Ip6Network, Mechanism};
use crate::session::Session;
use crate::step::Step;
use crate::why::Why;
use postrider_core::{SafeText, Span};
use postrider_resolver::{Name, Resolver};
use std::fmt;
use std::net::IpAddr;

/// Most changes that are told together; what needs more should be written anew.
pub const MAX_CHANGES: usize = 6;

/// A change of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The domain whose record is changed.
    pub domain: Name,
    /// What is done.
    pub edit: Edit,
    /// The record as it is then, earlier changes with it.
    pub record: SafeText,
}

/// What is done to a record. `Display` says it without the record's domain.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Edit {
    /// A term is put in.
    Add {
        /// The new term.
        mechanism: Mechanism,
    },
    /// Terms are taken out: malformed ones, those that lead nowhere, or the dearest.
    Remove {
        /// The terms, as published.
        terms: Vec<SafeText>,
    },
    /// Of several records one is kept.
    KeepOne {
        /// How many there are.
        of: usize,
    },
    /// A first record is published.
    Publish,
}

/// A search for changes.
pub(super) struct Repair<'a, R> {
    pub(super) resolver: &'a R,
    pub(super) session: &'a Session<'a>,
    pub(super) limits: &'a Limits,
    pub(super) costs: &'a [Cost],
    /// The directive that matches where limits are lifted: it is worth keeping.
    pub(super) matched: Option<(&'a Name, Span)>,
}

impl<R: Resolver> Repair<'_, R> {
    /// Changes after all of which the check passes; none if there are no such.
    pub(super) async fn find(&self, outcome: &Outcome) -> Vec<Change> {
        let Some(own) = outcome.domain.as_ref().filter(|_| outcome.verdict != Verdict::Pass) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        loop {
            let (now, steps) = self.with(outcome, &changes).await;
            if now.verdict == Verdict::Pass {
                break;
            }
            match self.next(own, &now, &steps) {
                Some(change) if changes.len() < MAX_CHANGES => changes.push(change),
                _ => return Vec::new(),
            }
        }
        self.needed(outcome, changes).await
    }

    /// Leaves out what is not needed. A change holds the earlier ones of its record, so only the
    /// last of a record can go.
    async fn needed(&self, outcome: &Outcome, mut changes: Vec<Change>) -> Vec<Change> {
        for at in (0..changes.len()).rev() {
            let mut fewer = changes.clone();
            let gone = fewer.remove(at);
            let is_last = fewer.iter().skip(at).all(|c| c.domain != gone.domain);
            if is_last && self.with(outcome, &fewer).await.0.verdict == Verdict::Pass {
                changes = fewer;
            }
        }
        changes
    }

    async fn with(&self, outcome: &Outcome, changes: &[Change]) -> (Outcome, Vec<Step>) {
        let edited = Edited { inner: self.resolver, changes };
        let mut steps = Vec::new();
        let identity = outcome.identity;
        let outcome = check(&edited, self.session, identity, self.limits, &mut steps).await;
        (outcome, steps)
    }

    /// One change against what stands in the way now.
    fn next(&self, own: &Name, outcome: &Outcome, steps: &[Step]) -> Option<Change> {
        match &outcome.why {
            Why::Matched(_) | Why::NoMatch { .. } => add(own, outcome, steps),
            Why::NoRecord { domain, .. } if domain == own => Some(publish(own, outcome.client)),
            Why::SeveralRecords { domain, count } if domain.is_at_or_under(own) => {
                keep_one(domain, *count, steps)
            }
            Why::Syntax { domain, faults, .. } if domain.is_at_or_under(own) => {
                without_faults(domain, faults, steps)
            }
            Why::TooManyTerms { limit } => self.cheaper(own, *limit, |c| c.terms, steps),
            Why::TooManyVoid { limit } => self.cheaper(own, *limit, |c| c.void, steps),
            Why::SeveralRecords { .. }
            | Why::Syntax { .. }
            | Why::IncludeNone { .. }
            | Why::RedirectNone { .. }
            | Why::TooManyMx { .. } => without(&places::last_own(steps, own)?),
            // No record is at fault.
            Why::NoRecord { .. } | Why::BadDomain { .. } => None,
            Why::Dns { .. } | Why::Elapsed { .. } => None,
        }
    }

    /// The checked record without as few terms as keep it in a limit, the dearest first.
    fn cheaper(
        &self,
        own: &Name,
        limit: u8,
        of: fn(&Cost) -> u8,
        steps: &[Step],
    ) -> Option<Change> {
        let text = places::published(steps, own).pop()?;
        let terms = || self.costs.iter().filter(|c| c.domain == *own && c.depth == 0);
        let mut total: u32 = terms().map(|c| u32::from(of(c))).sum();
        let mut dearest: Vec<&Cost> =
            terms().filter(|c| self.matched != Some((own, c.span))).collect();
        dearest.sort_by_key(|c| std::cmp::Reverse(of(c)));
        let mut spans = Vec::new();
        for cost in dearest {
            if total <= u32::from(limit) {
                break;
            }
            // An earlier change may have moved or taken the term.
            let still = text.get(cost.span.start..cost.span.end) == Some(&*cost.term);
            if still && of(cost) > 0 {
                total = total.saturating_sub(of(cost).into());
                spans.push(cost.span);
            }
        }
        remove(own, &text, &spans)
    }
}

/// The client's address before the directive that turned it away.
fn add(own: &Name, outcome: &Outcome, steps: &[Step]) -> Option<Change> {
    let text = places::published(steps, own).pop()?;
    let at = outcome.matched().filter(|m| m.domain == *own).map_or(text.len(), |m| m.span.start);
    let (before, behind) = text.split_at_checked(at)?;
    let mechanism = mechanism(outcome.client);
    let record = format!("{} {mechanism} {behind}", before.trim_end());
    let record = SafeText::escaped(record.trim_end().as_bytes());
    Some(Change { domain: own.clone(), edit: Edit::Add { mechanism }, record })
}

const fn mechanism(client: IpAddr) -> Mechanism {
    match client {
        IpAddr::V4(address) => Mechanism::Ip4(Ip4Network { address, prefix: None }),
        IpAddr::V6(address) => Mechanism::Ip6(Ip6Network { address, prefix: None }),
    }
}

fn publish(own: &Name, client: IpAddr) -> Change {
    let record = SafeText::display(&format_args!("v=spf1 {} -all", mechanism(client)));
    Change { domain: own.clone(), edit: Edit::Publish, record }
}

/// The first of several records; whether it passes shows next.
fn keep_one(domain: &Name, of: usize, steps: &[Step]) -> Option<Change> {
    let first = places::published(steps, domain).into_iter().next()?;
    let record = SafeText::escaped(first.as_bytes());
    Some(Change { domain: domain.clone(), edit: Edit::KeepOne { of }, record })
}

fn without_faults(domain: &Name, faults: &[Fault], steps: &[Step]) -> Option<Change> {
    let text = places::published(steps, domain).pop()?;
    let spans: Vec<Span> = faults.iter().map(|fault| fault.span).collect();
    remove(domain, &text, &spans)
}

fn without(place: &Place<'_>) -> Option<Change> {
    remove(place.domain, place.text, &[place.span])
}

/// The record without the terms in which any of the spans begins.
fn remove(domain: &Name, text: &str, spans: &[Span]) -> Option<Change> {
    let mut at = 0;
    let mut terms = Vec::new();
    let mut kept = Vec::new();
    for (n, part) in text.split(' ').enumerate() {
        let end = at + part.len();
        let faulty = spans.iter().any(|s| at <= s.start && s.start <= end);
        match part {
            "" => {}
            part if n > 0 && faulty => terms.push(SafeText::escaped(part.as_bytes())),
            part => kept.push(part),
        }
        at = end + 1;
    }
    if terms.is_empty() {
        return None;
    }
    let record = SafeText::escaped(kept.join(" ").as_bytes());
    Some(Change { domain: domain.clone(), edit: Edit::Remove { terms }, record })
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Add { mechanism } => write!(f, "add {mechanism}"),
            Self::Remove { terms } => {
                let terms: Vec<&str> = terms.iter().map(SafeText::as_str).collect();
                write!(f, "remove {}", terms.join(" "))
            }
            Self::KeepOne { of } => write!(f, "keep only one of {of} records"),
            Self::Publish => f.write_str("publish a record"),
        }
    }
}

impl fmt::Display for Change {
    /// `bank.example: add ip4:192.0.2.66, so that it is "v=spf1 ip4:192.0.2.66 -all"`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, so that it is \"{}\"", self.domain, self.edit, self.record)
    }
}
