//! From the file as written to a configuration that can run: every value checked, every fault kept.

use crate::config::error::nearest;
use crate::config::file::{self, File};
use crate::config::value::OneOrMany;
use crate::config::{
    Config, ConfigError, Deliver, Dns, Listener, Problem, Queue, Role, Route, Server, SigningKey,
    SmarthostTls, TlsFiles, Trace, rules,
};
use crate::local::{Address, Directory, UsersFile};
use postrider_core::{DomainName, Mailbox};
use postrider_dkim::{PrivateKey, Selector};
use postrider_spool::Schedule;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use toml::Spanned;

/// Reads TOML; a wrong key gets the nearest right one beside it.
pub(crate) fn from_toml<T: serde::de::DeserializeOwned>(
    file: &Path,
    text: &str,
) -> Result<T, Problem> {
    toml::from_str(text).map_err(|e| {
        let mut what = e.message().to_owned();
        if let Some(meant) = what.strip_prefix("unknown field").and_then(did_you_mean) {
            what.push_str(&format!("; did you mean `{meant}`?"));
        }
        match e.span() {
            Some(span) => Problem::at(file, text, span, what),
            None => Problem::of(file, what),
        }
    })
}

/// serde's message names the unknown field first and then the known ones, each in backticks.
fn did_you_mean(message: &str) -> Option<&str> {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?;
    nearest(unknown, quoted)
}

/// Gathers faults while it turns written values into checked ones.
pub(crate) struct Checker<'a> {
    pub(crate) file: &'a Path,
    pub(crate) text: &'a str,
    pub(crate) base: PathBuf,
    pub(crate) problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub(crate) fn new(file: &'a Path, text: &'a str) -> Self {
        let base =
            file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        Self { file, text, base: base.into(), problems: Vec::new() }
    }

    /// Notes a fault at a value.
    pub(crate) fn fault<T>(&mut self, at: &Spanned<T>, what: impl Display) {
        self.problems.push(Problem::at(self.file, self.text, at.span(), what.to_string()));
    }

    /// Reads a value by its own grammar, or notes why not.
    fn read<T: FromStr<Err: Display>>(&mut self, at: &Spanned<String>, name: &str) -> Option<T> {
        at.get_ref()
            .parse()
            .map_err(|e| self.fault(at, format!("`{}` is no {name}: {e}", at.get_ref())))
            .ok()
    }

    /// Reads each of one or more values; a fault marks all of them.
    fn read_all<T: FromStr<Err: Display>>(
        &mut self,
        at: &Spanned<OneOrMany>,
        name: &str,
    ) -> Vec<T> {
        let mut read = Vec::new();
        for text in at.get_ref().as_slice() {
            match text.parse() {
                Ok(value) => read.push(value),
                Err(e) => self.fault(at, format!("`{text}` is no {name}: {e}")),
            }
        }
        read
    }

    pub(crate) fn check(mut self, raw: File) -> Result<Config, ConfigError> {
        let server = self.server(&raw.server);
        let listeners = self.listeners(raw.listener, raw.tls.is_some(), raw.auth.is_some());
        let dns = self.dns(&raw.dns);
        let sender = raw.auth.as_ref().map(|a| a.sender).unwrap_or_default();
        let domains = server.as_ref().map(|s| s.local_domains.clone()).unwrap_or_default();
        let directory =
            self.directory(domains, raw.auth.as_ref(), &raw.alias, &raw.deliver.subaddress);
        let sign = self.sign(&raw.sign);
        let deliver = self.deliver(raw.deliver);
        let routes = self.routes(raw.route);
        let default_route = raw.routing.default.get_ref().clone();
        if !routes.contains_key(&default_route) {
            self.fault(&raw.routing.default, format!("there is no [route.{default_route}]"));
        }
        let queue = self.queue(&raw.queue);
        let settings = rules::Settings { rules: raw.rules, max_hops: raw.server.max_hops };
        let loaded = rules::load(&mut self, settings, raw.rule, &routes);
        let all = (server, directory, queue, loaded);
        let (Some(server), Some(directory), Some(queue), Some((policy, mut warnings))) = all else {
            return Err(ConfigError(self.problems));
        };
        if !self.problems.is_empty() {
            return Err(ConfigError(self.problems));
        }
        warnings.extend(hidden_clients(self.file, &listeners));
        Ok(Config {
            file: self.file.into(),
            server,
            tls: raw.tls.map(|t| self.tls(&t)),
            listeners,
            dns,
            directory,
            sender,
            verify: raw.verify,
            sign,
            deliver,
            routes,
            default_route,
            queue,
            trace: self.trace(&raw.trace),
            policy,
            warnings,
        })
    }

    fn tls(&self, raw: &file::Tls) -> TlsFiles {
        TlsFiles { cert: self.base.join(&raw.cert), key: self.base.join(&raw.key) }
    }

    fn trace(&self, raw: &file::Trace) -> Trace {
        let days = raw.keep.0.as_secs().div_ceil(86_400);
        Trace {
            path: self.base.join(&raw.path),
            keep_days: u32::try_from(days).unwrap_or(u32::MAX),
            max_bytes: raw.max_bytes.0,
        }
    }

    fn server(&mut self, raw: &file::Server) -> Option<Server> {
        let hostname: Option<DomainName> = self.read(&raw.hostname, "host name");
        if hostname.as_ref().is_some_and(|h| !h.is_full()) {
            self.fault(&raw.hostname, "hostname must be a full name, such as mx.example.org");
        }
        let local_domains: Vec<_> =
            raw.local_domains.iter().filter_map(|d| self.read(d, "domain")).collect();
        if raw.local_domains.is_empty() {
            self.problems.push(Problem::of(self.file, "[server] local_domains names no domain"));
        }
        if *raw.max_rcpt.get_ref() < 100 {
            self.fault(&raw.max_rcpt, "max_rcpt must be at least 100 (RFC 5321 §4.5.3.1.8)");
        }
        if *raw.max_sessions.get_ref() == 0 {
            self.fault(&raw.max_sessions, "max_sessions must be at least 1");
        }
        Some(Server {
            hostname: hostname?,
            local_domains,
            max_size: raw.max_size.0,
            max_rcpt: *raw.max_rcpt.get_ref(),
            max_hops: raw.max_hops,
            max_sessions: *raw.max_sessions.get_ref(),
            shutdown: raw.shutdown.0,
        })
    }

    fn listeners(
        &mut self,
        raw: BTreeMap<String, file::Listener>,
        tls: bool,
        auth: bool,
    ) -> Vec<Listener> {
        if raw.is_empty() {
            self.problems.push(Problem::of(
                self.file,
                "there is no [listener.NAME]; nothing would be received",
            ));
        }
        raw.into_iter()
            .map(|(name, l)| {
                let needs = |what| {
                    format!("[listener.{name}] has role {}, which needs {what}", l.role.as_str())
                };
                if l.role.is_submission() && !tls {
                    self.problems.push(Problem::of(self.file, needs("[tls]")));
                }
                if l.role.is_submission() && !auth {
                    self.problems.push(Problem::of(self.file, needs("[auth]")));
                }
                Listener {
                    role: l.role,
                    listen: self.read_all(&l.listen, "address and port"),
                    proxy_from: l
                        .proxy_from
                        .iter()
                        .filter_map(|n| self.read(n, "network"))
                        .collect(),
                    name,
                }
            })
            .collect()
    }

    fn dns(&mut self, raw: &file::Dns) -> Dns {
        let servers = match raw.servers.get_ref() {
            OneOrMany::One(word) if word == "system" => Vec::new(),
            _ => self.read_all(&raw.servers, "address and port, nor \"system\""),
        };
        Dns { servers, timeout: raw.timeout.0 }
    }

    fn directory(
        &mut self,
        domains: Vec<DomainName>,
        auth: Option<&file::Auth>,
        aliases: &BTreeMap<Spanned<String>, Spanned<OneOrMany>>,
        subaddress: &str,
    ) -> Option<Directory> {
        let users = match auth {
            Some(auth) => self.users(&self.base.join(&auth.users))?,
            None => Vec::new(),
        };
        let mut map: BTreeMap<Address, Vec<Mailbox>> = BTreeMap::new();
        for (from, to) in aliases {
            let targets = self.read_all(to, "address");
            if let Some(from) = self.read::<Mailbox>(from, "address") {
                map.insert(Address::from(&from), targets);
            }
        }
        Directory::new(domains, users, map, subaddress)
            .map_err(|errors| self.of_file(self.file, &errors))
            .ok()
    }

    fn users(&mut self, path: &Path) -> Option<Vec<crate::local::User>> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) => {
                self.problems.push(Problem::of(path, format!("[auth] users cannot be read: {e}")));
                return None;
            }
        };
        let raw: UsersFile = from_toml(path, &text).map_err(|p| self.problems.push(p)).ok()?;
        Directory::users(raw).map_err(|errors| self.of_file(path, &errors)).ok()
    }

    fn of_file<E: Display>(&mut self, file: &Path, errors: &[E]) {
        self.problems.extend(errors.iter().map(|e| Problem::of(file, e.to_string())));
    }

    fn sign(&mut self, raw: &[file::Sign]) -> Vec<SigningKey> {
        let mut keys = Vec::new();
        for s in raw {
            let domain = self.read(&s.domain, "domain");
            let selector: Option<Selector> = self.read(&s.selector, "selector");
            let path = self.base.join(s.key.get_ref());
            let key = std::fs::read(&path)
                .map_err(|e| Problem::of(&path, format!("[[sign]] key cannot be read: {e}")))
                .and_then(|pem| {
                    PrivateKey::from_pem(&pem).map_err(|e| Problem::of(&path, e.to_string()))
                })
                .map_err(|p| self.problems.push(p));
            if let (Some(domain), Some(selector), Ok(key)) = (domain, selector, key) {
                keys.push(SigningKey { domain, selector, key: Arc::new(key) });
            }
        }
        keys
    }

    fn deliver(&mut self, raw: file::Deliver) -> Deliver {
        if raw.kind.get_ref() != "maildir" {
            self.fault(&raw.kind, "kind of [deliver] is \"maildir\"");
        }
        if !raw.path.contains("{user}") {
            self.problems.push(Problem::of(
                self.file,
                "[deliver] path has no {user}: all mail would share one folder",
            ));
        }
        Deliver { path: raw.path, base: self.base.clone() }
    }

    fn routes(&mut self, raw: BTreeMap<String, file::Route>) -> BTreeMap<String, Route> {
        let mut routes = BTreeMap::from([("direct".to_owned(), Route::Direct)]);
        for (name, r) in raw {
            match r.kind.get_ref().as_str() {
                "mx" => drop(routes.insert(name, Route::Direct)),
                "smarthost" => drop(self.smarthost(&name, &r).map(|s| routes.insert(name, s))),
                _ => self.fault(&r.kind, "kind of a route is \"mx\" or \"smarthost\""),
            }
        }
        routes
    }

    fn smarthost(&mut self, name: &str, r: &file::Route) -> Option<Route> {
        let Some(host) = &r.host else {
            self.fault(&r.kind, format!("[route.{name}] is a smarthost and needs `host`"));
            return None;
        };
        let tls = match r.tls.as_ref().map(|t| (t, t.get_ref().as_str())) {
            None | Some((_, "implicit")) => SmarthostTls::Implicit,
            Some((_, "starttls")) => SmarthostTls::StartTls,
            Some((at, _)) => {
                self.fault(at, "tls of a smarthost is \"implicit\" or \"starttls\"");
                return None;
            }
        };
        let default_port = if tls == SmarthostTls::Implicit { 465 } else { 587 };
        let password = r.password.as_ref().map(|p| p.resolve(&self.base)).transpose();
        let login = match (&r.user, password) {
            (_, Err(e)) => {
                self.problems.push(Problem::of(self.file, format!("[route.{name}] password: {e}")));
                return None;
            }
            (Some(user), Ok(Some(password))) => Some((user.clone(), password)),
            (None, Ok(None)) => None,
            (Some(_), Ok(None)) | (None, Ok(Some(_))) => {
                self.fault(
                    &r.kind,
                    format!("[route.{name}] needs both `user` and `password`, or neither"),
                );
                return None;
            }
        };
        let host = self.read(host, "host name")?;
        Some(Route::Smarthost { host, port: r.port.unwrap_or(default_port), tls, login })
    }

    fn queue(&mut self, raw: &file::Queue) -> Option<Queue> {
        let schedule = match &raw.schedule {
            None => Schedule::default(),
            Some(list) => match Schedule::parse(list.get_ref().iter().map(String::as_str)) {
                Ok(schedule) => schedule,
                Err(e) => {
                    self.fault(list, e);
                    return None;
                }
            },
        };
        let schedule = schedule.with_warn_after(raw.warn_after.0).with_give_up(raw.give_up.0);
        Some(Queue { path: self.base.join(&raw.path), schedule })
    }
}

/// A private listener for the Internet sees only its forwarder, unless that one says more.
fn hidden_clients(file: &Path, listeners: &[Listener]) -> Vec<Problem> {
    let private = |a: &SocketAddr| match a.ip() {
        std::net::IpAddr::V4(ip) => ip.is_private() || ip.is_loopback(),
        std::net::IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    };
    let suspect = |l: &&Listener| {
        l.role == Role::Mx && l.proxy_from.is_empty() && l.listen.iter().any(private)
    };
    let say = |l: &Listener| {
        Problem::of(
            file,
            format!(
                "[listener.{}] listens on a private address and has no proxy_from: behind a forwarder \
                 every client looks like the forwarder (net.source-ip-lost)",
                l.name
            ),
        )
    };
    listeners.iter().filter(suspect).map(say).collect()
}
