//! A whole header: its fields in both directions, borrowed or owned.

use super::Field;
use super::index::{self, Place};
use crate::fault::{FaultKind, Faults};
use crate::limits::Limits;

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
        let (index, end) = index::index(octets, limits, &mut faults);
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
        Self { raw, fields: index.iter().map(field).collect(), complete }
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
        let (index, end) = index::index(&octets, limits, &mut faults);
        octets.truncate(end);
        let complete = faults.get(FaultKind::TooManyFields).is_none()
            && faults.get(FaultKind::LongHeader).is_none();
        Self { octets, index, complete, faults }
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
