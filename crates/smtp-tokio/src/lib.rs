//! Drivers that run `postrider-smtp` connections over tokio streams, with rustls for STARTTLS and
//! implicit TLS.
//!
//! The machines of `postrider-smtp` know no socket and no clock. This crate adds just that: it reads
//! while it writes, keeps the timers, hands the stream over to TLS, and lets the application think. It
//! works over anything that is `AsyncRead + AsyncWrite`: a socket, a SOCKS tunnel, a pipe in memory.
//!
//! ```
//! use bytes::Bytes;
//! use postrider_core::{DomainName, ForwardPath, Host, ReversePath};
//! use postrider_smtp::{client, codec::data::BodyStats, server::{self, Verdict}};
//! use postrider_smtp::value::{MailParams, RcptParams};
//! use postrider_smtp_tokio::client::{Session, Settings, server_name};
//! use postrider_smtp_tokio::server::{Ends, Handler, Server, Shutdown};
//! use std::sync::Arc;
//!
//! /// Takes everything.
//! struct App(Vec<u8>);
//!
//! impl Handler for App {
//!     async fn mail(&mut self, _: ReversePath, _: MailParams) -> Verdict { Verdict::Accept }
//!     async fn rcpt(&mut self, _: ForwardPath, _: RcptParams, _: usize) -> Verdict { Verdict::Accept }
//!     async fn body(&mut self, chunk: Bytes) { self.0.extend_from_slice(&chunk) }
//!     async fn end(&mut self, _: BodyStats) -> Verdict { Verdict::Accept }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (ours, theirs) = tokio::io::duplex(4096);
//! let config = server::Config::new(DomainName::parse("mx.example")?);
//! let server = Server::new(Arc::new(config), None)?;
//! let ends = Ends::new("192.0.2.1:4711".parse()?, "192.0.2.2:25".parse()?);
//! let served = tokio::spawn(async move {
//!     let mut app = App(Vec::new());
//!     server.serve(theirs, ends, &mut app, Shutdown::never()).await;
//!     app.0
//! });
//!
//! let host = Host::parse(b"mx.example")?;
//! let settings = Settings::clear(client::Config::new(Host::parse(b"client.example")?));
//! let mut session = Session::establish(ours, server_name(&host)?, &settings).await?;
//! let to = vec![ForwardPath::parse(b"<b@mx.example>")?];
//! let transaction = client::Transaction::new(ReversePath::Null, to);
//! let delivered = session.send(transaction, Bytes::from_static(b"Subject: hi\r\n\r\nhi\r\n")).await;
//! assert!(delivered.result?.is_done());
//! session.quit().await?;
//! assert_eq!(served.await?, b"Subject: hi\r\n\r\nhi\r\n");
//! # Ok(())
//! # }
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`server`] | [`server::Server`] serves one connection; [`server::Handler`] is the application |
//! | [`client`] | [`client::Session`]: one session with one server, step by step |
//! | [`tls`] | certificates and roots; the ring provider, named at each use |
//!
//! Supported: RFC 5321 with RFC 2920 (PIPELINING), RFC 3030 (CHUNKING), RFC 2033 (LMTP client, over Unix
//! sockets too), RFC 3207 (STARTTLS), RFC 8314 (implicit TLS), RFC 4954 (AUTH; the client with SCRAM bound to
//! TLS by RFC 9266), RFC 7435 (opportunistic TLS, its result recorded), the PROXY protocol before TLS. Not
//! yet: DANE (RFC 7672), client certificates.
#![doc(html_root_url = "https://docs.rs/postrider-smtp-tokio")]

pub mod client;
mod clock;
mod io;
pub mod server;
mod stream;
pub mod tls;
