//! New keys (feature `keygen`): the only place in this crate that draws random numbers.

use crate::crypto;
use crate::key::{PrivateKey, PrivateKeyError, pem_of_ed25519_seed};
use postrider_core::Secret;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};

/// Which key to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeySpec {
    /// Ed25519: small and fast; some large receivers verify RSA only, so use it beside an RSA key.
    Ed25519,
    /// RSA of 2048 bits, the size that everyone verifies.
    Rsa2048,
    /// RSA of 4096 bits; its record needs several strings, and some DNS hosts cannot hold it.
    Rsa4096,
}

/// A new key, and the file to keep it in.
#[derive(Debug)]
#[non_exhaustive]
pub struct GeneratedKey {
    /// The key.
    pub key: PrivateKey,
    /// PKCS#8 in PEM.
    pub pem: Secret<String>,
}

/// Why no key was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeygenError {
    /// The system has no random numbers.
    #[error("no random numbers from the system")]
    Random,
    /// RSA key generation failed.
    #[error("RSA key generation failed")]
    Rsa,
    /// What was made cannot be read again.
    #[error("the new key cannot be read")]
    Unreadable(#[source] PrivateKeyError),
}

/// Makes a key. RSA takes a second or several, on the calling thread.
///
/// # Errors
/// [`KeygenError`]
pub fn generate(spec: KeySpec) -> Result<GeneratedKey, KeygenError> {
    let pem = match spec {
        KeySpec::Ed25519 => ed25519()?,
        KeySpec::Rsa2048 => rsa(2048)?,
        KeySpec::Rsa4096 => rsa(4096)?,
    };
    // Whatever was made is read by the same code that will read the file.
    let key = PrivateKey::from_pem(pem.expose().as_bytes()).map_err(KeygenError::Unreadable)?;
    Ok(GeneratedKey { key, pem })
}

fn ed25519() -> Result<Secret<String>, KeygenError> {
    let seed = crypto::random_seed().ok_or(KeygenError::Random)?;
    Ok(Secret::new(pem_of_ed25519_seed(&seed)))
}

fn rsa(bits: usize) -> Result<Secret<String>, KeygenError> {
    let mut random = rand::rand_core::UnwrapErr(rand::rngs::SysRng);
    let key = rsa::PrivateKey::new(&mut random, bits).map_err(|_| KeygenError::Rsa)?;
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| KeygenError::Rsa)?;
    Ok(Secret::new(pem.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyRecord, KeyType, SigningInput, SigningKey};

    #[test]
    fn new_keys_sign_and_their_records_verify() {
        for (spec, kind, bits) in
            [(KeySpec::Ed25519, KeyType::Ed25519, 256), (KeySpec::Rsa2048, KeyType::Rsa, 2048)]
        {
            let made = generate(spec).unwrap();
            assert_eq!((made.key.key_type(), made.key.public().bits()), (kind, bits));
            assert!(made.pem.expose().starts_with("-----BEGIN PRIVATE KEY-----\n"));
            let text = KeyRecord::new(made.key.public().clone()).to_string();
            let record = KeyRecord::parse(text.as_bytes()).unwrap();
            let input = SigningInput::new(b"from:ann\r\n".to_vec());
            let signature = made.key.sign(&input).unwrap();
            assert!(record.key().unwrap().verifies(&input, &signature));
        }
    }
}
