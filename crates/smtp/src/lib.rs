//! SMTP without I/O: values that can only be valid, a codec, and server and client connections as
//! state machines that are driven by octets, answers and time.
//!
//! ```
//! use bytes::BytesMut;
//! use postrider_smtp::codec::data::{DataDecoder, DataItem};
//!
//! // What smuggling takes for the end of a message is content, and is counted.
//! let mut rx = BytesMut::from(&b"one\n.\nMAIL FROM:<x@y.example>\r\n.\r\nNOOP\r\n"[..]);
//! let mut decoder = DataDecoder::new();
//! assert!(matches!(decoder.next(&mut rx, usize::MAX), Some(DataItem::Body(b)) if b.len() == 31));
//! let Some(DataItem::End(stats)) = decoder.next(&mut rx, usize::MAX) else { panic!() };
//! assert_eq!((stats.bare_lf.count, stats.bare_lf.first), (2, Some(3)));
//! assert_eq!(&rx[..], b"NOOP\r\n");
//! ```
//!
//! Nothing here reads a socket or a clock: [`server::Connection`] and [`client::Connection`] are given
//! octets and the time, and say what to send, what has happened and when to call again. The drivers for
//! tokio are in `postrider-smtp-tokio`.
//!
//! | module | what it holds |
//! |---|---|
//! | [`value`] | replies, parameters, EHLO arguments, time, TLS facts |
//! | [`command`] | commands as values: one grammar to read them, one way to write them |
//! | [`codec`] | framing: lines, DATA, chunks, replies, PROXY headers |
//! | [`server`] | the server connection |
//! | [`client`] | the client connection |
//! | [`sasl`] | both sides of PLAIN and LOGIN |
//! | [`rule`] | why a reply was given: every rule by id and RFC section |
//!
//! | supported | where |
//! |---|---|
//! | SMTP | RFC 5321; strict by default, each leniency is a switch |
//! | PIPELINING, SIZE, 8BITMIME, ENHANCEDSTATUSCODES | RFC 2920, RFC 1870, RFC 6152, RFC 2034 with RFC 3463 |
//! | SMTPUTF8 | RFC 6531 |
//! | STARTTLS, implicit TLS | RFC 3207, RFC 8314 |
//! | AUTH under TLS: SCRAM-SHA-256 with channel binding, PLAIN, LOGIN | RFC 4954, RFC 7677, RFC 4616 |
//! | LIMITS | RFC 9422 |
//! | 521, 556 | RFC 7504, RFC 7505 |
//! | CHUNKING, BINARYMIME, server | RFC 3030 |
//! | DSN, parameters of both sides' commands | RFC 3461, RFC 6533 |
//! | LMTP, server | RFC 2033 |
//! | REQUIRETLS, MT-PRIORITY, DELIVERBY, FUTURERELEASE, server | RFC 8689, RFC 6710, RFC 2852, RFC 4865 |
//! | PROXY protocol, versions 1 and 2 | `HAProxy`, `doc/proxy-protocol.txt` |
//!
//! A server announces those of the last groups only when they are configured; what it does not announce
//! gets 502 or 555, as RFC 5321 §4.2.4 and §4.1.1.11 want.
#![doc(html_root_url = "https://docs.rs/postrider-smtp")]

pub mod client;
pub mod codec;
pub mod command;
pub mod rule;
pub mod sasl;
pub mod server;
pub mod value;
