//! From a request to a response.

use crate::reply::EXTENDED_ERROR;
use crate::wire;
use hickory_proto::op::{Edns, Header, HeaderCounts, Metadata, OpCode, ResponseCode};
use hickory_proto::rr::rdata::opt::EdnsOption;
use hickory_proto::rr::{DNSClass, Record as WireRecord};
use hickory_server::net::runtime::Time;
use hickory_server::server::{Request, RequestHandler, ResponseHandler, ResponseInfo};
use hickory_server::zone_handler::MessageResponseBuilder;
use postrider_resolver::{Answer, Content, Kind, LookupError, Name, Question, Record};
use postrider_resolver::{Resolver, Soa};
use std::sync::Arc;

/// Largest UDP payload that we announce and send.
const PAYLOAD: u16 = 1232;
/// Least that every requester takes (RFC 6891 §6.2.3).
const LEAST_PAYLOAD: u16 = 512;
/// "DNSSEC Bogus" (RFC 8914 §4.7).
const BOGUS: [u8; 2] = [0, 6];

/// hickory's view of a resolver.
pub(super) struct Handler<R> {
    resolver: Arc<R>,
}

impl<R> Handler<R> {
    pub(super) const fn new(resolver: Arc<R>) -> Self {
        Self { resolver }
    }
}

/// A response to be sent.
struct Response {
    code: ResponseCode,
    bogus: bool,
    authentic: bool,
    answers: Vec<WireRecord>,
    authorities: Vec<WireRecord>,
}

impl Response {
    const fn code(code: ResponseCode) -> Self {
        Self { code, bogus: false, authentic: false, answers: Vec::new(), authorities: Vec::new() }
    }
}

#[async_trait::async_trait]
impl<R: Resolver + 'static> RequestHandler for Handler<R> {
    async fn handle_request<H: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut handle: H,
    ) -> ResponseInfo {
        let mut metadata = Metadata::response_from_request(&request.metadata);
        let Some(response) = self.respond(request).await else {
            return silence(metadata);
        };
        metadata.response_code = response.code;
        metadata.authoritative = true;
        metadata.recursion_available = true;
        metadata.authentic_data = response.authentic && wants_validation(request);
        let edns = request.edns.as_ref().map(|asked| edns(asked, &response));
        let mut builder = MessageResponseBuilder::from_message_request(request);
        if let Some(edns) = &edns {
            builder.edns(edns);
        }
        let message = builder.build(metadata, &response.answers, &response.authorities, [], []);
        match handle.send_response(message).await {
            Ok(info) => info,
            Err(_) => silence(metadata),
        }
    }
}

/// RFC 6840 §5.8: "validating resolvers SHOULD only set the AD bit when a response both meets the
/// conditions listed in Section 3.2.3 of [RFC4035], and the request contained either a set DO bit or a
/// set AD bit."
fn wants_validation(request: &Request) -> bool {
    request.metadata.authentic_data || request.edns.as_ref().is_some_and(|e| e.flags().dnssec_ok)
}

/// What the server believes to have sent when nothing goes out.
fn silence(metadata: Metadata) -> ResponseInfo {
    ResponseInfo::from(Header { metadata, counts: HeaderCounts::default() })
}

/// RFC 6891 §6.1.1: "If an OPT record is present in a received request, compliant responders MUST
/// include an OPT record in their respective responses."
fn edns(asked: &Edns, response: &Response) -> Edns {
    let mut edns = Edns::new();
    edns.set_max_payload(asked.max_payload().clamp(LEAST_PAYLOAD, PAYLOAD));
    if response.bogus {
        let error = EdnsOption::Unknown(EXTENDED_ERROR, BOGUS.to_vec());
        edns.options_mut().insert(error);
    }
    edns
}

impl<R: Resolver> Handler<R> {
    /// `None` is silence.
    async fn respond(&self, request: &Request) -> Option<Response> {
        if request.metadata.op_code != OpCode::Query {
            return Some(Response::code(ResponseCode::NotImp));
        }
        let Ok(info) = request.request_info() else {
            return Some(Response::code(ResponseCode::FormErr));
        };
        if info.query.query_class() != DNSClass::IN {
            return Some(Response::code(ResponseCode::Refused));
        }
        let Some(name) = wire::from_name(info.query.original().name()) else {
            return Some(Response::code(ResponseCode::FormErr));
        };
        let kind = Kind::from_number(info.query.query_type().into());
        // A type that we do not carry: the name exists without it, or does not exist.
        let question = Question::new(name, kind.unwrap_or(Kind::A));
        match (self.resolver.lookup(question).await, kind) {
            (Ok(answer), Some(_)) => Some(positive(&answer)),
            (Ok(answer), None) => Some(positive(&without_records(answer))),
            (Err(error), _) => failed(&error),
        }
    }
}

/// The same answer for a type of which there are no records.
fn without_records(mut answer: Answer) -> Answer {
    if let Content::Records(_) = answer.content {
        answer.content = Content::NoData;
    }
    answer
}

fn positive(answer: &Answer) -> Response {
    let Answer { content, ttl, authentic, canonical, aliases, .. } = answer;
    let mut response = Response::code(ResponseCode::NoError);
    response.authentic = *authentic;
    let targets = aliases.iter().skip(1).chain([canonical]);
    for (alias, target) in aliases.iter().zip(targets) {
        let alias = wire::to_record(alias, *ttl, &Record::Cname(target.clone()));
        response.answers.extend(alias);
    }
    match content {
        Content::Records(records) => {
            let records = records.iter();
            let records = records.filter_map(|r| wire::to_record(canonical, *ttl, r));
            response.answers.extend(records);
        }
        Content::NoData => response.authorities.extend(denial(*ttl)),
        Content::NxDomain => {
            response.code = ResponseCode::NXDomain;
            response.authorities.extend(denial(*ttl));
        }
    }
    response
}

/// RFC 2308 §3: a denial has the zone's SOA record, which says how long it may be kept. We do not
/// know the zone; the root is one that every name lies in.
fn denial(ttl: u32) -> Option<WireRecord> {
    let soa = Soa {
        primary: Name::root(),
        mailbox: Name::root(),
        serial: 0,
        refresh: 0,
        retry: 0,
        expire: 0,
        minimum: ttl,
    };
    wire::to_record(&Name::root(), ttl, &Record::Soa(soa))
}

fn failed(error: &LookupError) -> Option<Response> {
    if *error == LookupError::Timeout {
        return None;
    }
    if *error == LookupError::Refused {
        return Some(Response::code(ResponseCode::Refused));
    }
    let mut response = Response::code(ResponseCode::ServFail);
    response.bogus = *error == LookupError::ServFail { bogus: true };
    Some(response)
}
