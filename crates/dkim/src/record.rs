//! Key records: the TXT text at `selector._domainkey.domain` (RFC 6376 §3.6.1).

use crate::algorithm::KeyType;
use crate::encoding::{to_base64, to_quoted_printable};
use crate::key::{PublicKey, PublicKeyError};
use postrider_core::{SafeText, TagError};
use std::fmt;

mod parse;

/// A key record: one public key, or its revocation, and what it may be used for.
///
/// Reads the text of a TXT record ([`parse`](Self::parse)) and writes it (`Display`).
///
/// ```
/// use postrider_dkim::KeyRecord;
///
/// let text = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
/// let record = KeyRecord::parse(text.as_bytes())?;
/// assert_eq!(record.to_string(), text);
/// # Ok::<(), postrider_dkim::KeyRecordError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    key_type: KeyType,
    key: Option<PublicKey>,
    hashes: Option<Vec<Box<str>>>,
    services: Option<Vec<Box<str>>>,
    flags: Flags,
    notes: Option<SafeText>,
}

/// `t=` of a key record; unknown flags are ignored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Flags {
    testing: bool,
    strict: bool,
}

/// Why text is no usable [`KeyRecord`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRecordError {
    /// Not a tag list.
    #[error(transparent)]
    Tags(#[from] TagError),
    /// RFC 6376 §3.6.1: `v=`, if there is one, "MUST be the first tag in the record".
    #[error("octet {at}: v= is not the first tag")]
    VersionNotFirst {
        /// Where it stands.
        at: usize,
    },
    /// RFC 6376 §3.6.1: "Records beginning with a "v=" tag with any other value MUST be discarded."
    #[error("octet {at}: v= is not DKIM1")]
    Version {
        /// Where the value stands.
        at: usize,
    },
    /// `k=` names a type that is not known.
    #[error("octet {at}: unknown key type in k=")]
    KeyType {
        /// Where the value stands.
        at: usize,
    },
    /// There is no `p=`.
    #[error("no p= tag")]
    NoKey,
    /// `p=` is no base64.
    #[error("octet {at}: p= is not base64")]
    Base64 {
        /// Where the value stands.
        at: usize,
    },
    /// What `p=` holds is no key of that type.
    #[error("p=: {why}")]
    Key {
        /// Why not.
        why: PublicKeyError,
    },
    /// `h=`, `s=` or `t=` is no list of words.
    #[error("octet {at}: {tag}= is not a list of words")]
    List {
        /// The tag.
        tag: &'static str,
        /// Where its value stands.
        at: usize,
    },
    /// `n=` is no quoted-printable.
    #[error("octet {at}: n= is not quoted-printable")]
    Notes {
        /// Where the value stands.
        at: usize,
    },
}

impl KeyRecord {
    /// The record that publishes `key`, for every service and without restriction.
    #[must_use]
    pub const fn new(key: PublicKey) -> Self {
        Self {
            key_type: key.key_type(),
            key: Some(key),
            hashes: None,
            services: None,
            flags: Flags { testing: false, strict: false },
            notes: None,
        }
    }

    /// The record that revokes a key (RFC 6376 §3.6.1: "An empty value means that this public key
    /// has been revoked").
    #[must_use]
    pub const fn revocation(key_type: KeyType) -> Self {
        Self {
            key_type,
            key: None,
            hashes: None,
            services: None,
            flags: Flags { testing: false, strict: false },
            notes: None,
        }
    }

    /// With the flag `t=y`: the domain is testing DKIM.
    #[must_use]
    pub const fn testing(mut self) -> Self {
        self.flags.testing = true;
        self
    }

    /// With the flag `t=s`: `i=` must name `d=` itself and no subdomain.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.flags.strict = true;
        self
    }

    /// With a note for people (`n=`).
    #[must_use]
    pub fn with_notes(mut self, notes: SafeText) -> Self {
        self.notes = Some(notes);
        self
    }

    /// Limited to SHA-256 and electronic mail: `h=sha256; s=email`.
    #[must_use]
    pub fn for_mail_only(mut self) -> Self {
        self.hashes = Some(vec!["sha256".into()]);
        self.services = Some(vec!["email".into()]);
        self
    }

    /// Reads the joined text of a TXT record.
    ///
    /// A record without `v=` is read as well, and one with unknown tags, flags, hashes or services.
    ///
    /// # Errors
    /// [`KeyRecordError`] with the octet offset.
    pub fn parse(text: &[u8]) -> Result<Self, KeyRecordError> {
        parse::record(text)
    }

    /// The type of the key.
    #[must_use]
    pub const fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// The key; nothing if it was revoked.
    #[must_use]
    pub const fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// Whether the domain says that it is testing DKIM (`t=y`).
    #[must_use]
    pub const fn is_testing(&self) -> bool {
        self.flags.testing
    }

    /// Whether `i=` must name `d=` itself (`t=s`).
    #[must_use]
    pub const fn is_strict(&self) -> bool {
        self.flags.strict
    }

    /// The note for people (`n=`).
    #[must_use]
    pub const fn notes(&self) -> Option<&SafeText> {
        self.notes.as_ref()
    }

    /// Whether `h=` allows SHA-256, the only hash there is (RFC 8301).
    #[must_use]
    pub fn allows_sha256(&self) -> bool {
        self.hashes.as_ref().is_none_or(|list| list.iter().any(|h| &**h == "sha256"))
    }

    /// Whether `s=` allows electronic mail.
    #[must_use]
    pub fn allows_mail(&self) -> bool {
        self.services.as_ref().is_none_or(|list| list.iter().any(|s| matches!(&**s, "*" | "email")))
    }
}

impl fmt::Display for KeyRecord {
    /// The text of the TXT record; cut it into strings of at most 255 octets for a zone file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=DKIM1; ")?;
        if let Some(h) = &self.hashes {
            write!(f, "h={}; ", h.join(":"))?;
        }
        write!(f, "k={}; ", self.key_type)?;
        if let Some(n) = &self.notes {
            write!(f, "n={}; ", to_quoted_printable(n.as_str().as_bytes()))?;
        }
        if let Some(s) = &self.services {
            write!(f, "s={}; ", s.join(":"))?;
        }
        match (self.flags.testing, self.flags.strict) {
            (true, true) => f.write_str("t=y:s; ")?,
            (true, false) => f.write_str("t=y; ")?,
            (false, true) => f.write_str("t=s; ")?,
            (false, false) => {}
        }
        let key = self.key.as_ref().map(|k| to_base64(&k.to_record()));
        write!(f, "p={}", key.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
