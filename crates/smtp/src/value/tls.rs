//! What the driver knows of a finished TLS handshake.

use postrider_core::{DomainName, SafeText};

/// Facts of a finished TLS handshake, handed to a connection by its driver.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsInfo {
    /// Protocol version, as in `TLSv1.3`.
    pub version: SafeText,
    /// Cipher suite by its registered name.
    pub cipher: SafeText,
    /// The name the client asked for (RFC 6066 §3).
    pub server_name: Option<DomainName>,
    /// What is known of the peer's certificate.
    pub peer: PeerIdentity,
    /// What a SASL exchange can be bound to.
    pub bindings: ChannelBindings,
}

/// Channel binding data (RFC 5929, RFC 9266): what only the two ends of this TLS connection know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ChannelBindings {
    /// `tls-exporter`: 32 octets of keying material with the label `EXPORTER-Channel-Binding` and an
    /// empty context (RFC 9266 §2).
    pub exporter: Option<Box<[u8]>>,
    /// `tls-server-end-point`: the hash of the server's certificate (RFC 5929 §4.1).
    pub end_point: Option<Box<[u8]>>,
}

/// What the handshake proved about the other side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PeerIdentity {
    /// No certificate was shown or asked for.
    #[default]
    Anonymous,
    /// A certificate was shown and not verified.
    Unverified,
    /// The certificate is valid for the peer.
    Verified,
}

impl TlsInfo {
    /// A handshake with an anonymous peer; the public fields take the rest.
    #[must_use]
    pub const fn new(version: SafeText, cipher: SafeText) -> Self {
        let bindings = ChannelBindings { exporter: None, end_point: None };
        Self { version, cipher, server_name: None, peer: PeerIdentity::Anonymous, bindings }
    }
}
