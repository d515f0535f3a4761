//! The decision trace of a message: one event per check, kept as JSON lines, rendered for people.
//!
//! | module | what it holds |
//! |---|---|
//! | [`event`] | [`Event`] and its builder [`Draft`] |
//! | [`words`] | the vocabularies of an event |
//! | [`datum`] | values: one line, limited in size |
//! | [`id`] | by what a trace is found |
//! | [`recorder`], [`sink`] | numbering events, and where they go |
#![doc(html_root_url = "https://docs.rs/postrider-trace")]

pub mod datum;
pub mod event;
pub mod id;
pub mod recorder;
pub mod sink;
pub mod words;

pub use datum::{Datum, Fields};
pub use event::{At, Dns, Draft, Event, Fix, Reason, Truth};
pub use id::{SessionId, TraceId};
pub use recorder::Recorder;
pub use sink::{LineSink, MemorySink, TraceSink};
pub use words::{Effect, Kind, Out, Stage};
