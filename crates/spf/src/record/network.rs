//! Address networks and prefix lengths (RFC 7208 §5.6, §12).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

/// A prefix length of at most `MAX` bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Prefix<const MAX: u8>(u8);

/// Text or number is no prefix length: not decimal, a leading zero, or too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a prefix length is a number from 0 to {max} without leading zeros")]
pub struct BadPrefix {
    /// The longest prefix of the address family.
    pub max: u8,
}

impl<const MAX: u8> Prefix<MAX> {
    /// All bits: one address.
    pub const FULL: Self = Self(MAX);

    /// A length in bits.
    ///
    /// # Errors
    /// [`BadPrefix`] when there are not so many bits.
    pub const fn new(bits: u8) -> Result<Self, BadPrefix> {
        match bits > MAX {
            true => Err(BadPrefix { max: MAX }),
            false => Ok(Self(bits)),
        }
    }

    /// Reads `ip4-cidr-length = "/" ("0" / %x31-39 0*1DIGIT)` behind its slash, and so for IPv6.
    pub(crate) fn parse(digits: &[u8]) -> Result<Self, BadPrefix> {
        let bits = match digits {
            [d @ b'0'..=b'9'] => u16::from(d - b'0'),
            [b'1'..=b'9', b'0'..=b'9', ..] if digits.len() <= 3 => digits
                .iter()
                .try_fold(0_u16, |n, d| d.is_ascii_digit().then(|| n * 10 + u16::from(d - b'0')))
                .ok_or(BadPrefix { max: MAX })?,
            _ => return Err(BadPrefix { max: MAX }),
        };
        Self::new(u8::try_from(bits).map_err(|_| BadPrefix { max: MAX })?)
    }

    /// The length in bits.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }
}

impl<const MAX: u8> Default for Prefix<MAX> {
    /// Absent means all bits.
    fn default() -> Self {
        Self::FULL
    }
}

impl Prefix<32> {
    /// Whether two addresses share their first bits; `/0` is true for all.
    #[must_use]
    pub fn covers(self, network: Ipv4Addr, address: Ipv4Addr) -> bool {
        // A shift by the whole width is not defined for the type: `/0` has no mask bits.
        let mask = u32::MAX.checked_shl(32 - u32::from(self.0)).unwrap_or(0);
        (network.to_bits() ^ address.to_bits()) & mask == 0
    }
}

impl Prefix<128> {
    /// Whether two addresses share their first bits; `/0` is true for all.
    #[must_use]
    pub fn covers(self, network: Ipv6Addr, address: Ipv6Addr) -> bool {
        let mask = u128::MAX.checked_shl(128 - u32::from(self.0)).unwrap_or(0);
        (network.to_bits() ^ address.to_bits()) & mask == 0
    }
}

/// `dual-cidr-length = [ ip4-cidr-length ] [ "/" ip6-cidr-length ]`: `/24`, `//64`, `/24//64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 7208 §12: dual-cidr-length")]
pub struct DualPrefix {
    /// For IPv4 clients; all 32 bits if absent.
    pub ip4: Option<Prefix<32>>,
    /// For IPv6 clients; all 128 bits if absent.
    pub ip6: Option<Prefix<128>>,
}

/// `ip4-network [ ip4-cidr-length ]`; host bits may be set and do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 7208 §12: IP4")]
pub struct Ip4Network {
    /// Any address of the network.
    pub address: Ipv4Addr,
    /// How many bits are compared; all 32 if absent.
    pub prefix: Option<Prefix<32>>,
}

/// `ip6-network [ ip6-cidr-length ]`; host bits may be set and do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 7208 §12: IP6")]
pub struct Ip6Network {
    /// Any address of the network.
    pub address: Ipv6Addr,
    /// How many bits are compared; all 128 if absent.
    pub prefix: Option<Prefix<128>>,
}

impl Ip4Network {
    /// Whether an address lies in the network.
    #[must_use]
    pub fn contains(self, address: Ipv4Addr) -> bool {
        self.prefix.unwrap_or_default().covers(self.address, address)
    }
}

impl Ip6Network {
    /// Whether an address lies in the network.
    #[must_use]
    pub fn contains(self, address: Ipv6Addr) -> bool {
        self.prefix.unwrap_or_default().covers(self.address, address)
    }
}

impl<const MAX: u8> fmt::Display for Prefix<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for DualPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(bits) = self.ip4 {
            write!(f, "/{bits}")?;
        }
        match self.ip6 {
            Some(bits) => write!(f, "//{bits}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Ip4Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)?;
        self.prefix.map_or(Ok(()), |bits| write!(f, "/{bits}"))
    }
}

impl fmt::Display for Ip6Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.address.fmt(f)?;
        self.prefix.map_or(Ok(()), |bits| write!(f, "/{bits}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefix_zero_covers_everything_and_full_only_itself() {
        let (a, b): (Ipv4Addr, Ipv4Addr) = ([0, 0, 0, 0].into(), [255, 255, 255, 255].into());
        assert!(Prefix::<32>::new(0).unwrap().covers(a, b));
        assert!(!Prefix::<32>::new(1).unwrap().covers(a, b));
        assert!(Prefix::<32>::FULL.covers(a, a) && !Prefix::<32>::FULL.covers(a, 1.into()));
        let (a, b) = (Ipv6Addr::UNSPECIFIED, Ipv6Addr::from(u128::MAX));
        assert!(Prefix::<128>::new(0).unwrap().covers(a, b));
        assert!(!Prefix::<128>::new(1).unwrap().covers(a, b));
        assert!(!Prefix::<128>::FULL.covers(a, 1.into()));
    }

    #[test]
    fn lengths_are_bounded_and_have_no_leading_zeros() {
        assert_eq!(Prefix::<32>::parse(b"32"), Prefix::new(32));
        assert_eq!(Prefix::<32>::parse(b"0"), Prefix::new(0));
        assert_eq!(Prefix::<128>::parse(b"128"), Prefix::new(128));
        for bad in [&b"33"[..], b"00", b"08", b"", b"-1", b"1a", b"256", b"4294967296"] {
            assert_eq!(Prefix::<32>::parse(bad), Err(BadPrefix { max: 32 }), "{bad:?}");
        }
        assert_eq!(Prefix::<128>::parse(b"129"), Err(BadPrefix { max: 128 }));
    }
}
