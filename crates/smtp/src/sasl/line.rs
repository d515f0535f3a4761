//! SASL lines: strict base64 of bounded length (RFC 4954 §4, RFC 4648 §4).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postrider_core::Secret;

/// Why a SASL line or message cannot be used. Nothing of its content is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SaslError {
    /// The client sent `*`.
    #[error("authentication cancelled")]
    Cancelled,
    /// Not the canonical base64 of anything.
    #[error("not base64")]
    Base64,
    /// Longer than [`MAX_SASL_LINE`](super::MAX_SASL_LINE).
    #[error("SASL line is longer than {} octets", super::MAX_SASL_LINE)]
    Long,
    /// Not the message that the mechanism wants here.
    #[error("malformed {mechanism} message: {expected} expected")]
    Malformed {
        /// Which mechanism.
        mechanism: super::Mechanism,
        /// What it wants.
        expected: &'static str,
    },
    /// A challenge after the mechanism has said everything.
    #[error("one challenge too many for {mechanism}")]
    Unexpected {
        /// Which mechanism.
        mechanism: super::Mechanism,
    },
    /// SCRAM with fewer or more iterations than this side computes.
    #[error(
        "{count} iterations, {} to {} are allowed",
        super::scram::MIN_ITERATIONS,
        super::scram::MAX_ITERATIONS
    )]
    Iterations {
        /// What the server wants.
        count: u32,
    },
    /// The client did not show that it knows the password, as SCRAM demands.
    #[error("client did not prove that it knows the password")]
    ClientUnproven,
    /// What the client says of channel binding is not what this side sees.
    #[error("channel binding does not match")]
    Binding,
    /// The server did not show that it knows the password, as SCRAM demands.
    #[error("server did not prove that it knows the password")]
    ServerUnproven,
}

/// Reads a line without its CRLF.
pub(super) fn decode(line: &[u8]) -> Result<Secret<Vec<u8>>, SaslError> {
    if line.len() + "\r\n".len() > super::MAX_SASL_LINE {
        return Err(SaslError::Long);
    }
    // RFC 4954 §4: "If the client wishes to cancel the authentication exchange, it issues a line with
    // a single "*"."
    if line == b"*" {
        return Err(SaslError::Cancelled);
    }
    // The standard engine wants canonical padding and no stray bits.
    STANDARD.decode(line).map(Secret::new).map_err(|_| SaslError::Base64)
}

/// Writes a line without its CRLF.
pub(super) fn encode(message: &[u8]) -> Secret<String> {
    Secret::new(STANDARD.encode(message))
}
