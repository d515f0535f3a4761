//! Refusals that are ours and no rule's: a queue that cannot keep a promise.

use crate::clock;
use crate::judge::{self, About};
use postrider_core::Id;
use postrider_policy::{CheckName, Class, Decision, ReplyText};
use postrider_smtp::value::reply::{Code, Reply};
use postrider_spool::{Health, SpoolError};
use postrider_trace::{Draft, Out, Recorder, Stage as Shown};

/// Why a message cannot be taken now.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    check: &'static str,
    reply: &'static str,
    why: String,
    id: Option<Id>,
}

impl Refusal {
    /// A refusal by a check of ours; `reply` begins with its codes.
    pub(super) fn new(check: &'static str, reply: &'static str, why: impl Into<String>) -> Self {
        Self { check, reply, why: why.into(), id: None }
    }

    /// The id that the reply names.
    pub(super) fn id(self, id: Id) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Records the check and the decision, and gives the reply.
    pub(super) fn pronounce(self, log: &mut Recorder, stage: Shown) -> Reply {
        let now = clock::now();
        let temporary = self.reply.starts_with('4');
        let out = if temporary { Out::Temperror } else { Out::Fail };
        log.record(now, Draft::check(stage, self.check, out).why(self.check).say(&self.why));
        let class = if temporary { Class::Temporary } else { Class::Permanent };
        let made = CheckName::new(self.check).ok().zip(ReplyText::parse(self.reply, class).ok());
        let Some((check, reply)) = made else {
            return Reply::new(
                Code::CLOSING.with(3, 0),
                postrider_core::SafeText::from_static("internal error"),
            );
        };
        let decision =
            if temporary { Decision::defer(check, reply) } else { Decision::reject(check, reply) };
        let about = About::new(stage, Code::OK.alone(), "");
        let about = match self.id {
            Some(id) => about.id(id),
            None => about,
        };
        judge::pronounce(&decision, &about, log, now)
    }
}

/// A queue in trouble refuses before a message is sent in vain.
pub(super) fn spool_fault(health: Health) -> Option<Refusal> {
    match health {
        Health::Good => None,
        Health::Full => Some(Refusal::new(
            "spool-full",
            "452 4.3.1 no room for mail now",
            "the spool's disk is full",
        )),
        Health::Failing(why) => {
            Some(Refusal::new("spool-failing", "451 4.3.0 cannot keep mail now", why.to_string()))
        }
    }
}

/// An error of the queue while a message comes in.
pub(super) fn spool_error(error: &SpoolError) -> Refusal {
    match error {
        SpoolError::Full => {
            Refusal::new("spool-full", "452 4.3.1 no room for mail now", error.to_string())
        }
        _ => Refusal::new("spool-failing", "451 4.3.0 cannot keep mail now", error.to_string()),
    }
}
