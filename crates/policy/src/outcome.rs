//! What came of asking the rules of a stage, and why.

use crate::effect::{Effect, Field};
use crate::name::{CheckName, Name, RuleId};
use crate::reply::ReplyText;
use crate::source::{Origin, SourceRef};
use crate::step::Step;
use crate::value::{Tri, Value};
use postrider_core::{SafeText, Span};
use std::fmt;
use std::sync::Arc;

/// The result of [`Policy::decide`](crate::Policy::decide).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub struct StageOutcome {
    /// The first terminal effect. `None`: no rule objects.
    pub decision: Option<Decision>,
    /// Tags that rules gave, in order.
    pub tags: Vec<SafeText>,
    /// Header fields that rules add, in order.
    pub fields: Vec<Field>,
    /// Every rule of the stage, in order, also those not reached.
    pub rules: Vec<Explained>,
}

/// What happens to the message, and who says so.
///
/// A refusal can be made from nothing but a `Decision`, and the trace is written from the same value, so the
/// two cannot drift apart.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Decision {
    effect: Effect,
    by: By,
    chain: Vec<CheckName>,
}

/// Who decided.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum By {
    /// A rule of the configuration.
    Rule(RuleId),
    /// A guard of the server.
    Builtin(RuleId),
    /// A check that decides without a rule, such as the parser or the spool.
    Check(CheckName),
    /// Nobody objected.
    Default,
}

/// One rule's evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explained {
    /// Its id.
    pub rule: RuleId,
    /// Whose rule it is.
    pub origin: Origin,
    /// Where it stands.
    pub at: SourceRef,
    /// The condition's text.
    pub when: Arc<str>,
    /// What came of it. `None`: an earlier rule had ended the stage.
    pub result: Option<Tri>,
    /// A minimal set of comparisons that forces the result.
    pub because: Vec<Reason>,
    /// The value of every variable that the rule reads: enough to decide it again.
    pub leaves: Vec<(Name, Value)>,
    /// The sub-expressions that were reached.
    pub tree: Option<Step>,
    /// What the rule did.
    pub effect: Effect,
    /// What it would have done, were it not only observed.
    pub would: Option<Effect>,
    /// What the rule does when it is unknown.
    pub on_unknown: OnUnknown,
}

/// One comparison that forced a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reason {
    /// Its place in the condition.
    pub span: Span,
    /// Its text.
    pub text: String,
    /// What it came to.
    pub result: Tri,
    /// The values of its variables.
    pub leaves: Vec<(Name, Value)>,
}

/// What a rule does when its condition is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the rule language")]
pub enum OnUnknown {
    /// As if it had not matched.
    Skip,
    /// Refuses for now.
    Defer,
    /// As if it had matched.
    Match,
}

impl OnUnknown {
    /// The word in a configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skip => "skip",
            Self::Defer => "defer",
            Self::Match => "match",
        }
    }
}

impl Decision {
    /// A decision of the caller's own, made by `by` from the checks of `chain`.
    pub const fn new(effect: Effect, by: By, chain: Vec<CheckName>) -> Self {
        Self { effect, by, chain }
    }

    /// Acceptance because nobody objected.
    pub const fn accept() -> Self {
        Self::new(Effect::Accept, By::Default, Vec::new())
    }

    /// A refusal for good, by a check that needs no rule.
    pub const fn reject(by: CheckName, reply: ReplyText) -> Self {
        Self::new(Effect::Reject(reply), By::Check(by), Vec::new())
    }

    /// A refusal for now, by a check that needs no rule.
    pub const fn defer(by: CheckName, reply: ReplyText) -> Self {
        Self::new(Effect::Defer(reply), By::Check(by), Vec::new())
    }

    /// With further checks on which it rests, such as those that DMARC took its result from.
    pub fn resting_on(mut self, checks: impl IntoIterator<Item = CheckName>) -> Self {
        for check in checks {
            if !self.chain.contains(&check) {
                self.chain.push(check);
            }
        }
        self
    }

    /// What happens.
    #[must_use]
    pub const fn effect(&self) -> &Effect {
        &self.effect
    }

    /// What the client is told, if it is refused.
    #[must_use]
    pub const fn reply(&self) -> Option<&ReplyText> {
        self.effect.reply()
    }

    /// Who decided.
    #[must_use]
    pub const fn by(&self) -> &By {
        &self.by
    }

    /// The checks on which the decision rests, the nearest first.
    #[must_use]
    pub fn chain(&self) -> &[CheckName] {
        &self.chain
    }
}

impl Explained {
    /// `rule:ID` or `builtin:ID`, as a trace names the check.
    #[must_use]
    pub fn check(&self) -> String {
        match self.origin {
            Origin::Configured => format!("rule:{}", self.rule),
            Origin::Builtin => format!("builtin:{}", self.rule),
        }
    }
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rule(id) => write!(f, "rule:{id}"),
            Self::Builtin(id) => write!(f, "builtin:{id}"),
            Self::Check(check) => check.fmt(f),
            Self::Default => f.write_str("default"),
        }
    }
}
