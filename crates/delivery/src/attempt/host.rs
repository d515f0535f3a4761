//! One host: connect, establish, send.

use super::words::{
    fault_cause, is_content, is_handshake_failure, is_too_many, ours, refusal, reply_cause,
    step_cause, unmet,
};
use super::{Attempt, Manner, Next, Source, Verdict};
use crate::dial::Dialer;
use crate::mx::Target;
use postrider_core::{Host, SafeText};
use postrider_resolver::Resolver;
use postrider_smtp::client::{Stage, Transaction};
use postrider_smtp::value::BodyType as SmtpBody;
use postrider_smtp::value::reply::Reply;
use postrider_smtp_tokio::client::{Delivered, SendError, Session, StepError, Tls, server_name};
use postrider_spool::{BodyType, Cause};
use std::net::{IpAddr, SocketAddr};

/// How a session could not be had.
enum NoSession {
    /// TLS failed, and the manner allows to go on without.
    Handshake(SafeText),
    /// This host not, another perhaps.
    Host { cause: Cause, permanent: bool },
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
                return self.give_up(fault_cause(&host, "4.7.5", &why), false);
            }
            Err(NoSession::Host { cause, permanent }) => return self.give_up(cause, permanent),
        };
        self.transactions(session, &host).await
    }

    /// This host will not do.
    fn give_up(&mut self, cause: Cause, permanent: bool) -> Next {
        self.hopeless &= permanent;
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
        let stream = self
            .connect(&host, SocketAddr::new(ip, manner.port))
            .await?;
        let named = target.host.clone().map_or_else(|| address(ip), Host::Name);
        let unusable = |e: &dyn std::fmt::Display| NoSession::Host {
            cause: fault_cause(&host, "4.4.0", e),
            permanent: false,
        };
        let name = server_name(&named).map_err(|e| unusable(&e))?;
        let settings = self.settings(tls, manner.verify);
        let mut session = match Session::establish(stream, name, &settings).await {
            Ok(session) => session,
            Err(error) => {
                let now = self.tools.world.now();
                self.notes.no_session(now, &host, &error);
                return Err(no_session(&host, manner, &error.cause));
            }
        };
        self.notes.session(self.tools.world.now(), &host, &session);
        if let Some(who) = manner.login {
            let outcome = session.authenticate(who.clone()).await;
            self.notes
                .dialog(self.tools.world.now(), &host, session.take_log());
            // Our password or our relay is at fault, not the recipient: never final.
            outcome.map_err(|e| NoSession::Host {
                cause: step_cause(&host, &e),
                permanent: false,
            })?;
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
                self.notes
                    .connected(now, (host, to), local, now.since(begun));
                return Ok(stream);
            }
            Ok(Err(error)) => SafeText::display(&error),
            Err(_) => SafeText::from_static("no connection in time"),
        };
        self.notes
            .not_connected(now, (host, to), &error, now.since(begun));
        let fault = format_args!("[{}]: {error}", to.ip()).to_string();
        Err(NoSession::Host {
            cause: fault_cause(host, "4.4.1", &fault),
            permanent: false,
        })
    }

    /// Transactions until every recipient has a verdict or the host will not go on.
    async fn transactions(&mut self, mut session: Session<D::Stream>, host: &SafeText) -> Next {
        let next = loop {
            let Some(transaction) = self.transaction() else {
                break Next::Done;
            };
            let places = self.open_places();
            let Ok(body) = self.source.open().await else {
                self.decide(&places, &Verdict::Retry(unreadable()));
                break Next::Done;
            };
            let delivered = session.send(transaction, body).await;
            self.notes
                .dialog(self.tools.world.now(), host, session.take_log());
            match self.judge(host, &places, delivered) {
                Judged::Done => break Next::Done,
                Judged::Another => break Next::Another,
                Judged::More if session.is_usable() => {}
                Judged::More => break Next::Another,
            }
        };
        if session.is_usable() {
            self.session = Some(session);
        }
        next
    }

    /// Places, among the recipients of the attempt, of those without a verdict.
    fn open_places(&self) -> Vec<usize> {
        let places = self.verdicts.iter().enumerate();
        places
            .filter(|(_, v)| v.is_none())
            .map(|(n, _)| n)
            .collect()
    }

    /// A transaction for all who have no verdict; nothing if there is nobody, or no way.
    fn transaction(&mut self) -> Option<Transaction> {
        let places = self.open_places();
        let body = match self.mail.envelope.body {
            BodyType::SevenBit => SmtpBody::SevenBit,
            BodyType::EightBitMime => SmtpBody::EightBitMime,
            BodyType::BinaryMime => {
                let text = "the message needs BINARYMIME, which this server does not send";
                self.decide(&places, &Verdict::Failed(ours("5.6.3", text)));
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

    fn decide(&mut self, places: &[usize], verdict: &Verdict) {
        for place in places {
            if let Some(slot) = self.verdicts.get_mut(*place) {
                *slot = Some(verdict.clone());
            }
        }
    }

    /// What the replies of one transaction mean for its recipients.
    fn judge(&mut self, host: &SafeText, places: &[usize], delivered: Delivered) -> Judged {
        let (accepted, too_many) = self.judge_rcpts(host, places, &delivered.recipients);
        match delivered.result {
            Ok(reply) => {
                self.decide(&accepted, &Verdict::Delivered(reply_cause(host, &reply)));
                match too_many.is_empty() {
                    true => Judged::Done,
                    false => Judged::More,
                }
            }
            Err(error) => self.judge_error(host, &accepted, &error),
        }
    }

    /// Gives verdicts to refused recipients. Returns who still depends on the message, and who was
    /// one too many.
    fn judge_rcpts(
        &mut self,
        host: &SafeText,
        places: &[usize],
        replies: &[Option<Reply>],
    ) -> (Vec<usize>, Vec<usize>) {
        let mut accepted = Vec::new();
        let mut too_many = Vec::new();
        for (place, reply) in places.iter().zip(replies) {
            let Some(reply) = reply.as_ref().filter(|r| !r.is_done()) else {
                accepted.push(*place);
                continue;
            };
            let cause = reply_cause(host, reply);
            if is_too_many(reply) && !accepted.is_empty() {
                too_many.push(*place);
            } else if reply.is_permanent() {
                self.decide(&[*place], &Verdict::Failed(cause));
            } else {
                self.decide(&[*place], &Verdict::Retry(cause));
            }
        }
        (accepted, too_many)
    }

    fn judge_error(&mut self, host: &SafeText, accepted: &[usize], error: &SendError) -> Judged {
        let verdict = if let Some(unmet) = unmet(error) {
            let status = unmet.enhanced().map(|e| SafeText::display(&e));
            let mut cause = fault_cause(host, "5.6.0", &unmet);
            cause.status = status.unwrap_or(cause.status);
            Verdict::Failed(cause)
        } else if is_content(error) {
            Verdict::Failed(fault_cause(host, "5.6.0", error))
        } else if let Some(reply) = refusal(error) {
            let cause = reply_cause(host, reply);
            match reply.is_permanent() {
                true => Verdict::Failed(cause),
                false => Verdict::Retry(cause),
            }
        } else if matches!(error, SendError::Body(_)) {
            Verdict::Retry(unreadable())
        } else if error.stage() == Some(Stage::End) {
            // RFC 1047: whether the server has taken it cannot be known.
            self.notes.may_arrive_twice(self.tools.world.now(), host);
            let text = "connection lost after the message was sent; it may arrive twice";
            Verdict::Retry(fault_cause(host, "4.4.2", &text))
        } else if self.open_places().is_empty() {
            // Every recipient was refused by name; the message as a whole was then not sent.
            return Judged::Done;
        } else {
            let cause = match error.reply() {
                Some(reply) => reply_cause(host, reply),
                None => fault_cause(host, "4.4.2", error),
            };
            self.give_up(cause, false);
            return Judged::Another;
        };
        // Those who were one too many were not refused; they come with the next attempt's hosts.
        self.decide(accepted, &verdict);
        match self.open_places().is_empty() {
            true => Judged::Done,
            false => Judged::More,
        }
    }
}

enum Judged {
    Done,
    /// Another transaction in the same session.
    More,
    Another,
}

fn address(ip: IpAddr) -> Host {
    match ip {
        IpAddr::V4(a) => Host::V4(a),
        IpAddr::V6(a) => Host::V6(a),
    }
}

fn unreadable() -> Cause {
    ours("4.3.0", "the message cannot be read from our own queue")
}

fn no_session(host: &SafeText, manner: &Manner<'_>, error: &StepError) -> NoSession {
    if manner.falls_back && is_handshake_failure(error) {
        return NoSession::Handshake(SafeText::display(error));
    }
    NoSession::Host {
        cause: step_cause(host, error),
        permanent: error.reply().is_some_and(Reply::is_permanent),
    }
}
