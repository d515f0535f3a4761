use super::*;
use crate::header::HeaderBlock;
use proptest::prelude::*;

const ESMTPS: Protocol = Protocol { base: BaseProtocol::Esmtp, tls: Tls::On, auth: Auth::None };

fn safe(text: &'static str) -> SafeText {
    SafeText::from_static(text)
}

fn ours(client: Client) -> Received {
    let by = DomainName::parse("mx.example.org").unwrap();
    Received::new(by, ESMTPS, UnixTime::from_secs(1_795_508_500)).from_client(client)
}

#[test]
fn a_field_is_folded_below_78_columns() {
    let client = Client::new(safe("mail.corp.example"), "192.0.2.1".parse().unwrap())
        .named(DomainName::parse("mail.corp.example").unwrap());
    let field = ours(client)
        .with_tls(safe("TLS1.3 TLS13_AES_128_GCM_SHA256"))
        .with_id(&"D21JJQD838RB")
        .for_recipient(ForwardPath::parse(b"<ann@example.org>").unwrap())
        .to_field();
    assert_eq!(
        String::from_utf8(field).unwrap(),
        "Received: from mail.corp.example (mail.corp.example [192.0.2.1]) by\r\n \
         mx.example.org with ESMTPS (TLS1.3 TLS13_AES_128_GCM_SHA256) id D21JJQD838RB\r\n \
         for <ann@example.org>; Tue, 24 Nov 2026 08:21:40 +0000\r\n"
    );
}

#[test]
fn a_helo_cannot_look_like_a_clause() {
    let evil = safe("x) by mx.bank.example; Tue, 24 Nov 2026 08:21:40 +0000 (");
    for client in [Client::hidden(evil.clone()), Client::new(evil, "2001:db8::1".parse().unwrap())]
    {
        let field = ours(client.clone()).to_field();
        let (header, faults) = HeaderBlock::parse(&field);
        assert!(faults.is_empty());
        let parsed = ParsedReceived::parse(header.get("Received").unwrap().raw_value).unwrap();
        assert_eq!(parsed.clause("by").unwrap().value.as_str(), "mx.example.org");
        assert_eq!(parsed.time, Some(UnixTime::from_secs(1_795_508_500)));
        assert_eq!(parsed.client_address(), client.address);
    }
}

#[test]
fn a_hidden_address_is_not_told() {
    let text = ours(Client::hidden(safe("mail.corp.example"))).to_string();
    assert!(text.starts_with("from mail.corp.example (address hidden) by "), "{text}");
}

#[test]
fn protocols_are_as_registered() {
    let name = |base, tls, auth| Protocol { base, tls, auth }.to_string();
    assert_eq!(name(BaseProtocol::Smtp, Tls::Off, Auth::None), "SMTP");
    assert_eq!(name(BaseProtocol::Smtp, Tls::On, Auth::None), "ESMTPS");
    assert_eq!(name(BaseProtocol::Esmtp, Tls::On, Auth::Done), "ESMTPSA");
    assert_eq!(name(BaseProtocol::Utf8Smtp, Tls::Off, Auth::Done), "UTF8SMTPA");
    assert_eq!(name(BaseProtocol::Lmtp, Tls::Off, Auth::None), "LMTP");
}

#[test]
fn foreign_forms_are_read() {
    let exchange = ParsedReceived::parse(
        b" from A.corp.example (2603:10a6::1) by\r\n B.corp.example (2603:10a6::2) with Microsoft \
          SMTP Server (version=TLS1_2) id 15.20; Tue, 24 Nov 2026 08:21:40 +0000",
    )
    .unwrap();
    assert_eq!(exchange.clause("with").unwrap().value.as_str(), "Microsoft SMTP Server");
    assert_eq!(exchange.clause("with").unwrap().comments[0].as_str(), "version=TLS1_2");
    let qmail =
        ParsedReceived::parse(b"(qmail 123 invoked by uid 0); 24 Nov 2026 08:21:40 -0000").unwrap();
    assert_eq!(qmail.clauses[0].comments[0].as_str(), "qmail 123 invoked by uid 0");
    assert!(qmail.time.is_some());
    let sendmail = ParsedReceived::parse(
        b"from from ([IPv6:2001:db8::1] [2001:db8::2]) by x for <\"a ;b\"@c.test>;; no date",
    )
    .unwrap();
    assert_eq!(sendmail.clause("from").unwrap().value.as_str(), "from");
    assert_eq!(sendmail.client_address(), "2001:db8::2".parse().ok());
    assert_eq!(sendmail.time, None);
}

#[test]
fn clauses_are_limited_at_32() {
    for (n, clauses) in [(31, 31), (32, 32), (33, 32)] {
        let parsed = ParsedReceived::parse("by a ".repeat(n).as_bytes()).unwrap();
        assert_eq!(parsed.clauses.len(), clauses);
    }
}

#[test]
fn hops_are_counted() {
    let (header, _) = HeaderBlock::parse(b"Received: a\r\nX: y\r\nRECEIVED: b\r\n");
    assert_eq!(hop_count(&header), 2);
}

proptest! {
    #[test]
    fn what_we_write_is_read(helo in "[ -~é]{0,40}", id in "[ -~]{0,20}", hidden: bool, tls in "[ -~]{0,30}") {
        let helo = SafeText::new(helo).unwrap();
        let address: IpAddr = "192.0.2.7".parse().unwrap();
        let client = if hidden { Client::hidden(helo) } else { Client::new(helo, address) };
        let received = ours(client).with_id(&id).with_tls(SafeText::new(tls).unwrap());
        let field = received.to_field();
        prop_assert!(HeaderBlock::parse(&field).1.is_empty());
        let text = String::from_utf8(field).unwrap();
        let (_, value) = text.split_once(':').unwrap();
        let parsed = ParsedReceived::parse(value.trim_end().as_bytes()).unwrap();
        prop_assert_eq!(parsed.time, Some(received.time));
        prop_assert_eq!(parsed.clause("by").unwrap().value.as_str(), "mx.example.org");
        if !hidden {
            prop_assert_eq!(parsed.client_address(), Some(address));
        }
    }

    #[test]
    fn octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = ParsedReceived::parse(&octets);
    }
}
