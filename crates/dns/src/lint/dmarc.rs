//! DMARC (RFC 9989): the verifier's own parser with its warnings, then what the policy should not say.

use super::{Lint, tags};
use crate::code::{Code, Level};
use postrider_core::Span;
use postrider_dmarc::{Disposition, Problem, Record, Testing, Warning};

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    let Some(parsed) = Record::parse(text) else {
        return vec![no_version(text)];
    };
    let parts = tags::parts(text);
    let record = &parsed.record;
    let mut out: Vec<Lint> =
        parsed.warnings.iter().map(|w| warning(text, &parts, w, record)).collect();
    let place =
        |name: &str| tags::find(&parts, name).map_or_else(|| Span::at(text.len()), |p| p.span);
    let policy = record.policy.unwrap_or(Disposition::None);
    if record.policy == Some(Disposition::None) {
        let what = "p=none asks receivers for nothing but reports";
        out.push(Lint::new(Code::DmarcNone, place("p"), what));
    }
    for (name, sub) in [("sp", record.subdomains), ("np", record.nonexistent)] {
        if policy != Disposition::None && sub == Some(Disposition::None) {
            let what = format!("{name}=none leaves subdomains open under p={policy}");
            let lint = Lint::new(Code::DmarcSubWeak, place(name), what);
            out.push(match tags::find(&parts, name) {
                Some(part) => lint.replace(part.with_separator, ""),
                None => lint,
            });
        }
    }
    if record.testing == Testing::On {
        let what = "t=y: receivers apply the next milder policy";
        let lint = Lint::new(Code::DmarcTest, place("t"), what);
        out.push(match tags::find(&parts, "t") {
            Some(part) => lint.replace(part.with_separator, ""),
            None => lint,
        });
    }
    if tags::find(&parts, "rua").is_none() {
        let what = "no rua= tag: nobody sends aggregate reports";
        out.push(Lint::new(Code::DmarcRuaMissing, Span::at(text.len()), what));
    }
    out
}

fn warning(text: &[u8], parts: &[tags::Part<'_>], w: &Warning, record: &Record) -> Lint {
    let what = w.to_string();
    let what = what.rsplit_once(" (octet").map_or(what.as_str(), |(what, _)| what).to_owned();
    let part = parts.iter().find(|p| p.span.start == w.span.start);
    let without = |lint: Lint| match part {
        Some(part) => lint.replace(part.with_separator, ""),
        None => lint,
    };
    match w.problem {
        Problem::Removed => without(Lint::new(Code::DmarcOldTags, w.span, what)),
        Problem::SizeLimit => Lint::new(Code::DmarcOldTags, w.span, what),
        Problem::Unknown => {
            without(Lint::new(Code::DmarcSyntax, w.span, what).with_level(Level::Risky))
        }
        Problem::NoPolicy => {
            let level = match record.aggregate.is_empty() {
                true => Level::Broken,
                false => Level::Risky,
            };
            let at = parts.first().map_or(0, |v| v.span.end);
            let lint =
                Lint::new(Code::DmarcSyntax, Span::at(at), "no p= tag: receivers apply no policy");
            lint.with_level(level).replace(Span::at(at), "; p=none")
        }
        Problem::Duplicate => without(Lint::new(Code::DmarcSyntax, w.span, what)),
        Problem::BadValue if w.span.of(text).contains(&b',') => {
            let fixed = String::from_utf8_lossy(w.span.of(text)).replace(',', ";");
            let what = format!("{what}: a comma stands where a semicolon should");
            Lint::new(Code::DmarcSyntax, w.span, what).replace(w.span, fixed)
        }
        Problem::BadUri => {
            let lint = Lint::new(Code::DmarcSyntax, w.span, what);
            bare_address(text, part, lint)
        }
        Problem::BadValue
        | Problem::BadName
        | Problem::NoEquals
        | Problem::TooManyUris
        | Problem::TooManyTags
        | _ => Lint::new(Code::DmarcSyntax, w.span, what),
    }
}

/// Puts `mailto:` before an address that stands there alone.
fn bare_address(text: &[u8], part: Option<&tags::Part<'_>>, lint: Lint) -> Lint {
    let Some(part) = part else {
        return lint;
    };
    let value = String::from_utf8_lossy(part.value_span.of(text)).into_owned();
    let fixed: Vec<String> = value
        .split(',')
        .map(|uri| match uri.trim() {
            uri if uri.contains('@') && !uri.contains(':') => format!("mailto:{uri}"),
            uri => uri.to_owned(),
        })
        .collect();
    match fixed.join(",") {
        fixed if fixed != value => lint.replace(part.value_span, fixed),
        _ => lint,
    }
}

/// Text that receivers do not take for a DMARC record.
fn no_version(text: &[u8]) -> Lint {
    let parts = tags::parts(text);
    let first = parts.first().map_or(Span::at(0), |p| p.span);
    if text.to_ascii_lowercase().starts_with(b"v=spf1") {
        let what = "an SPF record stands where a DMARC record should";
        return Lint::new(Code::DmarcSyntax, Span::new(0, 6), what);
    }
    match parts.iter().position(|p| p.is("v")) {
        Some(0) => {
            let part = parts.first().copied();
            let value = part.map_or(first, |p| p.value_span);
            let lint =
                Lint::new(Code::DmarcSyntax, value, "the version is written DMARC1, case counts");
            let alike = value.of(text).eq_ignore_ascii_case(b"DMARC1");
            if alike { lint.replace(first, "v=DMARC1") } else { lint }
        }
        Some(_) => Lint::new(Code::DmarcSyntax, first, "v=DMARC1 is not the first tag"),
        None => {
            Lint::new(Code::DmarcSyntax, Span::at(0), "the record does not begin with v=DMARC1")
                .replace(Span::at(0), "v=DMARC1; ")
        }
    }
}
