//! Telling the sender: diagnosis, notice, record.

use super::Runner;
use super::deliver::{EXPIRED, explained};
use crate::attempt::millis;
use crate::dial::Dialer;
use crate::dsn::{self, About, Failed, MAX_HEADER, MAX_RETURNED};
use crate::hooks::{Agreement, Diagnosis};
use crate::refusal::Refusal;
use postrider_core::{Id, UnixTime};
use postrider_resolver::Resolver;
use postrider_spool::{
    Body, Cause, Draft as _, Lease, LeasedRcpt, RcptResult, RcptState, SizeHint, Spool, SpoolError,
};
use postrider_trace::{Draft, Effect, Out, Recorder, Stage};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// When a notice cannot be stored, it is tried again after this.
const AGAIN: Duration = Duration::from_secs(60);

impl<S, R, D> Runner<S, R, D>
where
    S: Spool,
    R: Resolver + 'static,
    D: Dialer,
{
    pub(super) async fn tell(&self, lease: Lease) {
        let mut recorder =
            Recorder::attempt(lease.id, lease.attempt, Arc::clone(&self.hooks.trace));
        let mut causes = Vec::with_capacity(lease.rcpts.len());
        for rcpt in &lease.rcpts {
            let cause = self.diagnosed(rcpt, &mut recorder).await;
            causes.push(cause);
        }
        let failed: Vec<_> = lease
            .rcpts
            .iter()
            .zip(&causes)
            .map(|(r, cause)| Failed { rcpt: &r.rcpt, cause })
            .collect();
        let told = self.notice(&lease, &failed, &mut recorder).await;
        let now = self.hooks.world.now();
        if let Ok(notice) = &told {
            for (rcpt, cause) in lease.rcpts.iter().zip(&causes) {
                recorder.record(now, failure(rcpt, cause, *notice));
            }
        }
        let state = |cause: &Cause| match told {
            Ok(_) => RcptState::Failed { cause: cause.clone() },
            Err(_) => RcptState::Owed { due: now.plus(AGAIN), cause: cause.clone() },
        };
        let pairs = lease.rcpts.iter().zip(&causes);
        let results: Vec<_> =
            pairs.map(|(rcpt, cause)| RcptResult { n: rcpt.n, state: state(cause) }).collect();
        if let Err(error) = self.spool.settle(lease, &results, now).await {
            let draft = Draft::check(Stage::Queue, "spool", Out::Fail).why("not-recorded");
            recorder.record(now, draft.say(&error.to_string()));
        }
    }

    /// A cause with what our own checks say about it, if a server's words gave reason to look.
    async fn diagnosed(&self, rcpt: &LeasedRcpt, recorder: &mut Recorder) -> Cause {
        // Owed always has a cause.
        let none = || Cause::ours("5.0.0".into_safe(), "no reason is known".into_safe());
        let mut cause = rcpt.cause.clone().unwrap_or_else(none);
        if cause.host.is_none() || cause.diagnosis.is_some() {
            return cause;
        }
        let refusal = Refusal::new(cause.clone());
        let begun = self.hooks.world.now();
        let look = self.hooks.diagnose.diagnose(&refusal);
        let Ok(Some(found)) = timeout(self.running.diagnosis, look).await else {
            return cause;
        };
        let now = self.hooks.world.now();
        let draft = diagnosis_event(&refusal, &found, now.since(begun));
        recorder.record(now, draft.rcpt(&rcpt.rcpt.to.to_string()));
        cause.diagnosis = Some(found.say);
        cause
    }

    /// Puts a notice into the queue and gives its id; nothing when nobody is to be told.
    async fn notice(
        &self,
        lease: &Lease,
        failed: &[Failed<'_>],
        recorder: &mut Recorder,
    ) -> Result<Option<Id>, SpoolError> {
        let now = self.hooks.world.now();
        let (to, failed) = match dsn::addressee(&lease.envelope, failed) {
            Ok(found) => found,
            Err(why) => {
                let say = format!("no notice: {why}");
                let draft = Draft::skipped(Stage::Dsn, "dsn", why.code()).say(&say);
                recorder.record(now, draft);
                return Ok(None);
            }
        };
        let (octets, size) = self.original(lease).await?;
        let about = About { id: lease.id, envelope: &lease.envelope, octets: &octets, size };
        let id = self.hooks.world.next_id();
        let notice = dsn::write(&self.running.author, &about, (to, &failed), (id, now));
        let mut envelope = dsn::envelope(&about, to, now, &notice);
        let rcpts = envelope.rcpts.drain(..);
        envelope.rcpts = rcpts.map(|r| self.hooks.router.destination(r)).collect();
        let mut draft = self.spool.begin(id, SizeHint::unknown()).await?;
        draft.write(&notice).await?;
        draft.prepend(self.hooks.sign.sign(&notice).await);
        draft.commit(envelope).await?;
        let event = Draft::check(Stage::Dsn, "dsn", Out::Pass).why("failure");
        let event = event.given("to", to.to_string()).got("id", id.to_string());
        let event = event.say(&format!("notice {id} queued for {to}"));
        recorder.record(now, event.got("recipients", failed.len()));
        self.trace_of_notice(id, lease.id, now);
        Ok(Some(id))
    }

    /// A notice has a trace of its own, which names the message it is about.
    fn trace_of_notice(&self, id: Id, parent: Id, now: UnixTime) {
        let mut recorder = Recorder::local_message(id, Arc::clone(&self.hooks.trace));
        let draft = Draft::decision(Stage::Dsn, Effect::Accept).by("dsn");
        recorder
            .record(now, draft.given("parent", parent.to_string()).say("our own failure notice"));
    }

    /// As much of the message as the notice returns.
    async fn original(&self, lease: &Lease) -> Result<(Vec<u8>, u64), SpoolError> {
        let mut body = self.spool.body(lease.id).await?;
        let size = body.size();
        let wanted = match dsn::returns_whole(&lease.envelope, size) {
            true => usize::try_from(MAX_RETURNED).unwrap_or(usize::MAX),
            false => MAX_HEADER,
        };
        let mut octets = Vec::new();
        while octets.len() < wanted {
            match body.next().await {
                Ok(Some(chunk)) => octets.extend_from_slice(chunk),
                Ok(None) => break,
                // The sender is told even if the message can no longer be read.
                Err(SpoolError::Corrupt(_)) => break,
                Err(error) => return Err(error),
            }
        }
        Ok((octets, size))
    }
}

trait IntoSafe {
    fn into_safe(self) -> postrider_core::SafeText;
}

impl IntoSafe for &'static str {
    fn into_safe(self) -> postrider_core::SafeText {
        postrider_core::SafeText::from_static(self)
    }
}

/// The end of a recipient.
fn failure(rcpt: &LeasedRcpt, cause: &Cause, notice: Option<Id>) -> Draft {
    let (effect, what) = match (&cause.host, cause.status.as_str()) {
        (_, EXPIRED) => (Effect::Expire, cause.text.to_string()),
        (Some(host), _) => (Effect::Bounce, format!("refused for good by {host}")),
        (None, _) => (Effect::Bounce, cause.text.to_string()),
    };
    let say = match notice {
        Some(id) => format!("{what}; a notice was queued as {id}"),
        None => format!("{what}; nobody is told"),
    };
    let draft = Draft::decision(Stage::Attempt, effect).rcpt(&rcpt.rcpt.to.to_string());
    let draft = match cause.diagnosis {
        Some(_) => draft.chain(["diagnose"]),
        None => draft,
    };
    explained(draft.say(&say), Some(cause))
}

fn diagnosis_event(refusal: &Refusal, found: &Diagnosis, took: Duration) -> Draft {
    let (out, why, prefix) = match found.verdict {
        Agreement::Confirmed => (Out::Fail, "confirmed", "confirmed from here"),
        Agreement::NotConfirmed => (Out::Info, "not-confirmed", "not confirmed from here"),
        Agreement::CannotTell => (Out::Unknown, "cannot-tell", "cannot tell from here"),
    };
    let draft = Draft::check(Stage::Attempt, "diagnose", out).why(why).took(millis(took));
    let draft = draft.given("class", refusal.class.as_str());
    let draft = draft.say(&format!("{prefix}: {}", found.say));
    match &found.fix {
        Some(fix) => draft.fix(fix.clone()),
        None => draft,
    }
}
