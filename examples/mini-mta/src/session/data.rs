//! DATA: the draft is opened, chunks go through it, the end is handed to `finish`.

use super::intake::{Intake, Job};
use super::{Session, begin};
use crate::clock;
use postrider_dkim::Policy as DkimPolicy;
use postrider_resolver::Resolver;
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::server::Verdict;
use postrider_smtp::value::reply::standard;
use postrider_spool::{SizeHint, Spool};
use postrider_trace::{Draft, Out, Stage as Shown};

impl<R: Resolver + 'static> Session<R> {
    /// The last chance to refuse before the message is sent.
    pub(super) async fn open_draft(&mut self) -> Verdict {
        let Some(t) = self.transaction.as_mut() else {
            return Verdict::Reject(standard::WRONG_ORDER.reply());
        };
        let size = t.params.size.map_or_else(SizeHint::unknown, SizeHint::octets);
        let config = &self.server.config;
        match self.server.spool.begin(t.id, size).await {
            Err(e) => {
                Verdict::Reject(begin::spool_error(&e).id(t.id).pronounce(&mut t.log, Shown::Data))
            }
            Ok(draft) => {
                let job = if self.listener.role.is_submission() {
                    Job::Sign(config.sign.clone())
                } else {
                    let mut policy = DkimPolicy::default();
                    policy.signatures = config.verify.dkim_max_signatures;
                    Job::Verify(policy)
                };
                t.intake =
                    Some(Intake::new(draft, job, config.server.hostname.clone(), clock::now()));
                Verdict::Accept
            }
        }
    }

    /// A piece of the message.
    pub(super) async fn take_body(&mut self, chunk: &[u8]) {
        if let Some(intake) = self.transaction.as_mut().and_then(|t| t.intake.as_mut()) {
            intake.push(chunk).await;
        }
    }

    /// The end of data: the message is judged and, unless refused, on disk before the reply.
    pub(super) async fn end_of_data(&mut self, stats: BodyStats) -> Verdict {
        let Some(mut t) = self.transaction.take() else {
            return Verdict::Reject(standard::WRONG_ORDER.reply());
        };
        let Some(intake) = t.intake.take() else {
            return Verdict::Reject(standard::WRONG_ORDER.reply());
        };
        match intake.finish().await {
            Err(refusal) => Verdict::Reject(refusal.id(t.id).pronounce(&mut t.log, Shown::Data)),
            Ok(taken) => self.judge_message(t, taken, &stats).await,
        }
    }

    /// The client went away, or the connection ended, within a message.
    pub(super) fn transaction_lost(&mut self, why: &str) {
        // A transaction without content needs no word; its decisions are in the trace.
        if let Some(mut t) = self.transaction.take().filter(|t| t.intake.is_some()) {
            let draft = Draft::check(Shown::Data, "data", Out::Warn)
                .why("aborted")
                .say(&format!("the message ended before its end: {why}"));
            t.log.record(clock::now(), draft);
        }
    }
}
