//! The rules of verification: each in both directions, with the reason it gives.

use crate::support::*;
use postrider_dkim::{
    DkimResult, KeyRecord, KeyType, Policy, Reason, SignRequest, Verifier, Warning, verify,
};
use postrider_message::HeaderBlock;
use postrider_resolver::zone::FaultKinds;
use postrider_resolver::{Answer, Content, LookupError, Name, Question, Resolver, ZoneResolver};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};

const NAME: &str = "m1._domainkey.bank.example";

/// The letter with its signature field changed in one place, against the right key.
fn with_field(from: &str, to: &str) -> String {
    told(&bank(), &replaced(&letter(), from, to))
}

fn with_record(text: &str) -> String {
    told(&zone(&[(NAME, text)]), &letter())
}

#[test]
fn a_good_signature_passes_and_says_everything() {
    let v = judge(&bank(), &letter()).remove(0);
    assert_eq!(v.to_string(), "d=bank.example s=m1: signature verified");
    assert_eq!((v.field, v.result), (0, DkimResult::Pass));
    assert_eq!(v.signed_at, Some(NOW));
    assert_eq!(v.b.unwrap().len(), 16);
    assert!(v.body.unwrap().agree());
    let coverage = v.coverage.unwrap();
    assert_eq!((coverage.uncovered(), coverage.body_octets), (0, Some(32)));
    assert_eq!(v.warnings, []);
    let key = v.key.unwrap();
    assert_eq!((key.key_type, key.bits, key.ttl), (KeyType::Ed25519, 256, 300));
}

#[test]
fn a_message_without_signature_has_no_verdict() {
    assert!(judge(&bank(), HEADER.as_bytes()).is_empty());
}

#[test]
fn a_changed_body_and_changed_headers_are_told_apart() {
    let (body, header) = (("at six", "at ten"), ("hello", "hallo"));
    assert_eq!(
        with_field(body.0, body.1),
        "fail: the body was changed after signing (headers intact)"
    );
    assert_eq!(
        with_field(header.0, header.1),
        "fail: signed headers were changed, or the key is another (body intact)"
    );
    let both = replaced(&replaced(&letter(), body.0, body.1), header.0, header.1);
    assert_eq!(told(&bank(), &both), "fail: body and headers were changed after signing");
}

#[test]
fn another_key_is_a_failure_of_the_headers_only() {
    let other = KeyRecord::new(key(2).public().clone()).to_string();
    assert_eq!(
        with_record(&other),
        "fail: signed headers were changed, or the key is another (body intact)"
    );
}

#[test]
fn relaxed_tolerates_white_space_and_case() {
    let message = replaced(&letter(), "Subject: hello", "SUBJECT : \r\n\thello ");
    let message = replaced(&message, "the  game is at six. ", "the \t game  is at six.\t ");
    assert_eq!(told(&bank(), &message), "pass: signature verified");
}

#[test]
fn a_broken_field_has_its_own_verdict_with_a_place() {
    assert_eq!(with_field("v=1; ", "v=1; v=1; "), "permerror: octet 6: tag occurs twice");
    assert_eq!(with_field("v=1; ", ""), "permerror: no v= tag");
    assert_eq!(
        with_field("ed25519-sha256", "rsa-sha1"),
        "permerror: octet 8: a=rsa-sha1 is obsolete and never verified"
    );
    let v = judge(&bank(), &replaced(&letter(), "a=ed25519-sha256; ", "")).remove(0);
    assert_eq!(v.to_string(), "d=bank.example s=m1: no a= tag");
}

#[test]
fn every_field_has_a_verdict_in_its_order() {
    let letter = letter();
    let message = [b"DKIM-Signature: junk\r\n", letter.as_slice()].concat();
    let verdicts = judge(&bank(), &message);
    let told: Vec<_> = verdicts.iter().map(|v| (v.field, v.result)).collect();
    assert_eq!(told, [(0, DkimResult::PermError), (1, DkimResult::Pass)]);
    assert_eq!(verdicts[0].to_string(), "field 0: octet 5: = expected behind the tag name");
}

#[test]
fn denials_of_the_key_are_permanent_and_failures_temporary() {
    let letter = letter();
    assert_eq!(
        told(&ZoneResolver::new(), &letter),
        "permerror: no key: the name does not exist (NXDOMAIN)"
    );
    let mut empty = ZoneResolver::new();
    empty.insert_node(Name::from_dotted(NAME.as_bytes()).unwrap());
    assert_eq!(told(&empty, &letter), "permerror: no key: there is no TXT record at the name");
    for (error, text) in [
        (LookupError::Timeout, "no answer in time"),
        (LookupError::ServFail { bogus: false }, "server failure"),
        (LookupError::Refused, "query refused"),
    ] {
        let mut zone = ZoneResolver::new();
        zone.fail(Name::from_dotted(NAME.as_bytes()).unwrap(), FaultKinds::All, error);
        assert_eq!(told(&zone, &letter), format!("temperror: key not available now: {text}"));
    }
}

#[test]
fn what_the_key_record_forbids_is_a_permanent_error() {
    let p = record().replace("v=DKIM1; k=ed25519; ", "");
    let ed = |tags: &str| with_record(&format!("v=DKIM1; {tags}; {p}"));
    assert_eq!(ed("k=ed25519"), "pass: signature verified");
    assert_eq!(ed("k=ed25519; h=sha256; s=email"), "pass: signature verified");
    assert_eq!(ed("k=ed25519; h=sha1"), "permerror: the key record does not allow sha256 (h=)");
    assert_eq!(ed("k=ed25519; s=tlsrpt"), "permerror: the key record does not allow email (s=)");
    assert_eq!(
        with_record("v=DKIM1; k=ed25519; p="),
        "permerror: the key was revoked (p= is empty)"
    );
    assert_eq!(
        with_record("v=DKIM1; p="),
        "permerror: the key record is for another algorithm (k=)"
    );
    assert_eq!(
        with_record("google-site-verification=x"),
        "permerror: key record: octet 6: = expected behind the tag name"
    );
}

#[test]
fn the_strict_flag_wants_the_identity_in_the_domain_itself() {
    use postrider_dkim::Auid;
    let strict = KeyRecord::new(key(1).public().clone()).strict().to_string();
    let zone = zone(&[(NAME, &strict)]);
    for (identity, result) in [
        ("bank.example", "pass: signature verified"),
        ("news.bank.example", "permerror: the key record wants i= to be in d= itself (t=s)"),
    ] {
        let request = request().identity(Auid::new("ann", domain(identity)));
        assert_eq!(told(&zone, &signed(request, HEADER, BODY)), result);
    }
}

#[test]
fn all_key_records_at_the_name_are_tried() {
    let other = KeyRecord::new(key(2).public().clone()).to_string();
    let own = record();
    let texts = ["v=spf1 -all", &other, "v=DKIM1; p=*", &own].map(|text| (NAME, text));
    let verdict = judge(&zone(&texts), &letter()).remove(0);
    assert_eq!(verdict.result, DkimResult::Pass);
    assert_eq!(verdict.warnings, [Warning::OtherRecords { count: 2 }]);
}

#[test]
fn four_key_records_are_tried_and_a_fifth_is_not() {
    let record_of = |n: u8| KeyRecord::new(key(n).public().clone()).to_string();
    let others: Vec<String> = (2..6).map(record_of).collect();
    let own = record();
    let at = |before: usize| {
        let mut texts: Vec<_> = others[..before].iter().map(|t| (NAME, t.as_str())).collect();
        texts.push((NAME, &own));
        judge(&zone(&texts), &letter()).remove(0)
    };
    assert_eq!(at(3).result, DkimResult::Pass);
    let fifth = at(4);
    assert_eq!(fifth.result, DkimResult::Fail);
    assert_eq!(fifth.warnings, [Warning::OtherRecords { count: 1 }]);
}

#[test]
fn ten_signatures_are_evaluated_and_more_are_skipped() {
    let sign = |n: usize| {
        let selector = postrider_dkim::Selector::parse(&format!("s{n}")).unwrap();
        SignRequest::new(domain("bank.example"), selector, key(1))
    };
    let (block, _) = HeaderBlock::parse(HEADER.as_bytes());
    let requests = (0..11).map(sign).collect();
    let mut signer = postrider_dkim::Signer::new(requests, &block, NOW).unwrap();
    signer.body(BODY.as_bytes());
    let fields = signer.finish().unwrap();
    // Junk on top costs no look-up and does not count.
    let junk = b"DKIM-Signature: junk\r\n".repeat(20);
    let message = [junk, fields.concat(), HEADER.into(), BODY.into()].concat();

    let (block, _) = HeaderBlock::parse(&message);
    let verifier = Verifier::new(&Policy::default(), &block, NOW);
    assert_eq!(verifier.questions().len(), 10);
    let names: Vec<_> = (0..11).map(|n| format!("s{n}._domainkey.bank.example")).collect();
    let own = record();
    let records: Vec<_> = names.iter().map(|n| (n.as_str(), own.as_str())).collect();
    let verdicts = judge(&zone(&records), &message);
    assert_eq!(verdicts.len(), 31);
    assert!(verdicts[20..30].iter().all(|v| v.result == DkimResult::Pass));
    assert_eq!(verdicts[30].why, Reason::TooManySignatures { limit: 10 });
    assert_eq!(verdicts[30].result.as_str(), "neutral");
}

#[test]
fn signatures_with_the_same_key_ask_once() {
    let letter = letter();
    let end = letter.windows(5).position(|w| w == b"\nFrom").unwrap() + 1;
    let message = [&letter[..end], &letter].concat();
    let (block, _) = HeaderBlock::parse(&message);
    let mut verifier = Verifier::new(&Policy::default(), &block, NOW);
    assert_eq!(verifier.questions().len(), 1);
    verifier.body(BODY.as_bytes());
    let asked = verifier.questions()[0].clone();
    verifier.key(asked.id, bank().answer(&asked.question));
    assert!(verifier.finish().iter().all(|v| v.result == DkimResult::Pass));
}

#[test]
fn the_body_is_not_wanted_when_nothing_can_pass() {
    let message = letter();
    let (block, _) = HeaderBlock::parse(&message);
    let fresh = || Verifier::new(&Policy::default(), &block, NOW);
    let asked = fresh().questions()[0].clone();
    assert!(fresh().wants_body());
    let mut verifier = fresh();
    verifier.key(asked.id, bank().answer(&asked.question));
    assert!(verifier.wants_body());

    let mut denied = bank().answer(&asked.question).unwrap();
    denied.content = Content::NxDomain;
    let wrong = zone(&[(NAME, "v=DKIM1; k=ed25519; p=")]);
    for answer in [Ok(denied), Err(LookupError::Timeout), wrong.answer(&asked.question)] {
        let mut verifier = fresh();
        verifier.key(asked.id, answer);
        assert!(!verifier.wants_body());
    }
    let junk = b"DKIM-Signature: junk\r\nFrom: a@b.example\r\n\r\n";
    assert!(!Verifier::new(&Policy::default(), &HeaderBlock::parse(junk).0, NOW).wants_body());
}

#[test]
fn a_key_that_nobody_asked_for_is_a_temporary_error() {
    let message = letter();
    let (block, _) = HeaderBlock::parse(&message);
    let verdict = Verifier::new(&Policy::default(), &block, NOW).finish().remove(0);
    assert_eq!((verdict.result, verdict.why), (DkimResult::TempError, Reason::NotAsked));
}

#[test]
fn a_length_above_the_body_is_a_permanent_error() {
    use postrider_dkim::BodyCoverage;
    let message = signed(request().coverage(BodyCoverage::WholeWithLength), HEADER, BODY);
    assert_eq!(told(&bank(), &message), "pass: signature verified");
    let cut = &message[..message.len() - 4];
    assert_eq!(told(&bank(), cut), "permerror: l=32, but the body has 31 octets");
}

/// Answers each question when it is asked about for the second time, and counts those that wait.
#[derive(Default)]
struct Slow {
    waiting: AtomicUsize,
    most: AtomicUsize,
}

impl Resolver for Slow {
    async fn lookup(&self, question: Question) -> Result<Answer, LookupError> {
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed) + 1;
        self.most.fetch_max(waiting, Ordering::Relaxed);
        let mut polled = false;
        poll_fn(|_| match std::mem::replace(&mut polled, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        bank().answer(&question)
    }
}

#[test]
fn all_keys_are_asked_for_at_the_same_time() {
    let other = replaced(&letter(), "s=m1", "s=m2");
    let end = other.windows(5).position(|w| w == b"\nFrom").unwrap() + 1;
    let message = [&other[..end], &letter()].concat();
    let (slow, policy) = (Slow::default(), Policy::default());
    let mut future = pin!(verify(&slow, &policy, &message, NOW));
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    let Poll::Ready(verdicts) = future.as_mut().poll(&mut context) else {
        panic!("both answers were there");
    };
    assert_eq!(slow.most.load(Ordering::Relaxed), 2);
    let results: Vec<_> = verdicts.iter().map(|v| v.result).collect();
    assert_eq!(results, [DkimResult::PermError, DkimResult::Pass]);
}
