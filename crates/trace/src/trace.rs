//! Events grouped into traces: one for each message, and one for each session without any.

mod outcome;

pub use outcome::Outcome;

use crate::event::Event;
use crate::id::{SessionId, TraceId};
use postrider_core::UnixTime;
use std::collections::{BTreeMap, BTreeSet};

/// All that happened to one message, or in a session that came to none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Trace {
    /// By which it is found.
    pub id: TraceId,
    /// What happened in the session before the message; empty where the trace is the session's own.
    pub session: Vec<Event>,
    /// What happened to the message, or in the session.
    pub events: Vec<Event>,
}

/// Events that are missing, seen by a jump in the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Gap {
    /// Number of the event behind the gap.
    pub before: u32,
    /// How many are missing.
    pub missing: u32,
}

/// Events in the order in which they came, by what they belong to.
#[derive(Default)]
struct Groups {
    sessions: BTreeMap<SessionId, Vec<Event>>,
    /// Sessions that have a message.
    used: BTreeSet<SessionId>,
    traces: BTreeMap<TraceId, Trace>,
    /// Trace ids by first appearance.
    order: Vec<TraceId>,
}

impl Groups {
    fn add(&mut self, event: Event) {
        match (event.msg, event.sess) {
            (Some(id), sess) => {
                let id = TraceId::Message(id);
                self.used.extend(sess);
                if !self.traces.contains_key(&id) {
                    self.start(id, sess);
                }
                if let Some(trace) = self.traces.get_mut(&id) {
                    trace.events.push(event);
                }
            }
            (None, Some(sess)) => {
                let id = TraceId::Session(sess);
                if !self.sessions.contains_key(&sess) {
                    self.order.push(id);
                }
                self.sessions.entry(sess).or_default().push(event);
            }
            // Belongs to nothing; no recorder writes that.
            (None, None) => {}
        }
    }

    /// A message begins: what the session did so far is copied in front.
    fn start(&mut self, id: TraceId, sess: Option<SessionId>) {
        let session = sess.and_then(|s| self.sessions.get(&s)).cloned();
        let trace = Trace { id, session: session.unwrap_or_default(), events: Vec::new() };
        self.traces.insert(id, trace);
        self.order.push(id);
    }

    fn finish(mut self) -> Vec<Trace> {
        let mut traces = Vec::with_capacity(self.order.len());
        for id in self.order {
            let trace = match id {
                TraceId::Message(_) => self.traces.remove(&id),
                TraceId::Session(sess) if self.used.contains(&sess) => None,
                TraceId::Session(sess) => self.sessions.remove(&sess).map(|events| Trace {
                    id,
                    session: Vec::new(),
                    events,
                }),
            };
            traces.extend(trace);
        }
        traces
    }
}

impl Trace {
    /// Groups events by trace, in order of first appearance. Within a trace the order stays.
    #[must_use]
    pub fn group(events: impl IntoIterator<Item = Event>) -> Vec<Self> {
        let mut groups = Groups::default();
        for event in events {
            groups.add(event);
        }
        groups.finish()
    }

    /// The events of the session, then those of the message.
    pub fn all(&self) -> impl Iterator<Item = &Event> {
        self.session.iter().chain(&self.events)
    }

    /// When the message, or the session, began.
    #[must_use]
    pub fn began(&self) -> UnixTime {
        self.events.first().map_or_else(|| self.id.time(), |e| e.t)
    }

    /// The gap right before `event`, if events are missing there.
    #[must_use]
    pub fn gap_before(&self, event: &Event) -> Option<Gap> {
        let same = |e: &&Event| (e.msg, e.att) == (event.msg, event.att) && e.n < event.n;
        let last = self.all().filter(same).map(|e| e.n).max().unwrap_or(0);
        let missing = event.n.saturating_sub(last).saturating_sub(1);
        (missing > 0).then_some(Gap { before: event.n, missing })
    }

    /// All gaps, in order.
    pub fn gaps(&self) -> impl Iterator<Item = Gap> {
        self.all().filter_map(|event| self.gap_before(event))
    }

    /// The last event of the check `name` that is no decision.
    #[must_use]
    pub fn check(&self, name: &str) -> Option<&Event> {
        self.all().filter(|e| e.check_name() == name && !e.is_decision()).last()
    }
}
