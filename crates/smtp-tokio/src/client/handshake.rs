//! From clear text to TLS, on the client's side.

use super::Settings;
use super::error::StepError;
use super::session::Session;
use crate::tls::facts;
use postrider_core::SafeText;
use postrider_smtp::client::NotReady;
use postrider_smtp::value::PeerIdentity;
use rustls_pki_types::ServerName;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// The handshake; how it ended the machine knows then.
    pub(super) async fn handshake(
        &mut self,
        name: ServerName<'static>,
        settings: &Settings,
    ) -> Result<(), StepError> {
        let missing = || StepError::TlsSetup(rustls::Error::General("no roots".to_owned()));
        let roots = settings.roots.as_ref().ok_or_else(missing)?;
        let handshake = roots.handshake(settings.verify).map_err(StepError::TlsSetup)?;
        if !self.io.rx.is_empty() {
            // CVE-2021-38371: the machine knows what that means, and ends.
            let now = self.clock.now();
            self.machine.handle_input(now, &mut self.io.rx);
            return Ok(());
        }
        let Some(plain) = self.io.take_plain() else {
            return Err(StepError::NotReady(NotReady::NoTlsAwaited));
        };
        let connector = TlsConnector::from(Arc::clone(&handshake.config));
        let connect = connector.connect(name, plain);
        let deadline = self.machine.poll_timeout().and_then(|at| self.clock.deadline(at));
        let connected = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, connect).await,
            None => Ok(connect.await),
        };
        match connected {
            Err(_) => self.machine.handle_timeout(self.clock.now()),
            Ok(Err(e)) => {
                let why = SafeText::display(&e);
                self.machine.tls_failed(self.clock.now(), why);
            }
            Ok(Ok(stream)) => {
                let mut info = facts(stream.get_ref().1);
                self.certificate_fault = handshake.fault().map(|f| SafeText::display(&f));
                info.peer = match self.certificate_fault {
                    None => PeerIdentity::Verified,
                    Some(_) => PeerIdentity::Unverified,
                };
                self.io.set_tls(stream);
                self.machine.tls_established(self.clock.now(), info)?;
            }
        }
        Ok(())
    }
}
