//! Rules from a configuration: everything that can be wrong is found here, all at once.

use crate::action::{self, Action};
use crate::ast::Expression;
use crate::check::{Checker, Fault};
use crate::error::{LoadError, Problem, Warning, WarningKind};
use crate::expr::Logic;
use crate::name::RuleId;
use crate::outcome::OnUnknown;
use crate::rule::{Mode, Read, Rule};
use crate::schema::Schema;
use crate::source::{Origin, RuleSource};
use crate::stage::Stage;
use std::collections::BTreeSet;
use std::str::FromStr;

/// Checks every rule. Built-in ones come first, each part in the order given.
pub(crate) fn load(
    sources: &[RuleSource],
    schema: &Schema,
) -> Result<(Vec<Rule>, Vec<Warning>), Vec<LoadError>> {
    let mut errors = Vec::new();
    let mut rules = Vec::new();
    let mut ids = BTreeSet::new();
    for source in sources {
        let mut load = Load { source, errors: Vec::new() };
        if !ids.insert((source.origin == Origin::Builtin, source.id.as_str())) {
            load.problem(Problem::DuplicateId);
        }
        rules.extend(load.rule(schema));
        errors.append(&mut load.errors);
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    rules.sort_by_key(|rule| rule.origin == Origin::Configured);
    let warnings = warnings(&rules);
    Ok((rules, warnings))
}

/// One rule being checked.
struct Load<'a> {
    source: &'a RuleSource,
    errors: Vec<LoadError>,
}

impl Load<'_> {
    /// The rule; nothing when an error was found, or was found before.
    fn rule(&mut self, schema: &Schema) -> Option<Rule> {
        let source = self.source;
        let id = self.keep(RuleId::new(&source.id).map_err(Problem::Id));
        let stage = self.stage();
        let mode = self.mode();
        // Without its stage nothing more can be said about a rule.
        let stage = stage?;
        let mut checker = Checker::new(schema, stage);
        let logic = self.condition(&mut checker);
        let action = self.action(stage, schema, &mut checker);
        let (reads, faults) = checker.finish();
        for fault in faults {
            self.fault(fault, &source.when);
        }
        let on_unknown = self.on_unknown(stage, action.as_ref());
        if !self.errors.is_empty() {
            return None;
        }
        let reads = reads.into_iter().map(|(name, variable)| Read {
            name,
            ty: variable.ty,
            check: variable.check.clone(),
        });
        Some(Rule {
            id: id?,
            origin: source.origin,
            at: source.at.clone(),
            stage,
            when: source.when.as_str().into(),
            logic: logic?,
            action: action?,
            on_unknown: on_unknown?,
            mode: mode?,
            reads: reads.collect(),
        })
    }

    fn condition(&mut self, checker: &mut Checker<'_>) -> Option<Logic> {
        match Expression::parse(&self.source.when) {
            Ok(expression) => checker.condition(expression.root()),
            Err(e) => {
                let fault = Fault::new(e.span, e.error.into());
                self.fault(fault, &self.source.when);
                None
            }
        }
    }

    fn action(
        &mut self,
        stage: Stage,
        schema: &Schema,
        checker: &mut Checker<'_>,
    ) -> Option<Action> {
        match action::check(&self.source.then, stage, schema, checker) {
            Ok(action) => Some(action),
            Err(within) => {
                self.fault(*within.fault, &within.text);
                None
            }
        }
    }

    fn stage(&mut self) -> Option<Stage> {
        let word = &self.source.stage;
        self.keep(Stage::from_str(word).map_err(|_| Problem::Word {
            word: word.clone(),
            what: "stage",
            allowed: "connect, ehlo, auth, mail, rcpt, data, route",
        }))
    }

    fn mode(&mut self) -> Option<Mode> {
        let word = self.source.mode.as_deref().unwrap_or("enforce");
        self.keep(match word {
            "enforce" => Ok(Mode::Enforce),
            "observe" => Ok(Mode::Observe),
            _ => Err(Problem::Word {
                word: word.to_owned(),
                what: "mode",
                allowed: "enforce, observe",
            }),
        })
    }

    fn on_unknown(&mut self, stage: Stage, action: Option<&Action>) -> Option<OnUnknown> {
        let Some(word) = self.source.on_unknown.as_deref() else {
            // What is refused for good needs certainty; everything else may be left out.
            return action.map(|action| {
                if matches!(action, Action::Reject(_)) { OnUnknown::Defer } else { OnUnknown::Skip }
            });
        };
        self.keep(match word {
            "skip" => Ok(OnUnknown::Skip),
            "match" => Ok(OnUnknown::Match),
            "defer" if stage.has_reply() => Ok(OnUnknown::Defer),
            "defer" => Err(Problem::ActionStage { action: "on_unknown = defer", stage }),
            _ => Err(Problem::Word {
                word: word.to_owned(),
                what: "on_unknown",
                allowed: "skip, defer, match",
            }),
        })
    }

    fn keep<T>(&mut self, result: Result<T, Problem>) -> Option<T> {
        result.map_err(|problem| self.problem(problem)).ok()
    }

    fn problem(&mut self, problem: Problem) {
        self.errors.push(LoadError {
            id: self.source.id.clone(),
            at: self.source.at.clone(),
            problem,
            text: String::new(),
            span: None,
            suggestion: None,
        });
    }

    fn fault(&mut self, fault: Fault, text: &str) {
        self.errors.push(LoadError {
            id: self.source.id.clone(),
            at: self.source.at.clone(),
            problem: fault.problem,
            text: text.to_owned(),
            span: (!text.is_empty()).then_some(fault.span),
            suggestion: fault.suggestion,
        });
    }
}

fn warnings(rules: &[Rule]) -> Vec<Warning> {
    let mut ended = BTreeSet::new();
    let mut warnings = Vec::new();
    for rule in rules {
        let mut warn = |kind| {
            warnings.push(Warning { id: rule.id.to_string(), at: rule.at.clone(), kind });
        };
        if ended.contains(&rule.stage) {
            warn(WarningKind::Unreachable);
        }
        let constant = rule.constant();
        if constant.is_some() {
            warn(WarningKind::Constant);
        }
        if matches!(rule.action, Action::Discard) {
            warn(WarningKind::Discard);
        }
        let acts = rule.mode == Mode::Enforce && rule.action.is_terminal();
        if acts && constant.is_some_and(|result| result.is_true()) {
            ended.insert(rule.stage);
        }
    }
    warnings
}
