//! The `DKIM-Signature` field, read (RFC 6376 §3.5).

mod error;

pub use error::SignatureError;

use crate::algorithm::Algorithm;
use crate::canon::Canonicalization;
use crate::copied::{self, Copied};
use crate::encoding::{from_base64, trim_fws};
use crate::identity::Auid;
use crate::policy::{
    MAX_LENGTH_DIGITS, MAX_SIGNATURE, MAX_SIGNED_NAMES, MAX_TAG_LIST, MAX_TIME_DIGITS,
};
use crate::selector::Selector;
use postrider_core::{DomainName, Span, Tag, TagList, UnixTime};

/// What a signature says of itself. Nothing of it is known to be true until it verifies.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature {
    /// `a=`
    pub algorithm: Algorithm,
    /// `b=`, decoded.
    pub signature: Vec<u8>,
    /// `bh=`, decoded.
    pub body_hash: [u8; 32],
    /// `c=`, simple/simple if absent.
    pub canonicalization: Canonicalization,
    /// `d=`
    pub domain: DomainName,
    /// `s=`
    pub selector: Selector,
    /// `i=`, `@d` if absent.
    pub identity: Auid,
    /// `h=`, as written: names of fields, from left to right, repetitions included.
    pub signed_names: Vec<Box<[u8]>>,
    /// `l=`: canonical octets of the body that are signed; absent means all.
    pub length: Option<u64>,
    /// `t=`
    pub signed_at: Option<UnixTime>,
    /// `x=`
    pub expires: Option<UnixTime>,
    /// `z=`: fields as they were signed; those that cannot be read are left out.
    pub(crate) copied: Vec<Copied>,
    /// Where the value of `b=` stands in the field's value, all white space around it included: what
    /// is cut out before the field itself is hashed.
    pub signature_span: Span,
}

/// What could be read of a signature that is not valid as a whole, to name it in a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) domain: Option<DomainName>,
    pub(crate) selector: Option<Selector>,
}

impl Claims {
    /// Reads `d=` and `s=` and nothing else.
    pub(crate) fn read(value: &[u8]) -> Self {
        let Ok(tags) = TagList::parse(value) else {
            return Self::default();
        };
        let value = |name| tags.get(name).map(|t| t.value);
        Self {
            domain: value("d").and_then(|v| DomainName::parse_octets(v).ok()),
            selector: value("s").and_then(|v| Selector::parse_octets(v).ok()),
        }
    }
}

impl Signature {
    /// Reads the value of a `DKIM-Signature` field, folding included, its last CRLF not.
    ///
    /// # Errors
    /// [`SignatureError`] with the octet offset of the first fault.
    pub fn parse(value: &[u8]) -> Result<Self, SignatureError> {
        if value.len() > MAX_TAG_LIST {
            return Err(SignatureError::Long { len: value.len() });
        }
        let tags = Tags(TagList::parse(value)?);
        let v = tags.required("v")?;
        if v.value != b"1" {
            return Err(SignatureError::Version { at: start(v) });
        }
        let algorithm = tags.algorithm()?;
        let domain = tags.domain()?;
        let b = tags.required("b")?;
        let signature = Self {
            algorithm,
            signature: tags.signature(b)?,
            body_hash: tags.body_hash()?,
            canonicalization: tags.canonicalization()?,
            identity: tags.identity(&domain)?,
            domain,
            selector: tags.selector()?,
            signed_names: tags.signed_names()?,
            length: tags.length()?,
            signed_at: tags.time("t")?,
            expires: tags.time("x")?,
            copied: tags.0.get("z").map(|z| copied::read(z.value)).unwrap_or_default(),
            signature_span: b.raw_value_span,
        };
        tags.check_query()?;
        // RFC 6376 §3.5: "The value of the "x=" tag MUST be greater than the value of the "t=" tag
        // if both are present."
        match (signature.signed_at, signature.expires) {
            (Some(t), Some(x)) if x <= t => Err(SignatureError::ExpiresBeforeSigned),
            _ => Ok(signature),
        }
    }
}

const fn start(tag: &Tag<'_>) -> usize {
    tag.value_span.start
}

/// The rules of each tag.
struct Tags<'a>(TagList<'a>);

impl<'a> Tags<'a> {
    fn required(&self, tag: &'static str) -> Result<&Tag<'a>, SignatureError> {
        self.0.get(tag).ok_or(SignatureError::Missing { tag })
    }

    fn algorithm(&self) -> Result<Algorithm, SignatureError> {
        let a = self.required("a")?;
        match Algorithm::from_tag(a.value) {
            Some(algorithm) => Ok(algorithm),
            None if a.value == b"rsa-sha1" => Err(SignatureError::Sha1 { at: start(a) }),
            None => Err(SignatureError::Algorithm { at: start(a) }),
        }
    }

    fn signature(&self, b: &Tag<'_>) -> Result<Vec<u8>, SignatureError> {
        let octets = base64(b, "b")?;
        match octets.len() {
            0 => Err(SignatureError::Base64 { tag: "b", at: start(b) }),
            1..=MAX_SIGNATURE => Ok(octets),
            len => Err(SignatureError::LongSignature { len }),
        }
    }

    fn body_hash(&self) -> Result<[u8; 32], SignatureError> {
        let octets = base64(self.required("bh")?, "bh")?;
        let len = octets.len();
        octets.try_into().map_err(|_| SignatureError::HashLength { len })
    }

    fn canonicalization(&self) -> Result<Canonicalization, SignatureError> {
        let Some(c) = self.0.get("c") else {
            return Ok(Canonicalization::ABSENT);
        };
        Canonicalization::from_tag(c.value)
            .ok_or_else(|| SignatureError::Canonicalization { at: start(c) })
    }

    fn domain(&self) -> Result<DomainName, SignatureError> {
        let d = self.required("d")?;
        DomainName::parse_octets(d.value)
            .ok()
            // RFC 6376 §3.5: domain-name = sub-domain 1*("." sub-domain)
            .filter(DomainName::is_full)
            .ok_or_else(|| SignatureError::Domain { at: start(d) })
    }

    fn selector(&self) -> Result<Selector, SignatureError> {
        let s = self.required("s")?;
        Selector::parse_octets(s.value)
            .map_err(|source| SignatureError::Selector { at: start(s), source })
    }

    fn identity(&self, domain: &DomainName) -> Result<Auid, SignatureError> {
        let Some(i) = self.0.get("i") else {
            return Ok(Auid::of_domain(domain.clone()));
        };
        let at = start(i);
        let identity = Auid::parse(i.value).ok_or(SignatureError::Identity { at })?;
        // RFC 6376 §3.5: "the domain part of the address MUST be the same as, or a subdomain of, the
        // value of the "d=" tag."
        match identity.domain().is_at_or_under(domain) {
            true => Ok(identity),
            false => Err(SignatureError::IdentityOutside { at }),
        }
    }

    fn signed_names(&self) -> Result<Vec<Box<[u8]>>, SignatureError> {
        let h = self.required("h")?;
        let at = start(h);
        let mut names: Vec<Box<[u8]>> = Vec::with_capacity(16);
        for part in h.value.split(|&b| b == b':') {
            let name = trim_fws(part);
            if name.is_empty() || !name.iter().all(|b| matches!(b, 0x21..=0x7e)) {
                return Err(SignatureError::Names { at });
            }
            if names.len() == MAX_SIGNED_NAMES {
                return Err(SignatureError::ManyNames { at });
            }
            names.push(Box::from(name));
        }
        // RFC 6376 §5.4: "The From header field MUST be signed (that is, included in the "h=" tag of
        // the resulting DKIM-Signature header field)."
        match names.iter().any(|n| n.eq_ignore_ascii_case(b"from")) {
            true => Ok(names),
            false => Err(SignatureError::FromNotSigned { at }),
        }
    }

    fn length(&self) -> Result<Option<u64>, SignatureError> {
        self.number("l", MAX_LENGTH_DIGITS)
    }

    fn time(&self, tag: &'static str) -> Result<Option<UnixTime>, SignatureError> {
        let secs = self.number(tag, MAX_TIME_DIGITS)?;
        Ok(secs.map(|s| UnixTime::from_secs(i64::try_from(s).unwrap_or(i64::MAX))))
    }

    /// Digits and nothing else. A number that does not fit is greater than all that it is compared
    /// with, and so is the greatest one that fits.
    fn number(&self, tag: &'static str, most: usize) -> Result<Option<u64>, SignatureError> {
        let Some(found) = self.0.get(tag) else {
            return Ok(None);
        };
        let digits = found.value;
        let fine = (1..=most).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
        if !fine {
            return Err(SignatureError::Number { tag, at: start(found) });
        }
        Ok(Some(
            digits
                .iter()
                .fold(0_u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0'))),
        ))
    }

    /// RFC 6376 §3.5: "Currently, the only valid value is "dns/txt"". One known method in the list is
    /// enough.
    fn check_query(&self) -> Result<(), SignatureError> {
        let Some(q) = self.0.get("q") else {
            return Ok(());
        };
        let known = |part: &[u8]| trim_fws(part).eq_ignore_ascii_case(b"dns/txt");
        match q.value.split(|&b| b == b':').any(known) {
            true => Ok(()),
            false => Err(SignatureError::Query { at: start(q) }),
        }
    }
}

fn base64(tag: &Tag<'_>, name: &'static str) -> Result<Vec<u8>, SignatureError> {
    from_base64(tag.value).ok_or_else(|| SignatureError::Base64 { tag: name, at: start(tag) })
}

#[cfg(test)]
mod tests;
