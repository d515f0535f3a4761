//! The DNS tree walk (RFC 9989 §4.10) and what follows from it (§4.10.2).

use crate::record::{Parsed, Psd, Record};
use postrider_core::{DomainName, SafeText};
use postrider_resolver::{Content, Kind, LookupError, Name, Question, Resolver};
use std::collections::HashMap;
use std::iter::successors;

/// Most questions of one walk: the name itself, and the last 7 labels down to 1.
pub const MAX_QUESTIONS: usize = 8;

/// One question of a walk, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct WalkStep {
    /// The domain; the question was for TXT at `_dmarc.` below it.
    pub domain: DomainName,
    /// What was found.
    pub found: Found,
    /// Seconds for which the answer may be kept; nothing if there was none.
    pub ttl: Option<u32>,
}

/// What one question found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Found {
    /// One DMARC record.
    Record {
        /// As published.
        text: SafeText,
        /// As read.
        record: Record,
        /// What is wrong with it.
        warnings: Vec<crate::Warning>,
    },
    /// Several DMARC records; RFC 9989 §4.10: "they are all discarded".
    Several {
        /// How many.
        count: usize,
    },
    /// TXT records, none of them DMARC.
    OtherText,
    /// The name exists, without TXT records.
    NoData,
    /// The name does not exist.
    NxDomain,
    /// The name would be too long for DNS, so nothing can be there.
    TooLong,
    /// It is not known.
    Unknown(#[cfg_attr(feature = "serde", serde(serialize_with = "crate::as_text"))] LookupError),
}

impl WalkStep {
    /// The record found.
    #[must_use]
    pub const fn record(&self) -> Option<&Record> {
        match &self.found {
            Found::Record { record, .. } => Some(record),
            Found::Several { .. }
            | Found::OtherText
            | Found::NoData
            | Found::NxDomain
            | Found::TooLong
            | Found::Unknown(_) => None,
        }
    }

    pub(crate) fn parsed(&self) -> Option<Parsed> {
        match &self.found {
            Found::Record { record, warnings, .. } => {
                Some(Parsed::new(record.clone(), warnings.clone()))
            }
            Found::Several { .. }
            | Found::OtherText
            | Found::NoData
            | Found::NxDomain
            | Found::TooLong
            | Found::Unknown(_) => None,
        }
    }

    fn ends_walk(&self) -> bool {
        let says_psd = |r: &Record| r.psd != Psd::Unsaid;
        matches!(self.found, Found::Unknown(_)) || self.record().is_some_and(says_psd)
    }
}

/// The rule that made a domain the organizational domain (RFC 9989 §4.10.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.10.2")]
pub enum OrganizationalRule {
    /// Its record says `psd=n`.
    PsdNo,
    /// It lies one label below a record that says `psd=y`.
    BelowPsd,
    /// Its record is the one with the fewest labels.
    FewestLabels,
    /// There is no record; it is the domain itself.
    Itself,
}

/// The steps of one walk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Walk {
    pub(crate) steps: Vec<WalkStep>,
}

impl Walk {
    /// Chooses the organizational domain of the domain where the walk started.
    ///
    /// # Errors
    /// [`LookupError`] when a question that the choice depends on was not answered.
    pub(crate) fn organizational(&self) -> Result<(DomainName, OrganizationalRule), LookupError> {
        let mut with_record = Vec::new();
        for (n, step) in self.steps.iter().enumerate() {
            if let Found::Unknown(error) = &step.found {
                return Err(error.clone());
            }
            with_record.extend(step.record().map(|r| (n, &step.domain, r.psd)));
        }
        let start = self.steps.first().map(|s| &s.domain);
        // §4.10.2: "from the longest to the shortest".
        for &(n, domain, psd) in &with_record {
            match psd {
                // 1. "contains the "psd" tag set to "n""
                Psd::No => return Ok((domain.clone(), OrganizationalRule::PsdNo)),
                // 2. "other than the one for the domain where the tree walk started"
                Psd::Yes if n > 0 => {
                    let below = start.and_then(|s| s.last_labels(domain.label_count() + 1));
                    let below = below.unwrap_or_else(|| domain.clone());
                    return Ok((below, OrganizationalRule::BelowPsd));
                }
                Psd::Yes | Psd::Unsaid => {}
            }
        }
        // 3. "the name with the fewest number of labels"
        match (with_record.last(), start) {
            (Some((_, domain, _)), _) => Ok(((*domain).clone(), OrganizationalRule::FewestLabels)),
            // "the initial target domain is the Organizational Domain"
            (None, Some(start)) => Ok((start.clone(), OrganizationalRule::Itself)),
            (None, None) => Err(LookupError::NotEncodable),
        }
    }
}

/// Walks, asking each question once.
#[derive(Debug)]
pub(crate) struct Walker<'r, R> {
    resolver: &'r R,
    seen: HashMap<DomainName, WalkStep>,
}

impl<'r, R: Resolver> Walker<'r, R> {
    pub(crate) fn new(resolver: &'r R) -> Self {
        Self { resolver, seen: HashMap::new() }
    }

    /// The record at `_dmarc.` below a domain.
    pub(crate) async fn step(&mut self, domain: &DomainName) -> WalkStep {
        if let Some(step) = self.seen.get(domain) {
            return step.clone();
        }
        let step = ask(self.resolver, domain).await;
        self.seen.insert(domain.clone(), step.clone());
        step
    }

    /// The whole walk; it ends early at `psd=y`, `psd=n`, or where an answer is missing.
    pub(crate) async fn walk(&mut self, start: &DomainName) -> Walk {
        let mut steps = Vec::with_capacity(MAX_QUESTIONS);
        for domain in targets(start) {
            let step = self.step(&domain).await;
            let is_last = step.ends_walk();
            steps.push(step);
            if is_last {
                break;
            }
        }
        Walk { steps }
    }

    /// The whole walk, if it needs no question that was not asked before.
    pub(crate) fn walk_seen(&self, start: &DomainName) -> Option<Walk> {
        let mut steps = Vec::new();
        for domain in targets(start) {
            let step = self.seen.get(&domain)?.clone();
            let is_last = step.ends_walk();
            steps.push(step);
            if is_last {
                break;
            }
        }
        Some(Walk { steps })
    }

    /// Whether a domain exists, RFC 9989 §3.2.13: only NXDOMAIN says that it does not.
    pub(crate) async fn exists(&mut self, domain: &DomainName) -> Result<bool, LookupError> {
        // A name below it exists, so it does too (RFC 8020).
        let below = self.seen.get(domain).map(|s| &s.found);
        if !matches!(below, None | Some(Found::NxDomain | Found::TooLong | Found::Unknown(_))) {
            return Ok(true);
        }
        let answer = self.resolver.lookup(Question::new(domain, Kind::A)).await?;
        Ok(answer.content != Content::NxDomain)
    }
}

/// The domains of a walk from the longest to the shortest, at most [`MAX_QUESTIONS`].
fn targets(start: &DomainName) -> impl Iterator<Item = DomainName> + use<> {
    // §4.10 step 4: "If x < 8, remove the left-most [...] label [...]. If x >= 8, remove the
    // left-most [...] labels from the subject domain until 7 labels remain."
    let second = match start.label_count() {
        0..MAX_QUESTIONS => start.parent(),
        _ => start.last_labels(MAX_QUESTIONS - 1),
    };
    std::iter::once(start.clone()).chain(successors(second, DomainName::parent))
}

async fn ask<R: Resolver>(resolver: &R, domain: &DomainName) -> WalkStep {
    let (found, ttl) = match Name::from(domain).prepend(["_dmarc"]) {
        Err(_) => (Found::TooLong, None),
        Ok(name) => match resolver.lookup(Question::new(name, Kind::Txt)).await {
            Err(error) => (Found::Unknown(error), None),
            Ok(answer) => (found(&answer.content), Some(answer.ttl)),
        },
    };
    WalkStep { domain: domain.clone(), found, ttl }
}

/// §4.10 steps 2 and 6.
fn found(content: &Content) -> Found {
    let records = match content {
        Content::NxDomain => return Found::NxDomain,
        Content::NoData => return Found::NoData,
        Content::Records(records) => records,
    };
    let texts = records.iter().filter_map(|r| {
        if let postrider_resolver::Record::Txt(txt) = r {
            return Some(txt.joined());
        }
        None
    });
    let dmarc: Vec<_> =
        texts.filter_map(|text| Record::parse(&text).map(|parsed| (text, parsed))).collect();
    match <[_; 1]>::try_from(dmarc) {
        Ok([(text, parsed)]) => Found::Record {
            text: SafeText::escaped(&text).truncated(1_024),
            record: parsed.record,
            warnings: parsed.warnings,
        },
        Err(none) if none.is_empty() => Found::OtherText,
        Err(several) => Found::Several { count: several.len() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn targets_of(name: &str) -> Vec<String> {
        targets(&DomainName::parse(name).unwrap()).map(|d| d.to_string()).collect()
    }

    #[test]
    fn a_short_name_loses_one_label_at_a_time() {
        assert_eq!(targets_of("a.b.example"), ["a.b.example", "b.example", "example"]);
        assert_eq!(targets_of("example"), ["example"]);
    }

    #[test]
    fn a_walk_has_at_most_8_questions() {
        for (labels, expected) in [(7, 7), (8, 8), (9, 8), (30, 8)] {
            let name = vec!["a"; labels].join(".");
            let targets = targets_of(&name);
            assert_eq!(targets.len(), expected, "{labels}");
            assert_eq!(targets[0], name);
            assert_eq!(targets.last().unwrap(), "a");
            if labels >= 8 {
                assert_eq!(targets[1], "a.a.a.a.a.a.a");
            }
        }
    }
}
