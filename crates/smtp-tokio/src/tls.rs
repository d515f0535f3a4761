//! TLS by rustls with the ring provider, named at each use: no process-wide default is read or set.

pub mod client;
pub mod server;

pub use client::{ClientTls, Verify};
pub use server::{TlsSetupError, server_config};

use postrider_core::SafeText;
use postrider_smtp::value::TlsInfo;
use rustls::crypto::CryptoProvider;
use rustls::{ConnectionCommon, ProtocolVersion};
use std::sync::Arc;

/// The provider of everything in this crate.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

/// Version, cipher and channel binding of a finished handshake; the first two by their registered names.
pub(crate) fn facts<D>(state: &ConnectionCommon<D>) -> TlsInfo {
    let version = state.protocol_version().and_then(|v| v.as_str());
    let suite = state.negotiated_cipher_suite();
    let suite = suite.and_then(|s| s.suite().as_str());
    // rustls writes TLSv1_3 and TLS13_AES_128_GCM_SHA256.
    let version = version.unwrap_or_default().replace('_', ".");
    let suite = suite.unwrap_or_default().replacen("TLS13_", "TLS_", 1);
    let mut info = TlsInfo::new(SafeText::display(&version), SafeText::display(&suite));
    info.bindings.exporter = exporter(state);
    info
}

/// `tls-exporter` (RFC 9266 §2). Below TLS 1.3 it is sound only with the extended master secret, which
/// cannot be asked for here; so it is left out.
fn exporter<D>(state: &ConnectionCommon<D>) -> Option<Box<[u8]>> {
    if state.protocol_version() != Some(ProtocolVersion::TLSv1_3) {
        return None;
    }
    let label = b"EXPORTER-Channel-Binding";
    let material = state.export_keying_material([0; 32], label, Some(b""));
    material.ok().map(|octets| Box::from(octets.as_slice()))
}

/// Octets that nobody can guess.
///
/// # Errors
/// When the system has none.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], rustls::Error> {
    let mut octets = [0; N];
    provider().secure_random.fill(&mut octets)?;
    Ok(octets)
}
