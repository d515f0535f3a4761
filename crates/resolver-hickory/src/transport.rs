//! One question to one server: UDP, then TCP where the answer does not fit (RFC 1035 §4.2,
//! RFC 7766).

use hickory_net::NetError;
use hickory_net::runtime::TokioRuntimeProvider;
use hickory_net::udp::UdpClientStream;
use hickory_net::xfer::{DnsRequestSender, FirstAnswer};
use hickory_proto::op::{DnsRequest, DnsRequestOptions, Edns, Message, MessageType, Query};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Why a server gave no message.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Not in time.
    Timeout,
    /// Not a DNS message that answers the question.
    Malformed,
    /// The question does not fit into a message.
    NotEncodable,
    /// The network said no.
    Io(String),
}

/// How one server is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path {
    pub(crate) server: SocketAddr,
    pub(crate) timeout: Duration,
    /// UDP payload announced by EDNS; without, there is no EDNS.
    pub(crate) payload: Option<u16>,
    pub(crate) validation: Validation,
}

/// Whether the server should say if it validated the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Validation {
    Asked,
    NotAsked,
}

/// Asks one server once.
///
/// hickory's own resolver is not used: it answers for `localhost`, `127.in-addr.arpa` and some
/// other names itself, loses the AD bit of denials, and does not show why a server failed.
pub(crate) async fn exchange(path: Path, query: &Query) -> Result<Message, Failure> {
    let request = request(path, query);
    let answer = over_udp(path, &request).await?;
    if !answer.metadata.truncation {
        return Ok(answer);
    }
    match timeout(path.timeout, over_tcp(path.server, &request)).await {
        Ok(result) => result,
        Err(_) => Err(Failure::Timeout),
    }
}

/// A recursive query with a random id.
fn request(path: Path, query: &Query) -> Message {
    let mut message = Message::query();
    message.add_query(query.clone());
    message.metadata.recursion_desired = true;
    // RFC 6840 §5.7: "the AD bit in a query [is] a signal indicating that the requester
    // understands and is interested in the value of the AD bit in the response".
    message.metadata.authentic_data = path.validation == Validation::Asked;
    if let Some(payload) = path.payload {
        let mut edns = Edns::new();
        edns.set_max_payload(payload).set_version(0);
        message.set_edns(edns);
    }
    message
}

/// A new socket with a random port for each question; hickory ignores what does not match it.
async fn over_udp(path: Path, request: &Message) -> Result<Message, Failure> {
    let mut stream = UdpClientStream::builder(path.server, TokioRuntimeProvider::new())
        .with_timeout(Some(path.timeout))
        .with_max_retries(0)
        .build();
    let request = DnsRequest::new(request.clone(), DnsRequestOptions::default());
    match stream.send_message(request).first_answer().await {
        Ok(response) => Ok(response.into_message()),
        Err(error) => Err(failure(&error)),
    }
}

fn failure(error: &NetError) -> Failure {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all else is told by its text")]
    match error {
        NetError::Timeout => Failure::Timeout,
        NetError::Proto(_) => Failure::Malformed,
        other => Failure::Io(other.to_string()),
    }
}

async fn over_tcp(server: SocketAddr, request: &Message) -> Result<Message, Failure> {
    let octets = request.to_vec().map_err(|_| Failure::NotEncodable)?;
    let response = send_tcp(server, &octets).await.map_err(|e| Failure::Io(e.to_string()))?;
    let message = Message::from_vec(&response).map_err(|_| Failure::Malformed)?;
    let metadata = &message.metadata;
    let ours = metadata.id == request.metadata.id
        && metadata.message_type == MessageType::Response
        && !metadata.truncation
        && message.queries == request.queries;
    match ours {
        true => Ok(message),
        false => Err(Failure::Malformed),
    }
}

/// RFC 1035 §4.2.2: each message is "prefixed with a two byte length field".
async fn send_tcp(server: SocketAddr, request: &[u8]) -> io::Result<Vec<u8>> {
    let length = u16::try_from(request.len()).map_err(io::Error::other)?;
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let mut framed = length.to_be_bytes().to_vec();
    framed.extend_from_slice(request);
    stream.write_all(&framed).await?;
    let length = stream.read_u16().await?;
    let mut response = vec![0; length.into()];
    stream.read_exact(&mut response).await?;
    Ok(response)
}
