//! One attempt at one message for one destination: hosts in order until one takes it.
//!
//! | reply | for | result |
//! |---|---|---|
//! | 5yz to RCPT | recipient | failed |
//! | 4yz to RCPT | recipient | retry |
//! | 452 or 552 to RCPT after others were accepted | the rest | a new transaction at once |
//! | 5yz or 4yz to MAIL, DATA, the final dot | all accepted | failed or retry |
//! | 421, or connection lost, before the final dot | all accepted | next host if there is one, else retry |
//! | connection lost after the final dot | all accepted | retry; it may arrive twice |
//! | 5yz to the greeting or EHLO | host | next host; all hosts so: failed |
//! | cannot connect, 4yz to greeting or EHLO | host | next host, else retry |
//!
//! RFC 5321 §4.2.1 says what the first digit means, §4.5.4.1 how to go on.

use crate::dial::Dialer;
use crate::hooks::World;
use crate::mx::{self, Policy, Resolution};
use crate::random::Random;
use crate::route::{SMTP_PORT, Smarthost, SmarthostTls};
use postrider_core::{Host, UnixTime};
use postrider_resolver::Resolver;
use postrider_smtp::client::{Config, Timeouts};
use postrider_smtp::sasl::Credentials;
use postrider_smtp_tokio::client::{Body, Session, Settings, Tls};
use postrider_smtp_tokio::tls::{ClientTls, Verify};
use postrider_spool::{Cause, Envelope, LeasedRcpt};
use std::future::Future;
use std::io;
use std::time::Duration;

mod host;
mod judge;
mod notes;
mod words;

pub(crate) use notes::{Notes, millis};

use words::ours;

/// How we send.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sending {
    /// Our name in EHLO.
    pub hello: Host,
    /// Roots for TLS; without them there is none.
    pub tls: Option<ClientTls>,
    /// The least TLS that a mail server must do.
    pub min_tls: MinTls,
    /// What resolving needs to know of us.
    pub mx: Policy,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// Hosts tried in one attempt.
    pub max_hosts: usize,
    /// Addresses tried of each host.
    pub max_addresses: usize,
    /// The port of mail servers.
    pub port: u16,
}

impl Sending {
    /// The defaults: opportunistic TLS if there are roots, 30 s to connect, 2 hosts with 2 addresses.
    #[must_use]
    pub fn new(hello: Host, tls: Option<ClientTls>) -> Self {
        Self {
            hello,
            tls,
            min_tls: MinTls::default(),
            mx: Policy::default(),
            timeouts: Timeouts::default(),
            connect: Duration::from_secs(30),
            max_hosts: 2,
            max_addresses: 2,
            port: SMTP_PORT,
        }
    }
}

/// The least TLS that a mail server must do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MinTls {
    /// STARTTLS if offered; a certificate is looked at and not required; a failed handshake is
    /// followed by one connection in clear (RFC 7435).
    #[default]
    Opportunistic,
    /// TLS, whatever the certificate.
    Encrypt,
    /// TLS with a certificate for the host.
    Verify,
}

/// What became of a recipient in one attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5321 §4.2.1")]
pub enum Verdict {
    /// The server took the message for it.
    Delivered(Cause),
    /// Not now.
    Retry(Cause),
    /// Not ever.
    Failed(Cause),
}

/// A message that can be read as often as there are hosts.
pub trait Source: Send + Sync {
    /// One reading.
    type Body: Body;

    /// Octets in all.
    fn size(&self) -> u64;

    /// Begins at the first octet.
    ///
    /// # Errors
    /// The system's.
    fn open(&self) -> impl Future<Output = io::Result<Self::Body>> + Send;
}

/// What is to be sent, to whom.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a group of arguments")]
pub struct Mail<'a> {
    /// The envelope.
    pub envelope: &'a Envelope,
    /// The recipients of this attempt.
    pub rcpts: &'a [LeasedRcpt],
}

/// The tools of an attempt; shared by all.
#[derive(Clone, Copy)]
pub(crate) struct Tools<'a, R, D> {
    pub(crate) resolver: &'a R,
    pub(crate) dialer: &'a D,
    pub(crate) sending: &'a Sending,
    pub(crate) random: &'a Random,
    pub(crate) world: &'a dyn World,
}

/// An attempt under way.
pub(crate) struct Attempt<'a, R, D: Dialer, S> {
    tools: Tools<'a, R, D>,
    mail: Mail<'a>,
    source: &'a S,
    verdicts: Vec<Option<Verdict>>,
    /// What the last host said, for recipients that no host decided on.
    last: Option<Cause>,
    hope: Hope,
    notes: Notes,
    session: Option<Session<D::Stream>>,
}

/// How an attempt ended. The session is closed after the results are recorded, not before.
pub(crate) struct Ended<T> {
    /// In the order of the recipients.
    pub(crate) verdicts: Vec<Verdict>,
    pub(crate) notes: Notes,
    pub(crate) session: Option<Session<T>>,
}

/// How a group of hosts is talked to.
struct Manner<'a> {
    port: u16,
    tls: Tls,
    verify: Verify,
    /// A failed handshake is followed by a connection in clear.
    falls_back: bool,
    login: Option<&'a Credentials>,
}

/// Whether a host that did not take the message may take it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hope {
    /// Every host so far refused for good.
    None,
    /// One at least may.
    Some,
}

/// What to do after a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Every recipient has its verdict.
    Done,
    /// Try another address.
    Another,
}

impl<'a, R: Resolver, D: Dialer, S: Source> Attempt<'a, R, D, S> {
    pub(crate) fn new(tools: Tools<'a, R, D>, mail: Mail<'a>, source: &'a S) -> Self {
        Self {
            tools,
            mail,
            source,
            verdicts: vec![None; mail.rcpts.len()],
            last: None,
            hope: Hope::None,
            notes: Notes::default(),
            session: None,
        }
    }

    /// To the mail servers of a domain or address.
    pub(crate) async fn direct(self, to: &Host) -> Ended<D::Stream> {
        let Tools { resolver, random, .. } = self.tools;
        let policy = &self.tools.sending.mx;
        let begun = self.tools.world.now();
        let resolution = match to {
            Host::Name(domain) => mx::resolve(resolver, domain, policy, random).await,
            Host::V4(ip) => mx::literal((*ip).into(), policy),
            Host::V6(ip) => mx::literal((*ip).into(), policy),
            Host::General(_) => {
                let text = "the address literal has a form that nobody knows how to reach";
                return self.finish(&Verdict::Failed(ours("5.1.2", text)));
            }
        };
        let sending = self.tools.sending;
        let (tls, verify, falls_back) = match (&sending.tls, sending.min_tls) {
            (None, MinTls::Opportunistic) => (Tls::Off, Verify::Recorded, false),
            (_, MinTls::Opportunistic) => (Tls::Opportunistic, Verify::Recorded, true),
            (_, MinTls::Encrypt) => (Tls::Required, Verify::Recorded, false),
            (_, MinTls::Verify) => (Tls::Required, Verify::Required, false),
        };
        let manner = Manner { port: sending.port, tls, verify, falls_back, login: None };
        self.try_all((resolution, begun), &manner).await
    }

    /// To a relay of ours.
    pub(crate) async fn smarthost(self, relay: &Smarthost) -> Ended<D::Stream> {
        let Tools { resolver, random, sending, .. } = self.tools;
        let mut policy = sending.mx.clone();
        // A relay in one's own network, even on this machine, is usual and no loop.
        policy.reach = mx::Reach::Any;
        policy.names.clear();
        policy.addresses.clear();
        let begun = self.tools.world.now();
        let resolution = mx::host(resolver, &relay.host, &policy, random).await;
        let tls = match relay.tls {
            SmarthostTls::Off => Tls::Off,
            SmarthostTls::StartTls => Tls::Required,
            SmarthostTls::Implicit => Tls::Implicit,
        };
        let manner = Manner {
            port: relay.port,
            tls,
            verify: Verify::Required,
            falls_back: false,
            login: relay.login.as_ref(),
        };
        self.try_all((resolution, begun), &manner).await
    }

    async fn try_all(
        mut self,
        (resolution, begun): (Resolution, UnixTime),
        manner: &Manner<'_>,
    ) -> Ended<D::Stream> {
        let now = self.tools.world.now();
        self.notes.resolved(now, &resolution, now.since(begun));
        let targets = match resolution.result {
            Ok(targets) => targets,
            Err(why) if why.is_permanent() => return self.finish(&Verdict::Failed(why.cause())),
            Err(why) => return self.finish(&Verdict::Retry(why.cause())),
        };
        let Sending { max_hosts, max_addresses, .. } = *self.tools.sending;
        let mut tries = Vec::new();
        for target in targets.iter().take(max_hosts) {
            let ips = target.addresses.iter().take(max_addresses);
            tries.extend(ips.map(|ip| (target, *ip)));
        }
        for (target, ip) in tries {
            if self.one_host(target, ip, manner).await == Next::Done {
                break;
            }
        }
        let last = self.last.take();
        let cause = last.unwrap_or_else(|| ours("4.4.1", "no server could be reached"));
        let rest = match self.hope {
            Hope::None => Verdict::Failed(cause),
            Hope::Some => Verdict::Retry(cause),
        };
        self.finish(&rest)
    }

    /// Everyone without a verdict gets this one.
    fn finish(self, rest: &Verdict) -> Ended<D::Stream> {
        let verdicts = self.verdicts.into_iter();
        Ended {
            verdicts: verdicts.map(|v| v.unwrap_or_else(|| rest.clone())).collect(),
            notes: self.notes,
            session: self.session,
        }
    }

    fn settings(&self, tls: Tls, verify: Verify) -> Settings {
        let mut smtp = Config::new(self.tools.sending.hello.clone());
        smtp.timeouts = self.tools.sending.timeouts;
        match &self.tools.sending.tls {
            Some(roots) => Settings::with_tls(smtp, tls, verify, roots.clone()),
            None => {
                let mut settings = Settings::clear(smtp);
                // Without roots a TLS that is required fails, as it should.
                settings.tls = tls;
                settings
            }
        }
    }
}
