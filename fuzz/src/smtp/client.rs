//! A client connection against an arbitrary server.
//!
//! The first octet chooses what the client wants. In the rest, 0xFF and a letter is an input: `t` ten
//! minutes pass, `e` end of stream, `T` TLS, `F` a failed handshake; with anything else nothing happens
//! but a pause. Everything else is what the server says.

use bytes::{Bytes, BytesMut};
use postrider_core::{ForwardPath, Host, ReversePath, SafeText, Secret};
use postrider_smtp::client::{Config, Connection, Dialect, Event, TlsPolicy, Transaction};
use postrider_smtp::sasl::Credentials;
use postrider_smtp::sasl::scram::Nonce;
use postrider_smtp::value::{Instant, TlsInfo};
use std::sync::Arc;
use std::time::Duration;

const PASSWORD: &str = "hunter2";
const ENCODED: &str = "aHVudGVyMg";

/// Whatever the server says: calls end, nothing follows the end, how it is read changes nothing, a
/// password leaves under TLS only, and required TLS lets no envelope out before it.
pub(super) fn inputs(data: &[u8]) {
    let Some((&choice, script)) = data.split_first() else {
        return;
    };
    let whole = Session::run(choice, script, usize::MAX);
    let split = Session::run(choice, script, 1);
    assert_eq!(split.events, whole.events);
    assert_eq!(split.sent, whole.sent);
}

struct Session {
    client: Connection,
    choice: u8,
    now: Instant,
    rx: BytesMut,
    sent: Vec<u8>,
    events: Vec<String>,
    sends: u8,
}

impl Session {
    fn run(choice: u8, script: &[u8], piece: usize) -> Self {
        let mut config = Config::new(Host::parse(b"client.example").expect("a host"));
        config.tls = [TlsPolicy::Off, TlsPolicy::Opportunistic, TlsPolicy::Required]
            [usize::from(choice % 3)];
        if choice & 8 != 0 {
            config.dialect = Dialect::Lmtp;
        }
        let now = Instant::from_millis(0);
        let mut session = Self {
            client: Connection::new(Arc::new(config), now),
            choice,
            now,
            rx: BytesMut::new(),
            sent: Vec::new(),
            events: Vec::new(),
            sends: 0,
        };
        let mut rest = script;
        while !rest.is_empty() {
            rest = session.input(rest, piece);
        }
        session
    }

    /// Takes one input off the script.
    fn input<'a>(&mut self, script: &'a [u8], piece: usize) -> &'a [u8] {
        if let [0xff, what, rest @ ..] = script {
            self.special(*what);
            self.drain();
            return rest;
        }
        let len = script.iter().skip(1).position(|b| *b == 0xff);
        let (octets, rest) = script.split_at(len.map_or(script.len(), |n| n + 1));
        for part in octets.chunks(piece) {
            self.rx.extend_from_slice(part);
            self.client.handle_input(self.now, &mut self.rx);
        }
        // A reply that comes before its question is another session, so questions are put here only.
        self.drain();
        rest
    }

    fn special(&mut self, what: u8) {
        let text = SafeText::from_static;
        match what {
            b't' => {
                self.now = self.now.plus(Duration::from_secs(600));
                self.client.handle_timeout(self.now);
            }
            b'e' => self.client.handle_eof(self.now),
            b'T' => {
                let info = TlsInfo::new(text("TLSv1.3"), text("TLS_AES_128_GCM_SHA256"));
                let _ = self.client.tls_established(self.now, info);
            }
            b'F' => self.client.tls_failed(self.now, text("no")),
            _ => {}
        }
    }

    /// Does what a driver does until there is nothing to do.
    fn drain(&mut self) {
        loop {
            while let Some(octets) = self.client.poll_transmit() {
                self.check(&octets);
                self.sent.extend_from_slice(&octets);
            }
            let Some(event) = self.client.poll_event() else {
                return;
            };
            let closed = self.events.last().is_some_and(|e| e.starts_with("Closed"));
            assert!(!closed, "{event:?} after the end");
            self.act(&event);
            self.events.push(format!("{event:?}"));
        }
    }

    fn act(&mut self, event: &Event) {
        match event {
            Event::Ready if self.choice & 4 != 0 => {
                let user = SafeText::from_static("tom");
                let who = Credentials::new(user, Secret::new(PASSWORD.to_owned()));
                let nonce = Nonce::from_random([0; Nonce::OCTETS]);
                if self.client.authenticate(self.now, who, &nonce).is_err() {
                    self.submit();
                }
            }
            Event::Ready | Event::Authenticated(_) | Event::Done(_) => self.submit(),
            Event::Failed(failed) if failed.usable => self.submit(),
            Event::WantBody => {
                let body = Bytes::from_static(b"Subject: x\r\n\r\n.\r\n");
                // The end may have come behind the 354.
                if self.client.body(self.now, body).is_ok() {
                    self.client.body_end(self.now).expect("the body was wanted");
                }
            }
            _ => {}
        }
    }

    fn submit(&mut self) {
        self.sends += 1;
        let path = |t: &[u8]| ForwardPath::parse(t).expect("a path");
        let to = vec![path(b"<b@mx.example>"), path(b"<c@mx.example>")];
        let transaction = Transaction::new(ReversePath::Null, to);
        if self.sends > 3 {
            let _ = self.client.quit(self.now);
        } else {
            let _ = self.client.submit(self.now, transaction);
        }
    }

    fn check(&self, octets: &[u8]) {
        if self.client.tls().is_some() {
            return;
        }
        let text = String::from_utf8_lossy(octets);
        assert!(!text.contains(ENCODED), "a password in clear");
        let required = self.choice % 3 == 2;
        let allowed =
            text.starts_with("EHLO ") || text.starts_with("LHLO ") || text.starts_with("STARTTLS");
        assert!(!required || allowed, "{text} before TLS");
    }
}
