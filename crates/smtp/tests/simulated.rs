//! Our client and our server in virtual time: a path with latency and a small window, every extension, and
//! the number of round trips that each of them costs.
#![expect(
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what it expects by failing"
)]

use bytes::{Bytes, BytesMut};
use postrider_core::{DomainName, ForwardPath, Host, ReversePath, SafeText, Secret};
use postrider_smtp::client::{self, Chunking, Dialect, TlsPolicy, Transaction};
use postrider_smtp::sasl::scram::Nonce;
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::{
    self, Auth, ByMinimum, Offer, PriorityProfile, Service, Tls, Verdict,
};
use postrider_smtp::value::reply::{Code, Reply};
use postrider_smtp::value::{
    BodyType, ByMode, DeliverBy, EnvelopeId, Instant, Notify, PeerIdentity, Priority, RcptParams,
    Ret, TlsInfo,
};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// One direction: what is under way arrives after the latency; what has not arrived fills the window.
struct Pipe {
    latency: Duration,
    /// Octets that may be under way.
    room: usize,
    waiting: VecDeque<Bytes>,
    under_way: VecDeque<(Instant, Bytes)>,
}

impl Pipe {
    fn new((latency, room): (Duration, usize)) -> Self {
        Self { latency, room, waiting: VecDeque::new(), under_way: VecDeque::new() }
    }

    /// Sends what the window lets through.
    fn send(&mut self, now: Instant) {
        while let Some(first) = self.waiting.front_mut() {
            let fits = self.room.min(first.len());
            if fits == 0 && !first.is_empty() {
                return;
            }
            self.room -= fits;
            self.under_way.push_back((now.plus(self.latency), first.split_to(fits)));
            if first.is_empty() {
                self.waiting.pop_front();
            }
        }
    }

    fn receive(&mut self, now: Instant, rx: &mut BytesMut) {
        while self.under_way.front().is_some_and(|(at, _)| *at <= now) {
            let (_, octets) = self.under_way.pop_front().unwrap();
            self.room += octets.len();
            rx.extend_from_slice(&octets);
        }
    }

    fn next(&self) -> Option<Instant> {
        self.under_way.front().map(|(at, _)| *at)
    }
}

/// Both machines, and the path between them.
struct World {
    now: Instant,
    client: client::Connection,
    server: server::Connection,
    up: Pipe,
    down: Pipe,
    client_rx: BytesMut,
    server_rx: BytesMut,
    said: Vec<client::Event>,
    /// LMTP: whose mailbox is full.
    full: Option<usize>,
    mails: Vec<(server::Event, Vec<server::Event>, Vec<u8>)>,
}

fn server_config() -> server::Config {
    let mut config = server::Config::new(DomainName::parse("mx.example").unwrap());
    config.tls = Tls::Offered;
    config.auth = Auth::Offered(vec![Mechanism::Plain]);
    config.extensions.dsn = Offer::Yes;
    config.extensions.chunking = Offer::Yes;
    config.extensions.binarymime = Offer::Yes;
    config.extensions.requiretls = Offer::Yes;
    config.extensions.priority = Some(PriorityProfile::Mixer);
    config.extensions.deliver_by = Some(ByMinimum::None);
    config
}

fn tls() -> TlsInfo {
    let text = SafeText::from_static;
    let mut info = TlsInfo::new(text("TLSv1.3"), text("TLS_AES_128_GCM_SHA256"));
    info.peer = PeerIdentity::Verified;
    info
}

impl World {
    fn new(path: (Duration, usize), configure: impl FnOnce(&mut client::Config)) -> Self {
        Self::with(server_config(), path, configure)
    }

    fn with(
        server: server::Config,
        path: (Duration, usize),
        configure: impl FnOnce(&mut client::Config),
    ) -> Self {
        let now = Instant::from_millis(0);
        let mut config = client::Config::new(Host::parse(b"client.example").unwrap());
        configure(&mut config);
        let (peer, local) = ("192.0.2.1:999".parse().unwrap(), "192.0.2.2:25".parse().unwrap());
        Self {
            now,
            client: client::Connection::new(Arc::new(config), now),
            server: server::Connection::new(Arc::new(server), peer, local, now),
            up: Pipe::new(path),
            down: Pipe::new(path),
            client_rx: BytesMut::new(),
            server_rx: BytesMut::new(),
            said: Vec::new(),
            full: None,
            mails: Vec::new(),
        }
    }

    fn answer(&mut self, event: server::Event) {
        use server::Event as E;
        let ticket = match &event {
            E::Connected { ticket, .. }
            | E::Hello { ticket, .. }
            | E::Auth { ticket, .. }
            | E::Begin { ticket, .. } => *ticket,
            E::End { ticket, .. } => {
                let verdict = self.verdict();
                return self.server.answer(self.now, *ticket, verdict).unwrap();
            }
            E::Mail { ticket, .. } => {
                let ticket = *ticket;
                self.mails.push((event, Vec::new(), Vec::new()));
                ticket
            }
            E::Rcpt { ticket, .. } => {
                let ticket = *ticket;
                self.mails.last_mut().unwrap().1.push(event);
                ticket
            }
            E::Body(chunk) => {
                self.mails.last_mut().unwrap().2.extend_from_slice(chunk);
                return self.server.body_consumed(chunk.len());
            }
            E::UpgradeTls => return self.server.tls_established(self.now, tls()),
            _ => return,
        };
        self.server.answer(self.now, ticket, Verdict::Accept).unwrap();
    }

    /// What is said of a message.
    fn verdict(&self) -> Verdict {
        let Some(full) = self.full else {
            return Verdict::Accept;
        };
        let text = SafeText::from_static;
        let (ok, no) = (Code::new(250).unwrap().with(0, 0), Code::new(452).unwrap().with(2, 2));
        let reply = |n| match n == full {
            true => Reply::new(no, text("mailbox full")),
            false => Reply::new(ok, text("kept")),
        };
        Verdict::PerRcpt((0..self.mails.last().unwrap().1.len()).map(reply).collect())
    }

    /// Everything that can happen at this moment.
    fn settle(&mut self) {
        let mut quiet = 0;
        while quiet < 2 {
            quiet += 1;
            self.up.receive(self.now, &mut self.server_rx);
            self.down.receive(self.now, &mut self.client_rx);
            self.server.handle_input(self.now, &mut self.server_rx);
            while let Some(octets) = self.server.poll_transmit() {
                self.down.waiting.push_back(octets);
                quiet = 0;
            }
            while let Some(event) = self.server.poll_event() {
                self.answer(event);
                quiet = 0;
            }
            self.client.handle_input(self.now, &mut self.client_rx);
            while let Some(octets) = self.client.poll_transmit() {
                self.up.waiting.push_back(octets);
                quiet = 0;
            }
            while let Some(event) = self.client.poll_event() {
                if event == client::Event::UpgradeTls {
                    self.client.tls_established(self.now, tls()).unwrap();
                }
                self.said.push(event);
                quiet = 0;
            }
            self.up.send(self.now);
            self.down.send(self.now);
        }
    }

    /// Lets time pass until the client says what is wanted.
    fn until(&mut self, wanted: impl Fn(&client::Event) -> bool) {
        let from = self.said.len();
        loop {
            self.settle();
            if self.said.iter().skip(from).any(&wanted) {
                return;
            }
            let next = self.up.next().into_iter().chain(self.down.next()).min();
            assert!(next.is_some(), "deadlock: {:?}", self.said);
            self.now = next.unwrap();
        }
    }

    fn ready(&mut self) {
        self.until(|e| matches!(e, client::Event::Ready));
    }

    /// Sends a message; how long that took.
    fn send(&mut self, transaction: Transaction, message: &Bytes) -> Duration {
        let begun = self.now;
        self.client.submit(self.now, transaction).unwrap();
        self.until(|e| matches!(e, client::Event::WantBody));
        for part in message.chunks(16 * 1024) {
            self.client.body(self.now, message.slice_ref(part)).unwrap();
        }
        self.client.body_end(self.now).unwrap();
        self.until(|e| matches!(e, client::Event::Done(_)));
        self.now.since(begun)
    }
}

fn transaction() -> Transaction {
    let path = |t: &str| ForwardPath::parse(t.as_bytes()).unwrap();
    let to = ["<b@mx.example>", "<c@mx.example>", "<d@mx.example>"].map(path);
    Transaction::new(ReversePath::parse(b"<a@client.example>").unwrap(), to.to_vec())
}

fn message() -> Bytes {
    Bytes::from("Subject: hi\r\n\r\n.dot\r\n..\r\n".repeat(3_000))
}

const ROUND_TRIP: Duration = Duration::from_millis(300);
const HALF: Duration = Duration::from_millis(150);

/// A window in which everything fits.
const WIDE: (Duration, usize) = (HALF, usize::MAX);

#[test]
fn a_message_takes_two_round_trips_however_it_is_framed() {
    for chunking in [Chunking::Never, Chunking::WhenOffered] {
        let mut world = World::new(WIDE, |c| c.chunking = chunking);
        world.ready();
        // Greeting; EHLO; STARTTLS; EHLO. The greeting has one way to go only.
        assert_eq!(world.now.since(Instant::from_millis(0)), HALF + 3 * ROUND_TRIP);
        assert_eq!(world.send(transaction(), &message()), 2 * ROUND_TRIP);
        // RSET goes with the next one.
        assert_eq!(world.send(transaction(), &message()), 2 * ROUND_TRIP);
        assert!(world.mails.iter().all(|(_, rcpts, body)| rcpts.len() == 3 && *body == message()));
    }
}

#[test]
fn small_windows_slow_down_and_change_nothing() {
    for chunking in [Chunking::Never, Chunking::WhenOffered] {
        for window in [1, 7, 4096] {
            let mut world = World::new((Duration::from_millis(1), window), |c| {
                c.chunking = chunking;
                c.timeouts.session = Duration::from_secs(86_400);
            });
            let message = message().slice(..if window < 10 { 25 * 40 } else { 25 * 3_000 });
            world.ready();
            world.send(transaction(), &message);
            assert_eq!(world.mails.first().unwrap().2, message);
            world.client.quit(world.now).unwrap();
            world.until(|e| *e == client::Event::Closed(client::End::Quit));
        }
    }
}

#[test]
fn every_extension_arrives_as_it_was_asked() {
    let mut world = World::new(WIDE, |c| c.tls = TlsPolicy::Required);
    world.ready();
    let who = Credentials::new(SafeText::from_static("tom"), Secret::new("hunter2".to_owned()));
    let nonce = Nonce::from_random([0; Nonce::OCTETS]);
    world.client.authenticate(world.now, who, &nonce).unwrap();
    world.until(|e| matches!(e, client::Event::Authenticated(_)));
    let mut all = transaction();
    let mut notify = RcptParams::default();
    notify.notify = Some(Notify::NEVER);
    all.rcpt_params = vec![notify.clone()];
    all.size = Some(5);
    all.body = BodyType::BinaryMime;
    all.smtputf8 = true;
    all.ret = Some(Ret::Full);
    all.envid = Some(EnvelopeId::new("q=1").unwrap());
    all.requiretls = true;
    all.priority = Priority::new(4);
    all.by = DeliverBy::new(600, ByMode::Return);
    world.send(all.clone(), &Bytes::from_static(b"\n\r\0\r\xff"));
    let (mail, rcpts, body) = world.mails.first().unwrap();
    let server::Event::Mail { params, .. } = mail else { panic!("{mail:?}") };
    assert_eq!((params.size, params.body, params.smtputf8), (all.size, Some(all.body), true));
    assert_eq!((params.ret, &params.envid, params.requiretls), (all.ret, &all.envid, true));
    assert_eq!((params.priority, params.by), (all.priority, all.by));
    let [server::Event::Rcpt { params, .. }, ..] = &rcpts[..] else { panic!("{rcpts:?}") };
    assert_eq!(*params, notify);
    assert_eq!(body, b"\n\r\0\r\xff");
}

#[test]
fn lmtp_tells_each_recipient_its_own_result() {
    let mut config = server_config();
    config.service = Service::Lmtp;
    for chunking in [Chunking::Never, Chunking::WhenOffered] {
        let mut world = World::with(config.clone(), WIDE, |c| {
            c.chunking = chunking;
            c.dialect = Dialect::Lmtp;
        });
        world.ready();
        world.full = Some(1);
        assert_eq!(world.send(transaction(), &message()), 2 * ROUND_TRIP);
        let results = world.said.iter().filter_map(|e| match e {
            client::Event::Delivered { index, reply } => Some((*index, reply.code().get())),
            _ => None,
        });
        assert_eq!(results.collect::<Vec<_>>(), [(0, 250), (1, 452), (2, 250)]);
    }
}

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let mut world = World::new((Duration::from_secs(400), usize::MAX), |_| {});
    world.settle();
    let at = world.client.poll_timeout().unwrap();
    // RFC 5321 §4.5.3.2.1: five minutes for the greeting.
    assert_eq!(at, Instant::from_millis(300_000));
    world.client.handle_timeout(at);
    let end = world.client.ended();
    assert_eq!(end, Some(&client::End::TimedOut(client::Stage::Greeting)));
}
