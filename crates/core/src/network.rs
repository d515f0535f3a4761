//! Networks in CIDR notation (RFC 4632, RFC 4291 §2.3).

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Prefix bits that an IPv4 address has in front when it is written as IPv6 (RFC 4291 §2.5.5.2).
const MAPPED_BITS: u8 = 96;

/// An IP network such as `192.0.2.0/24`: no bit is set behind the prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// Why text or parts are no [`Network`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseNetworkError {
    /// Neither an IPv4 nor an IPv6 address.
    #[error("not an IP address")]
    Address,
    /// What follows the slash is no small decimal number.
    #[error("not a prefix length")]
    Prefix,
    /// More bits than the address has.
    #[error("prefix /{prefix} is longer than /{max}")]
    PrefixLong {
        /// As given.
        prefix: u8,
        /// Bits of the address.
        max: u8,
    },
    /// Bits behind the prefix are set.
    #[error("bits behind the prefix are set; write {network}")]
    HostBits {
        /// The network that was probably meant.
        network: Network,
    },
}

impl Network {
    /// A network from its address and prefix length.
    ///
    /// An IPv4-mapped IPv6 network becomes the IPv4 network.
    ///
    /// # Errors
    /// [`ParseNetworkError`] when the prefix is too long or bits behind it are set.
    pub fn new(address: IpAddr, prefix: u8) -> Result<Self, ParseNetworkError> {
        let network = Self::around(address, prefix)?;
        if network.address == address.to_canonical() || network.address == address {
            return Ok(network);
        }
        Err(ParseNetworkError::HostBits { network })
    }

    /// The network of `prefix` leading bits in which an address lies.
    ///
    /// # Errors
    /// [`ParseNetworkError::PrefixLong`]
    pub fn around(address: IpAddr, prefix: u8) -> Result<Self, ParseNetworkError> {
        let max = width(address);
        if prefix > max {
            return Err(ParseNetworkError::PrefixLong { prefix, max });
        }
        let (address, prefix) = match (address.to_canonical(), prefix.checked_sub(MAPPED_BITS)) {
            (IpAddr::V4(v4), Some(short)) if address.is_ipv6() => (IpAddr::V4(v4), short),
            _ => (address, prefix),
        };
        Ok(Self { address: first(address, prefix), prefix })
    }

    /// The network that holds one address only: a /32 or /128.
    #[must_use]
    pub fn host(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self { address, prefix: width(address) }
    }

    /// Its first address.
    #[must_use]
    pub const fn address(&self) -> IpAddr {
        self.address
    }

    /// Its prefix length in bits.
    #[must_use]
    pub const fn prefix(&self) -> u8 {
        self.prefix
    }

    /// Whether `address` lies in the network. An IPv4-mapped IPv6 address counts as IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && first(address, self.prefix) == self.address
    }
}

const fn width(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// `address` with all bits behind `prefix` cleared.
fn first(address: IpAddr, prefix: u8) -> IpAddr {
    match address {
        IpAddr::V4(a) => {
            let mask = u32::MAX.checked_shl(u32::from(32_u8.saturating_sub(prefix))).unwrap_or(0);
            IpAddr::V4((a.to_bits() & mask).into())
        }
        IpAddr::V6(a) => {
            let mask = u128::MAX.checked_shl(u32::from(128_u8.saturating_sub(prefix))).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(a.to_bits() & mask))
        }
    }
}

impl FromStr for Network {
    type Err = ParseNetworkError;

    fn from_str(text: &str) -> Result<Self, ParseNetworkError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| ParseNetworkError::Address)?;
        let Some(prefix) = prefix else {
            return Ok(Self::host(address));
        };
        if prefix.is_empty() || !prefix.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseNetworkError::Prefix);
        }
        Self::new(address, prefix.parse().map_err(|_| ParseNetworkError::Prefix)?)
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

    proptest! {
        #[test]
        fn text_round_trips(ip: IpAddr, prefix in 0..=128_u8) {
            if let Ok(n) = Network::new(ip, prefix) {
                prop_assert_eq!(n.to_string().parse(), Ok(n));
                prop_assert!(n.contains(n.address()));
            }
        }

        #[test]
        fn parsing_never_panics(text in "[0-9a-f:./]{0,30}") {
            let _ = text.parse::<Network>();
        }
    }

    fn net(text: &str) -> Result<Network, ParseNetworkError> {
        text.parse()
    }

    #[test]
    fn prefix_decides_membership() {
        let n = net("192.0.2.0/25").unwrap();
        assert!(n.contains("192.0.2.127".parse().unwrap()));
        assert!(!n.contains("192.0.2.128".parse().unwrap()));
        assert!(n.contains("::ffff:192.0.2.1".parse().unwrap()));
        assert!(net("::/0").unwrap().contains("2001:db8::1".parse().unwrap()));
        assert!(!net("::/0").unwrap().contains("192.0.2.1".parse().unwrap()));
        assert!(net("0.0.0.0/0").unwrap().contains("255.0.0.1".parse().unwrap()));
    }

    #[test]
    fn prefix_ends_at_the_width_of_the_address() {
        assert!(net("192.0.2.1/32").is_ok());
        assert!(matches!(net("192.0.2.1/33"), Err(ParseNetworkError::PrefixLong { max: 32, .. })));
        assert!(net("2001:db8::1/128").is_ok());
        assert!(net("2001:db8::1/129").is_err());
        assert_eq!(net("192.0.2.0/"), Err(ParseNetworkError::Prefix));
        assert_eq!(net("192.0.2.0/+8"), Err(ParseNetworkError::Prefix));
    }

    #[test]
    fn host_bits_are_refused_with_the_network_meant() {
        let meant = net("10.0.0.0/8").unwrap();
        assert_eq!(net("10.1.2.3/8"), Err(ParseNetworkError::HostBits { network: meant }));
    }

    #[test]
    fn mapped_networks_become_ipv4() {
        assert_eq!(net("::ffff:10.0.0.0/104").unwrap().to_string(), "10.0.0.0/8");
    }
}
