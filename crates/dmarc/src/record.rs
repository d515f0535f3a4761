//! DMARC policy records: read, judged, written (RFC 9989 §4.7, §4.8).
//!
//! ```text
//! dmarc-record = dmarc-version *(dmarc-sep dmarc-tag) [dmarc-sep]
//! dmarc-version= "v" equals %s"DMARC1"
//! dmarc-tag    = 1*ALPHA equals 1*dmarc-value
//! dmarc-value  = %x20-3A / %x3C-7E        ; any printing characters but semicolon
//! ```

mod parse;
mod write;

pub use parse::{Parsed, is_dmarc_record};

use crate::uri::Uri;
use std::fmt;

/// Most tags read from a record.
pub const MAX_TAGS: usize = 64;
/// Most URIs read from `rua` or `ruf`.
pub const MAX_URIS: usize = 32;

/// What a domain owner wants done with a message that fails.
///
/// In order of strictness: `Disposition::None < Disposition::Quarantine < Disposition::Reject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum Disposition {
    /// No preference.
    None,
    /// Treat it as suspicious.
    Quarantine,
    /// Refuse it.
    Reject,
}

impl Disposition {
    /// The word of the record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Quarantine => "quarantine",
            Self::Reject => "reject",
        }
    }

    /// RFC 9989 §4.7 `t`: "the policy applied to any failing messages will be one level below the
    /// specified policy".
    #[must_use]
    pub const fn one_below(self) -> Self {
        match self {
            Self::Reject => Self::Quarantine,
            Self::Quarantine | Self::None => Self::None,
        }
    }
}

impl fmt::Display for Disposition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How alike an identifier and the author domain must be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §3.2.10")]
pub enum Mode {
    /// The same organizational domain (`r`).
    #[default]
    Relaxed,
    /// The same domain (`s`).
    Strict,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Relaxed => "relaxed",
            Self::Strict => "strict",
        })
    }
}

/// Whether the domain of a record is a public suffix domain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum Psd {
    /// It is (`y`): the organizational domain lies one label below.
    Yes,
    /// It is not (`n`), and is an organizational domain.
    No,
    /// It does not say (`u`).
    #[default]
    Unsaid,
}

/// Whether the owner is still testing the policy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum Testing {
    /// `t=y`: one level below the policy is to be applied.
    On,
    /// `t=n`
    #[default]
    Off,
}

/// When a failure report is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 9989 §4.7")]
pub enum FailureWhen {
    /// `0`: no mechanism gave an aligned pass.
    #[default]
    All,
    /// `1`: some mechanism gave no aligned pass.
    Any,
}

/// The `fo` tag.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FailureOptions {
    /// `0` or `1`.
    pub when: FailureWhen,
    /// `d`: also for each DKIM signature that fails (RFC 6651).
    pub dkim: bool,
    /// `s`: also when SPF fails (RFC 6652).
    pub spf: bool,
}

/// A DMARC policy record. Tags that are absent have the value that RFC 9989 gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Record {
    /// `p`: for the domain itself, and below where nothing else applies.
    pub policy: Option<Disposition>,
    /// `sp`: for existing subdomains.
    pub subdomains: Option<Disposition>,
    /// `np`: for subdomains that do not exist.
    pub nonexistent: Option<Disposition>,
    /// `adkim`
    pub dkim_mode: Mode,
    /// `aspf`
    pub spf_mode: Mode,
    /// `psd`
    pub psd: Psd,
    /// `t`
    pub testing: Testing,
    /// `rua`: where aggregate reports go.
    pub aggregate: Vec<Uri>,
    /// `ruf`: where failure reports go.
    pub failure: Vec<Uri>,
    /// `fo`
    pub failure_options: FailureOptions,
}

impl Record {
    /// `v=DMARC1; p=…`, everything else by default.
    #[must_use]
    pub fn new(policy: Disposition) -> Self {
        Self { policy: Some(policy), ..Self::default() }
    }

    /// With a policy for existing subdomains.
    #[must_use]
    pub const fn with_subdomains(mut self, policy: Disposition) -> Self {
        self.subdomains = Some(policy);
        self
    }

    /// With a policy for subdomains that do not exist.
    #[must_use]
    pub const fn with_nonexistent(mut self, policy: Disposition) -> Self {
        self.nonexistent = Some(policy);
        self
    }

    /// With alignment modes.
    #[must_use]
    pub const fn with_modes(mut self, dkim: Mode, spf: Mode) -> Self {
        self.dkim_mode = dkim;
        self.spf_mode = spf;
        self
    }

    /// With one more address for aggregate reports.
    #[must_use]
    pub fn with_aggregate(mut self, uri: Uri) -> Self {
        self.aggregate.push(uri);
        self
    }

    /// The alignment mode of a mechanism.
    #[must_use]
    pub const fn mode(&self, mechanism: crate::Mechanism) -> Mode {
        match mechanism {
            crate::Mechanism::Spf => self.spf_mode,
            crate::Mechanism::Dkim => self.dkim_mode,
        }
    }
}
