//! Why a reply was given or a connection closed: rules by id and RFC section.

use postrider_core::SafeText;
use std::fmt;

/// A rule of the protocol or a limit of ours, by a stable id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rule {
    /// Stable dotted id, as in `seq.mail-before-ehlo`.
    pub id: &'static str,
    /// Where it is written, as in `RFC 5321 §4.1.4`.
    pub spec: &'static str,
}

/// The number of an input (octets, end, timeout, answer, TLS) in the life of a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Seq(pub u64);

/// The reason of a reply or of an end: a rule, a detail, and the input that led to it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Why {
    /// The rule.
    pub rule: Rule,
    /// What exactly, in one safe line.
    pub detail: Option<SafeText>,
    /// Number of the input that led here.
    pub cause: Seq,
}

impl Why {
    /// A reason without detail.
    #[must_use]
    pub const fn new(rule: Rule, cause: Seq) -> Self {
        Self { rule, detail: None, cause }
    }

    /// The same reason with what a value says about it.
    #[must_use]
    pub fn detail(mut self, detail: &dyn fmt::Display) -> Self {
        self.detail = Some(SafeText::display(detail));
        self
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.id, self.spec)
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.detail {
            Some(detail) => write!(f, "{}: {detail}", self.rule),
            None => self.rule.fmt(f),
        }
    }
}

/// Declares rules as constants, and `ALL` with every one of them so that a test can walk the table.
///
/// ```text
/// rules! { MAIL_BEFORE_EHLO = "seq.mail-before-ehlo", "RFC 5321 §4.1.4", "MAIL before EHLO or HELO"; }
/// ```
macro_rules! rules {
    ($($name:ident = $id:literal, $spec:literal, $doc:literal;)+) => {
        $(
            #[doc = $doc]
            pub const $name: $crate::rule::Rule = $crate::rule::Rule { id: $id, spec: $spec };
        )+
        /// Every rule of this module.
        pub const ALL: &[$crate::rule::Rule] = &[$($name),+];
    };
}
pub(crate) use rules;
