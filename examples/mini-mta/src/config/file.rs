//! The configuration file as it is written: one struct per table, unknown keys refused.

use crate::config::value::{ByteSize, OneOrMany, Role, SecretSource, Span};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use toml::Spanned;

const fn secs(n: u64) -> Span {
    Span(Duration::from_secs(n))
}

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) server: Server,
    pub(crate) tls: Option<Tls>,
    #[serde(default)]
    pub(crate) listener: BTreeMap<String, Listener>,
    #[serde(default)]
    pub(crate) dns: Dns,
    pub(crate) auth: Option<Auth>,
    #[serde(default)]
    pub(crate) verify: Verify,
    #[serde(default)]
    pub(crate) sign: Vec<Sign>,
    #[serde(default)]
    pub(crate) deliver: Deliver,
    #[serde(default)]
    pub(crate) alias: BTreeMap<Spanned<String>, Spanned<OneOrMany>>,
    #[serde(default)]
    pub(crate) route: BTreeMap<String, Route>,
    #[serde(default)]
    pub(crate) routing: Routing,
    #[serde(default)]
    pub(crate) queue: Queue,
    #[serde(default)]
    pub(crate) trace: Trace,
    #[serde(default)]
    pub(crate) rules: Rules,
    #[serde(default)]
    pub(crate) rule: Vec<Rule>,
}

/// A further file of rules, named by `[rules] include`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    #[serde(default)]
    pub(crate) rule: Vec<Rule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Server {
    pub(crate) hostname: Spanned<String>,
    pub(crate) local_domains: Vec<Spanned<String>>,
    #[serde(default = "Server::max_size")]
    pub(crate) max_size: ByteSize,
    #[serde(default = "Server::max_rcpt")]
    pub(crate) max_rcpt: Spanned<u32>,
    #[serde(default = "Server::max_hops")]
    pub(crate) max_hops: u32,
    #[serde(default = "Server::max_sessions")]
    pub(crate) max_sessions: Spanned<usize>,
    #[serde(default = "Server::shutdown")]
    pub(crate) shutdown: Span,
}

impl Server {
    const fn max_size() -> ByteSize {
        ByteSize(25 << 20)
    }

    fn max_rcpt() -> Spanned<u32> {
        Spanned::new(0..0, 100)
    }

    const fn max_hops() -> u32 {
        50
    }

    fn max_sessions() -> Spanned<usize> {
        Spanned::new(0..0, 500)
    }

    const fn shutdown() -> Span {
        secs(30)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    pub(crate) role: Role,
    pub(crate) listen: Spanned<OneOrMany>,
    #[serde(default)]
    pub(crate) proxy_from: Vec<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Dns {
    pub(crate) servers: Spanned<OneOrMany>,
    pub(crate) timeout: Span,
}

impl Default for Dns {
    fn default() -> Self {
        Self { servers: Spanned::new(0..0, OneOrMany::One("system".into())), timeout: secs(5) }
    }
}

/// What a user may put into MAIL FROM and From.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SenderRule {
    /// The user's own addresses.
    #[default]
    Own,
    /// Any address of the local domains.
    Domain,
    /// Anything.
    Any,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Auth {
    pub(crate) users: PathBuf,
    #[serde(default)]
    pub(crate) sender: SenderRule,
}

/// Which checks run on role `mx`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
#[non_exhaustive]
pub struct Verify {
    /// Reverse name of the client.
    pub iprev: bool,
    /// SPF of MAIL FROM and HELO.
    pub spf: bool,
    /// DKIM signatures.
    pub dkim: bool,
    /// Most signatures evaluated.
    pub dkim_max_signatures: usize,
    /// DMARC; a result only, a rule decides the effect.
    pub dmarc: bool,
    /// Time for the look-ups of one stage.
    pub stage_deadline: Span,
}

impl Default for Verify {
    fn default() -> Self {
        Self {
            iprev: true,
            spf: true,
            dkim: true,
            dkim_max_signatures: 8,
            dmarc: true,
            stage_deadline: secs(10),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sign {
    pub(crate) domain: Spanned<String>,
    pub(crate) selector: Spanned<String>,
    pub(crate) key: Spanned<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Deliver {
    pub(crate) kind: Spanned<String>,
    pub(crate) path: String,
    pub(crate) subaddress: String,
}

impl Default for Deliver {
    fn default() -> Self {
        Self {
            kind: Spanned::new(0..0, "maildir".into()),
            path: "mail/{user}".into(),
            subaddress: "+".into(),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Route {
    pub(crate) kind: Spanned<String>,
    pub(crate) host: Option<Spanned<String>>,
    pub(crate) port: Option<u16>,
    pub(crate) tls: Option<Spanned<String>>,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<SecretSource>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Routing {
    pub(crate) default: Spanned<String>,
}

impl Default for Routing {
    fn default() -> Self {
        Self { default: Spanned::new(0..0, "direct".into()) }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Queue {
    pub(crate) path: PathBuf,
    pub(crate) schedule: Option<Spanned<Vec<String>>>,
    pub(crate) warn_after: Span,
    pub(crate) give_up: Span,
}

impl Default for Queue {
    fn default() -> Self {
        Self {
            path: "spool".into(),
            schedule: None,
            warn_after: secs(4 * 3_600),
            give_up: secs(5 * 86_400),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Trace {
    pub(crate) path: PathBuf,
    pub(crate) keep: Span,
    pub(crate) max_bytes: ByteSize,
}

impl Default for Trace {
    fn default() -> Self {
        Self { path: "trace".into(), keep: secs(14 * 86_400), max_bytes: ByteSize(256_000_000) }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Rules {
    pub(crate) observe_all: bool,
    pub(crate) include: Vec<Spanned<PathBuf>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) id: Spanned<String>,
    pub(crate) stage: Spanned<String>,
    pub(crate) when: Spanned<String>,
    pub(crate) then: Spanned<toml::Table>,
    pub(crate) on_unknown: Option<Spanned<String>>,
    pub(crate) mode: Option<Spanned<String>>,
}
