//! DKIM signing and verifying (RFC 6376, 8301, 8463): Ed25519 and RSA, streaming, with a reason for every verdict.
