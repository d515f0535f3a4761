//! BDAT (RFC 3030).

use super::*;
use crate::value::BodyType;

const OFFERS: [&str; 3] = ["PIPELINING", "CHUNKING", "BINARYMIME"];

fn begun(to: &[&str]) -> Talk {
    let mut talk = Talk::ready(config(), &OFFERS);
    talk.submit(to);
    talk.sent();
    for _ in 0..=to.len() {
        talk.hear("250 ok\r\n");
    }
    assert_eq!(talk.events().last(), Some(&Event::WantBody));
    talk
}

fn body(talk: &mut Talk, octets: impl Into<Bytes>) -> Result<(), NotReady> {
    talk.client.body(talk.now, octets.into())
}

#[test]
fn a_message_is_one_chunk_without_another_round_trip() {
    let mut talk = begun(&["b@mx.example", "c@mx.example"]);
    body(&mut talk, "Subject: x\r\n").unwrap();
    body(&mut talk, "\r\n.dot\r\n").unwrap();
    assert_eq!(talk.sent(), "");
    talk.client.body_end(talk.now).unwrap();
    assert_eq!(talk.sent(), "BDAT 20 LAST\r\nSubject: x\r\n\r\n.dot\r\n");
    talk.hear("250 2.0.0 kept\r\n");
    assert!(matches!(&talk.events()[..], [Event::Done(_)]));
}

#[test]
fn data_is_used_where_chunks_are_not_offered_pipelined_or_wanted() {
    let never = Config { chunking: Chunking::Never, ..config() };
    for (config, offers) in
        [(config(), &OFFERS[..1]), (config(), &OFFERS[1..]), (never, &OFFERS[..])]
    {
        let mut talk = Talk::ready(config, offers);
        talk.submit(&["b@mx.example"]);
        let mut sent = talk.sent();
        for _ in 0..2 {
            talk.hear("250 ok\r\n");
            sent += &talk.sent();
        }
        assert!(sent.ends_with("DATA\r\n"), "{sent}");
    }
}

#[test]
fn large_messages_go_in_chunks_and_each_has_its_reply() {
    let mut talk = begun(&["b@mx.example"]);
    let line = "x".repeat(62) + "\r\n";
    body(&mut talk, line.repeat(1024)).unwrap();
    let sent = talk.sent();
    assert!(sent.starts_with("BDAT 65536\r\nxxx"), "{sent:.40}");
    assert_eq!(talk.client.stage(), Stage::Chunk);
    body(&mut talk, "end\r\n").unwrap();
    talk.client.body_end(talk.now).unwrap();
    assert_eq!(talk.sent(), "BDAT 5 LAST\r\nend\r\n");
    talk.hear("250 65536 octets\r\n");
    assert!(talk.events().is_empty());
    talk.hear("250 kept\r\n");
    assert!(matches!(&talk.events()[..], [Event::Done(_)]));
}

#[test]
fn a_refused_chunk_ends_the_message_and_not_the_session() {
    let chunk = ("x".repeat(62) + "\r\n").repeat(1024);
    // While the message is still being given, and when all of it has been sent.
    for late in [false, true] {
        let mut talk = begun(&["b@mx.example"]);
        body(&mut talk, chunk.clone()).unwrap();
        body(&mut talk, chunk.clone()).unwrap();
        if late {
            talk.client.body_end(talk.now).unwrap();
        }
        talk.sent();
        talk.hear("452 4.3.1 full\r\n");
        assert!(talk.events().is_empty());
        assert_eq!(body(&mut talk, "more\r\n"), Err(NotReady::NoBodyWanted));
        assert!(!talk.client.wants_body());
        talk.hear("503 5.5.1 no\r\n");
        if late {
            talk.hear("503 5.5.1 no\r\n");
        }
        let failed = talk.failed();
        assert_eq!((failed.at, failed.usable), (Stage::Chunk, true));
        assert_eq!(failed.reply().unwrap().code().get(), 452);
        talk.submit(&["b@mx.example"]);
        assert!(talk.sent().starts_with("RSET\r\nMAIL"));
    }
}

#[test]
fn a_message_of_which_a_part_was_refused_is_not_believed_taken() {
    let mut talk = begun(&["b@mx.example"]);
    body(&mut talk, ("x".repeat(62) + "\r\n").repeat(1024)).unwrap();
    talk.client.body_end(talk.now).unwrap();
    talk.hear("554 no\r\n250 kept\r\n");
    assert!(matches!(talk.failed().cause, Cause::Ended(End::OutOfStep { .. })));
}

#[test]
fn chunks_hold_no_bare_line_ends_unless_binary() {
    let mut talk = begun(&["b@mx.example"]);
    assert!(matches!(body(&mut talk, "a\nb"), Err(NotReady::Content(_))));
    assert!(talk.client.is_closed());

    let mut talk = Talk::ready(config(), &OFFERS);
    let mut binary = transaction(&["b@mx.example"]);
    binary.body = BodyType::BinaryMime;
    talk.submit_as(binary);
    assert!(talk.sent().contains(" BODY=BINARYMIME\r\n"));
    talk.hear("250 ok\r\n250 ok\r\n");
    body(&mut talk, "\n\r\0.").unwrap();
    talk.client.body_end(talk.now).unwrap();
    assert_eq!(talk.sent(), "BDAT 4 LAST\r\n\n\r\0.");
}

#[test]
fn nothing_is_sent_for_nobody() {
    let mut talk = Talk::ready(config(), &OFFERS);
    talk.submit(&["b@mx.example"]);
    talk.sent();
    talk.hear("250 ok\r\n550 no\r\n");
    assert_eq!(talk.sent(), "");
    assert_eq!(talk.failed().cause, Cause::NoRecipients);
}
