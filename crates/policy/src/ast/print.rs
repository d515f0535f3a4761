//! Writing an expression: the inverse of parsing.

use super::{Expression, Node, NodeKind};
use std::fmt::{self, Display};

impl Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.root().fmt(f)
    }
}

/// How tightly a node binds: an operand that binds no tighter than its parent needs brackets.
const fn binding(kind: &NodeKind) -> u8 {
    match kind {
        NodeKind::Or(_) => 0,
        NodeKind::And(_) => 1,
        NodeKind::Not(_) => 2,
        NodeKind::Compare(..) => 3,
        NodeKind::Call(..)
        | NodeKind::List(_)
        | NodeKind::Name(_)
        | NodeKind::Text(_)
        | NodeKind::Number(_)
        | NodeKind::Address(_)
        | NodeKind::Network(_)
        | NodeKind::Result(_)
        | NodeKind::Bool(_) => 4,
    }
}

/// Writes `node` where at least `least` binding is needed.
fn operand(f: &mut fmt::Formatter<'_>, node: &Node, least: u8) -> fmt::Result {
    if binding(&node.kind) < least {
        return write!(f, "({node})");
    }
    node.fmt(f)
}

fn joined(f: &mut fmt::Formatter<'_>, nodes: &[Node], between: &str, least: u8) -> fmt::Result {
    for (i, node) in nodes.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        operand(f, node, least)?;
    }
    Ok(())
}

impl Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            NodeKind::Or(sides) => joined(f, sides, " or ", 1),
            NodeKind::And(sides) => joined(f, sides, " and ", 2),
            NodeKind::Not(inner) => {
                f.write_str("not ")?;
                operand(f, inner, 2)
            }
            NodeKind::Compare(op, left, right) => {
                operand(f, left, 4)?;
                write!(f, " {} ", op.as_str())?;
                operand(f, right, 4)
            }
            NodeKind::Call(name, values) => {
                write!(f, "{name}(")?;
                joined(f, values, ", ", 4)?;
                f.write_str(")")
            }
            NodeKind::List(items) => {
                f.write_str("[")?;
                joined(f, items, ", ", 4)?;
                f.write_str("]")
            }
            NodeKind::Name(name) => f.write_str(name),
            NodeKind::Text(text) => {
                write!(f, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            NodeKind::Number(number) => number.fmt(f),
            NodeKind::Address(address) => address.fmt(f),
            NodeKind::Network(network) => network.fmt(f),
            NodeKind::Result(verdict) => verdict.fmt(f),
            NodeKind::Bool(b) => b.fmt(f),
        }
    }
}
