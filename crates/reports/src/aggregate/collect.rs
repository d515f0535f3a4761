//! Counts messages into rows, within a bound.

use super::{
    Aggregate, DkimAuth, Evaluated, Identifiers, Metadata, PolicyPublished, Row, SpecVersion,
    SpfAuth,
};
use postrider_core::{DomainName, SafeText};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::net::IpAddr;

/// Most signatures of a message that a row tells of: a sender chooses how many there are.
pub const MAX_SIGNATURES: usize = 20;

/// What one message contributes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// The policy that was found.
    pub policy: PolicyPublished,
    /// The row it belongs to; its count is how many such messages there were.
    pub row: Row,
}

impl Observation {
    /// Messages under a policy.
    #[must_use]
    pub const fn new(policy: PolicyPublished, row: Row) -> Self {
        Self { policy, row }
    }

    /// One message, as DMARC judged it; nothing if no record applies, for then nobody asked.
    #[must_use]
    pub fn of(verdict: &postrider_dmarc::Verdict, source_ip: IpAddr) -> Option<Self> {
        let policy = PolicyPublished::of(verdict)?;
        let row = Row::new(source_ip, 1, Evaluated::of(verdict), verdict.author.clone()?);
        Some(Self { policy, row })
    }

    /// With what DKIM and SPF found; of more signatures than [`MAX_SIGNATURES`], the first.
    #[must_use]
    pub fn with_auth(mut self, mut dkim: Vec<DkimAuth>, spf: Vec<SpfAuth>) -> Self {
        dkim.truncate(MAX_SIGNATURES);
        (self.row.dkim, self.row.spf) = (dkim, spf);
        self
    }

    /// With the domain of MAIL FROM.
    #[must_use]
    pub fn with_envelope_from(mut self, domain: Option<DomainName>) -> Self {
        self.row.identifiers.envelope_from = domain;
        self
    }
}

/// Everything of a row but its count.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    source_ip: IpAddr,
    evaluated: Evaluated,
    identifiers: Identifiers,
    dkim: Vec<DkimAuth>,
    spf: Vec<SpfAuth>,
}

#[derive(Debug, Default)]
struct Rows {
    counts: HashMap<Key, u64>,
    /// Messages whose row found no room.
    beyond: u64,
}

/// Collects observations into reports: one message at a time, in bounded memory, and mergeable, so
/// that each worker can have its own.
///
/// A message whose row is known is always counted. When there are [`max_rows`](Self::new) rows, a
/// message that needs a new one is counted too, but without its details: the report says so in an
/// `error` element.
#[derive(Debug)]
pub struct Collector {
    reports: HashMap<PolicyPublished, Rows>,
    rows: usize,
    max_rows: usize,
    /// Messages whose policy found no room.
    beyond: u64,
}

impl Collector {
    /// Rows that are kept if the caller has no wish of its own.
    pub const MAX_ROWS: usize = 100_000;

    /// A collector of at most `max_rows` rows over all reports.
    #[must_use]
    pub fn new(max_rows: usize) -> Self {
        Self { reports: HashMap::new(), rows: 0, max_rows, beyond: 0 }
    }

    /// Counts messages.
    pub fn add(&mut self, observation: Observation) {
        let Observation { policy, row } = observation;
        let Row { source_ip, count, evaluated, identifiers, dkim, spf } = row;
        let key = Key { source_ip, evaluated, identifiers, dkim, spf };
        self.count(policy, key, count);
    }

    fn count(&mut self, policy: PolicyPublished, key: Key, count: u64) {
        let has_room = self.rows < self.max_rows;
        if !has_room && !self.reports.contains_key(&policy) {
            self.beyond = self.beyond.saturating_add(count);
            return;
        }
        let rows = self.reports.entry(policy).or_default();
        match rows.counts.get_mut(&key) {
            Some(known) => *known = known.saturating_add(count),
            None if has_room => {
                rows.counts.insert(key, count);
                self.rows = self.rows.saturating_add(1);
            }
            None => rows.beyond = rows.beyond.saturating_add(count),
        }
    }

    /// Takes over what another collector has, within the bound of this one.
    pub fn merge(&mut self, other: Self) {
        for (policy, rows) in other.reports {
            for (key, count) in rows.counts {
                self.count(policy.clone(), key, count);
            }
            match self.reports.get_mut(&policy) {
                Some(mine) => mine.beyond = mine.beyond.saturating_add(rows.beyond),
                None => self.beyond = self.beyond.saturating_add(rows.beyond),
            }
        }
        self.beyond = self.beyond.saturating_add(other.beyond);
    }

    /// Rows kept now.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Messages that are in no report, because the report of their policy found no room.
    #[must_use]
    pub const fn unreported(&self) -> u64 {
        self.beyond
    }

    /// The reports, one per policy, by domain; rows by count, the largest first.
    ///
    /// `metadata` gives each report its own: the report id must be unique. RFC 9990: one report per
    /// policy domain in a span, more if the policy changed in it.
    #[must_use]
    pub fn finish(self, mut metadata: impl FnMut(&PolicyPublished) -> Metadata) -> Vec<Aggregate> {
        let mut reports: Vec<_> = self.reports.into_iter().collect();
        reports.sort_by_cached_key(|(policy, _)| (policy.domain.clone(), format!("{policy:?}")));
        reports
            .into_iter()
            .map(|(policy, rows)| {
                let mut metadata = metadata(&policy);
                if rows.beyond > 0 {
                    let beyond =
                        format!("{} further messages found no room for details", rows.beyond);
                    metadata.errors.push(SafeText::display(&beyond));
                }
                let mut records: Vec<Row> =
                    rows.counts.into_iter().map(|(key, count)| key.into_row(count)).collect();
                let order = |r: &Row| (Reverse(r.count), r.source_ip, format!("{r:?}"));
                records.sort_by_cached_key(order);
                Aggregate { spec: SpecVersion::Rfc9990, metadata, policy, records }
            })
            .collect()
    }
}

impl Default for Collector {
    fn default() -> Self {
        Self::new(Self::MAX_ROWS)
    }
}

impl Key {
    fn into_row(self, count: u64) -> Row {
        let Self { source_ip, evaluated, identifiers, dkim, spf } = self;
        Row { source_ip, count, evaluated, identifiers, dkim, spf }
    }
}

#[cfg(test)]
mod tests;
