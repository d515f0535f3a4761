//! SPF records as typed terms with their places (RFC 7208 §4.6, §5, §6, §12).
//!
//! The parser reports every fault it finds, so a linter needs no second grammar; the evaluator takes
//! only records without any.

mod fault;
mod network;
mod parse;
mod reporting;
mod write;

pub use fault::{Fault, FaultKind};
pub use network::{BadPrefix, DualPrefix, Ip4Network, Ip6Network, Prefix};
pub use parse::MAX_FAULTS;
pub use reporting::{Reporting, Requested};

use crate::macros::{DomainSpec, MacroString};
use postrider_core::Span;
use std::net::IpAddr;

/// A record that begins with `v=spf1` and whose every term is well formed.
///
/// ```text
/// record = version terms *SP
/// terms  = *( 1*SP ( directive / modifier ) )
/// ```
///
/// `Display` writes the terms again, one space apart, mechanism and modifier names in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    text: Box<str>,
    terms: Vec<Term>,
}

/// One term and the octets of [`Record::text`] it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Term {
    /// Where the term stands, its qualifier included.
    pub span: Span,
    /// What it says.
    pub kind: TermKind,
}

/// What a term says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §12: term")]
pub enum TermKind {
    /// A mechanism with its qualifier (§5).
    Directive(Directive),
    /// `redirect=`: the record to use when nothing matched (§6.1).
    Redirect(DomainSpec),
    /// `exp=`: where the explanation of a fail is published (§6.2).
    Explanation(DomainSpec),
    /// Any other modifier; ignored in evaluation (§6), see [`Record::reporting`].
    Unknown(UnknownModifier),
}

/// `directive = [ qualifier ] mechanism`
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 7208 §12: directive")]
pub struct Directive {
    /// The result if the mechanism matches.
    pub qualifier: Qualifier,
    /// What is compared with the client.
    pub mechanism: Mechanism,
}

/// The result that a directive gives when its mechanism matches (§4.6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §4.6.2")]
pub enum Qualifier {
    /// `+`, and the default.
    #[default]
    Pass,
    /// `-`
    Fail,
    /// `~`
    SoftFail,
    /// `?`
    Neutral,
}

/// What is compared with the client (§5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §12: mechanism")]
pub enum Mechanism {
    /// `all`: every client (§5.1).
    All,
    /// `include:`: clients for which another record gives pass (§5.2).
    Include(DomainSpec),
    /// `a`: the addresses of a name (§5.3).
    A(HostSpec),
    /// `mx`: the addresses of a domain's mail exchangers (§5.4).
    Mx(HostSpec),
    /// `ptr`: confirmed reverse names (§5.5).
    Ptr(Option<DomainSpec>),
    /// `ip4:` (§5.6)
    Ip4(Ip4Network),
    /// `ip6:` (§5.6)
    Ip6(Ip6Network),
    /// `exists:`: any A record at a name made by macros (§5.7).
    Exists(DomainSpec),
}

/// The argument of `a` and `mx`: `[ ":" domain-spec ] [ dual-cidr-length ]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 7208 §12: A, MX")]
pub struct HostSpec {
    /// The domain to ask for; the current domain if absent.
    pub domain: Option<DomainSpec>,
    /// How many bits are compared.
    pub prefix: DualPrefix,
}

/// A modifier that RFC 7208 does not define: `name "=" macro-string`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownModifier {
    /// Its name as written.
    pub name: Box<str>,
    /// Its value, not expanded.
    pub value: MacroString,
}

impl Record {
    /// Reads the joined text of a TXT record that [`is_spf`] accepts.
    ///
    /// # Errors
    /// Every fault of the record up to [`MAX_FAULTS`], in order of place; at least one.
    pub fn parse(text: &[u8]) -> Result<Self, Vec<Fault>> {
        parse::record(text)
    }

    /// A record of these terms.
    ///
    /// # Errors
    /// The faults that only show between terms: a second `redirect` or `exp`.
    pub fn from_terms(terms: impl IntoIterator<Item = TermKind>) -> Result<Self, Vec<Fault>> {
        let mut text = VERSION.to_owned();
        for term in terms {
            text.push(' ');
            text.push_str(&term.to_string());
        }
        Self::parse(text.as_bytes())
    }

    /// The record as published.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The part of the text that a span of this record covers.
    #[must_use]
    pub fn text_of(&self, span: Span) -> &str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// All terms in order.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The directives in order, each with its place.
    pub fn directives(&self) -> impl Iterator<Item = (Span, &Directive)> {
        self.terms.iter().filter_map(|t| match &t.kind {
            TermKind::Directive(d) => Some((t.span, d)),
            TermKind::Redirect(_) | TermKind::Explanation(_) | TermKind::Unknown(_) => None,
        })
    }

    /// The `redirect=` modifier, unless an `all` makes it void.
    #[must_use]
    pub fn redirect(&self) -> Option<(Span, &DomainSpec)> {
        // RFC 7208 §5.1: "Any "redirect" modifier (Section 6.1) MUST be ignored when there is an
        // "all" mechanism in the record, regardless of the relative ordering of the terms."
        if self.directives().any(|(_, d)| d.mechanism == Mechanism::All) {
            return None;
        }
        self.terms.iter().find_map(|t| match &t.kind {
            TermKind::Redirect(spec) => Some((t.span, spec)),
            TermKind::Directive(_) | TermKind::Explanation(_) | TermKind::Unknown(_) => None,
        })
    }

    /// The `exp=` modifier.
    #[must_use]
    pub fn explanation(&self) -> Option<(Span, &DomainSpec)> {
        self.terms.iter().find_map(|t| match &t.kind {
            TermKind::Explanation(spec) => Some((t.span, spec)),
            TermKind::Directive(_) | TermKind::Redirect(_) | TermKind::Unknown(_) => None,
        })
    }

    /// What the domain asks about failure reports (RFC 6652 §3).
    #[must_use]
    pub fn reporting(&self) -> Reporting<'_> {
        Reporting::of(self)
    }
}

/// Whether the joined text of a TXT record is an SPF record, well formed or not (RFC 7208 §4.5).
#[must_use]
pub fn is_spf(text: &[u8]) -> bool {
    // "discard records that do not begin with a version section of exactly "v=spf1". Note that the
    // version section is terminated by either an SP character or the end of the record."
    match text.split_at_checked(VERSION.len()) {
        Some((version, rest)) => {
            version.eq_ignore_ascii_case(VERSION.as_bytes()) && matches!(rest, [] | [b' ', ..])
        }
        None => false,
    }
}

/// `version = "v=spf1"`, in any case as ABNF strings are.
const VERSION: &str = "v=spf1";

impl Directive {
    /// A directive.
    #[must_use]
    pub const fn new(qualifier: Qualifier, mechanism: Mechanism) -> Self {
        Self { qualifier, mechanism }
    }
}

impl Qualifier {
    /// Its sign; `+` for pass, although `Display` of a directive leaves that out.
    #[must_use]
    pub const fn sign(self) -> char {
        match self {
            Self::Pass => '+',
            Self::Fail => '-',
            Self::SoftFail => '~',
            Self::Neutral => '?',
        }
    }
}

impl Mechanism {
    /// Its name in lower case.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Include(_) => "include",
            Self::A(_) => "a",
            Self::Mx(_) => "mx",
            Self::Ptr(_) => "ptr",
            Self::Ip4(_) => "ip4",
            Self::Ip6(_) => "ip6",
            Self::Exists(_) => "exists",
        }
    }

    /// Whether the network of `ip4` or `ip6` holds the client; nothing for other mechanisms.
    pub(crate) fn network_holds(&self, client: IpAddr) -> Option<bool> {
        match self {
            Self::Ip4(n) => Some(matches!(client, IpAddr::V4(a) if n.contains(a))),
            Self::Ip6(n) => Some(matches!(client, IpAddr::V6(a) if n.contains(a))),
            Self::All
            | Self::Include(_)
            | Self::A(_)
            | Self::Mx(_)
            | Self::Ptr(_)
            | Self::Exists(_) => None,
        }
    }

    /// Whether evaluating it asks DNS and so counts against the limit of ten (§4.6.4).
    #[must_use]
    pub const fn asks_dns(&self) -> bool {
        match self {
            Self::All | Self::Ip4(_) | Self::Ip6(_) => false,
            Self::Include(_) | Self::A(_) | Self::Mx(_) | Self::Ptr(_) | Self::Exists(_) => true,
        }
    }
}
