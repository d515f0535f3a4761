//! The client against the server, both real, on loopback: what a zone says is what is heard.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use postrider_resolver::{Answer, Content, FaultKinds, Kind, LookupError, Name, Question, Record};
use postrider_resolver::{Resolver, Txt, ZoneResolver};
use postrider_resolver_hickory::{Config, HickoryResolver, TrustAd, ZoneServer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::UdpSocket;

const ANY_PORT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

const WORLD: &str = r#"
$ORIGIN example.org.
$TTL 600
;!secure signed
@ SOA ns1 hostmaster 1 2 3 4 90
@ NS ns1
@ MX 10 mail
@ MX 20 mail2
@ TXT "v=spf1 mx" " -all" "\255\000"
mail A 192.0.2.1
mail AAAA 2001:db8::1
www 60 CNAME mail
dangling CNAME gone
loop CNAME loop2
loop2 CNAME loop
signed A 192.0.2.7
_25._tcp.mail TLSA 3 1 1 00ff
a\.b\032c\255 A 192.0.2.9
1.0.0.127.in-addr.arpa. PTR mail
localhost. A 192.0.2.10
x.invalid. A 192.0.2.11
deep.down.there A 192.0.2.3
;!servfail broken
;!bogus forged
;!refused closed
"#;

async fn serve(zone: ZoneResolver) -> ZoneServer {
    ZoneServer::bind(ANY_PORT, Arc::new(zone)).await.unwrap()
}

fn client(servers: impl IntoIterator<Item = SocketAddr>) -> HickoryResolver {
    let mut config = Config::new(servers);
    config.timeout = Duration::from_millis(2000);
    HickoryResolver::new(config)
}

fn question(name: &str, kind: Kind) -> Question {
    Question::new(Name::parse(name).unwrap(), kind)
}

/// ttl and text apart from the name asked for, all that an answer says.
async fn ask(client: &HickoryResolver, name: &str, kind: Kind) -> Result<Answer, LookupError> {
    client.lookup(question(name, kind)).await
}

#[tokio::test]
async fn answers_and_denials_are_those_of_the_zone() {
    let zone = ZoneResolver::parse(WORLD).unwrap();
    let server = serve(zone.clone()).await;
    let client = client([server.local_addr()]);
    let names = [
        "example.org",
        "mail.example.org",
        "www.example.org",
        "dangling.example.org",
        "signed.example.org",
        "_25._tcp.mail.example.org",
        r"a\.b\032c\255.example.org",
        "1.0.0.127.in-addr.arpa",
        "localhost",
        "x.invalid",
        "down.there.example.org",
        "gone.example.org",
        "x.signed.example.org",
        r"x\@y._z.example.org",
        ".",
    ];
    let mut asked = 0;
    for name in names {
        for kind in Kind::ALL {
            let question = question(name, kind);
            let expected = zone.answer(&question);
            assert_eq!(client.lookup(question.clone()).await, expected, "{question}");
            asked += 1;
        }
    }
    assert_eq!(asked, names.len() * 9);
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn failures_stay_apart() {
    let server = serve(ZoneResolver::parse(WORLD).unwrap()).await;
    let client = client([server.local_addr()]);
    for (name, error) in [
        ("broken.example.org", LookupError::ServFail { bogus: false }),
        ("forged.example.org", LookupError::ServFail { bogus: true }),
        ("closed.example.org", LookupError::Refused),
    ] {
        assert_eq!(ask(&client, name, Kind::Txt).await, Err(error), "{name}");
    }
    // The server follows aliases itself, so a loop is its failure.
    let failed = ask(&client, "loop.example.org", Kind::A).await;
    assert_eq!(failed, Err(LookupError::ServFail { bogus: false }));
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn silence_is_timeout_after_every_attempt() {
    let mut zone = ZoneResolver::new();
    let name = Name::parse("slow.example").unwrap();
    zone.fail(name, FaultKinds::All, LookupError::Timeout);
    let server = serve(zone).await;
    let mut config = Config::new([server.local_addr()]);
    config.timeout = Duration::from_millis(60);
    config.attempts = 3;
    let client = HickoryResolver::new(config);
    let begun = tokio::time::Instant::now();
    assert_eq!(ask(&client, "slow.example", Kind::A).await, Err(LookupError::Timeout));
    assert!(begun.elapsed() >= Duration::from_millis(180), "{:?}", begun.elapsed());
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn next_server_is_asked_when_one_fails_or_keeps_silent() {
    let silent = UdpSocket::bind(ANY_PORT).await.unwrap();
    let mut broken = ZoneResolver::new();
    let name = || Name::parse("a.example").unwrap();
    broken.fail(name(), FaultKinds::All, LookupError::Refused);
    let broken = serve(broken).await;
    let mut good = ZoneResolver::new();
    good.insert(name(), 60, Record::A([192, 0, 2, 1].into()));
    let good = serve(good).await;

    let mut config = Config::new([silent.local_addr().unwrap(), broken.local_addr()]);
    config.timeout = Duration::from_millis(80);
    config.attempts = 1;
    let without = HickoryResolver::new(config.clone());
    assert_eq!(ask(&without, "a.example", Kind::A).await, Err(LookupError::Refused));
    config.servers.push(good.local_addr());
    let with = HickoryResolver::new(config);
    assert!(!ask(&with, "a.example", Kind::A).await.unwrap().records().is_empty());
    broken.shutdown().await.unwrap();
    good.shutdown().await.unwrap();
}

#[tokio::test]
async fn long_answers_come_by_tcp() {
    for octets in [100, 1100, 1300, 20_000] {
        let mut zone = ZoneResolver::new();
        let text = vec![b'x'; octets];
        let record = Record::Txt(Txt::from_strings([text.as_slice()]));
        zone.insert(Name::parse("key.example").unwrap(), 60, record.clone());
        let server = serve(zone).await;
        let answer = ask(&client([server.local_addr()]), "key.example", Kind::Txt).await;
        assert_eq!(answer.unwrap().records(), [record], "{octets}");
        server.shutdown().await.unwrap();
    }
}

#[tokio::test]
async fn ad_bit_is_believed_as_configured() {
    let server = serve(ZoneResolver::parse(WORLD).unwrap()).await;
    for (trust_ad, authentic) in
        [(TrustAd::Never, false), (TrustAd::Loopback, true), (TrustAd::Always, true)]
    {
        let mut config = Config::new([server.local_addr()]);
        config.trust_ad = trust_ad;
        let client = HickoryResolver::new(config);
        for name in ["signed.example.org", "gone.signed.example.org"] {
            let answer = ask(&client, name, Kind::A).await.unwrap();
            assert_eq!(answer.authentic, authentic, "{trust_ad:?} {name}");
        }
    }
    server.shutdown().await.unwrap();
}

#[tokio::test]
async fn noise_is_malformed_or_ignored() {
    let noisy = UdpSocket::bind(ANY_PORT).await.unwrap();
    let address = noisy.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((_, from)) = noisy.recv_from(&mut buffer).await {
            // The right id, and nothing of a message behind it.
            noisy.send_to(&buffer[..2], from).await.unwrap();
        }
    });
    let mut config = Config::new([address]);
    config.timeout = Duration::from_millis(300);
    let result = ask(&HickoryResolver::new(config), "a.example", Kind::A).await;
    assert_eq!(result, Err(LookupError::Malformed));
    task.abort();
}

#[tokio::test]
async fn closed_port_is_told() {
    let server = serve(ZoneResolver::new()).await;
    let address = server.local_addr();
    server.shutdown().await.unwrap();
    let mut config = Config::new([address]);
    config.timeout = Duration::from_millis(300);
    let result = ask(&HickoryResolver::new(config), "a.example", Kind::A).await;
    assert!(result.is_err(), "{result:?}");
}

#[tokio::test]
async fn dropped_server_closes_its_port() {
    let server = serve(ZoneResolver::new()).await;
    let address = server.local_addr();
    drop(server);
    for _ in 0..100 {
        if UdpSocket::bind(address).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{address} is still bound");
}

#[tokio::test]
async fn content_of_a_denial_is_not_confused() {
    let server = serve(ZoneResolver::parse(WORLD).unwrap()).await;
    let client = client([server.local_addr()]);
    let content = async |name| ask(&client, name, Kind::Aaaa).await.unwrap().content;
    assert_eq!(content("gone.example.org").await, Content::NxDomain);
    assert_eq!(content("down.there.example.org").await, Content::NoData);
    server.shutdown().await.unwrap();
}
