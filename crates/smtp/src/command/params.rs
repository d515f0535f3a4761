//! Parameters of MAIL and RCPT, read once and forward (RFC 5321 §4.1.2).
//!
//! ```text
//! esmtp-param   = esmtp-keyword ["=" esmtp-value]
//! esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
//! esmtp-value   = 1*(%d33-60 / %d62-126)
//! ```

use super::ParseCommandError;
use crate::value::{
    BodyType, DeliverBy, EnvelopeId, Hold, MailAuth, MailParams, Notify, OriginalRecipient,
    ParseDsnError, ParseScheduleError, Priority, RcptParams, Ret, Xtext,
};
use postrider_core::Mailbox;

type Value<'a> = Option<&'a [u8]>;

/// Most digits of `SIZE=` (RFC 1870 §3).
const SIZE_DIGITS: usize = 20;

pub(super) fn mail_params(params: Option<&[u8]>) -> Result<MailParams, ParseCommandError> {
    let mut read = MailParams::default();
    for param in split(params) {
        let (index, keyword, value) = param?;
        let mut word = [0; LONGEST];
        match upper(keyword, &mut word) {
            b"SIZE" => set("SIZE", &mut read.size, size(value)?)?,
            b"BODY" => set("BODY", &mut read.body, body(value)?)?,
            b"AUTH" => set("AUTH", &mut read.auth, auth(value)?)?,
            b"SMTPUTF8" => flag("SMTPUTF8", &mut read.smtputf8, value)?,
            b"RET" => set("RET", &mut read.ret, dsn("RET", Ret::parse(of(value)))?)?,
            b"ENVID" => {
                set("ENVID", &mut read.envid, dsn("ENVID", EnvelopeId::parse(of(value)))?)?;
            }
            b"REQUIRETLS" => flag("REQUIRETLS", &mut read.requiretls, value)?,
            b"MT-PRIORITY" => {
                const KEYWORD: &str = "MT-PRIORITY";
                set(KEYWORD, &mut read.priority, when(KEYWORD, Priority::parse(of(value)))?)?;
            }
            b"BY" => set("BY", &mut read.by, when("BY", DeliverBy::parse(of(value)))?)?,
            // RFC 4865 §5: the two exclude each other, so a second of either is one too many.
            b"HOLDFOR" => {
                set("HOLDFOR", &mut read.hold, when("HOLDFOR", Hold::parse_for(of(value)))?)?;
            }
            b"HOLDUNTIL" => {
                set("HOLDUNTIL", &mut read.hold, when("HOLDUNTIL", Hold::parse_until(of(value)))?)?;
            }
            _ => return Err(ParseCommandError::UnknownParameter { index }),
        }
    }
    Ok(read)
}

pub(super) fn rcpt_params(params: Option<&[u8]>) -> Result<RcptParams, ParseCommandError> {
    let mut read = RcptParams::default();
    for param in split(params) {
        let (index, keyword, value) = param?;
        let mut word = [0; LONGEST];
        match upper(keyword, &mut word) {
            b"NOTIFY" => {
                set("NOTIFY", &mut read.notify, dsn("NOTIFY", Notify::parse(of(value)))?)?;
            }
            b"ORCPT" => {
                set("ORCPT", &mut read.orcpt, dsn("ORCPT", OriginalRecipient::parse(of(value)))?)?;
            }
            _ => return Err(ParseCommandError::UnknownParameter { index }),
        }
    }
    Ok(read)
}

/// Octets of the longest keyword that is known.
const LONGEST: usize = 11;

/// The keyword in upper case, or nothing where it is longer than every one that is known.
fn upper<'a>(keyword: &[u8], word: &'a mut [u8; LONGEST]) -> &'a [u8] {
    let Some(word) = word.get_mut(..keyword.len()) else {
        return b"";
    };
    word.copy_from_slice(keyword);
    word.make_ascii_uppercase();
    word
}

/// The value; a parameter without one is read as an empty one, which none of them may be.
fn of(value: Value<'_>) -> &[u8] {
    value.unwrap_or_default()
}

fn dsn<T>(keyword: &'static str, read: Result<T, ParseDsnError>) -> Result<T, ParseCommandError> {
    read.map_err(|error| ParseCommandError::Value { keyword, expected: error.expected })
}

fn when<T>(
    keyword: &'static str,
    read: Result<T, ParseScheduleError>,
) -> Result<T, ParseCommandError> {
    read.map_err(|error| ParseCommandError::Value { keyword, expected: error.expected })
}

/// Parameters in order: number from 1, keyword, value.
fn split(
    params: Option<&[u8]>,
) -> impl Iterator<Item = Result<(usize, &[u8], Value<'_>), ParseCommandError>> {
    let words = params.into_iter().flat_map(|p| p.split(|&b| b == b' '));
    words.zip(1..).map(|(word, index)| {
        let (keyword, value) = match word.iter().position(|&b| b == b'=') {
            Some(at) => (word.get(..at).unwrap_or_default(), word.get(at + 1..)),
            None => (word, None),
        };
        let bad = |expected| ParseCommandError::Parameter { index, expected };
        if !is_keyword(keyword) {
            return Err(bad("a keyword"));
        }
        if !value.is_none_or(is_value) {
            return Err(bad("a value"));
        }
        Ok((index, keyword, value))
    })
}

fn is_keyword(octets: &[u8]) -> bool {
    octets.first().is_some_and(u8::is_ascii_alphanumeric)
        && octets.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
}

/// RFC 6531 §3.3 adds UTF-8 to the octets of RFC 5321.
fn is_value(octets: &[u8]) -> bool {
    !octets.is_empty()
        && octets.iter().all(|b| matches!(b, 33..=60 | 62..=126 | 0x80..))
        && std::str::from_utf8(octets).is_ok()
}

/// RFC 5321 leaves a repeated keyword undefined; taking either value would be a guess.
fn set<T>(keyword: &'static str, slot: &mut Option<T>, value: T) -> Result<(), ParseCommandError> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(ParseCommandError::Duplicate { keyword }),
    }
}

/// RFC 1870 §3: `size-value ::= 1*20DIGIT`
fn size(value: Value<'_>) -> Result<u64, ParseCommandError> {
    let digits = value.unwrap_or_default();
    let in_range = (1..=SIZE_DIGITS).contains(&digits.len());
    if !in_range || !digits.iter().all(u8::is_ascii_digit) {
        return Err(ParseCommandError::Value { keyword: "SIZE", expected: "1 to 20 digits" });
    }
    digits
        .iter()
        .try_fold(0u64, |n, d| n.checked_mul(10)?.checked_add(u64::from(d - b'0')))
        .ok_or(ParseCommandError::SizeOverflow)
}

fn body(value: Value<'_>) -> Result<BodyType, ParseCommandError> {
    match of(value) {
        v if v.eq_ignore_ascii_case(b"7BIT") => Ok(BodyType::SevenBit),
        v if v.eq_ignore_ascii_case(b"8BITMIME") => Ok(BodyType::EightBitMime),
        v if v.eq_ignore_ascii_case(b"BINARYMIME") => Ok(BodyType::BinaryMime),
        _ => {
            let expected = "7BIT, 8BITMIME or BINARYMIME";
            Err(ParseCommandError::Value { keyword: "BODY", expected })
        }
    }
}

/// RFC 4954 §5: the mailbox of the first submitter in xtext, or `<>`.
fn auth(value: Value<'_>) -> Result<MailAuth, ParseCommandError> {
    let bad = || ParseCommandError::Value { keyword: "AUTH", expected: "<> or a mailbox in xtext" };
    let decoded = Xtext::parse(value.unwrap_or_default()).map_err(|_| bad())?;
    match decoded.as_str() {
        "<>" => Ok(MailAuth::Unknown),
        text => Mailbox::parse(text.as_bytes()).map(MailAuth::Mailbox).map_err(|_| bad()),
    }
}

fn flag(keyword: &'static str, slot: &mut bool, value: Value<'_>) -> Result<(), ParseCommandError> {
    if value.is_some() {
        return Err(ParseCommandError::Value { keyword, expected: "no value" });
    }
    match std::mem::replace(slot, true) {
        true => Err(ParseCommandError::Duplicate { keyword }),
        false => Ok(()),
    }
}
