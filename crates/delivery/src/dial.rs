//! Connections to addresses: the network, or whatever a test puts in its place.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpSocket, TcpStream};

/// Makes connections.
pub trait Dialer: Send + Sync + 'static {
    /// What a connection is.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug + 'static;

    /// Connects. The caller limits the time.
    ///
    /// # Errors
    /// The system's.
    fn connect(&self, to: SocketAddr) -> impl Future<Output = io::Result<Self::Stream>> + Send;

    /// Our end of a connection, for the trace.
    fn local(&self, stream: &Self::Stream) -> Option<IpAddr> {
        let _ = stream;
        None
    }
}

/// TCP, from given source addresses.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TcpDialer {
    /// Source address for IPv4; nothing lets the system choose.
    pub bind4: Option<std::net::Ipv4Addr>,
    /// Source address for IPv6; nothing lets the system choose.
    pub bind6: Option<std::net::Ipv6Addr>,
}

impl TcpDialer {
    /// The system chooses the source address.
    #[must_use]
    pub const fn new() -> Self {
        Self { bind4: None, bind6: None }
    }
}

impl Dialer for TcpDialer {
    type Stream = TcpStream;

    async fn connect(&self, to: SocketAddr) -> io::Result<TcpStream> {
        let (socket, source) = match to {
            SocketAddr::V4(_) => (TcpSocket::new_v4()?, self.bind4.map(IpAddr::V4)),
            SocketAddr::V6(_) => (TcpSocket::new_v6()?, self.bind6.map(IpAddr::V6)),
        };
        if let Some(source) = source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        let stream = socket.connect(to).await?;
        // A dialogue of short lines gains nothing from waiting.
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    fn local(&self, stream: &TcpStream) -> Option<IpAddr> {
        stream.local_addr().ok().map(|a| a.ip())
    }
}
