//! The parser of records: one function per rule of RFC 7208 §12, every fault with its place.

use super::{
    Directive, DualPrefix, Fault, FaultKind, HostSpec, Ip4Network, Ip6Network, Mechanism, Prefix,
    Qualifier, Record, Term, TermKind, UnknownModifier, VERSION, is_spf,
};
use crate::macros::{DomainSpec, MacroError, MacroString};
use postrider_core::Span;

/// A slice of the record that knows where it begins.
#[derive(Clone, Copy)]
struct Part<'a> {
    octets: &'a [u8],
    at: usize,
}

impl<'a> Part<'a> {
    const fn span(self) -> Span {
        Span::new(self.at, self.at + self.octets.len())
    }

    const fn fault(self, kind: FaultKind) -> Fault {
        Fault { span: self.span(), kind }
    }

    /// The parts before octet `at` and from it on.
    fn split(self, at: usize) -> (Self, Self) {
        let (head, tail) = self.octets.split_at_checked(at).unwrap_or((self.octets, &[]));
        (Part { octets: head, at: self.at }, Part { octets: tail, at: self.at + head.len() })
    }

    /// The part behind its first octet.
    fn behind_first(self) -> Self {
        self.split(1).1
    }

    const fn macro_fault(self, error: MacroError) -> Fault {
        let span = Span::new(self.at + error.span.start, self.at + error.span.end);
        Fault { span, kind: FaultKind::Macro(error.kind) }
    }

    fn text(self) -> Option<&'a str> {
        std::str::from_utf8(self.octets).ok()
    }
}

/// Most faults that are reported of one record; further terms are not read.
pub const MAX_FAULTS: usize = 100;
/// Octets of `include`, the longest name of a mechanism.
const LONGEST_NAME: usize = 7;
/// Terms for which room is made before they are seen.
const USUAL_TERMS: usize = 32;

pub(super) fn record(text: &[u8]) -> Result<Record, Vec<Fault>> {
    let whole = Part { octets: text, at: 0 };
    if !is_spf(text) {
        return Err(vec![whole.split(VERSION.len()).0.fault(FaultKind::Version)]);
    }
    // One allocation for any usual record; a record of many spaces reserves no more for them.
    let spaces = text.iter().filter(|b| **b == b' ').count();
    let mut terms = Vec::with_capacity(spaces.min(USUAL_TERMS));
    let mut faults = Vec::new();
    for part in parts(whole.split(VERSION.len()).1) {
        // Most terms of most records; whatever else, and every fault, takes the long way.
        if let Some(network) = part.octets.strip_prefix(b"ip4:").and_then(ip4_network) {
            let directive = Directive::new(Qualifier::Pass, Mechanism::Ip4(network));
            terms.push(Term { span: part.span(), kind: TermKind::Directive(directive) });
            continue;
        }
        match term(part) {
            Ok(kind) => {
                faults.extend(second(&terms, &kind).map(|kind| part.fault(kind)));
                terms.push(Term { span: part.span(), kind });
            }
            Err(fault) => faults.push(fault),
        }
        if faults.len() >= MAX_FAULTS {
            break;
        }
    }
    match whole.text() {
        Some(text) if faults.is_empty() => Ok(Record { text: text.into(), terms }),
        _ => Err(faults),
    }
}

/// `*( 1*SP term )`
fn parts(rest: Part<'_>) -> impl Iterator<Item = Part<'_>> {
    let mut at = rest.at;
    rest.octets
        .split(|&b| b == b' ')
        .map(move |octets| {
            let part = Part { octets, at };
            at += octets.len() + 1;
            part
        })
        .filter(|part| !part.octets.is_empty())
}

// §6, of redirect and exp: "These two modifiers MUST NOT appear in a record more than once each. If
// they do, then check_host() exits with a result of "permerror"."
fn second(terms: &[Term], kind: &TermKind) -> Option<FaultKind> {
    let (same, fault): (fn(&TermKind) -> bool, _) = match kind {
        TermKind::Redirect(_) => {
            (|k| matches!(k, TermKind::Redirect(_)), FaultKind::SecondRedirect)
        }
        TermKind::Explanation(_) => {
            (|k| matches!(k, TermKind::Explanation(_)), FaultKind::SecondExplanation)
        }
        TermKind::Directive(_) | TermKind::Unknown(_) => return None,
    };
    terms.iter().any(|t| same(&t.kind)).then_some(fault)
}

fn term(part: Part<'_>) -> Result<TermKind, Fault> {
    if let Some(i) = part.octets.iter().position(|b| !b.is_ascii_graphic()) {
        let octet = part.octets.get(i).copied().unwrap_or_default();
        let (at, _) = part.split(i).1.split(1);
        return Err(at.fault(FaultKind::Octet { octet }));
    }
    let (qualifier, unqualified) = qualifier(part);
    let end = unqualified.octets.iter().position(|b| matches!(b, b':' | b'/' | b'='));
    let (name, rest) = unqualified.split(end.unwrap_or(unqualified.octets.len()));
    match (rest.octets.first(), qualifier) {
        (Some(b'='), None) => modifier(name, rest.behind_first()),
        (Some(b'='), Some(_)) => Err(part.fault(FaultKind::QualifiedModifier)),
        (_, qualifier) => Ok(TermKind::Directive(Directive {
            qualifier: qualifier.unwrap_or_default(),
            mechanism: mechanism(name, rest)?,
        })),
    }
}

/// `qualifier = "+" / "-" / "?" / "~"`
fn qualifier(part: Part<'_>) -> (Option<Qualifier>, Part<'_>) {
    let qualifier = match part.octets.first() {
        Some(b'+') => Qualifier::Pass,
        Some(b'-') => Qualifier::Fail,
        Some(b'~') => Qualifier::SoftFail,
        Some(b'?') => Qualifier::Neutral,
        _ => return (None, part),
    };
    (Some(qualifier), part.behind_first())
}

/// `modifier = redirect / explanation / unknown-modifier`
fn modifier(name: Part<'_>, value: Part<'_>) -> Result<TermKind, Fault> {
    // name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." )
    let is_name = name.octets.first().is_some_and(u8::is_ascii_alphabetic)
        && name.octets.iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b));
    let Some(text) = name.text().filter(|_| is_name) else {
        return Err(name.fault(FaultKind::UnknownMechanism));
    };
    if text.eq_ignore_ascii_case("redirect") {
        return domain(value).map(TermKind::Redirect);
    }
    if text.eq_ignore_ascii_case("exp") {
        return domain(value).map(TermKind::Explanation);
    }
    let value = MacroString::parse(value.octets).map_err(|e| value.macro_fault(e))?;
    Ok(TermKind::Unknown(UnknownModifier { name: text.into(), value }))
}

/// `mechanism = ( all / include / a / mx / ptr / ip4 / ip6 / exists )`; `rest` begins with `:` or
/// `/` or is empty.
fn mechanism(name: Part<'_>, rest: Part<'_>) -> Result<Mechanism, Fault> {
    let mut lower = [0; LONGEST_NAME];
    let Some(lower) = lower.get_mut(..name.octets.len()) else {
        return Err(name.fault(FaultKind::UnknownMechanism));
    };
    lower.copy_from_slice(name.octets);
    lower.make_ascii_lowercase();
    match &*lower {
        b"ip4" => ip4(argument(rest)?).map(Mechanism::Ip4),
        b"ip6" => ip6(argument(rest)?).map(Mechanism::Ip6),
        b"include" => Ok(Mechanism::Include(domain(argument(rest)?)?)),
        b"a" => Ok(Mechanism::A(host_spec(rest)?)),
        b"mx" => Ok(Mechanism::Mx(host_spec(rest)?)),
        b"all" if rest.octets.is_empty() => Ok(Mechanism::All),
        b"all" => Err(rest.fault(FaultKind::Argument)),
        b"exists" => Ok(Mechanism::Exists(domain(argument(rest)?)?)),
        b"ptr" if rest.octets.is_empty() => Ok(Mechanism::Ptr(None)),
        b"ptr" => Ok(Mechanism::Ptr(Some(domain(argument(rest)?)?))),
        _ => Err(name.fault(FaultKind::UnknownMechanism)),
    }
}

/// What stands behind the colon; it may not be empty.
fn argument(rest: Part<'_>) -> Result<Part<'_>, Fault> {
    match rest.octets {
        [b':', _, ..] => Ok(rest.behind_first()),
        _ => Err(rest.fault(FaultKind::NoArgument)),
    }
}

fn domain(part: Part<'_>) -> Result<DomainSpec, Fault> {
    DomainSpec::parse(part.octets).map_err(|e| part.macro_fault(e))
}

/// `[ ":" domain-spec ] [ dual-cidr-length ]`
///
/// A domain-spec may hold slashes but cannot end in one and digits, so the lengths are taken from
/// the end.
fn host_spec(rest: Part<'_>) -> Result<HostSpec, Fault> {
    let (rest, ip6) = match trailing_length(rest) {
        Some((head, length)) if head.octets.ends_with(b"/") => {
            (head.split(head.octets.len() - 1).0, Some(prefix(length)?))
        }
        _ => (rest, None),
    };
    let (rest, ip4) = match trailing_length(rest) {
        Some((head, length)) => (head, Some(prefix(length)?)),
        None => (rest, None),
    };
    let domain = match rest.octets {
        [] => None,
        _ => Some(domain(argument(rest)?)?),
    };
    Ok(HostSpec { domain, prefix: DualPrefix { ip4, ip6 } })
}

/// The parts before and behind the last slash, if only digits follow it.
fn trailing_length(part: Part<'_>) -> Option<(Part<'_>, Part<'_>)> {
    let slash = part.octets.iter().rposition(|&b| b == b'/')?;
    let (head, tail) = part.split(slash);
    let length = tail.behind_first();
    let digits = !length.octets.is_empty() && length.octets.iter().all(u8::is_ascii_digit);
    digits.then_some((head, length))
}

fn prefix<const MAX: u8>(digits: Part<'_>) -> Result<Prefix<MAX>, Fault> {
    Prefix::parse(digits.octets).map_err(|e| digits.fault(e.into()))
}

/// `ip4-network [ ip4-cidr-length ]`
fn ip4(part: Part<'_>) -> Result<Ip4Network, Fault> {
    let (address, prefix) = network(part)?;
    let (octets, rest) =
        ip4_address(address.octets).ok_or_else(|| address.fault(FaultKind::Ip4))?;
    match rest {
        [] => Ok(Ip4Network { address: octets.into(), prefix }),
        _ => Err(address.fault(FaultKind::Ip4)),
    }
}

/// The same in one pass, without saying what is wrong.
fn ip4_network(text: &[u8]) -> Option<Ip4Network> {
    let (octets, rest) = ip4_address(text)?;
    let prefix = match rest {
        [] => None,
        [b'/', digits @ ..] => Some(Prefix::parse(digits).ok()?),
        _ => return None,
    };
    Some(Ip4Network { address: octets.into(), prefix })
}

/// `ip6-network [ ip6-cidr-length ]`
fn ip6(part: Part<'_>) -> Result<Ip6Network, Fault> {
    let (address, prefix) = network(part)?;
    let parsed = address.text().and_then(|text| text.parse().ok());
    Ok(Ip6Network { address: parsed.ok_or_else(|| address.fault(FaultKind::Ip6))?, prefix })
}

fn network<const MAX: u8>(part: Part<'_>) -> Result<(Part<'_>, Option<Prefix<MAX>>), Fault> {
    match part.octets.iter().position(|&b| b == b'/') {
        Some(slash) => {
            let (address, length) = part.split(slash);
            Ok((address, Some(prefix(length.behind_first())?)))
        }
        None => Ok((part, None)),
    }
}

/// ```text
/// ip4-network = qnum "." qnum "." qnum "." qnum
/// qnum        = 0 to 255 without leading zeros
/// ```
///
/// By hand, because most terms of most records are addresses; a property binds it to the parser of
/// the standard library.
fn ip4_address(text: &[u8]) -> Option<([u8; 4], &[u8])> {
    let (a, rest) = qnum(text)?;
    let (b, rest) = qnum(rest.strip_prefix(b".")?)?;
    let (c, rest) = qnum(rest.strip_prefix(b".")?)?;
    let (d, rest) = qnum(rest.strip_prefix(b".")?)?;
    Some(([a, b, c, d], rest))
}

fn qnum(text: &[u8]) -> Option<(u8, &[u8])> {
    let is = |b: u8| b.is_ascii_digit();
    let value = |b: u8| u16::from(b.wrapping_sub(b'0'));
    let (number, rest) = match text {
        [a @ b'1'..=b'9', b, c, rest @ ..] if is(*b) && is(*c) => {
            (value(*a) * 100 + value(*b) * 10 + value(*c), rest)
        }
        [a @ b'1'..=b'9', b, rest @ ..] if is(*b) => (value(*a) * 10 + value(*b), rest),
        [a @ b'0'..=b'9', rest @ ..] => (value(*a), rest),
        _ => return None,
    };
    Some((u8::try_from(number).ok()?, rest))
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
