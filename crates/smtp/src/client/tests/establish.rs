//! Greeting, EHLO, HELO and STARTTLS.

use super::*;

fn required() -> Config {
    Config { tls: TlsPolicy::Required, ..config() }
}

/// A client that has sent STARTTLS.
fn at_starttls(config: Config) -> Talk {
    let mut talk = Talk::new(config);
    talk.hear("220 mx.example\r\n");
    talk.hear(&ehlo(&["STARTTLS", "AUTH PLAIN"]));
    assert_eq!(talk.sent(), "EHLO client.example\r\nSTARTTLS\r\n");
    talk
}

#[test]
fn unknown_keywords_do_not_fail_ehlo() {
    let mut talk = Talk::ready(config(), &["X-UNKNOWN a=b", "8BITMIME"]);
    assert!(talk.client.capabilities().has(&Extension::EightBitMime));
    assert_eq!(talk.sent(), "");
}

#[test]
fn helo_follows_a_permanent_refusal_only() {
    let mut talk = Talk::new(config());
    talk.hear("220 mx.example\r\n502 what\r\n");
    assert_eq!(talk.sent(), "EHLO client.example\r\nHELO client.example\r\n");
    talk.hear("250 mx.example\r\n");
    assert!(talk.events().ends_with(&[Event::Ready]));
    let mut talk = Talk::new(config());
    talk.hear("220 mx.example\r\n450 not now\r\n");
    assert_eq!(talk.failed().at, Stage::Ehlo);
    assert!(talk.client.is_closed());
}

#[test]
fn helo_is_not_tried_when_tls_is_required() {
    let mut talk = Talk::new(required());
    talk.hear("220 mx.example\r\n");
    talk.sent();
    talk.hear("502 what\r\n");
    assert_eq!((talk.sent().as_str(), talk.failed().usable), ("", false));
}

#[test]
fn a_greeting_other_than_220_ends() {
    for greeting in ["521 no mail here\r\n", "554 no\r\n", "421 busy\r\n", "250 hm\r\n"] {
        let mut talk = Talk::new(config());
        talk.hear(greeting);
        let failed = talk.failed();
        assert_eq!((failed.at, failed.usable), (Stage::Greeting, false), "{greeting}");
        assert_eq!(talk.sent(), "");
    }
}

#[test]
fn tls_is_taken_when_offered_and_ehlo_is_said_again() {
    let mut talk = at_starttls(config());
    talk.hear("220 go\r\n");
    assert!(talk.events().ends_with(&[Event::UpgradeTls]));
    assert_eq!(talk.sent(), "");
    talk.client.tls_established(talk.now, tls_info()).unwrap();
    assert_eq!(talk.sent(), "EHLO client.example\r\n");
    talk.hear(&ehlo(&["SIZE"]));
    assert!(talk.events().ends_with(&[Event::Ready]));
    assert_eq!(talk.client.tls(), Some(&tls_info()));
}

#[test]
fn capabilities_of_before_tls_are_forgotten() {
    let mut talk = at_starttls(config());
    talk.hear("220 go\r\n");
    talk.client.tls_established(talk.now, tls_info()).unwrap();
    assert_eq!(talk.client.capabilities(), &Capabilities::default());
    talk.hear(&ehlo(&[]));
    let refused = talk.client.authenticate(talk.now, credentials(), &nonce());
    assert_eq!(refused, Err(NotReady::NoMechanism));
}

#[test]
fn octets_behind_the_220_are_fatal() {
    for (first, then) in
        [("220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n", ""), ("220 go\r\n", "2"), ("220 go\r\n2", "")]
    {
        let mut talk = at_starttls(config());
        talk.hear(first);
        talk.hear(then);
        assert!(talk.events().ends_with(&[Event::Closed(End::InjectedPlaintext)]), "{first}{then}");
        assert_eq!(talk.client.tls_established(talk.now, tls_info()), Err(NotReady::NoTlsAwaited));
        assert_eq!(talk.sent(), "");
    }
}

#[test]
fn required_tls_fails_closed() {
    let refusals =
        ["454 not now\r\n", "502 never\r\n", "250 hm\r\n", "garbage\r\n", "334 go on\r\n"];
    for refusal in refusals {
        let mut talk = at_starttls(required());
        talk.hear(refusal);
        let failed = talk.failed();
        assert_eq!((failed.at, failed.usable), (Stage::StartTls, false), "{refusal}");
        assert_eq!((talk.sent().as_str(), talk.client.is_closed()), ("", true), "{refusal}");
    }
}

#[test]
fn required_tls_fails_closed_without_the_keyword() {
    let mut talk = Talk::new(required());
    talk.hear("220 mx.example\r\n");
    talk.sent();
    talk.hear(&ehlo(&["PIPELINING"]));
    assert_eq!(talk.failed().cause, Cause::Ended(End::TlsNotOffered));
    assert_eq!(talk.sent(), "");
}

#[test]
fn an_end_or_a_failed_handshake_ends_even_opportunistic_tls() {
    for policy in [TlsPolicy::Required, TlsPolicy::Opportunistic] {
        let mut talk = at_starttls(Config { tls: policy, ..config() });
        talk.client.handle_eof(talk.now);
        assert_eq!((talk.failed().at, talk.sent().as_str()), (Stage::StartTls, ""));
        let mut talk = at_starttls(Config { tls: policy, ..config() });
        talk.hear("220 go\r\n");
        talk.client.tls_failed(talk.now, SafeText::from_static("bad certificate"));
        assert_eq!((talk.failed().at, talk.sent().as_str()), (Stage::StartTls, ""));
    }
}

#[test]
fn opportunistic_tls_goes_on_after_a_refusal() {
    let mut talk = at_starttls(config());
    talk.hear("454 not now\r\n");
    let events = talk.events();
    assert!(matches!(&events[..], [.., Event::Failed(f), Event::Ready] if f.usable));
}

#[test]
fn implicit_tls_comes_before_the_greeting() {
    let mut talk = Talk::new(required());
    talk.client.tls_established(talk.now, tls_info()).unwrap();
    talk.hear("220 mx.example\r\n");
    assert_eq!(talk.sent(), "EHLO client.example\r\n");
    // STARTTLS makes no sense under TLS, whatever the server says.
    talk.hear(&ehlo(&["STARTTLS"]));
    assert_eq!(talk.sent(), "");
    assert!(talk.events().ends_with(&[Event::Ready]));
}

#[test]
fn garbage_is_never_a_greeting() {
    let mut talk = Talk::new(config());
    talk.hear("SSH-2.0-OpenSSH\r\n");
    let end = End::Botched(Botched::Code { at: 0 });
    assert!(talk.events().ends_with(&[Event::Closed(end)]));
    talk.hear("220 mx.example\r\n");
    assert_eq!((talk.events(), talk.sent().as_str()), (vec![], ""));
}

#[test]
fn quit_is_answered_before_the_end() {
    let mut talk = Talk::ready(config(), &[]);
    talk.client.quit(talk.now).unwrap();
    assert_eq!(talk.sent(), "QUIT\r\n");
    talk.hear("221 bye\r\n");
    assert_eq!(talk.events(), [Event::Closed(End::Quit)]);
    assert_eq!(talk.client.quit(talk.now), Err(NotReady::Closed));
}
