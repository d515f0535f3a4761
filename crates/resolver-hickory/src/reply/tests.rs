use super::*;
use hickory_proto::op::{Edns, MessageType, OpCode};
use postrider_resolver::ZoneResolver;

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// A response with the records of zone text in its sections.
fn message(code: ResponseCode, answers: &str, authorities: &str) -> Message {
    let section = |text: &str| {
        let zone = ZoneResolver::parse(text).unwrap();
        let records = zone.records().map(|(n, ttl, r)| wire::to_record(n, ttl, r).unwrap());
        records.collect::<Vec<_>>()
    };
    let mut message = Message::new(1, MessageType::Response, OpCode::Query);
    message.metadata.response_code = code;
    message.metadata.recursion_available = true;
    message.insert_answers(section(answers));
    message.insert_authorities(section(authorities));
    message
}

fn ask_a(message: &Message) -> Result<Reply, LookupError> {
    read(message, &name("a.example"), Kind::A)
}

const SOA: &str = "example. 300 SOA ns.example. root.example. 1 2 3 4 60";

#[test]
fn chain_is_followed_whatever_the_order_of_records() {
    let answers = "c.example. 50 A 192.0.2.1\nb.example. 40 CNAME c.example.\n\
                   a.example. 90 CNAME b.example.\nz.example. 1 A 192.0.2.9";
    let reply = ask_a(&message(ResponseCode::NoError, answers, "")).unwrap();
    let expected = Reply::End {
        aliases: vec![name("a.example"), name("b.example")],
        canonical: name("c.example"),
        content: Content::Records(vec![Record::A([192, 0, 2, 1].into())]),
        ttl: 40,
    };
    assert_eq!(reply, expected);
}

#[test]
fn denial_at_the_end_of_a_chain_is_about_its_end() {
    let alias = "a.example. 90 CNAME b.example.";
    for (code, content) in
        [(ResponseCode::NoError, Content::NoData), (ResponseCode::NXDomain, Content::NxDomain)]
    {
        let expected = Reply::End {
            aliases: vec![name("a.example")],
            canonical: name("b.example"),
            content,
            ttl: 60,
        };
        assert_eq!(ask_a(&message(code, alias, SOA)), Ok(expected));
    }
}

#[test]
fn alias_without_its_end_is_to_be_asked_for() {
    let alias = "a.example. 90 CNAME b.example.";
    let expected =
        Reply::Alias { aliases: vec![name("a.example")], target: name("b.example"), ttl: 90 };
    assert_eq!(ask_a(&message(ResponseCode::NoError, alias, "")), Ok(expected));
}

#[test]
fn alias_loops_end() {
    let answers = "a.example. 90 CNAME b.example.\nb.example. 90 CNAME a.example.";
    let reply = ask_a(&message(ResponseCode::NoError, answers, ""));
    assert_eq!(reply, Err(LookupError::AliasLoop));
}

#[test]
fn denial_without_soa_is_not_to_be_kept() {
    for (code, content) in
        [(ResponseCode::NoError, Content::NoData), (ResponseCode::NXDomain, Content::NxDomain)]
    {
        let expected =
            Reply::End { aliases: vec![], canonical: name("a.example"), content, ttl: 0 };
        assert_eq!(ask_a(&message(code, "", "")), Ok(expected));
    }
}

#[test]
fn referral_is_no_denial() {
    let mut referral = message(ResponseCode::NoError, "", "example. 60 NS ns.example.");
    referral.metadata.recursion_available = false;
    assert!(matches!(ask_a(&referral), Err(LookupError::Other(_))));
    referral.metadata.recursion_available = true;
    assert!(matches!(ask_a(&referral), Ok(Reply::End { .. })));
}

#[test]
fn codes_are_told_apart() {
    let error = |code| ask_a(&message(code, "", SOA)).unwrap_err();
    assert_eq!(error(ResponseCode::ServFail), LookupError::ServFail { bogus: false });
    assert_eq!(error(ResponseCode::Refused), LookupError::Refused);
    assert_eq!(error(ResponseCode::FormErr), LookupError::Malformed);
    assert!(matches!(error(ResponseCode::NotImp), LookupError::Other(_)));
}

#[test]
fn extended_error_says_bogus() {
    for (code, bogus) in [(6, true), (7, true), (12, true), (5, false), (22, false)] {
        let mut message = message(ResponseCode::ServFail, "", "");
        let mut edns = Edns::new();
        let option = EdnsOption::Unknown(EXTENDED_ERROR, vec![0, code, b'x']);
        edns.options_mut().insert(option);
        message.set_edns(edns);
        assert_eq!(ask_a(&message), Err(LookupError::ServFail { bogus }), "{code}");
    }
}
