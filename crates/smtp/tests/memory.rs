//! What ten thousand idle clients cost one process, without their sockets and TLS.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test says what it expects by failing")]

use bytes::BytesMut;
use postrider_core::DomainName;
use postrider_smtp::server::{Config, Connection, Event, Verdict};
use postrider_smtp::value::Instant;
use std::sync::Arc;

const CONNECTIONS: usize = 10_000;
/// Octets each may cost.
const EACH: usize = 8 * 1024;

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// A connection whose client has said EHLO and nothing more.
fn idle(config: &Arc<Config>) -> Connection {
    let now = Instant::default();
    let address = "192.0.2.1:25".parse().unwrap();
    let mut connection = Connection::new(Arc::clone(config), address, address, now);
    let mut rx = BytesMut::from(&b"EHLO client.example\r\n"[..]);
    loop {
        connection.handle_input(now, &mut rx);
        while connection.poll_transmit().is_some() {}
        match connection.poll_event() {
            Some(Event::Connected { ticket, .. } | Event::Hello { ticket, .. }) => {
                connection.answer(now, ticket, Verdict::Accept).unwrap();
            }
            _ if rx.is_empty() => return connection,
            _ => {}
        }
    }
}

#[test]
fn ten_thousand_idle_connections_cost_less_than_8_kib_each() {
    let config = Arc::new(Config::new(DomainName::parse("mx.example").unwrap()));
    let before = resident();
    let connections: Vec<_> = (0..CONNECTIONS).map(|_| idle(&config)).collect();
    let each = resident().saturating_sub(before) / connections.len();
    println!("{each} octets for each of {CONNECTIONS} idle connections");
    assert!(each <= EACH, "{each} octets");
    assert!(connections.iter().all(Connection::wants_read));
}
