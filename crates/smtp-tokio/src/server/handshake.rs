//! From clear text to TLS, on the server's side.

use super::run::Run;
use crate::io::Turn;
use crate::tls::facts;
use postrider_core::{DomainName, SafeText};
use postrider_smtp::server::Tls;
use postrider_smtp::value::TlsInfo;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

/// How a handshake ended.
pub(super) enum Handshake {
    Done(TlsInfo),
    Failed(SafeText),
    TimedOut,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Run<'_, S> {
    /// Waits until the last clear reply has left, then for the client's half of the handshake.
    pub(super) async fn handshake(&mut self) -> Handshake {
        let failed = |why| Handshake::Failed(SafeText::from_static(why));
        let deadline = self.deadline();
        match self.io.flush(deadline).await {
            Turn::Progress => {}
            Turn::TimedOut => return Handshake::TimedOut,
            Turn::Eof | Turn::Broken(_) => return failed("connection lost"),
        }
        // RFC 3207 §4.2: what was read in clear is nothing that TLS protects. Only a PROXY header may
        // have the beginning of the handshake behind it.
        if self.server.config.tls != Tls::Implicit && !self.io.rx.is_empty() {
            return failed("clear text behind STARTTLS");
        }
        let (Some(config), Some(plain)) = (&self.server.tls, self.io.take_plain()) else {
            return failed("no certificate");
        };
        let accept = TlsAcceptor::from(Arc::clone(config)).accept(plain);
        let accepted = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, accept).await,
            None => Ok(accept.await),
        };
        match accepted {
            Err(_) => Handshake::TimedOut,
            Ok(Err(e)) => Handshake::Failed(SafeText::display(&e)),
            Ok(Ok(stream)) => {
                let state = stream.get_ref().1;
                let mut info = facts(state);
                info.server_name =
                    state.server_name().and_then(|name| DomainName::parse(name).ok());
                self.io.set_tls(stream);
                Handshake::Done(info)
            }
        }
    }
}
