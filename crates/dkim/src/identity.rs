//! The agent or user identifier: `i=` (RFC 6376 §3.5).

use crate::encoding::{from_quoted_printable, to_quoted_printable};
use postrider_core::DomainName;
use std::fmt;

/// On whose behalf the message was signed: `[local-part] "@" domain`.
///
/// An absent `i=` means `@` and the signing domain. The local part is opaque.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Auid {
    local: Box<[u8]>,
    domain: DomainName,
}

impl Auid {
    /// `@domain`.
    #[must_use]
    pub fn of_domain(domain: DomainName) -> Self {
        Self { local: Box::from([]), domain }
    }

    /// `local@domain`.
    #[must_use]
    pub fn new(local: &str, domain: DomainName) -> Self {
        Self { local: local.as_bytes().into(), domain }
    }

    /// The octets before the `@`, decoded; often none.
    #[must_use]
    pub fn local(&self) -> &[u8] {
        &self.local
    }

    /// The domain.
    #[must_use]
    pub const fn domain(&self) -> &DomainName {
        &self.domain
    }

    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        let text = from_quoted_printable(value)?;
        let at = text.iter().rposition(|&b| b == b'@')?;
        Some(Self {
            local: text.get(..at)?.into(),
            domain: DomainName::parse_octets(text.get(at + 1..)?).ok()?,
        })
    }
}

impl fmt::Display for Auid {
    /// As in `i=`: the local part quoted-printable, so one line of US-ASCII.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", to_quoted_printable(&self.local), self.domain)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Auid {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
