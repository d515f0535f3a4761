//! Targets of `postrider-smtp`.

mod client;
mod codec;
mod server;

use crate::Body;
use bytes::{Bytes, BytesMut};
use postrider_smtp::codec::data::{BodyStats, DataDecoder, DataEncoder, DataItem};
use postrider_smtp::codec::line::{LineDecoder, LineItem};
use postrider_smtp::command::{Command, Leniency};

pub(crate) const TARGETS: &[(&str, Body)] = &[
    ("smtp_line", line),
    ("smtp_data", data),
    ("smtp_server_inputs", server::inputs),
    ("smtp_client_inputs", client::inputs),
    ("smtp_reply", codec::reply),
    ("smtp_proxy", codec::proxy),
];

/// Pieces of one octet, and the whole in one.
const PIECES: [usize; 2] = [1, usize::MAX];

/// Lines are the same however they are read; a clean one holds no line end and is a command that is
/// written as it was read, or none.
fn line(octets: &[u8]) {
    const LIMIT: usize = 64;
    let [items, whole] = PIECES.map(|piece| {
        let mut decoder = LineDecoder::new(LIMIT, 128);
        let mut rx = BytesMut::new();
        let mut items = Vec::new();
        for part in octets.chunks(piece) {
            rx.extend_from_slice(part);
            while !items.contains(&LineItem::Endless)
                && let Some(item) = decoder.next(&mut rx)
            {
                items.push(item);
            }
        }
        items
    });
    assert_eq!(items, whole);
    for item in items {
        if let LineItem::Line(line) = item {
            assert!(line.len() + 2 <= LIMIT);
            assert!(!line.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)));
        }
    }
    command(octets);
}

fn command(octets: &[u8]) {
    let strict = Leniency::strict();
    if let Ok(command) = Command::parse(octets, &strict) {
        let wire = command.encode();
        let line = wire.strip_suffix(b"\r\n").expect("a CRLF at the end");
        assert!(!line.iter().any(u8::is_ascii_control), "{command:?}");
        let again = Command::parse(line, &strict).expect("its own writing");
        assert_eq!(again.encode(), wire);
    }
}

/// Content is what CRLF separates, however it is read; what is sent comes back.
fn data(octets: &[u8]) {
    let [split, whole] = PIECES.map(|piece| decode(octets, piece));
    assert_eq!(split, whole);
    let defined = by_definition(octets);
    assert_eq!(whole.1.is_some(), defined.is_some());
    if let Some((content, rest)) = defined {
        assert_eq!((whole.0, whole.2), (content, rest));
    }
    let mut encoder = DataEncoder::new();
    let mut wire = Vec::new();
    let sent = encoder.push(Bytes::copy_from_slice(octets), &mut wire);
    if sent.and_then(|()| encoder.finish(&mut wire)).is_ok() {
        let (content, end, rest) = decode(&wire.concat(), 1);
        assert!(end.is_some() && rest.is_empty());
        let added = content.strip_prefix(octets).expect("what was sent");
        assert!(matches!(added, b"" | b"\r\n"));
    }
}

type Decoded = (Vec<u8>, Option<BodyStats>, Vec<u8>);

fn decode(wire: &[u8], piece: usize) -> Decoded {
    let mut decoder = DataDecoder::new();
    let mut rx = BytesMut::new();
    let (mut content, mut end) = (Vec::new(), None);
    for part in wire.chunks(piece) {
        rx.extend_from_slice(part);
        while end.is_none() {
            match decoder.next(&mut rx, piece) {
                Some(DataItem::Body(body)) => content.extend_from_slice(&body),
                Some(DataItem::End(stats)) => end = Some(stats),
                _ => break,
            }
        }
    }
    (content, end, rx.to_vec())
}

fn by_definition(wire: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
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
