//! The client against a scripted server.

use super::*;
use crate::codec::reply::Botched;
use crate::sasl::Credentials;
use crate::sasl::scram::Nonce;
use crate::value::{Instant, TlsInfo};
use bytes::{Bytes, BytesMut};
use postrider_core::{ForwardPath, Host, ReversePath, SafeText, Secret};
use std::sync::Arc;
use std::time::Duration;

mod auth;
mod chunks;
mod establish;
mod lmtp;
mod needs;
mod time;
mod transaction;

/// A client and what the script has for it.
struct Talk {
    client: Connection,
    rx: BytesMut,
    now: Instant,
}

fn config() -> Config {
    Config::new(Host::parse(b"client.example").unwrap())
}

fn tls_info() -> TlsInfo {
    let text = SafeText::from_static;
    TlsInfo::new(text("TLSv1.3"), text("TLS_AES_128_GCM_SHA256"))
}

impl Talk {
    fn new(config: Config) -> Self {
        let now = Instant::from_millis(0);
        Self { client: Connection::new(Arc::new(config), now), rx: BytesMut::new(), now }
    }

    /// Up to `Ready`, with these lines of EHLO.
    fn ready(config: Config, keywords: &[&str]) -> Self {
        let mut talk = Self::new(config);
        talk.hear("220 mx.example ESMTP\r\n");
        assert_eq!(talk.sent(), "EHLO client.example\r\n");
        talk.hear(&ehlo(keywords));
        assert!(talk.events().ends_with(&[Event::Ready]));
        talk
    }

    /// The server says this.
    fn hear(&mut self, wire: &str) {
        self.rx.extend_from_slice(wire.as_bytes());
        self.client.handle_input(self.now, &mut self.rx);
    }

    /// What the client sends now.
    fn sent(&mut self) -> String {
        let parts = std::iter::from_fn(|| self.client.poll_transmit());
        String::from_utf8(parts.flatten().collect()).unwrap()
    }

    fn events(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.client.poll_event()).collect()
    }

    fn submit(&mut self, to: &[&str]) {
        self.submit_as(transaction(to));
    }

    fn submit_as(&mut self, transaction: Transaction) {
        self.client.submit(self.now, transaction).unwrap();
    }

    fn wait(&mut self, span: Duration) {
        self.now = self.now.plus(span);
        self.client.handle_timeout(self.now);
    }

    /// The one failure among the events so far.
    fn failed(&mut self) -> Failed {
        let mut all = Vec::new();
        for event in self.events() {
            if let Event::Failed(failed) = event {
                all.push(failed);
            }
        }
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }
}

fn ehlo(keywords: &[&str]) -> String {
    let lines: String = keywords.iter().map(|k| format!("250-{k}\r\n")).collect();
    format!("250-mx.example\r\n{lines}250 HELP\r\n")
}

fn transaction(to: &[&str]) -> Transaction {
    let to = to.iter().map(|t| ForwardPath::parse(format!("<{t}>").as_bytes()).unwrap());
    Transaction::new(ReversePath::parse(b"<a@client.example>").unwrap(), to.collect())
}

fn nonce() -> Nonce {
    Nonce::from_random([0; Nonce::OCTETS])
}

fn credentials() -> Credentials {
    Credentials::new(SafeText::from_static("tom"), Secret::new("hunter2".to_owned()))
}
