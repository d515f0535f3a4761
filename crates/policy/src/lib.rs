//! Stage rules for mail servers: a small, typed, total language whose evaluation explains itself.
//!
//! ```
//! use postrider_policy::{Name, Policy, RuleSource, Schema, Stage, Value, Verdict};
//! use std::collections::BTreeMap;
//!
//! let rule = RuleSource::new("honour-dmarc", "data", r#"dmarc == fail and dmarc.policy == "reject""#)
//!     .then("reject", "550 5.7.1 DMARC policy of {from.domain} refuses this message");
//! let (policy, _warnings) = Policy::load(&[rule], &Schema::mail()).unwrap();
//!
//! let facts = BTreeMap::from([
//!     (Name::new("dmarc").unwrap(), Value::Result(Verdict::Fail)),
//!     (Name::new("dmarc.policy").unwrap(), Value::text("reject")),
//! ]);
//! let outcome = policy.decide(Stage::Data, &facts);
//! let decision = outcome.decision.unwrap();
//! assert_eq!(decision.reply().unwrap().code(), 550);
//! assert_eq!(decision.by().to_string(), "rule:honour-dmarc");
//! assert_eq!(outcome.rules[0].because.len(), 2);
//! ```
//!
//! A rule is checked when it is loaded: names by stage, types, the action and its reply. Asking it has no
//! error path. What is not known is *unknown*, in Kleene's logic and with its cause, and each rule says
//! what happens then. Nothing here looks anything up: [`Policy::reads`] tells the caller which facts to
//! fetch, and [`Facts`] hands them over.
//!
//! | module | what it holds |
//! |---|---|
//! | [`source`] | rules as a configuration gives them |
//! | [`schema`], [`stage`] | which variables there are, and where they are visible |
//! | [`policy`], [`guards`] | loading and asking; the guards no configuration removes |
//! | [`facts`], [`value`] | what variables are worth; *unknown* is a value |
//! | [`outcome`], [`effect`], [`reply`], [`step`] | what came of it, and why |
//! | [`error`] | what is wrong with a rule, where, and what was probably meant |
#![doc(html_root_url = "https://docs.rs/postrider-policy")]

mod action;
mod ast;
mod because;
mod check;
pub mod effect;
pub mod error;
mod eval;
mod explain;
mod expr;
pub mod facts;
mod function;
pub mod guards;
mod lexer;
mod load;
pub mod name;
pub mod outcome;
mod parse;
pub mod policy;
pub mod reply;
mod rule;
pub mod schema;
#[cfg(feature = "serde")]
mod serial;
pub mod source;
pub mod stage;
pub mod step;
mod suggest;
mod template;
pub mod value;

pub use ast::Expression;
pub use effect::{Effect, Field};
pub use error::{LoadError, ParseError, Problem, SyntaxError, Warning, WarningKind};
pub use facts::Facts;
pub use name::{CheckName, Name, NameError, RuleId};
pub use outcome::{By, Decision, Explained, OnUnknown, Reason, StageOutcome};
pub use policy::Policy;
pub use postrider_core::{Network, ParseNetworkError};
pub use reply::{Class, ReplyError, ReplyText};
pub use schema::{Schema, SchemaError, Variable};
pub use source::{Origin, RuleSource, SourceRef, ThenValue};
pub use stage::{ParseStageError, Stage, Visible};
pub use step::{Step, StepKind};
pub use value::{Cause, Item, ReadListError, ReadValueError, Tri, Type, Value, Verdict};
