//! Finds the fields of a header, and what is odd in it.

use super::{is_ftext, trim_wsp_end};
use crate::fault::{FaultKind, Faults};
use crate::limits::{Limits, MAX_LINE};
use std::ops::Range;

/// Where a field stands in the block, and where in the field its colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) range: Range<usize>,
    pub(super) colon: usize,
}

/// Finds the fields, and the offset behind the empty line or the end.
pub(super) fn index(octets: &[u8], limits: &Limits, faults: &mut Faults) -> (Vec<Place>, usize) {
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
            if colon.checked_sub(1).and_then(|i| line.get(i)).is_some_and(u8::is_ascii_whitespace) {
                faults.note(FaultKind::SpaceBeforeColon, at);
            }
            places.push(Place { range: at..end, colon });
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
