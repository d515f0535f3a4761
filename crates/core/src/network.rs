//! Networks in CIDR notation (RFC 4632, RFC 4291 §2.3).

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address and a prefix length; IPv4-mapped IPv6 is kept as IPv4, host bits are cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why text is no [`Network`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNetworkError {
    /// What stands before the slash is no address.
    #[error("not an IPv4 or IPv6 address")]
    Address,
    /// The prefix is no number, or too long for the address.
    #[error("prefix length must be a number from 0 to {max}")]
    Prefix {
        /// 32 or 128.
        max: u8,
    },
}

impl Network {
    /// The network of `prefix` leading bits around `address`.
    ///
    /// # Errors
    /// [`ParseNetworkError::Prefix`] when the address has fewer bits.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, ParseNetworkError> {
        let max = if address.is_ipv4() { 32 } else { 128 };
        if prefix > max {
            return Err(ParseNetworkError::Prefix { max });
        }
        Ok(match address {
            IpAddr::V4(a) => Self {
                address: IpAddr::V4(mask4(a, prefix)),
                prefix,
            },
            IpAddr::V6(a) => match (a.to_ipv4_mapped(), prefix.checked_sub(96)) {
                (Some(a), Some(prefix)) => Self {
                    address: IpAddr::V4(mask4(a, prefix)),
                    prefix,
                },
                _ => Self {
                    address: IpAddr::V6(mask6(a, prefix)),
                    prefix,
                },
            },
        })
    }

    /// The network that holds this address alone.
    #[must_use]
    pub fn single(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self {
            address,
            prefix: if address.is_ipv4() { 32 } else { 128 },
        }
    }

    /// Its first address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Number of leading bits that count.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether `ip` lies in it; an IPv4-mapped address is its IPv4 address.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(net), IpAddr::V4(ip)) => mask4(ip, self.prefix) == net,
            (IpAddr::V6(net), IpAddr::V6(ip)) => mask6(ip, self.prefix) == net,
            _ => false,
        }
    }
}

/// A shift by the whole width is no shift in Rust, so a prefix of zero is a case of its own.
fn mask4(a: Ipv4Addr, prefix: u8) -> Ipv4Addr {
    let mask = u32::MAX
        .checked_shl(32_u32.saturating_sub(u32::from(prefix)))
        .unwrap_or(0);
    Ipv4Addr::from_bits(a.to_bits() & mask)
}

fn mask6(a: Ipv6Addr, prefix: u8) -> Ipv6Addr {
    let mask = u128::MAX
        .checked_shl(128_u32.saturating_sub(u32::from(prefix)))
        .unwrap_or(0);
    Ipv6Addr::from_bits(a.to_bits() & mask)
}

impl FromStr for Network {
    type Err = ParseNetworkError;

    /// Reads `192.0.2.0/24`, or an address alone.
    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        let Some((address, prefix)) = text.split_once('/') else {
            return text
                .parse()
                .map(Self::single)
                .map_err(|_| ParseNetworkError::Address);
        };
        let address: IpAddr = address.parse().map_err(|_| ParseNetworkError::Address)?;
        let max = if address.is_ipv4() { 32 } else { 128 };
        let digits = !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit());
        let prefix = prefix
            .parse()
            .ok()
            .filter(|_| digits)
            .ok_or(ParseNetworkError::Prefix { max })?;
        Self::new(address, prefix)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn net(text: &str) -> Network {
        text.parse().unwrap()
    }

    #[test]
    fn prefix_zero_holds_every_address_of_its_family() {
        assert!(net("0.0.0.0/0").contains("255.1.2.3".parse().unwrap()));
        assert!(!net("::/0").contains("255.1.2.3".parse().unwrap()));
        assert!(net("::/0").contains("2001:db8::1".parse().unwrap()));
    }

    #[test]
    fn mapped_addresses_are_ipv4() {
        assert!(net("192.0.2.0/24").contains("::ffff:192.0.2.9".parse().unwrap()));
        assert_eq!(net("::ffff:192.0.2.0/120"), net("192.0.2.0/24"));
    }

    #[test]
    fn bad_prefixes_are_refused() {
        for text in [
            "192.0.2.0/33",
            "192.0.2.0/",
            "192.0.2.0/+8",
            "::/129",
            "nonsense",
            "1.2.3/8",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(ip: IpAddr, prefix in 0..=128_u8) {
            if let Ok(n) = Network::new(ip, prefix) {
                prop_assert_eq!(n.to_string().parse(), Ok(n));
                // `::/0` holds no mapped address: that one is IPv4.
                prop_assert!(n.contains(ip) || n.address().is_ipv4() != ip.to_canonical().is_ipv4());
            }
        }
    }
}
