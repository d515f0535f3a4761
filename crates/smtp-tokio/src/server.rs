//! The server's driver: one connection over one stream, with an application that decides.

mod handler;
mod handshake;
mod run;
mod shutdown;

pub use handler::Handler;
pub use shutdown::{Shutdown, ShutdownTrigger, shutdown};

use postrider_smtp::rule::Why;
use postrider_smtp::server::{Config, Tls};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};

/// What a listener's connections share.
#[derive(Clone, Debug)]
pub struct Server {
    config: Arc<Config>,
    tls: Option<Arc<rustls::ServerConfig>>,
}

/// The two ends of a connection, as the socket knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ends {
    /// Who connected; a trusted PROXY header may say otherwise.
    pub peer: SocketAddr,
    /// What it connected to.
    pub local: SocketAddr,
}

/// The SMTP configuration wants TLS, and there is no certificate for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("TLS is configured for SMTP and no certificate is given")]
pub struct MissingTls;

impl Ends {
    /// Both ends.
    #[must_use]
    pub const fn new(peer: SocketAddr, local: SocketAddr) -> Self {
        Self { peer, local }
    }
}

impl Server {
    /// A server that offers what `config` says. `tls` serves STARTTLS or implicit TLS, whichever that
    /// is.
    ///
    /// # Errors
    /// [`MissingTls`]
    pub fn new(
        config: Arc<Config>,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> Result<Self, MissingTls> {
        if config.tls != Tls::Off && tls.is_none() {
            return Err(MissingTls);
        }
        Ok(Self { config, tls })
    }

    /// What the connections offer.
    #[must_use]
    pub const fn config(&self) -> &Arc<Config> {
        &self.config
    }

    /// Serves one connection to its end and says why it ended. The stream is closed then.
    ///
    /// Dropping the future drops the connection: the message under way is not accepted, and the
    /// handler is not told.
    pub async fn serve<S, H>(
        &self,
        stream: S,
        ends: Ends,
        handler: &mut H,
        shutdown: Shutdown,
    ) -> Why
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
        H: Handler,
    {
        run::Run::new(self, stream, ends, shutdown).serve(handler).await
    }
}
