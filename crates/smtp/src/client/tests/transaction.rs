//! MAIL, RCPT, DATA and the message.

use super::*;
use proptest::prelude::*;

const PIPELINING: &[&str] = &["PIPELINING", "ENHANCEDSTATUSCODES"];

#[test]
fn pipelined_commands_leave_together() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example", "c@mx.example"]);
    assert_eq!(
        talk.sent(),
        "MAIL FROM:<a@client.example>\r\nRCPT TO:<b@mx.example>\r\n\
         RCPT TO:<c@mx.example>\r\nDATA\r\n"
    );
    talk.hear("250 2.1.0 ok\r\n250 2.1.5 ok\r\n550 5.1.1 no\r\n354 go\r\n");
    let events = talk.events();
    let [Event::Rcpt { index: 0, .. }, Event::Rcpt { index: 1, reply }, Event::WantBody] =
        &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!(reply.to_string(), "550 5.1.1 no");
    talk.client.body(talk.now, Bytes::from_static(b"a\r\n.b")).unwrap();
    talk.client.body_end(talk.now).unwrap();
    assert_eq!(talk.sent(), "a\r\n..b\r\n.\r\n");
    talk.hear("250 2.0.0 queued\r\n");
    assert!(matches!(&talk.events()[..], [Event::Done(r)] if r.is_done()));
}

#[test]
fn without_pipelining_each_reply_is_awaited() {
    let mut talk = Talk::ready(config(), &[]);
    talk.submit(&["b@mx.example"]);
    assert_eq!(talk.sent(), "MAIL FROM:<a@client.example>\r\n");
    talk.hear("250 ok\r\n");
    assert_eq!(talk.sent(), "RCPT TO:<b@mx.example>\r\n");
    talk.hear("250 ok\r\n");
    assert_eq!(talk.sent(), "DATA\r\n");
}

#[test]
fn without_pipelining_data_is_not_sent_for_nobody() {
    let mut talk = Talk::ready(config(), &[]);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n");
    talk.sent();
    talk.hear("550 no\r\n");
    let events = talk.events();
    assert!(
        matches!(&events[..], [Event::Rcpt { .. }, Event::Failed(f)] if f.cause == Cause::NoRecipients && f.usable)
    );
    assert_eq!(talk.sent(), "");
}

#[test]
fn commands_in_flight_are_bounded() {
    let to: Vec<String> = (0..100).map(|n| format!("user{n}@mx.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let mut talk = Talk::ready(Config { in_flight: 200, ..config() }, PIPELINING);
    talk.submit(&to);
    let mut commands = 0;
    loop {
        let sent = talk.sent();
        assert!(sent.len() <= 200);
        commands += sent.lines().count();
        if sent.ends_with("DATA\r\n") {
            break;
        }
        talk.hear(&"250 ok\r\n".repeat(sent.lines().count()));
    }
    assert_eq!(commands, 102);
}

#[test]
fn a_354_without_a_valid_recipient_gets_a_lone_dot() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.sent();
    talk.hear("250 ok\r\n550 no\r\n354 go\r\n");
    assert_eq!(talk.sent(), ".\r\n");
    assert!(matches!(&talk.events()[..], [Event::Rcpt { .. }]));
    talk.hear("554 no valid recipients\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.cause, failed.usable), (Stage::Data, Cause::NoRecipients, true));
    // In step: the next command gets its own reply.
    talk.client.reset(talk.now).unwrap();
    assert_eq!(talk.sent(), "RSET\r\n");
    talk.hear("250 ok\r\n");
    assert_eq!(talk.events(), [Event::Reset]);
}

#[test]
fn a_354_after_a_refused_mail_gets_a_lone_dot() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.sent();
    talk.hear("550 5.7.1 not you\r\n503 5.5.1 mail first\r\n354 go\r\n");
    assert_eq!(talk.sent(), ".\r\n");
    talk.hear("250 ok\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.usable), (Stage::Mail, true));
    assert_eq!(failed.reply().unwrap().to_string(), "550 5.7.1 not you");
}

#[test]
fn a_refused_mail_is_the_reason_and_not_what_follows() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.sent();
    talk.hear("450 4.7.1 later\r\n503 5.5.1 mail first\r\n503 5.5.1 rcpt first\r\n");
    let events = talk.events();
    assert!(
        matches!(&events[..], [Event::Failed(f)] if f.at == Stage::Mail && f.usable),
        "{events:?}"
    );
}

#[test]
fn a_refused_data_fails_the_message() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n250 ok\r\n451 later\r\n");
    assert_eq!(talk.failed().at, Stage::Data);
}

#[test]
fn a_refusal_at_the_end_leaves_the_connection_usable() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n250 ok\r\n354 go\r\n");
    talk.client.body_end(talk.now).unwrap();
    talk.hear("552 5.3.4 too big\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.usable), (Stage::End, true));
    talk.sent();
    talk.submit(&["b@mx.example"]);
    assert!(talk.sent().starts_with("RSET\r\nMAIL FROM:"));
}

#[test]
fn rset_goes_before_every_transaction_but_the_first() {
    let mut talk = Talk::ready(config(), &[]);
    talk.submit(&["b@mx.example"]);
    talk.hear("550 no\r\n");
    talk.sent();
    talk.events();
    talk.submit(&["b@mx.example"]);
    assert_eq!(talk.sent(), "RSET\r\n");
    talk.hear("250 ok\r\n");
    assert_eq!(talk.sent(), "MAIL FROM:<a@client.example>\r\n");
}

#[test]
fn replies_are_given_to_their_commands_in_order() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example", "c@mx.example", "d@mx.example"]);
    talk.hear("250 m\r\n250 b\r\n250 c\r\n250 d\r\n");
    let log = talk.client.take_log();
    let mut stages = Vec::new();
    for entry in log {
        if let Said::Server { to, .. } = entry.said {
            stages.push(to.to_string());
        }
    }
    assert_eq!(stages, ["greeting", "EHLO", "MAIL", "RCPT 0", "RCPT 1", "RCPT 2"]);
}

#[test]
fn a_421_answers_what_is_in_flight_and_ends() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example", "c@mx.example"]);
    talk.hear("250 ok\r\n421 4.3.2 going down\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.usable), (Stage::Rcpt(0), false));
    assert!(talk.client.is_closed());
}

#[test]
fn an_unsolicited_421_ends_without_a_failure() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.hear("421 4.3.2 going down\r\n");
    assert!(matches!(&talk.events()[..], [Event::Closed(End::ServerClosing(_))]));
}

#[test]
fn a_reply_to_nothing_is_out_of_step() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.hear("250 ok\r\n");
    assert!(matches!(&talk.events()[..], [Event::Closed(End::OutOfStep { at: None, .. })]));
}

#[test]
fn a_reply_of_a_class_the_command_cannot_have_is_out_of_step() {
    for replies in [
        "354 go\r\n",
        "250 ok\r\n354 go\r\n",
        "250 ok\r\n250 ok\r\n250 ok\r\n",
        "250 ok\r\n250 ok\r\n334 go\r\n",
    ] {
        let mut talk = Talk::ready(config(), PIPELINING);
        talk.submit(&["b@mx.example"]);
        talk.hear(replies);
        assert!(matches!(talk.failed().cause, Cause::Ended(End::OutOfStep { .. })), "{replies}");
    }
}

#[test]
fn a_reply_within_the_message_ends() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n250 ok\r\n354 go\r\n");
    talk.hear("452 4.3.1 disk full\r\n");
    let failed = talk.failed();
    assert_eq!((failed.at, failed.usable), (Stage::Body, false));
    let refused = talk.client.body(talk.now, Bytes::from_static(b"more"));
    assert_eq!(refused, Err(NotReady::NoBodyWanted));
}

#[test]
fn bare_line_ends_are_not_sent() {
    let mut talk = Talk::ready(config(), PIPELINING);
    talk.submit(&["b@mx.example"]);
    talk.hear("250 ok\r\n250 ok\r\n354 go\r\n");
    talk.sent();
    let refused = talk.client.body(talk.now, Bytes::from_static(b"a\n.\nMAIL FROM:<>\r\n"));
    assert!(matches!(refused, Err(NotReady::Content(bare)) if bare.at == 1));
    assert_eq!(talk.sent(), "");
    assert!(matches!(talk.failed().cause, Cause::Ended(End::Content(_))));
    assert!(talk.client.is_closed());
}

#[test]
fn unmet_needs_fail_before_mail() {
    let big = Transaction { size: Some(1001), ..transaction(&["b@mx.example"]) };
    let eight = Transaction {
        body: crate::value::BodyType::EightBitMime,
        ..transaction(&["b@mx.example"])
    };
    let content = Transaction { smtputf8: true, ..transaction(&["b@mx.example"]) };
    for (need, unmet, code) in [
        (big, Unmet::Size { size: 1001, max: 1000 }, "5.3.4"),
        (eight, Unmet::EightBitMime, "5.6.3"),
        (content, Unmet::SmtpUtf8, "5.6.7"),
        (transaction(&["grüße@mx.example"]), Unmet::SmtpUtf8, "5.6.7"),
    ] {
        let mut talk = Talk::ready(config(), &["SIZE 1000"]);
        talk.submit_as(need);
        let failed = talk.failed();
        assert_eq!((failed.at, failed.usable), (Stage::Mail, true));
        assert_eq!(failed.cause, Cause::Unmet(unmet));
        assert_eq!(unmet.enhanced().unwrap().to_string(), code);
        assert_eq!(talk.sent(), "");
    }
}

#[test]
fn met_needs_are_parameters() {
    let mut talk = Talk::ready(config(), &["SIZE 1000", "8BITMIME", "SMTPUTF8"]);
    talk.submit_as(Transaction {
        size: Some(1000),
        body: crate::value::BodyType::EightBitMime,
        ..transaction(&["grüße@mx.example"])
    });
    assert_eq!(talk.sent(), "MAIL FROM:<a@client.example> SIZE=1000 BODY=8BITMIME SMTPUTF8\r\n");
}

#[test]
fn a_transaction_wants_recipients_and_an_idle_connection() {
    let mut talk = Talk::ready(config(), &[]);
    assert_eq!(talk.client.submit(talk.now, transaction(&[])), Err(NotReady::NoRecipients));
    talk.submit(&["b@mx.example"]);
    let twice = talk.client.submit(talk.now, transaction(&["b@mx.example"]));
    assert_eq!(twice, Err(NotReady::Busy));
}

#[test]
fn a_lost_connection_names_the_step() {
    for (replies, at) in [
        ("", Stage::Mail),
        ("250 ok\r\n", Stage::Rcpt(0)),
        ("250 ok\r\n250 ok\r\n", Stage::Data),
        ("250 ok\r\n250 ok\r\n354 go\r\n", Stage::Body),
    ] {
        let mut talk = Talk::ready(config(), PIPELINING);
        talk.submit(&["b@mx.example"]);
        talk.hear(replies);
        talk.client.handle_eof(talk.now);
        assert_eq!(talk.failed().at, at);
    }
}

proptest! {
    #[test]
    fn whatever_the_server_says_every_line_has_one_crlf(
        replies in proptest::collection::vec("(220|250|354|421|550|334) ?[a-z]{0,5}\r\n", 0..12),
        local in "[ -~é]{1,20}",
    ) {
        let mailbox = postrider_core::Mailbox::new(
            postrider_core::LocalPart::new(&local).unwrap(),
            postrider_core::DomainName::parse("mx.example").unwrap(),
        );
        let mut talk = Talk::ready(config(), &["PIPELINING", "SMTPUTF8"]);
        talk.submit_as(Transaction::new(ReversePath::Null, vec![mailbox.unwrap().into()]));
        for reply in replies {
            talk.hear(&reply);
        }
        let sent = talk.sent();
        for line in sent.split_inclusive('\n') {
            prop_assert!(line.ends_with("\r\n"));
            prop_assert_eq!(line.matches(['\r', '\n']).count(), 2);
        }
    }

    #[test]
    fn any_split_of_the_replies_gives_the_same_events(
        replies in proptest::collection::vec("(250|354|421|550)(-a\r\n250)? [a-z]{0,5}\r\n", 0..8),
        at in any::<prop::sample::Index>(),
    ) {
        let wire = replies.concat();
        let run = |parts: &[&str]| {
            let mut talk = Talk::ready(config(), PIPELINING);
            talk.submit(&["b@mx.example", "c@mx.example"]);
            parts.iter().for_each(|part| talk.hear(part));
            (talk.events(), talk.client.take_log().len())
        };
        let (a, b) = wire.split_at(at.index(wire.len() + 1));
        prop_assert_eq!(run(&[a, b]), run(&[&wire]));
    }
}
