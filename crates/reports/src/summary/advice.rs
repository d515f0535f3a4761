//! What to fix, from what reports say.

use super::{DomainSummary, Source};
use std::fmt;

/// What the reports say of one source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Advice {
    /// Everything passes by both mechanisms.
    Fine,
    /// It passes by SPF alone: forwarding will break it.
    Sign,
    /// It passes by DKIM alone: as good as fine; SPF is not aligned.
    AlignSpf,
    /// It signs and nothing is aligned: it should sign with the author's domain.
    AlignDkim,
    /// SPF passes for another domain, and there is no good signature.
    AlignEither,
    /// Some of its messages fail and some pass.
    Mixed,
    /// Nothing is authenticated: a forger, or a service that nobody has set up.
    Unknown,
}

impl Advice {
    /// A stable word for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Sign => "sign",
            Self::AlignSpf => "align-spf",
            Self::AlignDkim => "align-dkim",
            Self::AlignEither => "align-either",
            Self::Mixed => "mixed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fine => "fine",
            Self::Sign => "passes by SPF alone: sign with DKIM, or forwarding breaks it",
            Self::AlignSpf => "passes by DKIM alone: use an aligned MAIL FROM as well",
            Self::AlignDkim => "signs for another domain: sign with the author's domain",
            Self::AlignEither => {
                "authorized for another domain only: sign with the author's domain"
            }
            Self::Mixed => "some pass and some fail: compare its streams",
            Self::Unknown => "nothing is authenticated: a forger, or a service to set up",
        })
    }
}

impl Source {
    /// What to do about it.
    #[must_use]
    pub const fn advice(&self) -> Advice {
        match self {
            Self { passed: 0, signed: 0, authorized: 0, .. } => Advice::Unknown,
            Self { passed: 0, signed: 0, .. } => Advice::AlignEither,
            Self { passed: 0, .. } => Advice::AlignDkim,
            Self { messages, passed, .. } if *passed < *messages => Advice::Mixed,
            Self { messages, dkim, .. } if *dkim < *messages => Advice::Sign,
            Self { messages, spf, .. } if *spf < *messages => Advice::AlignSpf,
            Self { .. } => Advice::Fine,
        }
    }
}

impl DomainSummary {
    /// Sources that deserve a look, by messages.
    #[must_use]
    pub fn to_fix(&self) -> Vec<(std::net::IpAddr, Advice)> {
        let advice = self.by_size().into_iter().map(|(ip, source)| (ip, source.advice()));
        advice.filter(|(_, a)| !matches!(a, Advice::Fine | Advice::AlignSpf)).collect()
    }
}
