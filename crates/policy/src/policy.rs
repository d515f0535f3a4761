//! A loaded policy: the rules of each stage, ready to be asked.

use crate::effect::Effect;
use crate::error::{LoadError, Warning};
use crate::facts::Facts;
use crate::load::load;
use crate::name::Name;
use crate::outcome::{Decision, StageOutcome};
use crate::rule::{Mode, Rule};
use crate::schema::Schema;
use crate::source::{Origin, RuleSource};
use crate::stage::Stage;
use std::collections::BTreeSet;

/// Checked rules by stage. Cheap to share behind an `Arc`; asking does not change it.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    stages: [OfStage; 7],
}

#[derive(Clone, Debug, Default)]
struct OfStage {
    rules: Vec<Rule>,
    reads: BTreeSet<Name>,
}

impl Policy {
    /// Checks `rules` against `schema`; built-in guards come before configured rules.
    ///
    /// # Errors
    /// Every error of every rule, in order.
    pub fn load(
        rules: &[RuleSource],
        schema: &Schema,
    ) -> Result<(Self, Vec<Warning>), Vec<LoadError>> {
        let (rules, warnings) = load(rules, schema)?;
        let mut policy = Self::default();
        for rule in rules {
            let of_stage = policy.of_stage_mut(rule.stage);
            let names = rule.reads.iter().map(|read| read.name.clone());
            of_stage.reads.extend(names);
            of_stage.rules.push(rule);
        }
        Ok((policy, warnings))
    }

    /// The same policy with every configured rule only observed; guards still act.
    #[must_use]
    pub fn observing(mut self) -> Self {
        for rule in self.stages.iter_mut().flat_map(|s| &mut s.rules) {
            if rule.origin == Origin::Configured {
                rule.mode = Mode::Observe;
            }
        }
        self
    }

    /// The variables that the rules of `stage` read, known before anything runs.
    #[must_use]
    pub fn reads(&self, stage: Stage) -> &BTreeSet<Name> {
        &self.of_stage(stage).reads
    }

    /// Number of rules, guards included.
    #[must_use]
    pub fn rule_count(&self) -> usize {
        self.stages.iter().map(|s| s.rules.len()).sum()
    }

    /// Asks the rules of `stage` in order; the first terminal effect ends it.
    ///
    /// There is no error: what is not known is unknown, and every rule says what then happens.
    pub fn decide(&self, stage: Stage, facts: &dyn Facts) -> StageOutcome {
        let mut outcome = StageOutcome::default();
        for rule in &self.of_stage(stage).rules {
            if outcome.decision.is_some() {
                outcome.rules.push(rule.not_reached());
                continue;
            }
            let explained = rule.ask(facts);
            let effect = &explained.effect;
            if let Effect::Tag(tag) = effect {
                outcome.tags.push(tag.clone());
            }
            if let Effect::Header(fields) = effect {
                outcome.fields.extend(fields.iter().cloned());
            }
            if effect.ends_stage() {
                let chain = rule.chain(&explained);
                outcome.decision = Some(Decision::new(effect.clone(), rule.by(), chain));
            }
            outcome.rules.push(explained);
        }
        outcome
    }

    const fn of_stage(&self, stage: Stage) -> &OfStage {
        let [connect, ehlo, auth, mail, rcpt, data, route] = &self.stages;
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

    const fn of_stage_mut(&mut self, stage: Stage) -> &mut OfStage {
        let [connect, ehlo, auth, mail, rcpt, data, route] = &mut self.stages;
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
}
