//! As much DER as keys need (X.690): definite, minimal lengths and nothing behind the end.

pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const OCTET_STRING: u8 = 0x04;
pub(super) const NULL: u8 = 0x05;
pub(super) const OID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// What was expected at an offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DerError {
    pub(super) at: usize,
    pub(super) expected: &'static str,
}

/// Reads elements one after the other.
#[derive(Clone, Copy)]
pub(super) struct Der<'a> {
    rest: &'a [u8],
    at: usize,
}

impl<'a> Der<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets, at: 0 }
    }

    const fn error(&self, expected: &'static str) -> DerError {
        DerError { at: self.at, expected }
    }

    /// The tag of the next element, if there is one.
    pub(super) fn next_is(&self, tag: u8) -> bool {
        self.rest.first() == Some(&tag)
    }

    /// The content of the next element, which must have that tag.
    pub(super) fn element(
        &mut self,
        tag: u8,
        expected: &'static str,
    ) -> Result<&'a [u8], DerError> {
        self.inner(tag, expected).map(|inner| inner.rest)
    }

    fn inner(&mut self, tag: u8, expected: &'static str) -> Result<Self, DerError> {
        let [found, after @ ..] = self.rest else {
            return Err(self.error(expected));
        };
        if *found != tag {
            return Err(self.error(expected));
        }
        let (len, after) =
            length(after).ok_or(DerError { at: self.at + 1, expected: "a minimal length" })?;
        let start = self.at + (self.rest.len() - after.len());
        let (content, rest) = after
            .split_at_checked(len)
            .ok_or(DerError { at: start, expected: "as many octets as the length says" })?;
        self.rest = rest;
        self.at = start + len;
        Ok(Self { rest: content, at: start })
    }

    pub(super) fn sequence(&mut self, expected: &'static str) -> Result<Self, DerError> {
        self.inner(SEQUENCE, expected)
    }

    /// A non-negative INTEGER, without its leading zero.
    pub(super) fn unsigned(&mut self, expected: &'static str) -> Result<&'a [u8], DerError> {
        let before = *self;
        match self.element(INTEGER, expected)? {
            [0] => Ok(&[]),
            [0, rest @ ..] if matches!(rest, [0x80..=0xff, ..]) => Ok(rest),
            [0, ..] | [] => Err(before.error("a minimal INTEGER")),
            [0x80..=0xff, ..] => Err(before.error("a positive INTEGER")),
            octets => Ok(octets),
        }
    }

    /// A BIT STRING of whole octets.
    pub(super) fn bit_string(&mut self) -> Result<Self, DerError> {
        let inner = self.inner(BIT_STRING, "a BIT STRING")?;
        match inner.rest {
            [0, rest @ ..] => Ok(Self { rest, at: inner.at + 1 }),
            _ => Err(inner.error("no unused bits")),
        }
    }

    pub(super) const fn end(&self) -> Result<(), DerError> {
        match self.rest {
            [] => Ok(()),
            _ => Err(self.error("the end")),
        }
    }
}

fn length(octets: &[u8]) -> Option<(usize, &[u8])> {
    match octets {
        [short @ 0..=0x7f, rest @ ..] => Some((usize::from(*short), rest)),
        [0x81, a @ 0x80..=0xff, rest @ ..] => Some((usize::from(*a), rest)),
        [0x82, a @ 1..=0xff, b, rest @ ..] => {
            Some((usize::from(u16::from_be_bytes([*a, *b])), rest))
        }
        _ => None,
    }
}

/// Writes an element; contents are keys, far below 64 KiB.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let len = u16::try_from(content.len()).unwrap_or(u16::MAX);
    let [high, low] = len.to_be_bytes();
    let mut out = vec![tag];
    match (high, low) {
        (0, 0..=0x7f) => out.push(low),
        (0, _) => out.extend([0x81, low]),
        _ => out.extend([0x82, high, low]),
    }
    out.extend_from_slice(content);
    out
}

/// Writes a non-negative INTEGER, given without leading zeros.
pub(super) fn unsigned(octets: &[u8]) -> Vec<u8> {
    match octets {
        [0x80..=0xff, ..] | [] => element(INTEGER, &[&[0], octets].concat()),
        _ => element(INTEGER, octets),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_round_trip_and_are_minimal() {
        for len in [0, 1, 127, 128, 255, 256, 4096, 65_535] {
            let content = vec![7; len];
            let der = element(OCTET_STRING, &content);
            let mut reader = Der::new(&der);
            assert_eq!(reader.element(OCTET_STRING, "").unwrap(), content);
            assert_eq!(reader.end(), Ok(()));
        }
        for bad in [&[4, 0x81, 0x7f][..], &[4, 0x82, 0, 0x80], &[4, 0x80], &[4, 2, 0], &[4]] {
            assert!(Der::new(bad).element(OCTET_STRING, "").is_err());
        }
    }

    #[test]
    fn integers_are_positive_and_minimal() {
        for good in [&[][..], &[1], &[0x80], &[0xff, 1]] {
            assert_eq!(Der::new(&unsigned(good)).unsigned(""), Ok(good));
        }
        for bad in [&[2, 1, 0x80][..], &[2, 2, 0, 1], &[2, 0]] {
            assert!(Der::new(bad).unsigned("").is_err());
        }
    }

    #[test]
    fn faults_have_places() {
        let mut outer = Der::new(&[0x30, 3, 2, 5, 0]);
        let mut inner = outer.sequence("").unwrap();
        assert_eq!(inner.unsigned("").unwrap_err().at, 4);
    }
}
