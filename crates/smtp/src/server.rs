//! The server connection: octets, answers and time go in; events and replies come out.
//!
//! ```
//! use bytes::BytesMut;
//! use postrider_core::DomainName;
//! use postrider_smtp::server::{Config, Connection, Event, Verdict};
//! use postrider_smtp::value::Instant;
//! use std::sync::Arc;
//!
//! let config = Arc::new(Config::new(DomainName::parse("mx.example").unwrap()));
//! let now = Instant::default();
//! let (peer, local) = ("192.0.2.1:4711".parse().unwrap(), "192.0.2.2:25".parse().unwrap());
//! let mut connection = Connection::new(config, peer, local, now);
//!
//! let mut rx = BytesMut::from(&b"EHLO client.example\r\nQUIT\r\n"[..]);
//! let mut sent = Vec::new();
//! loop {
//!     connection.handle_input(now, &mut rx);
//!     match connection.poll_event() {
//!         Some(Event::Connected { ticket, .. } | Event::Hello { ticket, .. }) => {
//!             connection.answer(now, ticket, Verdict::Accept).unwrap();
//!         }
//!         Some(Event::Closed(_)) => break,
//!         _ => {}
//!     }
//!     while let Some(octets) = connection.poll_transmit() {
//!         sent.extend_from_slice(&octets);
//!     }
//! }
//! assert!(sent.starts_with(b"220 mx.example ESMTP"));
//! assert!(sent.ends_with(b"221 2.0.0 bye\r\n"));
//! ```
//!
//! # The order of calls
//!
//! 1. Read into `rx` when [`Connection::wants_read`] says so.
//! 2. Call [`Connection::handle_input`] with it, after reading and after every other call: it takes
//!    what it may and leaves the rest.
//! 3. Take every event of [`Connection::poll_event`]; answer those with a [`Ticket`], now or later.
//! 4. Send everything of [`Connection::poll_transmit`], and take events once more: the last ones,
//!    [`Event::UpgradeTls`] and [`Event::Closed`], come only when all replies have been taken.
//! 5. Call [`Connection::handle_timeout`] at [`Connection::poll_timeout`].
//!
//! One question is open at a time, so replies leave in the order of commands, and replies to
//! pipelined commands leave together when the answers come at once.

mod answer;
mod auth;
mod body;
mod chunks;
mod clock;
mod commands;
mod config;
mod connection;
mod event;
mod hello;
mod limits;
mod lines;
mod outbox;
mod refusal;
pub mod rules;
mod start;
mod state;
mod timers;
pub mod trace;

pub use clock::Timer;
pub use config::{
    Auth, ByMinimum, Config, Extensions, HoldLimits, LongLine, Offer, OnFault, PriorityProfile,
    Queries, Service, Tls, WirePolicy,
};
pub use connection::Connection;
pub use event::{Event, Framing, Query, SaslStep, StaleTicket, Talk, Ticket, Verdict};
pub use limits::{Limits, MIN_RECIPIENTS, TEXT_LINE, Timeouts};
