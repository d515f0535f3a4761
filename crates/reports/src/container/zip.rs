//! Zip archives (APPNOTE 6.3), as far as reporters use them: stored and deflated entries, read by
//! their central directory.

use super::gzip::{End, read_all};
use super::{Budget, UnpackError};
use flate2::bufread::DeflateDecoder;

/// The end record without its comment.
const END_LENGTH: usize = 22;
/// The longest comment behind it.
const MAX_COMMENT: usize = 0xffff;

/// The contents of all files in the archive; folders are passed over.
pub(super) fn entries(octets: &[u8], budget: &mut Budget<'_>) -> Result<Vec<Vec<u8>>, UnpackError> {
    let (count, mut at) = directory(octets).ok_or(UnpackError::Zip)?;
    let mut out = Vec::new();
    for _ in 0..count {
        budget.part()?;
        let entry = Entry::at(octets, at).ok_or(UnpackError::Zip)?;
        at = entry.next;
        if !entry.is_folder {
            out.push(entry.content(octets, budget)?);
        }
    }
    Ok(out)
}

/// How many entries there are, and where the first is described.
fn directory(octets: &[u8]) -> Option<(u16, usize)> {
    let last = octets.len().checked_sub(END_LENGTH)?;
    let first = last.saturating_sub(MAX_COMMENT);
    let is_end = |at: &usize| octets.get(*at..at + 4) == Some(b"PK\x05\x06");
    let end = (first..=last).rev().find(is_end)?;
    Some((short(octets, end + 10)?, usize::try_from(long(octets, end + 16)?).ok()?))
}

struct Entry {
    method: u16,
    packed: usize,
    length: usize,
    crc: u32,
    local: usize,
    next: usize,
    is_folder: bool,
}

impl Entry {
    fn at(octets: &[u8], at: usize) -> Option<Self> {
        let head = octets.get(at..at.checked_add(46)?)?;
        let is_entry = head.starts_with(b"PK\x01\x02");
        let is_encrypted = short(head, 8)? & 1 != 0;
        if !is_entry || is_encrypted {
            return None;
        }
        let name = usize::from(short(head, 28)?);
        let behind = name + usize::from(short(head, 30)?) + usize::from(short(head, 32)?);
        let name = octets.get(at + 46..at + 46 + name)?;
        Some(Self {
            method: short(head, 10)?,
            crc: long(head, 16)?,
            packed: usize::try_from(long(head, 20)?).ok()?,
            length: usize::try_from(long(head, 24)?).ok()?,
            local: usize::try_from(long(head, 42)?).ok()?,
            next: at + 46 + behind,
            is_folder: name.ends_with(b"/"),
        })
    }

    fn content(&self, octets: &[u8], budget: &mut Budget<'_>) -> Result<Vec<u8>, UnpackError> {
        let packed = self.data(octets).ok_or(UnpackError::Zip)?;
        let out = match self.method {
            0 => {
                budget.pay(packed.len())?;
                packed.to_vec()
            }
            8 => {
                let mut out = Vec::new();
                match read_all(&mut DeflateDecoder::new(packed), &mut out, budget)? {
                    End::Whole => out,
                    End::Damaged => return Err(UnpackError::Zip),
                }
            }
            _ => return Err(UnpackError::Zip),
        };
        let mut crc = flate2::Crc::new();
        crc.update(&out);
        match out.len() == self.length && crc.sum() == self.crc {
            true => Ok(out),
            false => Err(UnpackError::Zip),
        }
    }

    /// The packed octets, behind the local header.
    fn data<'a>(&self, octets: &'a [u8]) -> Option<&'a [u8]> {
        let head = octets.get(self.local..self.local.checked_add(30)?)?;
        if !head.starts_with(b"PK\x03\x04") {
            return None;
        }
        let names = usize::from(short(head, 26)?) + usize::from(short(head, 28)?);
        let start = self.local.checked_add(30 + names)?;
        octets.get(start..start.checked_add(self.packed)?)
    }
}

fn short(octets: &[u8], at: usize) -> Option<u16> {
    octets.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

fn long(octets: &[u8], at: usize) -> Option<u32> {
    octets.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}
