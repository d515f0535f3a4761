//! Listeners: sockets first, all of them, then one task per connection.

use crate::commands::CommandError;
use crate::config::{self, Config, Listener, Role, TlsFiles};
use crate::server::Server;
use crate::session::Session;
use postrider_resolver::Resolver;
use postrider_smtp::sasl::Mechanism;
use postrider_smtp::server::{Auth, Config as SmtpConfig, Tls};
use postrider_smtp_tokio::server::{Ends, Server as Driver, Shutdown};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// A socket that listens, with what it serves.
#[derive(Debug)]
pub struct Bound {
    socket: TcpListener,
    listener: Arc<Listener>,
    driver: Driver,
    /// Its address; the port is a real one even where 0 was configured.
    pub address: SocketAddr,
}

impl Bound {
    /// The listener's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.listener.name
    }

    /// The listener's role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.listener.role
    }
}

/// Reads the certificate and binds every socket of the configuration, or none.
///
/// # Errors
/// [`CommandError`] names the file, or the listener and address, that could not be had.
pub async fn bind(config: &Config) -> Result<Vec<Bound>, CommandError> {
    let tls = config.tls.as_ref().map(tls_config).transpose()?;
    let mut bound = Vec::new();
    for listener in &config.listeners {
        let smtp = Arc::new(smtp_config(&config.server, listener, tls.is_some()));
        let driver = Driver::new(smtp, tls.clone()).map_err(CommandError::other)?;
        let listener = Arc::new(listener.clone());
        for address in &listener.listen {
            let what = format!("[listener.{}] cannot listen on {address}", listener.name);
            let socket =
                TcpListener::bind(address).await.map_err(CommandError::io(what.clone()))?;
            let address = socket.local_addr().map_err(CommandError::io(what))?;
            let (listener, driver) = (Arc::clone(&listener), driver.clone());
            bound.push(Bound { socket, listener, driver, address });
        }
    }
    Ok(bound)
}

/// Reads certificate and key.
///
/// # Errors
/// [`CommandError`] names the file and what was expected in it.
pub fn tls_config(files: &TlsFiles) -> Result<Arc<rustls::ServerConfig>, CommandError> {
    let read =
        |path: &Path| std::fs::read(path).map_err(CommandError::io(path.display().to_string()));
    let (chain, key) = (read(&files.cert)?, read(&files.key)?);
    postrider_smtp_tokio::tls::server_config(&chain, &key).map_err(|e| {
        let (cert, key) = (files.cert.display(), files.key.display());
        CommandError::Other(format!("[tls] {cert} and {key}: {e}"))
    })
}

/// What a listener of a role offers.
pub(crate) fn smtp_config(own: &config::Server, listener: &Listener, tls: bool) -> SmtpConfig {
    let mut smtp = SmtpConfig::new(own.hostname.clone());
    let mechanisms = || vec![Mechanism::Plain, Mechanism::Login];
    (smtp.tls, smtp.auth) = match listener.role {
        Role::Submission => (Tls::Required, Auth::Required(mechanisms())),
        Role::Submissions => (Tls::Implicit, Auth::Required(mechanisms())),
        Role::Mx if tls => (Tls::Offered, Auth::Off),
        Role::Mx => (Tls::Off, Auth::Off),
    };
    smtp.proxies.clone_from(&listener.proxy_from);
    smtp.limits.message = own.max_size;
    smtp.limits.message_discard = own.max_size;
    smtp.limits.recipients = usize::try_from(own.max_rcpt).unwrap_or(usize::MAX);
    smtp
}

/// Takes connections until the shutdown is asked for. Beyond `limit` a client is told to come back.
pub async fn accept<R: Resolver + 'static>(
    bound: Bound,
    server: Arc<Server<R>>,
    limit: Arc<Semaphore>,
    mut shutdown: Shutdown,
) {
    loop {
        let stop = shutdown.clone();
        let accepted = tokio::select! {
            accepted = bound.socket.accept() => accepted,
            () = shutdown.requested() => return,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others must end first.
                tracing::warn!(listener = bound.name(), %error, "cannot accept");
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            }
        };
        match Arc::clone(&limit).try_acquire_owned() {
            Err(_) => drop(tokio::spawn(turn_away(stream))),
            Ok(permit) => {
                let ends = Ends::new(peer, bound.address);
                let mut session =
                    Session::new(Arc::clone(&server), Arc::clone(&bound.listener), peer);
                let driver = bound.driver.clone();
                tokio::spawn(async move {
                    driver.serve(stream, ends, &mut session, stop).await;
                    drop(permit);
                });
            }
        }
    }
}

async fn turn_away(mut stream: TcpStream) {
    // A client that is gone need not be told.
    let _gone = stream.write_all(b"421 4.3.2 too many sessions, come back later\r\n").await;
}
