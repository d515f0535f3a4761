//! The decision trace of a message: one event per check, kept as JSON lines, rendered for people.
//!
//! ```
//! use postrider_core::{IdSource, UnixTime};
//! use postrider_trace::{Draft, Effect, MemorySink, Recorder, SessionId, Stage, Trace, View, render};
//! use std::sync::Arc;
//!
//! let now = UnixTime::parse_rfc3339("2026-11-24T08:21:40.150Z").unwrap();
//! let mut ids = IdSource::new(7, None);
//! let sink = Arc::new(MemorySink::new());
//! let session = Recorder::session(SessionId::new(ids.next(now)), sink.clone());
//! let mut message = session.message(ids.next(now));
//! message.record(now, Draft::decision(Stage::Data, Effect::Reject).reply("550 5.7.1 no").say("refused"));
//!
//! let traces = Trace::group(sink.take());
//! assert!(render(&traces[0], &View::new()).contains("REJECTED  2026-11-24T08:21:40Z"));
//! ```
//!
//! Recording is for every message, accepted or refused; it is no log level. The crate opens no file and reads
//! no clock: a [`TraceSink`] takes events, [`store`] knows the names of files and what is in them, and the
//! caller does the rest.
//!
//! | module | what it holds |
//! |---|---|
//! | [`event`] | [`Event`] and its builder [`Draft`] |
//! | [`words`] | the vocabularies of an event |
//! | [`datum`] | values: one line, limited in size |
//! | [`id`] | by what a trace is found |
//! | [`recorder`], [`sink`] | numbering events, and where they go |
//! | [`read`], [`trace`], [`filter`] | lines back to events, events to traces |
//! | [`store`], [`forget()`] | day files: names, retention, finding a trace; taking a person out |
//! | [`mod@render`], [`as_zone`] | the view for people; the DNS answers as a zone file |
#![doc(html_root_url = "https://docs.rs/postrider-trace")]

pub mod datum;
pub mod event;
pub mod filter;
mod forget;
pub mod id;
pub mod read;
pub mod recorder;
pub mod render;
pub mod sink;
pub mod store;
pub mod trace;
pub mod words;
mod zone;

pub use datum::{Datum, Fields};
pub use event::{At, Dns, Draft, Event, Fix, Reason, Truth};
pub use filter::Filter;
pub use forget::forget;
pub use id::{SessionId, TraceId};
pub use read::{BadLine, Lines, ReadError, read_lines};
pub use recorder::Recorder;
pub use render::{Charset, Colour, Detail, View, render};
pub use sink::{LineSink, MemorySink, TraceSink};
pub use store::Retention;
pub use trace::{Gap, Outcome, Trace};
pub use words::{Effect, Kind, Out, Stage};
pub use zone::as_zone;
