//! Which servers are asked, and how patiently.

use hickory_resolver::system_conf::read_system_conf;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Settings of a [`HickoryResolver`](crate::HickoryResolver).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// The recursive servers, in the order in which they are tried.
    pub servers: Vec<SocketAddr>,
    /// How long one server may take for one try.
    pub timeout: Duration,
    /// How many rounds over the servers that do not answer; at least one.
    pub attempts: usize,
    /// UDP payload announced by EDNS, in octets; at least 512. Longer answers come by TCP.
    pub payload: u16,
    /// Whose word counts on validation.
    pub trust_ad: TrustAd,
}

/// Whose AD bit ("the answer is authentic", RFC 4035 §3.2.3) is believed.
///
/// The bit is only as good as the path to the server: on the way from another machine anyone could
/// set it. So this is also who is asked for it: the bit is set in questions to servers that are
/// believed (RFC 6840 §5.7) and left out for others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "none, some, all")]
pub enum TrustAd {
    /// Nobody's: no answer is authentic.
    Never,
    /// That of servers on this machine.
    #[default]
    Loopback,
    /// That of every configured server; the operator vouches for the path.
    Always,
}

impl TrustAd {
    /// Whether a server at `ip` is believed.
    #[must_use]
    pub fn includes(self, ip: IpAddr) -> bool {
        match self {
            Self::Never => false,
            Self::Loopback => ip.to_canonical().is_loopback(),
            Self::Always => true,
        }
    }
}

/// The system says nothing usable about its name servers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SystemConfigError {
    /// Its configuration cannot be read.
    #[error("system DNS configuration cannot be read")]
    Unreadable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It names no server.
    #[error("system DNS configuration names no server")]
    NoServer,
}

impl Config {
    /// Time for one try unless set otherwise.
    pub const TIMEOUT: Duration = Duration::from_secs(5);
    /// Rounds over the servers unless set otherwise.
    pub const ATTEMPTS: usize = 2;
    /// UDP payload unless set otherwise: what fits unfragmented into any IPv6 path.
    pub const PAYLOAD: u16 = 1232;

    /// Asks these servers, with the defaults for all else.
    #[must_use]
    pub fn new(servers: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self {
            servers: servers.into_iter().collect(),
            timeout: Self::TIMEOUT,
            attempts: Self::ATTEMPTS,
            payload: Self::PAYLOAD,
            trust_ad: TrustAd::default(),
        }
    }

    /// Asks the servers that the system names, with its timeout and attempts; its search domains
    /// and its hosts file are left out.
    ///
    /// # Errors
    /// [`SystemConfigError`]
    pub fn system() -> Result<Self, SystemConfigError> {
        let (config, options) =
            read_system_conf().map_err(|e| SystemConfigError::Unreadable(Box::new(e)))?;
        let mut servers = Vec::new();
        for server in config.name_servers() {
            let port = server.connections.first().map_or(53, |c| c.port);
            let address = SocketAddr::new(server.ip, port);
            if !servers.contains(&address) {
                servers.push(address);
            }
        }
        if servers.is_empty() {
            return Err(SystemConfigError::NoServer);
        }
        Ok(Self {
            timeout: options.timeout,
            attempts: options.attempts.max(1),
            ..Self::new(servers)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ad_bit_counts_from_loopback_unless_said_otherwise() {
        let [near, mapped, far]: [IpAddr; 3] =
            ["::1", "::ffff:127.0.0.1", "192.0.2.53"].map(|ip| ip.parse().unwrap());
        let trusts = |t: TrustAd| [near, mapped, far].map(|ip| t.includes(ip));
        assert_eq!(trusts(TrustAd::Never), [false; 3]);
        assert_eq!(trusts(TrustAd::default()), [true, true, false]);
        assert_eq!(trusts(TrustAd::Always), [true; 3]);
    }
}
