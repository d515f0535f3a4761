//! [`ZonePlan`]: every record that a server needs, each with its reason.

use crate::dmarc::Dmarc;
use crate::setup::SetUp;
use crate::spf::{Spf, SpfRefusal};
use postrider_core::{DomainName, SafeText};
use postrider_dkim::Selector;
use postrider_dmarc::Disposition;
use postrider_resolver::{Name, NameError, Record};
use postrider_spf::record::Qualifier;
use std::fmt;
use std::net::IpAddr;

/// What to publish, in order of importance, and what to ask others to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ZonePlan {
    /// The zone of the records.
    pub domain: DomainName,
    /// Records of the zone.
    pub records: Vec<Planned>,
    /// What stands in zones of others.
    pub asks: Vec<Ask>,
}

/// One record of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Planned {
    /// Its owner.
    pub name: Name,
    /// Seconds it may be kept.
    pub ttl: u32,
    /// Its data.
    pub record: Record,
    /// What it is for.
    pub purpose: Purpose,
    /// Why it is needed, in one line.
    pub why: SafeText,
}

/// What a record is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Purpose {
    /// An address of the server.
    Address,
    /// Where the domain's mail goes.
    MailExchange,
    /// Who may send for the domain.
    Spf,
    /// Who may say the server's name in EHLO.
    HeloSpf,
    /// A key of signatures.
    DkimKey,
    /// What to do with mail that fails.
    Dmarc,
    /// The name of an address.
    Reverse,
    /// The key of the server's certificate.
    Dane,
    /// That there is an MTA-STS policy.
    MtaSts,
    /// Where reports about TLS go.
    TlsReports,
    /// The logo.
    Logo,
}

impl Purpose {
    /// A stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::MailExchange => "mail-exchange",
            Self::Spf => "spf",
            Self::HeloSpf => "helo-spf",
            Self::DkimKey => "dkim-key",
            Self::Dmarc => "dmarc",
            Self::Reverse => "reverse",
            Self::Dane => "dane",
            Self::MtaSts => "mta-sts",
            Self::TlsReports => "tls-reports",
            Self::Logo => "logo",
        }
    }
}

/// A record in a zone that is not ours.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ask {
    /// The record.
    pub planned: Planned,
    /// Whom to ask.
    pub whom: SafeText,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The SPF record would be refused.
    #[error("SPF record of {domain}: {why}")]
    Spf {
        /// Of which domain.
        domain: DomainName,
        /// Why.
        #[source]
        why: SpfRefusal,
    },
    /// A name gets too long.
    #[error("{what} of {domain}: {why}")]
    Name {
        /// What would stand there.
        what: Purpose,
        /// Of which domain.
        domain: DomainName,
        /// Why.
        #[source]
        why: NameError,
    },
    /// Two keys have one selector: verifiers would try both for each signature.
    #[error("selector {0} is used twice")]
    Selector(Selector),
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl ZonePlan {
    /// Everything that the server needs.
    ///
    /// # Errors
    /// [`PlanError`] when a record would be refused by those who read it.
    pub fn for_setup(setup: &SetUp) -> Result<Self, PlanError> {
        let mut plan = Draft {
            setup,
            plan: Self { domain: setup.domain.clone(), records: Vec::new(), asks: Vec::new() },
        };
        plan.addresses();
        plan.exchangers();
        plan.spf()?;
        plan.helo_spf()?;
        plan.keys()?;
        plan.dmarc()?;
        plan.transport()?;
        plan.reverse();
        Ok(plan.plan)
    }
}

/// Seconds that the records of a domain without mail may be kept.
const LONG_TTL: u32 = 86_400;

impl ZonePlan {
    /// A domain that neither sends nor takes mail: null MX (RFC 7505), an SPF record without senders,
    /// no key under any selector (RFC 6376 §3.6.1), and a policy that refuses.
    ///
    /// # Errors
    /// [`PlanError`] when a name gets too long.
    pub fn without_mail(domain: &DomainName) -> Result<Self, PlanError> {
        let mut plan = Self { domain: domain.clone(), records: Vec::new(), asks: Vec::new() };
        let spf = build(domain, Spf::builder())?.publish(domain);
        let dmarc = Dmarc::builder(Disposition::Reject).build().ok();
        let dmarc = dmarc.map(|d| d.publish(domain)).transpose();
        let dmarc = dmarc.map_err(|why| name_error(Purpose::Dmarc, domain, why))?;
        let no_key = Name::from(domain).prepend(["*", "_domainkey"]);
        let no_key = no_key.map_err(|why| name_error(Purpose::DkimKey, domain, why))?;
        let revoked = Record::Txt(crate::text::split("v=DKIM1; p="));
        let null = crate::Mx::null().records().into_iter().map(|r| (domain.into(), r));
        let mut add = |purpose, (name, record), why: &'static str| {
            let why = SafeText::from_static(why);
            plan.records.push(Planned { name, ttl: LONG_TTL, record, purpose, why });
        };
        null.for_each(|mx| add(Purpose::MailExchange, mx, "the domain takes no mail (RFC 7505)"));
        add(Purpose::Spf, spf, "no host sends for the domain");
        add(Purpose::DkimKey, (no_key, revoked), "no selector has a key");
        if let Some(dmarc) = dmarc {
            add(Purpose::Dmarc, dmarc, "mail in the domain's name is to be refused");
        }
        Ok(plan)
    }
}

/// A plan that is being made.
struct Draft<'a> {
    setup: &'a SetUp,
    plan: ZonePlan,
}

impl Draft<'_> {
    /// Adds a record: to the zone if its name lies there, else to what is asked of others.
    fn add(&mut self, purpose: Purpose, (name, record): (Name, Record), why: &dyn fmt::Display) {
        let planned =
            Planned { ttl: self.setup.ttl, record, purpose, why: SafeText::display(why), name };
        if planned.name.is_at_or_under(&Name::from(&self.setup.domain)) {
            self.plan.records.push(planned);
            return;
        }
        let whom = format_args!("whoever runs the zone of {}", planned.name);
        self.plan.asks.push(Ask { whom: SafeText::display(&whom), planned });
    }

    fn addresses(&mut self) {
        let host = &self.setup.host;
        for address in &self.setup.addresses {
            let record = match address.to_canonical() {
                IpAddr::V4(a) => Record::A(a),
                IpAddr::V6(a) => Record::Aaaa(a),
            };
            let why = format_args!("the server {host} is reached at {address}");
            self.add(Purpose::Address, (host.into(), record), &why);
        }
    }

    fn exchangers(&mut self) {
        let domain = &self.setup.domain;
        for record in self.setup.mx.records() {
            let why = match self.setup.mx.is_null() {
                true => format!("{domain} takes no mail (RFC 7505)"),
                false => format!("mail for {domain} goes to this host"),
            };
            self.add(Purpose::MailExchange, (domain.into(), record), &why);
        }
    }

    fn spf(&mut self) -> Result<(), PlanError> {
        let domain = &self.setup.domain;
        let mut builder = Spf::builder();
        for address in self.setup.senders() {
            builder = builder.address(*address);
        }
        for include in &self.setup.spf_includes {
            builder = builder.include(include);
        }
        let spf = build(domain, builder)?;
        let why = format_args!("these hosts send for {domain}, others do not");
        self.add(Purpose::Spf, spf.publish(domain), &why);
        Ok(())
    }

    /// The EHLO name counts when the sender is null (RFC 7208 §2.4).
    fn helo_spf(&mut self) -> Result<(), PlanError> {
        let host = &self.setup.host;
        if *host == self.setup.domain {
            return Ok(());
        }
        let mut builder = Spf::builder();
        for address in self.setup.senders() {
            builder = builder.address(*address);
        }
        let spf = build(host, builder)?;
        let why = format_args!("bounces have no sender, so {host} is checked instead");
        self.add(Purpose::HeloSpf, spf.publish(host), &why);
        Ok(())
    }

    fn keys(&mut self) -> Result<(), PlanError> {
        let domain = &self.setup.domain;
        for (i, key) in self.setup.keys.iter().enumerate() {
            let selector = key.selector();
            let before = self.setup.keys.iter().take(i);
            if before.into_iter().any(|k| k.selector() == selector) {
                return Err(PlanError::Selector(selector.clone()));
            }
            let published =
                key.publish(domain).map_err(|why| name_error(Purpose::DkimKey, domain, why))?;
            let why = match key.record().key() {
                Some(public) => format!(
                    "signatures with selector {selector} are checked with this {} key ({} bits)",
                    public.key_type(),
                    public.bits()
                ),
                None => format!("the key of selector {selector} is revoked"),
            };
            self.add(Purpose::DkimKey, published, &why);
        }
        Ok(())
    }

    fn dmarc(&mut self) -> Result<(), PlanError> {
        let domain = &self.setup.domain;
        let published = self
            .setup
            .dmarc
            .publish(domain)
            .map_err(|why| name_error(Purpose::Dmarc, domain, why))?;
        let why = match self.setup.dmarc.policy() {
            Disposition::None => {
                format!("receivers report on mail from {domain}; tighten p= later")
            }
            policy @ (Disposition::Quarantine | Disposition::Reject) => {
                format!("mail from {domain} that fails is to be handled so: {policy}")
            }
        };
        self.add(Purpose::Dmarc, published, &why);
        Ok(())
    }

    /// What senders must know of TLS, and the logo.
    fn transport(&mut self) -> Result<(), PlanError> {
        let SetUp { domain, host, tlsa, sts, tls_reports, bimi, .. } = self.setup;
        for tlsa in tlsa {
            let published =
                tlsa.publish(host).map_err(|why| name_error(Purpose::Dane, host, why))?;
            let why = format_args!("the certificate of {host} has this key (DNSSEC needed)");
            self.add(Purpose::Dane, published, &why);
        }
        if let Some(sts) = sts {
            let purpose = Purpose::MtaSts;
            let published = sts.publish(domain).map_err(|why| name_error(purpose, domain, why))?;
            let path = crate::sts::WELL_KNOWN;
            let why = format_args!("the policy is at https://mta-sts.{domain}{path}");
            self.add(purpose, published, &why);
        }
        if let Some(reports) = tls_reports {
            let purpose = Purpose::TlsReports;
            let published =
                reports.publish(domain).map_err(|why| name_error(purpose, domain, why))?;
            self.add(purpose, published, &"senders report here that TLS failed");
        }
        if let Some(bimi) = bimi {
            let purpose = Purpose::Logo;
            let published = bimi.publish(domain).map_err(|why| name_error(purpose, domain, why))?;
            self.add(purpose, published, &"mail that passes DMARC may show this logo");
        }
        Ok(())
    }

    fn reverse(&mut self) {
        let host = &self.setup.host;
        for address in self.setup.senders() {
            let planned = Planned {
                name: Name::reverse(*address),
                ttl: self.setup.ttl,
                record: Record::Ptr(host.into()),
                purpose: Purpose::Reverse,
                why: SafeText::display(&format_args!(
                    "many receivers refuse mail from an address without a name: {address} is {host}"
                )),
            };
            let whom = format_args!("the provider of {address}");
            self.plan.asks.push(Ask { planned, whom: SafeText::display(&whom) });
        }
    }
}

fn build(domain: &DomainName, builder: crate::spf::SpfBuilder) -> Result<Spf, PlanError> {
    let spf = builder.all(Qualifier::Fail).build();
    spf.map_err(|why| PlanError::Spf { domain: domain.clone(), why })
}

fn name_error(what: Purpose, domain: &DomainName, why: NameError) -> PlanError {
    PlanError::Name { what, domain: domain.clone(), why }
}

#[cfg(test)]
mod tests;
