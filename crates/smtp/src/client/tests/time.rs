//! Timeouts of RFC 5321 §4.5.3.2, in virtual time.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// Waits `minutes` less a millisecond in vain, then the rest.
#[track_caller]
fn times_out(talk: &mut Talk, minutes: u32, at: Stage) {
    let patience = MINUTE * minutes;
    assert_eq!(talk.client.poll_timeout(), Some(talk.now.plus(patience)));
    talk.wait(patience.saturating_sub(Duration::from_millis(1)));
    assert!(!talk.client.is_closed());
    talk.wait(Duration::from_millis(1));
    assert!(talk.events().ends_with(&[Event::Closed(End::TimedOut(at))]));
    assert_eq!(talk.client.poll_timeout(), None);
}

#[test]
fn each_step_has_its_own_patience() {
    times_out(&mut Talk::new(config()), 5, Stage::Greeting);
    for (replies, minutes, at) in [
        ("", 5, Stage::Mail),
        ("250 ok\r\n", 5, Stage::Rcpt(0)),
        ("250 ok\r\n250 ok\r\n", 2, Stage::Data),
        ("250 ok\r\n250 ok\r\n354 go\r\n", 3, Stage::Body),
    ] {
        let mut talk = Talk::ready(config(), &["PIPELINING"]);
        talk.submit(&["b@mx.example"]);
        if !replies.is_empty() {
            // The time counts from the last reply.
            talk.wait(MINUTE);
        }
        talk.hear(replies);
        times_out(&mut talk, minutes, at);
    }
}

#[test]
fn the_end_of_a_message_has_ten_minutes() {
    let mut talk = Talk::ready(config(), &["PIPELINING"]);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n250 ok\r\n354 go\r\n");
    talk.client.body_end(talk.now).unwrap();
    times_out(&mut talk, 10, Stage::End);
}

#[test]
fn each_block_has_its_time_anew() {
    let mut talk = Talk::ready(config(), &["PIPELINING"]);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n250 ok\r\n354 go\r\n");
    for _ in 0..10 {
        talk.wait(MINUTE * 2);
        talk.client.body(talk.now, Bytes::from_static(b"block\r\n")).unwrap();
    }
    times_out(&mut talk, 3, Stage::Body);
}

#[test]
fn an_idle_connection_has_two_hours_in_all() {
    times_out(&mut Talk::ready(config(), &[]), 120, Stage::Idle);
}

#[test]
fn a_call_too_early_does_nothing() {
    let mut talk = Talk::ready(config(), &[]);
    talk.client.handle_timeout(talk.now);
    assert_eq!((talk.events(), talk.client.is_closed()), (vec![], false));
}
