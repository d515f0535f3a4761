//! The answer to a question for a key, and the keys in it that a signature may use.

use crate::algorithm::KeyType;
use crate::key::{MAX_RSA_BITS, MIN_RSA_BITS, PublicKey};
use crate::reason::Reason;
use crate::record::{KeyRecord, KeyRecordError};
use crate::signature::Signature;
use postrider_core::SafeText;
use postrider_resolver::{Answer, Content, LookupError, Record};

/// Most octets of a record's text that a verdict keeps as evidence.
const EXCERPT: usize = 512;

/// What is known of one name.
#[derive(Debug, Default)]
pub(super) struct KeySlot {
    /// Text of the records there, cut.
    pub(super) texts: Vec<SafeText>,
    state: Option<Result<KeySet, Reason>>,
}

/// The key records at a name.
#[derive(Debug)]
pub(super) struct KeySet {
    pub(super) records: Vec<KeyRecord>,
    /// TXT records that are none, or beyond the limit.
    pub(super) others: usize,
    pub(super) authentic: bool,
    pub(super) ttl: u32,
}

impl KeySlot {
    pub(super) fn state(&self) -> Option<Result<&KeySet, &Reason>> {
        self.state.as_ref().map(Result::as_ref)
    }

    pub(super) fn answer(&mut self, answer: Result<Answer, LookupError>, most: usize) {
        if self.state.is_some() {
            return;
        }
        self.state = Some(match answer {
            Ok(answer) => {
                self.texts = texts(&answer).take(most).map(|t| excerpt(&t)).collect();
                read(&answer, most)
            }
            Err(e) => Err(Reason::Lookup(e)),
        });
    }
}

/// The TXT records, their strings joined.
fn texts(answer: &Answer) -> impl Iterator<Item = Vec<u8>> {
    answer.records().iter().filter_map(|record| {
        if let Record::Txt(text) = record {
            return Some(text.joined());
        }
        None
    })
}

fn excerpt(text: &[u8]) -> SafeText {
    SafeText::escaped(text).truncated(EXCERPT)
}

/// RFC 6376 §3.6.2.2 leaves several records at a name undefined. Those that are key records are all
/// tried, which is the only reading under which a foreign TXT record, or a second key published
/// while the first is retired, does no harm.
fn read(answer: &Answer, most: usize) -> Result<KeySet, Reason> {
    if answer.content == Content::NxDomain {
        return Err(Reason::NoKeyName);
    }
    let mut set =
        KeySet { records: Vec::new(), others: 0, authentic: answer.authentic, ttl: answer.ttl };
    let mut error: Option<KeyRecordError> = None;
    for text in texts(answer) {
        match KeyRecord::parse(&text) {
            Ok(record) if set.records.len() < most => set.records.push(record),
            Ok(_) => set.others += 1,
            Err(e) => {
                set.others += 1;
                // Of several faults that of a text that means to be a key record is told.
                if error.is_none() || text.starts_with(b"v=DKIM1") {
                    error = Some(e);
                }
            }
        }
    }
    match (set.records.is_empty(), error) {
        (false, _) => Ok(set),
        (true, Some(e)) => Err(Reason::KeyRecord(e)),
        (true, None) => Err(Reason::NoKeyRecord),
    }
}

/// The keys that `signature` may have been made with.
pub(super) fn usable<'s>(
    set: &'s KeySet,
    signature: &Signature,
) -> Result<Vec<(&'s KeyRecord, &'s PublicKey)>, Reason> {
    let mut refused = None;
    let mut usable = Vec::with_capacity(set.records.len());
    for record in &set.records {
        match check(record, signature) {
            Ok(key) => usable.push((record, key)),
            Err(reason) => refused = refused.or(Some(reason)),
        }
    }
    match usable.is_empty() {
        false => Ok(usable),
        true => Err(refused.unwrap_or(Reason::NoKeyRecord)),
    }
}

/// The checks of RFC 6376 §6.1.2, and of RFC 8301 on the size of the key.
fn check<'r>(record: &'r KeyRecord, signature: &Signature) -> Result<&'r PublicKey, Reason> {
    if record.key_type() != signature.algorithm.key_type() {
        return Err(Reason::KeyType);
    }
    // "If the public-key data (the "p=" tag) is empty, then this key has been revoked".
    let key = record.key().ok_or(Reason::KeyRevoked)?;
    if !record.allows_sha256() {
        return Err(Reason::KeyHash);
    }
    if !record.allows_mail() {
        return Err(Reason::KeyService);
    }
    // RFC 6376 §3.6.1: "the domain used to the right of the "@" in the "i=" tag MUST NOT be a
    // subdomain of "d=" when this flag is used".
    if record.is_strict() && *signature.identity.domain() != signature.domain {
        return Err(Reason::KeyStrict);
    }
    let bits = key.bits();
    match key.key_type() {
        KeyType::Rsa if bits < MIN_RSA_BITS => Err(Reason::KeyTooShort { bits }),
        KeyType::Rsa if bits > MAX_RSA_BITS => Err(Reason::KeyTooLong { bits }),
        KeyType::Rsa | KeyType::Ed25519 => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an RSA key of so many bits is good for.
    fn rsa(bits: usize) -> Result<u32, Reason> {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= bits.div_ceil(8) * 8 - bits;
        let key = PublicKey::rsa(&modulus, &[1, 0, 1]).unwrap();
        let signature = Signature::parse(
            b"v=1; a=rsa-sha256; d=bank.example; s=m1; h=from; b=YWJj; \
              bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=",
        );
        check(&KeyRecord::new(key), &signature.unwrap()).map(PublicKey::bits)
    }

    #[test]
    fn rsa_keys_have_1024_to_8192_bits_exactly() {
        assert_eq!(rsa(1023), Err(Reason::KeyTooShort { bits: 1023 }));
        for bits in [1024, 1025, 8191, 8192] {
            assert_eq!(rsa(bits).map(usize::try_from), Ok(Ok(bits)));
        }
        assert_eq!(rsa(8193), Err(Reason::KeyTooLong { bits: 8193 }));
    }
}
