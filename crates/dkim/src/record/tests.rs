use super::*;
use crate::encoding::from_base64;
use proptest::prelude::*;

const ED: &str = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const RSA: &str = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB";

fn parse(text: &str) -> Result<KeyRecord, KeyRecordError> {
    KeyRecord::parse(text.as_bytes())
}

#[test]
fn absent_tags_have_their_defaults() {
    let r = parse(&format!("p={RSA}")).unwrap();
    assert_eq!(r.key_type(), KeyType::Rsa);
    assert_eq!(r.key().unwrap().bits(), 1024);
    assert!(r.allows_sha256() && r.allows_mail());
    assert!(!r.is_testing() && !r.is_strict());
}

#[test]
fn version_must_be_first_and_dkim1() {
    let e = parse(&format!("k=ed25519; v=DKIM1; p={ED}"));
    assert_eq!(e, Err(KeyRecordError::VersionNotFirst { at: 11 }));
    for v in ["DKIM2", "dkim1", ""] {
        let e = parse(&format!("v={v}; k=ed25519; p={ED}"));
        assert_eq!(e, Err(KeyRecordError::Version { at: 2 }), "{v}");
    }
}

#[test]
fn an_empty_key_is_revoked_and_an_absent_one_an_error() {
    assert_eq!(parse("v=DKIM1; p=").unwrap().key(), None);
    assert_eq!(parse("v=DKIM1"), Err(KeyRecordError::NoKey));
    let r = KeyRecord::revocation(KeyType::Ed25519);
    assert_eq!(parse(&r.to_string()), Ok(r));
}

#[test]
fn hash_and_service_lists_restrict() {
    let with = |tags: &str| parse(&format!("v=DKIM1; k=ed25519; {tags}; p={ED}")).unwrap();
    assert!(with("h=sha1 : sha256").allows_sha256());
    assert!(!with("h=sha1").allows_sha256());
    assert!(with("s=*").allows_mail());
    assert!(with("s=foo:email").allows_mail());
    assert!(!with("s=tlsrpt").allows_mail());
    let flags = with("t=y:x:s");
    assert!(flags.is_testing() && flags.is_strict());
    assert!(!with("t=").is_testing());
}

#[test]
fn faults_have_places() {
    use KeyRecordError as E;
    for (text, error) in [
        ("k=dsa; p=aaaa", E::KeyType { at: 2 }),
        ("p=a*b", E::Base64 { at: 2 }),
        ("h=:sha256; p=", E::List { tag: "h", at: 2 }),
        ("s=e mail; p=", E::List { tag: "s", at: 2 }),
        ("n==4; p=", E::Notes { at: 2 }),
        ("p=; p=", E::Tags(TagError::Duplicate { at: 4 })),
    ] {
        assert_eq!(parse(text), Err(error), "{text}");
    }
}

#[test]
fn an_ed25519_key_is_bare() {
    let spki = "MCowBQYDK2VwAyEA8EXQo7Pdox7frzkAQi9gnze1veAyxuFfAjNwfn/iOYI=";
    let e = parse(&format!("k=ed25519; p={spki}")).unwrap_err();
    assert_eq!(
        e.to_string(),
        "p=: an Ed25519 key has 32 octets, this one 44 (it looks like SubjectPublicKeyInfo; only \
         its last 32 octets belong in p=)"
    );
}

#[test]
fn an_rsa_key_may_be_bare_too() {
    let spki = parse(&format!("p={RSA}")).unwrap();
    let der = from_base64(RSA.as_bytes()).unwrap();
    // The RSAPublicKey stands behind 22 octets of SubjectPublicKeyInfo.
    let bare = parse(&format!("p={}", to_base64(&der[22..]))).unwrap();
    assert_eq!(bare.key(), spki.key());
    assert_eq!(spki.key().unwrap().to_record(), der);
}

#[test]
fn odd_exponents_from_3_to_2_pow_32_are_accepted() {
    let modulus = [0xff; 128];
    for (exponent, good) in [
        (&[1][..], false),
        (&[2], false),
        (&[3], true),
        (&[1, 0, 1], true),
        (&[0xff, 0xff, 0xff, 0xff], true),
        (&[1, 0, 0, 0, 1], false),
        (&[], false),
    ] {
        assert_eq!(PublicKey::rsa(&modulus, exponent).is_ok(), good, "{exponent:?}");
    }
}

fn records() -> impl Strategy<Value = KeyRecord> {
    let key = proptest::array::uniform32(any::<u8>()).prop_map(PublicKey::ed25519);
    (key, any::<[bool; 4]>(), proptest::option::of("[ -~äß]{0,30}")).prop_map(
        |(key, set, notes)| {
            let mut r = match set[0] {
                true => KeyRecord::new(key),
                false => KeyRecord::revocation(KeyType::Rsa),
            };
            if set[1] {
                r = r.testing();
            }
            if set[2] {
                r = r.strict();
            }
            if set[3] {
                r = r.for_mail_only();
            }
            match notes.and_then(|n| SafeText::new(n.replace('\\', "/")).ok()) {
                Some(notes) => r.with_notes(notes),
                None => r,
            }
        },
    )
}

proptest! {
    #[test]
    fn writing_and_reading_gives_the_same_record(record in records()) {
        prop_assert_eq!(parse(&record.to_string()), Ok(record));
    }

    #[test]
    fn never_panics(text in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = KeyRecord::parse(&text);
    }
}
