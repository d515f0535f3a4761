//! MX data: `preference exchange` (RFC 1035 §3.3.9, RFC 5321 §5.1, RFC 7505).

use super::{Lint, TxtRecord, tags};
use crate::code::Code;
use postrider_core::Span;
use postrider_resolver::Name;
use std::net::IpAddr;

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    let whole = tags::trimmed(text, Span::new(0, text.len()));
    match read(text) {
        Some((_, _, target)) => one(text, target).into_iter().collect(),
        None => vec![Lint::new(Code::MxSyntax, whole, "a number and a name are expected")],
    }
}

fn one(text: &[u8], target: Span) -> Option<Lint> {
    let shown = String::from_utf8_lossy(target.of(text)).into_owned();
    let bare = shown.trim_end_matches('.').trim_matches(['[', ']']);
    if bare.parse::<IpAddr>().is_ok() {
        let what = format!("the exchanger {bare} is an address; it must be a name");
        return Some(Lint::new(Code::MxIp, target, what));
    }
    None
}

/// Preference, exchange and where that stands.
fn read(text: &[u8]) -> Option<(u16, Name, Span)> {
    let whole = tags::trimmed(text, Span::new(0, text.len()));
    let inner = std::str::from_utf8(whole.of(text)).ok()?;
    let (preference, target) = inner.split_once([' ', '\t'])?;
    let target = target.trim_start();
    let span = Span::new(whole.end - target.len(), whole.end);
    let name = match target {
        "." => Name::root(),
        target => Name::parse(target.trim_end_matches('.').trim_matches(['[', ']'])).ok()?,
    };
    Some((preference.parse().ok()?, name, span))
}

/// What is wrong with a record because of those before it.
pub(super) fn beside(records: &[TxtRecord], n: usize) -> Option<Lint> {
    let (_, name, span) = read(records.get(n)?.text())?;
    let others = || {
        let rest = records.iter().enumerate().filter(move |(i, _)| *i != n);
        rest.filter_map(|(i, r)| Some((i, read(r.text())?.1)))
    };
    let lint = if name.is_root() && others().any(|(_, other)| !other.is_root()) {
        Lint::new(Code::MxNullMixed, span, "a null MX stands beside other exchangers")
    } else if others().any(|(i, other)| i < n && other == name) {
        Lint::new(Code::MxDup, span, format!("{name} stands twice"))
    } else {
        return None;
    };
    Some(Lint { record: n, ..lint })
}
