//! Real programs against the SMTP machines and their drivers, on loopback: others into our server, and
//! our client into others.
//!
//! A program that is not installed is said as `skipped: NAME not installed`; `.ci/run` installs those
//! that are light.

mod inbound;
mod outbound;
mod peer;
mod proxy;
mod receiver;
