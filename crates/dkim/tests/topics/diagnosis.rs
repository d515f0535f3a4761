//! What a verdict says of a body that no longer matches.

use crate::support::*;
use postrider_dkim::{
    Canonicalization, Diagnosis, DiagnosisLevel, Form, Policy, SignRequest, Verifier,
};
use postrider_message::HeaderBlock;

const PLAIN: &str = "Hi Bob,\r\n\r\nthe game is at six.\r\n";

fn simple() -> SignRequest {
    let (header, body) = (Form::Relaxed, Form::Simple);
    request().canonicalization(Canonicalization { header, body })
}

/// The diagnosis of `sent` after it became `got`, and that it does not depend on chunks.
fn diagnosed(
    level: DiagnosisLevel,
    request: SignRequest,
    sent: &str,
    got: &str,
) -> Option<Diagnosis> {
    let mut policy = Policy::default();
    policy.diagnosis = level;
    let message = signed(request, HEADER, sent);
    let (block, _) = HeaderBlock::parse(&message);
    let by = |step: usize| {
        let mut verifier = Verifier::new(&policy, &block, NOW);
        let asked = verifier.questions()[0].clone();
        verifier.key(asked.id, bank().answer(&asked.question));
        got.as_bytes().chunks(step).for_each(|c| verifier.body(c));
        let verdict = verifier.finish().remove(0);
        assert_eq!(verdict.why.code(), "body-changed");
        verdict.diagnosis
    };
    let whole = by(4096);
    for step in 1..6 {
        assert_eq!(by(step), whole, "chunks of {step}");
    }
    whole
}

#[test]
fn line_ends_made_lf_are_found() {
    for got in [PLAIN.replace("\r\n", "\n"), PLAIN.replace("Bob,\r\n", "Bob,\r")] {
        for request in [simple(), request()] {
            let found = diagnosed(DiagnosisLevel::Basic, request, PLAIN, &got);
            assert_eq!(found, Some(Diagnosis::LineEnds));
        }
    }
}

#[test]
fn white_space_added_at_line_ends_is_found() {
    let sent = PLAIN.replace("the ", "the  ");
    let got = sent.replace("Bob,", "Bob, \t");
    let found = diagnosed(DiagnosisLevel::Basic, simple(), &sent, &got);
    assert_eq!(found, Some(Diagnosis::TrailingSpace));
}

#[test]
fn the_other_canonical_form_is_found() {
    let got = PLAIN.replace("the ", "the  ");
    let found = diagnosed(DiagnosisLevel::Basic, simple(), PLAIN, &got);
    assert_eq!(found, Some(Diagnosis::Canonicalization));
}

#[test]
fn a_footer_is_found_with_its_place() {
    let got = format!("{PLAIN}\r\n_____\r\nlist mailing list\r\n");
    for (request, signed) in [(simple(), 32), (request(), 32)] {
        let sent = PLAIN;
        let found = diagnosed(DiagnosisLevel::Deep, request.clone(), sent, &got);
        let appended = 28;
        assert_eq!(found, Some(Diagnosis::Appended { signed, appended }));
        assert_eq!(diagnosed(DiagnosisLevel::Basic, request, sent, &got), None);
    }
}

#[test]
fn other_changes_and_a_silent_policy_find_nothing() {
    let got = PLAIN.replace("six", "ten");
    assert_eq!(diagnosed(DiagnosisLevel::Deep, simple(), PLAIN, &got), None);
    let got = PLAIN.replace("\r\n", "\n");
    assert_eq!(diagnosed(DiagnosisLevel::Off, simple(), PLAIN, &got), None);
}
