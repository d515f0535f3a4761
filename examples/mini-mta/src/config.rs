//! The configuration: one TOML file, read whole, checked whole, or refused with every fault named.

mod check;
pub mod error;
pub mod file;
mod rules;
pub mod value;

pub use error::{ConfigError, Problem};
pub use file::{SenderRule, Verify};
pub use value::Role;

use crate::local::Directory;
use postrider_core::{DomainName, Network, Secret};
use postrider_dkim::{PrivateKey, Selector};
use postrider_policy::Policy;
use postrider_spool::Schedule;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Everything that `serve` needs, checked.
#[derive(Debug)]
#[non_exhaustive]
pub struct Config {
    /// The file it came from.
    pub file: PathBuf,
    /// The server itself.
    pub server: Server,
    /// Certificate chain and key of the listeners, PEM.
    pub tls: Option<TlsFiles>,
    /// Where to listen, and as what.
    pub listeners: Vec<Listener>,
    /// How to ask DNS.
    pub dns: Dns,
    /// Users, addresses, aliases.
    pub directory: Directory,
    /// What users may send as.
    pub sender: SenderRule,
    /// Which checks run.
    pub verify: Verify,
    /// Keys that sign what users send.
    pub sign: Vec<SigningKey>,
    /// Local delivery.
    pub deliver: Deliver,
    /// Routes by name; `direct` is always there.
    pub routes: BTreeMap<String, Route>,
    /// The route of mail that no rule routes.
    pub default_route: String,
    /// The queue.
    pub queue: Queue,
    /// The decision traces.
    pub trace: Trace,
    /// Guards and rules.
    pub policy: Policy,
    /// Things that are allowed but probably not meant.
    pub warnings: Vec<Problem>,
}

/// `[server]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Server {
    /// EHLO name, and the name in `Received` and `Authentication-Results`.
    pub hostname: DomainName,
    /// Domains whose mail is kept here; at least one.
    pub local_domains: Vec<DomainName>,
    /// Largest message in octets.
    pub max_size: u64,
    /// Most recipients of a message.
    pub max_rcpt: u32,
    /// Most `Received` fields before a message is a loop.
    pub max_hops: u32,
    /// Most sessions at once.
    pub max_sessions: usize,
    /// Time that running sessions get at shutdown.
    pub shutdown: Duration,
}

/// `[tls]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TlsFiles {
    /// Certificate chain, PEM.
    pub cert: PathBuf,
    /// Private key, PEM.
    pub key: PathBuf,
}

/// `[listener.NAME]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listener {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub role: Role,
    /// Where it listens; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// Forwarders whose PROXY header is believed, and required.
    pub proxy_from: Vec<Network>,
}

/// `[dns]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dns {
    /// Servers to ask; empty for those of the system.
    pub servers: Vec<SocketAddr>,
    /// Time for one question.
    pub timeout: Duration,
}

/// `[[sign]]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SigningKey {
    /// Domain that signs; mail From this domain, or one below it, gets the signature.
    pub domain: DomainName,
    /// Where its public key is published.
    pub selector: Selector,
    /// The private key.
    pub key: Arc<PrivateKey>,
}

/// `[deliver]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deliver {
    /// Path of a user's Maildir, with `{user}` for the address.
    pub path: String,
    /// Base of a relative path.
    pub base: PathBuf,
}

/// `[route.NAME]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Route {
    /// To the MX of each recipient's domain.
    Direct,
    /// Everything to one server.
    Smarthost {
        /// Its name; the certificate must be for it.
        host: DomainName,
        /// Its port.
        port: u16,
        /// Whether TLS comes before SMTP.
        tls: SmarthostTls,
        /// Login, if it wants one.
        login: Option<(String, Secret<String>)>,
    },
}

/// How TLS begins on a smarthost; it is always required and verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "RFC 8314 knows these two")]
pub enum SmarthostTls {
    /// From the first octet (port 465).
    Implicit,
    /// By STARTTLS (port 587).
    StartTls,
}

/// `[queue]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Queue {
    /// Folder of the spool.
    pub path: PathBuf,
    /// When to try again, warn, give up.
    pub schedule: Schedule,
}

/// `[trace]`
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Trace {
    /// Folder of the trace files.
    pub path: PathBuf,
    /// Days they are kept, today included.
    pub keep_days: u32,
    /// Most octets kept.
    pub max_bytes: u64,
}

impl Config {
    /// Reads and checks a configuration file and all files it names.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault found, each with its place. Nothing is created or opened
    /// for writing here.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(file)
            .map_err(|e| ConfigError(vec![Problem::of(file, format!("cannot be read: {e}"))]))?;
        Self::parse(file, &text)
    }

    /// As [`load`](Self::load), from text; relative paths are below the folder of `file`.
    ///
    /// # Errors
    /// [`ConfigError`] with every fault found.
    pub fn parse(file: &Path, text: &str) -> Result<Self, ConfigError> {
        let raw = check::from_toml(file, text).map_err(|p| ConfigError(vec![p]))?;
        check::Checker::new(file, text).check(raw)
    }

    /// The listener of a role, for what needs one of them.
    #[must_use]
    pub fn listener(&self, role: Role) -> Option<&Listener> {
        self.listeners.iter().find(|l| l.role == role)
    }
}
