//! The demo's network: public addresses lead to loopback ports, and a PROXY header says who calls.

use bytes::BytesMut;
use postrider_delivery::Dialer;
use postrider_smtp::codec::proxy::{Header, Version};
use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Which loopback socket answers for a public address, known when all servers listen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Streets(Arc<Mutex<BTreeMap<IpAddr, SocketAddr>>>);

impl Streets {
    pub(crate) fn add(&self, public: IpAddr, socket: SocketAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(public, socket);
    }

    fn find(&self, public: IpAddr) -> io::Result<SocketAddr> {
        let streets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        streets.get(&public).copied().ok_or_else(|| io::Error::from(io::ErrorKind::HostUnreachable))
    }
}

/// Dials as somebody: the one called sees this public address.
#[derive(Clone, Debug)]
pub(crate) struct DialAs {
    pub(crate) streets: Streets,
    pub(crate) source: IpAddr,
}

impl Dialer for DialAs {
    type Stream = TcpStream;

    async fn connect(&self, to: SocketAddr) -> io::Result<TcpStream> {
        call(self.streets.find(to.ip())?, self.source, to).await
    }

    fn local(&self, _stream: &TcpStream) -> Option<IpAddr> {
        Some(self.source)
    }
}

/// Connects to a loopback socket and introduces the caller by PROXY protocol version 2.
pub(crate) async fn call(
    socket: SocketAddr,
    source: IpAddr,
    to: SocketAddr,
) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(socket).await?;
    let client = SocketAddr::new(source, stream.local_addr()?.port());
    let mut header = BytesMut::new();
    Header::Forwarded { client, server: to }.encode(Version::V2, &mut header);
    stream.write_all(&header).await?;
    Ok(stream)
}
