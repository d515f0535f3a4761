//! Our client and our server over TCP on loopback and over pipes in memory, and each against peers that
//! misbehave.

#[cfg(test)]
mod app;
#[cfg(test)]
mod both;
#[cfg(test)]
mod client;
#[cfg(test)]
mod lmtp;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tls;
