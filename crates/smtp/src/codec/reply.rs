//! Framing of replies (RFC 5321 §4.2.1).
