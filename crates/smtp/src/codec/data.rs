//! Framing of message content behind DATA (RFC 5321 §4.5.2).
