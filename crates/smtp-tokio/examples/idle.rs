//! What an idle connection costs: holds many on loopback, past EHLO, and tells the memory of each.
//!
//! `cargo run --release -p postrider-smtp-tokio --example idle -- 10000`
//!
//! Both ends of a connection need a file descriptor, so the clients are a process of their own; the server
//! raises no limit. Counted is what `VmRSS` and the anonymous part of it grow by, divided by the number of
//! connections. Octets that the kernel holds for sockets are not in it.
#![expect(clippy::print_stdout, reason = "an example shows what happens")]

use bytes::Bytes;
use postrider_core::{DomainName, ForwardPath, ReversePath};
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::server::{Config, Verdict};
use postrider_smtp::value::{MailParams, RcptParams};
use postrider_smtp_tokio::server::{Ends, Handler, Server, Shutdown};
use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tokio::net::TcpListener;

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

/// Octets of this process in memory, and of these the anonymous ones.
fn resident() -> Result<(u64, u64), Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let of = |name: &str| {
        let line = status.lines().find_map(|l| l.strip_prefix(name));
        let number = line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok());
        number.map_or(0, |kibibytes: u64| kibibytes * 1024)
    };
    Ok((of("VmRSS:"), of("RssAnon:")))
}

/// The clients: connect from several addresses, say EHLO, read everything, tell when it is done, wait.
fn hold(at: SocketAddr, count: usize) -> Result<(), Box<dyn Error>> {
    let mut held = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(at)?;
        stream.write_all(b"EHLO client.example\r\n")?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while !line.starts_with("250 ") {
            line.clear();
            reader.read_line(&mut line)?;
        }
        held.push(reader.into_inner());
    }
    println!("held");
    std::io::stdin().read_line(&mut String::new())?;
    Ok(())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [role, at, count] = &args[..]
        && role == "hold"
    {
        return hold(at.parse()?, count.parse()?);
    }
    let count: u64 = args.first().map_or(Ok(1_000), |n| n.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let local = listener.local_addr()?;
    let config = Config::new(DomainName::parse("localhost.example")?);
    let server = Server::new(Arc::new(config), None)?;
    tokio::spawn(async move {
        while let Ok((stream, peer)) = listener.accept().await {
            let server = server.clone();
            tokio::spawn(async move {
                let ends = Ends::new(peer, local);
                server.serve(stream, ends, &mut Sink, Shutdown::never()).await;
            });
        }
    });
    let before = resident()?;
    let me = std::env::current_exe()?;
    let mut clients = Command::new(me)
        .args(["hold", &local.to_string(), &count.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let said = clients.stdout.take().ok_or("no pipe")?;
    let held = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line).map(|_| line)
    });
    if held.await??.trim() != "held" {
        return Err("the clients did not get their connections".into());
    }
    let after = resident()?;
    let each = |after: u64, before: u64| after.saturating_sub(before) / count.max(1);
    println!("{count} idle connections past EHLO");
    println!("resident: {} octets each", each(after.0, before.0));
    println!("anonymous: {} octets each", each(after.1, before.1));
    drop(clients.stdin.take());
    clients.wait()?;
    Ok(())
}
