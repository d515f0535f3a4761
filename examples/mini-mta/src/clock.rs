//! The one place where mini-mta reads the clock and draws random numbers.

use postrider_core::UnixTime;
use std::time::SystemTime;

/// The present moment.
#[must_use]
pub fn now() -> UnixTime {
    #[expect(clippy::disallowed_methods, reason = "the binary's clock; libraries take `now`")]
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UnixTime::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Random octets from the system, by way of the TLS provider.
///
/// # Errors
/// When the system has none to give.
pub fn random<const N: usize>() -> Result<[u8; N], rustls::crypto::GetRandomFailed> {
    let mut octets = [0; N];
    rustls::crypto::ring::default_provider().secure_random.fill(&mut octets)?;
    Ok(octets)
}

/// A random seed, for jitter and ids; never for keys.
///
/// # Errors
/// When the system has no random octets.
pub fn seed() -> Result<u64, rustls::crypto::GetRandomFailed> {
    random().map(u64::from_le_bytes)
}

/// Whole milliseconds from a moment until now.
#[must_use]
pub fn millis_since(then: UnixTime) -> u64 {
    u64::try_from(now().since(then).as_millis()).unwrap_or(u64::MAX)
}
