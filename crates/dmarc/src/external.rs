//! Whether the targets of `rua` and `ruf` want the reports (RFC 9990 §3, RFC 7489 §7.1).
//!
//! Anyone can publish a record that names a victim's mailbox. So a target outside of the organization
//! must agree, with a DMARC record at `POLICY-DOMAIN._report._dmarc.TARGET`.

use crate::record::Record;
use crate::uri::Uri;
use crate::walk::Walker;
use postrider_core::DomainName;
use postrider_resolver::{Kind, LookupError, Name, Question, Resolver};
use std::fmt;

/// Most URIs of a record that are asked for.
pub const MAX_DESTINATIONS: usize = 10;

/// The kind of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum ReportKind {
    /// `rua`
    Aggregate,
    /// `ruf`
    Failure,
}

/// A target of reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Destination {
    /// The URI of the record.
    pub uri: Uri,
    /// Whether reports may go there.
    pub consent: Consent,
}

/// Whether a target wants reports.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Consent {
    /// It belongs to the organization itself.
    Own,
    /// It agrees.
    Granted,
    /// It agrees, and wants them at these URIs of its own domain instead.
    Redirected(Vec<Uri>),
    /// It does not agree.
    Refused,
    /// It is not known.
    Unknown(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::as_text"))] LookupError),
    /// The URI names no domain that could agree.
    NoDomain,
    /// There are more URIs than are asked for.
    OverLimit,
}

impl Destination {
    /// Where reports may go: the URI itself, what the target put in its place, or nothing.
    #[must_use]
    pub fn targets(&self) -> &[Uri] {
        match &self.consent {
            Consent::Own | Consent::Granted => std::slice::from_ref(&self.uri),
            Consent::Redirected(uris) => uris,
            Consent::Refused | Consent::Unknown(_) | Consent::NoDomain | Consent::OverLimit => &[],
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.uri)?;
        match &self.consent {
            Consent::Own => f.write_str("of the organization itself"),
            Consent::Granted => f.write_str("the target agrees"),
            Consent::Redirected(uris) => {
                f.write_str("the target redirects to")?;
                uris.iter().try_for_each(|uri| write!(f, " {uri}"))
            }
            Consent::Refused => f.write_str("the target does not agree"),
            Consent::Unknown(error) => write!(f, "consent unknown: {error}"),
            Consent::NoDomain => f.write_str("names no domain"),
            Consent::OverLimit => f.write_str("not asked: too many targets"),
        }
    }
}

/// Asks the target of each URI of a record for its consent.
///
/// # DNS lookups made
/// The tree walk of the policy domain, that of each target below its organizational domain, and TXT at
/// `POLICY-DOMAIN._report._dmarc.TARGET` for each other target, at most [`MAX_DESTINATIONS`].
pub async fn report_destinations<R: Resolver>(
    resolver: &R,
    policy_domain: &DomainName,
    uris: &[Uri],
    kind: ReportKind,
) -> Vec<Destination> {
    let mut walker = Walker::new(resolver);
    let mut destinations = Vec::with_capacity(uris.len());
    for (n, uri) in uris.iter().enumerate() {
        let consent = match uri.domain() {
            _ if n >= MAX_DESTINATIONS => Consent::OverLimit,
            None => Consent::NoDomain,
            Some(target) => match is_own(&mut walker, policy_domain, &target).await {
                Ok(true) => Consent::Own,
                Ok(false) => ask(resolver, policy_domain, &target, kind).await,
                Err(error) => Consent::Unknown(error),
            },
        };
        let uri = uri.clone();
        destinations.push(Destination { uri, consent });
    }
    destinations
}

async fn is_own<R: Resolver>(
    walker: &mut Walker<'_, R>,
    policy_domain: &DomainName,
    target: &DomainName,
) -> Result<bool, LookupError> {
    if policy_domain == target {
        return Ok(true);
    }
    let (ours, _) = walker.walk(policy_domain).await.organizational()?;
    if !target.is_at_or_under(&ours) {
        return Ok(false);
    }
    let (theirs, _) = walker.walk(target).await.organizational()?;
    Ok(ours == theirs)
}

/// RFC 7489 §7.1: "If at least one TXT resource record remains in the set after parsing, then the
/// external reporting arrangement was authorized by the Report Receiver." A wildcard answers too.
async fn ask<R: Resolver>(
    resolver: &R,
    policy_domain: &DomainName,
    target: &DomainName,
    kind: ReportKind,
) -> Consent {
    let labels = policy_domain.labels().chain(["_report", "_dmarc"]);
    let Ok(name) = Name::from(target).prepend(labels.collect::<Vec<_>>()) else {
        return Consent::Refused;
    };
    let answer = match resolver.lookup(Question::new(name, Kind::Txt)).await {
        Ok(answer) => answer,
        Err(error) => return Consent::Unknown(error),
    };
    let mut consent = Consent::Refused;
    for record in answer.records() {
        let postrider_resolver::Record::Txt(txt) = record else {
            continue;
        };
        let Some(parsed) = Record::parse(&txt.joined()) else {
            continue;
        };
        let uris = match kind {
            ReportKind::Aggregate => parsed.record.aggregate,
            ReportKind::Failure => parsed.record.failure,
        };
        // "the overriding URI MUST use the same destination host"
        let same_host = |uri: &Uri| uri.domain().as_ref() == Some(target);
        let uris: Vec<Uri> = uris.into_iter().filter(same_host).take(MAX_DESTINATIONS).collect();
        match uris.is_empty() {
            false => return Consent::Redirected(uris),
            true => consent = Consent::Granted,
        }
    }
    consent
}
