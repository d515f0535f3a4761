//! TLS by rustls with the ring provider, named at each use: no process-wide default is read or set.

pub mod client;
pub mod server;

pub use client::{ClientTls, Verify};
pub use server::{TlsSetupError, server_config};

use postrider_core::SafeText;
use postrider_smtp::value::TlsInfo;
use rustls::CommonState;
use rustls::crypto::CryptoProvider;
use std::sync::Arc;

/// The provider of everything in this crate.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Version and cipher of a finished handshake, by their registered names.
pub(crate) fn facts(state: &CommonState) -> TlsInfo {
    let version = state.protocol_version().and_then(|v| v.as_str());
    let suite = state.negotiated_cipher_suite();
    let suite = suite.and_then(|s| s.suite().as_str());
    // rustls writes TLSv1_3 and TLS13_AES_128_GCM_SHA256.
    let version = version.unwrap_or_default().replace('_', ".");
    let suite = suite.unwrap_or_default().replacen("TLS13_", "TLS_", 1);
    TlsInfo::new(SafeText::display(&version), SafeText::display(&suite))
}
