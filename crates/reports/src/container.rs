//! Containers of reports: mail, gzip, zip. Everything is unpacked within one budget.

mod gzip;
mod mime;
mod zip;

use crate::limits::Limits;
use crate::note::{Deviation, Notes};
pub(crate) use gzip::compress;
pub(crate) use mime::{Header, split_header};

/// Why a container is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnpackError {
    /// Longer than [`Limits::octets`].
    #[error("more than {0} octets")]
    Long(usize),
    /// It unpacks to more than [`Limits::expanded`].
    #[error("unpacks to more than {0} octets")]
    Bomb(usize),
    /// More containers within each other than [`Limits::nesting`].
    #[error("more than {0} containers within each other")]
    Nesting(usize),
    /// More parts than [`Limits::parts`].
    #[error("more than {0} parts")]
    Parts(usize),
    /// What says it is gzip is not.
    #[error("gzip data is damaged")]
    Gzip,
    /// What says it is a zip archive is not one, or uses what only archives of files need.
    #[error("zip archive is damaged, encrypted, or uses an unknown method")]
    Zip,
    /// A part says base64 and is not.
    #[error("base64 is damaged")]
    Base64,
}

/// What is left of [`Limits`] while one report is unpacked.
pub(crate) struct Budget<'a> {
    limits: &'a Limits,
    octets: usize,
    parts: usize,
}

impl<'a> Budget<'a> {
    pub(crate) const fn new(limits: &'a Limits) -> Self {
        Self { limits, octets: limits.expanded, parts: limits.parts }
    }

    /// Pays for octets that come into being.
    fn pay(&mut self, octets: usize) -> Result<(), UnpackError> {
        let left = self.octets.checked_sub(octets);
        self.octets = left.ok_or(UnpackError::Bomb(self.limits.expanded))?;
        Ok(())
    }

    fn part(&mut self) -> Result<(), UnpackError> {
        let left = self.parts.checked_sub(1).ok_or(UnpackError::Parts(self.limits.parts))?;
        self.parts = left;
        Ok(())
    }
}

/// What a leaf of a container holds, by its first octets or by its media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Begins with `<`.
    Xml,
    /// Begins with `{`.
    Json,
    /// `message/feedback-report`.
    Feedback,
    /// `message/rfc822` or `text/rfc822-headers`: the message that a failure report is about.
    Original,
    /// The part for people.
    Text,
    /// Anything else.
    Other,
}

/// A leaf.
#[derive(Debug)]
pub(crate) struct Leaf {
    pub(crate) kind: Kind,
    pub(crate) octets: Vec<u8>,
}

/// Unpacks whatever it is; leaves in order.
pub(crate) fn unpack(
    octets: &[u8],
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Vec<Leaf>, UnpackError> {
    if octets.len() > limits.octets {
        return Err(UnpackError::Long(limits.octets));
    }
    let mut budget = Budget::new(limits);
    let mut leaves = Vec::new();
    let mut open = Open { budget: &mut budget, notes, leaves: &mut leaves };
    let octets = without_mark(octets);
    match sniff(octets) {
        Some(_) => open.octets(octets.to_vec(), Kind::Other, 0)?,
        None if mime::looks_like_mail(octets) => mime::open(octets, &mut open, 0)?,
        None => open.octets(octets.to_vec(), Kind::Other, 0)?,
    }
    Ok(leaves)
}

/// A container being opened.
struct Open<'a, 'b> {
    budget: &'a mut Budget<'b>,
    notes: &'a mut Notes,
    leaves: &'a mut Vec<Leaf>,
}

enum Sniffed {
    Gzip,
    Zip,
    Leaf(Kind),
}

impl Open<'_, '_> {
    /// Opens what the octets are, whatever their label said: gzip is sent as zip and the other way
    /// round.
    fn octets(&mut self, octets: Vec<u8>, label: Kind, level: usize) -> Result<(), UnpackError> {
        let is_labelled = matches!(label, Kind::Feedback | Kind::Original | Kind::Text);
        match sniff(without_mark(&octets)).filter(|_| !is_labelled) {
            Some(Sniffed::Gzip) => {
                self.enter(&octets, level)?;
                let inner = gzip::expand(without_mark(&octets), self.budget, self.notes)?;
                drop(octets);
                self.octets(inner, Kind::Other, level + 1)
            }
            Some(Sniffed::Zip) => {
                self.enter(&octets, level)?;
                for inner in zip::entries(without_mark(&octets), self.budget)? {
                    self.octets(inner, Kind::Other, level + 1)?;
                }
                Ok(())
            }
            Some(Sniffed::Leaf(kind)) => self.leaf(kind, octets),
            None => self.leaf(label, octets),
        }
    }

    fn enter(&mut self, octets: &[u8], level: usize) -> Result<(), UnpackError> {
        if octets.first().is_some_and(u8::is_ascii_whitespace) {
            self.notes.add("container", Deviation::Leading);
        }
        self.deeper(level)
    }

    fn deeper(&self, level: usize) -> Result<(), UnpackError> {
        let most = self.budget.limits.nesting;
        if level < most { Ok(()) } else { Err(UnpackError::Nesting(most)) }
    }

    fn leaf(&mut self, kind: Kind, octets: Vec<u8>) -> Result<(), UnpackError> {
        self.budget.part()?;
        self.leaves.push(Leaf { kind, octets });
        Ok(())
    }
}

fn sniff(octets: &[u8]) -> Option<Sniffed> {
    match octets.trim_ascii_start() {
        [0x1f, 0x8b, ..] => Some(Sniffed::Gzip),
        [b'P', b'K', 3, 4, ..] => Some(Sniffed::Zip),
        [b'<', ..] => Some(Sniffed::Leaf(Kind::Xml)),
        [b'{', ..] => Some(Sniffed::Leaf(Kind::Json)),
        _ => None,
    }
}

/// Without a byte order mark and the white space around it.
fn without_mark(octets: &[u8]) -> &[u8] {
    let octets = octets.trim_ascii_start();
    octets.strip_prefix(b"\xef\xbb\xbf").unwrap_or(octets).trim_ascii_start()
}

#[cfg(test)]
mod tests;
