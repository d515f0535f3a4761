//! Drivers that run postrider-smtp connections on tokio sockets, with rustls for STARTTLS and implicit TLS.
