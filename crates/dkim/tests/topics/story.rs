//! What people read, and what Authentication-Results says.

use crate::support::*;
use postrider_message::AuthResults;
use postrider_message::authres::AuthservId;

const CHANGED: &str = "dkim d=bank.example s=m1 i=@bank.example a=ed25519-sha256 c=relaxed/relaxed
 record   \"v=DKIM1; k=ed25519; p=iojj3XQJ8ZX9UtstPLpdcspnCb8dlBIb83SIAbQPb1w=\"
 key      ed25519, 256 bits (ttl 300)
 headers  from:from:reply-to:subject:subject:date:date:to:to:cc
 body     32 octets, bh=AI1wXrlLNBxesX1N5UmbZOpyOyIy8+0+KQ82cJ/scgE= computed \
nCrSKga5ScJ3oAnYISRe7HD/wWt/hxFGS1ZgaNxLs3w=
 fail: the body was changed after signing (headers intact)";

fn field(message: &[u8]) -> String {
    let id = AuthservId::new("mx.example.org").unwrap();
    let verdicts = judge(&bank(), message);
    let results = verdicts.iter().map(|v| v.to_method_result());
    let field = results.fold(AuthResults::new(id), AuthResults::with);
    field.to_string()
}

#[test]
fn the_story_holds_the_evidence() {
    let verdict = judge(&bank(), &replaced(&letter(), "at six", "at ten")).remove(0);
    assert_eq!(verdict.story().to_string(), CHANGED);
    let verdict = judge(&bank(), &letter()).remove(0);
    let story = verdict.story().to_string();
    assert!(
        story.contains("\n body     32 octets, bh= agrees\n pass: signature verified"),
        "{story}"
    );
}

#[test]
fn a_pass_names_who_is_responsible() {
    let field = field(&letter());
    let (properties, b) = field.rsplit_once(" header.b=").unwrap();
    assert_eq!(
        properties,
        "mx.example.org; dkim=pass header.d=bank.example header.i=@bank.example header.s=m1 \
         header.a=ed25519-sha256"
    );
    assert_eq!(b.trim_matches('"').len(), 16);
}

#[test]
fn anything_else_has_its_reason() {
    let text = field(&replaced(&letter(), "v=1", "v=2"));
    assert_eq!(
        text,
        "mx.example.org; dkim=permerror reason=\"octet 3: v= is not 1\" header.d=bank.example \
         header.s=m1"
    );
    assert_eq!(field(HEADER.as_bytes()), "mx.example.org; none");
}

#[test]
fn an_unusable_record_is_shown() {
    let zone = zone(&[("m1._domainkey.bank.example", "v=DKIM1; k=rsa\u{0}; p=")]);
    let verdict = judge(&zone, &letter()).remove(0);
    assert_eq!(verdict.key_records[0].as_str(), "v=DKIM1; k=rsa\\x00; p=");
    let story = verdict.story().to_string();
    assert!(
        story.ends_with("permerror: key record: octet 14: not allowed in a tag value"),
        "{story}"
    );
}
