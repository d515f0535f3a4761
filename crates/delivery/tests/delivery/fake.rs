//! A world in memory: scripted servers behind addresses, DNS from text, a clock that is set.

use postrider_core::{ForwardPath, Id, IdSource, Mailbox, ReversePath, SafeText, UnixTime};
use postrider_delivery::{
    Author, Dialer, Hooks, Route, Router, Runner, Running, Sending, World, mx,
};
use postrider_resolver::ZoneResolver;
use postrider_spool::{
    Cause, Destination, Draft, Entry, Envelope, FileSpool, Filter, IncomingKind, Options, Rcpt,
    SizeHint, Spool,
};
use postrider_trace::{Event, MemorySink, TraceSink};
use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream};

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);
/// As a reply: the connection is closed instead.
pub(crate) const DROP: &str = "drop";
/// As the reply to STARTTLS: agrees, and answers the handshake with something else.
pub(crate) const BROKEN_TLS: &str = "220 go ahead";
/// As the reply to STARTTLS: somebody adds a reply in clear (CVE-2021-38371).
pub(crate) const INJECTED: &str = "220 go ahead\r\n250 trust me";

/// Two hosts for `d.example`.
pub(crate) const ZONE: &str = "d.example. IN MX 10 a.example.\nd.example. IN MX 20 b.example.\n\
    a.example. IN A 198.51.100.1\nb.example. IN A 198.51.100.2\nrelay.example. IN A 10.0.0.9\n\
    nomail.example. IN MX 0 .\n;!timeout slow.example. MX\nslow.example. IN A 198.51.100.3\n";
pub(crate) const A: &str = "198.51.100.1:25";
pub(crate) const B: &str = "198.51.100.2:25";

/// A server that answers lines by their beginning; a rule is used up by its first use, except the
/// defaults.
#[derive(Clone, Default)]
pub(crate) struct Fake {
    rules: Arc<Mutex<Vec<(String, String)>>>,
    pub(crate) heard: Arc<Mutex<Vec<String>>>,
}

const DEFAULTS: &[(&str, &str)] = &[
    ("greeting", "220 fake ESMTP"),
    (
        "EHLO",
        "250-fake.example\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-SMTPUTF8\r\n250 SIZE 100000",
    ),
    ("HELO", "250 fake.example"),
    ("MAIL", "250 2.1.0 fine"),
    ("RCPT", "250 2.1.5 fine"),
    ("DATA", "354 go"),
    ("end", "250 2.0.0 queued"),
    ("RSET", "250 fine"),
    ("QUIT", "221 bye"),
];

impl Fake {
    pub(crate) fn new(rules: &[(&str, &str)]) -> Self {
        let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        Self { rules: Arc::new(Mutex::new(rules.iter().map(own).collect())), heard: Arc::default() }
    }

    pub(crate) fn heard(&self, what: &str) -> usize {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|line| line.starts_with(what)).count()
    }

    fn reply(&self, line: &str) -> String {
        self.heard.lock().unwrap().push(line.to_owned());
        let mut rules = self.rules.lock().unwrap();
        if let Some(at) = rules.iter().position(|(start, _)| line.starts_with(start)) {
            return rules.remove(at).1;
        }
        let default = DEFAULTS.iter().find(|(start, _)| line.starts_with(start));
        default.map_or("500 what?", |(_, reply)| reply).to_owned()
    }

    async fn serve(self, stream: DuplexStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut line = "greeting".to_owned();
        let mut in_data = false;
        loop {
            if !in_data {
                let reply = self.reply(&line);
                if reply == DROP {
                    return Ok(());
                }
                stream.write_all(format!("{reply}\r\n").as_bytes()).await?;
                in_data = line == "DATA" && reply.starts_with('3');
            }
            if line == "STARTTLS" {
                let _ = stream.read(&mut [0; 64]).await?;
                stream.write_all(b"this is no TLS\r\n").await?;
                return Ok(());
            }
            line.clear();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            line.truncate(line.trim_end().len());
            if in_data && line == "." {
                in_data = false;
                line = "end".to_owned();
            }
        }
    }
}

/// Servers by address; nobody listens anywhere else.
#[derive(Clone, Default)]
pub(crate) struct Net(Arc<HashMap<SocketAddr, Fake>>);

impl Net {
    pub(crate) fn new(hosts: &[(&str, &Fake)]) -> Self {
        let hosts = hosts.iter().map(|(at, fake)| (at.parse().unwrap(), (*fake).clone()));
        Self(Arc::new(hosts.collect()))
    }
}

impl Dialer for Net {
    type Stream = DuplexStream;

    async fn connect(&self, to: SocketAddr) -> io::Result<DuplexStream> {
        let fake = self.0.get(&to).ok_or(io::ErrorKind::ConnectionRefused)?;
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(fake.clone().serve(theirs));
        Ok(ours)
    }
}

/// The clock, the ids, and routes: `local.example` is here, `route:relay` a relay, the rest direct.
pub(crate) struct Place {
    pub(crate) now: Mutex<UnixTime>,
    ids: Mutex<IdSource>,
    pub(crate) home: PathBuf,
}

impl World for Place {
    fn now(&self) -> UnixTime {
        *self.now.lock().unwrap()
    }

    fn next_id(&self) -> Id {
        self.ids.lock().unwrap().next(self.now())
    }
}

impl Router for Place {
    fn route(&self, to: &Destination, _: &Envelope) -> Result<Route, Cause> {
        match to {
            Destination::Route(_) => Ok(Route::Smarthost(postrider_delivery::Smarthost::new(
                "relay.example".parse().unwrap(),
                587,
                postrider_delivery::SmarthostTls::Off,
            ))),
            Destination::Host(host) if host.to_string() == "local.example" => Ok(Route::Local),
            Destination::Host(host) => Ok(Route::Direct(host.clone())),
            _ => unreachable!(),
        }
    }

    fn maildir(&self, rcpt: &Rcpt) -> Result<PathBuf, Cause> {
        let local = rcpt.to.mailbox().unwrap().local().as_str().to_owned();
        let safe = SafeText::from_static;
        match local.as_str() {
            "nobody" => Err(Cause::ours(safe("5.1.1"), safe("no such user here"))),
            _ => Ok(self.home.join(local)),
        }
    }
}

/// A runner in that world.
pub(crate) struct Bench {
    pub(crate) runner: Arc<Runner<FileSpool, ZoneResolver, Net>>,
    pub(crate) spool: Arc<FileSpool>,
    pub(crate) place: Arc<Place>,
    pub(crate) trace: Arc<MemorySink>,
    pub(crate) folder: tempfile::TempDir,
}

impl Bench {
    pub(crate) fn new(net: Net) -> Self {
        Self::with(net, |_| {}, |_| {})
    }

    pub(crate) fn with(
        net: Net,
        hook: impl FnOnce(&mut Hooks),
        set: impl FnOnce(&mut Running),
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (spool, _) = FileSpool::open(&folder.path().join("q"), Options::new(1), NOW).unwrap();
        let spool = Arc::new(spool);
        let place = Arc::new(Place {
            now: Mutex::new(NOW),
            ids: Mutex::new(IdSource::new(1, None)),
            home: folder.path().join("home"),
        });
        let trace = Arc::new(MemorySink::new());
        let world: Arc<dyn World> = Arc::<Place>::clone(&place);
        let router: Arc<dyn Router> = Arc::<Place>::clone(&place);
        let sink: Arc<dyn TraceSink> = Arc::<MemorySink>::clone(&trace);
        let mut hooks = Hooks::new(world, router, sink);
        hook(&mut hooks);
        let mut sending =
            Sending::new("us.example".parse().map(postrider_core::Host::Name).unwrap(), None);
        sending.mx = mx::Policy::default();
        let author = Author {
            host: "us.example".parse().unwrap(),
            from: Mailbox::parse(b"postmaster@us.example").unwrap(),
        };
        let mut running = Running::new(sending, author, 7);
        set(&mut running);
        let zone = ZoneResolver::parse(ZONE).unwrap();
        let runner = Runner::new(Arc::clone(&spool), (zone, net), hooks, running);
        Self { runner, spool, place, trace, folder }
    }

    pub(crate) async fn accept(&self, env: Envelope) -> Id {
        let id = self.place.next_id();
        let mut draft = self.spool.begin(id, SizeHint::unknown()).await.unwrap();
        draft.write(b"Subject: x\r\n\r\n.dot\r\n").await.unwrap();
        draft.commit(env).await.unwrap()
    }

    /// Accepts a message to these and tries it once.
    pub(crate) async fn send(&self, to: &[&str]) -> Id {
        let id = self.accept(envelope(to)).await;
        self.runner.run_due().await;
        id
    }

    pub(crate) async fn entry(&self, id: Id) -> Option<Entry> {
        let list = self.spool.list(&Filter::id(id), None, 1).await.unwrap();
        list.into_iter().next().map(Result::unwrap)
    }

    /// The cause for which the only waiting recipient of a message waits.
    pub(crate) async fn waits(&self, id: Id) -> Cause {
        let entry = self.entry(id).await.expect("still in the queue");
        let open = entry.states.iter().find(|s| !s.is_settled()).unwrap();
        assert!(entry.due > Some(NOW), "{entry:?}");
        open.cause().unwrap().clone()
    }

    /// The notices in the queue, as text.
    pub(crate) async fn notices(&self) -> Vec<String> {
        use postrider_spool::Body;
        let mut texts = Vec::new();
        for entry in self.spool.list(&Filter::default(), None, 99).await.unwrap() {
            let entry = entry.unwrap();
            if entry.envelope.kind != IncomingKind::Notice {
                continue;
            }
            let mut body = self.spool.body(entry.id).await.unwrap();
            let mut octets = Vec::new();
            while let Some(chunk) = body.next().await.unwrap() {
                octets.extend_from_slice(chunk);
            }
            texts.push(String::from_utf8(octets).unwrap());
        }
        texts
    }

    pub(crate) fn events(&self, check: &str) -> Vec<Event> {
        let events = self.trace.events();
        events.into_iter().filter(|e| e.check_name() == check).collect()
    }

    pub(crate) fn later(&self, secs: u64) {
        let mut now = self.place.now.lock().unwrap();
        *now = now.plus(Duration::from_secs(secs));
    }
}

/// From a sender whose own domain does not answer, so that notices stay in the queue.
pub(crate) fn envelope(to: &[&str]) -> Envelope {
    let from = ReversePath::parse(b"<sender@slow.example>").unwrap();
    let mut env = Envelope::new(IncomingKind::Submission, from, NOW);
    for to in to {
        let path = ForwardPath::parse(format!("<{to}>").as_bytes()).unwrap();
        env.rcpts.push(Rcpt::new(path));
    }
    env
}

/// The two hosts of `d.example`, with their rules.
pub(crate) fn two(a: &[(&str, &str)], b: &[(&str, &str)]) -> (Fake, Fake, Bench) {
    let (a, b) = (Fake::new(a), Fake::new(b));
    let bench = Bench::new(Net::new(&[(A, &a), (B, &b)]));
    (a, b, bench)
}
