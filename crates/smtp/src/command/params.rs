//! Parameters of MAIL and RCPT, read once and forward (RFC 5321 §4.1.2).
//!
//! ```text
//! esmtp-param   = esmtp-keyword ["=" esmtp-value]
//! esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
//! esmtp-value   = 1*(%d33-60 / %d62-126)
//! ```

use super::ParseCommandError;
use crate::value::{BodyType, MailAuth, MailParams, RcptParams, Xtext};
use postrider_core::Mailbox;

type Value<'a> = Option<&'a [u8]>;

/// Most digits of `SIZE=` (RFC 1870 §3).
const SIZE_DIGITS: usize = 20;

pub(super) fn mail_params(params: Option<&[u8]>) -> Result<MailParams, ParseCommandError> {
    let mut read = MailParams::default();
    for param in split(params) {
        let (index, keyword, value) = param?;
        match keyword.to_ascii_uppercase().as_slice() {
            b"SIZE" => set("SIZE", &mut read.size, size(value)?)?,
            b"BODY" => set("BODY", &mut read.body, body(value)?)?,
            b"AUTH" => set("AUTH", &mut read.auth, auth(value)?)?,
            b"SMTPUTF8" => smtputf8(&mut read, value)?,
            _ => return Err(ParseCommandError::UnknownParameter { index }),
        }
    }
    Ok(read)
}

pub(super) fn rcpt_params(params: Option<&[u8]>) -> Result<RcptParams, ParseCommandError> {
    match split(params).next() {
        None => Ok(RcptParams::default()),
        Some(param) => {
            let (index, _, _) = param?;
            Err(ParseCommandError::UnknownParameter { index })
        }
    }
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
    match value.unwrap_or_default().to_ascii_uppercase().as_slice() {
        b"7BIT" => Ok(BodyType::SevenBit),
        b"8BITMIME" => Ok(BodyType::EightBitMime),
        _ => Err(ParseCommandError::Value { keyword: "BODY", expected: "7BIT or 8BITMIME" }),
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

fn smtputf8(read: &mut MailParams, value: Value<'_>) -> Result<(), ParseCommandError> {
    const KEYWORD: &str = "SMTPUTF8";
    if value.is_some() {
        return Err(ParseCommandError::Value { keyword: KEYWORD, expected: "no value" });
    }
    if std::mem::replace(&mut read.smtputf8, true) {
        return Err(ParseCommandError::Duplicate { keyword: KEYWORD });
    }
    Ok(())
}
