//! BIMI (draft-brand-indicators-for-message-identification §4.2).

use super::{Lint, tags};
use crate::code::{Code, Level};
use postrider_core::Span;

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    let parts = tags::parts(text);
    let mut out =
        tags::common(text, Code::BimiSyntax, "BIMI1", &["v", "l", "a", "e", "avp", "lps"]);
    let bad = |span, what: &str| Lint::new(Code::BimiSyntax, span, what);
    for part in &parts {
        let value = part.value.unwrap_or_default();
        if part.is("l") && !value.is_empty() && !is_https(value) {
            out.push(bad(part.value_span, "l= is an https: URI of an SVG file, or empty"));
        } else if part.is("a") && !value.is_empty() && !is_https(value) {
            out.push(bad(part.value_span, "a= is an https: URI of a certificate, or empty"));
        } else if part.is("avp") && !matches!(value, b"brand" | b"personal") {
            out.push(bad(part.value_span, "avp= is brand or personal"));
        } else if part.is("lps") && !value.split(|&b| b == b',').all(|w| is_prefix(w.trim_ascii()))
        {
            out.push(bad(
                part.value_span,
                "lps= is a list of words of letters, digits and hyphens",
            ));
        }
    }
    if tags::find(&parts, "l").is_none() {
        let lint = bad(Span::at(text.len()), "no l= tag: there is no logo");
        out.push(lint.with_level(Level::Note));
    }
    out
}

fn is_https(value: &[u8]) -> bool {
    let (scheme, rest) = value.split_at_checked(8).unwrap_or((value, &[]));
    scheme.eq_ignore_ascii_case(b"https://")
        && !rest.is_empty()
        && rest.iter().all(|b| b.is_ascii_graphic() && *b != b',')
}

fn is_prefix(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}
