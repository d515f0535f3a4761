//! A server session on standard input and output, to try commands by hand:
//!
//! ```text
//! printf 'EHLO a.example\r\nMAIL FROM:<>\r\nQUIT\r\n' | cargo run -p postrider-smtp --example session
//! ```
//!
//! Every reply is shown with the rule that gave it.
#![expect(clippy::print_stdout, reason = "that is what the example does")]

use bytes::BytesMut;
use postrider_core::DomainName;
use postrider_smtp::server::trace::{Record, TraceSink};
use postrider_smtp::server::{Config, Connection, Event, Verdict};
use postrider_smtp::value::Instant;
use std::io::Read;
use std::sync::Arc;

/// Prints replies with their reasons.
#[derive(Debug)]
struct Print;

impl TraceSink for Print {
    fn record(&mut self, _now: Instant, record: &Record<'_>) {
        if let Record::Reply { reply, why } = record {
            println!("{reply}\n    because {why}");
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let config = Config::new(DomainName::parse("mx.example")?);
    let (peer, local) = ("192.0.2.1:4711".parse()?, "192.0.2.2:25".parse()?);
    // No timer is of interest here, so the clock stands still.
    let now = Instant::default();
    let mut connection = Connection::new(Arc::new(config), peer, local, now);
    connection.set_trace(Box::new(Print));

    let mut rx = BytesMut::new();
    let mut buffer = [0; 4096];
    loop {
        connection.handle_input(now, &mut rx);
        while let Some(event) = connection.poll_event() {
            match event {
                Event::Connected { ticket, .. }
                | Event::Hello { ticket, .. }
                | Event::Mail { ticket, .. }
                | Event::Rcpt { ticket, .. }
                | Event::Begin { ticket, .. }
                | Event::End { ticket, .. } => connection.answer(now, ticket, Verdict::Accept)?,
                Event::Body(octets) => connection.body_consumed(octets.len()),
                Event::Closed(_) => return Ok(()),
                // Neither is offered here: AUTH, queries and TLS.
                Event::Auth { .. } | Event::Query { .. } | Event::UpgradeTls => {}
                Event::Reset | Event::Aborted(_) | _ => {}
            }
        }
        while connection.poll_transmit().is_some() {}
        if connection.wants_read() {
            match std::io::stdin().read(&mut buffer)? {
                0 => connection.handle_eof(now),
                n => rx.extend_from_slice(buffer.get(..n).unwrap_or_default()),
            }
        }
    }
}
