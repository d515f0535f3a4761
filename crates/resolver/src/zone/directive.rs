//! The comments `;!…`, which say what records cannot.

use super::error::{Expected, ZoneError, ZoneFault};
use super::fields::{self, Fields};
use super::parse::Item;
use super::{DEFAULT_NEGATIVE_TTL, FaultKinds, Forced, Trust};
use crate::{Kind, LookupError};
use postrider_core::SafeText;

/// Reads what follows `;!`.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Item, ZoneError> {
    let word = fields.next(Expected::Name)?;
    let item = match word.raw {
        b"exists" => Item::Node(fields.name()?),
        b"secure" => Item::Trust(fields.name()?, Trust::Secure),
        b"insecure" => Item::Trust(fields.name()?, Trust::Insecure),
        b"nodata" => deny(fields, |ttl| Forced::NoData { ttl })?,
        b"nxdomain" => deny(fields, |ttl| Forced::NxDomain { ttl })?,
        b"error" => {
            let text = fields.text()?;
            fail(fields, LookupError::Other(safe(text)))?
        }
        other => {
            let unknown = || word.place.error(ZoneFault::Directive(fields::shown(word)));
            fail(fields, error(other).ok_or_else(unknown)?)?
        }
    };
    fields.finish()?;
    Ok(item)
}

/// The failure that a word stands for.
fn error(word: &[u8]) -> Option<LookupError> {
    Some(match word {
        b"timeout" => LookupError::Timeout,
        b"servfail" => LookupError::ServFail { bogus: false },
        b"bogus" => LookupError::ServFail { bogus: true },
        b"refused" => LookupError::Refused,
        b"malformed" => LookupError::Malformed,
        b"alias-loop" => LookupError::AliasLoop,
        b"not-encodable" => LookupError::NotEncodable,
        _ => return None,
    })
}

/// The word for a failure; `None` for one that only its text tells.
pub(super) const fn word(error: &LookupError) -> Option<&'static str> {
    Some(match error {
        LookupError::Timeout => "timeout",
        LookupError::ServFail { bogus: false } => "servfail",
        LookupError::ServFail { bogus: true } => "bogus",
        LookupError::Refused => "refused",
        LookupError::Malformed => "malformed",
        LookupError::AliasLoop => "alias-loop",
        LookupError::NotEncodable => "not-encodable",
        LookupError::Other(_) => return None,
    })
}

fn fail(fields: &mut Fields<'_>, error: LookupError) -> Result<Item, ZoneError> {
    let name = fields.name()?;
    Ok(Item::Force(name, kinds(fields)?, Forced::Fail(error)))
}

fn deny(fields: &mut Fields<'_>, forced: impl Fn(u32) -> Forced) -> Result<Item, ZoneError> {
    let name = fields.name()?;
    let number = fields.next_if(|token| token.raw.first().is_some_and(u8::is_ascii_digit));
    let ttl = match number {
        Some(token) => fields::ttl(token.raw).ok_or_else(|| fields::wrong(token, Expected::Ttl))?,
        None => DEFAULT_NEGATIVE_TTL,
    };
    Ok(Item::Force(name, kinds(fields)?, forced(ttl)))
}

/// `TYPE…`, `!TYPE…`, or nothing for all types.
fn kinds(fields: &mut Fields<'_>) -> Result<FaultKinds, ZoneError> {
    let mut only = Vec::new();
    let mut but = Vec::new();
    while let Some(token) = fields.next_if(|_| true) {
        let (list, raw) = match token.raw.strip_prefix(b"!") {
            Some(raw) if only.is_empty() => (&mut but, raw),
            None if but.is_empty() => (&mut only, token.raw),
            _ => return Err(fields::wrong(token, Expected::Type)),
        };
        let kind = std::str::from_utf8(raw).ok().and_then(|text| text.parse::<Kind>().ok());
        list.push(kind.ok_or_else(|| fields::wrong(token, Expected::Type))?);
    }
    Ok(match (only.is_empty(), but.is_empty()) {
        (true, true) => FaultKinds::All,
        (true, false) => FaultKinds::AllBut(but),
        (false, _) => FaultKinds::Only(only),
    })
}

fn safe(octets: Vec<u8>) -> SafeText {
    String::from_utf8(octets.clone())
        .ok()
        .and_then(|text| SafeText::new(text).ok())
        .unwrap_or_else(|| SafeText::escaped(&octets))
}
