//! gzip (RFC 1952), with a cap on what comes out.

use super::{Budget, Deviation, Notes, UnpackError};
use flate2::Compression;
use flate2::bufread::MultiGzDecoder;
use flate2::write::GzEncoder;
use std::io::{Read, Write};

/// Octets read at a time; the budget is checked before they are kept.
const CHUNK: usize = 16 << 10;

/// Unpacks gzip data. Data that ends early is used as far as it goes, and noted.
pub(super) fn expand(
    octets: &[u8],
    budget: &mut Budget<'_>,
    notes: &mut Notes,
) -> Result<Vec<u8>, UnpackError> {
    let mut from = MultiGzDecoder::new(octets);
    let mut out = Vec::new();
    match read_all(&mut from, &mut out, budget)? {
        End::Whole => {}
        // Zeros and line ends behind the data are common; they look like a further, broken member.
        End::Damaged if out.is_empty() => return Err(UnpackError::Gzip),
        End::Damaged => notes.add("gzip", Deviation::Truncated),
    }
    Ok(out)
}

pub(super) enum End {
    Whole,
    Damaged,
}

/// Reads to the end, paying for each chunk before it is kept.
pub(super) fn read_all(
    from: &mut impl Read,
    out: &mut Vec<u8>,
    budget: &mut Budget<'_>,
) -> Result<End, UnpackError> {
    let mut chunk = vec![0; CHUNK];
    loop {
        match from.read(&mut chunk) {
            Ok(0) => return Ok(End::Whole),
            Ok(n) => {
                budget.pay(n)?;
                out.extend_from_slice(chunk.get(..n).unwrap_or_default());
            }
            Err(_) => return Ok(End::Damaged),
        }
    }
}

/// Packs octets; the file name and the time stay empty, so equal input gives equal output.
pub(crate) fn compress(octets: &[u8]) -> Vec<u8> {
    let mut to = GzEncoder::new(Vec::new(), Compression::best());
    // Writing into a Vec does not fail.
    if to.write_all(octets).is_err() {
        return Vec::new();
    }
    to.finish().unwrap_or_default()
}
