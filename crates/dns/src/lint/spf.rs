//! SPF (RFC 7208): the verifier's own parser, then what a well-formed record should not say.

use super::Lint;
use crate::code::Code;
use crate::spf::{MAX_LOOKUPS, MIN_PREFIX_4, MIN_PREFIX_6};
use postrider_core::Span;
use postrider_spf::macros::MacroFault;
use postrider_spf::record::{Directive, FaultKind, Mechanism, Qualifier, Term, TermKind};
use postrider_spf::{Fault, Record};
use std::net::IpAddr;

/// RFC 7208 §3.4: text of "450 octets or less" fits an answer of 512 with everything else.
const MAX_SHORT: usize = 450;

pub(super) fn lint(text: &[u8]) -> Vec<Lint> {
    if !postrider_spf::is_spf(text) {
        return vec![no_version(text)];
    }
    match Record::parse(text) {
        Err(faults) => faults.iter().map(|fault| syntax(text, fault)).collect(),
        Ok(record) => meaning(&record),
    }
}

/// Text that receivers do not take for an SPF record.
fn no_version(text: &[u8]) -> Lint {
    let lower = text.to_ascii_lowercase();
    let whole = Span::new(0, text.len());
    if lower.starts_with(b"spf2.0") {
        let what = "spf2.0 is Sender ID, which RFC 7208 and all receivers leave out";
        return Lint::new(Code::SpfType99, Span::new(0, 6), what);
    }
    let unquoted: Vec<u8> = text.iter().copied().filter(|b| *b != b'"').collect();
    if postrider_spf::is_spf(&unquoted) {
        let quote = text.iter().position(|b| *b == b'"').unwrap_or_default();
        let lint =
            Lint::new(Code::SpfSyntax, Span::new(quote, quote + 1), "quotes are part of the text");
        return lint.replace(whole, String::from_utf8_lossy(&unquoted));
    }
    if lower.starts_with(b"v=spf1") {
        let span = Span::new(6, 7);
        let lint =
            Lint::new(Code::SpfSyntax, span, "v=spf1 is followed by something else than a space");
        return match span.of(text) {
            b";" | b"," | b"\t" => lint.replace(span, " "),
            _ => lint.replace(Span::at(6), " "),
        };
    }
    let end = text.iter().position(|b| *b == b' ').unwrap_or(text.len()).min(16);
    let span = Span::new(0, end);
    Lint::new(Code::SpfSyntax, span, "the record does not begin with v=spf1")
}

fn syntax(text: &[u8], fault: &Fault) -> Lint {
    let is_macro = matches!(fault.kind, FaultKind::Macro(m) if m != MacroFault::DomainEnd);
    let code = if is_macro { Code::SpfMacro } else { Code::SpfSyntax };
    let term = term_around(text, fault.span.start);
    let lint = Lint::new(code, fault.span, fault.kind.to_string());
    match correction(term.of(text), &fault.kind) {
        Some(instead) => lint.replace(term, instead),
        None => lint,
    }
}

/// The term that an octet stands in.
fn term_around(text: &[u8], at: usize) -> Span {
    let before = text.get(..at).unwrap_or(text);
    let behind = text.get(at..).unwrap_or_default();
    let start = before.iter().rposition(|b| *b == b' ').map_or(0, |i| i + 1);
    let end = behind.iter().position(|b| *b == b' ').map_or(text.len(), |i| at + i);
    Span::new(start, end)
}

/// What a malformed term is meant to be, where that is plain.
fn correction(term: &[u8], fault: &FaultKind) -> Option<String> {
    let term = std::str::from_utf8(term).ok()?;
    let body = term.trim_start_matches(['+', '-', '~', '?']);
    let sign = term.strip_suffix(body)?;
    let (name, argument) = body.split_once([':', '=']).unwrap_or((body, ""));
    let name = name.to_ascii_lowercase();
    let address = |text: &str| text.split('/').next().and_then(|a| a.parse::<IpAddr>().ok());
    match (name.as_str(), fault) {
        ("ipv4" | "ip" | "ip4", _) if address(argument).is_some_and(|a| a.is_ipv4()) => {
            Some(format!("{sign}ip4:{argument}"))
        }
        ("ipv6" | "ip" | "ip6" | "ip4", _) if address(argument).is_some_and(|a| a.is_ipv6()) => {
            Some(format!("{sign}ip6:{argument}"))
        }
        ("a" | "mx" | "include", FaultKind::Macro(MacroFault::DomainEnd)) => {
            let family = if address(argument)?.is_ipv4() { "ip4" } else { "ip6" };
            Some(format!("{sign}{family}:{argument}"))
        }
        ("include", FaultKind::QualifiedModifier | FaultKind::NoArgument)
            if !argument.is_empty() =>
        {
            Some(format!("{sign}include:{argument}"))
        }
        ("all", FaultKind::Argument) => Some(format!("{sign}all")),
        _ => {
            let bare = term.trim_end_matches([';', ',']);
            (bare.len() < term.len()).then(|| bare.to_owned())
        }
    }
}

/// What a well-formed record should not say.
fn meaning(record: &Record) -> Vec<Lint> {
    let mut out = Vec::new();
    end(record, &mut out);
    let mut lookups = 0;
    for (n, term) in record.terms().iter().enumerate() {
        let before = record.terms().get(..n).unwrap_or_default();
        if asks(&term.kind) {
            lookups += 1;
            if lookups == MAX_LOOKUPS + 1 {
                let what = format!("this is look-up {lookups}, {MAX_LOOKUPS} are allowed");
                out.push(Lint::new(Code::SpfLookups, term.span, what));
            }
        }
        out.extend(one_term(record, term, before));
    }
    let length = record.text().len();
    if length > MAX_SHORT {
        let what = format!("{length} octets; {MAX_SHORT} fit an answer safely");
        out.push(Lint::new(Code::SpfLong, Span::new(MAX_SHORT, length), what));
    }
    out
}

const fn asks(kind: &TermKind) -> bool {
    match kind {
        TermKind::Directive(d) => d.mechanism.asks_dns(),
        TermKind::Redirect(_) => true,
        TermKind::Explanation(_) | TermKind::Unknown(_) => false,
    }
}

/// How the record ends, and what stands behind its end.
fn end(record: &Record, out: &mut Vec<Lint>) {
    let mut all: Option<Span> = None;
    for (span, directive) in record.directives() {
        if all.is_some() {
            let what = format!("{} stands behind all and is never used", record.text_of(span));
            out.push(Lint::new(Code::SpfAfterAll, span, what).replace(with_space(span), ""));
        } else if directive.mechanism == Mechanism::All {
            all = Some(span);
            let text = record.text_of(span);
            match directive.qualifier {
                Qualifier::Pass => {
                    let what = format!("{text} lets any host pass SPF");
                    out.push(Lint::new(Code::SpfPlusAll, span, what).replace(span, "-all"));
                }
                Qualifier::Neutral => {
                    let what = format!("{text} says nothing about other hosts");
                    out.push(Lint::new(Code::SpfNeutralAll, span, what).replace(span, "-all"));
                }
                Qualifier::Fail | Qualifier::SoftFail => {}
            }
        }
    }
    let redirect = record.terms().iter().find(|t| matches!(t.kind, TermKind::Redirect(_)));
    match (all, redirect) {
        (Some(_), Some(term)) => {
            let what = "redirect beside all is ignored";
            let lint = Lint::new(Code::SpfAfterAll, term.span, what);
            out.push(lint.replace(with_space(term.span), ""));
        }
        (None, None) => {
            let at = Span::at(record.text().len());
            let what = "neither all nor redirect: nothing is said about other hosts";
            out.push(Lint::new(Code::SpfNeutralAll, at, what).replace(at, " -all"));
        }
        _ => {}
    }
}

/// The term and the space before it.
const fn with_space(span: Span) -> Span {
    Span::new(span.start.saturating_sub(1), span.end)
}

fn one_term(record: &Record, term: &Term, before: &[Term]) -> Option<Lint> {
    let text = record.text_of(term.span);
    if before.iter().any(|t| t.kind == term.kind) {
        let lint = Lint::new(Code::SpfDuplicate, term.span, format!("{text} stands twice"));
        return Some(lint.replace(with_space(term.span), ""));
    }
    let TermKind::Directive(directive) = &term.kind else {
        return None;
    };
    if is_wide(&directive.mechanism) {
        let what = format!("{text} is wider than /{MIN_PREFIX_4} (IPv6: /{MIN_PREFIX_6})");
        return Some(Lint::new(Code::SpfTooWide, term.span, what));
    }
    if matches!(directive.mechanism, Mechanism::Ptr(_)) {
        return Some(Lint::new(Code::SpfPtr, term.span, "ptr should not be published"));
    }
    let outer = record.terms().iter().find(|other| holds(other, directive))?;
    let what = format!("{text} lies inside {}", record.text_of(outer.span));
    Some(Lint::new(Code::SpfOverlap, term.span, what).replace(with_space(term.span), ""))
}

pub(crate) fn is_wide(mechanism: &Mechanism) -> bool {
    match mechanism {
        Mechanism::Ip4(network) => network.prefix.is_some_and(|p| p.bits() < MIN_PREFIX_4),
        Mechanism::Ip6(network) => network.prefix.is_some_and(|p| p.bits() < MIN_PREFIX_6),
        Mechanism::A(host) | Mechanism::Mx(host) => {
            host.prefix.ip4.is_some_and(|p| p.bits() < MIN_PREFIX_4)
                || host.prefix.ip6.is_some_and(|p| p.bits() < MIN_PREFIX_6)
        }
        Mechanism::All | Mechanism::Include(_) | Mechanism::Ptr(_) | Mechanism::Exists(_) => false,
    }
}

/// Whether another term has the same qualifier and a truly larger network around this one's.
fn holds(other: &Term, inner: &Directive) -> bool {
    let TermKind::Directive(outer) = &other.kind else {
        return false;
    };
    if outer.qualifier != inner.qualifier {
        return false;
    }
    match (&outer.mechanism, &inner.mechanism) {
        (Mechanism::Ip4(o), Mechanism::Ip4(i)) => {
            o.prefix.unwrap_or_default().bits() < i.prefix.unwrap_or_default().bits()
                && o.contains(i.address)
        }
        (Mechanism::Ip6(o), Mechanism::Ip6(i)) => {
            o.prefix.unwrap_or_default().bits() < i.prefix.unwrap_or_default().bits()
                && o.contains(i.address)
        }
        _ => false,
    }
}
