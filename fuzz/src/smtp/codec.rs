//! Replies and PROXY headers.

use bytes::BytesMut;
use postrider_smtp::codec::proxy::{self, Header, MAX_V2_REST, ProxyError, Version};
use postrider_smtp::codec::reply::{Botched, EnhancedCodes, ReplyDecoder, parse};
use postrider_smtp::value::reply::Reply;

/// Replies are the same however they are read, and a reply is written so that it is read again.
pub(super) fn reply(octets: &[u8]) {
    let whole = replies(octets, usize::MAX);
    assert_eq!(replies(octets, 1), whole);
    for reply in whole.into_iter().flatten() {
        // What a peer wrote at length, or we had to escape, may be too long for our own reader.
        if reply.text().any(|line| line.as_str().len() > 500) {
            continue;
        }
        let code = reply.code();
        // A text that happens to begin like an enhanced code would be read as one.
        let mode = match reply.enhanced() {
            Some(_) => EnhancedCodes::Read,
            None => EnhancedCodes::Text,
        };
        let again = parse(&reply.to_wire(), mode).expect("our own reply");
        assert_eq!((again.code(), again.enhanced()), (code, reply.enhanced()));
        assert!(again.text().eq(reply.text()));
    }
}

fn replies(octets: &[u8], piece: usize) -> Vec<Result<Reply, Botched>> {
    let mut decoder = ReplyDecoder::default();
    decoder.set_enhanced(EnhancedCodes::Read);
    let mut rx = BytesMut::new();
    let mut found = Vec::new();
    for part in octets.chunks(piece) {
        rx.extend_from_slice(part);
        while let Some(item) = decoder.next(&mut rx) {
            let botched = item.is_err();
            found.push(item);
            if botched {
                return found;
            }
        }
    }
    found
}

/// A PROXY header is the same however it is read, takes no more octets than its cap, and is written so
/// that it is read again.
pub(super) fn proxy(octets: &[u8]) {
    let (whole, taken) = header(octets, usize::MAX);
    let (split, taken_split) = header(octets, 1);
    assert_eq!(split, whole);
    if let Ok(Some(header)) = whole {
        assert!(taken <= 16 + MAX_V2_REST);
        assert_eq!(taken, taken_split);
        for version in [Version::V1, Version::V2] {
            let mut wire = BytesMut::new();
            header.encode(version, &mut wire);
            assert_eq!(proxy::decode(&mut wire), Ok(Some(header)));
            assert!(wire.is_empty());
        }
    }
}

/// The result, and how many octets it took.
fn header(octets: &[u8], piece: usize) -> (Result<Option<Header>, ProxyError>, usize) {
    let mut rx = BytesMut::new();
    let mut fed = 0;
    for part in octets.chunks(piece) {
        rx.extend_from_slice(part);
        fed += part.len();
        let result = proxy::decode(&mut rx);
        if result != Ok(None) {
            return (result, fed - rx.len());
        }
    }
    (Ok(None), 0)
}
