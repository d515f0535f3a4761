//! The PROXY protocol, versions 1 and 2: how a balancer says whom it speaks for.
//!
//! The specification is `doc/proxy-protocol.txt` of `HAProxy`. A header is read only from a peer that
//! is trusted to send one, and then it must be there: anything else is an error, and the connection
//! ends without a word. TLVs are checked for their framing and dropped.

use bytes::{Buf as _, BufMut as _, BytesMut};
use memchr::memchr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;

/// Most octets of a version 1 header with CRLF (§2.1).
pub const MAX_V1: usize = 107;
/// Most octets behind the 16 fixed ones of a version 2 header that we read.
pub const MAX_V2_REST: usize = 512;

const V1_START: &[u8] = b"PROXY ";
const V2_START: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
const V2_FIXED: usize = 16;

/// What a PROXY header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the PROXY protocol §2")]
pub enum Header {
    /// LOCAL or UNKNOWN: the balancer speaks for itself or does not know; the addresses of the socket
    /// hold.
    Local,
    /// The connection is forwarded.
    Forwarded {
        /// Who connected to the balancer.
        client: SocketAddr,
        /// What the client connected to.
        server: SocketAddr,
    },
}

/// A version of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Version {
    /// Text.
    V1,
    /// Binary.
    V2,
}

/// Why octets are no PROXY header. Offsets count from the first octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProxyError {
    /// They do not begin as a header does.
    #[error("octet {at} begins no PROXY header")]
    Signature {
        /// The first octet that differs.
        at: usize,
    },
    /// Version 1 without CRLF within 107 octets.
    #[error("PROXY line is longer than {MAX_V1} octets")]
    LongLine,
    /// Version 1 with an LF that has no CR.
    #[error("PROXY line ends in a bare LF")]
    BareLf,
    /// A field of version 1 is missing, malformed, or one too many.
    #[error("PROXY line: {field} expected")]
    Field {
        /// What should have stood there.
        field: &'static str,
    },
    /// Version 2 with another version in its upper half octet, or an unknown command in its lower.
    #[error("PROXY version and command are 0x{octet:02x}")]
    Command {
        /// The octet.
        octet: u8,
    },
    /// Version 2 for something other than TCP over IPv4 or IPv6.
    #[error("PROXY address family and transport are 0x{octet:02x}, neither TCP nor unspecified")]
    Family {
        /// The octet.
        octet: u8,
    },
    /// Version 2 that is longer than we read.
    #[error("PROXY header has {len} octets behind the fixed ones, {MAX_V2_REST} are allowed")]
    Long {
        /// Its declared length.
        len: usize,
    },
    /// Version 2 that is too short for its addresses.
    #[error("PROXY header of {len} octets is too short for its addresses")]
    Short {
        /// Its declared length.
        len: usize,
    },
    /// A TLV of version 2 that runs over the end.
    #[error("PROXY TLV does not fit the header")]
    Tlv,
}

/// Takes a header off the front of the buffer; `None` when more octets are needed.
///
/// Nothing behind the header is touched: it may be a TLS handshake or a command. At most
/// 16 + [`MAX_V2_REST`] octets are ever needed.
///
/// # Errors
/// [`ProxyError`]; the buffer is then left as it was, and the connection should end.
pub fn decode(rx: &mut BytesMut) -> Result<Option<Header>, ProxyError> {
    let v1 = common_prefix(rx, V1_START);
    if v1 == V1_START.len() {
        return decode_v1(rx);
    }
    let v2 = common_prefix(rx, V2_START);
    if v2 == V2_START.len() {
        return decode_v2(rx);
    }
    let at = v1.max(v2);
    if at < rx.len() {
        return Err(ProxyError::Signature { at });
    }
    Ok(None)
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn decode_v1(rx: &mut BytesMut) -> Result<Option<Header>, ProxyError> {
    let head = rx.get(..MAX_V1).unwrap_or(rx);
    let Some(lf) = memchr(b'\n', head) else {
        if rx.len() >= MAX_V1 {
            return Err(ProxyError::LongLine);
        }
        return Ok(None);
    };
    let line = head.get(..lf).and_then(|line| line.strip_suffix(b"\r"));
    let header = read_v1(line.ok_or(ProxyError::BareLf)?)?;
    rx.advance(lf + 1);
    Ok(Some(header))
}

/// §2.1: `PROXY TCP4 192.0.2.1 198.51.100.1 56324 25`, single spaces, no leading zeros.
fn read_v1(line: &[u8]) -> Result<Header, ProxyError> {
    let missing = |field| ProxyError::Field { field };
    let text = std::str::from_utf8(line).map_err(|_| missing("US-ASCII"))?;
    let mut fields = text.split(' ').skip(1);
    match fields.next() {
        // §2.1: "the receiver must ignore anything presented before the CRLF is found"
        Some("UNKNOWN") => Ok(Header::Local),
        Some("TCP4") => read_addresses::<Ipv4Addr>(fields),
        Some("TCP6") => read_addresses::<Ipv6Addr>(fields),
        _ => Err(missing("TCP4, TCP6 or UNKNOWN")),
    }
}

fn read_addresses<'a, A: FromStr + Into<IpAddr>>(
    mut fields: impl Iterator<Item = &'a str>,
) -> Result<Header, ProxyError> {
    let mut field = |name| fields.next().ok_or(ProxyError::Field { field: name });
    let client = address::<A>(field("source address")?)?;
    let server = address::<A>(field("destination address")?)?;
    let client_port = port(field("source port")?)?;
    let server_port = port(field("destination port")?)?;
    if fields.next().is_some() {
        return Err(ProxyError::Field { field: "end of line" });
    }
    Ok(Header::Forwarded {
        client: SocketAddr::new(client, client_port),
        server: SocketAddr::new(server, server_port),
    })
}

fn address<A: FromStr + Into<IpAddr>>(text: &str) -> Result<IpAddr, ProxyError> {
    text.parse().map(A::into).map_err(|_| ProxyError::Field { field: "an address of the family" })
}

/// §2.1: "in the range [0..65535] inclusive. Heading zeroes are not permitted".
fn port(text: &str) -> Result<u16, ProxyError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let canonical = digits && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| canonical).ok_or(ProxyError::Field { field: "a port" })
}

fn decode_v2(rx: &mut BytesMut) -> Result<Option<Header>, ProxyError> {
    let Some((fixed, rest)) = rx.split_at_checked(V2_FIXED) else {
        return Ok(None);
    };
    let [.., command, family, high, low] = *fixed else {
        return Ok(None);
    };
    let len = usize::from(u16::from_be_bytes([high, low]));
    if len > MAX_V2_REST {
        return Err(ProxyError::Long { len });
    }
    if !matches!(command, 0x20 | 0x21) {
        return Err(ProxyError::Command { octet: command });
    }
    let Some(rest) = rest.get(..len) else {
        return Ok(None);
    };
    // §2.2: LOCAL: "the receiver must accept this connection as valid and must use the real
    // connection endpoints and discard the protocol block including the family which is ignored".
    let header = match command {
        0x20 => Header::Local,
        _ => read_v2(family, rest)?,
    };
    rx.advance(V2_FIXED + len);
    Ok(Some(header))
}

fn read_v2(family: u8, mut rest: &[u8]) -> Result<Header, ProxyError> {
    let short = ProxyError::Short { len: rest.len() };
    let header = match family {
        0x00 => return Ok(Header::Local),
        0x11 => forwarded::<4, Ipv4Addr>(&mut rest),
        0x21 => forwarded::<16, Ipv6Addr>(&mut rest),
        octet => return Err(ProxyError::Family { octet }),
    };
    check_tlvs(rest)?;
    header.ok_or(short)
}

/// Two addresses of `N` octets, two ports.
fn forwarded<const N: usize, A: From<[u8; N]> + Into<IpAddr>>(rest: &mut &[u8]) -> Option<Header> {
    let (client, tail) = rest.split_first_chunk::<N>()?;
    let (server, tail) = tail.split_first_chunk::<N>()?;
    let (client_port, tail) = tail.split_first_chunk()?;
    let (server_port, tail) = tail.split_first_chunk()?;
    *rest = tail;
    Some(Header::Forwarded {
        client: SocketAddr::new(A::from(*client).into(), u16::from_be_bytes(*client_port)),
        server: SocketAddr::new(A::from(*server).into(), u16::from_be_bytes(*server_port)),
    })
}

/// §2.2: `struct pp2_tlv { uint8_t type; uint8_t length_hi; uint8_t length_lo; uint8_t value[0]; }`.
fn check_tlvs(mut rest: &[u8]) -> Result<(), ProxyError> {
    while let [_, high, low, tail @ ..] = rest {
        let len = usize::from(u16::from_be_bytes([*high, *low]));
        rest = tail.get(len..).ok_or(ProxyError::Tlv)?;
    }
    if rest.is_empty() { Ok(()) } else { Err(ProxyError::Tlv) }
}

impl Header {
    /// A header for a connection from `client` to `server`; [`Header::Local`] when they are of
    /// different families, which the protocol cannot say.
    #[must_use]
    pub const fn new(client: SocketAddr, server: SocketAddr) -> Self {
        match (client, server) {
            (SocketAddr::V4(_), SocketAddr::V4(_)) | (SocketAddr::V6(_), SocketAddr::V6(_)) => {
                Self::Forwarded { client, server }
            }
            _ => Self::Local,
        }
    }

    /// Appends the header as it goes over the wire.
    pub fn encode(&self, version: Version, out: &mut BytesMut) {
        match version {
            Version::V1 => self.encode_v1(out),
            Version::V2 => self.encode_v2(out),
        }
    }

    fn encode_v1(&self, out: &mut BytesMut) {
        let line = match *self {
            Self::Forwarded { client: SocketAddr::V4(c), server: SocketAddr::V4(s) } => {
                format!("PROXY TCP4 {} {} {} {}\r\n", c.ip(), s.ip(), c.port(), s.port())
            }
            Self::Forwarded { client: SocketAddr::V6(c), server: SocketAddr::V6(s) } => {
                format!("PROXY TCP6 {} {} {} {}\r\n", c.ip(), s.ip(), c.port(), s.port())
            }
            Self::Local | Self::Forwarded { .. } => "PROXY UNKNOWN\r\n".to_owned(),
        };
        out.put_slice(line.as_bytes());
    }

    fn encode_v2(&self, out: &mut BytesMut) {
        out.put_slice(V2_START);
        match *self {
            Self::Forwarded { client: SocketAddr::V4(c), server: SocketAddr::V4(s) } => {
                out.put_slice(&[0x21, 0x11, 0, 12]);
                out.put_slice(&c.ip().octets());
                out.put_slice(&s.ip().octets());
                out.put_u16(c.port());
                out.put_u16(s.port());
            }
            Self::Forwarded { client: SocketAddr::V6(c), server: SocketAddr::V6(s) } => {
                out.put_slice(&[0x21, 0x21, 0, 36]);
                out.put_slice(&c.ip().octets());
                out.put_slice(&s.ip().octets());
                out.put_u16(c.port());
                out.put_u16(s.port());
            }
            Self::Local | Self::Forwarded { .. } => out.put_slice(&[0x20, 0x00, 0, 0]),
        }
    }
}

#[cfg(test)]
mod tests;
