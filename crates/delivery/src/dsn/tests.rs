use super::*;
use postrider_core::SafeText;

const NOW: UnixTime = UnixTime::from_millis(1_795_508_500_150);
const MESSAGE: &[u8] = b"Subject: hello\r\nFrom: alice@example.org\r\n\r\nbody\r\n";

fn sent() -> Envelope {
    let from = ReversePath::parse(b"<alice@example.org>").unwrap();
    let mut env = Envelope::new(IncomingKind::Submission, from, NOW);
    env.envid = Some(SafeText::from_static("Q1"));
    let mut rcpt = Rcpt::new(ForwardPath::parse(b"<bob@example.net>").unwrap());
    rcpt.orcpt = Some(SafeText::from_static("rfc822;robert@example.net"));
    env.rcpts.push(rcpt);
    env
}

fn cause() -> Cause {
    let safe = SafeText::from_static;
    let mut cause =
        Cause::of(safe("mx.example.net"), safe("5.1.1"), safe("550 5.1.1 no such user"));
    cause.diagnosis = Some(safe("the address is well-formed and its domain takes mail"));
    cause
}

fn notice(env: &Envelope) -> String {
    let cause = cause();
    let failed = [Failed { rcpt: &env.rcpts[0], cause: &cause }];
    let (to, failed) = addressee(env, &failed).unwrap();
    let author = Author {
        host: "mx.example.org".parse().unwrap(),
        from: Mailbox::parse(b"postmaster@example.org").unwrap(),
    };
    let about =
        About { id: "D21JJQD838RB".parse().unwrap(), envelope: env, octets: MESSAGE, size: 47 };
    let id = "D21JJQD838RC".parse().unwrap();
    String::from_utf8(write(&author, &about, (to, &failed), (id, NOW))).unwrap()
}

#[test]
fn people_read_the_servers_words_the_diagnosis_and_the_id_first() {
    let text = notice(&sent());
    let report = text.find("message/delivery-status").unwrap();
    for words in [
        "  bob@example.net\r\n    The server mx.example.net said:\r\n      550 5.1.1 no such user\r\n",
        "    Seen from here:\r\n      the address is well-formed and its domain takes mail\r\n",
        "id of your message: D21JJQD838RB\r\n",
    ] {
        assert!(text.find(words).is_some_and(|at| at < report), "{words}\n{text}");
    }
}

#[test]
fn machines_read_the_fields_of_rfc_3464() {
    let text = notice(&sent());
    let fields = "Content-Type: message/delivery-status\r\n\r\n\
                  Reporting-MTA: dns; mx.example.org\r\n\
                  Original-Envelope-Id: Q1\r\n\
                  Arrival-Date: Tue, 24 Nov 2026 08:21:40 +0000\r\n\r\n\
                  Original-Recipient: rfc822;robert@example.net\r\n\
                  Final-Recipient: rfc822; bob@example.net\r\n\
                  Action: failed\r\n\
                  Status: 5.1.1\r\n\
                  Remote-MTA: dns; mx.example.net\r\n\
                  Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n";
    assert!(text.contains(fields), "{text}");
    assert!(text.contains("Auto-Submitted: auto-replied\r\n"));
    assert!(text.lines().all(|l| l.len() <= 998));
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
}

#[test]
fn the_header_is_returned_and_the_body_only_on_request() {
    let text = notice(&sent());
    assert!(text.contains("text/rfc822-headers") && text.contains("Subject: hello"));
    assert!(!text.contains("body"));
    let mut env = sent();
    env.ret = Some(Ret::Full);
    let text = notice(&env);
    assert!(text.contains("message/rfc822\r\n") && text.contains("\r\n\r\nbody\r\n"));
    assert!(returns_whole(&env, MAX_RETURNED) && !returns_whole(&env, MAX_RETURNED + 1));
}

#[test]
fn nobody_is_told_who_must_not_be() {
    let cause = cause();
    let tell = |env: &Envelope| {
        let failed = [Failed { rcpt: &env.rcpts[0], cause: &cause }];
        addressee(env, &failed).map(|(to, _)| to.to_string())
    };
    assert_eq!(tell(&sent()), Ok("alice@example.org".to_owned()));
    let mut env = sent();
    env.from = ReversePath::Null;
    assert_eq!(tell(&env), Err(NoNotice::NullSender));
    let mut env = sent();
    env.notices = Notices::Unauthenticated;
    assert_eq!(tell(&env), Err(NoNotice::Unauthenticated));
    let mut env = sent();
    env.rcpts[0].notify = Notify::Never;
    assert_eq!(tell(&env), Err(NoNotice::NotWanted));
    env.rcpts[0].notify = Notify::On { success: true, failure: false, delay: true };
    assert_eq!(tell(&env), Err(NoNotice::NotWanted));
}

#[test]
fn a_notice_has_a_null_sender_and_names_its_parent() {
    let env = sent();
    let about =
        About { id: "D21JJQD838RB".parse().unwrap(), envelope: &env, octets: MESSAGE, size: 47 };
    let notice = envelope(&about, &Mailbox::parse(b"alice@example.org").unwrap(), NOW, b"x");
    assert!(notice.from.is_null());
    assert_eq!((notice.kind, notice.parent), (IncomingKind::Notice, Some(about.id)));
    assert_eq!(notice.body, BodyType::SevenBit);
}

#[test]
fn a_long_header_is_cut_at_a_line() {
    let long = format!("A: b\r\n{}", format!("B: {}\r\n", "x".repeat(995)).repeat(40));
    let cut = header(long.as_bytes());
    assert!(cut.len() <= MAX_HEADER && cut.len() > MAX_HEADER - 1_100);
    assert!(cut.ends_with(b"\r\n"));
    assert_eq!(header(b"A: b\r\n\r\nc"), b"A: b\r\n");
    assert_eq!(header(b"A: b"), b"A: b");
}

#[test]
fn what_is_not_ascii_is_escaped_for_machines() {
    assert_eq!(ascii("grüße"), r"gr\x{FC}\x{DF}e");
    assert!(ascii(&"ü".repeat(2_000)).len() < 998);
}
