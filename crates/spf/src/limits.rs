//! The limits of an evaluation (RFC 7208 §4.6.4) and its counters.

use std::fmt;
use std::time::Duration;

/// How much an evaluation may cost. Each limit has a reason of its own in [`Why`](crate::Why).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Terms that ask DNS: include, a, mx, ptr, exists and redirect; one more is permerror.
    pub terms: u8,
    /// Terms to whose questions there was no answer; one more is permerror.
    pub void: u8,
    /// Hosts of one `mx`; more are permerror.
    pub mx_hosts: u8,
    /// Reverse names that are confirmed; further ones are not looked at.
    pub ptr_names: u8,
    /// Time from the start of the check, looked at before each question; more is temperror.
    pub elapsed: Duration,
    /// Octets of an explanation; longer ones are cut.
    pub explanation: usize,
}

impl Limits {
    /// The limits of RFC 7208 §4.6.4 (10 terms, 2 void, 10 hosts, 10 names, 20 seconds) and 512
    /// octets of explanation.
    #[must_use]
    pub const fn rfc7208() -> Self {
        Self {
            terms: 10,
            void: 2,
            mx_hosts: 10,
            ptr_names: 10,
            elapsed: Duration::from_secs(20),
            explanation: 512,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::rfc7208()
    }
}

/// What an evaluation has used of its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counters {
    /// Terms that asked DNS.
    pub terms: Count,
    /// Terms among them whose question had no answer.
    pub void: Count,
}

/// A number that may not exceed a limit; written `3/10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Count {
    /// How many there were, at most the limit.
    pub used: u8,
    /// How many are allowed.
    pub limit: u8,
}

/// One more than allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exceeded;

impl Counters {
    /// Nothing used.
    #[must_use]
    pub const fn new(limits: &Limits) -> Self {
        Self { terms: Count::of(limits.terms), void: Count::of(limits.void) }
    }
}

impl Count {
    const fn of(limit: u8) -> Self {
        Self { used: 0, limit }
    }

    pub(crate) const fn take(&mut self) -> Result<(), Exceeded> {
        if self.used >= self.limit {
            return Err(Exceeded);
        }
        self.used += 1;
        Ok(())
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.used, self.limit)
    }
}
