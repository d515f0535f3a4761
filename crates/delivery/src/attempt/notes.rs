//! What happened in an attempt, as trace events; written after the results are recorded.

use crate::mx::{Asked, Resolution};
use postrider_core::{SafeText, UnixTime};
use postrider_resolver::Content;
use postrider_smtp::client::{Entry, Said};
use postrider_smtp_tokio::client::{EstablishError, Session};
use postrider_trace::{Dns, Draft, Out, Recorder, Stage};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Events of an attempt, in order.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<(UnixTime, Draft)>);

fn check(name: &str, out: Out) -> Draft {
    Draft::check(Stage::Attempt, name, out)
}

fn millis(took: Duration) -> u64 {
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

    pub(super) fn resolved(&mut self, now: UnixTime, resolution: &Resolution) {
        let mut draft = match &resolution.result {
            Ok(targets) => {
                let out = match resolution.notes.is_empty() {
                    true => Out::Pass,
                    false => Out::Warn,
                };
                let hosts: Vec<SafeText> = targets.iter().map(crate::mx::Target::name).collect();
                check("mx", out).got("hosts", hosts)
            }
            Err(why) if why.is_permanent() => {
                check("mx", Out::Fail).why(why.code()).say(&why.to_string())
            }
            Err(why) => check("mx", Out::Temperror)
                .why(why.code())
                .say(&why.to_string()),
        };
        if let (Ok(_), Some(note)) = (&resolution.result, resolution.notes.first()) {
            draft = draft.why(note.code());
        }
        if !resolution.notes.is_empty() {
            let notes: Vec<_> = resolution.notes.iter().map(ToString::to_string).collect();
            draft = draft.got("notes", notes);
        }
        for asked in &resolution.asked {
            draft = draft.dns(dns(asked));
        }
        self.push(now, draft);
    }

    pub(super) fn connected(
        &mut self,
        now: UnixTime,
        (host, to): (&SafeText, SocketAddr),
        local: Option<IpAddr>,
        took: Duration,
    ) {
        let draft = check("connect", Out::Pass).given("host", host.clone());
        let mut draft = draft.given("to", to.to_string()).took(millis(took));
        if let Some(local) = local {
            draft = draft.got("from", local.to_string());
        }
        self.push(now, draft);
    }

    pub(super) fn not_connected(
        &mut self,
        now: UnixTime,
        (host, to): (&SafeText, SocketAddr),
        error: &SafeText,
        took: Duration,
    ) {
        let draft = check("connect", Out::Fail).given("host", host.clone());
        let draft = draft.given("to", to.to_string()).why("not-connected");
        self.push(now, draft.say(error.as_str()).took(millis(took)));
    }

    pub(super) fn session<T>(&mut self, now: UnixTime, host: &SafeText, session: &Session<T>)
    where
        T: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send,
    {
        let name = session.capabilities().name().clone();
        let mut ehlo = check("ehlo", Out::Pass)
            .given("host", host.clone())
            .got("name", name);
        if let Some(greeting) = session.greeting() {
            ehlo = ehlo.got("greeting", greeting.to_string());
        }
        self.push(now, ehlo);
        let Some(info) = session.tls() else {
            self.push(
                now,
                Draft::skipped(Stage::Attempt, "tls", "not-used").given("host", host.clone()),
            );
            return;
        };
        let tls = match session.certificate_fault() {
            None => check("tls", Out::Pass),
            Some(fault) => check("tls", Out::Warn)
                .why("certificate-not-verified")
                .say(fault.as_str()),
        };
        let tls = tls
            .given("host", host.clone())
            .got("version", info.version.clone());
        self.push(now, tls.got("cipher", info.cipher.clone()));
    }

    pub(super) fn no_session(&mut self, now: UnixTime, host: &SafeText, error: &EstablishError) {
        let draft = check("ehlo", Out::Fail).given("host", host.clone());
        let draft = draft.got("dialog", lines(&error.log));
        self.push(now, draft.why("no-session").say(&error.to_string()));
    }

    pub(super) fn fell_back(&mut self, now: UnixTime, host: &SafeText, why: &SafeText) {
        let draft = check("tls", Out::Warn).given("host", host.clone());
        self.push(now, draft.why("tls-fell-back").say(why.as_str()));
    }

    pub(super) fn dialog(&mut self, now: UnixTime, host: &SafeText, log: Vec<Entry>) {
        if log.is_empty() {
            return;
        }
        let refused = log.iter().any(|e| matches!(&e.said, Said::Server { reply, .. } if reply.is_permanent() || reply.is_transient()));
        let out = match refused {
            true => Out::Warn,
            false => Out::Pass,
        };
        let draft = check("smtp", out).given("host", host.clone());
        self.push(now, draft.got("dialog", lines(&log)));
    }

    pub(super) fn may_arrive_twice(&mut self, now: UnixTime, host: &SafeText) {
        let draft = check("smtp", Out::Unknown).given("host", host.clone());
        let say = "the connection broke before the server answered; the message may arrive twice";
        self.push(now, draft.why("may-arrive-twice").say(say));
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
