//! TLSA data: `usage selector matching-type hex` (RFC 6698 §2.2, RFC 7672 §3.1).

use super::Lint;
use crate::code::Code;
use postrider_core::Span;

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    let words = words(text);
    let bad = |span, what: String| Lint::new(Code::DaneSyntax, span, what);
    let [usage, selector, matching, data @ ..] = words.as_slice() else {
        return vec![bad(Span::new(0, text.len()), "three numbers and data are expected".into())];
    };
    let mut out = Vec::new();
    for (span, name, max) in
        [(usage, "usage", 3), (selector, "selector", 1), (matching, "matching type", 2)]
    {
        if number(text, *span).is_none_or(|n| n > max) {
            out.push(bad(*span, format!("the {name} is a number from 0 to {max}")));
        }
    }
    // RFC 7672 §3.1.3: "SMTP clients […] SHOULD treat such TLSA records as unusable", of usage 0 and 1.
    if let Some(n @ (0 | 1)) = number(text, *usage) {
        out.push(Lint::new(Code::DaneUsage, *usage, format!("usage {n} is not usable for SMTP")));
    }
    let from = data.first().map_or(text.len(), |s| s.start);
    let span = Span::new(from, data.last().map_or(text.len(), |s| s.end));
    let digits = data.iter().map(Span::len).sum::<usize>();
    let hex = data.iter().all(|s| s.of(text).iter().all(u8::is_ascii_hexdigit));
    let wanted = match number(text, *matching) {
        Some(1) => Some(64),
        Some(2) => Some(128),
        _ => None,
    };
    if !hex || digits == 0 || digits % 2 != 0 {
        out.push(bad(span, "the data are pairs of hexadecimal digits".into()));
    } else if let Some(wanted) = wanted.filter(|w| *w != digits) {
        out.push(bad(span, format!("a digest of {wanted} hexadecimal digits is expected")));
    }
    out
}

fn words(text: &[u8]) -> Vec<Span> {
    let mut out = Vec::new();
    let mut at = 0;
    for word in text.split(|b| b.is_ascii_whitespace()) {
        if !word.is_empty() {
            out.push(Span::new(at, at + word.len()));
        }
        at += word.len() + 1;
    }
    out
}

fn number(text: &[u8], span: Span) -> Option<u8> {
    std::str::from_utf8(span.of(text)).ok()?.parse().ok()
}
