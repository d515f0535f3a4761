//! SPF (RFC 7208) with a trace of every step, and iprev (RFC 8601): each verdict shows the term that decided it.
