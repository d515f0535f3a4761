//! A rule's condition as parsed: names not yet known, types not yet checked.

mod print;

use crate::error::ParseError;
use crate::parse;
use crate::value::Verdict;
use postrider_core::Network;
use postrider_core::Span;
use std::net::IpAddr;
use std::str::FromStr;

/// A condition that is a sentence of the language. Its names and types are checked by [`Policy::load`](crate::Policy::load).
///
/// Two expressions are equal when they mean the same tree, wherever white space and needless brackets stand.
/// `Display` writes it in one form; reading that again gives an equal expression.
///
/// ```
/// use postrider_policy::Expression;
///
/// let e: Expression = "not(dkim==pass  or spf == pass)".parse()?;
/// assert_eq!(e.to_string(), "not (dkim == pass or spf == pass)");
/// # Ok::<(), postrider_policy::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    root: Node,
}

/// One part of an expression and its place.
#[derive(Clone, Debug, Eq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: NodeKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    /// Two sides or more.
    Or(Vec<Node>),
    /// Two sides or more.
    And(Vec<Node>),
    Not(Box<Node>),
    Compare(Op, Box<Node>, Box<Node>),
    Call(String, Vec<Node>),
    List(Vec<Node>),
    Name(String),
    Text(String),
    Number(i64),
    Address(IpAddr),
    Network(Network),
    Result(Verdict),
    Bool(bool),
}

/// What stands between the sides of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    NotIn,
}

impl NodeKind {
    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A network, or an address as the network that holds nothing else.
    pub(crate) fn as_network(&self) -> Option<Network> {
        if let Self::Address(address) = self {
            return Some(Network::host(*address));
        }
        if let Self::Network(network) = self { Some(*network) } else { None }
    }

    pub(crate) const fn as_result(&self) -> Option<Verdict> {
        if let Self::Result(verdict) = self { Some(*verdict) } else { None }
    }
}

impl Op {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::In => "in",
            Self::NotIn => "not in",
        }
    }
}

/// Spans do not make expressions different.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Expression {
    /// Reads a condition.
    ///
    /// # Errors
    /// [`ParseError`] with the place and what was expected there.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse::parse(text).map(|root| Self { root })
    }

    pub(crate) const fn root(&self) -> &Node {
        &self.root
    }
}

impl FromStr for Expression {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::parse(text)
    }
}
