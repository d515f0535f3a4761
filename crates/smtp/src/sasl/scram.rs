//! SCRAM-SHA-256 (RFC 5802, RFC 7677): what both sides compute, and the grammar they share.
//!
//! Deviation: passwords are not prepared with `SASLprep` (RFC 4013); they are used as they are given,
//! which is the same for US-ASCII. Normalise others before they come here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postrider_core::Secret;
use ring::{digest, hmac, pbkdf2};
use std::num::NonZeroU32;

/// Fewest iterations that are accepted (RFC 7677 §4: "SHOULD be at least 4096").
pub const MIN_ITERATIONS: u32 = 4_096;
/// Most iterations that a client computes for a server.
pub const MAX_ITERATIONS: u32 = 1_000_000;

/// The output of SHA-256.
pub(super) type Hash = [u8; 32];

/// A nonce: characters that were never used before (RFC 5802 §5.1).
///
/// ```text
/// c-nonce = printable
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(Box<str>);

impl Nonce {
    /// Octets of randomness in a nonce.
    pub const OCTETS: usize = 18;

    /// A nonce of octets that nobody can guess; 18 of them are 24 characters.
    #[must_use]
    pub fn from_random(octets: [u8; Self::OCTETS]) -> Self {
        Self(STANDARD.encode(octets).into())
    }

    /// The characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 5802 §3: `HMAC(key, str)`.
pub(super) fn hmac_sha256(key: &[u8], text: &[u8]) -> Hash {
    hash(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text).as_ref())
}

/// RFC 5802 §3: `H(str)`.
pub(super) fn sha256(text: &[u8]) -> Hash {
    hash(digest::digest(&digest::SHA256, text).as_ref())
}

/// RFC 5802 §3: `SaltedPassword := Hi(Normalize(password), salt, i)`.
pub(super) fn salted_password(
    password: &Secret<String>,
    salt: &[u8],
    iterations: NonZeroU32,
) -> Secret<Hash> {
    let mut out = Hash::default();
    let password = password.expose().as_bytes();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, salt, password, &mut out);
    Secret::new(out)
}

pub(super) fn xor(a: &Hash, b: &Hash) -> Hash {
    let mut out = *a;
    out.iter_mut().zip(b).for_each(|(out, b)| *out ^= b);
    out
}

fn hash(octets: &[u8]) -> Hash {
    let mut out = Hash::default();
    out.iter_mut().zip(octets).for_each(|(out, b)| *out = *b);
    out
}

/// The value of an attribute, as in `r=…`.
pub(super) fn attribute(part: Option<&str>, name: char) -> Option<&str> {
    part?.strip_prefix(name)?.strip_prefix('=')
}

/// RFC 5802 §5.1: "The characters ',' or '=' in usernames are sent as '=2C' and '=3D' respectively."
pub(super) fn write_name(name: &str) -> String {
    name.replace('=', "=3D").replace(',', "=2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pbkdf2_vector_of_rfc_7677() {
        // RFC 7677 §3: the client's proof follows from these.
        let salt = STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let password = Secret::new("pencil".to_owned());
        let salted = salted_password(&password, &salt, NonZeroU32::new(4096).unwrap());
        let client_key = hmac_sha256(salted.expose(), b"Client Key");
        let auth = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
                    r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
                    c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
        let signature = hmac_sha256(&sha256(&client_key), auth.as_bytes());
        let proof = STANDARD.encode(xor(&client_key, &signature));
        assert_eq!(proof, "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
    }

    #[test]
    fn names_hide_what_separates() {
        assert_eq!(write_name("a,b=c"), "a=2Cb=3Dc");
    }
}
