//! Quoted literals and lists, which take their type from the other side.

use super::{Fault, Typed};
use crate::ast::{Node, NodeKind};
use crate::error::Problem;
use crate::expr::Term;
use crate::lexer::{TokenKind, classify};
use crate::value::{Item, Type, Value, Verdict};
use postrider_core::{DomainName, Mailbox, Span};
use std::sync::Arc;

/// Whether the type of `node` depends on what it is compared with.
pub(super) fn is_untyped(node: &Node) -> bool {
    if let NodeKind::List(items) = &node.kind {
        return items.iter().all(is_untyped);
    }
    node.kind.as_text().is_some()
}

/// A quoted literal: a Domain or Email where one is wanted, else Text.
pub(super) fn text(text: &str, span: Span, want: Type) -> Result<Typed, Fault> {
    let within = |problem| Fault::new(span, problem);
    let value = match wanted(want) {
        Some(Item::Domain) => Value::Domain(domain(text).map_err(within)?),
        Some(Item::Email) => Value::Email(email(text).map_err(within)?.map(Arc::new)),
        Some(Item::Text | Item::Network | Item::Result) | None => Value::text(text),
    };
    let ty = value.type_of().unwrap_or(Type::Text);
    Ok((Term::Const(value), ty))
}

fn domain(text: &str) -> Result<Option<DomainName>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    DomainName::parse(text).map(Some).map_err(|e| no(text, Type::Domain, &e))
}

fn email(text: &str) -> Result<Option<Mailbox>, Problem> {
    if text.is_empty() {
        return Ok(None);
    }
    Mailbox::parse(text.as_bytes()).map(Some).map_err(|e| no(text, Type::Email, &e))
}

fn no(text: &str, ty: Type, why: &dyn std::fmt::Display) -> Problem {
    Problem::Literal { text: text.to_owned(), ty, why: why.to_string() }
}

/// A list literal; its elements take their type from `want`, or else from the first of them.
pub(super) fn list(items: &[Node], want: Type) -> Result<Typed, Fault> {
    let item = match items.first() {
        Some(first) => element_type(first, want).map_err(|p| Fault::new(first.span, p))?,
        None => wanted(want).unwrap_or(Item::Text),
    };
    let mixed = |node: &Node| {
        let problem = Problem::MixedList { first: item.as_type(), other: literal_type(node) };
        Fault::new(node.span, problem)
    };
    let element = |node: &Node| node.kind.as_text().map(str::to_owned).ok_or_else(|| mixed(node));
    let value = match item {
        Item::Text => Value::Texts(each(items, |node| Ok(element(node)?.into()))?),
        Item::Domain => Value::Domains(each(items, |node| {
            let text = element(node)?;
            DomainName::parse(&text).map_err(|e| Fault::new(node.span, no(&text, Type::Domain, &e)))
        })?),
        Item::Email => Value::Emails(each(items, |node| {
            let text = element(node)?;
            Mailbox::parse(text.as_bytes())
                .map_err(|e| Fault::new(node.span, no(&text, Type::Email, &e)))
        })?),
        Item::Network => {
            Value::Networks(each(items, |node| node.kind.as_network().ok_or_else(|| mixed(node)))?)
        }
        Item::Result => {
            Value::Results(each(items, |node| node.kind.as_result().ok_or_else(|| mixed(node)))?)
        }
    };
    Ok((Term::Const(value), Type::List(item)))
}

fn each<T>(items: &[Node], one: impl Fn(&Node) -> Result<T, Fault>) -> Result<Arc<[T]>, Fault> {
    items.iter().map(one).collect()
}

/// What the elements of a list are when they are to hold, or be compared with, a `want`.
const fn wanted(want: Type) -> Option<Item> {
    match want {
        Type::Text => Some(Item::Text),
        Type::Domain => Some(Item::Domain),
        Type::Email => Some(Item::Email),
        Type::Address | Type::Network => Some(Item::Network),
        Type::Result => Some(Item::Result),
        Type::List(item) => Some(item),
        Type::Bool | Type::Int => None,
    }
}

fn element_type(first: &Node, want: Type) -> Result<Item, Problem> {
    match literal_type(first) {
        Type::Text => Ok(match wanted(want) {
            Some(item @ (Item::Domain | Item::Email)) => item,
            _ => Item::Text,
        }),
        Type::Address | Type::Network => Ok(Item::Network),
        Type::Result => Ok(Item::Result),
        ty @ (Type::Bool | Type::Int | Type::Domain | Type::Email | Type::List(_)) => {
            Err(Problem::NoList { ty })
        }
    }
}

/// The type of a literal that stands alone.
const fn literal_type(node: &Node) -> Type {
    match &node.kind {
        NodeKind::Number(_) => Type::Int,
        NodeKind::Address(_) => Type::Address,
        NodeKind::Network(_) => Type::Network,
        NodeKind::Result(_) => Type::Result,
        NodeKind::Text(_) | NodeKind::Name(_) | NodeKind::List(_) => Type::Text,
        NodeKind::Bool(_)
        | NodeKind::Or(_)
        | NodeKind::And(_)
        | NodeKind::Not(_)
        | NodeKind::Compare(..)
        | NodeKind::Call(..) => Type::Bool,
    }
}

/// Adds what to write instead to a comparison that does not fit.
pub(super) fn advise(problem: Problem, sides: (&Node, &Node)) -> Problem {
    let Problem::Compare { left, right, .. } = problem else {
        return problem;
    };
    let advice = match (left, right) {
        (Type::Address, Type::Network) => "; use `in`".to_owned(),
        (_, Type::List(item)) if item.as_type() == left => "; use `in`".to_owned(),
        (ty, Type::Text) => unquoted(sides.1, ty),
        (Type::Text, ty) => unquoted(sides.0, ty),
        _ => String::new(),
    };
    Problem::Compare { left, right, advice }
}

/// `; write 10 without quotes`, if the literal would then be of type `ty`.
fn unquoted(node: &Node, ty: Type) -> String {
    let NodeKind::Text(text) = &node.kind else {
        return String::new();
    };
    let fits = match classify(text) {
        Ok(TokenKind::Number(_)) => ty == Type::Int,
        Ok(TokenKind::Address(_)) => ty == Type::Address,
        Ok(TokenKind::Network(_)) => matches!(ty, Type::Network | Type::List(Item::Network)),
        Ok(TokenKind::Word(word)) if ty == Type::Result => Verdict::from_word(&word).is_some(),
        Ok(TokenKind::Word(word)) => ty == Type::Bool && matches!(&*word, "true" | "false"),
        Ok(_) | Err(_) => false,
    };
    if fits { format!("; write {text} without quotes") } else { String::new() }
}
