//! Errors as people see them: one line, and the place marked below.

use super::{LoadError, Warning};
use postrider_core::Span;
use std::fmt;

impl fmt::Display for LoadError {
    /// ```text
    /// mini-mta.toml:58: rule `no-forgery`: no variable `listener.rol` at stage data; did you mean `listener.role`?
    ///   | listener.rol == "mx"
    ///   | ^^^^^^^^^^^^
    /// ```
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: rule `{}`: {}", self.at, self.id, self.problem)?;
        if let Some(name) = &self.suggestion {
            write!(f, "; did you mean `{name}`?")?;
        }
        match self.span {
            Some(span) => mark(f, &self.text, span),
            None => Ok(()),
        }
    }
}

/// The line in which `span` begins, and a caret under each of its characters.
fn mark(f: &mut fmt::Formatter<'_>, text: &str, span: Span) -> fmt::Result {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let (before, behind) = text.split_at_checked(start).unwrap_or((text, ""));
    let head = before.rsplit('\n').next().unwrap_or_default();
    let tail = behind.split('\n').next().unwrap_or_default();
    let marked = tail.get(..span.len()).unwrap_or(tail);
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let line: String = head.chars().chain(tail.chars()).map(plain).collect();
    let indent = " ".repeat(head.chars().count());
    let carets = "^".repeat(marked.chars().count().max(1));
    write!(f, "\n  | {}\n  | {indent}{carets}", line.trim_end())
}

impl std::error::Error for LoadError {}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: rule `{}`: {}", self.at, self.id, self.kind)
    }
}
