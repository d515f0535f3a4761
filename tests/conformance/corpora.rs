//! The folder of outside test data: JSON lines, one vector each, with messages beside them.

use crate::ledger::Ledger;
use libtest_mimic::{Failed, Trial};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The folder that `POSTRIDER_CORPORA` names.
pub struct Corpora {
    root: PathBuf,
}

/// All vectors of one published suite.
pub struct Suite {
    /// Its name, which begins the name of each trial.
    pub name: &'static str,
    /// One check per vector, by the vector's id.
    pub cases: Vec<Case>,
}

/// One vector and its check: `Err` says what differed.
pub struct Case {
    /// The vector's id in its suite.
    pub id: String,
    /// Runs it.
    pub run: Box<dyn FnOnce() -> Result<(), String> + Send>,
}

impl Case {
    /// A vector with its check.
    pub fn new(
        id: impl Into<String>,
        run: impl FnOnce() -> Result<(), String> + Send + 'static,
    ) -> Self {
        Self { id: id.into(), run: Box::new(run) }
    }
}

impl Corpora {
    /// The folder, if the environment names one. A name without a folder is a mistake, not a skip.
    pub fn from_env() -> Option<Self> {
        let root = PathBuf::from(std::env::var_os("POSTRIDER_CORPORA")?);
        assert!(root.is_dir(), "POSTRIDER_CORPORA={} is no folder", root.display());
        Some(Self { root })
    }

    /// A path below the folder.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// The octets of a file.
    pub fn read(&self, relative: impl AsRef<Path>) -> Vec<u8> {
        let path = self.path(relative);
        std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The vectors of a JSON-lines file.
    pub fn rows(&self, relative: impl AsRef<Path>) -> Vec<Value> {
        let path = self.path(relative);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        text.lines()
            .enumerate()
            .map(|(n, line)| {
                serde_json::from_str(line)
                    .unwrap_or_else(|e| panic!("{}:{}: {e}", path.display(), n + 1))
            })
            .collect()
    }
}

impl Suite {
    /// One trial per vector, judged with the ledger.
    pub fn into_trials(self, ledger: &Ledger) -> Vec<Trial> {
        let suite = self.name;
        let judge = |case: Case| {
            let id = case
                .id
                .strip_prefix(suite)
                .map_or(case.id.as_str(), |rest| rest.trim_start_matches('/'));
            let name = format!("{suite}/{id}");
            let entry = ledger.entry(suite, &name);
            Trial::test(name, move || entry.judge((case.run)()).map_err(Failed::from))
        };
        self.cases.into_iter().map(judge).collect()
    }
}
