//! An accepted message: its recipients and routes, its envelope, and the commit that allows a 250.

use super::begin::{self, Refusal};
use super::finish::Found;
use super::{Session, Transaction};
use crate::clock;
use crate::config::Route;
use crate::judge;
use crate::local::Recipient;
use postrider_core::{ForwardPath, Mailbox, SafeText};
use postrider_dmarc::DmarcResult;
use postrider_policy::{Decision, Effect, Stage};
use postrider_resolver::Resolver;
use postrider_spf::{Both, Verdict as SpfVerdict};
use postrider_spool::{
    Destination, Draft as _, Envelope, FileDraft, IncomingKind, Notices, Rcpt, TopFields,
};
use postrider_trace::{Draft, Out, Stage as Shown};

impl<R: Resolver + 'static> Session<R> {
    /// What the queue is to know of the message.
    pub(super) fn envelope(
        &self,
        t: &mut Transaction,
        decision: &Decision,
        found: &Found,
    ) -> Envelope {
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
            Some(Route::Direct) | None => None,
            Some(Route::Smarthost { .. }) => Destination::route(&name).ok(),
        }
    }
}

/// Whether SPF or DMARC spoke for the sender; if not, a notice would probably hit a bystander.
fn speaks_for_sender(spf: Option<&Both>, found: &Found) -> bool {
    spf.is_some_and(|both| both.mail_from.verdict == SpfVerdict::Pass)
        || found.dmarc.as_ref().is_some_and(|d| d.result == DmarcResult::Pass)
}

/// Commits the message: only after this may a 250 be sent. Gives the event that says so.
pub(super) async fn keep(
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
