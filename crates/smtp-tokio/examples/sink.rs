//! A server on loopback that takes every message and shows what it was told.
//!
//! `cargo run -p postrider-smtp-tokio --example sink -- 127.0.0.1:2525`
#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use bytes::Bytes;
use postrider_core::{DomainName, ForwardPath, ReversePath};
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::rule::Why;
use postrider_smtp::server::{Config, Verdict};
use postrider_smtp::value::{MailParams, RcptParams};
use postrider_smtp_tokio::server::{Ends, Handler, Server, Shutdown};
use std::error::Error;
use std::sync::Arc;
use tokio::net::TcpListener;

struct Sink;

impl Handler for Sink {
    async fn mail(&mut self, from: ReversePath, _: MailParams) -> Verdict {
        println!("from {from}");
        Verdict::Accept
    }

    async fn rcpt(&mut self, to: ForwardPath, _: RcptParams, _: usize) -> Verdict {
        println!("to {to}");
        Verdict::Accept
    }

    async fn body(&mut self, chunk: Bytes) {
        print!("{}", String::from_utf8_lossy(&chunk));
    }

    async fn end(&mut self, stats: BodyStats) -> Verdict {
        println!("{} octets", stats.octets);
        Verdict::Accept
    }

    async fn closed(&mut self, why: &Why) {
        println!("closed: {why}");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let listener = TcpListener::bind(address.as_deref().unwrap_or("127.0.0.1:2525")).await?;
    let local = listener.local_addr()?;
    let config = Config::new(DomainName::parse("localhost.example")?);
    let server = Server::new(Arc::new(config), None)?;
    println!("listening on {local}");
    loop {
        let (stream, peer) = listener.accept().await?;
        let server = server.clone();
        tokio::spawn(async move {
            let ends = Ends::new(peer, local);
            server.serve(stream, ends, &mut Sink, Shutdown::never()).await;
        });
    }
}
