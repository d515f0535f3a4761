//! Each question once, and what became of it.

use postrider_resolver::{Answer, LookupError, Question, Resolver};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A resolver that keeps answers for the length of an audit.
pub(super) struct Asked<'a, R> {
    inner: &'a R,
    log: Mutex<BTreeMap<Question, Result<Answer, LookupError>>>,
}

impl<'a, R> Asked<'a, R> {
    pub(super) fn new(inner: &'a R) -> Self {
        Self { inner, log: Mutex::default() }
    }

    fn known(&self, question: &Question) -> Option<Result<Answer, LookupError>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).get(question).cloned()
    }

    /// The first question, in order of names, that DNS did not answer.
    pub(super) fn first_failure(&self) -> Option<(Question, LookupError)> {
        let log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.iter().find_map(|(q, r)| Some((q.clone(), r.as_ref().err()?.clone())))
    }
}

impl<R: Resolver> Resolver for Asked<'_, R> {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        if let Some(known) = self.known(&question) {
            return known;
        }
        let result = self.inner.lookup(question.clone()).await;
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.insert(question, result.clone());
        drop(log);
        result
    }
}
