//! What shall be signed, and why it may not be.

use super::select::HeaderSelection;
use crate::algorithm::Algorithm;
use crate::canon::Canonicalization;
use crate::identity::Auid;
use crate::key::{KeyError, SigningKey};
use crate::selector::Selector;
use postrider_core::DomainName;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Columns at which a field is folded unless asked otherwise; RFC 5322 §2.1.1 recommends 78.
pub(super) const WIDTH: usize = 72;
/// Narrowest and widest folding.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=900;

/// One signature to be made: whose, with which key, over what.
///
/// Defaults: relaxed/relaxed, [`HeaderSelection::default`], `t=` is given, no `x=`, no `i=`, no `l=`,
/// no `z=`.
#[derive(Clone)]
pub struct SignRequest {
    pub(super) domain: DomainName,
    pub(super) selector: Selector,
    pub(super) algorithm: Algorithm,
    pub(super) key: Option<Arc<dyn SigningKey>>,
    pub(super) canonicalization: Canonicalization,
    pub(super) selection: HeaderSelection,
    pub(super) identity: Option<Auid>,
    pub(super) timestamp: Timestamp,
    pub(super) expires_after: Option<Duration>,
    pub(super) coverage: BodyCoverage,
    pub(super) copies: Copies,
    pub(super) width: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Copies {
    Written,
    Omitted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timestamp {
    Given,
    Omitted,
}

/// How much of the body is signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum BodyCoverage {
    /// All of it, and nothing can be appended: no `l=`.
    #[default]
    Whole,
    /// All of it, with its length in `l=`. Anyone can append to such a message; our own verifier
    /// refuses it then.
    WholeWithLength,
    /// The first so many canonical octets, in `l=`.
    First(u64),
}

impl BodyCoverage {
    /// The length whose hash is needed.
    pub(super) const fn length(self) -> Option<u64> {
        match self {
            Self::Whole | Self::WholeWithLength => None,
            Self::First(length) => Some(length),
        }
    }

    /// The value of `l=` for a body of `total` canonical octets.
    pub(super) const fn tag(self, total: u64) -> Option<u64> {
        match self {
            Self::Whole => None,
            Self::WholeWithLength => Some(total),
            Self::First(length) => Some(length),
        }
    }
}

/// Why a message is not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The message has no From field.
    #[error("the message has no From field")]
    NoFrom,
    /// The message has several From fields, of which a reader sees one that we do not know.
    #[error("the message has {count} From fields, exactly one is signed")]
    ManyFrom {
        /// How many.
        count: usize,
    },
    /// The header is beyond the limits, so that fields may be unknown.
    #[error("the header is too large to be signed")]
    HeaderTooLarge,
    /// The header begins with a continuation line, which would become part of the signature field put
    /// on top of it.
    #[error("the header begins with a continuation line")]
    Continuation,
    /// The selection of header fields does not name From.
    #[error("the header selection does not name From")]
    FromNotSigned,
    /// `d=` has a single label.
    #[error("d={domain} has a single label, at least two were expected")]
    Domain {
        /// The domain.
        domain: DomainName,
    },
    /// `i=` is not within `d=`.
    #[error("i={identity} is not within d={domain}")]
    IdentityOutside {
        /// The identity.
        identity: Auid,
        /// The domain.
        domain: DomainName,
    },
    /// The name of the key record would be too long for DNS.
    #[error("selector and domain are too long for DNS")]
    KeyName,
    /// `x=` needs at least a second.
    #[error("the signature would expire in the second it is made")]
    ExpiresAtOnce,
    /// The body is shorter than `l=`.
    #[error("l={length}, but the body has {total} octets")]
    LengthBeyondBody {
        /// The length asked for.
        length: u64,
        /// Canonical octets of the body.
        total: u64,
    },
    /// The request names an external key; use [`Signer::to_sign`](crate::Signer::to_sign).
    #[error("the request has no key to sign with")]
    NoKey,
    /// The key could not sign.
    #[error("{0}")]
    Key(KeyError),
}

impl SignRequest {
    /// Signs for `domain` with a key at hand.
    #[must_use]
    pub fn new(domain: DomainName, selector: Selector, key: Arc<dyn SigningKey>) -> Self {
        Self { key: Some(Arc::clone(&key)), ..Self::external(domain, selector, key.algorithm()) }
    }

    /// Signs for `domain` with a key elsewhere; see [`Signer::to_sign`](crate::Signer::to_sign).
    #[must_use]
    pub fn external(domain: DomainName, selector: Selector, algorithm: Algorithm) -> Self {
        Self {
            domain,
            selector,
            algorithm,
            key: None,
            canonicalization: Canonicalization::default(),
            selection: HeaderSelection::default(),
            identity: None,
            timestamp: Timestamp::Given,
            expires_after: None,
            coverage: BodyCoverage::default(),
            copies: Copies::Omitted,
            width: WIDTH,
        }
    }

    /// With other canonical forms (`c=`).
    #[must_use]
    pub const fn canonicalization(mut self, forms: Canonicalization) -> Self {
        self.canonicalization = forms;
        self
    }

    /// Over other header fields (`h=`).
    #[must_use]
    pub fn headers(mut self, selection: HeaderSelection) -> Self {
        self.selection = selection;
        self
    }

    /// On behalf of an identity within the domain (`i=`).
    #[must_use]
    pub fn identity(mut self, identity: Auid) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Valid for so long (`x=`), in whole seconds.
    #[must_use]
    pub const fn expires_after(mut self, span: Duration) -> Self {
        self.expires_after = Some(span);
        self
    }

    /// Without the time of signing (`t=`).
    #[must_use]
    pub const fn without_timestamp(mut self) -> Self {
        self.timestamp = Timestamp::Omitted;
        self
    }

    /// Over so much of the body (`l=`).
    #[must_use]
    pub const fn coverage(mut self, coverage: BodyCoverage) -> Self {
        self.coverage = coverage;
        self
    }

    /// With copies of the signed fields (`z=`), up to [`MAX_COPIED`](crate::copied::MAX_COPIED) octets,
    /// so that a verifier can name the field that was changed in transit.
    #[must_use]
    pub const fn with_copied_fields(mut self) -> Self {
        self.copies = Copies::Written;
        self
    }

    /// Folded at so many columns, within 40 to 900.
    #[must_use]
    pub fn width(mut self, columns: usize) -> Self {
        self.width = columns.clamp(*WIDTHS.start(), *WIDTHS.end());
        self
    }

    pub(super) fn check(&self) -> Result<(), SignError> {
        let domain = &self.domain;
        if !domain.is_full() {
            let domain = domain.clone();
            return Err(SignError::Domain { domain });
        }
        if let Some(identity) = &self.identity
            && !identity.domain().is_at_or_under(domain)
        {
            return Err(SignError::IdentityOutside {
                identity: identity.clone(),
                domain: domain.clone(),
            });
        }
        if self.expires_after.is_some_and(|span| span.as_secs() == 0) {
            return Err(SignError::ExpiresAtOnce);
        }
        let name = self.selector.under_domainkey(domain);
        name.map(drop).map_err(|_| SignError::KeyName)
    }
}

impl fmt::Debug for SignRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignRequest")
            .field("domain", &self.domain)
            .field("selector", &self.selector)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
