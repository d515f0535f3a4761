//! Commands as values (RFC 5321 §4.1).
