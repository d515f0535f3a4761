//! One SMTP session: each event of the connection is checked, judged by the rules and answered.

mod accept;
mod begin;
mod data;
mod envelope;
mod facts;
mod fields;
mod finish;
mod handler;
mod intake;

use crate::checks::client::{self, Client};
use crate::clock;
use crate::config::{Listener, SenderRule};
use crate::facts::{Fact, Sheet};
use crate::judge::{self, About};
use crate::local::{Address, Login, Recipient, User};
use crate::server::Server;
use handler::MachineLog;
use intake::Intake;
use postrider_core::{DomainName, ForwardPath, Id, Mailbox, ReversePath, SafeText, Secret};
use postrider_policy::{Cause, Decision, Effect, Stage, Value};
use postrider_resolver::{RecordingResolver, Resolver};
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::Verdict;
use postrider_smtp::value::reply::{Code, standard};
use postrider_smtp::value::{Hello, MailParams, Protocol, TlsInfo};
use postrider_spf::{Both, Iprev, Limits};
use postrider_spool::FileDraft;
use postrider_trace::{Draft, Out, Recorder, SessionId, Stage as Shown};
use std::net::SocketAddr;
use std::sync::Arc;

/// Why checks of strangers are skipped on the submission roles.
const OWN_USER: &str = "skipped: own users are known by their login";

/// The state of a session beside what the SMTP machine knows.
pub struct Session<R> {
    server: Arc<Server<R>>,
    listener: Arc<Listener>,
    log: Recorder,
    socket_peer: SocketAddr,
    client: Client,
    iprev: Option<Iprev>,
    hello: Option<Hello>,
    protocol: Protocol,
    tls: Option<TlsInfo>,
    user: Option<Mailbox>,
    facts: Sheet,
    tags: Vec<SafeText>,
    transaction: Option<Transaction>,
    machine: MachineLog,
    /// Whether the trace says already what was not asked for: TLS, a login.
    said_unused: bool,
    /// Whether the connection itself is in the trace.
    connected: bool,
}

impl<R> std::fmt::Debug for Session<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("client", &self.client).finish_non_exhaustive()
    }
}

/// A message on its way in: from MAIL to the end of data.
struct Transaction {
    id: Id,
    log: Recorder,
    from: ReversePath,
    params: MailParams,
    spf: Option<Both>,
    facts: Sheet,
    rcpts: Vec<(ForwardPath, Recipient)>,
    intake: Option<Intake<FileDraft>>,
}

impl<R: Resolver + 'static> Session<R> {
    /// A session on a listener; `socket_peer` is whoever connected, forwarder or client.
    pub fn new(server: Arc<Server<R>>, listener: Arc<Listener>, socket_peer: SocketAddr) -> Self {
        let id = SessionId::new(server.next_id(clock::now()));
        let log = Recorder::session(id, Arc::clone(&server.sink));
        Self {
            client: Client::of(socket_peer.ip(), None),
            server,
            listener,
            log,
            socket_peer,
            iprev: None,
            hello: None,
            protocol: Protocol::Smtp,
            tls: None,
            user: None,
            facts: Sheet::default(),
            tags: Vec::new(),
            transaction: None,
            machine: MachineLog::default(),
            said_unused: false,
            connected: false,
        }
    }

    /// After the PROXY header, before the greeting; `peer` is the address that the header named.
    async fn client_connected(&mut self, peer: SocketAddr) -> Verdict {
        let claimed = (peer != self.socket_peer).then(|| peer.ip());
        self.client = Client::of(self.socket_peer.ip(), claimed);
        let role = self.listener.role;
        let name = self.listener.name.clone();
        self.record(
            Draft::check(Shown::Connect, "connect", Out::Info)
                .given("listener", name.as_str())
                .given("role", role.as_str())
                .given("peer", self.socket_peer.to_string())
                .say(&format!(
                    "connection on listener {name} (role {}) from {}",
                    role.as_str(),
                    self.socket_peer.ip()
                )),
        );
        self.record(client::proxy(self.socket_peer.ip(), self.client, &self.listener));
        self.connected = true;
        self.record_tls();
        self.connect_facts();
        self.check_iprev().await;
        self.judge_session(Stage::Connect, Shown::Connect)
    }

    fn connect_facts(&mut self) {
        let now = clock::now();
        self.facts.set("listener.name", self.listener.name.as_str());
        self.facts.set("listener.role", self.listener.role.as_str());
        self.facts.set("local_domains", self.server.config.directory.domains().to_vec());
        self.facts.set("client.tls", self.tls.is_some());
        self.facts.set("client.hidden", self.client.known().is_none());
        self.facts.set("auth.user", None::<&Mailbox>);
        self.facts.set("auth.domain", None::<&DomainName>);
        self.facts.set("auth.mech", "");
        self.facts.set("tags", Fact(Value::texts([])));
        let day = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"];
        let secs = u64::try_from(now.secs()).unwrap_or_default();
        let weekday = usize::try_from(secs / 86_400 % 7).ok().and_then(|d| day.get(d));
        self.facts.set("hour", secs / 3_600 % 24);
        self.facts.set("weekday", *weekday.unwrap_or(&"thu"));
        match self.client.known() {
            Some(ip) => self.facts.set("client.ip", ip),
            None => self
                .facts
                .unknown(&["client.ip", "client.ptr", "client.ptr_ok"], &Cause::ClientHidden),
        }
    }

    async fn check_iprev(&mut self) {
        if self.listener.role.is_submission() {
            return self
                .record(Draft::skipped(Shown::Iprev, "iprev", "role-submission").say(OWN_USER));
        }
        let Some(ip) = self.client.known() else {
            let say = format!("skipped: {} is not the client's address", self.socket_peer.ip());
            return self.record(Draft::skipped(Shown::Iprev, "iprev", "client-unknown").say(&say));
        };
        if !self.server.config.verify.iprev {
            return self.record(Draft::skipped(Shown::Iprev, "iprev", "switched-off"));
        }
        let dns = RecordingResolver::new(&*self.server.resolver);
        let started = clock::now();
        let outcome = postrider_spf::iprev(&dns, ip, &self.spf_limits(), &clock::now).await;
        let draft = client::iprev(&outcome, &dns.take()).took(clock::millis_since(started));
        self.record(draft);
        match &outcome.why {
            postrider_spf::iprev::IprevWhy::Unanswered { error, .. } => {
                let cause = Cause::lookup(&error.to_string());
                self.facts.unknown(&["client.ptr", "client.ptr_ok"], &cause);
            }
            _ => {
                let name = outcome.names.first().and_then(|n| n.name.to_domain());
                self.facts.set("client.ptr", name.as_ref());
                self.facts.set("client.ptr_ok", outcome.name().is_some());
            }
        }
        self.iprev = Some(outcome);
    }

    fn spf_limits(&self) -> Limits {
        let mut limits = Limits::rfc7208();
        limits.elapsed = limits.elapsed.min(self.server.config.verify.stage_deadline.0);
        limits
    }

    /// EHLO or HELO.
    fn client_named(&mut self, who: Hello, protocol: Protocol) -> Verdict {
        self.record(client::ehlo(&who, self.iprev.as_ref(), &self.server.config.server.hostname));
        self.facts.set("helo", who.to_string().as_str());
        self.facts.set("helo.literal", who.host().is_some_and(|h| h.as_name().is_none()));
        self.hello = Some(who);
        self.protocol = protocol;
        self.judge_session(Stage::Ehlo, Shown::Ehlo)
    }

    /// The connection is encrypted now; everything said before is forgotten.
    fn encrypted(&mut self, info: TlsInfo) {
        self.hello = None;
        self.facts.set("client.tls", true);
        self.tls = Some(info);
        // With implicit TLS the connection itself is told first.
        if self.connected {
            self.record_tls();
        }
    }

    fn record_tls(&mut self) {
        let Some(info) = &self.tls else { return };
        let name = info.server_name.as_ref().map_or_else(String::new, |n| format!(", SNI {n}"));
        let draft = Draft::check(Shown::Starttls, "starttls", Out::Pass)
            .got("version", info.version.as_str())
            .got("cipher", info.cipher.as_str())
            .say(&format!("{} {}{name}", info.version, info.cipher));
        self.record(draft);
    }

    /// A login attempt.
    async fn login(&mut self, mechanism: Mechanism, who: Credentials) -> Verdict {
        let name = who.user.to_string();
        let login = self.verify_login(name.clone(), who.password).await;
        let mech = mechanism.name();
        let event = |out, why: &str, say: String| {
            Draft::check(Shown::Auth, "auth", out)
                .why(why)
                .given("mechanism", mech)
                .given("user", name.as_str())
                .say(&say)
        };
        match login {
            Some(user) => {
                self.record(event(
                    Out::Pass,
                    "auth-ok",
                    format!("{} by {mech} inside TLS", user.name),
                ));
                self.facts.set("auth.user", Some(&user.name));
                self.facts.set("auth.domain", user.name.domain_name());
                self.facts.set("auth.mech", mech);
                self.user = Some(user.name);
                self.judge_session(Stage::Auth, Shown::Auth)
            }
            None => {
                self.record(event(
                    Out::Fail,
                    "auth-failed",
                    format!("user or password is wrong for {name}"),
                ));
                Verdict::Reject(standard::AUTH_FAILED.reply())
            }
        }
    }

    /// Argon2 is slow on purpose, so it runs where blocking is allowed.
    async fn verify_login(&self, name: String, password: Secret<String>) -> Option<User> {
        let server = Arc::clone(&self.server);
        let check = move || match server.config.directory.verify(&name, &password) {
            Login::Accepted => server.config.directory.user(&name).cloned(),
            Login::Refused => None,
        };
        tokio::task::spawn_blocking(check).await.ok().flatten()
    }

    /// Asks the rules of a stage that answers for the session, and records their decision.
    fn judge_session(&mut self, stage: Stage, shown: Shown) -> Verdict {
        let now = clock::now();
        let outcome =
            judge::ask(&self.server.config.policy, stage, &self.facts, &mut self.log, now);
        self.add_tags(outcome.tags);
        match outcome.decision {
            Some(decision) if decision.reply().is_some() => {
                let about = About::new(shown, Code::OK.alone(), "");
                Verdict::Reject(judge::pronounce(&decision, &about, &mut self.log, now))
            }
            _ => Verdict::Accept,
        }
    }

    /// Every check has an event, also those that the client did not use.
    fn say_unused(&mut self) {
        if std::mem::replace(&mut self.said_unused, true) {
            return;
        }
        let role = self.listener.role;
        if self.tls.is_none() {
            let draft = Draft::skipped(Shown::Starttls, "starttls", "not-used");
            self.record(draft.say("not used: the connection is in clear"));
        }
        if !role.is_submission() {
            let say = format!("not offered on role {}", role.as_str());
            self.record(Draft::skipped(Shown::Auth, "auth", "not-offered").say(&say));
        }
    }

    fn add_tags(&mut self, tags: Vec<SafeText>) {
        self.tags.extend(tags);
        self.facts.set("tags", Fact(Value::texts(self.tags.iter().map(SafeText::as_str))));
    }

    /// The ordinary log: one line per decision about a message.
    fn log_line(&self, t: &Transaction, decision: &Decision, to: &str) {
        let word = match decision.effect() {
            Effect::Reject(_) => "refused",
            Effect::Defer(_) => "deferred",
            Effect::Discard => "discarded",
            Effect::Quarantine { .. } => "quarantined",
            Effect::Hold { .. } => "held",
            _ => "accepted",
        };
        let client = self.client.known().unwrap_or_else(|| self.socket_peer.ip());
        let (listener, by) = (&self.listener.name, decision.by());
        tracing::info!("{word} {} {listener} {client} {} -> {to} by {by}", t.id, t.from);
    }

    fn record(&mut self, draft: Draft) {
        self.log.record(clock::now(), draft);
    }

    /// Whether `mailbox` is one that the user may send as.
    fn is_own(&self, mailbox: Option<&Mailbox>) -> bool {
        let (Some(user), Some(mailbox)) = (&self.user, mailbox) else {
            return true;
        };
        match self.server.config.sender {
            SenderRule::Any => true,
            SenderRule::Domain => {
                mailbox.domain_name().is_some_and(|d| self.server.config.directory.is_local(d))
            }
            SenderRule::Own => self
                .server
                .config
                .directory
                .user(&user.to_string())
                .is_some_and(|u| u.addresses.contains(&Address::from(mailbox))),
        }
    }
}
