//! Replies (RFC 5321 §4.2, RFC 3463).
