//! Commands that wait for their replies: first in, first out.

use super::event::Stage;
use std::collections::VecDeque;

/// What is in flight, and how many octets of it.
#[derive(Debug, Default)]
pub(super) struct Flight {
    commands: VecDeque<(Stage, usize)>,
    octets: usize,
}

impl Flight {
    /// Begins with the greeting, which no command asks for.
    pub(super) fn greeting() -> Self {
        let mut flight = Self::default();
        flight.push(Stage::Greeting, 0);
        flight
    }

    pub(super) fn push(&mut self, stage: Stage, octets: usize) {
        self.commands.push_back((stage, octets));
        self.octets = self.octets.saturating_add(octets);
    }

    /// The command that the next reply answers.
    pub(super) fn pop(&mut self) -> Option<Stage> {
        let (stage, octets) = self.commands.pop_front()?;
        self.octets = self.octets.saturating_sub(octets);
        Some(stage)
    }

    pub(super) fn front(&self) -> Option<Stage> {
        self.commands.front().map(|(stage, _)| *stage)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Whether a command of this length may join: alone always, with others up to a limit.
    pub(super) fn has_room(&self, octets: usize, limit: usize) -> bool {
        self.is_empty() || self.octets.saturating_add(octets) <= limit
    }

    pub(super) fn clear(&mut self) {
        self.commands.clear();
        self.octets = 0;
    }
}
