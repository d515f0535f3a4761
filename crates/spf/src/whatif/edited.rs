//! DNS as it would be if some SPF records were other than they are.

use super::repair::Change;
use postrider_resolver::{Answer, Content, Kind, LookupError, Question, Record, Resolver, Txt};

/// Another resolver, but for the records that are changed.
pub(super) struct Edited<'a, R> {
    pub(super) inner: &'a R,
    pub(super) changes: &'a [Change],
}

impl<R: Resolver> Resolver for Edited<'_, R> {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        // Of several changes of one record the last has them all.
        let changed = |c: &&Change| question.kind == Kind::Txt && c.domain == question.name;
        match self.changes.iter().rev().find(changed) {
            Some(change) => {
                let text = Record::Txt(Txt::from_strings([change.record.as_str().as_bytes()]));
                Ok(Answer::new(question.name, Content::Records(vec![text]), 0))
            }
            None => self.inner.lookup(question).await,
        }
    }
}
