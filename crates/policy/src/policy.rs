//! A loaded policy: the rules of each stage, ready to be asked.

use crate::error::{LoadError, Warning};
use crate::facts::Facts;
use crate::name::Name;
use crate::outcome::StageOutcome;
use crate::schema::Schema;
use crate::source::RuleSource;
use crate::stage::Stage;
use std::collections::BTreeSet;

/// Checked rules by stage. Cheap to share behind an `Arc`; asking does not change it.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    reads: [BTreeSet<Name>; 7],
}

impl Policy {
    /// Checks `rules` against `schema`; built-in guards come before configured rules.
    ///
    /// # Errors
    /// Every error of every rule, in order.
    pub fn load(
        _rules: &[RuleSource],
        _schema: &Schema,
    ) -> Result<(Self, Vec<Warning>), Vec<LoadError>> {
        Ok((Self::default(), Vec::new()))
    }

    /// The variables that the rules of `stage` read, known before anything runs.
    #[must_use]
    pub fn reads(&self, stage: Stage) -> &BTreeSet<Name> {
        let [connect, ehlo, auth, mail, rcpt, data, route] = &self.reads;
        match stage {
            Stage::Connect => connect,
            Stage::Ehlo => ehlo,
            Stage::Auth => auth,
            Stage::Mail => mail,
            Stage::Rcpt => rcpt,
            Stage::Data => data,
            Stage::Route => route,
        }
    }

    /// Asks the rules of `stage` in order until one ends it.
    pub fn decide(&self, _stage: Stage, _facts: &dyn Facts) -> StageOutcome {
        StageOutcome::default()
    }
}
