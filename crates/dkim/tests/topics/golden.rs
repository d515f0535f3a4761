//! Broken messages, each explained in one sentence that a mail operator understands.

use crate::support::*;
use postrider_dkim::{BodyCoverage, Canonicalization, DiagnosisLevel, Form, Policy, SignRequest};
use postrider_resolver::ZoneResolver;

const FORMS: [Form; 2] = [Form::Simple, Form::Relaxed];

/// `c=` by its two names.
fn forms(header: usize, body: usize) -> SignRequest {
    let (header, body) = (FORMS[header], FORMS[body]);
    request().canonicalization(Canonicalization { header, body })
}

fn told_of(zone: &ZoneResolver, message: &[u8]) -> String {
    let mut policy = Policy::default();
    policy.diagnosis = DiagnosisLevel::Deep;
    let verdict = judge_with(&policy, zone, message).remove(0);
    assert!(!verdict.is_pass());
    let text = verdict.to_string();
    text.strip_prefix("d=bank.example s=m1: ").unwrap().to_owned()
}

/// What is told of a message in which `from` became `to`.
fn told_after(message: &[u8], from: &str, to: &str) -> String {
    told_of(&bank(), &replaced(message, from, to))
}

const BODY_ONLY: &str = "the body was changed after signing (headers intact)";
const HEADER_ONLY: &str = "signed headers were changed, or the key is another (body intact)";

#[test]
fn list_footer() {
    let told = told_after(&letter(), "at six. \r\n", "at six. \r\n--\r\nlist@example.org\r\n");
    let cause = "the signed part ends at octet 32, 22 octets were appended";
    assert_eq!(told, format!("{BODY_ONLY}; {cause}"));
}

#[test]
fn white_space_at_line_ends() {
    let message = signed(forms(1, 0), HEADER, "Hi Bob,\r\n\r\nat six.\r\n");
    let told = told_after(&message, "Hi Bob,\r\n", "Hi Bob, \r\n");
    assert_eq!(told, format!("{BODY_ONLY}; it matches without white space at line ends"));
}

#[test]
fn line_ends() {
    let told = told_after(&letter(), "Hi Bob,\r\n\r\nthe", "Hi Bob,\n\nthe");
    assert_eq!(told, format!("{BODY_ONLY}; it matches with its line ends made CRLF"));
}

#[test]
fn white_space_within_lines() {
    let message = signed(forms(1, 0), HEADER, "Hi Bob,\r\n\r\nat six.\r\n");
    let told = told_after(&message, "at six", "at  six");
    assert_eq!(told, format!("{BODY_ONLY}; it matches in the other canonical form"));
}

#[test]
fn truncated_body() {
    let message = signed(request().coverage(BodyCoverage::WholeWithLength), HEADER, BODY);
    let told = told_after(&message, "the  game is at six. \r\n", "");
    assert_eq!(told, "l=32, but the body has 9 octets");
}

#[test]
fn subject_tag() {
    for (tagged, tag) in
        [("Subject: [club] hello", "[club]"), ("Subject: ***SPAM*** hello", "***SPAM***")]
    {
        let told = told_after(&letter(), "Subject: hello", tagged);
        assert_eq!(told, format!("{HEADER_ONLY}; \"{tag}\" was put into the Subject"));
    }
}

#[test]
fn added_reply_to() {
    let told = told_after(&letter(), "From: Ann", "Reply-To: list@example.org\r\nFrom: Ann");
    assert_eq!(told, format!("{HEADER_ONLY}; a Reply-To field was added"));
}

#[test]
fn second_subject() {
    let told = told_after(&letter(), "From: Ann", "Subject: cheap pills\r\nFrom: Ann");
    assert_eq!(told, format!("{HEADER_ONLY}; a Subject field was added"));
}

#[test]
fn fields_in_another_order() {
    let header = format!("Resent-To: a@example.org\r\nResent-To: b@example.org\r\n{HEADER}");
    let message = signed(request(), &header, BODY);
    let one = "Resent-To: a@example.org\r\nResent-To: b@example.org\r\n";
    let two = "Resent-To: b@example.org\r\nResent-To: a@example.org\r\n";
    let told = told_after(&message, one, two);
    assert_eq!(told, format!("{HEADER_ONLY}; the Resent-To fields were put in another order"));
}

#[test]
fn folded_in_transit() {
    let message = signed(forms(0, 1), HEADER, BODY);
    let told = told_after(&message, "Ann <ann@", "Ann\r\n <ann@");
    assert_eq!(told, format!("{HEADER_ONLY}; long header fields were folded in transit"));
}

#[test]
fn encoded_anew() {
    let header = format!("Content-Transfer-Encoding: 8bit\r\n{HEADER}");
    let message = signed(request(), &header, "Gr\u{fc}\u{df}e\r\n");
    let message = replaced(&message, "8bit", "quoted-printable");
    let message = replaced(&message, "Gr\u{fc}\u{df}e", "Gr=C3=BC=C3=9Fe");
    assert_eq!(
        told_of(&bank(), &message),
        "body and headers were changed after signing; Content-Transfer-Encoding was changed from \
         \"8bit\" to \"quoted-printable\""
    );
}

#[test]
fn changed_and_removed_fields_by_their_copies() {
    let message = signed(request().with_copied_fields(), HEADER, BODY);
    assert!(judge(&bank(), &message)[0].is_pass());
    let message = replaced(&message, "\r\nSubject: hello", "\r\nSubject: hallo");
    let message = replaced(&message, "\r\nDate: Tue, 24 Nov 2026 08:21:40 +0000", "");
    assert_eq!(
        told_of(&bank(), &message),
        format!(
            "{HEADER_ONLY}; Subject was changed from \"hello\" to \"hallo\"; a Date field was removed"
        )
    );
}

#[test]
fn another_key_by_copies_that_agree() {
    let message = signed(request().with_copied_fields(), HEADER, BODY);
    let other = postrider_dkim::KeyRecord::new(key(2).public().clone()).to_string();
    assert_eq!(
        told_of(&zone(&[("m1._domainkey.bank.example", &other)]), &message),
        format!(
            "{HEADER_ONLY}; no signed field was changed, so the selector publishes another key than \
             signed"
        )
    );
}

#[test]
fn a_field_that_none_can_guess_is_not_guessed() {
    assert_eq!(told_after(&letter(), "Subject: hello", "Subject: hallo"), HEADER_ONLY);
}
