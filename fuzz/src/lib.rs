//! Bodies of the fuzz targets: each asserts a law of a parser or state machine for arbitrary bytes.
//!
//! The targets in `fuzz_targets/` are one line each, so that the same bodies replay the committed
//! corpus in `cargo test` on stable.

mod dkim;
mod dmarc;
mod dns;
mod message;
mod policy;
mod reports;
mod resolver;
mod smtp;
mod spf;

/// A target's body; it panics where the law does not hold.
pub type Body = fn(&[u8]);

/// Every target, by the name of its binary.
pub fn targets() -> impl Iterator<Item = (&'static str, Body)> {
    [
        dkim::TARGETS,
        dmarc::TARGETS,
        dns::TARGETS,
        message::TARGETS,
        policy::TARGETS,
        reports::TARGETS,
        resolver::TARGETS,
        smtp::TARGETS,
        spf::TARGETS,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Runs one target by name.
///
/// # Panics
/// When there is no such target, or when its law does not hold.
pub fn run(name: &str, data: &[u8]) {
    let (_, body) = targets().find(|(n, _)| *n == name).expect("a target of this name");
    body(data);
}
