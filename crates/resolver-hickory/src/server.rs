//! A DNS server that answers from any [`Resolver`]: a zone file becomes real DNS on loopback, for
//! demonstrations, for tests of programs that know nothing of zones in memory, for other people's
//! mail software.
//!
//! ```
//! use postrider_resolver::{Kind, Name, Question, Resolver, ZoneResolver};
//! use postrider_resolver_hickory::{Config, HickoryResolver, ZoneServer};
//! use std::sync::Arc;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let zone = ZoneResolver::parse("example.org. 600 IN MX 10 mail.example.org.")?;
//! let server = ZoneServer::bind(([127, 0, 0, 1], 0).into(), Arc::new(zone)).await?;
//!
//! let resolver = HickoryResolver::new(Config::new([server.local_addr()]));
//! let answer = resolver.lookup(Question::new(Name::parse("example.org")?, Kind::Mx)).await?;
//! assert_eq!(answer.records()[0].to_string(), "10 mail.example.org.");
//! server.shutdown().await?;
//! # Ok(())
//! # }
//! ```

mod answer;

use answer::Handler;
use hickory_server::Server;
use postrider_resolver::Resolver;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long a TCP connection may be silent.
const TCP_IDLE: Duration = Duration::from_secs(5);
/// Responses of one TCP connection that may wait to be written.
const TCP_QUEUE: usize = 32;
/// Tries to find a port that is free for UDP and TCP alike.
const PORT_TRIES: usize = 16;

/// A running DNS server, UDP and TCP on one port. It ends when dropped.
///
/// It is authoritative for all it answers and says that recursion is available, so that stub
/// resolvers take its word. What the resolver does not know becomes what DNS would show: timeout is
/// silence, server failure and refusal are their codes, a bogus answer is SERVFAIL with the extended
/// error "DNSSEC Bogus" (RFC 8914). A denial carries an SOA record of the root, made up to say how
/// long the denial may be kept. The AD bit is set for authentic answers.
///
/// It has no protection against floods; bind it to loopback.
#[derive(Debug)]
pub struct ZoneServer {
    local: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<io::Result<()>>,
}

impl ZoneServer {
    /// Binds UDP and TCP at `address`, where port 0 means any free one, and begins to answer.
    ///
    /// # Errors
    /// That of the operating system.
    pub async fn bind<R: Resolver + 'static>(
        address: SocketAddr,
        resolver: Arc<R>,
    ) -> io::Result<Self> {
        let (udp, tcp) = sockets(address).await?;
        let local = udp.local_addr()?;
        let mut server = Server::new(Handler::new(resolver));
        server.register_socket(udp);
        server.register_listener(tcp, TCP_IDLE, TCP_QUEUE);
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            // A dropped sender is as good as a message.
            stopped.await.ok();
            server.shutdown_gracefully().await.map_err(io::Error::other)
        });
        Ok(Self { local, stop, task })
    }

    /// The address that is served, its port filled in.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// Stops and waits until the sockets are closed.
    ///
    /// # Errors
    /// When the server had ended in failure.
    pub async fn shutdown(self) -> io::Result<()> {
        drop(self.stop);
        self.task.await.map_err(io::Error::other)?
    }
}

/// Both sockets on one port.
async fn sockets(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let mut tries = 1;
    loop {
        let udp = UdpSocket::bind(address).await?;
        match TcpListener::bind(udp.local_addr()?).await {
            Ok(tcp) => return Ok((udp, tcp)),
            Err(e) if address.port() != 0 || tries == PORT_TRIES => return Err(e),
            Err(_) => tries += 1,
        }
    }
}
