//! Getting mail out: MX routes, the delivering client, bounces, and local delivery to Maildir.
//!
//! A [`Runner`] takes what is due from a spool, sends it, records what became of each recipient,
//! and tells senders of failures. Everything it touches is a parameter: DNS is a `Resolver`, the
//! network a [`Dialer`], time and routes are [`Hooks`]; so every behaviour has a test on one machine.
//!
//! ```
//! use postrider_delivery::{mx, Random};
//! use postrider_resolver::{ZoneResolver, block_on};
//!
//! let zone = ZoneResolver::parse("example.org. IN MX 20 b.example.org.\n\
//!                                 example.org. IN MX 10 a.example.org.\n\
//!                                 a.example.org. IN A 198.51.100.1\n\
//!                                 b.example.org. IN A 198.51.100.2")?;
//! let domain = "example.org".parse()?;
//! let found = block_on(mx::resolve(&zone, &domain, &mx::Policy::default(), &Random::new(7)))?;
//! let hosts: Vec<_> = found.result?.iter().map(|t| t.name().to_string()).collect();
//! assert_eq!(hosts, ["a.example.org", "b.example.org"]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`runner`] | [`Runner`]: claims, attempts, records, tells |
//! | [`attempt`] | [`Sending`], [`Verdict`]: one message to the hosts of one destination |
//! | [`mx`] | from a domain to hosts and addresses |
//! | [`route`] | [`Route`], [`Router`]: where a message goes |
//! | [`maildir`] | local delivery |
//! | [`dsn`] | failure notices |
//! | [`refusal`] | what a server complains about |
//! | [`hooks`] | what is asked of the program around |
//! | [`dial`], [`random`] | the network and chance, as parameters |
//!
//! Supported: RFC 5321 §4.5.4, §5.1; RFC 7505 null MX; RFC 7435 opportunistic TLS; RFC 3461 NOTIFY
//! and RET for failures; RFC 3464 failure notices. Not yet: delay and success notices, DANE, MTA-STS,
//! SOCKS5, LMTP, connection reuse, conversion of 8-bit messages.
#![doc(html_root_url = "https://docs.rs/postrider-delivery")]

pub mod attempt;
pub mod dial;
pub mod dsn;
pub mod hooks;
pub mod maildir;
pub mod mx;
pub mod random;
pub mod refusal;
pub mod route;
pub mod runner;
mod source;

pub use attempt::{Mail, MinTls, Sending, Source, Verdict};
pub use dial::{Dialer, TcpDialer};
pub use dsn::Author;
pub use hooks::{Agreement, BoxFuture, Diagnose, Diagnosis, Hooks, Nothing, Sign, World};
pub use random::Random;
pub use refusal::{Class, Refusal};
pub use route::{Route, Router, Smarthost, SmarthostTls};
pub use runner::{Runner, Running};
