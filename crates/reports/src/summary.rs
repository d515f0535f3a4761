//! Who sends as me, what passes, and what to fix: many reports in one view.

mod advice;
mod show;

pub use advice::Advice;

use crate::aggregate::{Aggregate, AuthResult, PassFail, Row};
use crate::failure::Failure;
use crate::read::{Reading, Report};
use crate::tls::{TlsReport, TlsResult};
use postrider_core::DomainName;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Sources that a domain keeps; the rest is summed.
pub const MAX_SOURCES: usize = 10_000;

/// What reports say of the domains they are about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// By policy domain.
    pub domains: BTreeMap<DomainName, DomainSummary>,
    /// Reports that came a second time and were not counted: same reporter, same id.
    pub duplicates: u64,
    /// Deviations of reporters, over all reports.
    pub notes: u64,
    seen: BTreeSet<(String, String, DomainName)>,
}

/// One domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DomainSummary {
    /// Aggregate reports.
    pub reports: u64,
    /// Messages that passed DMARC, by whatever mechanism.
    pub passed: u64,
    /// Messages that failed.
    pub failed: u64,
    /// Who sent, by address.
    pub sources: BTreeMap<IpAddr, Source>,
    /// Messages of sources beyond [`MAX_SOURCES`].
    pub beyond: u64,
    /// Failure reports.
    pub failures: u64,
    /// TLS sessions that were fine.
    pub tls_fine: u64,
    /// TLS sessions that failed.
    pub tls_failed: u64,
    /// What failed in them.
    pub tls_results: BTreeMap<TlsResult, u64>,
}

/// One address that sends as the domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source {
    /// Messages.
    pub messages: u64,
    /// Those with an aligned pass of DKIM.
    pub dkim: u64,
    /// Those with an aligned pass of SPF.
    pub spf: u64,
    /// Those with either.
    pub passed: u64,
    /// Those where some signature was good, aligned or not.
    pub signed: u64,
    /// Those where SPF passed, aligned or not.
    pub authorized: u64,
    /// Author domains that were seen; at most 20.
    pub names: BTreeSet<DomainName>,
}

impl Summary {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a report.
    pub fn add(&mut self, reading: &Reading) {
        let notes = u64::try_from(reading.notes.len()).unwrap_or(u64::MAX);
        self.notes = self.notes.saturating_add(notes);
        match &reading.report {
            Report::Aggregate(report) => self.add_aggregate(report),
            Report::Failure(report) => self.add_failure(report),
            Report::Tls(report) => self.add_tls(report),
        }
    }

    fn add_aggregate(&mut self, report: &Aggregate) {
        let meta = &report.metadata;
        let domain = &report.policy.domain;
        // RFC 9990: the report id lets a receiver of reports drop what comes twice.
        if self.is_known(meta.org_name.as_str(), meta.report_id.as_str(), domain) {
            return;
        }
        let to = self.domains.entry(domain.clone()).or_default();
        add(&mut to.reports, 1);
        for row in &report.records {
            to.add_row(row);
        }
    }

    fn is_known(&mut self, reporter: &str, id: &str, domain: &DomainName) -> bool {
        let is_new = self.seen.insert((reporter.into(), id.into(), domain.clone()));
        add(&mut self.duplicates, u64::from(!is_new));
        !is_new
    }

    fn add_failure(&mut self, report: &Failure) {
        for domain in &report.domains {
            let to = self.domains.entry(domain.clone()).or_default();
            add(&mut to.failures, report.incidents.unwrap_or(1));
        }
    }

    fn add_tls(&mut self, report: &TlsReport) {
        let about = report.policies.iter().find_map(|p| p.domain.as_ref());
        let (reporter, id) = (report.organization.as_str(), report.report_id.as_str());
        if about.is_some_and(|domain| self.is_known(reporter, id, domain)) {
            return;
        }
        for policy in &report.policies {
            let Some(domain) = &policy.domain else { continue };
            let to = self.domains.entry(domain.clone()).or_default();
            add(&mut to.tls_fine, policy.successful.unwrap_or(0));
            add(&mut to.tls_failed, policy.failed.unwrap_or(0));
            for failure in &policy.failures {
                if let Some(result) = failure.result {
                    let count = to.tls_results.entry(result).or_default();
                    add(count, failure.sessions.unwrap_or(1));
                }
            }
        }
    }
}

impl DomainSummary {
    fn add_row(&mut self, row: &Row) {
        let passed = row.passes();
        add(if passed { &mut self.passed } else { &mut self.failed }, row.count);
        if self.sources.len() >= MAX_SOURCES && !self.sources.contains_key(&row.source_ip) {
            add(&mut self.beyond, row.count);
            return;
        }
        let source = self.sources.entry(row.source_ip).or_default();
        let is_pass = |value| value == Some(PassFail::Pass);
        let is_good = |value| value == Some(AuthResult::Pass);
        let facts = [
            (&mut source.messages, true),
            (&mut source.dkim, is_pass(row.evaluated.dkim)),
            (&mut source.spf, is_pass(row.evaluated.spf)),
            (&mut source.passed, passed),
            (&mut source.signed, row.dkim.iter().any(|d| is_good(d.result))),
            (&mut source.authorized, row.spf.iter().any(|s| is_good(s.result))),
        ];
        for (count, holds) in facts {
            if holds {
                add(count, row.count);
            }
        }
        if source.names.len() < 20 {
            source.names.extend(row.identifiers.header_from.clone());
        }
    }

    /// Sources by messages, the largest first.
    #[must_use]
    pub fn by_size(&self) -> Vec<(IpAddr, &Source)> {
        let mut list: Vec<_> = self.sources.iter().map(|(ip, source)| (*ip, source)).collect();
        list.sort_by_key(|(ip, source)| (std::cmp::Reverse(source.messages), *ip));
        list
    }
}

fn add(to: &mut u64, count: u64) {
    *to = to.saturating_add(count);
}
