//! The verdict as a story for people, and as a result for Authentication-Results.

use crate::verdict::{DkimResult, KeyFacts, Verdict};
use postrider_message::MethodResult;
use postrider_message::authres::Keyword;
use std::fmt;

/// Several indented lines of evidence, the last one with the result.
///
/// ```text
/// dkim d=bank.example s=m1 i=@bank.example a=ed25519-sha256 c=relaxed/relaxed
///  record   "v=DKIM1; k=ed25519; p=11qY…"
///  key      ed25519, 256 bits (ttl 300)
///  headers  from:from:to:subject
///  body     32 octets, bh=2jUS… computed Xtrt…
///  fail: the body was changed after signing (headers intact)
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Story<'v>(&'v Verdict);

impl Verdict {
    /// The evidence in several lines; one line is [`Display`](fmt::Display) of the verdict itself.
    #[must_use]
    pub const fn story(&self) -> Story<'_> {
        Story(self)
    }

    /// The result for Authentication-Results, with the properties that RFC 8601 §2.7.1 registers.
    ///
    /// `header.b` (RFC 6008) tells several signatures of one domain apart.
    #[must_use]
    pub fn to_method_result(&self) -> MethodResult {
        let word = Keyword::from_static(self.result.as_str());
        let mut out = MethodResult::new(Keyword::from_static("dkim"), word);
        out = match self.result {
            DkimResult::Pass => out,
            DkimResult::Skipped => out.commented(&self.why),
            DkimResult::Fail
            | DkimResult::Policy
            | DkimResult::TempError
            | DkimResult::PermError => out.because(&self.why),
        };
        if let Some(domain) = &self.domain {
            out = out.with("header", "d", domain);
        }
        if let Some(identity) = &self.identity {
            out = out.with("header", "i", identity);
        }
        if let Some(selector) = &self.selector {
            out = out.with("header", "s", selector);
        }
        if let Some(algorithm) = &self.algorithm {
            out = out.with("header", "a", algorithm);
        }
        if let Some(b) = &self.b {
            out = out.with("header", "b", b);
        }
        out
    }
}

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let v = self.0;
        f.write_str("dkim")?;
        tag(f, "d", v.domain.as_ref())?;
        tag(f, "s", v.selector.as_ref())?;
        tag(f, "i", v.identity.as_ref())?;
        tag(f, "a", v.algorithm.as_ref())?;
        tag(f, "c", v.canonicalization.as_ref())?;
        writeln!(f)?;
        for record in &v.key_records {
            writeln!(f, " record   \"{record}\"")?;
        }
        if let Some(key) = &v.key {
            writeln!(f, " key      {key}")?;
        }
        if let Some(coverage) = &v.coverage {
            writeln!(f, " headers  {}", coverage.names)?;
        }
        self.body(f)?;
        if let Some(diagnosis) = &v.diagnosis {
            writeln!(f, " cause    {diagnosis}")?;
        }
        for diagnosis in &v.header_diagnosis {
            writeln!(f, " cause    {diagnosis}")?;
        }
        for warning in &v.warnings {
            writeln!(f, " note     {warning}")?;
        }
        write!(f, " {}: {}", v.result, v.why)
    }
}

impl Story<'_> {
    fn body(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(hashes), Some(coverage)) = (&self.0.body, &self.0.coverage) else {
            return Ok(());
        };
        let octets = coverage.body_octets.unwrap_or_default();
        write!(f, " body     {octets} octets, ")?;
        if let Some(signed) = coverage.signed_octets {
            write!(f, "{signed} of them signed, ")?;
        }
        match hashes.agree() {
            true => writeln!(f, "bh= agrees"),
            false => writeln!(f, "{hashes}"),
        }
    }
}

fn tag(f: &mut fmt::Formatter<'_>, name: &str, value: Option<&impl fmt::Display>) -> fmt::Result {
    value.map_or(Ok(()), |value| write!(f, " {name}={value}"))
}

impl fmt::Display for KeyFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} bits", self.key_type, self.bits)?;
        let flags = [(self.testing, "t=y"), (self.strict, "t=s"), (self.authentic, "DNSSEC")];
        for (_, flag) in flags.iter().filter(|(set, _)| *set) {
            write!(f, ", {flag}")?;
        }
        write!(f, " (ttl {})", self.ttl)
    }
}
