//! The fields of one entry, read one after the other.

use super::error::{Expected, ZoneError, ZoneFault};
use super::parse::MAX_TTL;
use super::scan::{Place, Token};
use crate::{Name, answer::MAX_STRING};
use postrider_core::SafeText;
use std::slice;
use std::str::FromStr;

/// The rest of an entry.
pub(super) struct Fields<'a> {
    tokens: slice::Iter<'a, Token<'a>>,
    end: Place,
    origin: &'a Name,
}

impl<'a> Fields<'a> {
    pub(super) fn new(tokens: &'a [Token<'a>], end: Place, origin: &'a Name) -> Self {
        Self { tokens: tokens.iter(), end, origin }
    }

    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.as_slice().first()
    }

    pub(super) fn next(&mut self, expected: Expected) -> Result<&'a Token<'a>, ZoneError> {
        self.tokens.next().ok_or_else(|| self.end.error(ZoneFault::Missing(expected)))
    }

    pub(super) fn next_if(&mut self, test: impl Fn(&Token<'_>) -> bool) -> Option<&'a Token<'a>> {
        self.peek().filter(|token| test(token))?;
        self.tokens.next()
    }

    /// A name, relative to the origin unless it ends in a dot.
    pub(super) fn name(&mut self) -> Result<Name, ZoneError> {
        let token = self.next(Expected::Name)?;
        name(token, self.origin)
    }

    /// A decimal number.
    pub(super) fn number<T: FromStr>(&mut self, expected: Expected) -> Result<T, ZoneError> {
        let token = self.next(expected)?;
        std::str::from_utf8(token.raw)
            .ok()
            .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| wrong(token, expected))
    }

    /// Seconds of an SOA record, as number or with units.
    pub(super) fn seconds(&mut self) -> Result<u32, ZoneError> {
        let token = self.next(Expected::Long)?;
        seconds(token.raw).ok_or_else(|| wrong(token, Expected::Long))
    }

    /// What `FromStr` reads, such as an address.
    pub(super) fn value<T: FromStr>(&mut self, expected: Expected) -> Result<T, ZoneError> {
        let token = self.next(expected)?;
        std::str::from_utf8(token.raw)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| wrong(token, expected))
    }

    /// A character string of any length.
    pub(super) fn text(&mut self) -> Result<Vec<u8>, ZoneError> {
        let token = self.next(Expected::String)?;
        unescape(token.raw).ok_or_else(|| token.place.error(ZoneFault::Escape))
    }

    /// A character string of at most 255 octets.
    pub(super) fn string(&mut self) -> Result<Vec<u8>, ZoneError> {
        let place = self.peek().map_or(self.end, |token| token.place);
        let string = self.text()?;
        if string.len() > MAX_STRING {
            return Err(place.error(ZoneFault::LongString(string.len())));
        }
        Ok(string)
    }

    /// All that is left as hexadecimal octets.
    pub(super) fn hex(&mut self) -> Result<Vec<u8>, ZoneError> {
        let mut digits = Vec::new();
        let mut place = self.end;
        for token in self.tokens.by_ref() {
            place = token.place;
            for b in token.raw {
                let digit = char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
                digits.push(digit.ok_or_else(|| wrong(token, Expected::Hex))?);
            }
        }
        let pairs = digits.chunks(2).map(|pair| match pair {
            [high, low] => Ok(high << 4 | low),
            _ => Err(place.error(ZoneFault::Missing(Expected::Hex))),
        });
        pairs.collect()
    }

    /// Where the next token stands, or the end.
    pub(super) fn place(&self) -> Place {
        self.peek().map_or(self.end, |token| token.place)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.peek().is_none()
    }

    /// Nothing may be left.
    pub(super) fn finish(&self) -> Result<(), ZoneError> {
        match self.peek() {
            Some(token) => Err(token.place.error(ZoneFault::Extra(shown(token)))),
            None => Ok(()),
        }
    }
}

pub(super) fn wrong(token: &Token<'_>, expected: Expected) -> ZoneError {
    token.place.error(ZoneFault::Wrong { expected, found: shown(token) })
}

/// A token as text for people, cut where it gets long.
pub(super) fn shown(token: &Token<'_>) -> SafeText {
    SafeText::escaped(token.raw).truncated(60)
}

/// Reads a name; `@` is the origin, and a name without final dot lies below it.
pub(super) fn name(token: &Token<'_>, origin: &Name) -> Result<Name, ZoneError> {
    match token.raw {
        b"@" if !token.quoted => return Ok(origin.clone()),
        b"" => return Err(wrong(token, Expected::Name)),
        _ => {}
    }
    // `Name` reads text; other octets go in as the escapes that stand for them.
    let mut text = String::with_capacity(token.raw.len());
    for &b in token.raw {
        match b {
            0x00..=0x7f => text.push(char::from(b)),
            b => text.push_str(&format!("\\{b:03}")),
        }
    }
    let fault = |e| token.place.error(ZoneFault::Name(e));
    let name = Name::parse(&text).map_err(fault)?;
    if is_absolute(token.raw) {
        return Ok(name);
    }
    Name::from_labels(name.labels().chain(origin.labels())).map_err(fault)
}

/// Whether the last octet is a dot that no backslash escapes.
fn is_absolute(raw: &[u8]) -> bool {
    let Some(head) = raw.strip_suffix(b".") else {
        return false;
    };
    head.iter().rev().take_while(|b| **b == b'\\').count() % 2 == 0
}

/// A ttl: at most 2^31-1 (RFC 2181 §8).
pub(super) fn ttl(raw: &[u8]) -> Option<u32> {
    seconds(raw).filter(|ttl| *ttl <= MAX_TTL)
}

/// Seconds as `3600` or `1h30m`.
fn seconds(raw: &[u8]) -> Option<u32> {
    let mut total = 0u32;
    let mut number = None;
    for &b in raw {
        if b.is_ascii_digit() {
            let so_far = number.unwrap_or(0u32).checked_mul(10)?;
            number = Some(so_far.checked_add(u32::from(b - b'0'))?);
            continue;
        }
        let unit = match b.to_ascii_lowercase() {
            b's' => 1,
            b'm' => 60,
            b'h' => 3600,
            b'd' => 86_400,
            b'w' => 604_800,
            _ => return None,
        };
        total = total.checked_add(number.take()?.checked_mul(unit)?)?;
    }
    match number {
        Some(number) => total.checked_add(number),
        None => (!raw.is_empty()).then_some(total),
    }
}

/// Resolves `\DDD` and `\X` (RFC 1035 §5.1).
fn unescape(raw: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&b, tail)) = rest.split_first() {
        rest = tail;
        if b != b'\\' {
            out.push(b);
            continue;
        }
        let octet = match *rest {
            [a @ b'0'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ref tail @ ..] => {
                rest = tail;
                let digit = |d: u8| u16::from(d - b'0');
                u8::try_from(digit(a) * 100 + digit(b) * 10 + digit(c)).ok()?
            }
            [b'0'..=b'9', ..] | [] => return None,
            [octet, ref tail @ ..] => {
                rest = tail;
                octet
            }
        };
        out.push(octet);
    }
    Some(out)
}
