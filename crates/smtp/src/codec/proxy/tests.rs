use super::*;
use proptest::prelude::*;

fn read(octets: &[u8]) -> Result<Option<Header>, ProxyError> {
    decode(&mut BytesMut::from(octets))
}

fn forwarded(client: &str, server: &str) -> Header {
    Header::new(client.parse().unwrap(), server.parse().unwrap())
}

fn v2(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
    let len = u16::try_from(rest.len()).unwrap().to_be_bytes();
    [V2_START, &[command, family][..], &len, rest].concat()
}

#[test]
fn version_1_is_read() {
    for (line, header) in [
        (
            "PROXY TCP4 192.0.2.1 198.51.100.2 56324 25\r\n",
            forwarded("192.0.2.1:56324", "198.51.100.2:25"),
        ),
        (
            "PROXY TCP6 2001:db8::1 2001:db8::2 0 65535\r\n",
            forwarded("[2001:db8::1]:0", "[2001:db8::2]:65535"),
        ),
        ("PROXY UNKNOWN\r\n", Header::Local),
        ("PROXY UNKNOWN ffff::1 nonsense\r\n", Header::Local),
    ] {
        assert_eq!(read(line.as_bytes()), Ok(Some(header)), "{line}");
    }
}

#[test]
fn version_1_is_strict() {
    for line in [
        "PROXY \r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP5 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
        "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP4 192.0.2.01 192.0.2.2 1 2\r\n",
        "PROXY TCP4 2001:db8::1 192.0.2.2 1 2\r\n",
        "PROXY TCP6 192.0.2.1 2001:db8::1 1 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 01 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 +1 2\r\n",
        "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n",
    ] {
        assert!(matches!(read(line.as_bytes()), Err(ProxyError::Field { .. })), "{line}");
    }
    assert_eq!(read(b"PROXY UNKNOWN\n"), Err(ProxyError::BareLf));
}

#[test]
fn version_1_ends_within_107_octets() {
    for (len, ok) in [(106, true), (107, true), (108, false)] {
        let line = format!("PROXY UNKNOWN {}\r\n", "x".repeat(len - 16));
        assert_eq!(line.len(), len);
        assert_eq!(read(line.as_bytes()).is_ok(), ok, "{len}");
    }
    assert_eq!(read(&[V1_START, &[b'x'; 100]].concat()), Ok(None));
    assert_eq!(read(&[V1_START, &[b'x'; 101]].concat()), Err(ProxyError::LongLine));
}

#[test]
fn another_protocol_is_refused_at_its_first_octet() {
    assert_eq!(read(b"EHLO a\r\n"), Err(ProxyError::Signature { at: 0 }));
    assert_eq!(read(b"PROXY\r\n"), Err(ProxyError::Signature { at: 5 }));
    assert_eq!(read(b"\r\n\r\n\0\r\nQUIX"), Err(ProxyError::Signature { at: 10 }));
    assert_eq!(read(b""), Ok(None));
}

#[test]
fn version_2_refuses_other_versions_commands_and_families() {
    assert_eq!(read(&v2(0x11, 0x11, &[])), Err(ProxyError::Command { octet: 0x11 }));
    assert_eq!(read(&v2(0x22, 0x11, &[])), Err(ProxyError::Command { octet: 0x22 }));
    assert_eq!(read(&v2(0x21, 0x12, &[0; 12])), Err(ProxyError::Family { octet: 0x12 }));
    assert_eq!(read(&v2(0x21, 0x31, &[0; 216])), Err(ProxyError::Family { octet: 0x31 }));
    assert_eq!(read(&v2(0x21, 0x11, &[0; 11])), Err(ProxyError::Tlv));
    assert_eq!(read(&v2(0x21, 0x21, &[0; 36])).map(|h| h.is_some()), Ok(true));
}

#[test]
fn local_and_unspecified_keep_the_socket() {
    assert_eq!(read(&v2(0x20, 0x11, &[1; 12])), Ok(Some(Header::Local)));
    assert_eq!(read(&v2(0x20, 0xff, &[])), Ok(Some(Header::Local)));
    assert_eq!(read(&v2(0x21, 0x00, &[1, 2, 3])), Ok(Some(Header::Local)));
}

#[test]
fn tlvs_are_framed_and_dropped() {
    let addresses = [0; 12];
    let with = |tlvs: &[u8]| read(&v2(0x21, 0x11, &[&addresses[..], tlvs].concat()));
    assert!(with(&[4, 0, 2, 9, 9, 5, 0, 0]).is_ok());
    assert_eq!(with(&[4, 0, 3, 9, 9]), Err(ProxyError::Tlv));
    assert_eq!(with(&[4, 0]), Err(ProxyError::Tlv));
}

#[test]
fn version_2_is_limited_at_512_octets() {
    for (len, ok) in [(511, true), (512, true), (513, false)] {
        let tlv = u16::try_from(len - 12 - 3).unwrap().to_be_bytes();
        let rest = [&[0; 12], &[4][..], &tlv, &vec![0; len - 15]].concat();
        assert_eq!(read(&v2(0x21, 0x11, &rest)).is_ok(), ok, "{len}");
    }
}

#[test]
fn what_follows_is_left() {
    for version in [Version::V1, Version::V2] {
        let mut rx = BytesMut::new();
        forwarded("192.0.2.1:1", "192.0.2.2:2").encode(version, &mut rx);
        rx.extend_from_slice(b"\x16\x03\x01");
        assert!(matches!(decode(&mut rx), Ok(Some(_))));
        assert_eq!(&rx[..], b"\x16\x03\x01");
    }
}

fn header() -> impl Strategy<Value = Header> {
    let pair = any::<(IpAddr, IpAddr, u16, u16)>();
    pair.prop_map(|(a, b, p, q)| Header::new(SocketAddr::new(a, p), SocketAddr::new(b, q)))
}

/// What a reader that gets one octet at a time sees.
fn read_slowly(octets: &[u8]) -> Result<Option<Header>, ProxyError> {
    let mut rx = BytesMut::new();
    for octet in octets {
        rx.put_u8(*octet);
        match decode(&mut rx) {
            Ok(None) => {}
            done => return done,
        }
    }
    Ok(None)
}

proptest! {
    #[test]
    fn decode_after_encode_is_identity(header in header()) {
        for version in [Version::V1, Version::V2] {
            let mut wire = BytesMut::new();
            header.encode(version, &mut wire);
            prop_assert_eq!(read_slowly(&wire), Ok(Some(header)));
            for cut in 0..wire.len() {
                prop_assert_eq!(read(&wire[..cut]), Ok(None));
            }
        }
    }

    #[test]
    fn any_split_gives_the_same_result(
        start in prop_oneof![Just(V1_START), Just(&V2_START[..]), Just(&b""[..])],
        rest in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(0x21), Just(0)], 0..60),
    ) {
        let octets = [start, &rest].concat();
        prop_assert_eq!(read_slowly(&octets), read(&octets));
    }
}
