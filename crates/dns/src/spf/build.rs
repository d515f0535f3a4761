//! The builder: terms in the order of the calls, the end last.

use super::{Spf, SpfRefusal, network_term};
use postrider_core::{DomainName, Network};
use postrider_spf::record::Qualifier;
use std::net::IpAddr;

/// Collects the terms of an SPF record. A term given twice stands once.
///
/// ```
/// use postrider_core::DomainName;
/// use postrider_dns::Spf;
/// use postrider_spf::record::Qualifier;
///
/// let spf = Spf::builder()
///     .address("198.51.100.7".parse()?)
///     .include(&DomainName::parse("spf.example.net")?)
///     .all(Qualifier::Fail)
///     .build()?;
/// assert_eq!(spf.to_string(), "v=spf1 ip4:198.51.100.7 include:spf.example.net -all");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpfBuilder {
    terms: Vec<String>,
    end: Vec<String>,
}

impl SpfBuilder {
    pub(super) const fn new() -> Self {
        Self { terms: Vec::new(), end: Vec::new() }
    }

    /// One address passes.
    #[must_use]
    pub fn address(self, address: IpAddr) -> Self {
        self.network(Network::host(address))
    }

    /// A network passes.
    #[must_use]
    pub fn network(self, network: Network) -> Self {
        self.term(network_term(network))
    }

    /// The addresses of the domain itself pass.
    #[must_use]
    pub fn a(self) -> Self {
        self.term("a".to_owned())
    }

    /// The addresses of a host pass.
    #[must_use]
    pub fn a_of(self, host: &DomainName) -> Self {
        self.term(format!("a:{host}"))
    }

    /// The mail exchangers of the domain itself pass.
    #[must_use]
    pub fn mx(self) -> Self {
        self.term("mx".to_owned())
    }

    /// The mail exchangers of another domain pass.
    #[must_use]
    pub fn mx_of(self, domain: &DomainName) -> Self {
        self.term(format!("mx:{domain}"))
    }

    /// Whoever passes for another domain passes.
    #[must_use]
    pub fn include(self, domain: &DomainName) -> Self {
        self.term(format!("include:{domain}"))
    }

    /// What holds for all others; stands last whenever it is called.
    #[must_use]
    pub fn all(mut self, qualifier: Qualifier) -> Self {
        self.end.push(format!("{}all", qualifier.sign()));
        self
    }

    /// The record of another domain decides for all others; stands last whenever it is called.
    #[must_use]
    pub fn redirect(mut self, domain: &DomainName) -> Self {
        self.end.push(format!("redirect={domain}"));
        self
    }

    /// A term as it is written.
    pub(super) fn term(mut self, term: String) -> Self {
        if !self.terms.contains(&term) {
            self.terms.push(term);
        }
        self
    }

    /// The record, read by the verifier's own parser.
    ///
    /// # Errors
    /// [`SpfRefusal`] when it should not be published.
    pub fn build(self) -> Result<Spf, SpfRefusal> {
        let mut text = String::from("v=spf1");
        for term in self.terms.iter().chain(&self.end) {
            text.push(' ');
            text.push_str(term);
        }
        Spf::parse(&text)
    }
}
