//! The client's driver: one session with one server, step by step.

mod body;
mod error;
mod handshake;
mod session;

pub use body::{Body, Reader};
pub use error::{EstablishError, SendError, StepError};
pub use session::{Delivered, Session};

use crate::tls::{ClientTls, Verify};
use postrider_smtp::client::{Config, TlsPolicy};
use rustls_pki_types::ServerName;
use std::sync::Arc;

/// When a session is under TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// Never.
    Off,
    /// When the server offers STARTTLS. A failed handshake ends the session; whoever wants to go on in
    /// clear connects again with [`Off`](Self::Off).
    Opportunistic,
    /// By STARTTLS, or not at all.
    Required,
    /// From the first octet (RFC 8314).
    Implicit,
}

/// What a session is made with; shared by many.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// Name, limits, timeouts. Its own `tls` is not looked at; [`tls`](Self::tls) is.
    pub smtp: Config,
    /// When to use TLS.
    pub tls: Tls,
    /// What a bad certificate does.
    pub verify: Verify,
    /// Roots. Without them no TLS is possible, and `tls` must be [`Tls::Off`].
    pub roots: Option<ClientTls>,
}

impl Settings {
    /// A session in clear.
    #[must_use]
    pub const fn clear(smtp: Config) -> Self {
        Self { smtp, tls: Tls::Off, verify: Verify::Required, roots: None }
    }

    /// A session under TLS, when and how these say.
    #[must_use]
    pub const fn with_tls(smtp: Config, tls: Tls, verify: Verify, roots: ClientTls) -> Self {
        Self { smtp, tls, verify, roots: Some(roots) }
    }

    fn machine_config(&self) -> Arc<Config> {
        let mut config = self.smtp.clone();
        config.tls = match self.tls {
            Tls::Off | Tls::Implicit => TlsPolicy::Off,
            Tls::Opportunistic => TlsPolicy::Opportunistic,
            Tls::Required => TlsPolicy::Required,
        };
        Arc::new(config)
    }
}

/// The name to verify a server by: a domain, or an address.
///
/// # Errors
/// [`rustls_pki_types::InvalidDnsNameError`] when the host is neither, as an address literal of an
/// unknown kind.
pub fn server_name(
    host: &postrider_core::Host,
) -> Result<ServerName<'static>, rustls_pki_types::InvalidDnsNameError> {
    if let Some(ip) = host.as_ip() {
        return Ok(ServerName::IpAddress(ip.into()));
    }
    ServerName::try_from(host.to_string())
}
