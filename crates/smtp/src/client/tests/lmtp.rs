//! LMTP (RFC 2033).

use super::*;

fn lmtp() -> Config {
    Config { dialect: Dialect::Lmtp, ..config() }
}

fn ready(keywords: &[&str]) -> Talk {
    let mut talk = Talk::new(lmtp());
    talk.hear("220 store.example LMTP\r\n");
    assert_eq!(talk.sent(), "LHLO client.example\r\n");
    talk.hear(&ehlo(keywords));
    talk.events();
    talk
}

/// Three recipients, of which the second is refused, and the message sent.
fn sent(keywords: &[&str]) -> Talk {
    let mut talk = ready(keywords);
    talk.submit(&["a@x.example", "b@x.example", "c@x.example"]);
    let data = talk.sent().ends_with("DATA\r\n");
    talk.hear("250 ok\r\n250 ok\r\n550 5.1.1 no\r\n250 ok\r\n");
    if data {
        talk.hear("354 go\r\n");
    }
    assert_eq!(talk.events().last(), Some(&Event::WantBody));
    talk.client.body(talk.now, Bytes::from_static(b"x\r\n")).unwrap();
    talk.client.body_end(talk.now).unwrap();
    talk.sent();
    talk
}

fn delivered(event: &Event) -> Option<(usize, u16)> {
    if let Event::Delivered { index, reply } = event {
        return Some((*index, reply.code().get()));
    }
    None
}

#[test]
fn each_accepted_recipient_has_its_own_result() {
    for keywords in [&["PIPELINING"][..], &["PIPELINING", "CHUNKING"]] {
        let mut talk = sent(keywords);
        talk.hear("452 4.2.2 full\r\n");
        let events = talk.events();
        assert_eq!(events.iter().filter_map(delivered).collect::<Vec<_>>(), [(0, 452)]);
        assert_eq!(talk.client.stage(), Stage::Delivery(2));
        talk.hear("250 2.0.0 kept\r\n");
        let events = talk.events();
        assert_eq!(events.iter().filter_map(delivered).collect::<Vec<_>>(), [(2, 250)]);
        assert!(matches!(events.last(), Some(Event::Done(reply)) if reply.is_done()));
        assert_eq!(talk.client.quit(talk.now), Ok(()));
    }
}

#[test]
fn a_message_that_nobody_got_has_failed() {
    let mut talk = sent(&["PIPELINING"]);
    talk.hear("452 4.2.2 full\r\n552 5.2.2 full\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.usable), (Stage::Delivery(2), true));
}

#[test]
fn a_reply_too_many_is_out_of_step() {
    let mut talk = sent(&["PIPELINING"]);
    talk.hear("250 kept\r\n250 kept\r\n250 kept\r\n");
    assert!(matches!(talk.client.ended(), Some(End::OutOfStep { .. })));
}

#[test]
fn lmtp_falls_back_to_nothing() {
    let mut talk = Talk::new(lmtp());
    talk.hear("220 store.example\r\n");
    talk.sent();
    talk.hear("500 what\r\n");
    assert_eq!(talk.sent(), "");
    assert!(talk.client.is_closed());
}

#[test]
fn data_without_recipients_must_fail() {
    let mut talk = ready(&["PIPELINING"]);
    talk.submit(&["a@x.example"]);
    talk.hear("250 ok\r\n550 no\r\n354 go\r\n");
    assert!(matches!(talk.client.ended(), Some(End::OutOfStep { .. })));
}
