use super::*;
use proptest::prelude::*;

fn decode(decoder: &mut LineDecoder, parts: &[&[u8]]) -> Vec<LineItem> {
    let mut rx = BytesMut::new();
    let mut items = Vec::new();
    for part in parts {
        rx.extend_from_slice(part);
        while let Some(item) = decoder.next(&mut rx) {
            let last = item == LineItem::Endless;
            items.push(item);
            if last {
                return items;
            }
        }
    }
    items
}

fn whole(limit: usize, octets: &[u8]) -> Vec<LineItem> {
    decode(&mut LineDecoder::new(limit, 100), &[octets])
}

fn bytewise(limit: usize, octets: &[u8]) -> Vec<LineItem> {
    let parts: Vec<&[u8]> = octets.chunks(1).collect();
    decode(&mut LineDecoder::new(limit, 100), &parts)
}

fn line(text: &'static str) -> LineItem {
    LineItem::Line(Bytes::from_static(text.as_bytes()))
}

#[test]
fn only_crlf_ends_a_line() {
    assert_eq!(whole(20, b"a\r\nbc\r\n\r\nd"), [line("a"), line("bc"), line("")]);
    let broken = |at| LineItem::Broken(LineFault::BareLf { at });
    assert_eq!(whole(20, b"a\nb\r\nc\r\n"), [broken(1), line("c")]);
    let broken = |at| LineItem::Broken(LineFault::BareCr { at });
    assert_eq!(whole(20, b"a\rb\r\nc\r\n"), [broken(1), line("c")]);
    assert_eq!(whole(20, b"\r\r\nc\r\n"), [broken(0), line("c")]);
    let broken = |at| LineItem::Broken(LineFault::Nul { at });
    assert_eq!(whole(20, b"ab\0\n\r\nc\r\n"), [broken(2), line("c")]);
}

#[test]
fn limit_counts_the_line_with_crlf_however_it_is_read() {
    for (len, fits) in [(7, true), (8, true), (9, false)] {
        let mut octets = vec![b'a'; len - 2];
        octets.extend_from_slice(b"\r\nb\r\n");
        let items = whole(8, &octets);
        assert_eq!(matches!(items[0], LineItem::Line(_)), fits, "{len}");
        assert_eq!(items[1], line("b"), "{len}");
        assert_eq!(bytewise(8, &octets), items, "{len}");
    }
}

#[test]
fn skipping_has_a_cap() {
    for (len, ends) in [(99, true), (100, true), (101, false)] {
        let mut octets = vec![b'a'; len - 2];
        octets.extend_from_slice(b"\r\n");
        let items = whole(8, &octets);
        assert_eq!(items.len() == 1, ends, "{len}");
        assert_eq!(bytewise(8, &octets), items, "{len}");
    }
    assert_eq!(whole(8, &[b'a'; 101]).last(), Some(&LineItem::Endless));
}

#[test]
fn memory_stays_flat_without_a_line_end() {
    let mut decoder = LineDecoder::new(512, u64::MAX);
    let mut rx = BytesMut::new();
    for _ in 0..10_000 {
        rx.extend_from_slice(&[b'a'; 100]);
        while decoder.next(&mut rx).is_some() {}
        assert!(rx.len() < 512);
    }
    assert!(decoder.is_skipping());
}

fn alphabet() -> impl Strategy<Value = Vec<u8>> {
    let octet = prop_oneof![Just(b'\r'), Just(b'\n'), Just(0), Just(b'a')];
    proptest::collection::vec(octet, 0..60)
}

proptest! {
    #[test]
    fn any_split_is_the_whole(octets in alphabet(), cut in 0usize..60) {
        let cut = cut.min(octets.len());
        let items = whole(8, &octets);
        prop_assert_eq!(&bytewise(8, &octets), &items);
        let halves = decode(&mut LineDecoder::new(8, 100), &[&octets[..cut], &octets[cut..]]);
        prop_assert_eq!(halves, items);
    }

    #[test]
    fn a_clean_line_holds_no_control_of_lines(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        for item in whole(64, &octets) {
            if let LineItem::Line(line) = item {
                prop_assert!(line.len() <= 62);
                prop_assert!(!line.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)));
            }
        }
    }
}
