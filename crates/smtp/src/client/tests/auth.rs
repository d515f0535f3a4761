//! AUTH.

use super::*;

fn under_tls(keywords: &[&str]) -> Talk {
    let mut talk = Talk::new(config());
    talk.client.tls_established(talk.now, tls_info()).unwrap();
    talk.hear("220 mx.example\r\n");
    talk.hear(&ehlo(keywords));
    talk.sent();
    talk.events();
    talk
}

#[test]
fn credentials_do_not_leave_in_clear() {
    let mut talk = Talk::ready(config(), &["AUTH PLAIN"]);
    assert_eq!(
        talk.client.authenticate(talk.now, credentials(), &nonce()),
        Err(NotReady::NeedsTls)
    );
    assert_eq!(talk.sent(), "");
    let clear = Config { clear_auth: ClearAuth::Allow, ..config() };
    let mut talk = Talk::ready(clear, &["AUTH PLAIN"]);
    assert_eq!(talk.client.authenticate(talk.now, credentials(), &nonce()), Ok(()));
}

#[test]
fn plain_goes_with_the_command() {
    let mut talk = under_tls(&["AUTH LOGIN PLAIN"]);
    talk.client.authenticate(talk.now, credentials(), &nonce()).unwrap();
    assert_eq!(talk.sent(), "AUTH PLAIN AHRvbQBodW50ZXIy\r\n");
    talk.hear("235 2.7.0 ok\r\n");
    assert!(matches!(&talk.events()[..], [Event::Authenticated(_)]));
}

#[test]
fn plain_waits_for_a_challenge_when_the_line_would_be_too_long() {
    let mut talk = under_tls(&["AUTH PLAIN"]);
    let long = Credentials::new(SafeText::from_static("tom"), Secret::new("x".repeat(400)));
    talk.client.authenticate(talk.now, long, &nonce()).unwrap();
    assert_eq!(talk.sent(), "AUTH PLAIN\r\n");
    talk.hear("334 \r\n");
    assert!(talk.sent().len() > 512);
}

#[test]
fn login_answers_both_challenges() {
    let mut talk = under_tls(&["AUTH LOGIN"]);
    talk.client.authenticate(talk.now, credentials(), &nonce()).unwrap();
    assert_eq!(talk.sent(), "AUTH LOGIN\r\n");
    talk.hear("334 VXNlcm5hbWU6\r\n");
    assert_eq!(talk.sent(), "dG9t\r\n");
    talk.hear("334 UGFzc3dvcmQ6\r\n");
    assert_eq!(talk.sent(), "aHVudGVyMg==\r\n");
    talk.hear("535 5.7.8 no\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.usable), (Stage::Auth, true));
    assert_eq!(talk.client.quit(talk.now), Ok(()));
}

#[test]
fn scram_is_preferred_and_its_server_must_prove_itself() {
    let mut talk = under_tls(&["AUTH PLAIN SCRAM-SHA-256"]);
    talk.client.authenticate(talk.now, credentials(), &nonce()).unwrap();
    // n,,n=tom,r=AAAAAAAAAAAAAAAAAAAAAAAA
    assert_eq!(
        talk.sent(),
        "AUTH SCRAM-SHA-256 biwsbj10b20scj1BQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=\r\n"
    );
    talk.hear("235 2.7.0 whoever you are\r\n");
    assert!(matches!(talk.failed().cause, Cause::Ended(End::Unproven(_))));
    assert!(talk.client.is_closed());
}

#[test]
fn a_bad_challenge_is_cancelled_with_a_star() {
    for challenge in ["334 !!\r\n", "334 AAAA\r\n"] {
        let mut talk = under_tls(&["AUTH PLAIN"]);
        talk.client.authenticate(talk.now, credentials(), &nonce()).unwrap();
        talk.sent();
        talk.hear(challenge);
        assert_eq!(talk.sent(), "*\r\n");
        talk.hear("501 5.7.0 cancelled\r\n");
        assert!(matches!(talk.failed().cause, Cause::Sasl(_)));
        assert_eq!(talk.client.quit(talk.now), Ok(()));
    }
}

#[test]
fn the_log_holds_no_credentials() {
    let mut talk = under_tls(&["AUTH LOGIN"]);
    talk.client.authenticate(talk.now, credentials(), &nonce()).unwrap();
    talk.hear("334 VXNlcm5hbWU6\r\n334 UGFzc3dvcmQ6\r\n235 ok\r\n");
    let log: Vec<_> = talk.client.take_log().iter().map(|e| e.said.to_string()).collect();
    assert!(log.contains(&"C: AUTH LOGIN".to_owned()), "{log:?}");
    assert!(!log.concat().contains("aHVudGVyMg") && !log.concat().contains("dG9t"), "{log:?}");
}
