//! DKIM keys to publish. The record itself is [`KeyRecord`] of `postrider-dkim`.

use postrider_core::DomainName;
use postrider_dkim::{KeyRecord, KeyType, Selector};
use postrider_resolver::{Name, NameError, Record};

/// Fewest bits of an RSA key (RFC 8301 §3.2: "Verifiers MUST NOT consider signatures using RSA keys
/// of less than 1024 bits as valid signatures").
pub const MIN_RSA_BITS: u32 = 1024;
/// Most bits of an RSA key that Postrider's verifier takes.
pub const MAX_RSA_BITS: u32 = 8192;

/// A key record and the selector it stands under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimKey {
    selector: Selector,
    record: KeyRecord,
}

/// Why a key is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DkimRefusal {
    /// Its RSA key is too small or too large.
    #[error("RSA key of {bits} bits: verifiers take {MIN_RSA_BITS} to {MAX_RSA_BITS}")]
    Bits {
        /// Its size.
        bits: u32,
    },
    /// Its `h=` leaves out SHA-256, the only hash in use (RFC 8301).
    #[error("h= leaves out sha256")]
    Hash,
    /// Its `s=` leaves out electronic mail.
    #[error("s= leaves out email")]
    Service,
}

impl DkimKey {
    /// A record under a selector.
    ///
    /// # Errors
    /// [`DkimRefusal`] when no verifier would use the key for mail. A revoked key is fine.
    pub fn new(selector: Selector, record: KeyRecord) -> Result<Self, DkimRefusal> {
        if let Some(key) = record.key() {
            let bits = key.bits();
            if key.key_type() == KeyType::Rsa && !(MIN_RSA_BITS..=MAX_RSA_BITS).contains(&bits) {
                return Err(DkimRefusal::Bits { bits });
            }
        }
        if !record.allows_sha256() {
            return Err(DkimRefusal::Hash);
        }
        if !record.allows_mail() {
            return Err(DkimRefusal::Service);
        }
        Ok(Self { selector, record })
    }

    /// Its selector.
    #[must_use]
    pub const fn selector(&self) -> &Selector {
        &self.selector
    }

    /// Its record.
    #[must_use]
    pub const fn record(&self) -> &KeyRecord {
        &self.record
    }

    /// The name and the record to publish for `domain`.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(&self, domain: &DomainName) -> Result<(Name, Record), NameError> {
        let name = self.selector.under_domainkey(domain)?;
        Ok((name, Record::Txt(crate::text::split(&self.record.to_string()))))
    }
}

#[cfg(test)]
mod tests;
