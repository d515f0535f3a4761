//! Where a message goes: the domain's own servers, a relay of ours, or a folder here.

use postrider_core::{DomainName, Host};
use postrider_smtp::sasl::Credentials;
use postrider_spool::{Cause, Destination, Envelope, Rcpt};
use std::fmt;
use std::path::PathBuf;

/// The port of mail between servers.
pub const SMTP_PORT: u16 = 25;

/// Where the recipients of a destination go.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Route {
    /// To the mail servers of this domain or address.
    Direct(Host),
    /// To a relay.
    Smarthost(Smarthost),
    /// To Maildirs of this machine; the router names them one by one.
    Local,
}

/// A server that takes our mail for the world.
#[derive(Clone)]
#[non_exhaustive]
pub struct Smarthost {
    /// Its name, which its certificate must bear.
    pub host: DomainName,
    /// Its port.
    pub port: u16,
    /// TLS from the first octet, or by STARTTLS.
    pub tls: SmarthostTls,
    /// Who we are there.
    pub login: Option<Credentials>,
}

/// How a smarthost speaks TLS. Without TLS there is no login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other way")]
pub enum SmarthostTls {
    /// Never: a relay inside one's own network.
    Off,
    /// By STARTTLS, with a verified certificate.
    StartTls,
    /// From the first octet (RFC 8314), with a verified certificate.
    Implicit,
}

impl Smarthost {
    /// A relay without a login.
    #[must_use]
    pub const fn new(host: DomainName, port: u16, tls: SmarthostTls) -> Self {
        Self { host, port, tls, login: None }
    }
}

impl fmt::Debug for Smarthost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smarthost")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("tls", &self.tls)
            .field("login", &self.login.is_some())
            .finish()
    }
}

/// Chooses routes. Asked at each attempt, so a changed configuration reaches waiting mail.
pub trait Router: Send + Sync {
    /// The destination of an address; used for our own notices.
    fn destination(&self, rcpt: Rcpt) -> Rcpt {
        rcpt
    }

    /// The route of a destination.
    ///
    /// # Errors
    /// A [`Cause`] when there is none at present: the mail waits.
    fn route(&self, to: &Destination, envelope: &Envelope) -> Result<Route, Cause>;

    /// The Maildir of a recipient of the route [`Route::Local`].
    ///
    /// # Errors
    /// A [`Cause`] with a status `5.…` when there is no such user, `4.…` when that is not known.
    fn maildir(&self, rcpt: &Rcpt) -> Result<PathBuf, Cause>;
}
