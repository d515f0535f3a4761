//! One checked rule, and asking it.

use crate::action::Action;
use crate::because::because;
use crate::effect::Effect;
use crate::eval::eval;
use crate::expr::Logic;
use crate::facts::Facts;
use crate::name::{CheckName, Name, RuleId};
use crate::outcome::{By, Explained, OnUnknown};
use crate::reply::ReplyText;
use crate::source::{Origin, SourceRef};
use crate::stage::Stage;
use crate::value::{Cause, Tri, Type, Value};
use std::collections::BTreeSet;
use std::sync::Arc;

/// A rule as [`load`](crate::load) leaves it.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) id: RuleId,
    pub(crate) origin: Origin,
    pub(crate) at: SourceRef,
    pub(crate) stage: Stage,
    pub(crate) when: Arc<str>,
    pub(crate) logic: Logic,
    pub(crate) action: Action,
    pub(crate) on_unknown: OnUnknown,
    pub(crate) mode: Mode,
    /// What it reads, by slot.
    pub(crate) reads: Vec<Read>,
}

/// A variable that a rule reads.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) check: Option<CheckName>,
}

/// Whether a rule acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Enforce,
    Observe,
}

impl Rule {
    /// Whether nothing that the condition reads can change it.
    pub(crate) fn constant(&self) -> Option<Tri> {
        let step = eval(&self.logic, &[]);
        // Any variable is unknown here, so a definite result does not depend on one.
        step.result.is_definite().then_some(step.result)
    }

    /// Evaluates the rule and says what it does.
    pub(crate) fn ask(&self, facts: &dyn Facts) -> Explained {
        let values: Vec<Value> = self.reads.iter().map(|read| read.value(facts)).collect();
        let tree = eval(&self.logic, &values);
        let effect = self.effect(&tree.result, &values);
        let names = self.reads.iter().map(|read| read.name.clone());
        let leaves: Vec<(Name, Value)> = names.zip(values).collect();
        let (effect, would) = match (self.mode, effect) {
            (Mode::Enforce, effect) => (effect, None),
            (Mode::Observe, Effect::Continue) => (Effect::Continue, None),
            (Mode::Observe, effect) => (Effect::Continue, Some(effect)),
        };
        Explained {
            result: Some(tree.result.clone()),
            because: because(&tree, &self.when, &leaves),
            leaves,
            tree: Some(tree),
            effect,
            would,
            ..self.not_reached()
        }
    }

    /// The rule behind one that ended the stage.
    pub(crate) fn not_reached(&self) -> Explained {
        Explained {
            rule: self.id.clone(),
            origin: self.origin,
            at: self.at.clone(),
            when: Arc::clone(&self.when),
            result: None,
            because: Vec::new(),
            leaves: Vec::new(),
            tree: None,
            effect: Effect::Continue,
            would: None,
            on_unknown: self.on_unknown,
        }
    }

    fn effect(&self, result: &Tri, values: &[Value]) -> Effect {
        match (result, self.on_unknown) {
            (Tri::True, _) | (Tri::Unknown(_), OnUnknown::Match) => self.action.fill(values),
            (Tri::False, _) | (Tri::Unknown(_), OnUnknown::Skip) => Effect::Continue,
            (Tri::Unknown(_), OnUnknown::Defer) => {
                let text = format!("temporarily cannot decide: {}", self.id);
                Effect::Defer(ReplyText::made(451, [4, 7, 0], &text))
            }
        }
    }

    /// The rule as the one who decided.
    pub(crate) fn by(&self) -> By {
        match self.origin {
            Origin::Configured => By::Rule(self.id.clone()),
            Origin::Builtin => By::Builtin(self.id.clone()),
        }
    }

    /// The checks that gave the values on which `explained` rests.
    pub(crate) fn chain(&self, explained: &Explained) -> Vec<CheckName> {
        let mut seen = BTreeSet::new();
        explained
            .because
            .iter()
            .flat_map(|reason| &reason.leaves)
            .filter_map(|(name, _)| self.reads.iter().find(|read| read.name == *name))
            .filter_map(|read| read.check.clone())
            .filter(|check| seen.insert(check.clone()))
            .collect()
    }
}

impl Read {
    /// The fact, which must be of the type that the rule was checked with.
    fn value(&self, facts: &dyn Facts) -> Value {
        let mut value = facts.get(&self.name);
        if let Value::Address(address) = value {
            value = Value::from(address);
        }
        match value.type_of() {
            Some(ty) if ty != self.ty => Value::Unknown(Cause::WrongType),
            Some(_) | None => value,
        }
    }
}
