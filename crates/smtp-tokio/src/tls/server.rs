//! The server's TLS configuration from PEM files.

use rustls::ServerConfig;
use rustls_pki_types::pem::{self, PemObject as _};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// Why certificate and key, or roots, make no TLS configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// The certificate text has no certificate.
    #[error("no CERTIFICATE section")]
    NoCertificate,
    /// A certificate is no PEM.
    #[error("certificate: bad PEM")]
    CertificatePem(#[source] pem::Error),
    /// The key text has no private key.
    #[error("no PRIVATE KEY section (PKCS #8, PKCS #1 or SEC 1)")]
    NoKey,
    /// The key is no PEM.
    #[error("private key: bad PEM")]
    KeyPem(#[source] pem::Error),
    /// Certificate and key do not belong together, or rustls refuses one of them.
    #[error("certificate and private key refused")]
    Refused(#[source] rustls::Error),
    /// A root certificate that is none.
    #[error("root certificate refused")]
    Root(#[source] rustls::Error),
    /// No roots to verify with.
    #[error("verifier refused")]
    Verifier(#[source] rustls::client::VerifierBuilderError),
}

/// TLS 1.2 and 1.3 for a server, without client certificates.
///
/// `chain` is PEM, the server's certificate first; `key` is PEM.
///
/// # Errors
/// [`TlsSetupError`] says what is missing or refused.
pub fn server_config(chain: &[u8], key: &[u8]) -> Result<Arc<ServerConfig>, TlsSetupError> {
    let chain = certificates(chain)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| {
        if matches!(e, pem::Error::NoItemsFound) {
            TlsSetupError::NoKey
        } else {
            TlsSetupError::KeyPem(e)
        }
    })?;
    let config = ServerConfig::builder_with_provider(super::provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsSetupError::Refused)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(TlsSetupError::Refused)?;
    Ok(Arc::new(config))
}

/// Every certificate of a PEM text; at least one.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match certificates {
        Ok(certificates) if certificates.is_empty() => Err(TlsSetupError::NoCertificate),
        Ok(certificates) => Ok(certificates),
        Err(e) => Err(TlsSetupError::CertificatePem(e)),
    }
}
