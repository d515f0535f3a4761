//! Framing of command lines (RFC 5321 §2.3.8).
