//! One host: connect, establish, send.

use super::judge::Judged;
use super::words::{fault_cause, is_handshake_failure, ours, step_cause};
use super::{Attempt, Hope, Manner, Next, Source, Verdict};
use crate::dial::Dialer;
use crate::mx::Target;
use postrider_core::{Host, SafeText};
use postrider_resolver::Resolver;
use postrider_smtp::client::{Capabilities, Transaction};
use postrider_smtp::value::BodyType as SmtpBody;
use postrider_smtp::value::reply::Reply;
use postrider_smtp_tokio::client::{Session, StepError, Tls, server_name};
use postrider_spool::{BodyType, Cause};
use std::net::{IpAddr, SocketAddr};

/// How a session could not be had.
enum NoSession {
    /// TLS failed, and the manner allows to go on without.
    Handshake(SafeText),
    /// This host not, another perhaps.
    Host(Cause, Hope),
}

impl<R: Resolver, D: Dialer, S: Source> Attempt<'_, R, D, S> {
    pub(super) async fn one_host(
        &mut self,
        target: &Target,
        ip: IpAddr,
        manner: &Manner<'_>,
    ) -> Next {
        let host = target.name();
        let mut session = self.session_with(target, ip, manner, manner.tls).await;
        if let Err(NoSession::Handshake(why)) = &session {
            // RFC 7435: TLS that fails is no reason not to deliver where none was promised.
            self.notes.fell_back(self.tools.world.now(), &host, why);
            session = self.session_with(target, ip, manner, Tls::Off).await;
        }
        let session = match session {
            Ok(session) => session,
            Err(NoSession::Handshake(why)) => {
                return self.give_up(fault_cause(&host, "4.7.5", &why), Hope::Some);
            }
            Err(NoSession::Host(cause, hope)) => return self.give_up(cause, hope),
        };
        self.transactions(session, &host).await
    }

    /// This host will not do.
    pub(super) fn give_up(&mut self, cause: Cause, hope: Hope) -> Next {
        if hope == Hope::Some {
            self.hope = Hope::Some;
        }
        self.last = Some(cause);
        Next::Another
    }

    async fn session_with(
        &mut self,
        target: &Target,
        ip: IpAddr,
        manner: &Manner<'_>,
        tls: Tls,
    ) -> Result<Session<D::Stream>, NoSession> {
        let host = target.name();
        let stream = self.connect(&host, SocketAddr::new(ip, manner.port)).await?;
        let named = target.host.clone().map_or_else(|| address(ip), Host::Name);
        let unusable =
            |e: &dyn std::fmt::Display| NoSession::Host(fault_cause(&host, "4.4.0", e), Hope::Some);
        let name = server_name(&named).map_err(|e| unusable(&e))?;
        let settings = self.settings(tls, manner.verify);
        let begun = self.tools.world.now();
        let mut session = match Session::establish(stream, name, &settings).await {
            Ok(session) => session,
            Err(error) => {
                let now = self.tools.world.now();
                self.notes.no_session(now, &host, &error);
                return Err(no_session(&host, manner, &error.cause));
            }
        };
        let now = self.tools.world.now();
        self.notes.session(now, &host, &mut session, now.since(begun));
        if let Some(who) = manner.login {
            let outcome = session.authenticate(who.clone()).await;
            self.notes.login(self.tools.world.now(), &host, &outcome, &session.take_log());
            // Our password or our relay is at fault, not the recipient: never final.
            outcome.map_err(|e| NoSession::Host(step_cause(&host, &e), Hope::Some))?;
        }
        Ok(session)
    }

    async fn connect(&mut self, host: &SafeText, to: SocketAddr) -> Result<D::Stream, NoSession> {
        let dial = self.tools.dialer.connect(to);
        let begun = self.tools.world.now();
        let outcome = tokio::time::timeout(self.tools.sending.connect, dial).await;
        let now = self.tools.world.now();
        let error = match outcome {
            Ok(Ok(stream)) => {
                let local = self.tools.dialer.local(&stream);
                self.notes.connected(now, (host, to), local, now.since(begun));
                return Ok(stream);
            }
            Ok(Err(error)) => SafeText::display(&error),
            Err(_) => SafeText::from_static("no connection in time"),
        };
        self.notes.not_connected(now, (host, to), &error, now.since(begun));
        let fault = format_args!("[{}]: {error}", to.ip()).to_string();
        Err(NoSession::Host(fault_cause(host, "4.4.1", &fault), Hope::Some))
    }

    /// Transactions until every recipient has a verdict or the host will not go on.
    async fn transactions(&mut self, mut session: Session<D::Stream>, host: &SafeText) -> Next {
        let next = loop {
            let places = self.next_places(session.capabilities());
            let Some(transaction) = self.transaction(&places) else {
                break Next::Done;
            };
            let Ok(body) = self.source.open().await else {
                self.decide(&places, &Verdict::Retry(unreadable()));
                break Next::Done;
            };
            let delivered = session.send(transaction, body).await;
            let first = self.notes.count();
            let judged = self.judge(host, &places, delivered);
            self.notes.attach(first, &session.take_log());
            match judged {
                Judged::Done => break Next::Done,
                Judged::Another => break Next::Another,
                Judged::More if session.takes_messages() => {}
                Judged::More => break Next::Another,
            }
        };
        if session.takes_messages() {
            self.session = Some(session);
        }
        next
    }

    /// Places, among the recipients of the attempt, of those without a verdict.
    pub(super) fn open_places(&self) -> Vec<usize> {
        let places = self.verdicts.iter().enumerate();
        places.filter(|(_, v)| v.is_none()).map(|(n, _)| n).collect()
    }

    /// As many of them as the server takes in one transaction (RFC 9422 §4.2), one at least.
    fn next_places(&self, server: &Capabilities) -> Vec<usize> {
        let mut places = self.open_places();
        let to = |n: &usize| self.mail.rcpts.get(*n).map(|r| r.rcpt.to.clone());
        let to: Vec<_> = places.iter().filter_map(to).collect();
        places.truncate(server.takes(&to).max(1));
        places
    }

    /// A transaction for these recipients; nothing if there is nobody, or no way.
    fn transaction(&mut self, places: &[usize]) -> Option<Transaction> {
        let body = match self.mail.envelope.body {
            BodyType::SevenBit => SmtpBody::SevenBit,
            BodyType::EightBitMime => SmtpBody::EightBitMime,
            BodyType::BinaryMime => {
                let text = "the message needs BINARYMIME, which this server does not send";
                self.decide(places, &Verdict::Failed(ours("5.6.3", text)));
                return None;
            }
        };
        let rcpts = places.iter().filter_map(|n| self.mail.rcpts.get(*n));
        let to: Vec<_> = rcpts.map(|r| r.rcpt.to.clone()).collect();
        if to.is_empty() {
            return None;
        }
        let mut transaction = Transaction::new(self.mail.envelope.from.clone(), to);
        transaction.size = Some(self.source.size());
        transaction.body = body;
        transaction.smtputf8 = self.mail.envelope.smtputf8;
        Some(transaction)
    }
}

fn address(ip: IpAddr) -> Host {
    match ip {
        IpAddr::V4(a) => Host::V4(a),
        IpAddr::V6(a) => Host::V6(a),
    }
}

pub(super) fn unreadable() -> Cause {
    ours("4.3.0", "the message cannot be read from our own queue")
}

fn no_session(host: &SafeText, manner: &Manner<'_>, error: &StepError) -> NoSession {
    if manner.falls_back && is_handshake_failure(error) {
        return NoSession::Handshake(SafeText::display(error));
    }
    let hope = match error.reply().is_some_and(Reply::is_permanent) {
        true => Hope::None,
        false => Hope::Some,
    };
    NoSession::Host(step_cause(host, error), hope)
}
