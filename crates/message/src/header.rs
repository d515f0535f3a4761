//! Header fields, their octets kept exactly (RFC 5322 §2.2).
//!
//! ```text
//! field      = field-name *WSP ":" unstructured CRLF   ; white space before ":" is obsolete
//! field-name = 1*ftext                                 ; %d33-57 / %d59-126
//! ```

mod block;
mod index;

pub use block::{HeaderBlock, HeaderBuf};

use std::fmt;
use std::hash::{Hash, Hasher};

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

/// `ftext = %d33-57 / %d59-126`
fn is_ftext(name: &[u8]) -> bool {
    name.iter().all(|b| matches!(b, 33..=57 | 59..=126))
}
