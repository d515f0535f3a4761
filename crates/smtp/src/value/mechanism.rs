//! Names of SASL mechanisms (RFC 4422 §3.1).

use std::fmt;

/// The name of a SASL mechanism, in upper case.
///
/// ```text
/// sasl-mech = 1*20mech-char
/// mech-char = UPPER-ALPHA / DIGIT / HYPHEN / UNDERSCORE
/// ```
///
/// Deviation: longer names are read, because registered ones are longer
/// (`ECDSA-NIST256P-CHALLENGE`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MechanismName(Box<str>);

/// Octets that are no mechanism name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mechanism name at octet {at}")]
pub struct ParseMechanismError {
    /// The first octet that may not stand there.
    pub at: usize,
}

impl MechanismName {
    /// Reads a name in any case.
    ///
    /// # Errors
    /// [`ParseMechanismError`]
    pub fn parse(octets: &[u8]) -> Result<Self, ParseMechanismError> {
        let bad = |b: &u8| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        let at = match octets {
            [] => Some(0),
            octets => octets.iter().position(bad),
        };
        if let Some(at) = at {
            return Err(ParseMechanismError { at });
        }
        let name = octets.iter().map(|b| char::from(b.to_ascii_uppercase()));
        Ok(Self(name.collect::<String>().into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MechanismName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_case() {
        assert_eq!(MechanismName::parse(b"scram-sha-256"), MechanismName::parse(b"SCRAM-SHA-256"));
        assert_eq!(MechanismName::parse(b""), Err(ParseMechanismError { at: 0 }));
        assert_eq!(MechanismName::parse(b"PL AIN"), Err(ParseMechanismError { at: 2 }));
    }
}
