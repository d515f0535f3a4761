//! Aggregate reports (RFC 9990; the older form of RFC 7489 appendix C is read and written too).

mod collect;
mod mail;
mod read;
mod words;
mod write;

pub use collect::{Collector, MAX_SIGNATURES, Observation};
pub use read::ReadXmlError;
pub(crate) use read::read_xml;
pub use words::{
    AuthResult, Discovery, EvaluatedDisposition, PassFail, ReasonKind, Scope, SpecVersion,
};

use postrider_core::{DomainName, SafeText, UnixTime};
use postrider_dmarc::{Disposition, Mode, Testing};
use std::net::IpAddr;

/// An aggregate report: what a receiver saw of one domain in one span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Aggregate {
    /// Which specification it follows.
    pub spec: SpecVersion,
    /// Who reports, and when.
    pub metadata: Metadata,
    /// The policy that was found.
    pub policy: PolicyPublished,
    /// The rows.
    pub records: Vec<Row>,
}

/// Who reports, and about which span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metadata {
    /// The reporting organization.
    pub org_name: SafeText,
    /// Its address.
    pub email: SafeText,
    /// Further ways to reach it.
    pub extra_contact: Option<SafeText>,
    /// The report's id, unique at this reporter.
    pub report_id: SafeText,
    /// Begin of the span.
    pub begin: UnixTime,
    /// Its last second.
    pub end: UnixTime,
    /// What went wrong while reporting.
    pub errors: Vec<SafeText>,
    /// The program that made it (RFC 9990).
    pub generator: Option<SafeText>,
}

impl Metadata {
    /// What every report needs. Times are written as whole seconds.
    #[must_use]
    pub const fn new(
        org_name: SafeText,
        email: SafeText,
        report_id: SafeText,
        begin: UnixTime,
        end: UnixTime,
    ) -> Self {
        Self {
            org_name,
            email,
            extra_contact: None,
            report_id,
            begin,
            end,
            errors: Vec::new(),
            generator: None,
        }
    }
}

/// The policy as published.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PolicyPublished {
    /// Where the record was found.
    pub domain: DomainName,
    /// `p`
    pub policy: Option<Disposition>,
    /// `sp`
    pub subdomains: Option<Disposition>,
    /// `np` (RFC 9990)
    pub nonexistent: Option<Disposition>,
    /// `adkim`
    pub dkim_mode: Option<Mode>,
    /// `aspf`
    pub spf_mode: Option<Mode>,
    /// `fo`, as published
    pub failure_options: Option<SafeText>,
    /// `t` (RFC 9990)
    pub testing: Option<Testing>,
    /// How the record was found (RFC 9990).
    pub discovery: Option<Discovery>,
    /// `pct` (RFC 7489): 0 to 100
    pub percent: Option<u8>,
}

impl PolicyPublished {
    /// A domain with nothing published.
    #[must_use]
    pub const fn new(domain: DomainName) -> Self {
        Self {
            domain,
            policy: None,
            subdomains: None,
            nonexistent: None,
            dkim_mode: None,
            spf_mode: None,
            failure_options: None,
            testing: None,
            discovery: None,
            percent: None,
        }
    }

    /// The policy that a verdict found; nothing if no record applies.
    #[must_use]
    pub fn of(verdict: &postrider_dmarc::Verdict) -> Option<Self> {
        let record = verdict.record.as_ref()?;
        Some(Self {
            policy: record.policy,
            subdomains: record.subdomains,
            nonexistent: record.nonexistent,
            dkim_mode: Some(record.dkim_mode),
            spf_mode: Some(record.spf_mode),
            testing: Some(record.testing),
            discovery: Some(Discovery::TreeWalk),
            ..Self::new(verdict.policy_domain.clone()?)
        })
    }
}

/// Messages that were alike in everything that the report tells.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Row {
    /// The client.
    pub source_ip: IpAddr,
    /// How many messages.
    pub count: u64,
    /// What DMARC said.
    pub evaluated: Evaluated,
    /// The names in the message.
    pub identifiers: Identifiers,
    /// What DKIM found, one per signature.
    pub dkim: Vec<DkimAuth>,
    /// What SPF found; RFC 9990 allows one, older reports have several.
    pub spf: Vec<SpfAuth>,
}

impl Row {
    /// A row with what every row needs.
    #[must_use]
    pub const fn new(
        source_ip: IpAddr,
        count: u64,
        evaluated: Evaluated,
        from: DomainName,
    ) -> Self {
        let identifiers =
            Identifiers { header_from: Some(from), envelope_from: None, envelope_to: None };
        Self { source_ip, count, evaluated, identifiers, dkim: Vec::new(), spf: Vec::new() }
    }

    /// Whether DMARC passed: an aligned identifier passed.
    #[must_use]
    pub fn passes(&self) -> bool {
        [self.evaluated.dkim, self.evaluated.spf].contains(&Some(PassFail::Pass))
    }
}

/// What DMARC said of the messages of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Evaluated {
    /// What was done.
    pub disposition: Option<EvaluatedDisposition>,
    /// Whether an aligned signature passed.
    pub dkim: Option<PassFail>,
    /// Whether SPF passed for an aligned domain.
    pub spf: Option<PassFail>,
    /// Why something else was done than the policy asks.
    pub reasons: Vec<Reason>,
}

impl Evaluated {
    /// What was done, and what passed.
    #[must_use]
    pub const fn new(disposition: EvaluatedDisposition, dkim: PassFail, spf: PassFail) -> Self {
        Self {
            disposition: Some(disposition),
            dkim: Some(dkim),
            spf: Some(spf),
            reasons: Vec::new(),
        }
    }

    /// What a verdict says, if its disposition was followed.
    #[must_use]
    pub fn of(verdict: &postrider_dmarc::Verdict) -> Self {
        let passes = |list: &[postrider_dmarc::Alignment]| {
            PassFail::from_pass(list.iter().any(postrider_dmarc::Alignment::passes))
        };
        let (dkim, spf) = (passes(&verdict.dkim), passes(&verdict.spf));
        let done = match (dkim, spf) {
            (PassFail::Fail, PassFail::Fail) => {
                verdict.applied.map_or(EvaluatedDisposition::None, EvaluatedDisposition::from)
            }
            _ => EvaluatedDisposition::Pass,
        };
        let mut evaluated = Self::new(done, dkim, spf);
        // RFC 9990: `policy_test_mode`: the policy was not applied in full because of `t=y`.
        if verdict.is_testing() && verdict.applied != verdict.requested && verdict.applied.is_some()
        {
            evaluated.reasons.push(Reason::new(ReasonKind::PolicyTestMode));
        }
        evaluated
    }
}

/// Why something else was done than the policy asks.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Reason {
    /// The kind; nothing if it is unknown.
    pub kind: Option<ReasonKind>,
    /// More about it.
    pub comment: Option<SafeText>,
}

impl Reason {
    /// A reason without a comment.
    #[must_use]
    pub const fn new(kind: ReasonKind) -> Self {
        Self { kind: Some(kind), comment: None }
    }

    /// With a comment.
    #[must_use]
    pub fn with_comment(mut self, comment: SafeText) -> Self {
        self.comment = Some(comment);
        self
    }
}

/// The names in the messages of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Identifiers {
    /// The author domain.
    pub header_from: Option<DomainName>,
    /// The domain of MAIL FROM.
    pub envelope_from: Option<DomainName>,
    /// The domain of RCPT TO.
    pub envelope_to: Option<DomainName>,
}

/// What DKIM found for one signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DkimAuth {
    /// `d=`
    pub domain: Option<DomainName>,
    /// `s=`
    pub selector: Option<SafeText>,
    /// The result.
    pub result: Option<AuthResult>,
    /// More for people.
    pub human_result: Option<SafeText>,
}

impl DkimAuth {
    /// A signature and its result.
    #[must_use]
    pub const fn new(domain: DomainName, selector: SafeText, result: AuthResult) -> Self {
        Self {
            domain: Some(domain),
            selector: Some(selector),
            result: Some(result),
            human_result: None,
        }
    }
}

/// What SPF found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SpfAuth {
    /// The domain that was checked.
    pub domain: Option<DomainName>,
    /// Which identity it is.
    pub scope: Option<Scope>,
    /// The result.
    pub result: Option<AuthResult>,
    /// More for people.
    pub human_result: Option<SafeText>,
}

impl SpfAuth {
    /// A domain of MAIL FROM and its result.
    #[must_use]
    pub const fn new(domain: DomainName, result: AuthResult) -> Self {
        Self {
            domain: Some(domain),
            scope: Some(Scope::MailFrom),
            result: Some(result),
            human_result: None,
        }
    }
}
