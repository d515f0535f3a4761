//! Header fields, their octets kept exactly (RFC 5322 §2.2).
//!
//! ```text
//! field      = field-name *WSP ":" unstructured CRLF   ; white space before ":" is obsolete
//! field-name = 1*ftext                                 ; %d33-57 / %d59-126
//! ```

use crate::fault::{FaultKind, Faults};
use crate::limits::{Limits, MAX_LINE};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;

/// A field's name; names are equal without regard to case.
#[derive(Clone, Copy)]
pub struct FieldName<'a>(&'a [u8]);

impl FieldName<'static> {
    /// `Authentication-Results` (RFC 8601).
    pub const AUTHENTICATION_RESULTS: Self = Self(b"Authentication-Results");
    /// `Date` (RFC 5322).
    pub const DATE: Self = Self(b"Date");
    /// `DKIM-Signature` (RFC 6376).
    pub const DKIM_SIGNATURE: Self = Self(b"DKIM-Signature");
    /// `From` (RFC 5322).
    pub const FROM: Self = Self(b"From");
    /// `Message-ID` (RFC 5322).
    pub const MESSAGE_ID: Self = Self(b"Message-ID");
    /// `Received` (RFC 5321).
    pub const RECEIVED: Self = Self(b"Received");
    /// `Received-SPF` (RFC 7208).
    pub const RECEIVED_SPF: Self = Self(b"Received-SPF");
    /// `Return-Path` (RFC 5321).
    pub const RETURN_PATH: Self = Self(b"Return-Path");
    /// `Subject` (RFC 5322).
    pub const SUBJECT: Self = Self(b"Subject");
    /// `To` (RFC 5322).
    pub const TO: Self = Self(b"To");
}

impl<'a> FieldName<'a> {
    /// A name for a field that we write: letters, digits and other printable US-ASCII except the
    /// colon, at most 64 octets.
    #[must_use]
    pub fn new(name: &'a str) -> Option<Self> {
        let is_name = (1..=64).contains(&name.len()) && is_ftext(name.as_bytes());
        is_name.then_some(Self(name.as_bytes()))
    }

    /// The name as written, without white space behind it.
    #[must_use]
    pub const fn as_bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether this is the field of that name.
    #[must_use]
    pub fn is(self, name: &str) -> bool {
        self.0.eq_ignore_ascii_case(name.as_bytes())
    }
}

impl PartialEq for FieldName<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(other.0)
    }
}

impl Eq for FieldName<'_> {}

impl Hash for FieldName<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for b in self.0 {
            state.write_u8(b.to_ascii_lowercase());
        }
    }
}

impl fmt::Display for FieldName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Only ftext can be in it.
        f.write_str(std::str::from_utf8(self.0).unwrap_or_default())
    }
}

impl fmt::Debug for FieldName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FieldName({self})")
    }
}

/// One field; its octets are `raw_name ":" raw_value [CRLF]`, which is [`raw`](Self::raw).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name.
    pub name: FieldName<'a>,
    /// The octets before the colon: the name, and white space where the obsolete form has some.
    pub raw_name: &'a [u8],
    /// The octets behind the colon, line breaks of the folding included, the final CRLF not.
    pub raw_value: &'a [u8],
    /// Offset of the field in its header block.
    pub offset: usize,
    raw: &'a [u8],
}

impl<'a> Field<'a> {
    /// All octets of the field, its final CRLF included (which only the last field can lack).
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// Offset of the first octet of `raw_value` in the header block.
    #[must_use]
    pub const fn value_offset(&self) -> usize {
        self.offset + self.raw_name.len() + 1
    }

    /// The value with the line breaks of its folding removed (RFC 5322 §2.2.3): "simply removing
    /// any CRLF that is immediately followed by WSP".
    #[must_use]
    pub fn unfolded(&self) -> Vec<u8> {
        unfold(self.raw_value)
    }

    fn from_raw(raw: &'a [u8], offset: usize, colon: usize) -> Self {
        let (raw_name, rest) = raw.split_at_checked(colon).unwrap_or((raw, b""));
        let value = rest.strip_prefix(b":").unwrap_or_default();
        Self {
            name: FieldName(trim_wsp_end(raw_name)),
            raw_name,
            raw_value: value.strip_suffix(b"\r\n").unwrap_or(value),
            offset,
            raw,
        }
    }
}

/// The octets without each CRLF that SP or TAB follows.
#[must_use]
pub fn unfold(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = memchr::memmem::find(rest, b"\r\n") {
        let (line, after) = rest.split_at_checked(at).unwrap_or((rest, b""));
        out.extend_from_slice(line);
        let next = after.get(2..).unwrap_or_default();
        if !matches!(next, [b' ' | b'\t', ..]) {
            out.extend_from_slice(b"\r\n");
        }
        rest = next;
    }
    out.extend_from_slice(rest);
    out
}

fn trim_wsp_end(octets: &[u8]) -> &[u8] {
    let mut octets = octets;
    while let [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

/// The fields of a message, borrowed from its octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderBlock<'a> {
    raw: &'a [u8],
    fields: Vec<Field<'a>>,
    complete: bool,
}

impl<'a> HeaderBlock<'a> {
    /// Reads fields up to the first empty line or the end, with [`Limits::DEFAULT`].
    ///
    /// The octets may be the header alone or the whole message. Only CRLF ends a line. Nothing in
    /// it makes this fail: what is odd is in [`Faults`], and the other fields are still read.
    #[must_use]
    pub fn parse(octets: &'a [u8]) -> (Self, Faults) {
        Self::parse_with(octets, &Limits::DEFAULT)
    }

    /// As [`parse`](Self::parse), with other limits.
    #[must_use]
    pub fn parse_with(octets: &'a [u8], limits: &Limits) -> (Self, Faults) {
        let mut faults = Faults::default();
        let (index, end) = index(octets, limits, &mut faults);
        let raw = octets.get(..end).unwrap_or(octets);
        let complete = faults.get(FaultKind::TooManyFields).is_none()
            && faults.get(FaultKind::LongHeader).is_none();
        (Self::from_index(raw, &index, complete), faults)
    }

    fn from_index(raw: &'a [u8], index: &[Place], complete: bool) -> Self {
        let field = |p: &Place| {
            let octets = raw.get(p.range.clone()).unwrap_or_default();
            Field::from_raw(octets, p.range.start, p.colon)
        };
        Self {
            raw,
            fields: index.iter().map(field).collect(),
            complete,
        }
    }

    /// The fields from top to bottom; `rev()` gives them from the bottom up.
    pub fn fields(&self) -> std::slice::Iter<'_, Field<'a>> {
        self.fields.iter()
    }

    /// The fields of that name, without regard to case, from top to bottom.
    #[must_use]
    pub fn all<'h>(
        &'h self,
        name: &'h str,
    ) -> impl DoubleEndedIterator<Item = &'h Field<'a>> + use<'a, 'h> {
        self.fields.iter().filter(move |f| f.name.is(name))
    }

    /// The topmost field of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Field<'a>> {
        self.fields.iter().find(|f| f.name.is(name))
    }

    /// The octets read: the header block, and the empty line if there is one.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// The octets read, without the fields of these indices (see [`forged`](crate::forged)).
    #[must_use]
    pub fn without(&self, indices: &[usize]) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.raw.len());
        let mut from = 0;
        for (i, field) in self.fields.iter().enumerate() {
            if indices.contains(&i) {
                out.extend_from_slice(self.raw.get(from..field.offset).unwrap_or_default());
                from = field.offset + field.raw().len();
            }
        }
        out.extend_from_slice(self.raw.get(from..).unwrap_or_default());
        out
    }

    /// Offset of the body in the octets given to `parse`: behind the empty line, or the end.
    #[must_use]
    pub const fn body_offset(&self) -> usize {
        self.raw.len()
    }

    /// Whether every field was read; otherwise a limit was reached, and fields behind it are
    /// unknown.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }
}

impl<'h, 'a> IntoIterator for &'h HeaderBlock<'a> {
    type Item = &'h Field<'a>;
    type IntoIter = std::slice::Iter<'h, Field<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.fields.iter()
    }
}

/// A header block that owns its octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderBuf {
    octets: Vec<u8>,
    index: Vec<Place>,
    complete: bool,
    faults: Faults,
}

impl HeaderBuf {
    /// Reads the fields as [`HeaderBlock::parse_with`] and keeps the octets up to the body.
    #[must_use]
    pub fn new(mut octets: Vec<u8>, limits: &Limits) -> Self {
        let mut faults = Faults::default();
        let (index, end) = index(&octets, limits, &mut faults);
        octets.truncate(end);
        let complete = faults.get(FaultKind::TooManyFields).is_none()
            && faults.get(FaultKind::LongHeader).is_none();
        Self {
            octets,
            index,
            complete,
            faults,
        }
    }

    /// The fields, without parsing again.
    #[must_use]
    pub fn block(&self) -> HeaderBlock<'_> {
        HeaderBlock::from_index(&self.octets, &self.index, self.complete)
    }

    /// What is odd in it.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// The octets, the empty line included if there is one.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.octets
    }
}

/// Where a field stands in the block, and where in the field its colon.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    range: Range<usize>,
    colon: usize,
}

/// Finds the fields, and the offset behind the empty line or the end.
fn index(octets: &[u8], limits: &Limits, faults: &mut Faults) -> (Vec<Place>, usize) {
    let mut places: Vec<Place> = Vec::with_capacity(32);
    let mut at = 0;
    let mut open = false; // whether a continuation line belongs to the last field
    while let Some(end) = line_end(octets, at) {
        let line = octets.get(at..end).unwrap_or_default();
        if end > limits.header {
            faults.note(FaultKind::LongHeader, at);
            at = header_end(octets, at);
            break;
        }
        if line == b"\r\n" {
            at = end;
            break;
        }
        check_octets(line, at, faults);
        if matches!(line, [b' ' | b'\t', ..]) {
            if line.trim_ascii().is_empty() {
                faults.note(FaultKind::BlankContinuation, at);
            }
            match places.last_mut().filter(|_| open) {
                Some(place) => place.range.end = end,
                None => faults.note(FaultKind::NotAField, at),
            }
        } else if let Some(colon) = colon_of(line) {
            if places.len() == limits.fields {
                faults.note(FaultKind::TooManyFields, at);
                at = header_end(octets, at);
                break;
            }
            if colon
                .checked_sub(1)
                .and_then(|i| line.get(i))
                .is_some_and(u8::is_ascii_whitespace)
            {
                faults.note(FaultKind::SpaceBeforeColon, at);
            }
            places.push(Place {
                range: at..end,
                colon,
            });
            open = true;
        } else {
            faults.note(FaultKind::NotAField, at);
            open = false;
        }
        at = end;
    }
    for place in places.iter().filter(|p| p.range.len() > limits.field) {
        faults.note(FaultKind::LongField, place.range.start);
    }
    (places, at)
}

/// End of the line that begins at `at`, its CRLF included; nothing at the end of the octets.
fn line_end(octets: &[u8], at: usize) -> Option<usize> {
    let rest = octets.get(at..).filter(|r| !r.is_empty())?;
    let len = memchr::memmem::find(rest, b"\r\n").map_or(rest.len(), |i| i + 2);
    Some(at + len)
}

/// Offset behind the empty line that ends the header, looked for from the start of a line.
fn header_end(octets: &[u8], at: usize) -> usize {
    let rest = octets.get(at..).unwrap_or_default();
    if rest.starts_with(b"\r\n") {
        return at + 2;
    }
    memchr::memmem::find(rest, b"\r\n\r\n").map_or(octets.len(), |i| at + i + 4)
}

/// Offset of the colon, if the line begins with a name of ftext.
fn colon_of(line: &[u8]) -> Option<usize> {
    let colon = memchr::memchr(b':', line)?;
    let name = trim_wsp_end(line.get(..colon)?);
    (!name.is_empty() && is_ftext(name)).then_some(colon)
}

/// `ftext = %d33-57 / %d59-126`
fn is_ftext(name: &[u8]) -> bool {
    name.iter().all(|b| matches!(b, 33..=57 | 59..=126))
}

fn check_octets(line: &[u8], at: usize, faults: &mut Faults) {
    let text = line.strip_suffix(b"\r\n");
    if text.is_none() {
        faults.note(FaultKind::NoFinalCrlf, at + line.len());
    }
    let text = text.unwrap_or(line);
    if text.len() > MAX_LINE {
        faults.note(FaultKind::LongLine, at);
    }
    for i in memchr::memchr3_iter(b'\r', b'\n', 0, text) {
        let kind = match text.get(i) {
            Some(b'\r') => FaultKind::BareCr,
            Some(b'\n') => FaultKind::BareLf,
            _ => FaultKind::Nul,
        };
        faults.note(kind, at + i);
    }
    if let Err(e) = std::str::from_utf8(text) {
        faults.note(FaultKind::NotUtf8, at + e.valid_up_to());
    }
}
