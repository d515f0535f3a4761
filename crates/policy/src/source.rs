//! Rules as a configuration file gives them, before anything is checked.

use std::fmt;
use std::sync::Arc;

/// Where a rule stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SourceRef {
    /// The file's name, as people should see it.
    pub file: Arc<str>,
    /// Its line, counted from 1.
    pub line: u32,
}

impl SourceRef {
    /// Line `line` of `file`.
    #[must_use]
    pub fn new(file: &str, line: u32) -> Self {
        Self { file: file.into(), line }
    }
}

impl fmt::Display for SourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The right side of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(untagged))]
#[non_exhaustive]
pub enum ThenValue {
    /// As in `accept = true`.
    Flag(bool),
    /// As in `reject = "550 5.7.1 no"`.
    Text(String),
    /// As in `header = { "X-Name" = "text" }`.
    Table(std::collections::BTreeMap<String, String>),
}

/// One `[[rule]]`, every part as written.
///
/// ```
/// use postrider_policy::{RuleSource, SourceRef};
///
/// let rule = RuleSource::new("no-ptr", "connect", "not client.ptr_ok")
///     .then("reject", "550 5.7.25 your address has no name")
///     .on_unknown("skip")
///     .at(SourceRef::new("mini-mta.toml", 61));
/// assert_eq!(rule.at.to_string(), "mini-mta.toml:61");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize), serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct RuleSource {
    /// `[a-z0-9-]+`, unique.
    pub id: String,
    /// The stage's name.
    pub stage: String,
    /// The condition.
    pub when: String,
    /// The actions; exactly one is allowed.
    pub then: std::collections::BTreeMap<String, ThenValue>,
    /// `skip`, `defer` or `match`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub on_unknown: Option<String>,
    /// `enforce` (the default) or `observe`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub mode: Option<String>,
    /// Whether this is one of the server's own guards, shown as `builtin:id` and evaluated first.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub origin: Origin,
    /// Where the rule stands.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub at: SourceRef,
}

/// Who wrote a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a rule is the operator's or ours")]
pub enum Origin {
    /// The operator.
    #[default]
    Configured,
    /// The server: a guard that comes before all configured rules and cannot be removed.
    Builtin,
}

impl RuleSource {
    /// A rule without an action yet.
    #[must_use]
    pub fn new(id: &str, stage: &str, when: &str) -> Self {
        Self {
            id: id.to_owned(),
            stage: stage.to_owned(),
            when: when.to_owned(),
            then: std::collections::BTreeMap::new(),
            on_unknown: None,
            mode: None,
            origin: Origin::Configured,
            at: SourceRef::default(),
        }
    }

    /// With an action.
    #[must_use]
    pub fn then(mut self, action: &str, value: impl Into<ThenValue>) -> Self {
        self.then.insert(action.to_owned(), value.into());
        self
    }

    /// With what happens when the condition is unknown.
    #[must_use]
    pub fn on_unknown(mut self, word: &str) -> Self {
        self.on_unknown = Some(word.to_owned());
        self
    }

    /// With a mode.
    #[must_use]
    pub fn mode(mut self, word: &str) -> Self {
        self.mode = Some(word.to_owned());
        self
    }

    /// As a guard of the server itself.
    #[must_use]
    pub fn builtin(mut self) -> Self {
        self.origin = Origin::Builtin;
        self
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, at: SourceRef) -> Self {
        self.at = at;
        self
    }
}

impl From<bool> for ThenValue {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<&str> for ThenValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for ThenValue {
    fn from(fields: [(&str, &str); N]) -> Self {
        Self::Table(
            fields.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
        )
    }
}
