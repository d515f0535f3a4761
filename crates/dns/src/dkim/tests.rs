use super::*;
use crate::test_keys::{ED25519, RSA_1000, RSA_1024, RSA_2048, RSA_4096};
use postrider_core::SafeText;

fn record(text: &str) -> KeyRecord {
    KeyRecord::parse(text.as_bytes()).unwrap()
}

fn rsa(key: &str) -> KeyRecord {
    record(&format!("v=DKIM1; k=rsa; p={key}"))
}

fn new(record: KeyRecord) -> Result<DkimKey, DkimRefusal> {
    DkimKey::new(Selector::parse("s1").unwrap(), record)
}

#[test]
fn rsa_key_under_1024_bits_is_refused() {
    assert_eq!(new(rsa(RSA_1000)), Err(DkimRefusal::Bits { bits: 1000 }));
    assert!(new(rsa(RSA_1024)).is_ok());
}

#[test]
fn key_that_is_not_for_mail_is_refused() {
    let with = |tags: &str| new(record(&format!("v=DKIM1; k=ed25519; {tags}; p={ED25519}")));
    assert_eq!(with("h=sha1"), Err(DkimRefusal::Hash));
    assert_eq!(with("s=other"), Err(DkimRefusal::Service));
    assert!(with("h=sha1:sha256; s=*").is_ok());
}

#[test]
fn revocation_can_be_published() {
    let key = new(KeyRecord::revocation(KeyType::Rsa)).unwrap();
    let domain = DomainName::parse("example.org").unwrap();
    let (name, record) = key.publish(&domain).unwrap();
    assert_eq!(name.to_string(), "s1._domainkey.example.org");
    assert!(record.to_string().ends_with("p=\""), "{record}");
}

#[test]
fn parse_of_publish_is_the_same_for_every_size() {
    let domain = DomainName::parse("example.org").unwrap();
    let notes = SafeText::from_static("über; alles");
    for text in [RSA_2048, RSA_4096, ED25519] {
        let kind = if text == ED25519 { "ed25519" } else { "rsa" };
        let plain = record(&format!("k={kind}; p={text}"));
        for record in [plain.clone(), plain.strict().with_notes(notes.clone())] {
            let key = new(record.clone()).unwrap();
            let (_, Record::Txt(txt)) = key.publish(&domain).unwrap() else {
                panic!("text expected");
            };
            assert_eq!(txt.strings().len(), txt.joined().len().div_ceil(255));
            assert_eq!(KeyRecord::parse(&txt.joined()), Ok(record));
        }
    }
}
