//! `name=value; name=value` as far as it can be read, for a linter that goes on behind a fault.

use crate::code::Code;
use crate::lint::Lint;
use postrider_core::Span;

/// What stands between two semicolons.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) name: &'a [u8],
    /// Nothing where there is no `=`.
    pub(super) value: Option<&'a [u8]>,
    /// Name and value without white space around them.
    pub(super) span: Span,
    pub(super) value_span: Span,
    /// From the semicolon before it, so that removing it leaves a list.
    pub(super) with_separator: Span,
}

impl Part<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// The parts that hold something.
pub(super) fn parts(text: &[u8]) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    for raw in text.split(|&b| b == b';') {
        let whole = Span::new(at, at + raw.len());
        at = whole.end + 1;
        let span = trimmed(text, whole);
        if span.is_empty() {
            continue;
        }
        let inner = span.of(text);
        let equals = inner.iter().position(|&b| b == b'=').map(|i| span.start + i);
        let name_end = equals.unwrap_or(span.end);
        let value_span = trimmed(text, Span::new(equals.map_or(span.end, |e| e + 1), span.end));
        out.push(Part {
            name: trimmed(text, Span::new(span.start, name_end)).of(text),
            value: equals.map(|_| value_span.of(text)),
            span,
            value_span,
            with_separator: Span::new(whole.start.saturating_sub(1), whole.end),
        });
    }
    out
}

/// The first tag of a name.
pub(super) fn find<'a>(parts: &[Part<'a>], name: &str) -> Option<Part<'a>> {
    parts.iter().find(|p| p.is(name)).copied()
}

pub(super) fn trimmed(text: &[u8], span: Span) -> Span {
    let octets = span.of(text);
    let is_blank = |b: &u8| b.is_ascii_whitespace();
    let head = octets.iter().take_while(|b| is_blank(b)).count();
    let tail = octets.iter().rev().take_while(|b| is_blank(b)).count();
    Span::new(span.start + head, span.end.saturating_sub(tail).max(span.start + head))
}

/// The faults that all lists share: another first tag than `v=VERSION`, text without `=`, a tag
/// twice, a tag that is not known.
pub(super) fn common(text: &[u8], code: Code, version: &str, known: &[&str]) -> Vec<Lint> {
    let parts = parts(text);
    let mut out = Vec::new();
    let wanted = format!("v={version}");
    match parts.first() {
        Some(p) if p.is("v") && p.value == Some(version.as_bytes()) => {}
        Some(p)
            if p.is("v") && p.value.is_some_and(|v| v.eq_ignore_ascii_case(version.as_bytes())) =>
        {
            let what = format!("the version is written {version}, case counts");
            out.push(Lint::new(code, p.value_span, what).replace(p.value_span, version));
        }
        _ if text.to_ascii_lowercase().starts_with(b"v=spf1") => {
            let what = format!("an SPF record stands where {wanted} should");
            out.push(Lint::new(code, Span::new(0, 6), what));
        }
        _ => {
            let what = format!("the record does not begin with {wanted}");
            out.push(Lint::new(code, parts.first().map_or(Span::at(0), |p| p.span), what));
        }
    }
    for (n, part) in parts.iter().enumerate().skip(1) {
        let name = String::from_utf8_lossy(part.name).into_owned();
        if part.value.is_none() {
            out.push(Lint::new(code, part.span, "text without ="));
        } else if parts.iter().take(n).any(|p| p.name.eq_ignore_ascii_case(part.name)) {
            let lint = Lint::new(code, part.span, format!("{} stands twice", shown(&name)));
            out.push(lint.replace(part.with_separator, ""));
        } else if !known.iter().any(|k| part.is(k)) {
            let lint = Lint::new(code, part.span, format!("unknown tag {}", shown(&name)));
            let lint = lint.with_level(crate::Level::Risky);
            out.push(lint.replace(part.with_separator, ""));
        }
    }
    out
}

/// A word of the record within a sentence.
pub(super) fn shown(text: &str) -> String {
    postrider_core::SafeText::escaped(text.as_bytes()).truncated(40).as_str().to_owned()
}
