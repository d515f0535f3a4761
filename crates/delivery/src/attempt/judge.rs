//! What the replies of a transaction mean for its recipients: the table of [`attempt`](super).

use super::host::unreadable;
use super::words::{fault_cause, is_content, is_too_many, refusal, reply_cause, unmet};
use super::{Attempt, Hope, Source, Verdict};
use crate::dial::Dialer;
use postrider_core::SafeText;
use postrider_resolver::Resolver;
use postrider_smtp::client::Stage;
use postrider_smtp::value::reply::Reply;
use postrider_smtp_tokio::client::{Delivered, SendError};
use postrider_spool::Cause;

/// How it goes on after a transaction.
pub(super) enum Judged {
    Done,
    /// Another transaction in the same session.
    More,
    Another,
}

impl<R: Resolver, D: Dialer, S: Source> Attempt<'_, R, D, S> {
    pub(super) fn decide(&mut self, places: &[usize], verdict: &Verdict) {
        for place in places {
            if let Some(slot) = self.verdicts.get_mut(*place) {
                *slot = Some(verdict.clone());
            }
        }
    }

    /// What the replies of one transaction mean for its recipients.
    pub(super) fn judge(
        &mut self,
        host: &SafeText,
        places: &[usize],
        delivered: Delivered,
    ) -> Judged {
        let accepted = self.judge_rcpts(host, places, &delivered.recipients);
        match delivered.result {
            Ok(reply) => {
                let now = self.tools.world.now();
                self.notes.said(now, None, &reply, Stage::End);
                self.decide(&accepted, &Verdict::Delivered(reply_cause(host, &reply)));
                // Those who were too many, by RCPTMAX or by reply.
                match self.open_places().is_empty() {
                    true => Judged::Done,
                    false => Judged::More,
                }
            }
            Err(error) => self.judge_error(host, &accepted, &error),
        }
    }

    /// Gives verdicts to refused recipients, but not to those who were one too many. Returns who still
    /// depends on the message.
    fn judge_rcpts(
        &mut self,
        host: &SafeText,
        places: &[usize],
        replies: &[Option<Reply>],
    ) -> Vec<usize> {
        let mut accepted = Vec::new();
        for (place, reply) in places.iter().zip(replies) {
            let Some(reply) = reply.as_ref().filter(|r| !r.is_done()) else {
                accepted.push(*place);
                continue;
            };
            let to = self.mail.rcpts.get(*place).map(|r| r.rcpt.to.to_string());
            let now = self.tools.world.now();
            self.notes.said(now, to.as_deref(), reply, Stage::Rcpt(*place));
            let cause = reply_cause(host, reply);
            if !is_too_many(reply) || accepted.is_empty() {
                self.decide(&[*place], &by_class(cause, reply));
            }
        }
        accepted
    }

    fn judge_error(&mut self, host: &SafeText, accepted: &[usize], error: &SendError) -> Judged {
        let now = self.tools.world.now();
        let verdict = if let Some(unmet) = unmet(error) {
            let status = unmet.enhanced().map(|e| SafeText::display(&e));
            let mut cause = fault_cause(host, "5.6.0", &unmet);
            cause.status = status.unwrap_or(cause.status);
            self.notes.broke(now, "unmet", &unmet.to_string());
            Verdict::Failed(cause)
        } else if is_content(error) {
            self.notes.broke(now, "content", &error.to_string());
            Verdict::Failed(fault_cause(host, "5.6.0", error))
        } else if let Some(reply) = refusal(error) {
            let stage = error.stage().unwrap_or(Stage::End);
            self.notes.said(now, None, reply, stage);
            by_class(reply_cause(host, reply), reply)
        } else if matches!(error, SendError::Body(_)) {
            self.notes.broke(now, "unreadable", &error.to_string());
            Verdict::Retry(unreadable())
        } else if error.stage() == Some(Stage::End) {
            // RFC 1047: whether the server has taken it cannot be known.
            self.notes.may_arrive_twice(now, host);
            let text = "connection lost after the message was sent; it may arrive twice";
            Verdict::Retry(fault_cause(host, "4.4.2", &text))
        } else if self.open_places().is_empty() {
            // Every recipient was refused by name; the message as a whole was then not sent.
            return Judged::Done;
        } else {
            return self.lost(host, error);
        };
        // Those who were one too many were not refused; they come in the next transaction.
        self.decide(accepted, &verdict);
        match self.open_places().is_empty() {
            true => Judged::Done,
            false => Judged::More,
        }
    }

    /// The session ended before the message was sent.
    fn lost(&mut self, host: &SafeText, error: &SendError) -> Judged {
        let now = self.tools.world.now();
        let cause = match (error.reply(), error.stage()) {
            (Some(reply), stage) => {
                self.notes.said(now, None, reply, stage.unwrap_or(Stage::Idle));
                reply_cause(host, reply)
            }
            (None, _) => {
                self.notes.broke(now, "connection-lost", &error.to_string());
                fault_cause(host, "4.4.2", error)
            }
        };
        self.give_up(cause, Hope::Some);
        Judged::Another
    }
}

fn by_class(cause: Cause, reply: &Reply) -> Verdict {
    match reply.is_permanent() {
        true => Verdict::Failed(cause),
        false => Verdict::Retry(cause),
    }
}
