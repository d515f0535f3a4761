//! The report, as its elements come in.

use super::ReadXmlError;
use super::values::{At, once, text};
use crate::aggregate::{
    Aggregate, Discovery, DkimAuth, Evaluated, Identifiers, Metadata, PolicyPublished, Reason, Row,
    SpecVersion, SpfAuth,
};
use crate::limits::Limits;
use crate::note::{Deviation, Notes};
use postrider_core::{DomainName, SafeText, UnixTime};
use postrider_dmarc::{Disposition, Mode, Testing};
use std::net::IpAddr;

/// What is known so far.
pub(super) struct Build<'a, 'n> {
    pub(super) limits: &'a Limits,
    pub(super) notes: &'n mut Notes,
    spec: Option<SpecVersion>,
    metadata: PartMetadata,
    policy: PartPolicy,
    records: Vec<Row>,
    row: PartRow,
    /// Everything that was pushed somewhere.
    items: usize,
}

#[derive(Default)]
struct PartMetadata {
    org_name: Option<SafeText>,
    email: Option<SafeText>,
    extra_contact: Option<SafeText>,
    report_id: Option<SafeText>,
    begin: Option<UnixTime>,
    end: Option<UnixTime>,
    errors: Vec<SafeText>,
    generator: Option<SafeText>,
}

/// A policy whose domain may come last.
#[derive(Default)]
struct PartPolicy {
    domain: Option<DomainName>,
    policy: Option<Disposition>,
    subdomains: Option<Disposition>,
    nonexistent: Option<Disposition>,
    dkim_mode: Option<Mode>,
    spf_mode: Option<Mode>,
    failure_options: Option<SafeText>,
    testing: Option<Testing>,
    discovery: Option<Discovery>,
    percent: Option<u8>,
}

/// A row whose required values may be missing.
#[derive(Default)]
struct PartRow {
    source_ip: Option<IpAddr>,
    count: Option<u64>,
    evaluated: Evaluated,
    identifiers: Identifiers,
    dkim: Vec<DkimAuth>,
    spf: Vec<SpfAuth>,
}

impl<'a, 'n> Build<'a, 'n> {
    pub(super) fn new(limits: &'a Limits, notes: &'n mut Notes) -> Self {
        Self {
            limits,
            notes,
            spec: None,
            metadata: PartMetadata::default(),
            policy: PartPolicy::default(),
            records: Vec::new(),
            row: PartRow::default(),
            items: 0,
        }
    }

    /// The root begins.
    pub(super) fn feedback(&mut self, has_namespace: bool) {
        let spec = if has_namespace { SpecVersion::Rfc9990 } else { SpecVersion::Rfc7489 };
        self.spec.get_or_insert(spec);
    }

    /// An element begins; `path` is below the root.
    pub(super) fn start(&mut self, path: &str) -> Result<(), ReadXmlError> {
        match path {
            "record" => self.row = PartRow::default(),
            "record/auth_results/dkim" => self.row.dkim.push(DkimAuth::default()),
            "record/auth_results/spf" => self.row.spf.push(SpfAuth::default()),
            "record/row/policy_evaluated/reason" => {
                self.row.evaluated.reasons.push(Reason { kind: None, comment: None });
            }
            "report_metadata/error" => {}
            _ => return Ok(()),
        }
        self.items = self.items.saturating_add(1);
        match self.items <= self.limits.rows {
            true => Ok(()),
            false => Err(ReadXmlError::Rows(self.limits.rows)),
        }
    }

    /// An element ends, and this is its text.
    pub(super) fn end(&mut self, path: &str, value: &str) {
        if path == "record" {
            self.end_of_row();
            return;
        }
        let mut at = At { notes: &mut *self.notes, place: path };
        let is_known = match path.split_once('/') {
            Some(("report_metadata", name)) => self.metadata.set(name, value, &mut at),
            Some(("policy_published", name)) => self.policy.set(name, value, &mut at),
            Some(("record", name)) => self.row.set(name, value, &mut at),
            Some((extension, _)) => is_extension(extension),
            None => matches!(path, "version" | "report_metadata" | "policy_published"),
        };
        if !is_known && !is_extension(path) {
            at.note(Deviation::Unexpected);
        }
    }

    fn end_of_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        let (Some(source_ip), Some(count)) = (row.source_ip, row.count) else {
            self.notes.add("record", Deviation::RowLeftOut);
            return;
        };
        let PartRow { evaluated, identifiers, dkim, spf, .. } = row;
        self.records.push(Row { source_ip, count, evaluated, identifiers, dkim, spf });
    }

    pub(super) fn finish(self) -> Result<Aggregate, ReadXmlError> {
        let spec = self.spec.ok_or(ReadXmlError::NoFeedback)?;
        let p = self.policy;
        let domain = p.domain.ok_or(ReadXmlError::Required("policy_published/domain"))?;
        let policy = PolicyPublished {
            domain,
            policy: p.policy,
            subdomains: p.subdomains,
            nonexistent: p.nonexistent,
            dkim_mode: p.dkim_mode,
            spf_mode: p.spf_mode,
            failure_options: p.failure_options,
            testing: p.testing,
            discovery: p.discovery,
            percent: p.percent,
        };
        let metadata = self.metadata.finish(self.notes)?;
        Ok(Aggregate { spec, metadata, policy, records: self.records })
    }
}

/// Where anything may stand (RFC 9990 appendix A).
fn is_extension(path: &str) -> bool {
    path.split('/').any(|name| matches!(name, "extension" | "extensions"))
}

impl PartMetadata {
    fn set(&mut self, name: &str, value: &str, at: &mut At<'_>) -> bool {
        match name {
            "org_name" => once(&mut self.org_name, text(value), at),
            "email" => once(&mut self.email, text(value), at),
            "extra_contact_info" => once(&mut self.extra_contact, text(value), at),
            "report_id" => once(&mut self.report_id, text(value), at),
            "date_range/begin" => once(&mut self.begin, at.time(value), at),
            "date_range/end" => once(&mut self.end, at.time(value), at),
            "error" => self.errors.extend(text(value)),
            "generator" => once(&mut self.generator, text(value), at),
            _ => return name == "date_range",
        }
        true
    }

    fn finish(self, notes: &mut Notes) -> Result<Metadata, ReadXmlError> {
        let begin = self.begin.ok_or(ReadXmlError::Required("date_range/begin"))?;
        let end = self.end.ok_or(ReadXmlError::Required("date_range/end"))?;
        if end < begin {
            notes.add("report_metadata/date_range", Deviation::RangeReversed);
        }
        let mut required = |value: Option<SafeText>, place| {
            value.unwrap_or_else(|| {
                notes.add(place, Deviation::Missing);
                SafeText::default()
            })
        };
        Ok(Metadata {
            org_name: required(self.org_name, "report_metadata/org_name"),
            email: required(self.email, "report_metadata/email"),
            extra_contact: self.extra_contact,
            report_id: required(self.report_id, "report_metadata/report_id"),
            begin,
            end,
            errors: self.errors,
            generator: self.generator,
        })
    }
}

impl PartPolicy {
    fn set(&mut self, name: &str, value: &str, at: &mut At<'_>) -> bool {
        // Absent and empty are the same here: reporters write all tags, published or not.
        if value.is_empty() && name != "domain" {
            return PUBLISHED.contains(&name);
        }
        match name {
            "domain" => once(&mut self.domain, at.domain(value), at),
            "p" => once(&mut self.policy, at.word(value), at),
            "sp" => once(&mut self.subdomains, at.word(value), at),
            "np" => once(&mut self.nonexistent, at.word(value), at),
            "adkim" => once(&mut self.dkim_mode, at.word(value), at),
            "aspf" => once(&mut self.spf_mode, at.word(value), at),
            "fo" => once(&mut self.failure_options, text(value), at),
            "testing" => once(&mut self.testing, at.word(value), at),
            "discovery_method" => once(&mut self.discovery, at.word(value), at),
            "pct" => {
                let percent = at.read(value, |v| v.parse().ok().filter(|p: &u8| *p <= 100));
                once(&mut self.percent, percent, at);
            }
            _ => return false,
        }
        true
    }
}

/// The elements of `policy_published` but its domain.
const PUBLISHED: [&str; 9] =
    ["p", "sp", "np", "adkim", "aspf", "fo", "testing", "discovery_method", "pct"];

impl PartRow {
    fn set(&mut self, name: &str, value: &str, at: &mut At<'_>) -> bool {
        if let Some(name) = name.strip_prefix("auth_results/dkim/") {
            return self.dkim.last_mut().is_some_and(|to| set_dkim(to, name, value, at));
        }
        if let Some(name) = name.strip_prefix("auth_results/spf/") {
            return self.spf.last_mut().is_some_and(|to| set_spf(to, name, value, at));
        }
        if let Some(name) = name.strip_prefix("row/policy_evaluated/") {
            return set_evaluated(&mut self.evaluated, name, value, at);
        }
        match name {
            "row/source_ip" => {
                once(&mut self.source_ip, at.read(value, |v| v.parse().ok()), at);
            }
            "row/count" => once(&mut self.count, at.read(value, |v| v.parse().ok()), at),
            "identifiers/header_from" => {
                once(&mut self.identifiers.header_from, at.domain(value), at);
            }
            // The null sender has no domain, and is written as an empty element.
            "identifiers/envelope_from" | "identifiers/envelope_to" if value.is_empty() => {}
            "identifiers/envelope_from" => {
                once(&mut self.identifiers.envelope_from, at.domain(value), at);
            }
            "identifiers/envelope_to" => {
                once(&mut self.identifiers.envelope_to, at.domain(value), at);
            }
            _ => {
                return matches!(
                    name,
                    "row"
                        | "row/policy_evaluated"
                        | "identifiers"
                        | "auth_results"
                        | "auth_results/dkim"
                        | "auth_results/spf"
                );
            }
        }
        true
    }
}

fn set_evaluated(to: &mut Evaluated, name: &str, value: &str, at: &mut At<'_>) -> bool {
    match name {
        "disposition" => once(&mut to.disposition, at.word(value), at),
        "dkim" => once(&mut to.dkim, at.word(value), at),
        "spf" => once(&mut to.spf, at.word(value), at),
        "reason/type" | "reason/comment" => {
            let Some(reason) = to.reasons.last_mut() else { return false };
            match name {
                "reason/type" => once(&mut reason.kind, at.word(value), at),
                _ => once(&mut reason.comment, text(value), at),
            }
        }
        "reason" => {
            if to.reasons.last().is_some_and(|r| r.kind.is_none()) {
                at.note(Deviation::Missing);
            }
        }
        _ => return false,
    }
    true
}

fn set_dkim(to: &mut DkimAuth, name: &str, value: &str, at: &mut At<'_>) -> bool {
    match name {
        "domain" => once(&mut to.domain, at.domain(value), at),
        "selector" => once(&mut to.selector, text(value), at),
        "result" => once(&mut to.result, at.word(value), at),
        "human_result" => once(&mut to.human_result, text(value), at),
        _ => return false,
    }
    true
}

fn set_spf(to: &mut SpfAuth, name: &str, value: &str, at: &mut At<'_>) -> bool {
    match name {
        "domain" => once(&mut to.domain, at.domain(value), at),
        "scope" => once(&mut to.scope, at.word(value), at),
        "result" => once(&mut to.result, at.word(value), at),
        "human_result" => once(&mut to.human_result, text(value), at),
        _ => return false,
    }
    true
}
