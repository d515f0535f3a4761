//! SPF records to publish: built, merged, extended (RFC 7208).

mod build;

pub use build::SpfBuilder;

use postrider_core::{DomainName, Network};
use postrider_resolver::{Name, Record};
use postrider_spf::record::{Directive, Fault, Mechanism, Qualifier, Term, TermKind};
use std::fmt;
use std::net::IpAddr;

/// Most terms that ask DNS (RFC 7208 §4.6.4).
pub const MAX_LOOKUPS: usize = 10;
/// Shortest IPv4 prefix that names networks of somebody rather than a part of the Internet.
pub const MIN_PREFIX_4: u8 = 8;
/// Shortest IPv6 prefix that does.
pub const MIN_PREFIX_6: u8 = 16;

/// An SPF record that says who may send and who may not: every evaluator accepts its syntax, it asks
/// DNS at most ten times itself, and it ends in an `all` that is not a pass, or in `redirect=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spf(postrider_spf::Record);

/// Why an SPF record is not built.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpfRefusal {
    /// It is malformed.
    #[error("octet {}: {}", .0.span.start, .0.kind)]
    Syntax(Fault),
    /// `+all` lets anybody pass.
    #[error("+all lets any host pass")]
    PlusAll,
    /// Neither `all` nor `redirect=`: nothing would be said about other hosts.
    #[error("neither all nor redirect: nothing is said about other hosts")]
    NoEnd,
    /// `redirect=` beside `all` is ignored (§6.1).
    #[error("redirect beside all is ignored")]
    RedirectWithAll,
    /// A directive behind `all` is ignored (§5.1).
    #[error("term behind all is ignored: {0}")]
    AfterAll(String),
    /// More than ten terms ask DNS (§4.6.4).
    #[error("{0} terms ask DNS, {MAX_LOOKUPS} are allowed")]
    Lookups(usize),
    /// A network of a large part of the Internet.
    #[error("{0} is wider than /{MIN_PREFIX_4} (IPv6: /{MIN_PREFIX_6})")]
    TooWide(String),
    /// Records that redirect to different places cannot be one.
    #[error("records that redirect cannot be merged")]
    Redirects,
}

impl Spf {
    /// Begins a record.
    #[must_use]
    pub const fn builder() -> SpfBuilder {
        SpfBuilder::new()
    }

    /// Takes a record from elsewhere.
    ///
    /// # Errors
    /// [`SpfRefusal`] when it should not be published.
    pub fn new(record: postrider_spf::Record) -> Result<Self, SpfRefusal> {
        check_end(&record)?;
        let mut lookups = 0;
        for Term { kind, .. } in record.terms() {
            match kind {
                TermKind::Directive(directive) => {
                    lookups += usize::from(directive.mechanism.asks_dns());
                    check_width(&directive.mechanism)?;
                }
                TermKind::Redirect(_) => lookups += 1,
                TermKind::Explanation(_) | TermKind::Unknown(_) => {}
            }
        }
        if lookups > MAX_LOOKUPS {
            return Err(SpfRefusal::Lookups(lookups));
        }
        Ok(Self(record))
    }

    /// Reads a record.
    ///
    /// # Errors
    /// The first fault, or the refusal of [`new`](Self::new).
    pub fn parse(text: &str) -> Result<Self, SpfRefusal> {
        match postrider_spf::Record::parse(text.as_bytes()) {
            Ok(record) => Self::new(record),
            Err(faults) => {
                Err(faults.into_iter().next().map_or(SpfRefusal::NoEnd, SpfRefusal::Syntax))
            }
        }
    }

    /// The record.
    #[must_use]
    pub const fn record(&self) -> &postrider_spf::Record {
        &self.0
    }

    /// The one record for a domain that has several: the union of their terms in order, and the
    /// strictest of their ends. Where all of them end in `+all`, or not at all, it is `-all`.
    ///
    /// # Errors
    /// [`SpfRefusal`], above all when too many terms ask DNS, or when they redirect.
    pub fn merge(records: &[postrider_spf::Record]) -> Result<Self, SpfRefusal> {
        let mut builder = Self::builder();
        let mut ends = Vec::new();
        for term in records.iter().flat_map(postrider_spf::Record::terms) {
            match &term.kind {
                TermKind::Redirect(_) => return Err(SpfRefusal::Redirects),
                TermKind::Directive(Directive { qualifier, mechanism: Mechanism::All }) => {
                    ends.push(*qualifier);
                }
                kind @ (TermKind::Directive(_)
                | TermKind::Explanation(_)
                | TermKind::Unknown(_)) => builder = builder.term(kind.to_string()),
            }
        }
        let strictest = [Qualifier::Fail, Qualifier::SoftFail, Qualifier::Neutral]
            .into_iter()
            .find(|end| ends.contains(end));
        builder.all(strictest.unwrap_or(Qualifier::Fail)).build()
    }

    /// The record with one more address that passes, before all its other terms.
    ///
    /// # Errors
    /// [`SpfRefusal`]
    pub fn with(&self, address: IpAddr) -> Result<Self, SpfRefusal> {
        let mut builder = Self::builder().address(address);
        for term in self.0.terms() {
            builder = builder.term(term.kind.to_string());
        }
        builder.build()
    }

    /// The name and the record to publish for `domain`.
    #[must_use]
    pub fn publish(&self, domain: &DomainName) -> (Name, Record) {
        let text = crate::text::split(&self.to_string());
        (domain.into(), Record::Txt(text))
    }
}

impl fmt::Display for Spf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The record says something about every host, and nothing in vain.
fn check_end(record: &postrider_spf::Record) -> Result<(), SpfRefusal> {
    let mut all = None;
    for (_, directive) in record.directives() {
        if all.is_some() {
            return Err(SpfRefusal::AfterAll(directive.to_string()));
        }
        if directive.mechanism == Mechanism::All {
            all = Some(directive.qualifier);
        }
    }
    let redirects = record.terms().iter().any(|term| matches!(term.kind, TermKind::Redirect(_)));
    match (all, redirects) {
        (Some(Qualifier::Pass), _) => Err(SpfRefusal::PlusAll),
        (Some(_), true) => Err(SpfRefusal::RedirectWithAll),
        (None, false) => Err(SpfRefusal::NoEnd),
        (Some(_), false) | (None, true) => Ok(()),
    }
}

fn check_width(mechanism: &Mechanism) -> Result<(), SpfRefusal> {
    let wide = match mechanism {
        Mechanism::Ip4(network) => network.prefix.is_some_and(|p| p.bits() < MIN_PREFIX_4),
        Mechanism::Ip6(network) => network.prefix.is_some_and(|p| p.bits() < MIN_PREFIX_6),
        Mechanism::A(host) | Mechanism::Mx(host) => {
            host.prefix.ip4.is_some_and(|p| p.bits() < MIN_PREFIX_4)
                || host.prefix.ip6.is_some_and(|p| p.bits() < MIN_PREFIX_6)
        }
        Mechanism::All | Mechanism::Include(_) | Mechanism::Ptr(_) | Mechanism::Exists(_) => false,
    };
    match wide {
        true => Err(SpfRefusal::TooWide(mechanism.to_string())),
        false => Ok(()),
    }
}

/// `ip4:` or `ip6:` with its prefix, unless that is the whole address.
fn network_term(network: Network) -> String {
    let (name, full) = match network.address() {
        IpAddr::V4(_) => ("ip4", 32),
        IpAddr::V6(_) => ("ip6", 128),
    };
    match network.prefix() {
        prefix if prefix == full => format!("{name}:{}", network.address()),
        prefix => format!("{name}:{}/{prefix}", network.address()),
    }
}

#[cfg(test)]
mod tests;
