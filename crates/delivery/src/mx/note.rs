//! What was found while resolving, in words for people and codes for machines.

use postrider_core::{DomainName, SafeText};
use postrider_resolver::{Answer, LookupError, Name, Question};
use postrider_spool::Cause;
use std::fmt;

/// Why a domain's mail has nowhere to go.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unroutable {
    /// `MX 0 .`
    #[error("the domain takes no mail (null MX)")]
    NullMx,
    /// NXDOMAIN.
    #[error("the domain does not exist")]
    NoSuchDomain,
    /// No target has an address we can use.
    #[error("no mail server of the domain has a usable address")]
    NoUsableHost,
    /// All addresses are private, loopback or link-local.
    #[error("all mail servers of the domain have private addresses")]
    PrivateOnly,
    /// The best server for the domain is this one, which does not know it.
    #[error("this server is the best mail server for the domain and does not take its mail")]
    Loop,
    /// DNS did not say.
    #[error("DNS for the domain does not answer: {0}")]
    Unknown(LookupError),
}

impl Unroutable {
    /// Stable word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NullMx => "null-mx",
            Self::NoSuchDomain => "no-such-domain",
            Self::NoUsableHost => "no-usable-host",
            Self::PrivateOnly => "private-addresses",
            Self::Loop => "loop",
            Self::Unknown(_) => "dns-unknown",
        }
    }

    /// Whether trying again cannot help.
    #[must_use]
    pub const fn is_permanent(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }

    /// Enhanced status code (RFC 3463, RFC 7505 §4.2).
    #[must_use]
    pub const fn status(&self) -> &'static str {
        match self {
            Self::NullMx => "5.1.10",
            Self::NoSuchDomain => "5.1.2",
            Self::NoUsableHost | Self::PrivateOnly => "5.4.4",
            Self::Loop => "5.4.6",
            Self::Unknown(_) => "4.4.3",
        }
    }

    /// The same for the sender.
    #[must_use]
    pub fn cause(&self) -> Cause {
        Cause::ours(SafeText::from_static(self.status()), SafeText::display(self))
    }
}

/// Something odd that did not stop the search.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// The domain has no MX; its own addresses are used.
    ImplicitMx,
    /// A target that is no host name: dropped.
    BadTarget(Name),
    /// A target that is an alias, which RFC 5321 §5.1 forbids and many use.
    Alias(DomainName, Name),
    /// We are a target of this preference.
    WeAreListed {
        /// The preference.
        preference: u16,
    },
    /// A target with private addresses only: dropped.
    PrivateTarget(DomainName),
    /// A target without an address: dropped.
    NoAddress(DomainName),
    /// A target whose addresses are not known at present.
    UnknownAddress(DomainName, LookupError),
}

impl Note {
    /// Stable word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ImplicitMx => "implicit-mx",
            Self::BadTarget(_) => "mx-bad-target",
            Self::Alias(..) => "mx-is-alias",
            Self::WeAreListed { .. } => "mx-is-us",
            Self::PrivateTarget(_) => "mx-private",
            Self::NoAddress(_) => "mx-no-address",
            Self::UnknownAddress(..) => "mx-address-unknown",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ImplicitMx => f.write_str("no MX; the domain's own addresses are used"),
            Self::BadTarget(name) => write!(f, "MX target {name} is no host name"),
            Self::Alias(host, name) => write!(f, "MX target {host} is an alias of {name}"),
            Self::WeAreListed { preference } => {
                write!(f, "we are an MX of preference {preference}")
            }
            Self::PrivateTarget(host) => write!(f, "MX target {host} has private addresses"),
            Self::NoAddress(host) => write!(f, "MX target {host} has no address"),
            Self::UnknownAddress(host, e) => write!(f, "address of MX target {host}: {e}"),
        }
    }
}

/// A question to DNS and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// The answer.
    pub answer: Result<Answer, LookupError>,
}
