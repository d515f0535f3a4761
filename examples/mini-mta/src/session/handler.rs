//! The events of the SMTP machine, each to its method; and what the machine refused by itself.

use super::Session;
use crate::clock;
use bytes::Bytes;
use postrider_core::{ForwardPath, ReversePath, SafeText};
use postrider_resolver::Resolver;
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::rule::Why;
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::trace::{Record, TraceSink as MachineSink};
use postrider_smtp::server::{Framing, Talk, Verdict};
use postrider_smtp::value::reply::Class;
use postrider_smtp::value::{Hello, Instant, MailParams, Protocol, RcptParams, TlsInfo};
use postrider_smtp_tokio::server::Handler;
use postrider_trace::{Draft, Effect, Out, Stage as Shown};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Refusals of the machine since they were last taken.
#[derive(Clone, Debug, Default)]
pub(super) struct MachineLog(Arc<Mutex<Vec<Refused>>>);

/// A refusal that no rule of ours made: syntax, order, limits.
#[derive(Debug)]
struct Refused {
    reply: String,
    effect: Effect,
    why: Why,
}

impl MachineSink for MachineLog {
    fn record(&mut self, _now: Instant, record: &Record<'_>) {
        let Record::Reply { reply, why } = record else {
            return;
        };
        // What the application answered has an event of its own.
        let effect = match reply.class() {
            Class::Transient => Effect::Defer,
            Class::Permanent => Effect::Reject,
            Class::Done | Class::GoOn => return,
        };
        if !matches!(why.rule.id, "app.rejected" | "app.closed") {
            let refused = Refused { reply: reply.to_string(), effect, why: (*why).clone() };
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(refused);
        }
    }
}

impl MachineLog {
    fn take(&self) -> Vec<Refused> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl<R: Resolver + 'static> Session<R> {
    /// No 4xx or 5xx leaves without a decision in the trace: those of the machine are written here.
    fn record_refusals(&mut self) {
        for refused in self.machine.take() {
            let rule = refused.why.rule.id;
            let log = self.transaction.as_mut().map_or(&mut self.log, |t| &mut t.log);
            if rule == "seq.no-valid-recipients" {
                let draft =
                    Draft::check(Shown::Data, "data", Out::Info).why(rule).reply(&refused.reply);
                log.record(
                    clock::now(),
                    draft.say(&format!("{}: every recipient was refused", refused.reply)),
                );
                continue;
            }
            let draft = Draft::decision(Shown::Data, refused.effect)
                .by(&format!("smtp:{}", refused.why.rule.id))
                .why(refused.why.rule.id)
                .reply(&refused.reply)
                .say(&format!("refused by the protocol: {}", refused.why));
            log.record(clock::now(), draft);
        }
    }
}

impl<R: Resolver + 'static> Handler for Session<R> {
    fn trace(&mut self) -> Option<Box<dyn MachineSink + Send>> {
        Some(Box::new(self.machine.clone()))
    }

    async fn connected(&mut self, peer: SocketAddr, _local: SocketAddr, _talk: Talk) -> Verdict {
        self.client_connected(peer).await
    }

    async fn tls(&mut self, info: &TlsInfo) {
        self.encrypted(info.clone());
    }

    async fn handshake_failed(&mut self, why: SafeText) {
        self.record(
            Draft::check(Shown::Starttls, "starttls", Out::Fail)
                .why("tls-failed")
                .say(why.as_str()),
        );
    }

    async fn hello(&mut self, who: Hello, protocol: Protocol) -> Verdict {
        self.record_refusals();
        self.client_named(who, protocol)
    }

    async fn authenticate(&mut self, mechanism: Mechanism, who: Credentials) -> Verdict {
        self.record_refusals();
        self.login(mechanism, who).await
    }

    async fn mail(&mut self, from: ReversePath, params: MailParams) -> Verdict {
        self.record_refusals();
        self.sender(from, params).await
    }

    async fn rcpt(&mut self, to: ForwardPath, _params: RcptParams, _index: usize) -> Verdict {
        self.record_refusals();
        self.recipient(to)
    }

    async fn begin(&mut self, _framing: Framing) -> Verdict {
        self.record_refusals();
        self.open_draft().await
    }

    async fn body(&mut self, chunk: Bytes) {
        self.take_body(&chunk).await;
    }

    async fn end(&mut self, stats: BodyStats) -> Verdict {
        self.end_of_data(stats).await
    }

    async fn reset(&mut self) {
        self.record_refusals();
        self.transaction = None;
    }

    async fn aborted(&mut self, why: Why) {
        self.record_refusals();
        self.transaction_lost(&why.to_string());
    }

    async fn closed(&mut self, why: &Why) {
        self.record_refusals();
        self.transaction_lost(&why.to_string());
    }
}
