//! What a message needs is said or refused, and never dropped.

use super::*;
use crate::value::{
    BodyType, ByMode, DeliverBy, EnvelopeId, Hold, Notify, Occasion, OriginalRecipient,
    PeerIdentity, Priority, RcptParams, Ret,
};

type Need = fn(&mut Transaction);

fn notify(transaction: &mut Transaction) {
    let params = RcptParams {
        notify: Some(Notify::on(&[Occasion::Success, Occasion::Failure])),
        orcpt: Some(OriginalRecipient::new("rfc822", "b+x@mx.example").unwrap()),
    };
    transaction.rcpt_params = vec![RcptParams::default(), params];
}

/// Needs, what the server must offer, what is said then, and how the sender hears of it otherwise.
const NEEDS: [(Need, &str, &str, Unmet, &str); 10] = [
    (|t| t.smtputf8 = true, "SMTPUTF8", " SMTPUTF8\r\n", Unmet::SmtpUtf8, "5.6.7"),
    (
        |t| t.body = BodyType::EightBitMime,
        "8BITMIME",
        " BODY=8BITMIME\r\n",
        Unmet::EightBitMime,
        "5.6.3",
    ),
    (|t| t.ret = Some(Ret::Headers), "DSN", " RET=HDRS\r\n", Unmet::Dsn, "5.3.3"),
    (
        |t| t.envid = Some(EnvelopeId::new("q+1").unwrap()),
        "DSN",
        " ENVID=q+2B1\r\n",
        Unmet::Dsn,
        "5.3.3",
    ),
    (
        notify,
        "DSN",
        "RCPT TO:<c@mx.example> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;b+2Bx@mx.example\r\n",
        Unmet::Dsn,
        "5.3.3",
    ),
    (|t| t.requiretls = true, "REQUIRETLS", " REQUIRETLS\r\n", Unmet::RequireTls, "5.7.30"),
    (
        |t| t.priority = Priority::new(-3),
        "MT-PRIORITY MIXER",
        " MT-PRIORITY=-3\r\n",
        Unmet::MtPriority,
        "5.3.3",
    ),
    (
        |t| t.by = DeliverBy::new(120, ByMode::Return),
        "DELIVERBY 120",
        " BY=120;R\r\n",
        Unmet::DeliverBy,
        "5.3.3",
    ),
    (
        |t| t.hold = Some(Hold::For(60)),
        "FUTURERELEASE 60 2030-01-01T00:00:00Z",
        " HOLDFOR=60\r\n",
        Unmet::FutureRelease,
        "5.3.3",
    ),
    (|t| t.size = Some(7), "LIMITS RCPTMAX=1", "", Unmet::Recipients { count: 2, max: 1 }, "4.5.3"),
];

fn verified(keywords: &[&str]) -> Talk {
    let mut talk = Talk::new(config());
    let info = TlsInfo { peer: PeerIdentity::Verified, ..tls_info() };
    talk.client.tls_established(talk.now, info).unwrap();
    talk.hear("220 mx.example\r\n");
    talk.hear(&ehlo(keywords));
    talk.sent();
    talk.events();
    talk
}

fn needing(need: Need) -> Transaction {
    let mut needs = transaction(&["b@mx.example", "c@mx.example"]);
    need(&mut needs);
    needs
}

#[test]
fn a_need_that_is_offered_is_said() {
    for (need, keyword, said, ..) in NEEDS.into_iter().filter(|n| !n.2.is_empty()) {
        let mut talk = verified(&["PIPELINING", keyword]);
        talk.submit_as(needing(need));
        let sent = talk.sent();
        assert!(sent.contains(said), "{said}: {sent}");
    }
}

#[test]
fn a_need_that_is_not_offered_fails_before_mail() {
    for (need, keyword, said, unmet, code) in NEEDS {
        let offers = if said.is_empty() { keyword } else { "PIPELINING" };
        let mut talk = verified(&[offers]);
        talk.submit_as(needing(need));
        assert_eq!(talk.sent(), "");
        let failed = talk.failed();
        assert_eq!((failed.at, failed.usable), (Stage::Mail, true));
        assert_eq!(failed.cause, Cause::Unmet(unmet));
        assert_eq!(unmet.enhanced().unwrap().to_string(), code);
    }
}

#[test]
fn requiretls_needs_a_verified_server() {
    let mut talk = Talk::new(config());
    talk.client.tls_established(talk.now, tls_info()).unwrap();
    talk.hear("220 mx.example\r\n");
    talk.hear(&ehlo(&["REQUIRETLS"]));
    talk.events();
    talk.submit_as(needing(|t| t.requiretls = true));
    assert_eq!(talk.failed().cause, Cause::Unmet(Unmet::RequireTls));
}

#[test]
fn times_are_compared_with_what_is_announced() {
    let late: [(&str, Need); 2] = [
        ("DELIVERBY 121", |t| t.by = DeliverBy::new(120, ByMode::Return)),
        ("FUTURERELEASE 59 2030-01-01T00:00:00Z", |t| t.hold = Some(Hold::For(60))),
    ];
    for (keyword, need) in late {
        let mut talk = verified(&[keyword]);
        talk.submit_as(needing(need));
        assert!(matches!(talk.failed().cause, Cause::Unmet(_)), "{keyword}");
    }
    let mut talk = verified(&["DELIVERBY 121"]);
    talk.submit_as(needing(|t| t.by = DeliverBy::new(120, ByMode::Notify)));
    assert!(talk.sent().contains(" BY=120;N\r\n"));
}

#[test]
fn no_more_messages_than_mailmax() {
    let mut talk = Talk::ready(config(), &["PIPELINING", "LIMITS MAILMAX=2"]);
    for (left, replies) in [(1, ""), (0, "250 reset\r\n")] {
        talk.submit(&["b@mx.example"]);
        assert_eq!(talk.client.messages_left(), Some(left));
        talk.hear(&format!("{replies}250 ok\r\n550 no\r\n554 no\r\n"));
        assert!(talk.failed().usable);
    }
    let over = talk.client.submit(talk.now, transaction(&["b@mx.example"]));
    assert_eq!(over, Err(NotReady::MailLimit { max: 2 }));
}
