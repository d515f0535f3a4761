//! The decision trace of a message: one event per check, kept as JSON lines, rendered for people.
