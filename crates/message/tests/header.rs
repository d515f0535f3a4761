//! Header blocks and framing: octets are kept, oddities reported, chunks do not matter.

#![expect(clippy::unwrap_used, reason = "a test helper may panic")]

use postrider_message::{FaultKind, FrameError, Framer, Framing, HeaderBlock, HeaderBuf, Limits};
use proptest::prelude::*;

fn faults(octets: &[u8]) -> Vec<(FaultKind, usize, usize)> {
    let (_, faults) = HeaderBlock::parse(octets);
    faults.iter().map(|f| (f.kind, f.at, f.count)).collect()
}

#[test]
fn a_field_keeps_its_octets() {
    let octets = b"A: 1\r\nSubject \t:  x\r\n\ty \r\nB:\r\n\r\nbody";
    let (header, _) = HeaderBlock::parse(octets);
    let field = header.get("SUBJECT").unwrap();
    assert_eq!(field.name.as_bytes(), b"Subject");
    assert_eq!(field.raw_name, b"Subject \t");
    assert_eq!(field.raw_value, b"  x\r\n\ty ");
    assert_eq!(field.raw(), b"Subject \t:  x\r\n\ty \r\n");
    assert_eq!(field.offset, 6);
    assert_eq!(&octets[field.value_offset()..][..3], b"  x");
    assert_eq!(field.unfolded(), b"  x\ty ");
    assert_eq!(header.get("b").unwrap().raw_value, b"");
    assert_eq!(&octets[header.body_offset()..], b"body");
}

#[test]
fn fields_go_both_ways() {
    let (header, _) = HeaderBlock::parse(b"X: 1\r\nY: 2\r\nx: 3\r\n");
    let up: Vec<_> = header.all("X").rev().map(|f| f.raw_value).collect();
    assert_eq!(up, [b" 3", b" 1"]);
    assert_eq!(header.fields().rev().count(), 3);
}

#[test]
fn oddities_are_reported_with_their_places() {
    use FaultKind as K;
    assert_eq!(faults(b"A: b\r\n\r\n"), []);
    assert_eq!(
        faults(b"A: b\rc\nd\0\xff\r\n"),
        [(K::BareCr, 4, 1), (K::BareLf, 6, 1), (K::Nul, 8, 1), (K::NotUtf8, 9, 1)]
    );
    assert_eq!(
        faults(" x\r\nA b: c\r\n d\r\nB : é\r\n".as_bytes()),
        [(K::NotAField, 0, 3), (K::SpaceBeforeColon, 16, 1)]
    );
    assert_eq!(
        faults(b"A: b\r\n \t\r\nB: c"),
        [(K::BlankContinuation, 6, 1), (K::NoFinalCrlf, 14, 1)]
    );
}

#[test]
fn a_line_that_is_no_field_hides_nothing() {
    let (header, faults) = HeaderBlock::parse(b"A: 1\r\nnonsense\r\n more: x\r\nFrom: a@b\r\n\r\n");
    assert_eq!(header.fields().count(), 2);
    assert_eq!(faults.get(FaultKind::NotAField).unwrap().count, 2);
    assert_eq!(header.get("from").unwrap().offset, 26);
}

#[test]
fn bare_line_feeds_end_nothing() {
    let (header, _) = HeaderBlock::parse(b"A: 1\nB: 2\n\nbody\r\n\r\n");
    assert_eq!(header.fields().count(), 1);
}

#[test]
fn an_empty_header_is_legal() {
    let (header, faults) = HeaderBlock::parse(b"\r\nbody");
    assert_eq!((header.fields().count(), header.body_offset()), (0, 2));
    assert!(faults.is_empty());
    assert_eq!(HeaderBlock::parse(b"").0.body_offset(), 0);
}

#[test]
fn fields_are_limited() {
    let limits = Limits { fields: 3, ..Limits::DEFAULT };
    let block = |n: usize| "A: b\r\n".repeat(n) + "\r\nbody";
    for (n, complete) in [(2, true), (3, true), (4, false)] {
        let octets = block(n);
        let (header, faults) = HeaderBlock::parse_with(octets.as_bytes(), &limits);
        assert_eq!(header.is_complete(), complete);
        assert_eq!(faults.get(FaultKind::TooManyFields).is_none(), complete);
        assert_eq!(header.fields().count(), n.min(3));
        assert!(octets.as_bytes()[header.body_offset()..] == *b"body");
    }
}

#[test]
fn field_and_block_lengths_are_limited() {
    let octets = b"A: bcd\r\n\r\n"; // a field of 8 octets, a block of 10
    for (field, header, kind) in [
        (9, 11, None),
        (8, 10, None),
        (7, 10, Some(FaultKind::LongField)),
        (8, 9, Some(FaultKind::LongHeader)),
    ] {
        let limits = Limits { field, header, ..Limits::DEFAULT };
        let (_, faults) = HeaderBlock::parse_with(octets, &limits);
        assert_eq!(faults.iter().map(|f| f.kind).next(), kind, "{field} {header}");
        let mut framer = Framer::new(limits);
        let framed = framer.push(octets);
        assert_eq!(framed.is_err(), kind == Some(FaultKind::LongHeader), "{framed:?}");
    }
}

#[test]
fn a_line_may_have_998_octets() {
    for (n, long) in [(997, false), (998, false), (999, true)] {
        let octets = format!("A:{}\r\n", "x".repeat(n - 2));
        let (_, faults) = HeaderBlock::parse(octets.as_bytes());
        assert_eq!(faults.get(FaultKind::LongLine).is_some(), long);
    }
}

#[test]
fn a_long_header_stays_refused() {
    let mut framer = Framer::new(Limits { header: 4, ..Limits::DEFAULT });
    assert_eq!(framer.push(b"A: b"), Ok(Framing::Header));
    let refused = Err(FrameError::LongHeader { limit: 4 });
    assert_eq!(framer.push(b"\r\n"), refused);
    assert_eq!(framer.push(b"\r\n\r\n"), refused);
    assert_eq!(framer.header().len(), 5);
}

/// Pushes the chunks of `message` and joins what the framer says.
fn frame<'m>(chunks: impl Iterator<Item = &'m [u8]>) -> (Vec<u8>, Vec<u8>) {
    let mut framer = Framer::default();
    let mut body = Vec::new();
    for chunk in chunks {
        match framer.push(chunk).unwrap() {
            Framing::Header => {}
            Framing::Split { body: octets } | Framing::Body(octets) => body.extend(octets),
        }
    }
    (framer.header().to_vec(), body)
}

proptest! {
    #[test]
    fn any_split_gives_the_same_frame(
        message in "[aA: \r\n]{0,40}(\r\n\r\n)?[a\r\n]{0,20}",
        size in 1_usize..9,
    ) {
        let whole = frame(std::iter::once(message.as_bytes()));
        prop_assert_eq!(&frame(message.as_bytes().chunks(size)), &whole);
        prop_assert_eq!([whole.0.as_slice(), &whole.1].concat(), message.as_bytes());
        let (header, _) = HeaderBlock::parse(message.as_bytes());
        prop_assert_eq!(header.raw(), whole.0);
    }

    #[test]
    fn fields_are_their_octets(octets in "[aA: \t\r\n\0\u{e9}]{0,60}") {
        let (header, faults) = HeaderBlock::parse(octets.as_bytes());
        let mut at = 0;
        for field in &header {
            prop_assert!(field.offset >= at);
            at = field.offset + field.raw().len();
            prop_assert_eq!(field.raw(), &octets.as_bytes()[field.offset..at]);
            let raw = field.raw();
            let joined = [field.raw_name, b":", field.raw_value].concat();
            prop_assert_eq!(raw.strip_suffix(b"\r\n").unwrap_or(raw), joined);
        }
        let owned = HeaderBuf::new(octets.clone().into_bytes(), &Limits::DEFAULT);
        prop_assert_eq!(owned.faults(), &faults);
        prop_assert_eq!(owned.block().fields().count(), header.fields().count());
    }
}
