//! Which addresses can be mail servers on the Internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether an address can be a mail server on the Internet.
pub(super) fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(a) => is_public_v4(a),
        IpAddr::V6(a) => is_public_v6(a),
    }
}

fn is_public_v4(a: Ipv4Addr) -> bool {
    let [first, second, ..] = a.octets();
    let shared = first == 100 && second & 0xc0 == 64; // RFC 6598
    let never = a.is_loopback() || a.is_link_local() || a.is_multicast() || a.is_broadcast();
    !(never || a.is_private() || shared || first == 0 || first >= 240)
}

fn is_public_v6(a: Ipv6Addr) -> bool {
    let never = a.is_loopback() || a.is_unspecified() || a.is_multicast();
    !(never || a.is_unique_local() || a.is_unicast_link_local())
}
