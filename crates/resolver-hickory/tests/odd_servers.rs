//! The client against servers that do less, or other, than a recursive one should.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "helpers of tests"
)]

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{Name as WireName, RData, Record as WireRecord, rdata};
use postrider_resolver::{Content, Kind, LookupError, Name, Question, Record, Resolver};
use postrider_resolver_hickory::{Config, HickoryResolver, TrustAd};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// A server that lives as long as the value.
struct Odd {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Odd {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers each request with the messages that `answer` makes of it.
async fn serve(answer: impl Fn(&Message) -> Vec<Message> + Send + 'static) -> Odd {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = socket.local_addr().unwrap();
    let task = tokio::spawn(async move {
        let mut buffer = [0; 2048];
        while let Ok((len, from)) = socket.recv_from(&mut buffer).await {
            let request = Message::from_vec(&buffer[..len]).unwrap();
            for message in answer(&request) {
                let octets = message.to_vec().unwrap();
                socket.send_to(&octets, from).await.unwrap();
            }
        }
    });
    Odd { address, task }
}

fn response(request: &Message) -> Message {
    let mut message = request.clone().into_response();
    message.edns = None;
    message
}

fn name(text: &str) -> WireName {
    WireName::from_ascii(text).unwrap()
}

fn asked(request: &Message) -> WireName {
    request.queries[0].name().clone()
}

fn a(owner: WireName, last: u8) -> WireRecord {
    WireRecord::from_rdata(owner, 60, RData::A(rdata::A(Ipv4Addr::new(192, 0, 2, last))))
}

async fn ask(server: &Odd, text: &str) -> Result<postrider_resolver::Answer, LookupError> {
    let mut config = Config::new([server.address]);
    config.timeout = Duration::from_millis(300);
    config.attempts = 1;
    let question = Question::new(Name::parse(text).unwrap(), Kind::A);
    HickoryResolver::new(config).lookup(question).await
}

/// `n0` is an alias of `n1`, and so on; the server never says more than one step.
fn one_step(request: &Message, last: usize) -> Vec<Message> {
    let owner = asked(request);
    let number: usize = owner.to_ascii()[1..].split('.').next().unwrap().parse().unwrap();
    let mut message = response(request);
    if number < last {
        let target = rdata::CNAME(name(&format!("n{}.example.", number + 1)));
        message.add_answer(WireRecord::from_rdata(owner, 60, RData::CNAME(target)));
    } else {
        message.add_answer(a(owner, 1));
    }
    vec![message]
}

#[tokio::test]
async fn aliases_that_the_server_leaves_are_asked_for() {
    let server = serve(|request| one_step(request, 3)).await;
    let answer = ask(&server, "n0.example").await.unwrap();
    assert_eq!(answer.records(), [Record::A([192, 0, 2, 1].into())]);
    assert_eq!(answer.canonical, Name::parse("n3.example").unwrap());
    let aliases: Vec<String> = answer.aliases.iter().map(ToString::to_string).collect();
    assert_eq!(aliases, ["n0.example", "n1.example", "n2.example"]);
}

#[tokio::test]
async fn seventeenth_alias_is_too_many() {
    let server = serve(|request| one_step(request, 16)).await;
    assert!(ask(&server, "n0.example").await.is_ok());
    let server = serve(|request| one_step(request, 17)).await;
    assert_eq!(ask(&server, "n0.example").await, Err(LookupError::AliasLoop));
}

#[tokio::test]
async fn alias_to_itself_ends() {
    let server = serve(|request| {
        let mut message = response(request);
        let target = rdata::CNAME(asked(request));
        message.add_answer(WireRecord::from_rdata(asked(request), 60, RData::CNAME(target)));
        vec![message]
    })
    .await;
    assert_eq!(ask(&server, "a.example").await, Err(LookupError::AliasLoop));
}

/// RFC 6891 §7.
#[tokio::test]
async fn server_without_edns_is_asked_again_without() {
    let server = serve(|request| {
        let mut message = response(request);
        match request.edns {
            Some(_) => message.metadata.response_code = ResponseCode::FormErr,
            None => {
                message.add_answer(a(asked(request), 1));
            }
        }
        vec![message]
    })
    .await;
    assert!(ask(&server, "a.example").await.is_ok());
}

#[tokio::test]
async fn answers_to_other_questions_are_not_believed() {
    let server = serve(|request| {
        let mut forged = response(request);
        forged.metadata.id = request.metadata.id.wrapping_add(1);
        forged.add_answer(a(asked(request), 66));
        let mut other = response(request);
        other.queries[0].set_name(name("other.example."));
        other.add_answer(a(asked(request), 66));
        let mut real = response(request);
        real.add_answer(a(name("unasked.example."), 66));
        real.add_answer(a(asked(request), 1));
        vec![forged, other, real]
    })
    .await;
    let answer = ask(&server, "a.example").await.unwrap();
    assert_eq!(answer.records(), [Record::A([192, 0, 2, 1].into())]);
}

#[tokio::test]
async fn only_forged_answers_are_silence() {
    let server = serve(|request| {
        let mut forged = response(request);
        forged.metadata.id = request.metadata.id.wrapping_add(1);
        vec![forged]
    })
    .await;
    assert_eq!(ask(&server, "a.example").await, Err(LookupError::Timeout));
}

#[tokio::test]
async fn empty_answer_is_nodata_and_not_to_be_kept() {
    let server = serve(|request| vec![response(request)]).await;
    let answer = ask(&server, "a.example").await.unwrap();
    assert_eq!((answer.content, answer.ttl), (Content::NoData, 0));
}

#[tokio::test]
async fn unusual_codes_are_told_by_name() {
    let server = serve(|request| {
        let mut message = response(request);
        message.metadata.response_code = ResponseCode::NotImp;
        vec![message]
    })
    .await;
    let error = ask(&server, "a.example").await.unwrap_err();
    assert!(error.to_string().starts_with("server says "), "{error}");
}

#[tokio::test]
async fn validation_is_asked_of_servers_that_are_believed() {
    // The server claims validation always, and says by the address what it was asked.
    let server = serve(|request| {
        let mut message = response(request);
        message.metadata.authentic_data = true;
        message.add_answer(a(asked(request), u8::from(request.metadata.authentic_data)));
        vec![message]
    })
    .await;
    for (trust_ad, believed) in
        [(TrustAd::Never, false), (TrustAd::Loopback, true), (TrustAd::Always, true)]
    {
        let mut config = Config::new([server.address]);
        config.trust_ad = trust_ad;
        let question = Question::new(Name::parse("a.example").unwrap(), Kind::A);
        let answer = HickoryResolver::new(config).lookup(question).await.unwrap();
        let record = Record::A(Ipv4Addr::new(192, 0, 2, u8::from(believed)));
        assert_eq!((answer.records(), answer.authentic), (&[record][..], believed));
    }
}
