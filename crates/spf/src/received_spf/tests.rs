use super::*;
use crate::session::{Identity, Sender};
use crate::{Limits, check};
use postrider_core::{DomainName, UnixTime};
use postrider_resolver::{ZoneResolver, block_on};
use proptest::prelude::*;

const ZONE: &str = "bank.example. 300 IN TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n\
                    bad.example. 300 IN TXT \"v=spf1 nonsense\"\n";

fn field(client: &str, sender: &str) -> ReceivedSpf {
    let zone = ZoneResolver::parse(ZONE).unwrap();
    let now = UnixTime::from_secs(0);
    let receiver = DomainName::parse("mx.example.org").unwrap();
    let session = Session::new(
        client.parse().unwrap(),
        b"mail.bank.example",
        Sender::parse(sender.as_bytes()),
        &now,
    )
    .with_receiver(&receiver);
    let limits = Limits::rfc7208();
    let outcome = block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut ())).unwrap();
    ReceivedSpf::new(&outcome, &session)
}

#[test]
fn a_match_names_its_mechanism() {
    assert_eq!(
        field("192.0.2.66", "news@bank.example").to_field(),
        "Received-SPF: pass (192.0.2.66 matches ip4:192.0.2.0/24 of bank.example)\r\n \
         client-ip=192.0.2.66;\r\n \
         envelope-from=\"news@bank.example\";\r\n helo=mail.bank.example;\r\n \
         receiver=mx.example.org;\r\n identity=mailfrom;\r\n \
         mechanism=\"ip4:192.0.2.0/24\"\r\n"
    );
}

#[test]
fn an_error_names_its_problem_and_none_its_default() {
    let bad = field("192.0.2.66", "a@bad.example");
    assert_eq!(
        bad.get("problem").unwrap().as_str(),
        "record of bad.example: unknown mechanism at octet 7"
    );
    assert_eq!(bad.get("mechanism"), None);
    let none = field("192.0.2.66", "a@nowhere.example");
    assert_eq!(none.get("mechanism").unwrap().as_str(), "default");
}

#[test]
fn a_sender_cannot_add_pairs_or_lines() {
    let evil = field("192.0.2.66", "a\"; identity=helo\r\nX: y\\@bank.example");
    let written = evil.to_field();
    assert_eq!(written.matches("\r\n").count(), 7, "{written}");
    assert_eq!(ReceivedSpf::parse(evil.to_string().as_bytes()), Ok(evil));
}

#[test]
fn foreign_forms_are_read() {
    let text = b" Pass (mx.example.org: ok (really))\r\n\tclient-ip=192.0.2.1; \
                 envelope-from=me@example.com; Helo = foo.example.com ;";
    let read = ReceivedSpf::parse(text).unwrap();
    assert_eq!(read.verdict, Verdict::Pass);
    assert_eq!(read.comment.as_ref().unwrap().as_str(), "mx.example.org: ok (really)");
    assert_eq!(read.get("envelope-from").unwrap().as_str(), "me@example.com");
    assert_eq!(read.get("HELO").unwrap().as_str(), "foo.example.com");
}

#[test]
fn faults_have_places() {
    let error = |text: &str| ReceivedSpf::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error("maybe"), ReceivedSpfError { at: 0, expected: "a result of RFC 7208" });
    assert_eq!(error("pass helo"), ReceivedSpfError { at: 9, expected: "=" });
    assert_eq!(error("pass a=b c=d").at, 9);
    assert_eq!(error("pass (").expected, ")");
    assert_eq!(error("pass a=\"b").expected, "\"");
    assert_eq!(error("pass =b").expected, "a key");
}

#[test]
fn comments_nest_to_the_limit() {
    let nested = |n: usize| format!("pass {}x{}", "(".repeat(n), ")".repeat(n));
    assert!(ReceivedSpf::parse(nested(MAX_COMMENT_DEPTH).as_bytes()).is_ok());
    assert!(ReceivedSpf::parse(nested(MAX_COMMENT_DEPTH + 1).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn parse_after_display_is_identity(comment in "\\PC{0,20}", value in "\\PC{0,20}") {
        let safe = |t: String| SafeText::new(t).ok();
        let built = ReceivedSpf {
            verdict: Verdict::Fail,
            comment: safe(comment),
            pairs: safe(value).map(|v| vec![Pair::new("x-y", v.clone()), Pair::new("helo", v)])
                .unwrap_or_default(),
        };
        prop_assert_eq!(ReceivedSpf::parse(built.to_string().as_bytes()), Ok(built));
    }

    #[test]
    fn never_panics_and_reads_its_own_writing(text in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut value = b"pass ".to_vec();
        value.extend(text);
        if let Ok(read) = ReceivedSpf::parse(&value) {
            prop_assert_eq!(ReceivedSpf::parse(read.to_string().as_bytes()), Ok(read));
        }
    }
}
