//! The resolver that a configuration asks for.

use crate::commands::CommandError;
use crate::config::Dns;
use postrider_resolver_hickory::{Config, HickoryResolver};

/// Real DNS, by the configured servers or those of the system.
///
/// # Errors
/// [`CommandError`] when the system names no server.
pub fn from_config(dns: &Dns) -> Result<HickoryResolver, CommandError> {
    let mut config = if dns.servers.is_empty() {
        Config::system().map_err(CommandError::other)?
    } else {
        Config::new(dns.servers.iter().copied())
    };
    config.timeout = dns.timeout;
    Ok(HickoryResolver::new(config))
}
