//! What became of a message.

use super::Trace;
use crate::event::Event;
use crate::words::{Effect, Stage};
use postrider_core::SafeText;
use std::collections::BTreeMap;
use std::fmt;

/// What became of a message, as far as its trace tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// Delivered to every recipient.
    Delivered,
    /// Refused by the next server, or not delivered in time, for at least one recipient.
    Bounced,
    /// Waits for its next attempt.
    Retrying,
    /// Refused for good while the client waited.
    Rejected,
    /// Refused for now while the client waited.
    Deferred,
    /// Accepted; nothing was tried yet.
    Accepted,
    /// Accepted and thrown away.
    Discarded,
    /// Accepted, to another folder.
    Quarantined,
    /// Accepted, waits for the operator.
    Held,
    /// No decision yet, or the client went away before one.
    Open,
}

impl Outcome {
    /// Whether the client, or the sender later, was told no.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Rejected | Self::Deferred | Self::Bounced)
    }

    const fn of_message(effect: Effect) -> Self {
        match effect {
            Effect::Reject => Self::Rejected,
            Effect::Defer => Self::Deferred,
            Effect::Discard => Self::Discarded,
            Effect::Quarantine => Self::Quarantined,
            Effect::Hold => Self::Held,
            Effect::Delivered => Self::Delivered,
            Effect::Retry => Self::Retrying,
            Effect::Bounce | Effect::Expire => Self::Bounced,
            Effect::Continue | Effect::Tag | Effect::Header | Effect::Route | Effect::Accept => {
                Self::Accepted
            }
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Delivered => "DELIVERED",
            Self::Bounced => "BOUNCED",
            Self::Retrying => "RETRYING",
            Self::Rejected => "REJECTED",
            Self::Deferred => "DEFERRED",
            Self::Accepted => "ACCEPTED",
            Self::Discarded => "DISCARDED",
            Self::Quarantined => "QUARANTINED",
            Self::Held => "HELD",
            Self::Open => "OPEN",
        })
    }
}

impl Trace {
    /// What became of the message.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.decision().map_or(Outcome::Open, |(outcome, _)| outcome)
    }

    /// The event that decided what became of the message.
    #[must_use]
    pub fn deciding(&self) -> Option<&Event> {
        self.decision().map(|(_, event)| event)
    }

    fn decision(&self) -> Option<(Outcome, &Event)> {
        let of_message = self.of_message();
        if let Some((Outcome::Quarantined | Outcome::Discarded | Outcome::Held, _)) = of_message {
            return of_message;
        }
        self.of_attempts().or(of_message).or_else(|| self.of_recipients())
    }

    /// The last word on each recipient; of those the worst.
    fn of_attempts(&self) -> Option<(Outcome, &Event)> {
        let mut last: BTreeMap<Option<&SafeText>, &Event> = BTreeMap::new();
        for event in self.events.iter().filter(|e| e.att.is_some()) {
            if event.is_decision() {
                last.insert(event.rcpt.as_ref(), event);
            }
        }
        let rank = |outcome| {
            let worst_last = [Outcome::Retrying, Outcome::Bounced];
            worst_last.iter().position(|o| *o == outcome)
        };
        last.into_values()
            .filter_map(|event| Some((Outcome::of_message(event.eff?), event)))
            .max_by_key(|&(outcome, event)| (rank(outcome), event.t))
    }

    /// The decision on the message as a whole.
    fn of_message(&self) -> Option<(Outcome, &Event)> {
        let whole = |e: &&Event| e.is_decision() && e.att.is_none() && e.stage == Stage::Data;
        let event = self.events.iter().rev().find(whole)?;
        Some((Outcome::of_message(event.eff?), event))
    }

    /// No message came, but a command was refused and no recipient was accepted.
    fn of_recipients(&self) -> Option<(Outcome, &Event)> {
        let decisions = || self.events.iter().filter(|e| e.is_decision());
        let taken = |e: &Event| e.stage == Stage::Rcpt && e.eff == Some(Effect::Accept);
        if decisions().any(taken) {
            return None;
        }
        let refused = |effect| decisions().rfind(|e| e.eff == Some(effect));
        let event = refused(Effect::Reject).or_else(|| refused(Effect::Defer))?;
        Some((Outcome::of_message(event.eff?), event))
    }
}
