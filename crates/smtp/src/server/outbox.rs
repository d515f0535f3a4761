//! What waits to be taken: events and replies in order, and the event that comes behind all replies.

use super::event::Event;
use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;

#[derive(Debug, Default)]
pub(super) struct Outbox {
    events: VecDeque<Event>,
    replies: BytesMut,
    last: Option<Event>,
}

impl Outbox {
    pub(super) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Tells `event` when every reply has been taken.
    pub(super) fn tell_last(&mut self, event: Event) {
        self.last = Some(event);
    }

    /// Whether such an event waits.
    pub(super) const fn has_last(&self) -> bool {
        self.last.is_some()
    }

    pub(super) const fn replies(&mut self) -> &mut BytesMut {
        &mut self.replies
    }

    /// Octets of replies that were not taken.
    pub(super) fn backlog(&self) -> usize {
        self.replies.len()
    }

    pub(super) fn event(&mut self) -> Option<Event> {
        match self.events.pop_front() {
            None if self.replies.is_empty() => self.last.take(),
            event => event,
        }
    }

    pub(super) fn transmit(&mut self) -> Option<Bytes> {
        match self.replies.is_empty() {
            true => None,
            false => Some(self.replies.split().freeze()),
        }
    }
}
