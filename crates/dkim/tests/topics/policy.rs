//! What local policy refuses: every switch in both positions.

use crate::support::*;
use postrider_core::UnixTime;
use postrider_dkim::{
    BodyCoverage, DkimResult, KeyRecord, Policy, Switch, TestingKey, Verdict, verify,
};
use postrider_resolver::block_on;
use std::time::Duration;

/// The verdict by default, and with a policy that was changed.
fn both(message: &[u8], change: impl FnOnce(&mut Policy)) -> (Verdict, Verdict) {
    let mut policy = Policy::default();
    change(&mut policy);
    let strict = judge(&bank(), message).remove(0);
    (strict, judge_with(&policy, &bank(), message).remove(0))
}

fn assert_switch((strict, lenient): (Verdict, Verdict), code: &str) {
    assert_eq!((strict.result, strict.why.code()), (DkimResult::Policy, code));
    assert_eq!(lenient.result, DkimResult::Pass, "{lenient}");
    assert!(lenient.warnings.iter().any(|w| w.code() == code), "{:?}", lenient.warnings);
}

fn at(secs: i64, message: &[u8]) -> Verdict {
    let now = UnixTime::from_secs(NOW.secs() + secs);
    block_on(verify(&bank(), &Policy::default(), message, now)).unwrap().remove(0)
}

#[test]
fn octets_behind_the_length_are_refused_or_allowed() {
    let mut message = signed(request().coverage(BodyCoverage::WholeWithLength), HEADER, BODY);
    message.extend_from_slice(b"Buy now!\r\n");
    let verdicts = both(&message, |p| p.partial_body = Switch::Allow);
    assert_eq!(
        verdicts.0.why.to_string(),
        "l= covers 32 of 42 body octets, the rest could be anyone's"
    );
    assert_eq!(verdicts.1.coverage.as_ref().unwrap().uncovered(), 10);
    assert_switch(verdicts, "partial-body");
}

#[test]
fn length_zero_signs_nothing_of_the_body() {
    let message = signed(request().coverage(BodyCoverage::First(0)), HEADER, BODY);
    assert_switch(both(&message, |p| p.partial_body = Switch::Allow), "partial-body");
    let empty = signed(request().coverage(BodyCoverage::First(0)), HEADER, "\r\n");
    assert_eq!(told(&bank(), &empty), "pass: signature verified");
}

#[test]
fn a_from_field_that_is_not_signed_is_refused_or_allowed() {
    use postrider_dkim::HeaderSelection;
    let names = HeaderSelection::exactly(["From", "Subject"]).unwrap();
    let message = signed(request().headers(names), HEADER, BODY);
    assert_eq!(told(&bank(), &message), "pass: signature verified");
    let message = replaced(&message, "From: Ann", "From: mallory@evil.example\r\nFrom: Ann");
    let verdicts = both(&message, |p| p.unsigned_from = Switch::Allow);
    assert_eq!(verdicts.0.why.to_string(), "2 From fields, 1 of them signed");
    assert_switch(verdicts, "unsigned-from");
}

#[test]
fn further_visible_fields_are_a_warning() {
    use postrider_dkim::{HeaderSelection, Warning};
    let names = HeaderSelection::exactly(["From", "To", "Date"]).unwrap();
    let verdict = judge(&bank(), &signed(request().headers(names), HEADER, BODY)).remove(0);
    assert_eq!(verdict.result, DkimResult::Pass);
    assert_eq!(verdict.warnings, [Warning::UnsignedField { name: "Subject" }]);
}

#[test]
fn a_signature_expires_with_the_skew_of_clocks() {
    let message = signed(request().expires_after(Duration::from_secs(60)), HEADER, BODY);
    assert_eq!(at(360, &message).result, DkimResult::Pass);
    let late = at(361, &message);
    assert_eq!((late.result, late.why.code()), (DkimResult::Policy, "expired"));
    let later = UnixTime::from_secs(NOW.secs() + 1000);
    let mut policy = Policy::default();
    policy.expired = Switch::Allow;
    let allowed = block_on(verify(&bank(), &policy, &message, later)).unwrap().remove(0);
    assert_switch((late, allowed), "expired");
}

#[test]
fn a_signature_of_the_future_is_refused_beyond_the_skew_of_clocks() {
    let message = letter();
    assert_eq!(at(-300, &message).result, DkimResult::Pass);
    let early = at(-301, &message);
    assert_eq!((early.result, early.why.code()), (DkimResult::Policy, "signed-in-future"));
    let earlier = UnixTime::from_secs(NOW.secs() - 1000);
    let mut policy = Policy::default();
    policy.future = Switch::Allow;
    let allowed = block_on(verify(&bank(), &policy, &message, earlier)).unwrap().remove(0);
    assert_switch((early, allowed), "signed-in-future");
}

#[test]
fn policy_speaks_only_of_signatures_that_hold() {
    let message = signed(request().expires_after(Duration::from_secs(60)), HEADER, BODY);
    let changed = replaced(&message, "at six", "at ten");
    assert_eq!(at(1000, &changed).why.code(), "body-changed");
}

#[test]
fn an_expired_signature_is_not_worth_another_look_up() {
    use postrider_message::HeaderBlock;
    use postrider_resolver::LookupError;
    let message = signed(request().expires_after(Duration::from_secs(60)), HEADER, BODY);
    let later = UnixTime::from_secs(NOW.secs() + 1000);
    let (block, _) = HeaderBlock::parse(&message);
    let mut verifier = postrider_dkim::Verifier::new(&Policy::default(), &block, later);
    let id = verifier.questions()[0].id;
    verifier.key(id, Err(LookupError::Timeout));
    assert_eq!(verifier.finish()[0].why.code(), "expired");
}

#[test]
fn a_key_in_testing_mode_is_surfaced_or_ignored() {
    let testing = KeyRecord::new(key(1).public().clone()).testing().to_string();
    let zone = zone(&[("m1._domainkey.bank.example", &testing)]);
    let surfaced = judge(&zone, &letter()).remove(0);
    assert_eq!(surfaced.result, DkimResult::Pass);
    assert_eq!(surfaced.warnings[0].code(), "testing-key");
    let mut policy = Policy::default();
    policy.testing_key = TestingKey::AsUnsigned;
    let unsigned = judge_with(&policy, &zone, &letter()).remove(0);
    assert_eq!((unsigned.result, unsigned.why.code()), (DkimResult::Policy, "testing-key"));
}
