//! The client connection as a state machine: octets, TLS and time go in, commands and results come out.
//!
//! ```
//! use postrider_smtp::client::{Config, Connection, Event};
//! use postrider_smtp::value::Instant;
//! use postrider_core::Host;
//! use std::sync::Arc;
//!
//! let now = Instant::from_millis(0);
//! let config = Config::new(Host::parse(b"client.example")?);
//! let mut client = Connection::new(Arc::new(config), now);
//! client.handle_input(now, &mut bytes::BytesMut::from("220 mx.example\r\n"));
//! assert_eq!(client.poll_transmit().as_deref(), Some(&b"EHLO client.example\r\n"[..]));
//! client.handle_input(now, &mut bytes::BytesMut::from("250-mx.example\r\n250 SIZE 1000\r\n"));
//! assert!(matches!(client.poll_event(), Some(Event::Greeting(_))));
//! assert!(matches!(client.poll_event(), Some(Event::Capabilities(c)) if c.max_size() == Some(1000)));
//! assert!(matches!(client.poll_event(), Some(Event::Ready)));
//! # Ok::<(), postrider_core::ParseHostError>(())
//! ```
//!
//! The order of calls is the contract: after each `handle_*`, `submit`, `body` or other input, drain
//! [`poll_event`](Connection::poll_event) and [`poll_transmit`](Connection::poll_transmit), then sleep
//! until [`poll_timeout`](Connection::poll_timeout) or the next read. Read while writing: a server may
//! stop reading until its replies are read.
//!
//! | module | what it holds |
//! |---|---|
//! | [`config`] | what a client is told once: its name, TLS policy, limits, timeouts |
//! | [`capabilities`] | what the server announced |
//! | [`transaction`] | one message's envelope and its needs |
//! | [`event`] | results, and how things end |
//! | [`log`] | what was said, without credentials |

mod auth;
mod body;
pub mod capabilities;
pub mod config;
mod connection;
mod delivery;
mod ending;
mod envelope;
mod establish;
pub mod event;
mod flight;
pub mod log;
pub mod transaction;

pub use capabilities::{Capabilities, Extension, ServerLimits};
pub use config::{Chunking, ClearAuth, Config, Dialect, LineEndings, Timeouts, TlsPolicy};
pub use connection::Connection;
pub use event::{Cause, End, Event, Failed, NotReady, Stage};
pub use log::{Entry, Said};
pub use transaction::{Transaction, Unmet};

#[cfg(test)]
mod tests;
