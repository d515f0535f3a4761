//! A zone that notes its questions, and short names for test values.

use postrider_core::DomainName;
use postrider_dmarc::{Identifier, Outcome, Policy, Verdict, evaluate};
use postrider_resolver::{Answer, LookupError, Question, Resolver, ZoneResolver, block_on};
use std::sync::Mutex;

pub(crate) struct Noted {
    zone: ZoneResolver,
    questions: Mutex<Vec<String>>,
}

impl Noted {
    pub(crate) fn new(zone: &str) -> Self {
        Self { zone: ZoneResolver::parse(zone).unwrap(), questions: Mutex::default() }
    }

    pub(crate) fn questions(&self) -> Vec<String> {
        self.questions.lock().unwrap().clone()
    }

    pub(crate) fn judge(&self, author: &str, identifiers: &[Identifier]) -> Verdict {
        block_on(evaluate(self, &name(author), identifiers, &Policy::DEFAULT)).unwrap()
    }
}

impl Resolver for Noted {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        self.questions.lock().unwrap().push(question.to_string());
        self.zone.lookup(question).await
    }
}

pub(crate) fn name(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

pub(crate) fn spf(domain: &str, outcome: Outcome) -> Identifier {
    Identifier::spf(name(domain), outcome)
}

pub(crate) fn dkim(domain: &str, outcome: Outcome) -> Identifier {
    Identifier::dkim(name(domain), outcome)
}
