//! The summary as text and as JSON.

use super::{DomainSummary, Source, Summary};
use serde_json::{Value, json};
use std::fmt;

/// Sources shown in text, of each domain.
const SHOWN: usize = 20;

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (domain, summary) in &self.domains {
            writeln!(f, "{domain}")?;
            summary.fmt(f)?;
        }
        if self.duplicates > 0 {
            writeln!(f, "{} reports came twice and are counted once", self.duplicates)?;
        }
        if self.notes > 0 {
            writeln!(f, "{} deviations of reporters", self.notes)?;
        }
        Ok(())
    }
}

impl fmt::Display for DomainSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.passed.saturating_add(self.failed);
        if self.reports > 0 {
            let (reports, passed) = (self.reports, self.passed);
            writeln!(f, "  {reports} reports: {passed} of {all} messages pass DMARC")?;
            writeln!(f, "  {:<39} {:>8} {:>8} {:>8}  advice", "source", "messages", "dkim", "spf")?;
        }
        let sources = self.by_size();
        for (ip, source) in sources.iter().take(SHOWN) {
            let Source { messages, dkim, spf, .. } = source;
            let ip = ip.to_string();
            writeln!(f, "  {ip:<39} {messages:>8} {dkim:>8} {spf:>8}  {}", source.advice())?;
        }
        if let Some(more) = sources.len().checked_sub(SHOWN).filter(|n| *n > 0) {
            writeln!(f, "  and {more} more sources")?;
        }
        if self.beyond > 0 {
            writeln!(f, "  and {} messages of sources beyond those kept", self.beyond)?;
        }
        if self.failures > 0 {
            writeln!(f, "  {} messages in failure reports", self.failures)?;
        }
        let sessions = self.tls_fine.saturating_add(self.tls_failed);
        if sessions > 0 {
            writeln!(f, "  TLS: {} of {sessions} sessions fine", self.tls_fine)?;
        }
        for (result, count) in &self.tls_results {
            writeln!(f, "  TLS: {count} sessions failed: {result}")?;
        }
        Ok(())
    }
}

impl Summary {
    /// The same for machines, with every source.
    ///
    /// `{"domains": {"bank.example": {"passed": …, "failed": …, "sources": [{"ip": …, "advice":
    /// code, …}], "tls": {…}}}, "duplicates": …, "notes": …}`
    #[must_use]
    pub fn to_json(&self) -> String {
        let domains: serde_json::Map<String, Value> =
            self.domains.iter().map(|(name, of)| (name.to_string(), domain(of))).collect();
        json!({ "domains": domains, "duplicates": self.duplicates, "notes": self.notes })
            .to_string()
    }
}

fn domain(of: &DomainSummary) -> Value {
    let results: serde_json::Map<String, Value> =
        of.tls_results.iter().map(|(result, n)| (result.to_string(), (*n).into())).collect();
    let sources = of.by_size().into_iter().map(|(ip, source)| {
        let names = source.names.iter().map(ToString::to_string);
        json!({
            "ip": ip.to_string(),
            "messages": source.messages,
            "dkim": source.dkim,
            "spf": source.spf,
            "passed": source.passed,
            "names": names.collect::<Value>(),
            "advice": source.advice().code(),
        })
    });
    json!({
        "reports": of.reports,
        "passed": of.passed,
        "failed": of.failed,
        "sources": sources.collect::<Value>(),
        "beyond": of.beyond,
        "failures": of.failures,
        "tls": { "fine": of.tls_fine, "failed": of.tls_failed, "results": results },
    })
}
