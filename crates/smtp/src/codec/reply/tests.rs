use super::*;
use proptest::prelude::*;

fn read(wire: &str) -> Result<Reply, Botched> {
    parse(wire.as_bytes(), EnhancedCodes::Read)
}

fn shown(wire: &str) -> String {
    read(wire).map_or_else(|e| e.to_string(), |r| r.to_string())
}

#[test]
fn codes_of_one_reply_are_equal() {
    let (first, second) = (Code::OK, Code::new(550).unwrap());
    assert_eq!(read("250-a\r\n550 b\r\n"), Err(Botched::Mixed { first, second }));
}

#[test]
fn a_code_may_stand_alone() {
    assert_eq!(shown("250\r\n"), "250");
    assert_eq!(shown("250 \r\n"), "250");
    assert_eq!(shown("250-\r\n250\r\n"), "250");
}

#[test]
fn what_is_no_reply_botches() {
    for (wire, botched) in [
        ("999 x\r\n", Botched::Code { at: 0 }),
        ("199 x\r\n", Botched::Code { at: 0 }),
        ("25\r\n", Botched::Code { at: 0 }),
        ("\r\n", Botched::Code { at: 0 }),
        ("250_x\r\n", Botched::Separator { at: 3 }),
        ("2500\r\n", Botched::Separator { at: 3 }),
        ("250 x\n", Botched::BareLineEnding { at: 5 }),
        ("250 x\ry\r\n", Botched::BareLineEnding { at: 5 }),
        ("250-x\r\n250 y\0\r\n", Botched::Nul { at: 12 }),
        ("250 x\r\n250 y\r\n", Botched::Code { at: 7 }),
        ("250-x\r\n", Botched::Unfinished),
        ("250 x\r", Botched::Unfinished),
    ] {
        assert_eq!(read(wire), Err(botched), "{wire:?}");
    }
}

#[test]
fn enhanced_codes_are_read_when_announced_and_of_the_right_class() {
    assert_eq!(read("550 5.1.1 no\r\n").unwrap().enhanced(), Enhanced::new(5, 1, 1));
    assert_eq!(read("550 4.1.1 no\r\n").unwrap().enhanced(), None);
    assert_eq!(read("354 2.0.0 go\r\n").unwrap().enhanced(), None);
    let text = parse(b"550 5.1.1 no\r\n", EnhancedCodes::Text).unwrap();
    assert_eq!((text.enhanced(), text.to_string()), (None, "550 5.1.1 no".to_owned()));
}

#[test]
fn line_limit_is_exact() {
    for (extra, ok) in [(0, true), (1, true), (2, false)] {
        let limits = Limits { line: 8, ..Limits::default() };
        let wire = format!("250 {}\r\n", "a".repeat(1 + extra));
        let read = ReplyDecoder::new(limits).next(&mut BytesMut::from(wire.as_bytes()));
        assert_eq!(read.unwrap().is_ok(), ok, "{extra}");
    }
}

#[test]
fn line_count_and_total_limits_are_exact() {
    for (lines, botched) in [(3, None), (4, None), (5, Some(Botched::ManyLines { max: 4 }))] {
        let limits = Limits { lines: 4, ..Limits::default() };
        let wire = format!("{}250 a\r\n", "250-a\r\n".repeat(lines - 1));
        let read = ReplyDecoder::new(limits).next(&mut BytesMut::from(wire.as_bytes()));
        assert_eq!(read.unwrap().err(), botched, "{lines}");
    }
    for (total, botched) in [(14, None), (13, Some(Botched::Long { max: 13 }))] {
        let limits = Limits { total, ..Limits::default() };
        let read = ReplyDecoder::new(limits).next(&mut BytesMut::from(&b"250-a\r\n250 b\r\n"[..]));
        assert_eq!(read.unwrap().err(), botched, "{total}");
    }
}

#[test]
fn an_endless_line_is_given_up_at_its_limit() {
    let mut decoder = ReplyDecoder::default();
    let mut rx = BytesMut::new();
    rx.resize(2048, b'2');
    assert_eq!(decoder.next(&mut rx), None);
    rx.extend_from_slice(b"2");
    assert_eq!(decoder.next(&mut rx), Some(Err(Botched::LongLine { max: 2048 })));
}

#[test]
fn three_replies_in_one_read_are_three() {
    let mut rx = BytesMut::from(&b"250 a\r\n550-b\r\n550 c\r\n354 d\r\n25"[..]);
    let mut decoder = ReplyDecoder::default();
    let codes: Vec<_> =
        std::iter::from_fn(|| decoder.next(&mut rx)).map(|r| r.unwrap().code().get()).collect();
    assert_eq!(codes, [250, 550, 354]);
    assert!(decoder.in_reply());
    assert_eq!(&rx[..], b"25");
}

#[test]
fn after_a_fault_nothing_is_read() {
    let mut rx = BytesMut::from(&b"x\r\n250 ok\r\n"[..]);
    let mut decoder = ReplyDecoder::default();
    let fault = Some(Err(Botched::Code { at: 0 }));
    assert_eq!(decoder.next(&mut rx), fault);
    assert_eq!(decoder.next(&mut rx), fault);
}

fn wire() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "(250|550|354|2[0-9]{2})[- ]?(5\\.1\\.1|2\\.0\\.0)? ?[ -~é\t\\\\]{0,20}\r\n",
        "[0-9 \r\n-]{0,12}",
    ];
    proptest::collection::vec(line, 0..6).prop_map(|lines| lines.concat().into_bytes())
}

/// Everything a decoder gives for these reads.
fn decode(reads: &[&[u8]]) -> Vec<Result<Reply, Botched>> {
    let mut rx = BytesMut::new();
    let mut decoder = ReplyDecoder::default();
    decoder.set_enhanced(EnhancedCodes::Read);
    let mut out: Vec<Result<Reply, Botched>> = Vec::new();
    for read in reads {
        rx.extend_from_slice(read);
        while let Some(item) = decoder.next(&mut rx) {
            let stop = item.is_err();
            out.push(item);
            if stop {
                return out;
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn any_split_gives_the_same_replies(wire in wire(), at in any::<prop::sample::Index>()) {
        let whole = decode(&[&wire]);
        let (a, b) = wire.split_at(at.index(wire.len() + 1));
        prop_assert_eq!(&decode(&[a, b]), &whole);
        prop_assert_eq!(decode(&wire.chunks(1).collect::<Vec<_>>()), whole);
    }

    #[test]
    fn parse_after_encode_is_identity(
        code in 200u16..600,
        codes in proptest::option::of((0u16..1000, 0u16..1000)),
        lines in proptest::collection::vec("[ -~é]{0,700}", 1..5),
    ) {
        let code = Code::new(code).unwrap();
        let status = codes.map_or_else(|| code.alone(), |(subject, detail)| code.with(subject, detail));
        let mut lines = lines.into_iter().map(|l| SafeText::new(l).unwrap());
        let reply = Reply::lines(status, lines.next().unwrap(), lines);
        // Text that looks like an enhanced code is text only as long as nothing was announced.
        let mode = if status.enhanced().is_some() { EnhancedCodes::Read } else { EnhancedCodes::Text };
        prop_assert_eq!(parse(&reply.to_wire(), mode), Ok(reply));
    }
}
