//! The entries: bounded in number and octets, the one unused longest goes first.

use super::{CacheCounts, CacheLimits};
use crate::{Answer, LookupError, Name, Question, Record};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

#[derive(Debug, Default)]
pub(super) struct Store {
    entries: HashMap<Question, Entry>,
    /// The questions by their last use, oldest first.
    used: BTreeMap<u64, Question>,
    uses: u64,
    octets: usize,
    pub(super) counts: CacheCounts,
}

/// A result and how long it may be kept.
#[derive(Debug)]
pub(super) struct Entry {
    result: Result<Answer, LookupError>,
    stored: Duration,
    lifetime: Duration,
    octets: usize,
    /// Key in [`Store::used`].
    used: u64,
}

impl Entry {
    pub(super) fn new(
        result: Result<Answer, LookupError>,
        now: Duration,
        lifetime: Duration,
    ) -> Self {
        Self { octets: weight(&result), result, stored: now, lifetime, used: 0 }
    }
}

impl Store {
    /// What is known now, with the ttl that is left.
    pub(super) fn get(
        &mut self,
        question: &Question,
        now: Duration,
    ) -> Option<Result<Answer, LookupError>> {
        let entry = self.entries.get_mut(question)?;
        let age = now.saturating_sub(entry.stored);
        if age >= entry.lifetime {
            self.remove(question);
            return None;
        }
        self.used.remove(&entry.used);
        self.uses += 1;
        entry.used = self.uses;
        self.used.insert(entry.used, question.clone());
        self.counts.hits += 1;
        let mut result = entry.result.clone();
        if let Ok(answer) = &mut result {
            // A started second is over, so that nobody keeps the answer too long.
            let passed = age.as_secs() + u64::from(age.subsec_nanos() > 0);
            let passed = u32::try_from(passed).unwrap_or(u32::MAX);
            answer.ttl = answer.ttl.saturating_sub(passed);
        }
        Some(result)
    }

    pub(super) fn insert(&mut self, question: Question, mut entry: Entry, limits: &CacheLimits) {
        self.remove(&question);
        let octets = question.name.wire_len() + entry.octets;
        if octets > limits.octets || limits.entries == 0 {
            return;
        }
        while self.entries.len() >= limits.entries
            || self.octets.saturating_add(octets) > limits.octets
        {
            let Some((_, oldest)) = self.used.pop_first() else {
                break;
            };
            self.remove(&oldest);
            self.counts.evicted += 1;
        }
        self.uses += 1;
        self.used.insert(self.uses, question.clone());
        self.octets = self.octets.saturating_add(octets);
        entry.octets = octets;
        entry.used = self.uses;
        self.entries.insert(question, entry);
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.used.clear();
        self.octets = 0;
    }

    fn remove(&mut self, question: &Question) {
        if let Some(entry) = self.entries.remove(question) {
            self.used.remove(&entry.used);
            self.octets = self.octets.saturating_sub(entry.octets);
        }
    }
}

/// Octets of names and data.
fn weight(result: &Result<Answer, LookupError>) -> usize {
    match result {
        Ok(answer) => {
            let names = answer.aliases.iter().chain([&answer.canonical]);
            let names: usize = names.map(Name::wire_len).sum();
            names + answer.records().iter().map(data_len).sum::<usize>()
        }
        Err(LookupError::Other(text)) => text.as_str().len(),
        Err(_) => 0,
    }
}

fn data_len(record: &Record) -> usize {
    match record {
        Record::A(_) => 4,
        Record::Aaaa(_) => 16,
        Record::Mx { exchange, .. } => 2 + exchange.wire_len(),
        Record::Txt(text) => text.strings().map(|s| 1 + s.len()).sum(),
        Record::Ptr(name) | Record::Cname(name) | Record::Ns(name) => name.wire_len(),
        Record::Soa(soa) => 20 + soa.primary.wire_len() + soa.mailbox.wire_len(),
        Record::Tlsa { data, .. } => 3 + data.len(),
    }
}
