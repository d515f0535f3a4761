//! The verdict as a story for people, and as a result for Authentication-Results.

use crate::identifier::Outcome;
use crate::verdict::{Alignment, Fit, PolicySource, Verdict};
use crate::walk::{Found, OrganizationalRule, WalkStep};
use postrider_message::MethodResult;
use postrider_message::authres::Keyword;
use std::fmt;

/// Several indented lines, the last one with the result.
impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.author {
            Some(author) => writeln!(f, "dmarc author={author}")?,
            None => writeln!(f, "dmarc")?,
        }
        let width = self.walk.iter().map(|s| s.domain.as_str().len()).max();
        for (n, step) in self.walk.iter().enumerate() {
            let head = if n == 0 { "walk" } else { "" };
            let width = width.unwrap_or_default() + "_dmarc.".len();
            let name = format!("_dmarc.{}", step.domain);
            writeln!(f, " {head:<5} {name:<width$}  {step}")?;
        }
        self.policy_line(f)?;
        for warning in &self.warnings {
            writeln!(f, " note  {warning}")?;
        }
        let width = self.alignments().map(|a| a.identifier.domain.as_str().len()).max();
        for alignment in self.alignments() {
            let i = &alignment.identifier;
            let (mechanism, outcome) = (i.mechanism.to_string(), i.outcome.to_string());
            let width = width.unwrap_or_default();
            writeln!(
                f,
                " {mechanism:<5} {:<width$}  {outcome:<7}  {alignment}",
                i.domain.as_str()
            )?;
        }
        write!(f, " {}: ", self.result)?;
        match (self.requested, self.applied) {
            (Some(requested), Some(applied)) => {
                let testing = if self.is_testing() { " (t=y)" } else { "" };
                write!(f, "{}; requested {requested}, applied {applied}{testing}", self.why)
            }
            _ => self.why.fmt(f),
        }
    }
}

impl Verdict {
    fn policy_line(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some((domain, rule)) = &self.organizational {
            parts.push(format!("organizational domain {domain} ({rule})"));
        }
        if let (Some(domain), Some(source)) = (&self.policy_domain, self.source) {
            let author = self.author.as_ref().map(ToString::to_string).unwrap_or_default();
            parts.push(match source {
                PolicySource::P => format!("policy from {domain}, tag p"),
                PolicySource::Sp => format!("policy from {domain}, tag sp ({author} exists)"),
                PolicySource::Np => {
                    format!("policy from {domain}, tag np ({author} does not exist)")
                }
                PolicySource::Assumed => format!("policy of {domain} taken as none"),
            });
        }
        match parts.is_empty() {
            true => Ok(()),
            false => writeln!(f, " {}", parts.join("; ")),
        }
    }

    /// The result for Authentication-Results, with the properties that RFC 9989 §9.1 registers.
    #[must_use]
    pub fn to_method_result(&self) -> MethodResult {
        let word = |w: &dyn fmt::Display| Keyword::new(&w.to_string());
        let result = word(&self.result).unwrap_or_else(|_| Keyword::from_static("none"));
        let mut out = MethodResult::new(Keyword::from_static("dmarc"), result);
        out = out.because(&self.why);
        if let Some(author) = &self.author {
            out = out.with("header", "from", author);
        }
        if let Some(domain) = &self.policy_domain {
            out = out.with("polrec", "domain", domain);
        }
        if let Some(requested) = self.requested {
            out = out.with("polrec", "p", &requested);
        }
        if let Some(applied) = self.applied {
            out = out.with("policy", "dmarc", &applied);
        }
        out
    }
}

impl fmt::Display for WalkStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.found {
            Found::Record { text, .. } => write!(f, "\"{text}\"")?,
            Found::Several { count } => write!(f, "{count} DMARC records, all discarded")?,
            Found::OtherText => f.write_str("TXT without DMARC")?,
            Found::NoData => f.write_str("NODATA")?,
            Found::NxDomain => f.write_str("NXDOMAIN")?,
            Found::TooLong => f.write_str("name too long to ask")?,
            Found::Unknown(error) => write!(f, "unknown: {error}")?,
        }
        match self.ttl {
            Some(ttl) => write!(f, " (ttl {ttl})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for OrganizationalRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PsdNo => "psd=n",
            Self::BelowPsd => "one label below psd=y",
            Self::FewestLabels => "fewest labels",
            Self::Itself => "no record",
        })
    }
}

impl fmt::Display for Alignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.identifier.outcome {
            Outcome::Pass => "aligned",
            Outcome::Fail | Outcome::Unknown => "would be aligned",
        };
        match &self.fit {
            Fit::Same => write!(f, "{verb}: the same domain"),
            Fit::SameOrganization => write!(f, "{verb}: the same organizational domain"),
            Fit::StrictDiffers => f.write_str("not aligned: another domain, strict alignment"),
            Fit::Elsewhere => f.write_str("not aligned: another organization"),
            Fit::OtherOrganization { organizational } => {
                write!(f, "not aligned: organizational domain {organizational}")
            }
            Fit::Unknown(error) => write!(f, "alignment unknown: {error}"),
            Fit::NotAsked => f.write_str("alignment not looked for"),
            Fit::OverLimit => f.write_str("alignment not looked for: too many identifiers"),
        }
    }
}
