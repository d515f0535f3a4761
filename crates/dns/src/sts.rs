//! MTA-STS to publish: the TXT record and the policy file (RFC 8461).

use postrider_core::DomainName;
use postrider_resolver::{Name, NameError, Record};
use std::fmt;
use std::time::Duration;

/// Most characters of an id (§3.1).
pub const MAX_ID: usize = 32;
/// Most seconds of `max_age` (§3.2): about a year.
pub const MAX_MAX_AGE: u64 = 31_557_600;
/// Path of the policy file at `mta-sts.DOMAIN` (§3.3).
pub const WELL_KNOWN: &str = "/.well-known/mta-sts.txt";

/// What senders do when the policy is not met (§5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 8461 §3.2")]
pub enum StsMode {
    /// They do not deliver.
    Enforce,
    /// They deliver and report.
    Testing,
    /// There is no policy any more.
    None,
}

/// An MTA-STS policy and the id of its version.
///
/// ```
/// use postrider_core::DomainName;
/// use postrider_dns::sts::{MtaSts, StsMode};
/// use std::time::Duration;
///
/// let mx = DomainName::parse("mx.example.org")?;
/// let week = Duration::from_secs(7 * 86_400);
/// let sts = MtaSts::new(StsMode::Enforce, vec![mx], week, "20251122")?;
/// assert_eq!(sts.txt(), "v=STSv1; id=20251122");
/// assert!(sts.policy_text().contains("mx: mx.example.org\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MtaSts {
    mode: StsMode,
    mx: Vec<DomainName>,
    max_age: u64,
    id: String,
}

/// Why a policy is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StsRefusal {
    /// §3.1: `1*32(ALPHA / DIGIT)`
    #[error("the id is 1 to {MAX_ID} letters and digits")]
    Id,
    /// A policy that is in force names its exchangers (§3.2).
    #[error("a policy names at least one exchanger")]
    NoMx,
    /// Longer than §3.2 allows.
    #[error("max_age of {0} seconds, {MAX_MAX_AGE} are allowed")]
    MaxAge(u64),
}

impl MtaSts {
    /// A policy.
    ///
    /// # Errors
    /// [`StsRefusal`]
    pub fn new(
        mode: StsMode,
        mx: Vec<DomainName>,
        max_age: Duration,
        id: &str,
    ) -> Result<Self, StsRefusal> {
        let max_age = max_age.as_secs();
        if !(1..=MAX_ID).contains(&id.len()) || !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(StsRefusal::Id);
        }
        if mx.is_empty() && mode != StsMode::None {
            return Err(StsRefusal::NoMx);
        }
        if max_age > MAX_MAX_AGE {
            return Err(StsRefusal::MaxAge(max_age));
        }
        Ok(Self { mode, mx, max_age, id: id.to_owned() })
    }

    /// The exchangers of the policy.
    #[must_use]
    pub fn mx(&self) -> &[DomainName] {
        &self.mx
    }

    /// The text of the TXT record at `_mta-sts`.
    #[must_use]
    pub fn txt(&self) -> String {
        format!("v=STSv1; id={}", self.id)
    }

    /// The policy file, which `https://mta-sts.DOMAIN/.well-known/mta-sts.txt` serves as
    /// `text/plain`.
    #[must_use]
    pub fn policy_text(&self) -> String {
        let mut out = format!("version: STSv1\r\nmode: {}\r\n", self.mode);
        for mx in &self.mx {
            out.push_str(&format!("mx: {mx}\r\n"));
        }
        out.push_str(&format!("max_age: {}\r\n", self.max_age));
        out
    }

    /// The name and the record to publish for `domain`.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(&self, domain: &DomainName) -> Result<(Name, Record), NameError> {
        let name = Name::from(domain).prepend(["_mta-sts"])?;
        Ok((name, Record::Txt(crate::text::split(&self.txt()))))
    }
}

impl fmt::Display for StsMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Enforce => "enforce",
            Self::Testing => "testing",
            Self::None => "none",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_max_age_are_limited() {
        let mx = || vec![DomainName::parse("mx.example.org").unwrap()];
        let new = |id: &str, secs| {
            MtaSts::new(StsMode::Enforce, mx(), Duration::from_secs(secs), id).map(|_| ())
        };
        assert_eq!(new(&"a".repeat(32), MAX_MAX_AGE), Ok(()));
        assert_eq!(new(&"a".repeat(33), 1), Err(StsRefusal::Id));
        assert_eq!(new("", 1), Err(StsRefusal::Id));
        assert_eq!(new("a-b", 1), Err(StsRefusal::Id));
        assert_eq!(new("a", MAX_MAX_AGE + 1), Err(StsRefusal::MaxAge(MAX_MAX_AGE + 1)));
        let none = MtaSts::new(StsMode::Enforce, vec![], Duration::ZERO, "a");
        assert_eq!(none, Err(StsRefusal::NoMx));
    }
}
