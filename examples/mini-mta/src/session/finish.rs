//! The end of a message: checks that need all of it, the rules' word, the queue, the reply.

use super::begin::{self, Refusal};
use super::intake::{Done, Taken};
use super::*;
use crate::checks::message as checks;
use postrider_dkim::{Signer, Verdict as DkimVerdict, Verifier};
use postrider_dmarc::{Policy as DmarcPolicy, Verdict as DmarcVerdict};
use postrider_message::received::{Auth, BaseProtocol, Protocol as With, Tls};
use postrider_message::{
    FieldName, Grammar, HeaderBlock, HeaderValue, Received, author_domains, hop_count, mailboxes,
};
use postrider_policy::{CheckName, Effect, Field, Verdict as Word};
use postrider_resolver::LookupError;
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::value::Protocol;
use postrider_spool::{Destination, Draft as _, Envelope, IncomingKind, Notices, Rcpt, TopFields};

use std::collections::BTreeSet;
use std::time::Duration;
use tokio::task::JoinSet;

/// What the checks found in a message from another server, and what was added to one from a user.
#[derive(Default)]
struct Found {
    dkim: Vec<DkimVerdict>,
    dmarc: Option<DmarcVerdict>,
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

    fn message_facts(&self, block: &HeaderBlock<'_>, octets: u64, hops: usize, facts: &mut Sheet) {
        let one_from = (block.all("From").count() == 1).then(|| block.get("From")).flatten();
        let authors =
            one_from.and_then(|f| mailboxes(f.raw_value, Grammar::Strict).ok()).unwrap_or_default();
        let author = match authors.as_slice() {
            [one] => one.to_mailbox(),
            _ => None,
        };
        let domains = author_domains(block);
        let domain = match domains.domains.as_slice() {
            [one] => Some(one),
            _ => None,
        };
        facts.set("size", octets);
        facts.set("hop_count", hops);
        facts.set("from", author.as_ref());
        facts.set("from.domain", domain);
        facts.set("from.own", author.as_ref().is_some_and(|a| self.is_own(Some(a))));
        let text = |name: &str| {
            block.get(name).map_or_else(String::new, |f| {
                SafeText::escaped(&f.unfolded()).as_str().trim().to_owned()
            })
        };
        facts.set("subject", text("Subject").as_str());
        for name in self.server.config.policy.reads(Stage::Data) {
            if let Some(field) = name.as_str().strip_prefix("header.") {
                facts.set(name.as_str(), text(field).as_str());
            }
        }
        // What is not checked on this role is `none`, as if the sender had done nothing of the kind.
        for result in ["dkim", "dmarc", "arc"] {
            facts.set(result, Fact(Value::Result(Word::None)));
        }
        facts.set("dkim.domains", Vec::new());
        facts.set("dmarc.policy", "");
        facts.unknown(&["has_attachment"], &Cause::lookup("bodies are not parsed"));
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
            let verdict = postrider_dmarc::evaluate_authors(
                &dns,
                &author_domains(block),
                &ids,
                &DmarcPolicy::DEFAULT,
            )
            .await;
            let draft = checks::dmarc(&verdict, &dns.take()).took(clock::millis_since(started));
            t.log.record(clock::now(), draft);
            checks::dmarc_facts(&verdict, hidden, &mut t.facts);
            found.dmarc = Some(verdict);
        } else {
            t.log.record(clock::now(), Draft::skipped(Shown::Dmarc, "dmarc", "switched-off"));
        }
        found
    }

    fn results_field(&self, found: &Found, t: &Transaction, removed: usize) -> Vec<u8> {
        checks::authentication_results(
            &self.server.config.server.hostname,
            self.iprev.as_ref(),
            t.spf.as_ref(),
            &found.dkim,
            found.dmarc.as_ref(),
        )
        .into_iter()
        .chain((removed > 0).then(|| removed_note(removed)).into_iter().flatten())
        .collect()
    }

    /// Our line in the message's path. A user's address is nobody's business.
    fn received(&self, t: &Transaction) -> Received {
        let tls = self.tls.as_ref();
        let with = With {
            base: match self.protocol {
                Protocol::Smtp => BaseProtocol::Smtp,
                _ => BaseProtocol::Esmtp,
            },
            tls: if tls.is_some() { Tls::On } else { Tls::Off },
            auth: if self.user.is_some() { Auth::Done } else { Auth::None },
        };
        let mut received =
            Received::new(self.server.config.server.hostname.clone(), with, clock::now())
                .with_id(&t.id);
        if let Some(tls) = tls {
            received =
                received.with_tls(SafeText::display(&format!("{} {}", tls.version, tls.cipher)));
        }
        if let [(only, _)] = t.rcpts.as_slice() {
            received = received.for_recipient(only.clone());
        }
        if self.listener.role.is_submission() {
            return received;
        }
        let helo = self.hello.as_ref().map_or_else(SafeText::default, |h| SafeText::display(h));
        let client = match self.client.known() {
            Some(ip) => postrider_message::Client::new(helo, ip),
            None => postrider_message::Client::hidden(helo),
        };
        let reverse = self.iprev.as_ref().and_then(|i| i.name()).and_then(|n| n.name().to_domain());
        received.from_client(match reverse {
            Some(name) => client.named(name),
            None => client,
        })
    }

    fn envelope(&self, t: &mut Transaction, decision: &Decision, found: &Found) -> Envelope {
        let kind = if self.listener.role.is_submission() {
            IncomingKind::Submission
        } else {
            IncomingKind::Inbound
        };
        let mut envelope = Envelope::new(kind, t.from.clone(), clock::now());
        envelope.smtputf8 = t.params.smtputf8;
        envelope.session = self.log.trace_id().map(|id| SafeText::display(&id));
        envelope.tags.clone_from(&self.tags);
        match decision.effect() {
            Effect::Quarantine { folder } => envelope.quarantine = Some(folder.clone()),
            Effect::Hold { reason } => envelope.hold = Some(reason.clone()),
            _ => {}
        }
        if kind == IncomingKind::Inbound && !speaks_for_sender(t.spf.as_ref(), found) {
            envelope.notices = Notices::Unauthenticated;
        }
        for (to, recipient) in std::mem::take(&mut t.rcpts) {
            self.add_recipients(&to, &recipient, t, &mut envelope);
            t.rcpts.push((to, recipient));
        }
        envelope
    }

    fn add_recipients(
        &self,
        to: &ForwardPath,
        recipient: &Recipient,
        t: &mut Transaction,
        envelope: &mut Envelope,
    ) {
        let orcpt =
            SafeText::display(&format!("rfc822;{}", to.to_string().trim_matches(['<', '>'])));
        let mut add = |to: ForwardPath, dest: Option<Destination>| {
            let mut rcpt = Rcpt::new(to);
            if let Some(dest) = dest {
                rcpt.dest = dest;
            }
            rcpt.orcpt = Some(orcpt.clone());
            if !envelope.rcpts.iter().any(|r| r.to == rcpt.to && r.dest == rcpt.dest) {
                envelope.rcpts.push(rcpt);
            }
        };
        match recipient {
            Recipient::Known { local, remote, .. } => {
                local.iter().for_each(|m| add(m.clone().into(), Some(Destination::local())));
                for m in remote {
                    add(m.clone().into(), self.route(m, t));
                }
            }
            Recipient::Elsewhere | Recipient::Unknown => {
                if let Some(m) = to.mailbox() {
                    add(to.clone(), self.route(m, t));
                }
            }
        }
    }

    /// The route that rules choose, or the default one; none for plain MX delivery.
    fn route(&self, to: &Mailbox, t: &mut Transaction) -> Option<Destination> {
        let mut facts = t.facts.clone();
        facts.set("rcpt.domain", to.domain_name());
        facts.set("attempts", 0_u64);
        facts.set("age", 0_u64);
        facts.set("last_code", 0_u64);
        facts.set("source", self.listener.role.as_str());
        let outcome =
            judge::ask(&self.server.config.policy, Stage::Route, &facts, &mut t.log, clock::now());
        let chosen = outcome.decision.as_ref().and_then(|d| match d.effect() {
            Effect::Route(name) => Some(name.as_str().to_owned()),
            _ => None,
        });
        let name = chosen.unwrap_or_else(|| self.server.config.default_route.clone());
        match self.server.config.routes.get(&name) {
            Some(crate::config::Route::Direct) | None => None,
            Some(crate::config::Route::Smarthost { .. }) => Destination::route(&name).ok(),
        }
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

/// Whether SPF or DMARC spoke for the sender; if not, a notice would probably hit a bystander.
fn speaks_for_sender(spf: Option<&Both>, found: &Found) -> bool {
    spf.is_some_and(|both| both.mail_from.verdict == postrider_spf::Verdict::Pass)
        || found.dmarc.as_ref().is_some_and(|d| d.result == postrider_dmarc::DmarcResult::Pass)
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

/// Commits the message: only after this may a 250 be sent. Gives the event that says so.
async fn keep(
    mut draft: FileDraft,
    top: Vec<u8>,
    envelope: Envelope,
    decision: &Decision,
) -> Result<Draft, Refusal> {
    if matches!(decision.effect(), Effect::Discard) {
        return Ok(Draft::skipped(Shown::Queue, "spool", "discarded"));
    }
    let top = String::from_utf8(top)
        .map_err(|e| e.to_string())
        .and_then(|text| TopFields::new(text).map_err(|e| e.to_string()))
        .map_err(|why| Refusal::new("header", "451 4.3.0 cannot write header fields", why))?;
    draft.prepend(top);
    draft.commit(envelope).await.map_err(|e| begin::spool_error(&e))?;
    let say = "on disk (fsync of file and directory) before the reply";
    Ok(Draft::check(Shown::Queue, "spool", Out::Pass).say(say))
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
    match postrider_dkim::Signature::parse(value) {
        Ok(s) => format!("d={} s={} {}", s.domain, s.selector, s.algorithm.as_str()),
        Err(e) => e.to_string(),
    }
}

fn rule_fields(fields: &[Field]) -> Vec<u8> {
    fields
        .iter()
        .filter_map(|f| Some(HeaderValue::new(f.text()).ok()?.to_field(FieldName::new(f.name())?)))
        .flatten()
        .collect()
}

/// What we took away is said where a reader of the message sees it.
fn removed_note(removed: usize) -> Vec<u8> {
    format!("X-Removed-Authentication-Results: {removed} in our name\r\n").into_bytes()
}
