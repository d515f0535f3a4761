//! Key files: what is read, and what a bad file is told.

use postrider_dkim::{KeyRecord, KeyType, PrivateKey, PrivateKeyError};

const SEED: &str = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
/// PKCS#8 version 1 of that seed, as OpenSSL writes it.
const PKCS8: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

fn error(text: &str) -> String {
    PrivateKey::from_pem(text.as_bytes()).unwrap_err().to_string()
}

#[test]
fn an_ed25519_key_is_read_as_seed_and_as_pkcs8_without_public_key() {
    let seed = PrivateKey::from_pem(SEED.as_bytes()).unwrap();
    let pkcs8 = PrivateKey::from_pem(PKCS8.as_bytes()).unwrap();
    assert_eq!(seed.public(), pkcs8.public());
    assert_eq!(
        KeyRecord::new(seed.public().clone()).to_string(),
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
    );
}

#[test]
fn other_blocks_and_text_beside_the_key_are_ignored() {
    let cert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let text = format!("Bag attributes\n{cert}\r\n{PKCS8}");
    assert_eq!(PrivateKey::from_pem(text.as_bytes()).unwrap().key_type(), KeyType::Ed25519);
}

#[test]
fn a_bad_file_is_told_what_was_expected_and_where() {
    let label = |l: &str| PKCS8.replace("PRIVATE KEY", l);
    assert_eq!(
        error(""),
        "no key: a block -----BEGIN PRIVATE KEY----- was expected, or the 32 octets of an Ed25519 \
         seed in base64"
    );
    assert_eq!(
        error(&format!("\n{}", label("PUBLIC KEY"))),
        "line 2: PUBLIC KEY found, PRIVATE KEY or RSA PRIVATE KEY expected"
    );
    assert_eq!(
        error(&label("EC PRIVATE KEY")),
        "line 1: EC PRIVATE KEY found, PRIVATE KEY or RSA PRIVATE KEY expected"
    );
    assert_eq!(
        error(&label("ENCRYPTED PRIVATE KEY")),
        "line 1: the key is encrypted, an unencrypted one was expected"
    );
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: x\n\nAAAA\n\
               -----END RSA PRIVATE KEY-----\n";
    assert_eq!(error(old), "line 1: the key is encrypted, an unencrypted one was expected");
    assert_eq!(error(&PKCS8.replace("7rAMcrn9g", "7r*Mcrn9g")), "line 2: base64 expected");
    assert_eq!(
        error(PKCS8.split("-----END").next().unwrap()),
        "line 1: this block has no -----END PRIVATE KEY-----"
    );
    assert_eq!(error(&PKCS8.replace("MC4CAQAw", "MC4CAQAx")), "DER octet 5: the modulus expected");
}

#[test]
fn a_key_for_another_algorithm_is_refused() {
    // X25519 instead of Ed25519: 1.3.101.110.
    let text = PKCS8.replace("YDK2Vw", "YDK2Vu");
    assert_eq!(PrivateKey::from_pem(text.as_bytes()).unwrap_err(), PrivateKeyError::Algorithm);
}

/// RFC 5958 version 2: the seed is 32 times 7, and the public key follows.
fn version_2(public: &[u8]) -> Vec<u8> {
    let head = b"\x30\x51\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    [head.as_slice(), &[7; 32], b"\x81\x21\x00", public].concat()
}

#[test]
fn a_public_key_stored_with_a_seed_must_be_its_own() {
    let key = PrivateKey::from_ed25519_seed(&[7; 32]).unwrap();
    let read = PrivateKey::from_der(&version_2(&key.public().to_record()));
    assert_eq!(read.unwrap().public(), key.public());
    let other = PrivateKey::from_der(&version_2(&[9; 32]));
    assert_eq!(other.unwrap_err(), PrivateKeyError::PublicMismatch);
}

#[test]
fn a_seed_has_32_octets() {
    let mut der = version_2(&[9; 32]);
    der[15] = 31;
    assert!(PrivateKey::from_der(&der).is_err());
    for text in ["AAAA", "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2AA"] {
        assert_eq!(error(text), error(""));
    }
}

#[test]
fn debug_shows_no_secret() {
    let key = PrivateKey::from_pem(SEED.as_bytes()).unwrap();
    assert_eq!(format!("{key:?}"), "PrivateKey(ed25519, 256 bits)");
}
