//! SMTP and LMTP without I/O: values that can only be valid, a codec, and server and client
//! connections as state machines.
//!
//! | module | what it holds |
//! |---|---|
//! | [`value`] | replies, parameters, EHLO arguments, time, TLS facts |
//! | [`command`] | commands as values: one grammar to read them, one way to write them |
//! | [`codec`] | framing: lines, DATA, replies, PROXY headers |
//! | [`server`] | the server connection |
//! | [`client`] | the client connection |
//! | [`sasl`] | both sides of PLAIN and LOGIN |
//! | [`rule`] | why a reply was given: every rule by id and RFC section |
#![doc(html_root_url = "https://docs.rs/postrider-smtp")]

pub mod client;
pub mod codec;
pub mod command;
pub mod rule;
pub mod sasl;
pub mod server;
pub mod value;
