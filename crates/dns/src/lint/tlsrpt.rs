//! TLSRPT (RFC 8460 §3).

use super::{Lint, tags};
use crate::code::Code;
use postrider_core::Span;
use postrider_dmarc::Uri;

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    let parts = tags::parts(text);
    let extensions: Vec<&str> =
        parts.iter().filter_map(|p| std::str::from_utf8(p.name).ok()).collect();
    let mut out = tags::common(text, Code::TlsrptSyntax, "TLSRPTv1", &extensions);
    let Some(rua) = tags::find(&parts, "rua") else {
        out.push(Lint::new(Code::TlsrptSyntax, Span::at(text.len()), "no rua= tag"));
        return out;
    };
    for (n, raw) in rua.value.unwrap_or_default().split(|&b| b == b',').enumerate() {
        let uri = raw.trim_ascii();
        // "tlsrpt-uri": mailto or https.
        let valid =
            Uri::parse(uri).is_ok_and(|u| matches!(u.scheme().as_str(), "mailto" | "https"));
        if !valid {
            let what = format!("URI {} is neither mailto: nor https:", n + 1);
            let lint = Lint::new(Code::TlsrptSyntax, rua.value_span, what);
            out.push(match std::str::from_utf8(uri) {
                Ok(address) if n == 0 && address.contains('@') && !address.contains(':') => {
                    lint.replace(Span::at(rua.value_span.start), "mailto:")
                }
                _ => lint,
            });
        }
    }
    out
}
