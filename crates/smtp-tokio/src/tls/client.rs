//! The client's TLS: always the full check of the server's certificate; whether a bad one ends the
//! handshake is a choice, and its fault is kept either way.

use super::server::{TlsSetupError, certificates};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::{Arc, OnceLock};

/// What a bad certificate of the server does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum Verify {
    /// It ends the handshake.
    #[default]
    Required,
    /// It is recorded: opportunistic TLS between mail servers (RFC 7435). Whoever holds the key of the
    /// certificate is still proven; who that is, is not.
    Recorded,
}

/// What clients need for TLS; made once and shared.
#[derive(Clone, Debug)]
pub struct ClientTls {
    verifier: Arc<WebPkiServerVerifier>,
}

/// One handshake's configuration, and what it found.
#[derive(Debug)]
pub(crate) struct Handshake {
    pub(crate) config: Arc<ClientConfig>,
    record: Arc<Recorder>,
}

/// Asks the real verifier and keeps its answer.
#[derive(Debug)]
struct Recorder {
    inner: Arc<WebPkiServerVerifier>,
    verify: Verify,
    answer: OnceLock<Result<(), rustls::Error>>,
}

impl ClientTls {
    /// Verifies against Mozilla's roots.
    ///
    /// # Errors
    /// [`TlsSetupError`] when rustls refuses them.
    pub fn with_public_roots() -> Result<Self, TlsSetupError> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self::with_root_store(roots)
    }

    /// Verifies against the certificates of a PEM text, and Mozilla's roots beside them.
    ///
    /// # Errors
    /// [`TlsSetupError`] says what is missing or refused.
    pub fn with_extra_roots(pem: &[u8]) -> Result<Self, TlsSetupError> {
        let mut roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        for certificate in certificates(pem)? {
            roots.add(certificate).map_err(TlsSetupError::Root)?;
        }
        Self::with_root_store(roots)
    }

    /// Verifies against these roots only.
    ///
    /// # Errors
    /// [`TlsSetupError`] when there are none.
    pub fn with_root_store(roots: RootCertStore) -> Result<Self, TlsSetupError> {
        let builder =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), super::provider());
        let verifier = builder.build().map_err(TlsSetupError::Verifier)?;
        Ok(Self { verifier })
    }

    /// A configuration for one handshake.
    pub(crate) fn handshake(&self, verify: Verify) -> Result<Handshake, rustls::Error> {
        let record = Arc::new(Recorder {
            inner: Arc::clone(&self.verifier),
            verify,
            answer: OnceLock::new(),
        });
        let verifier: Arc<dyn ServerCertVerifier> = Arc::<Recorder>::clone(&record);
        let mut config = ClientConfig::builder_with_provider(super::provider())
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        // A resumed session shows no certificate, and so would leave nothing to record.
        config.resumption = Resumption::disabled();
        let config = Arc::new(config);
        Ok(Handshake { config, record })
    }
}

impl Handshake {
    /// What is wrong with the server's certificate; `None` when it was verified.
    pub(crate) fn fault(&self) -> Option<String> {
        match self.record.answer.get() {
            Some(Ok(())) => None,
            Some(Err(e)) => Some(e.to_string()),
            None => Some("no certificate".to_owned()),
        }
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let answer = self.inner.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        let kept = answer.as_ref().map(|_| ()).map_err(Clone::clone);
        self.answer.get_or_init(|| kept);
        match self.verify {
            Verify::Required => answer,
            Verify::Recorded => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
