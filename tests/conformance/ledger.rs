//! The ledger of vectors whose expectation we contradict, and the score of each suite.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

#[derive(Default)]
struct Score {
    agreed: usize,
    deviating: usize,
    total: usize,
}

/// `ledger.toml`: trial name to reason.
pub struct Ledger {
    reasons: BTreeMap<String, String>,
    scores: Arc<Mutex<BTreeMap<&'static str, Score>>>,
}

/// What the ledger says of one trial.
pub struct Entry {
    suite: &'static str,
    reason: Option<String>,
    scores: Arc<Mutex<BTreeMap<&'static str, Score>>>,
}

impl Ledger {
    /// Reads the ledger that lies beside the tests.
    pub fn load() -> Self {
        let reasons = toml::from_str(include_str!("ledger.toml")).expect("ledger.toml");
        Self { reasons, scores: Arc::default() }
    }

    /// The entry of a trial, whether or not it has a reason to deviate.
    pub fn entry(&self, suite: &'static str, trial: &str) -> Entry {
        Entry { suite, reason: self.reasons.get(trial).cloned(), scores: Arc::clone(&self.scores) }
    }

    /// Prints `suite N/N` for every suite that ran.
    pub fn print_scores(&self) {
        for (suite, s) in self.scores.lock().expect("no trial panicked here").iter() {
            match s.deviating {
                0 => println!("{suite} {}/{}", s.agreed, s.total),
                n => println!("{suite} {}/{} ({n} argued in ledger.toml)", s.agreed, s.total),
            }
        }
    }
}

impl Entry {
    /// A deviation with a reason is fine, an unexpected one is not, and neither is a stale reason.
    pub fn judge(self, outcome: Result<(), String>) -> Result<(), String> {
        let mut scores = self.scores.lock().expect("no trial panicked here");
        let score = scores.entry(self.suite).or_default();
        score.total += 1;
        match (outcome, self.reason) {
            (Ok(()), None) => {
                score.agreed += 1;
                Ok(())
            }
            (Err(_), Some(_)) => {
                score.deviating += 1;
                Ok(())
            }
            (Err(difference), None) => Err(difference),
            (Ok(()), Some(reason)) => Err(format!("agrees, but the ledger says: {reason}")),
        }
    }
}
