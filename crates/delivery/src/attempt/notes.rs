//! What happened in an attempt, as trace events; written after the results are recorded.

use crate::mx::{Asked, Note, Resolution, Target};
use postrider_core::{SafeText, UnixTime};
use postrider_resolver::{Content, Kind};
use postrider_smtp::client::{Entry, Said, Stage};
use postrider_smtp::value::reply::{Class, Reply};
use postrider_smtp_tokio::client::{EstablishError, Session, StepError};
use postrider_trace::{Dns, Draft, Out, Recorder, Stage as TraceStage};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};

/// Events of an attempt, in order.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<(UnixTime, Draft)>);

fn check(name: &str, out: Out) -> Draft {
    Draft::check(TraceStage::Attempt, name, out)
}

pub(crate) fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

impl Notes {
    pub(crate) fn push(&mut self, now: UnixTime, draft: Draft) {
        self.0.push((now, draft));
    }

    /// Writes all.
    pub(crate) fn record(self, recorder: &mut Recorder) {
        for (now, draft) in self.0 {
            recorder.record(now, draft);
        }
    }

    pub(super) fn resolved(&mut self, now: UnixTime, resolution: &Resolution, took: Duration) {
        let mut draft = match &resolution.result {
            Ok(targets) => {
                let (out, why) = match resolution.notes.first() {
                    Some(note) => (Out::Warn, note.code()),
                    None => (Out::Pass, "found"),
                };
                check("mx", out).why(why).say(&hosts(targets, resolution))
            }
            Err(why) => {
                let out = match why.is_permanent() {
                    true => Out::Fail,
                    false => Out::Temperror,
                };
                check("mx", out).why(why.code()).say(&why.to_string())
            }
        };
        for asked in &resolution.asked {
            draft = draft.dns(dns(asked));
        }
        self.push(now, draft.took(millis(took)));
    }

    pub(super) fn connected(
        &mut self,
        now: UnixTime,
        (host, to): (&SafeText, SocketAddr),
        local: Option<IpAddr>,
        took: Duration,
    ) {
        let ms = millis(took);
        let from = local.map_or_else(String::new, |ip| format!(" from {ip}"));
        let draft = check("connect", Out::Pass).given("host", host.clone());
        self.push(now, draft.say(&format!("{to}{from} in {ms} ms")).took(ms));
    }

    pub(super) fn not_connected(
        &mut self,
        now: UnixTime,
        (host, to): (&SafeText, SocketAddr),
        error: &SafeText,
        took: Duration,
    ) {
        let draft = check("connect", Out::Fail).given("host", host.clone());
        let draft = draft.why("not-connected").say(&format!("{to}: {error}"));
        self.push(now, draft.took(millis(took)));
    }

    /// Greeting, EHLO and TLS of an established session.
    pub(super) fn session<T>(
        &mut self,
        now: UnixTime,
        host: &SafeText,
        session: &mut Session<T>,
        took: Duration,
    ) where
        T: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let log = session.take_log();
        let name = session.capabilities().name();
        let say = match offers(&log) {
            offers if offers.is_empty() => format!("{name} greets and offers nothing"),
            offers => format!("{name} greets and offers {}", offers.join(", ")),
        };
        let ehlo = check("ehlo", Out::Pass).given("host", host.clone());
        let ehlo = ehlo.got("dialog", lines(&log)).say(&say);
        self.push(now, ehlo.took(millis(took)));
        let tls = tls(host, session).given("host", host.clone());
        self.push(now, tls);
    }

    pub(super) fn no_session(&mut self, now: UnixTime, host: &SafeText, error: &EstablishError) {
        let draft = check("ehlo", Out::Fail).given("host", host.clone());
        let draft = draft.got("dialog", lines(&error.log));
        self.push(now, draft.why("no-session").say(&error.to_string()));
    }

    pub(super) fn fell_back(&mut self, now: UnixTime, host: &SafeText, why: &SafeText) {
        let draft = check("tls", Out::Warn).given("host", host.clone());
        let say = format!("{why}; sent in clear instead");
        self.push(now, draft.why("tls-fell-back").say(&say));
    }

    pub(super) fn login(
        &mut self,
        now: UnixTime,
        host: &SafeText,
        outcome: &Result<Reply, StepError>,
        log: &[Entry],
    ) {
        let draft = match outcome {
            Ok(reply) => check("auth", Out::Pass).say(&format!("logged in: {reply}")),
            Err(error) => check("auth", Out::Fail).why("login-failed").say(&error.to_string()),
        };
        let draft = draft.given("host", host.clone());
        self.push(now, draft.got("dialog", lines(log)));
    }

    /// The server's words about the message or a recipient.
    pub(super) fn said(&mut self, now: UnixTime, to: Option<&str>, reply: &Reply, stage: Stage) {
        let out = match reply.class() {
            Class::Done | Class::GoOn => Out::Pass,
            Class::Transient => Out::Temperror,
            Class::Permanent => Out::Fail,
        };
        let words = reply.to_string();
        let mut draft = Draft::reply_of_remote(TraceStage::Attempt, "smtp", out, words.as_bytes());
        if let Some(to) = to {
            draft = draft.rcpt(to);
        }
        self.push(now, draft.say(&format!("{words} to {}", step(stage))));
    }

    /// How a transaction broke without a word of the server.
    pub(super) fn broke(&mut self, now: UnixTime, why: &'static str, say: &str) {
        self.push(now, check("smtp", Out::Fail).why(why).say(say));
    }

    /// Number of events so far.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    /// Adds what was said, word for word, to an event.
    pub(super) fn attach(&mut self, at: usize, log: &[Entry]) {
        if let Some((_, draft)) = self.0.get_mut(at) {
            *draft = draft.clone().got("dialog", lines(log));
        }
    }

    pub(super) fn may_arrive_twice(&mut self, now: UnixTime, host: &SafeText) {
        let draft = check("smtp", Out::Unknown).given("host", host.clone());
        let say = "the connection broke before the server answered; the message may arrive twice";
        self.push(now, draft.why("may-arrive-twice").say(say));
    }
}

/// `10 a.example, 20 b.example (+3)`, and what was odd.
fn hosts(targets: &[Target], resolution: &Resolution) -> String {
    const SHOWN: usize = 2;
    let by_mx = resolution.asked.first().is_some_and(|a| a.question.kind == Kind::Mx);
    let implicit = resolution.notes.contains(&Note::ImplicitMx);
    let show = |t: &Target| match by_mx && !implicit {
        true => format!("{} {}", t.preference, t.name()),
        false => t.name().to_string(),
    };
    let shown: Vec<_> = targets.iter().take(SHOWN).map(show).collect();
    let mut say = shown.join(", ");
    if let Some(more) = targets.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        say.push_str(&format!(" (+{more})"));
    }
    for note in &resolution.notes {
        say.push_str(&format!("; {note}"));
    }
    say
}

/// The keywords of the first reply to EHLO: after TLS the server offers STARTTLS no more.
fn offers(log: &[Entry]) -> Vec<String> {
    let ehlo = log.iter().find_map(|entry| {
        if let Said::Server { to: Stage::Ehlo, reply } = &entry.said {
            return Some(reply);
        }
        None
    });
    let lines = ehlo.into_iter().flat_map(|reply| reply.text().skip(1));
    lines.map(ToString::to_string).collect()
}

fn tls<T>(host: &SafeText, session: &Session<T>) -> Draft
where
    T: AsyncRead + AsyncWrite + Unpin + Send,
{
    let Some(info) = session.tls() else {
        return Draft::skipped(TraceStage::Attempt, "tls", "not-used").say("in clear: no TLS");
    };
    let (version, cipher) = (&info.version, &info.cipher);
    match session.certificate_fault() {
        None => check("tls", Out::Pass)
            .why("verified")
            .say(&format!("{version} {cipher}, certificate valid for {host}")),
        Some(fault) => check("tls", Out::Pass).why("not-verified").say(&format!(
            "{version} {cipher}, certificate not verified ({fault}): opportunistic, so it goes on"
        )),
    }
}

fn step(stage: Stage) -> String {
    if let Stage::Rcpt(_) = stage {
        return "RCPT".to_owned();
    }
    match stage == Stage::End {
        true => "end of DATA".to_owned(),
        false => stage.to_string(),
    }
}

fn lines(log: &[Entry]) -> Vec<String> {
    log.iter().map(|entry| entry.said.to_string()).collect()
}

fn dns(asked: &Asked) -> Dns {
    let question = asked.question.to_string();
    match &asked.answer {
        Ok(answer) => {
            let records: Vec<_> = answer.records().iter().map(ToString::to_string).collect();
            let found =
                Dns::answered(&question, records.iter().map(String::as_str)).ttl(answer.ttl);
            match answer.content {
                Content::Records(_) => found,
                Content::NoData => Dns::failed(&question, "NODATA"),
                Content::NxDomain => Dns::failed(&question, "NXDOMAIN"),
            }
        }
        Err(error) => Dns::failed(&question, &error.to_string()),
    }
}
