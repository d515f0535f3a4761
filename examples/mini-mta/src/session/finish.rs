//! The end of a message: checks that need all of it, the rules' word, the queue, the reply.

use super::accept::keep;
use super::begin::Refusal;
use super::fields::rule_fields;
use super::intake::{Done, Taken};
use super::{OWN_USER, Session, Transaction};
use crate::checks::message as checks;
use crate::clock;
use crate::judge::{self, About};
use crate::local::Recipient;
use postrider_core::{ForwardPath, Mailbox};
use postrider_dkim::{Signature, Signer, Verdict as DkimVerdict, Verifier};
use postrider_dmarc::{Policy as DmarcPolicy, Verdict as DmarcVerdict, evaluate_authors};
use postrider_message::{HeaderBlock, author_domains, hop_count};
use postrider_policy::{CheckName, Decision, Stage};
use postrider_resolver::{LookupError, RecordingResolver, Resolver};
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::server::Verdict;
use postrider_smtp::value::reply::Code;
use postrider_spool::FileDraft;
use postrider_trace::{Draft, Out, Recorder, Stage as Shown};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// What the checks found in a message from another server, and what was added to one from a user.
#[derive(Default)]
pub(super) struct Found {
    pub(super) dkim: Vec<DkimVerdict>,
    pub(super) dmarc: Option<DmarcVerdict>,
    signatures: Vec<u8>,
}

impl<R: Resolver + 'static> Session<R> {
    pub(super) async fn judge_message(
        &mut self,
        mut t: Transaction,
        taken: Taken<FileDraft>,
        stats: &BodyStats,
    ) -> Verdict {
        let (block, _) = HeaderBlock::parse(&taken.header);
        let hops = hop_count(&block);
        t.log.record(clock::now(), checks::framing(stats, hops));
        self.message_facts(&block, taken.octets, hops, &mut t.facts);
        let found = match self.examine(taken.work, &block, &mut t).await {
            Ok(found) => found,
            Err(fault) => {
                return Verdict::Reject(fault.id(t.id).pronounce(&mut t.log, Shown::Header));
            }
        };
        let policy = &self.server.config.policy;
        let outcome = judge::ask(policy, Stage::Data, &t.facts, &mut t.log, clock::now());
        self.add_tags(outcome.tags);
        let decision =
            with_grounds(outcome.decision.unwrap_or_else(Decision::accept), found.dkim.len());
        let said = format!("accepted for {}", counted(t.rcpts.len()));
        let queued = format!("queued as {}", t.id);
        let about = About::new(Shown::Data, Code::OK.with(0, 0), &queued).id(t.id).accepted(&said);
        self.log_line(&t, &decision, &to_all(&t.rcpts));
        if decision.reply().is_some() {
            return Verdict::Reject(judge::pronounce(&decision, &about, &mut t.log, clock::now()));
        }
        let mut top = found.signatures.clone();
        if !self.listener.role.is_submission() {
            top.extend(self.results_field(&found, &t, taken.removed));
        }
        top.extend(rule_fields(&outcome.fields));
        top.extend(self.received(&t).to_field());
        top.extend(&taken.added);
        let envelope = self.envelope(&mut t, &decision, &found);
        match keep(taken.draft, top, envelope, &decision).await {
            Err(fault) => Verdict::Reject(fault.id(t.id).pronounce(&mut t.log, Shown::Queue)),
            Ok(draft) => {
                t.log.record(clock::now(), draft);
                Verdict::AcceptWith(judge::pronounce(&decision, &about, &mut t.log, clock::now()))
            }
        }
    }

    /// Verifies what another server sent, or signs what a user sent.
    async fn examine(
        &self,
        work: Done,
        block: &HeaderBlock<'_>,
        t: &mut Transaction,
    ) -> Result<Found, Refusal> {
        if self.listener.role.is_submission() {
            for (stage, check) in [(Shown::Dkim, "dkim"), (Shown::Dmarc, "dmarc")] {
                t.log.record(
                    clock::now(),
                    Draft::skipped(stage, check, "role-submission").say(OWN_USER),
                );
            }
        }
        match work {
            Done::Verify(verifier) => Ok(self.verify(*verifier, block, t).await),
            Done::Sign(signer) => sign(*signer, &mut t.log),
            Done::Unsigned(why) => {
                let draft = Draft::check(Shown::Header, "sign", Out::Warn).why("not-signed");
                t.log.record(clock::now(), draft.say(&format!("not signed: {why}")));
                Ok(Found::default())
            }
        }
    }

    async fn verify(
        &self,
        verifier: Verifier,
        block: &HeaderBlock<'_>,
        t: &mut Transaction,
    ) -> Found {
        let config = &self.server.config.verify;
        let hidden = self.client.known().is_none();
        let mut found = Found::default();
        if config.dkim {
            let started = clock::now();
            let dns = Arc::new(RecordingResolver::new(Arc::clone(&self.server.resolver)));
            found.dkim = with_keys(verifier, &dns, config.stage_deadline.0).await;
            let took = clock::millis_since(started);
            for draft in checks::dkim(&found.dkim, &dns.take()) {
                t.log.record(clock::now(), draft.took(took));
            }
            checks::dkim_facts(&found.dkim, &mut t.facts);
        } else {
            t.log.record(clock::now(), Draft::skipped(Shown::Dkim, "dkim", "switched-off"));
        }
        if config.dmarc {
            let started = clock::now();
            let dns = RecordingResolver::new(&*self.server.resolver);
            let unseen = t.from.mailbox().and_then(Mailbox::domain_name).filter(|_| hidden);
            let ids = checks::identifiers(t.spf.as_ref(), unseen, &found.dkim);
            let verdict =
                evaluate_authors(&dns, &author_domains(block), &ids, &DmarcPolicy::DEFAULT).await;
            let draft = checks::dmarc(&verdict, &dns.take()).took(clock::millis_since(started));
            t.log.record(clock::now(), draft);
            checks::dmarc_facts(&verdict, hidden, &mut t.facts);
            found.dmarc = Some(verdict);
        } else {
            t.log.record(clock::now(), Draft::skipped(Shown::Dmarc, "dmarc", "switched-off"));
        }
        found
    }
}

/// What rests on DMARC rests on SPF and on every signature.
fn with_grounds(decision: Decision, signatures: usize) -> Decision {
    if !decision.chain().iter().any(|c| c.as_str() == "dmarc") {
        return decision;
    }
    let signatures = (1..=signatures).map(|n| format!("dkim:{n}"));
    let names = std::iter::once("spf".to_owned()).chain(signatures);
    decision.resting_on(names.filter_map(|n| CheckName::new(&n).ok()))
}

/// Fetches the keys side by side under one deadline; what is missing then is a timeout.
async fn with_keys<R: Resolver + 'static>(
    mut verifier: Verifier,
    dns: &Arc<RecordingResolver<Arc<R>>>,
    deadline: Duration,
) -> Vec<DkimVerdict> {
    let mut waiting = BTreeSet::new();
    let mut lookups = JoinSet::new();
    for asked in verifier.questions().to_vec() {
        waiting.insert(asked.id);
        let dns = Arc::clone(dns);
        lookups.spawn(async move { (asked.id, dns.lookup(asked.question).await) });
    }
    let answers = async {
        while let Some(Ok((id, answer))) = lookups.join_next().await {
            waiting.remove(&id);
            verifier.key(id, answer);
        }
    };
    // What the deadline cuts off is still in `waiting`.
    let _elapsed = tokio::time::timeout(deadline, answers).await;
    waiting.into_iter().for_each(|id| verifier.key(id, Err(LookupError::Timeout)));
    verifier.finish()
}

/// The recipients on one line; of many only the first.
fn to_all(rcpts: &[(ForwardPath, Recipient)]) -> String {
    match rcpts {
        [] => "nobody".to_owned(),
        [(only, _)] => only.to_string(),
        [(first, _), rest @ ..] => format!("{first} (+{})", rest.len()),
    }
}

fn counted(recipients: usize) -> String {
    match recipients {
        1 => "1 recipient".to_owned(),
        n => format!("{n} recipients"),
    }
}

/// Signs with every key that was asked for, and says so.
fn sign(signer: Signer, log: &mut Recorder) -> Result<Found, Refusal> {
    let signed = signer.finish().map_err(|e| {
        Refusal::new("sign", "451 4.3.0 cannot sign the message now", e.to_string())
    })?;
    for (n, field) in signed.iter().enumerate() {
        let check = format!("sign:{}", n + 1);
        let say = format!("signed {}", signature_tags(field));
        log.record(clock::now(), Draft::check(Shown::Header, &check, Out::Pass).say(&say));
    }
    Ok(Found { signatures: signed.concat(), ..Found::default() })
}

/// `d=… s=… a=…` of a field that we have just written.
fn signature_tags(field: &[u8]) -> String {
    let (block, _) = HeaderBlock::parse(field);
    let value = block.get("DKIM-Signature").map_or(&b""[..], |f| f.raw_value);
    match Signature::parse(value) {
        Ok(s) => format!("d={} s={} {}", s.domain, s.selector, s.algorithm.as_str()),
        Err(e) => e.to_string(),
    }
}
