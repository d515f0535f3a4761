//! Laws for all messages.

use crate::support::*;
use postrider_dkim::canon::body::BodyCanon;
use postrider_dkim::{
    Auid, BodyCoverage, Canonicalization, DkimResult, Form, HeaderSelection, Policy, SignRequest,
    Signature, Verifier,
};
use postrider_message::HeaderBlock;
use proptest::prelude::*;
use std::time::Duration;

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![Just(Form::Simple), Just(Form::Relaxed)]
}

fn requests() -> impl Strategy<Value = SignRequest> {
    let coverage = prop_oneof![Just(BodyCoverage::Whole), Just(BodyCoverage::WholeWithLength)];
    (form(), form(), coverage, any::<[bool; 5]>(), 40..200_usize).prop_map(
        |(header, body, coverage, set, width)| {
            let mut r = request().canonicalization(Canonicalization { header, body });
            r = r.coverage(coverage).width(width);
            if set[0] {
                r = r.identity(Auid::new("ann", domain("a.bank.example")));
            }
            if set[1] {
                r = r.expires_after(Duration::from_secs(9));
            }
            if set[2] {
                r = r.without_timestamp();
            }
            if set[3] {
                let names = ["subject", "FROM", "from", "x-none"];
                r = r.headers(HeaderSelection::exactly(names).unwrap());
            }
            if set[4] {
                r = r.with_copied_fields();
            }
            r
        },
    )
}

/// Bodies with all that is odd.
fn bodies() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\r\n".to_vec()),
        Just(b" \t".to_vec()),
        Just(b"word".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|p| p.concat())
}

fn sign(request: SignRequest, body: &[u8]) -> Vec<u8> {
    let (block, _) = HeaderBlock::parse(HEADER.as_bytes());
    let mut signer = postrider_dkim::Signer::new(vec![request], &block, NOW).unwrap();
    signer.body(body);
    [signer.finish().unwrap().concat(), HEADER.into(), body.to_vec()].concat()
}

/// All that the first signature covers: canonical header and canonical body.
fn covered(message: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (block, _) = HeaderBlock::parse(message);
    let field = block.fields().next()?;
    let form = Signature::parse(field.raw_value).ok()?.canonicalization.body;
    let octets = Verifier::new(&Policy::default(), &block, NOW).signed_octets(0)?.to_vec();
    let mut body = Vec::new();
    let mut canon = BodyCanon::new(form);
    canon.update(&message[block.body_offset()..], |o| body.extend_from_slice(o));
    canon.finish(|o| body.extend_from_slice(o));
    Some((octets, body))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_signed_verifies(request in requests(), body in bodies()) {
        let verdict = judge(&bank(), &sign(request, &body)).remove(0);
        prop_assert_eq!(verdict.result, DkimResult::Pass, "{}", verdict);
    }

    #[test]
    fn any_split_and_any_order_give_the_same_verdicts(
        body in bodies(),
        step in 1..9_usize,
        before in any::<bool>(),
        flip in any::<bool>(),
    ) {
        let mut message = sign(request(), &body);
        if flip {
            message.extend_from_slice(b"footer");
        }
        let (block, _) = HeaderBlock::parse(&message);
        let mut verifier = Verifier::new(&Policy::default(), &block, NOW);
        let asked = verifier.questions()[0].clone();
        let answer = bank().answer(&asked.question);
        if before {
            verifier.key(asked.id, answer.clone());
        }
        message[block.body_offset()..].chunks(step).for_each(|c| verifier.body(c));
        verifier.key(asked.id, answer);
        prop_assert_eq!(verifier.finish(), judge(&bank(), &message));
    }

    /// Under simple/simple every octet of the body and of the signed fields counts, but for the
    /// names in `h=`, and white space and base64 padding inside the signature's own value.
    #[test]
    fn a_change_of_one_covered_octet_fails(place in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let names = HeaderSelection::exactly(["From", "To", "Subject", "Date"]).unwrap();
        let forms = Canonicalization { header: Form::Simple, body: Form::Simple };
        let mut message = sign(request().canonicalization(forms).headers(names), BODY.as_bytes());
        let covered = HEADER.len() + BODY.len();
        let start = message.len() - covered;
        let at = start + place.index(covered);
        message[at] ^= 1 << bit;
        let verdicts = judge(&bank(), &message);
        prop_assert!(verdicts.iter().all(|v| !v.is_pass()), "octet {}", at - start);
    }

    /// A change that the canonical octets do not show is neutral, every other one fails.
    #[test]
    fn a_change_fails_or_is_neutral(
        request in requests(),
        body in bodies(),
        place in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let mut message = sign(request, &body);
        let before = covered(&message);
        let covers = HEADER.len() + body.len();
        let at = message.len() - covers + place.index(covers);
        message[at] ^= 1 << bit;
        let after = covered(&message);
        let verdicts = judge(&bank(), &message);
        let passes = verdicts.first().is_some_and(postrider_dkim::Verdict::is_pass);
        if before != after {
            prop_assert!(!passes, "octet {at}");
        } else if verdicts[0].result != DkimResult::Policy {
            // Policy: the change made a further From field.
            prop_assert!(passes, "octet {at}: {}", verdicts[0]);
        }
    }

    #[test]
    fn there_is_one_verdict_per_field_and_explanations_are_one_line(
        values in proptest::collection::vec("[a-z0-9=;:@ ./\u{e4}\\-]{0,60}", 0..6),
        seed in any::<u64>(),
    ) {
        let good = "v=1; a=ed25519-sha256; d=bank.example; s=m1; h=from; bh=x; b=x;";
        let value = |(i, v): (usize, &String)| match (seed >> i) & 1 {
            0 => format!("DKIM-Signature: {v}\r\n"),
            _ => format!("DKIM-Signature: {good} {v}\r\n"),
        };
        let fields: String = values.iter().enumerate().map(value).collect();
        let verdicts = judge(&bank(), format!("{fields}{HEADER}").as_bytes());
        prop_assert_eq!(verdicts.len(), values.len());
        for verdict in verdicts {
            let text = verdict.to_string();
            prop_assert!(text.bytes().all(|b| matches!(b, 0x20..=0x7e)), "{text}");
        }
    }
}
