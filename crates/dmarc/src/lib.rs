//! DMARC policy discovery and alignment (RFC 9989), with the story of each verdict.
