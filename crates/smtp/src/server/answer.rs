//! What the application's verdicts do.

use super::clock::Timer;
use super::config::Service;
use super::connection::Connection;
use super::event::Verdict;
use super::rules;
use super::state::{Ask, Body, Content, Mood, Slot, State, Transaction, User};
use crate::rule::Why;
use crate::value::reply::{Class, Code, Reply, Status, standard};
use postrider_core::SafeText;

/// A verdict that fits its question.
enum Decision {
    Accept(Option<Reply>),
    Refuse(Reply),
    Each(Vec<Reply>),
    Close(Reply),
}

impl Connection {
    pub(super) fn settle(&mut self, ask: Ask, verdict: Verdict) {
        let (ask, verdict) = match (ask, verdict) {
            (Ask::LookUp(mechanism, look_up), Verdict::Scram { secret, nonce }) => {
                self.sasl_step(mechanism, Ok(look_up.found(*secret, &nonce)));
                return self.leave();
            }
            other => other,
        };
        if let Verdict::Delay(span, later) = verdict {
            let span = span.min(self.cfg.timeouts.tarpit);
            self.clock.start(Timer::Tarpit, self.now, span);
            self.slot = Some(Slot::Tarpit(ask, undelayed(*later)));
        } else {
            let (decision, why) = self.decide(&ask, verdict);
            self.carry_out(ask, decision, &why);
        }
    }

    pub(super) fn end_tarpit(&mut self) {
        if let Some(Slot::Tarpit(ask, verdict)) = self.slot.take() {
            self.settle(ask, verdict);
        }
    }

    /// The application owes an answer for too long; its ticket is stale from here.
    pub(super) fn give_up_on_verdict(&mut self) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        let why = self.why(rules::SILENT);
        match slot.ask() {
            Ask::Connected => self.close(Some(standard::SHUTTING_DOWN.into()), why),
            Ask::Begin(Content::Chunks { octets, .. }) => {
                self.abort(&why);
                self.skip(*octets, standard::LOCAL_ERROR.into(), why);
            }
            Ask::Begin(Content::Data) => {
                self.abort(&why);
                self.reply(standard::LOCAL_ERROR, &why);
                self.leave();
            }
            Ask::End => {
                self.abort(&why);
                self.reply_each(&standard::LOCAL_ERROR.into(), &why);
                self.leave();
            }
            ask @ (Ask::Hello(_)
            | Ask::Auth
            | Ask::LookUp(..)
            | Ask::Mail(..)
            | Ask::Rcpt
            | Ask::Query(_)) => {
                let decision = Decision::Refuse(standard::LOCAL_ERROR.into());
                self.carry_out(ask.clone(), decision, &why);
            }
        }
    }

    fn decide(&self, ask: &Ask, verdict: Verdict) -> (Decision, Why) {
        let class =
            if matches!(ask, Ask::Begin(Content::Data)) { Class::GoOn } else { Class::Done };
        let fits = |reply: &Reply| reply.class() == class;
        let refuses = |reply: &Reply| reply.is_transient() || reply.is_permanent();
        let secret = matches!(ask, Ask::LookUp(..));
        let (decision, rule) = match verdict {
            Verdict::Accept | Verdict::AcceptWith(_) if secret => {
                (Decision::Refuse(standard::LOCAL_ERROR.into()), rules::MISPLACED)
            }
            Verdict::Accept => (Decision::Accept(None), rules::ACCEPTED),
            Verdict::AcceptWith(r) if fits(&r) => (Decision::Accept(Some(r)), rules::ACCEPTED),
            Verdict::Reject(r) if r.code() == Code::CLOSING => (Decision::Close(r), rules::CLOSED),
            Verdict::Reject(r) if refuses(&r) => (Decision::Refuse(r), rules::REJECTED),
            Verdict::Close(r) if refuses(&r) => (Decision::Close(r), rules::CLOSED),
            Verdict::PerRcpt(each) if self.fits_each(ask, &each) => {
                (Decision::Each(each), rules::ACCEPTED)
            }
            Verdict::Close(_) => {
                (Decision::Close(standard::SHUTTING_DOWN.into()), rules::MISPLACED)
            }
            Verdict::AcceptWith(_)
            | Verdict::Reject(_)
            | Verdict::Delay(..)
            | Verdict::Scram { .. }
            | Verdict::PerRcpt(_) => {
                (Decision::Refuse(standard::LOCAL_ERROR.into()), rules::MISPLACED)
            }
        };
        (decision, self.why(rule))
    }

    fn carry_out(&mut self, ask: Ask, decision: Decision, why: &Why) {
        match decision {
            Decision::Accept(reply) => self.accept(ask, reply.map(complete), why),
            Decision::Each(replies) => self.end_each(replies),
            Decision::Refuse(reply) => self.reject(&ask, reply, why),
            Decision::Close(reply) => self.close(Some(complete(reply)), why.clone()),
        }
        self.leave();
    }

    fn accept(&mut self, ask: Ask, reply: Option<Reply>, why: &Why) {
        let usual = match ask {
            Ask::Connected => return self.greet(reply),
            Ask::Hello(protocol) => return self.welcome(protocol, reply),
            Ask::Begin(Content::Data) => return self.begin_body(reply),
            Ask::Begin(Content::Chunks { octets, chunk }) => {
                return self.begin_chunks(octets, chunk);
            }
            Ask::Query(query) => match reply {
                Some(reply) => return self.reply(reply, why),
                None => return self.answer_query(&query),
            },
            Ask::LookUp(..) => return self.reply(standard::LOCAL_ERROR, why),
            Ask::Auth => {
                self.session.user = User::Authenticated;
                standard::AUTH_SUCCEEDED
            }
            Ask::Mail(charset, body) => {
                let chunks = None;
                self.session.transaction =
                    Some(Transaction { charset, body, chunks, accepted: 0, refused: 0 });
                standard::SENDER_OK
            }
            Ask::Rcpt => {
                if let Some(transaction) = &mut self.session.transaction {
                    transaction.accepted = transaction.accepted.saturating_add(1);
                }
                standard::RECIPIENT_OK
            }
            Ask::End => {
                self.reply_each(&reply.unwrap_or_else(|| standard::ACCEPTED.into()), why);
                return self.end_transaction();
            }
        };
        self.reply(reply.unwrap_or_else(|| usual.into()), why);
    }

    fn reject(&mut self, ask: &Ask, reply: Reply, why: &Why) {
        match ask {
            // The greeting carries no enhanced code (RFC 2034 §4).
            Ask::Connected => {
                self.state = State::Command;
                self.mood = Mood::Refusing;
                self.reply(reply, why);
            }
            Ask::Auth | Ask::LookUp(..) if reply.is_permanent() => {
                self.auth_failed(complete(reply), why);
            }
            Ask::Rcpt => {
                if let Some(transaction) = &mut self.session.transaction {
                    transaction.refused = transaction.refused.saturating_add(1);
                }
                self.reply(complete(reply), why);
            }
            Ask::Begin(Content::Chunks { octets, .. }) => {
                self.session.transaction = None;
                self.skip(*octets, complete(reply), why.clone());
            }
            Ask::Begin(Content::Data) => {
                self.reply(complete(reply), why);
                self.session.transaction = None;
            }
            Ask::End => {
                self.reply_each(&complete(reply), why);
                self.session.transaction = None;
            }
            Ask::Hello(_) | Ask::Auth | Ask::LookUp(..) | Ask::Mail(..) | Ask::Query(_) => {
                self.reply(complete(reply), why);
            }
        }
    }

    /// A message was accepted.
    fn end_transaction(&mut self) {
        self.counts.errors = 0;
        self.counts.useless = 0;
        self.session.transaction = None;
    }

    fn fits_each(&self, ask: &Ask, replies: &[Reply]) -> bool {
        matches!(ask, Ask::End)
            && self.cfg.service == Service::Lmtp
            && replies.len() == self.session.owed
            && replies
                .iter()
                .all(|r| !matches!(r.class(), Class::GoOn) && r.code() != Code::CLOSING)
    }

    /// RFC 2033 §4.2: one reply "for each previously successful RCPT command", in their order.
    fn end_each(&mut self, replies: Vec<Reply>) {
        let any = replies.iter().any(|reply| reply.class() == Class::Done);
        for reply in replies {
            let rule = match reply.class() {
                Class::Done => rules::ACCEPTED,
                Class::GoOn | Class::Transient | Class::Permanent => rules::REJECTED,
            };
            self.reply(complete(reply), &self.why(rule));
        }
        match any {
            true => self.end_transaction(),
            false => self.session.transaction = None,
        }
    }

    /// The same reply for everyone to whom the end of the content owes one.
    pub(super) fn reply_each(&mut self, reply: &Reply, why: &Why) {
        for _ in 0..self.session.owed.max(1) {
            self.reply(reply.clone(), why);
        }
    }

    /// Counts a message whose content is about to come.
    pub(super) fn begin_content(&mut self) {
        self.flow.unconsumed = 0;
        self.counts.transactions = self.counts.transactions.saturating_add(1);
        self.session.owed = match (self.cfg.service, &self.session.transaction) {
            (Service::Lmtp, Some(transaction)) => transaction.accepted,
            _ => 1,
        };
    }

    fn begin_body(&mut self, reply: Option<Reply>) {
        self.state = State::Data(Body::default());
        self.begin_content();
        let usual = || {
            let text = SafeText::from_static("send the message, end with CRLF.CRLF");
            Reply::new(Code::START_MAIL.alone(), text)
        };
        self.reply(reply.unwrap_or_else(usual), &self.why(rules::BODY_BEGIN));
    }
}

/// A verdict is delayed once.
fn undelayed(verdict: Verdict) -> Verdict {
    if let Verdict::Delay(_, later) = verdict {
        return undelayed(*later);
    }
    verdict
}

/// RFC 2034 §4: every 2yz, 4yz and 5yz has an enhanced code, so that one is added where an application
/// left it out.
fn complete(reply: Reply) -> Reply {
    match reply.enhanced() {
        None => rebuilt(&reply, reply.code().with(0, 0)),
        Some(_) => reply,
    }
}

pub(super) fn rebuilt(reply: &Reply, status: Status) -> Reply {
    let mut lines = reply.text().cloned();
    let first = lines.next().unwrap_or_default();
    Reply::lines(status, first, lines)
}
