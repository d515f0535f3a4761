//! SASL mechanisms of both sides: PLAIN (RFC 4616) and LOGIN (RFC 4954).
