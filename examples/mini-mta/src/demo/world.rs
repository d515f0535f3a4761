//! The stage: DNS, Alice's server, Bob's server, and the addresses of everybody.

use super::dialer::{DialAs, Streets};
use crate::commands::{CommandError, dns, serve};
use crate::config::{Config, Listener, Role};
use crate::init::SetUp;
use crate::listen;
use crate::resolver;
use crate::run::{self, Network, Running};
use crate::traces::TraceFiles;
use postrider_core::{DomainName, Id, Network as Addresses, Secret};
use postrider_dns::ZonePlan;
use postrider_resolver::{Answer, LookupError, Name, Question, Record, Resolver, ZoneResolver};
use postrider_resolver_hickory::ZoneServer;
use postrider_trace::{Effect, Event, MemorySink, Trace, TraceId, TraceSink, View, render};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// Alice's server.
pub(crate) const ALICE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 10));
/// Alice's laptop.
pub(crate) const LAPTOP: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 200));
/// Bob's server.
pub(crate) const BOB: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 25));
/// Somebody with no business in anyone's name.
pub(crate) const STRANGER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 66));
/// The server of the reference story.
pub(crate) const STORY: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));

/// Columns of a trace.
const WIDTH: usize = 100;
/// Longest wait for something that happens at once.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is published at the moment; the DNS server answers from it.
#[derive(Debug, Default)]
pub(crate) struct Published(RwLock<ZoneResolver>);

impl Published {
    pub(crate) fn replace(&self, zone: ZoneResolver) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = zone;
    }
}

impl Resolver for Published {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).answer(&question)
    }
}

/// One of the two servers.
pub(crate) struct Party {
    pub(crate) domain: DomainName,
    pub(crate) hostname: DomainName,
    pub(crate) folder: PathBuf,
    pub(crate) user: String,
    pub(crate) password: Secret<String>,
    pub(crate) certificate: Vec<u8>,
    pub(crate) plan: ZonePlan,
    pub(crate) running: Running,
    events: Arc<Events>,
}

/// Events in memory for the story, in files for who keeps the folder.
struct Events {
    memory: MemorySink,
    files: TraceFiles,
}

impl TraceSink for Events {
    fn event(&self, event: &Event) {
        self.memory.event(event);
        self.files.event(event);
    }
}

/// Everything on stage.
pub(crate) struct World {
    pub(crate) alice: Party,
    pub(crate) bob: Party,
    pub(crate) published: Arc<Published>,
    pub(crate) dns: ZoneServer,
}

impl World {
    /// Sets the stage in a folder.
    pub(crate) async fn set(folder: &Path) -> Result<Self, CommandError> {
        let published = Arc::new(Published::default());
        let dns = ZoneServer::bind((Ipv4Addr::LOCALHOST, 0).into(), Arc::clone(&published))
            .await
            .map_err(CommandError::io("DNS server on loopback"))?;
        let streets = Streets::default();
        let party = |name: &'static str, address| {
            Party::start(name, address, folder, dns.local_addr(), streets.clone())
        };
        let alice = party("alice", ALICE).await?;
        let bob = party("bob", BOB).await?;
        for (party, address) in [(&alice, ALICE), (&bob, BOB)] {
            if let Some(socket) = party.running.address(Role::Mx) {
                streets.add(address, socket);
            }
        }
        let world = Self { alice, bob, published, dns };
        world.publish(ZoneResolver::new());
        Ok(world)
    }

    /// Publishes the records of both servers, their reverse names, and those of a third zone.
    pub(crate) fn publish(&self, mut zone: ZoneResolver) {
        for (party, address) in [(&self.alice, ALICE), (&self.bob, BOB)] {
            for planned in &party.plan.records {
                zone.insert(planned.name.clone(), planned.ttl, planned.record.clone());
            }
            zone.insert(Name::reverse(address), 300, Record::Ptr(Name::from(&party.hostname)));
        }
        self.published.replace(zone);
    }

    pub(crate) async fn close(self) {
        for party in [self.alice, self.bob] {
            party.running.stop(Duration::from_secs(5)).await;
            party.events.files.close();
        }
        // What the DNS server still says on its way out does not matter.
        let _said = self.dns.shutdown().await;
    }
}

impl Party {
    async fn start(
        name: &str,
        address: IpAddr,
        folder: &Path,
        dns_server: SocketAddr,
        streets: Streets,
    ) -> Result<Self, CommandError> {
        let domain = DomainName::parse(&format!("{name}.example")).map_err(CommandError::other)?;
        let setup = SetUp::demo(domain.clone(), name).map_err(CommandError::other)?;
        let folder = folder.join(name);
        let written = setup.write(&folder)?;
        let mut config = Config::load(&written.config)?;
        config.dns.servers = vec![dns_server];
        believe_proxies(&mut config)?;
        let plan = dns::plan(&config, &domain, &[address])?;
        let bound = listen::bind(&config).await?;
        let files = serve::open_traces(&config)?;
        let events = Arc::new(Events { memory: MemorySink::new(), files });
        let resolver = Arc::new(resolver::from_config(&config.dns)?);
        let certificate = config.tls.as_ref().map(|t| t.cert.clone()).unwrap_or_default();
        let certificate = std::fs::read(&certificate)
            .map_err(CommandError::io(certificate.display().to_string()))?;
        let sink: Arc<dyn TraceSink> = events.clone();
        let server = serve::open(config, resolver, sink)?;
        let network = Network::by(DialAs { streets, source: address });
        let running = run::start(server, bound, network)?;
        let password =
            written.password.ok_or_else(|| CommandError::other("no password was made"))?;
        let hostname = setup.hostname;
        Ok(Self {
            domain,
            hostname,
            folder,
            user: written.user,
            password,
            certificate,
            plan,
            running,
            events,
        })
    }

    /// Waits for a message in the user's Maildir and gives it.
    pub(crate) async fn mail(&self, maildir: &str) -> Option<String> {
        let folder = self.folder.join("mail").join(&self.user).join(maildir);
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while tokio::time::Instant::now() < deadline {
            if let Some(mail) = newest(&folder) {
                return Some(mail);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        None
    }

    /// The trace of a message, when it has come to an end or the wait is over.
    pub(crate) async fn trace(&self, id: Id, finished: impl Fn(&Trace) -> bool) -> Option<Trace> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let traces = Trace::group(self.events.memory.events());
            let found = traces.into_iter().find(|t| t.id == TraceId::Message(id));
            if found.as_ref().is_some_and(&finished) || tokio::time::Instant::now() > deadline {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The trace of the last message, when it is delivered or the wait is over.
    pub(crate) async fn last_trace(&self) -> Option<Trace> {
        let traces = Trace::group(self.events.memory.events());
        let last = traces.into_iter().rev().find_map(|t| match t.id {
            TraceId::Message(id) => Some(id),
            TraceId::Session(_) => None,
        });
        self.trace(last?, is_delivered).await
    }
}

/// Whether a message has come to its end.
pub(crate) fn is_delivered(trace: &Trace) -> bool {
    let ended = |e: &Event| {
        e.is_decision()
            && matches!(e.eff, Some(Effect::Delivered | Effect::Bounce | Effect::Expire))
    };
    trace.all().any(ended)
}

/// The trace as people read it.
pub(crate) fn shown(trace: &Trace) -> String {
    render(trace, &View::new().width(WIDTH))
}

fn newest(folder: &Path) -> Option<String> {
    let entry = std::fs::read_dir(folder).ok()?.flatten().next()?;
    let octets = std::fs::read(entry.path()).ok()?;
    Some(String::from_utf8_lossy(&octets).into_owned())
}

/// Every connection of the demo says by PROXY header who it is, but for one listener of role mx that
/// stands behind a forwarder that does not.
fn believe_proxies(config: &mut Config) -> Result<(), CommandError> {
    let loopback: Addresses = "127.0.0.0/8".parse().map_err(CommandError::other)?;
    for listener in &mut config.listeners {
        listener.proxy_from = vec![loopback];
    }
    let mut hidden: Listener = config
        .listener(Role::Mx)
        .cloned()
        .ok_or_else(|| CommandError::other("the set-up has a listener of role mx"))?;
    hidden.name = "mx-hidden".into();
    hidden.proxy_from.clear();
    config.listeners.push(hidden);
    Ok(())
}
