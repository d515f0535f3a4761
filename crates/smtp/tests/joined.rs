//! Our client and our server, joined in memory by pipes that hold little.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what it expects by failing"
)]

use bytes::{Bytes, BytesMut};
use postrider_core::{DomainName, ForwardPath, Host, ReversePath};
use postrider_smtp::client::{self, Transaction};
use postrider_smtp::server::{self, Verdict};
use postrider_smtp::value::Instant;
use postrider_smtp::value::reply::standard;
use std::collections::VecDeque;
use std::sync::Arc;

/// Octets that a pipe holds.
const PIPE: usize = 4 * 1024;

/// Two machines and the two pipes between them. A side that cannot write still reads.
struct Pair {
    now: Instant,
    client: client::Connection,
    client_out: VecDeque<Bytes>,
    to_client: BytesMut,
    client_rx: BytesMut,
    server: server::Connection,
    server_out: VecDeque<Bytes>,
    to_server: BytesMut,
    server_rx: BytesMut,
    received: Vec<u8>,
    refuse: fn(usize) -> bool,
    asked: usize,
}

/// Moves what fits.
fn pour(out: &mut VecDeque<Bytes>, pipe: &mut BytesMut) -> bool {
    let mut moved = false;
    while let Some(first) = out.front_mut() {
        let room = PIPE - pipe.len();
        if room == 0 {
            break;
        }
        pipe.extend_from_slice(&first.split_to(room.min(first.len())));
        moved = true;
        if first.is_empty() {
            out.pop_front();
        }
    }
    moved
}

impl Pair {
    fn new(refuse: fn(usize) -> bool) -> Self {
        let now = Instant::from_millis(0);
        let mut config = server::Config::new(DomainName::parse("mx.example").unwrap());
        config.limits.recipients = 20_000;
        config.limits.errors = 20_000;
        let (peer, local) = ("192.0.2.1:999".parse().unwrap(), "192.0.2.2:25".parse().unwrap());
        let hello = Host::parse(b"client.example").unwrap();
        Self {
            now,
            client: client::Connection::new(Arc::new(client::Config::new(hello)), now),
            client_out: VecDeque::new(),
            to_client: BytesMut::new(),
            client_rx: BytesMut::new(),
            server: server::Connection::new(Arc::new(config), peer, local, now),
            server_out: VecDeque::new(),
            to_server: BytesMut::new(),
            server_rx: BytesMut::new(),
            received: Vec::new(),
            refuse,
            asked: 0,
        }
    }

    fn answer(&mut self, event: server::Event) {
        use server::Event as E;
        let (ticket, verdict) = match event {
            E::Rcpt { ticket, .. } => {
                self.asked += 1;
                let refused = (self.refuse)(self.asked - 1);
                let no = Verdict::Reject(standard::NO_SUCH_MAILBOX.reply());
                (ticket, if refused { no } else { Verdict::Accept })
            }
            E::Connected { ticket, .. }
            | E::Hello { ticket, .. }
            | E::Mail { ticket, .. }
            | E::Begin { ticket, .. }
            | E::End { ticket, .. } => (ticket, Verdict::Accept),
            E::Body(chunk) => {
                self.received.extend_from_slice(&chunk);
                return self.server.body_consumed(chunk.len());
            }
            _ => return,
        };
        self.server.answer(self.now, ticket, verdict).unwrap();
    }

    /// One round of both sides; false when nothing moves any more.
    fn round(&mut self) -> bool {
        let mut moved = false;
        self.client_out.extend(std::iter::from_fn(|| self.client.poll_transmit()));
        self.server_out.extend(std::iter::from_fn(|| self.server.poll_transmit()));
        moved |= pour(&mut self.client_out, &mut self.to_server);
        moved |= pour(&mut self.server_out, &mut self.to_client);
        if self.server.wants_read() && !self.to_server.is_empty() {
            self.server_rx.unsplit(self.to_server.split());
            moved = true;
        }
        if !self.to_client.is_empty() {
            self.client_rx.unsplit(self.to_client.split());
            moved = true;
        }
        self.server.handle_input(self.now, &mut self.server_rx);
        self.client.handle_input(self.now, &mut self.client_rx);
        while let Some(event) = self.server.poll_event() {
            self.answer(event);
            moved = true;
        }
        moved
    }

    /// Turns until the client says one of what is wanted.
    fn until(&mut self, wanted: impl Fn(&client::Event) -> bool) -> Vec<client::Event> {
        let mut events = Vec::new();
        loop {
            while let Some(event) = self.client.poll_event() {
                let done = wanted(&event);
                events.push(event);
                if done {
                    return events;
                }
            }
            assert!(self.round(), "deadlock: {events:?}");
        }
    }
}

fn recipients(count: usize) -> Vec<ForwardPath> {
    (0..count)
        .map(|n| ForwardPath::parse(format!("<user{n}@mx.example>").as_bytes()).unwrap())
        .collect()
}

fn send(pair: &mut Pair, count: usize, body: &[u8]) -> Vec<client::Event> {
    pair.until(|e| matches!(e, client::Event::Ready));
    let transaction = Transaction::new(ReversePath::Null, recipients(count));
    pair.client.submit(pair.now, transaction).unwrap();
    let over = |e: &client::Event| matches!(e, client::Event::WantBody | client::Event::Failed(_));
    let mut events = pair.until(over);
    if matches!(events.last(), Some(client::Event::WantBody)) {
        pair.client.body(pair.now, Bytes::copy_from_slice(body)).unwrap();
        pair.client.body_end(pair.now).unwrap();
        let over =
            |e: &client::Event| matches!(e, client::Event::Done(_) | client::Event::Failed(_));
        events.extend(pair.until(over));
    }
    events
}

#[test]
fn ten_thousand_recipients_pass_through_small_pipes() {
    let mut pair = Pair::new(|_| false);
    let body = b"Subject: hi\r\n\r\n.dot\r\n".repeat(5_000);
    let events = send(&mut pair, 10_000, &body);
    let accepted =
        events.iter().filter(|e| matches!(e, client::Event::Rcpt { reply, .. } if reply.is_done()));
    assert_eq!(accepted.count(), 10_000);
    assert!(matches!(events.last(), Some(client::Event::Done(_))));
    assert_eq!(pair.received, body);
}

#[test]
fn each_recipient_gets_its_own_reply() {
    let mut pair = Pair::new(|n| n % 3 == 0);
    let events = send(&mut pair, 1_000, b"x\r\n");
    for event in &events {
        if let client::Event::Rcpt { index, reply } = event {
            assert_eq!(reply.is_permanent(), index % 3 == 0, "{index}");
        }
    }
    assert!(matches!(events.last(), Some(client::Event::Done(_))));
}

#[test]
fn a_message_for_nobody_leaves_both_in_step() {
    let mut pair = Pair::new(|_| true);
    let events = send(&mut pair, 50, b"x\r\n");
    let Some(client::Event::Failed(failed)) = events.last() else { panic!("{events:?}") };
    assert_eq!((&failed.cause, failed.usable), (&client::Cause::NoRecipients, true));
    pair.client.reset(pair.now).unwrap();
    pair.until(|e| matches!(e, client::Event::Reset));
    pair.client.quit(pair.now).unwrap();
    let events = pair.until(|e| matches!(e, client::Event::Closed(_)));
    assert_eq!(events, [client::Event::Closed(client::End::Quit)]);
    assert_eq!(pair.received, b"");
}
