//! Messages per second over loopback, both drivers in one process: sessions side by side, each with many
//! messages. The application keeps nothing, so this is the cost of SMTP and of sockets alone.
//!
//! `cargo run --release -p postrider-smtp-tokio --example throughput -- 10 5000 4096`
//! (sessions, messages in all, octets of each)
#![expect(clippy::print_stdout, reason = "an example shows what happens")]
#![expect(clippy::disallowed_methods, reason = "it measures the real clock")]

use bytes::Bytes;
use postrider_core::{DomainName, ForwardPath, Host, ReversePath};
use postrider_smtp::client::{self, Chunking, Transaction};
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::server::{Config, Offer, Verdict};
use postrider_smtp::value::{MailParams, RcptParams};
use postrider_smtp_tokio::client::{Session, Settings, server_name};
use postrider_smtp_tokio::server::{Ends, Handler, Server, Shutdown};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

struct Sink;

impl Handler for Sink {
    async fn mail(&mut self, _: ReversePath, _: MailParams) -> Verdict {
        Verdict::Accept
    }

    async fn rcpt(&mut self, _: ForwardPath, _: RcptParams, _: usize) -> Verdict {
        Verdict::Accept
    }

    async fn body(&mut self, _: Bytes) {}

    async fn end(&mut self, _: BodyStats) -> Verdict {
        Verdict::Accept
    }
}

type Fault = Box<dyn Error + Send + Sync>;

async fn session(
    at: SocketAddr,
    chunking: Chunking,
    messages: usize,
    message: Bytes,
) -> Result<(), Fault> {
    let stream = TcpStream::connect(at).await?;
    stream.set_nodelay(true)?;
    let host = Host::parse(b"localhost.example")?;
    let mut config = client::Config::new(Host::parse(b"client.example")?);
    config.chunking = chunking;
    let settings = Settings::clear(config);
    let mut session = Session::establish(stream, server_name(&host)?, &settings).await?;
    let to = vec![ForwardPath::parse(b"<b@mx.example>")?];
    for _ in 0..messages {
        let transaction = Transaction::new(ReversePath::Null, to.clone());
        session.send(transaction, message.clone()).await.result?;
        // The log is for whoever wants it; here nobody does.
        drop(session.take_log());
    }
    session.quit().await?;
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let mut args = std::env::args().skip(1).map(|n| n.parse::<usize>());
    let sessions = args.next().unwrap_or(Ok(10))?;
    let messages = args.next().unwrap_or(Ok(5_000))?;
    let octets = args.next().unwrap_or(Ok(4_096))?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let local = listener.local_addr()?;
    let mut config = Config::new(DomainName::parse("localhost.example")?);
    config.limits.transactions = u32::MAX;
    config.extensions.chunking = Offer::Yes;
    let server = Server::new(Arc::new(config), None)?;
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let server = server.clone();
            let _ = stream.set_nodelay(true);
            tokio::spawn(async move {
                let ends = Ends::new(peer, local);
                server.serve(stream, ends, &mut Sink, Shutdown::never()).await;
            });
        }
    });
    let line = "x".repeat(62) + "\r\n";
    let message = Bytes::from(line.repeat(octets.div_ceil(line.len())));
    for (name, chunking) in [("DATA", Chunking::Never), ("BDAT", Chunking::WhenOffered)] {
        let begun = Instant::now();
        let mut all = JoinSet::new();
        for _ in 0..sessions {
            all.spawn(session(local, chunking, messages / sessions, message.clone()));
        }
        while let Some(done) = all.join_next().await {
            done??;
        }
        let seconds = begun.elapsed().as_secs_f64();
        let sent = messages / sessions * sessions;
        let rate = f64::from(u32::try_from(sent)?) / seconds;
        println!("{name}: {sent} messages of {octets} octets, {sessions} sessions: {rate:.0}/s");
    }
    Ok(())
}
