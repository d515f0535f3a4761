//! Drivers that run `postrider-smtp` connections over tokio streams, with rustls for STARTTLS and
//! implicit TLS.
#![doc(html_root_url = "https://docs.rs/postrider-smtp-tokio")]

pub mod client;
mod clock;
mod io;
pub mod server;
mod stream;
pub mod tls;
