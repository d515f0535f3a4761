//! A signed message and a zone with its keys, in a few words.

use postrider_core::{DomainName, UnixTime};
use postrider_dkim::{
    KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signer, Verdict, verify,
};
use postrider_message::HeaderBlock;
use postrider_resolver::{Name, Record, Txt, ZoneResolver, block_on};
use std::sync::Arc;

pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);
pub(crate) const HEADER: &str = "From: Ann <ann@bank.example>\r\nTo: bob@example.org\r\n\
    Subject: hello\r\nDate: Tue, 24 Nov 2026 08:21:40 +0000\r\n\r\n";
pub(crate) const BODY: &str = "Hi Bob,\r\n\r\nthe  game is at six. \r\n";

/// An Ed25519 key; the same number gives the same key.
pub(crate) fn key(number: u8) -> Arc<PrivateKey> {
    Arc::new(PrivateKey::from_ed25519_seed(&[number; 32]).unwrap())
}

pub(crate) fn domain(text: &str) -> DomainName {
    DomainName::parse(text).unwrap()
}

/// A request for `d=bank.example; s=m1` with [`key`] 1.
pub(crate) fn request() -> SignRequest {
    SignRequest::new(domain("bank.example"), Selector::parse("m1").unwrap(), key(1))
}

/// The text of the record for [`key`] 1.
pub(crate) fn record() -> String {
    KeyRecord::new(key(1).public().clone()).to_string()
}

/// The signature fields and then the message.
pub(crate) fn signed(request: SignRequest, header: &str, body: &str) -> Vec<u8> {
    let (block, _) = HeaderBlock::parse(header.as_bytes());
    let mut signer = Signer::new(vec![request], &block, NOW).unwrap();
    signer.body(body.as_bytes());
    let fields = signer.finish().unwrap().concat();
    [fields.as_slice(), header.as_bytes(), body.as_bytes()].concat()
}

/// [`HEADER`] and [`BODY`] signed by [`request`].
pub(crate) fn letter() -> Vec<u8> {
    signed(request(), HEADER, BODY)
}

/// TXT records at their names.
pub(crate) fn zone(records: &[(&str, &str)]) -> ZoneResolver {
    let mut zone = ZoneResolver::new();
    for (name, text) in records {
        let txt = Record::Txt(Txt::from_strings([text.as_bytes()]));
        zone.insert(Name::from_dotted(name.as_bytes()).unwrap(), 300, txt);
    }
    zone
}

/// The zone in which [`letter`] passes.
pub(crate) fn bank() -> ZoneResolver {
    zone(&[("m1._domainkey.bank.example", &record())])
}

pub(crate) fn judge_with(policy: &Policy, zone: &ZoneResolver, message: &[u8]) -> Vec<Verdict> {
    block_on(verify(zone, policy, message, NOW)).unwrap()
}

pub(crate) fn judge(zone: &ZoneResolver, message: &[u8]) -> Vec<Verdict> {
    judge_with(&Policy::default(), zone, message)
}

/// The only verdict, as `result: why`.
pub(crate) fn told(zone: &ZoneResolver, message: &[u8]) -> String {
    let verdicts = judge(zone, message);
    assert_eq!(verdicts.len(), 1);
    format!("{}: {}", verdicts[0].result, verdicts[0].why)
}

/// The message with one text in the place of another, which must be there.
pub(crate) fn replaced(message: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = String::from_utf8(message.to_vec()).unwrap();
    assert!(text.contains(from), "{from} is not in the message");
    text.replacen(from, to, 1).into_bytes()
}
