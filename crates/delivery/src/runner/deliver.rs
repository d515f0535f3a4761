//! One lease: attempt, record, trace.

use super::Runner;
use crate::attempt::{Attempt, Ended, Mail, Notes, Tools, Verdict, millis};
use crate::dial::Dialer;
use crate::maildir::{self, Item, Stored};
use crate::route::Route;
use crate::source::Spooled;
use postrider_core::{SafeText, UnixTime};
use postrider_resolver::Resolver;
use postrider_smtp_tokio::client::Session;
use postrider_spool::{
    Cause, Destination, IncomingKind, Lease, LeasedRcpt, RcptResult, RcptState, Schedule, Spool,
};
use postrider_trace::{Draft, Effect, Out, Recorder, Stage};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long a server may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

impl<S, R, D> Runner<S, R, D>
where
    S: Spool,
    R: Resolver + 'static,
    D: Dialer,
{
    pub(super) async fn deliver(&self, lease: Lease, to: &Destination) {
        let Ended { verdicts, mut notes, session } = self.attempt(&lease, to).await;
        let now = self.hooks.world.now();
        let (id, attempt) = (lease.id, lease.attempt);
        let results = self.results(&lease, &verdicts, now);
        for (rcpt, result) in lease.rcpts.iter().zip(&results) {
            if let Some(draft) = decision(rcpt, &result.state, attempt) {
                notes.push(now, draft);
            }
        }
        // Nothing stands between the server's word and this.
        let settled = self.spool.settle(lease, &results, now).await;
        if let Err(error) = settled {
            let draft = Draft::check(Stage::Queue, "spool", Out::Fail).why("not-recorded");
            notes.push(now, draft.say(&error.to_string()));
        }
        let mut recorder = Recorder::attempt(id, attempt, Arc::clone(&self.hooks.trace));
        notes.record(&mut recorder);
        if let Some(session) = session {
            goodbye(session).await;
        }
    }

    async fn attempt(&self, lease: &Lease, to: &Destination) -> Ended<D::Stream> {
        let work = async {
            match self.hooks.router.route(to, &lease.envelope) {
                Ok(Route::Local) => self.local(lease).await,
                Ok(route) => self.remote(lease, route).await,
                Err(cause) => everyone(lease, &by_status(cause)),
            }
        };
        let late = || {
            let status = SafeText::from_static("4.4.0");
            let text = SafeText::from_static("the attempt took too long; it may arrive twice");
            everyone(lease, &Verdict::Retry(Cause::ours(status, text)))
        };
        timeout(self.running.attempt, work).await.unwrap_or_else(|_| late())
    }

    async fn remote(&self, lease: &Lease, route: Route) -> Ended<D::Stream> {
        let source = match Spooled::new(&self.spool, lease.id).await {
            Ok(source) => source,
            Err(error) => return everyone(lease, &unreadable(&error)),
        };
        let tools = Tools {
            resolver: &self.resolver,
            dialer: &self.dialer,
            sending: &self.running.sending,
            random: &self.random,
            world: &*self.hooks.world,
        };
        let mail = Mail { envelope: &lease.envelope, rcpts: &lease.rcpts };
        let attempt = Attempt::new(tools, mail, &source);
        match route {
            Route::Direct(host) => attempt.direct(&host).await,
            Route::Smarthost(relay) => attempt.smarthost(&relay).await,
            // Handled by the caller.
            Route::Local => self.local(lease).await,
        }
    }

    async fn local(&self, lease: &Lease) -> Ended<D::Stream> {
        let mut verdicts = Vec::with_capacity(lease.rcpts.len());
        let mut notes = Notes::default();
        for rcpt in &lease.rcpts {
            let verdict = self.store(lease, rcpt, &mut notes).await;
            verdicts.push(verdict);
        }
        Ended { verdicts, notes, session: None }
    }

    async fn store(&self, lease: &Lease, rcpt: &LeasedRcpt, notes: &mut Notes) -> Verdict {
        let folder = match self.hooks.router.maildir(&rcpt.rcpt) {
            Ok(folder) => folder,
            Err(cause) => return by_status(cause),
        };
        let body = match Spooled::new(&self.spool, lease.id).await {
            Ok(source) => crate::attempt::Source::open(&source).await,
            Err(error) => return unreadable(&error),
        };
        let begun = self.hooks.world.now();
        let item = Item {
            id: lease.id,
            envelope: &lease.envelope,
            rcpt,
            host: self.running.author.host.as_str(),
        };
        let stored = match body {
            Ok(body) => maildir::deliver(&folder, item, body).await,
            Err(error) => Err(error),
        };
        let now = self.hooks.world.now();
        let to = rcpt.rcpt.to.to_string();
        match stored {
            Ok(stored) => {
                let (why, path) = match stored {
                    Stored::New(path) => ("stored", path),
                    Stored::Before(path) => ("stored-before", path),
                };
                let folder = match lease.envelope.quarantine {
                    Some(_) => ".Junk of",
                    None => "Maildir of",
                };
                let text = format_args!("written to {folder} {}", to.trim_matches(['<', '>']));
                let text = SafeText::display(&text);
                let draft = Draft::check(Stage::Attempt, "maildir", Out::Pass).rcpt(&to).why(why);
                let draft = draft.got("file", path.display().to_string());
                notes.push(now, draft.say(text.as_str()).took(millis(now.since(begun))));
                Verdict::Delivered(Cause::ours(SafeText::from_static("2.0.0"), text))
            }
            Err(error) => {
                let draft = Draft::check(Stage::Attempt, "maildir", Out::Fail).rcpt(&to);
                notes.push(now, draft.why("not-stored").say(&error.to_string()));
                let text = SafeText::from_static("the mailbox cannot be written at present");
                Verdict::Retry(Cause::ours(SafeText::from_static("4.2.0"), text))
            }
        }
    }

    fn results(&self, lease: &Lease, verdicts: &[Verdict], now: UnixTime) -> Vec<RcptResult> {
        let pairs = lease.rcpts.iter().zip(verdicts);
        let result = |(rcpt, verdict): (&LeasedRcpt, &Verdict)| RcptResult {
            n: rcpt.n,
            state: self.state(lease, verdict, now),
        };
        pairs.map(result).collect()
    }

    fn state(&self, lease: &Lease, verdict: &Verdict, now: UnixTime) -> RcptState {
        let cause = match verdict {
            Verdict::Delivered(cause) => {
                return RcptState::Delivered { cause: Some(cause.clone()) };
            }
            Verdict::Failed(cause) => {
                return RcptState::Owed { due: now, cause: cause.clone() };
            }
            Verdict::Retry(cause) => cause,
        };
        let schedule = self.schedule(lease.envelope.kind);
        let entropy = self.random.next();
        match schedule.next(lease.envelope.received, lease.attempt, now, entropy) {
            Some(due) => RcptState::Due { due, cause: Some(cause.clone()) },
            None => RcptState::Owed { due: now, cause: expired(cause) },
        }
    }

    fn schedule(&self, kind: IncomingKind) -> Schedule {
        let schedule = self.running.schedule.clone();
        match kind == IncomingKind::Notice {
            true => schedule.for_notices(),
            false => schedule,
        }
    }
}

/// RFC 3463 §3.5: "X.4.7 Delivery time expired".
pub(super) const EXPIRED: &str = "4.4.7";

fn expired(last: &Cause) -> Cause {
    let mut cause = last.clone();
    cause.status = SafeText::from_static(EXPIRED);
    let text = format_args!("given up after many attempts; the last one: {}", last.text);
    cause.text = SafeText::display(&text);
    cause
}

/// A cause of the router, by the class of its status.
fn by_status(cause: Cause) -> Verdict {
    match cause.status.as_str().starts_with('5') {
        true => Verdict::Failed(cause),
        false => Verdict::Retry(cause),
    }
}

fn unreadable(error: &postrider_spool::SpoolError) -> Verdict {
    let status = SafeText::from_static("4.3.0");
    Verdict::Retry(Cause::ours(status, SafeText::display(error)))
}

fn everyone<T>(lease: &Lease, verdict: &Verdict) -> Ended<T> {
    Ended {
        verdicts: vec![verdict.clone(); lease.rcpts.len()],
        notes: Notes::default(),
        session: None,
    }
}

/// What was decided for a recipient; of a failure the one who tells the sender speaks.
fn decision(rcpt: &LeasedRcpt, state: &RcptState, attempt: u32) -> Option<Draft> {
    let (effect, say) = match state {
        RcptState::Delivered { cause } => {
            let by = cause.as_ref()?;
            let say = match &by.host {
                Some(host) => format!("delivered to {host}"),
                None => by.text.to_string(),
            };
            (Effect::Delivered, say)
        }
        RcptState::Due { due, cause } => {
            let why = match cause.as_ref().filter(|c| c.host.is_none()) {
                Some(cause) => format!("{}; ", cause.text),
                None => String::new(),
            };
            let next = due.rfc3339();
            let seconds = next.get(..19).unwrap_or_default();
            let say = format!("{why}tried again at {seconds}Z (attempt {})", attempt + 1);
            (Effect::Retry, say)
        }
        RcptState::Owed { .. } | RcptState::Failed { .. } | RcptState::Deleted => return None,
    };
    let draft = Draft::decision(Stage::Attempt, effect).rcpt(&rcpt.rcpt.to.to_string());
    Some(explained(draft.say(&say), state.cause()))
}

/// A decision with the words on which it rests.
pub(super) fn explained(draft: Draft, cause: Option<&Cause>) -> Draft {
    let Some(cause) = cause else {
        return draft;
    };
    let draft = draft.got("status", cause.status.clone());
    match &cause.host {
        Some(host) => draft.got("host", host.clone()).reply(cause.text.as_str()).by("smtp"),
        None => draft.by(decider(cause)),
    }
}

/// The check that decides when no server said a word.
fn decider(cause: &Cause) -> &'static str {
    match cause.status.as_str() {
        "5.1.10" | "5.1.2" | "5.4.4" | "5.4.6" | "4.4.3" => "mx",
        "4.4.1" => "connect",
        _ => "smtp",
    }
}

async fn goodbye<T>(mut session: Session<T>)
where
    T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
{
    // Everything is recorded; how the server takes the goodbye changes nothing.
    let _ = timeout(GOODBYE, session.quit()).await;
}
