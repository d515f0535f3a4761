use super::*;
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

/// Content and what follows the terminator, by definition: lines are what CRLF separates.
fn naive(wire: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut content = Vec::new();
    let mut rest = wire;
    loop {
        let end = rest.windows(2).position(|w| w == b"\r\n")?;
        let (line, tail) = (&rest[..end], &rest[end + 2..]);
        if line == b"." {
            return Some((content, tail.to_vec()));
        }
        content.extend_from_slice(line.strip_prefix(b".").unwrap_or(line));
        content.extend_from_slice(b"\r\n");
        rest = tail;
    }
}

struct Decoded {
    content: Vec<u8>,
    end: Option<BodyStats>,
    rest: Vec<u8>,
}

fn decode(parts: &[&[u8]], max: usize) -> Decoded {
    let mut decoder = DataDecoder::new();
    let mut rx = BytesMut::new();
    let mut decoded = Decoded { content: Vec::new(), end: None, rest: Vec::new() };
    for part in parts {
        rx.extend_from_slice(part);
        while decoded.end.is_none() {
            match decoder.next(&mut rx, max) {
                Some(DataItem::Body(body)) => {
                    assert!(!body.is_empty() && body.len() <= max);
                    decoded.content.extend_from_slice(&body);
                }
                Some(DataItem::End(stats)) => decoded.end = Some(stats),
                None => break,
            }
        }
    }
    assert!(decoded.end.is_some() || rx.len() <= 2, "holds back {rx:?}");
    decoded.rest = rx.to_vec();
    decoded
}

fn whole(wire: &[u8]) -> Decoded {
    decode(&[wire], usize::MAX)
}

fn bytewise(wire: &[u8]) -> Decoded {
    decode(&wire.chunks(1).collect::<Vec<_>>(), usize::MAX)
}

fn octets(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

fn naive_stats(wire: &[u8]) -> (u64, u64) {
    let count = |ok: &dyn Fn(usize) -> bool| octets((0..wire.len()).filter(|&i| ok(i)).count());
    let before = |i: usize| i.checked_sub(1).map(|i| wire[i]);
    (
        count(&|i| wire[i] == b'\r' && wire.get(i + 1) != Some(&b'\n')),
        count(&|i| wire[i] == b'\n' && before(i) != Some(b'\r')),
    )
}

fn check(wire: &[u8]) {
    let (one, many) = (whole(wire), bytewise(wire));
    assert_eq!(one.content, many.content, "{wire:?}");
    assert_eq!(one.end, many.end, "{wire:?}");
    match naive(wire) {
        None => assert_eq!(one.end, None, "{wire:?}"),
        Some((content, rest)) => {
            let stats = one.end.expect("the naive definition sees an end");
            assert_eq!((&one.content, &one.rest), (&content, &rest), "{wire:?}");
            let sent = &wire[..wire.len() - rest.len()];
            let counts = (stats.bare_cr.count, stats.bare_lf.count);
            assert_eq!(counts, naive_stats(sent), "{wire:?}");
            assert_eq!(stats.octets, octets(content.len()));
        }
    }
}

#[test]
fn every_string_to_length_nine_is_as_defined() {
    let alphabet = *b"\r\n.a";
    for len in 0..=9u32 {
        for code in 0..4usize.pow(len) {
            let octet = |i: u32| alphabet[code >> (2 * i) & 3];
            let wire: Vec<u8> = (0..len).map(octet).collect();
            check(&wire);
        }
    }
}

#[test]
fn every_string_to_length_six_behind_a_line_ends_as_defined() {
    let alphabet = *b"\r\n.a";
    for code in 0..4usize.pow(6) {
        let mut wire = b"x\r\n".to_vec();
        wire.extend((0..6).map(|i| alphabet[code >> (2 * i) & 3]));
        wire.extend_from_slice(b"\r\n.\r\nNOOP\r\n");
        check(&wire);
        let split = decode(&wire.chunks(2).collect::<Vec<_>>(), 3);
        let one = whole(&wire);
        assert_eq!((split.content, split.end), (one.content, one.end));
    }
}

#[test]
fn empty_message_and_dot_first() {
    let empty = whole(b".\r\n");
    assert_eq!((empty.content.len(), empty.end.unwrap().octets), (0, 0));
    assert_eq!(whole(b"..x\r\n.\r\n").content, b".x\r\n");
    assert_eq!(whole(b"..\r\n.\r\n").content, b".\r\n");
}

#[test]
fn faults_are_counted_with_their_first_offset() {
    let stats = whole(b"a\nb\rc\0\n.\nd\r\n.\r\n").end.unwrap();
    assert_eq!((stats.bare_lf.count, stats.bare_lf.first), (3, Some(1)));
    assert_eq!((stats.bare_cr.count, stats.bare_cr.first), (1, Some(3)));
    assert_eq!((stats.nul.count, stats.nul.first), (1, Some(5)));
    assert_eq!((stats.near_end.count, stats.near_end.first), (1, Some(7)));
}

#[test]
fn every_near_terminator_is_seen_at_any_split() {
    let ends: [&[u8]; 8] = [
        b"\n.\n",
        b"\n.\r",
        b"\r.\n",
        b"\r.\r",
        b"\n.\r\n",
        b"\r.\r\n",
        b"\r\n.\n",
        b"\r\n.\r\r\n",
    ];
    for near in ends {
        let wire = [b"text", near, b"more\r\n.\r\n"].concat();
        for cut in 0..wire.len() {
            let stats = decode(&[&wire[..cut], &wire[cut..]], usize::MAX).end.unwrap();
            assert_eq!(stats.near_end.count, 1, "{near:?} cut at {cut}");
        }
    }
    for fine in [&b"a.\r\n.\r\n"[..], b"..\r\n.\r\n", b"\r\n..\r\nx\r\n.\r\n"] {
        assert!(whole(fine).end.unwrap().near_end.is_none(), "{fine:?}");
    }
}

#[test]
fn a_long_line_counts_crlf_and_no_transparency_dot() {
    let of = |text: &str| {
        let (one, many) = (whole(text.as_bytes()), bytewise(text.as_bytes()));
        assert_eq!(one.end, many.end);
        one.end.unwrap().long_line
    };
    for (letters, long) in [(997, None), (998, None), (999, Some(1001)), (5000, Some(5002))] {
        let line = "x".repeat(letters);
        assert_eq!(of(&format!("{line}\r\n.\r\n")), long);
        assert_eq!(of(&format!("short\r\n{line}\r\nshort\r\n.\r\n")), long);
        assert_eq!(of(&format!(".{line}\r\n.\r\n")), long, "a transparency dot");
        assert_eq!(
            of(&format!("{line}\r\n{line}\n{line}\r\n.\r\n")),
            Some(2 * u64::try_from(letters).unwrap() + 3).filter(|n| *n > 1000)
        );
    }
}

/// Content by the definition alone, with faults anywhere in blocks that are otherwise passed at once.
#[test]
fn a_fault_anywhere_in_long_content_is_seen_at_any_split() {
    let text = "a line of some length with nothing to see in it\r\n".repeat(30).into_bytes();
    for fault in [&b"\n"[..], b"\r", b"\0", b"\xff", b"\n.\n", b"\r\n.\r", b"\r\n..\r\n"] {
        for at in (0..700).step_by(3) {
            let wire = [&text[..at], fault, &text[at..], b".\r\n"].concat();
            let one = whole(&wire);
            let stats = one.end.unwrap();
            let cuts = decode(&wire.chunks(509).collect::<Vec<_>>(), 1000);
            let many = bytewise(&wire);
            assert_eq!((stats, &one.content), (cuts.end.unwrap(), &cuts.content), "{fault:?} {at}");
            assert_eq!((stats, &one.content), (many.end.unwrap(), &many.content), "{fault:?} {at}");
            assert_eq!((stats.bare_cr.count, stats.bare_lf.count), naive_stats(&wire));
            assert_eq!(stats.eight_bit, fault == b"\xff");
            assert_eq!(stats.nul.first, (fault == b"\0").then(|| octets(at)));
        }
    }
}

#[test]
fn slices_are_of_the_read_buffer() {
    let mut rx = BytesMut::from(&b"line one\r\nline two\r\n"[..]);
    let start = rx.as_ptr();
    let Some(DataItem::Body(body)) = DataDecoder::new().next(&mut rx, usize::MAX) else {
        panic!("a body");
    };
    assert_eq!((body.as_ptr(), body.len()), (start, 20));
}

fn encode(parts: &[&[u8]]) -> Result<Vec<u8>, BareLineEnding> {
    let mut encoder = DataEncoder::new();
    let mut out = Vec::new();
    for part in parts {
        encoder.push(Bytes::copy_from_slice(part), &mut out)?;
    }
    encoder.finish(&mut out)?;
    Ok(out.concat())
}

#[test]
fn bare_line_ends_are_not_sent() {
    assert_eq!(encode(&[b"a\nb"]), Err(BareLineEnding { at: 1 }));
    assert_eq!(encode(&[b"a\r", b"b"]), Err(BareLineEnding { at: 1 }));
    assert_eq!(encode(&[b"ab\r"]), Err(BareLineEnding { at: 2 }));
    assert_eq!(encode(&[b"\n"]), Err(BareLineEnding { at: 0 }));
    assert_eq!(encode(&[b"\r\r\n"]), Err(BareLineEnding { at: 0 }));
}

#[test]
fn a_refused_chunk_leaves_nothing_behind() {
    let mut out = Vec::new();
    let mut encoder = DataEncoder::new();
    encoder.push(Bytes::from_static(b"fine\r\n"), &mut out).unwrap();
    encoder.push(Bytes::from_static(b".x\r\n.y\n"), &mut out).unwrap_err();
    assert_eq!(out.concat(), b"fine\r\n");
}

#[test]
fn first_octet_is_a_line_start() {
    assert_eq!(encode(&[b".\r\n"]).unwrap(), b"..\r\n.\r\n");
    assert_eq!(encode(&[b"a\r\n", b".b"]).unwrap(), b"a\r\n..b\r\n.\r\n");
    assert_eq!(encode(&[]).unwrap(), b".\r\n");
}

fn content() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        Just(Vec::new()),
        Just(b".".to_vec()),
        Just(b"..".to_vec()),
        proptest::collection::vec(
            any::<u8>().prop_filter("no line end", |b| !matches!(b, 10 | 13)),
            0..12
        ),
    ];
    proptest::collection::vec(line, 0..8).prop_map(|lines| {
        lines.into_iter().flat_map(|line| [line, b"\r\n".to_vec()].concat()).collect()
    })
}

proptest! {
    #[test]
    fn decode_after_encode_is_identity(content in content(), cut in 0usize..100) {
        let cut = cut.min(content.len());
        let wire = encode(&[&content[..cut], &content[cut..]]).unwrap();
        prop_assert_eq!(&encode(&[&content]).unwrap(), &wire);
        let decoded = bytewise(&wire);
        prop_assert_eq!(&decoded.content, &content);
        prop_assert!(decoded.end.is_some() && decoded.rest.is_empty());
        let ends = wire.windows(5).filter(|w| w == b"\r\n.\r\n").count();
        prop_assert!(ends <= 1 && (ends == 0 || wire.ends_with(b"\r\n.\r\n")));
    }

    #[test]
    fn whatever_is_encoded_has_one_end(
        content in proptest::collection::vec(prop_oneof![Just(13u8), Just(10), Just(46), Just(97)], 0..24)
    ) {
        if let Ok(wire) = encode(&[&content]) {
            let (decoded, rest) = naive(&wire).expect("an end");
            prop_assert!(rest.is_empty());
            prop_assert_eq!(decoded.strip_suffix(b"\r\n").unwrap_or(&decoded), content.strip_suffix(b"\r\n").unwrap_or(&content));
        }
    }

    #[test]
    fn any_octets_decode_alike_at_any_split(wire in proptest::collection::vec(any::<u8>(), 0..200), max in 1usize..9) {
        let one = whole(&wire);
        let split = decode(&wire.chunks(max).collect::<Vec<_>>(), max);
        prop_assert_eq!((one.content, one.end), (split.content, split.end));
    }
}
