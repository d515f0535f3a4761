//! Targets of `postrider-dkim`.

use crate::Body;
use postrider_core::{DomainName, UnixTime};
use postrider_dkim::canon::{Form, body::BodyCanon};
use postrider_dkim::{
    DiagnosisLevel, KeyRecord, Policy, PrivateKey, Selector, SignRequest, Signature, Signer,
    Verdict, Verifier,
};
use postrider_message::HeaderBlock;
use postrider_resolver::{Answer, Content, Record, Txt};
use std::sync::Arc;

pub(crate) const TARGETS: &[(&str, Body)] = &[
    ("dkim_signature", signature),
    ("dkim_key_record", key_record),
    ("dkim_canonical_body", canonical_body),
    ("dkim_verify", verify),
    ("dkim_sign", sign),
];

const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

/// A signature that is read can be cut out at its span and names From.
fn signature(data: &[u8]) {
    let Ok(read) = Signature::parse(data) else {
        return;
    };
    let span = read.signature_span;
    assert_eq!(span.of(data).len(), span.len());
    assert!(data[..span.start].ends_with(b"="));
    assert!(matches!(data.get(span.end), None | Some(b';')));
    assert!(read.signed_names.iter().any(|n| n.eq_ignore_ascii_case(b"from")));
    assert!(read.identity.domain().is_at_or_under(&read.domain));
}

/// What is written of a record that was read means the same.
fn key_record(data: &[u8]) {
    let Ok(record) = KeyRecord::parse(data) else {
        return;
    };
    let text = record.to_string();
    assert!(text.bytes().all(|b| !b.is_ascii_control()), "{text:?}");
    let again = KeyRecord::parse(text.as_bytes()).expect("our own record");
    assert_eq!(again.key(), record.key());
    assert_eq!(again.key_type(), record.key_type());
    assert_eq!(again.allows_mail(), record.allows_mail());
    assert_eq!(again.allows_sha256(), record.allows_sha256());
    assert_eq!((again.is_testing(), again.is_strict()), (record.is_testing(), record.is_strict()));
}

/// Chunks do not matter, and canonical octets are their own canonical form.
fn canonical_body(data: &[u8]) {
    for form in [Form::Simple, Form::Relaxed] {
        let whole = canonical(form, data, data.len().max(1));
        for step in [1, 2, 63, 64, 65] {
            assert_eq!(canonical(form, data, step), whole, "{form} in chunks of {step}");
        }
        assert_eq!(canonical(form, &whole, whole.len().max(1)), whole, "{form} again");
    }
}

fn canonical(form: Form, body: &[u8], step: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut canon = BodyCanon::new(form);
    for chunk in body.chunks(step) {
        canon.update(chunk, |octets| out.extend_from_slice(octets));
    }
    canon.finish(|octets| out.extend_from_slice(octets));
    out
}

/// The first line is the text of every key record, the rest is the message: chunks and the order of
/// answers do not matter, each field has one verdict, and no verdict is more than one line.
fn verify(data: &[u8]) {
    let end = data.iter().position(|&b| b == b'\n').unwrap_or(data.len());
    let (record, message) = data.split_at(end);
    let message = message.get(1..).unwrap_or_default();
    let (headers, _) = HeaderBlock::parse(message);
    let body = &message[headers.body_offset()..];
    let verdicts = verdicts(&headers, record, |v| v.body(body), true);
    let bytewise = |v: &mut Verifier| body.chunks(1).for_each(|c| v.body(c));
    assert_eq!(self::verdicts(&headers, record, bytewise, false), verdicts);
    assert_eq!(verdicts.len(), headers.all("DKIM-Signature").count());
    for verdict in verdicts {
        let text = verdict.to_string();
        assert!(text.bytes().all(|b| matches!(b, 0x20..=0x7e)), "{text:?}");
    }
}

fn verdicts(
    headers: &HeaderBlock<'_>,
    record: &[u8],
    feed: impl FnOnce(&mut Verifier),
    keys_first: bool,
) -> Vec<Verdict> {
    let mut policy = Policy::default();
    policy.diagnosis = DiagnosisLevel::Deep;
    let mut verifier = Verifier::new(&policy, headers, NOW);
    assert!(verifier.questions().len() <= policy.signatures);
    let answer = |verifier: &mut Verifier| {
        for asked in verifier.questions().to_vec() {
            let txt = Record::Txt(Txt::from_strings([record]));
            let content = Content::Records(vec![txt]);
            verifier.key(asked.id, Ok(Answer::new(asked.question.name, content, 300)));
        }
    };
    if keys_first {
        answer(&mut verifier);
        feed(&mut verifier);
    } else {
        feed(&mut verifier);
        answer(&mut verifier);
    }
    verifier.finish()
}

/// Whatever is signed verifies.
fn sign(data: &[u8]) {
    let key = Arc::new(PrivateKey::from_ed25519_seed(&[7; 32]).expect("a seed"));
    let record = KeyRecord::new(key.public().clone()).to_string();
    let domain = DomainName::parse("bank.example").expect("a domain");
    let selector = Selector::parse("m1").expect("a selector");
    let (headers, _) = HeaderBlock::parse(data);
    let body = &data[headers.body_offset()..];
    let request = SignRequest::new(domain, selector, key);
    let Ok(mut signer) = Signer::new(vec![request], &headers, NOW) else {
        return;
    };
    signer.body(body);
    let field = signer.finish().expect("a local key").concat();
    let lines = field.split(|&b| b == b'\n');
    assert!(lines.clone().all(|l| l.len() <= 78), "{}", String::from_utf8_lossy(&field));
    let message = [&field, data].concat();
    let (headers, _) = HeaderBlock::parse(&message);
    let first = verdicts(&headers, record.as_bytes(), |v| v.body(body), true).remove(0);
    assert!(first.is_pass(), "{first}");
}
