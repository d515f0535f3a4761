//! Stage rules for mail servers: a small, typed, total language whose evaluation explains itself.
//!
//! | module | what it holds |
//! |---|---|
//! | [`source`] | rules as a configuration gives them |
//! | [`schema`], [`stage`] | which variables there are, and where they are visible |
//! | [`policy`] | loading and asking |
//! | [`facts`], [`value`], [`network`] | what variables are worth; *unknown* is a value |
//! | [`outcome`], [`effect`], [`reply`], [`step`] | what came of it, and why |
//! | [`error`] | what is wrong with a rule, where, and what was probably meant |
#![doc(html_root_url = "https://docs.rs/postrider-policy")]

pub mod effect;
pub mod error;
pub mod facts;
pub mod name;
pub mod network;
pub mod outcome;
pub mod policy;
pub mod reply;
pub mod schema;
pub mod source;
pub mod stage;
pub mod step;
pub mod value;

pub use effect::{Effect, Field};
pub use error::{LoadError, ParseError, Problem, SyntaxError, Warning, WarningKind};
pub use facts::Facts;
pub use name::{CheckName, Name, NameError, RuleId};
pub use network::{Network, NetworkError};
pub use outcome::{By, Decision, Explained, OnUnknown, Reason, StageOutcome};
pub use policy::Policy;
pub use reply::{Class, ReplyError, ReplyText};
pub use schema::{Schema, SchemaError, Variable};
pub use source::{Origin, RuleSource, SourceRef, ThenValue};
pub use stage::{ParseStageError, Stage, Visible};
pub use step::{Step, StepKind};
pub use value::{Cause, Item, Tri, Type, Value, Verdict};
