//! What the signer writes, and what it refuses.

use crate::support::*;
use postrider_core::DomainName;
use postrider_dkim::{
    Algorithm, Auid, BodyCoverage, DkimResult, HeaderSelection, Selector, SignError, SignRequest,
    Signer, SigningKey,
};
use postrider_message::HeaderBlock;
use std::time::Duration;

fn field(request: SignRequest, header: &str) -> String {
    let message = signed(request, header, BODY);
    let end = message.len() - header.len() - BODY.len();
    String::from_utf8(message[..end].to_vec()).unwrap()
}

fn refused(request: SignRequest, header: &str) -> SignError {
    let (block, _) = HeaderBlock::parse(header.as_bytes());
    Signer::new(vec![request], &block, NOW).unwrap_err()
}

#[test]
fn the_field_is_folded_and_over_signs() {
    let text = field(request(), HEADER);
    let (before, _) = text.split_once("\tb=").unwrap();
    assert_eq!(
        before,
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n\
         \td=bank.example; s=m1; t=1795508500; h=From:From:Reply-To:Subject:\r\n\
         \tSubject:Date:Date:To:To:Cc;\r\n\
         \tbh=AI1wXrlLNBxesX1N5UmbZOpyOyIy8+0+KQ82cJ/scgE=;\r\n"
    );
    assert!(text.ends_with("==\r\n"));
}

#[test]
fn lines_stay_within_the_width() {
    let identity = Auid::new("a;b=\u{fc}", domain("news.bank.example"));
    let all = request()
        .identity(identity)
        .expires_after(Duration::from_secs(86_400))
        .coverage(BodyCoverage::WholeWithLength);
    for width in [40, 72, 78, 200] {
        let text = field(all.clone().width(width), HEADER);
        assert!(text.lines().all(|l| l.len() <= width.max(49)), "{text}");
        assert_eq!(
            told(&bank(), &signed(all.clone().width(width), HEADER, BODY)),
            "pass: signature verified"
        );
    }
    let text = field(all, HEADER).replace("\r\n\t", " ");
    assert!(text.contains(" x=1795594900; i=a=3Bb=3D=C3=BC@news.bank.example; l=32;"), "{text}");
}

#[test]
fn every_field_of_a_name_is_signed() {
    let header = HEADER.replace("Subject", "To: carol@example.org\r\nSubject");
    assert!(field(request(), &header).replace("\r\n\t", "").contains(":To:To:To:"));
    let message = signed(request(), &header, BODY);
    assert_eq!(told(&bank(), &message), "pass: signature verified");
    for change in ["From: x@evil.example\r\n", "Cc: x@evil.example\r\n", "reply-to: x\r\n"] {
        let text = format!("{change}Subject: hello");
        let verdict = judge(&bank(), &replaced(&message, "Subject: hello", &text)).remove(0);
        assert_eq!(verdict.result, DkimResult::Fail, "{change}");
    }
}

#[test]
fn a_message_needs_exactly_one_from_field() {
    assert_eq!(refused(request(), "Subject: x\r\n\r\n"), SignError::NoFrom);
    let two = format!("From: a@b.example\r\n{HEADER}");
    assert_eq!(refused(request(), &two), SignError::ManyFrom { count: 2 });
}

#[test]
fn a_request_must_not_contradict_itself() {
    let outside = request().identity(Auid::of_domain(domain("example.org")));
    assert!(matches!(refused(outside, HEADER), SignError::IdentityOutside { .. }));
    let names = HeaderSelection::exactly(["Subject"]).unwrap();
    assert_eq!(refused(request().headers(names), HEADER), SignError::FromNotSigned);
    let at_once = request().expires_after(Duration::from_millis(999));
    assert_eq!(refused(at_once, HEADER), SignError::ExpiresAtOnce);
    let selector = Selector::parse("m1").unwrap();
    let single = DomainName::parse("localhost").unwrap();
    let single = SignRequest::new(single, selector.clone(), key(1));
    assert!(matches!(refused(single, HEADER), SignError::Domain { .. }));
    let long = domain(&["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(50)].join("."));
    let long = SignRequest::new(long, selector, key(1));
    assert_eq!(refused(long, HEADER), SignError::KeyName);
    for bad in ["", "a b", "a:b", "a;b", "\u{e4}"] {
        assert!(HeaderSelection::exactly(["From", bad]).is_err(), "{bad}");
    }
}

#[test]
fn a_length_above_the_body_is_refused() {
    let (block, _) = HeaderBlock::parse(HEADER.as_bytes());
    let request = request().coverage(BodyCoverage::First(3));
    let mut signer = Signer::new(vec![request], &block, NOW).unwrap();
    signer.body(b"\r\n");
    let error = signer.finish().unwrap_err();
    assert_eq!(error, SignError::LengthBeyondBody { length: 3, total: 0 });
}

#[test]
fn a_key_elsewhere_signs_the_digest() {
    let selector = Selector::parse("m1").unwrap();
    let request = SignRequest::external(domain("bank.example"), selector, Algorithm::Ed25519Sha256);
    let (block, _) = HeaderBlock::parse(HEADER.as_bytes());
    let signer = || {
        let mut signer = Signer::new(vec![request.clone()], &block, NOW).unwrap();
        signer.body(BODY.as_bytes());
        signer
    };
    assert_eq!(signer().finish(), Err(SignError::NoKey));
    let pending = signer().to_sign().unwrap().remove(0);
    assert_eq!(pending.algorithm(), Algorithm::Ed25519Sha256);
    let signature = key(1).sign(pending.input()).unwrap();
    let message = [pending.complete(&signature), HEADER.into(), BODY.into()].concat();
    assert_eq!(told(&bank(), &message), "pass: signature verified");
}

/// Needs a key that only the feature can make.
#[cfg(feature = "keygen")]
#[test]
fn rsa_and_ed25519_sign_in_one_pass() {
    use postrider_dkim::KeyRecord;
    use postrider_dkim::keygen::{KeySpec, generate};
    use std::sync::Arc;
    let rsa = Arc::new(generate(KeySpec::Rsa2048).unwrap().key);
    let text = KeyRecord::new(rsa.public().clone()).to_string();
    let second = SignRequest::new(domain("bank.example"), Selector::parse("r1").unwrap(), rsa);
    let (block, _) = HeaderBlock::parse(HEADER.as_bytes());
    let mut signer = Signer::new(vec![second, request()], &block, NOW).unwrap();
    BODY.as_bytes().chunks(5).for_each(|c| signer.body(c));
    let fields = signer.finish().unwrap();
    assert!(fields[0].starts_with(b"DKIM-Signature: v=1; a=rsa-sha256;"));
    let message = [fields.concat(), HEADER.into(), BODY.into()].concat();
    let own = record();
    let zone = zone(&[("r1._domainkey.bank.example", &text), ("m1._domainkey.bank.example", &own)]);
    let verdicts = judge(&zone, &message);
    assert!(verdicts.iter().all(|v| v.result == DkimResult::Pass), "{verdicts:?}");
    assert_eq!(verdicts[0].key.as_ref().unwrap().bits, 2048);
}

#[test]
fn a_header_that_would_continue_the_signature_is_not_signed() {
    for start in [" x\r\n", "\tx\r\n"] {
        let text = format!("{start}{HEADER}");
        let (block, _) = HeaderBlock::parse(text.as_bytes());
        let refused = Signer::new(vec![request()], &block, NOW).err();
        assert_eq!(refused, Some(SignError::Continuation));
    }
}
