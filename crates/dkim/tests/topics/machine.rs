//! What machines read: codes and, with the feature `serde`, the whole verdict.

use crate::support::*;

#[test]
fn a_verdict_is_an_object_with_codes() {
    let message = replaced(&letter(), "at six", "at ten");
    let verdict = judge(&bank(), &message).remove(0);
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["result"], "fail");
    assert_eq!(json["why"]["code"], "body-changed");
    assert_eq!(json["domain"], "bank.example");
    assert_eq!(json["identity"], "@bank.example");
    assert_eq!(json["algorithm"], "ed25519-sha256");
    assert_eq!(json["coverage"]["body_octets"], 32);
    assert_eq!(json["body"]["expected"], "AI1wXrlLNBxesX1N5UmbZOpyOyIy8+0+KQ82cJ/scgE=");
    assert_eq!(json["key"]["key_type"], "ed25519");
}
