//! Which traces to show.

use crate::datum::Datum;
use crate::event::Event;
use crate::trace::Trace;
use crate::words::Stage;
use postrider_core::UnixTime;
use std::net::IpAddr;

/// Conditions on a trace; all of those given must hold.
///
/// Looks at keys that events carry by convention: the sender is `in.from` of a `mail` event, the recipients
/// are every `rcpt`, the client is `ip`, `client` or `peer` in `in` or `got`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Filter {
    refused: bool,
    from: Option<String>,
    to: Option<String>,
    ip: Option<IpAddr>,
    since: Option<UnixTime>,
}

impl Filter {
    /// Every trace.
    pub fn all() -> Self {
        Self::default()
    }

    /// Only what was rejected, deferred or bounced.
    pub const fn refused(mut self) -> Self {
        self.refused = true;
        self
    }

    /// Only from this address, or from any of a domain given as `@example.org`.
    pub fn from(mut self, address: &str) -> Self {
        self.from = Some(address.to_owned());
        self
    }

    /// Only to this address, or to any of a domain given as `@example.org`.
    pub fn to(mut self, address: &str) -> Self {
        self.to = Some(address.to_owned());
        self
    }

    /// Only from this client.
    pub const fn ip(mut self, address: IpAddr) -> Self {
        self.ip = Some(address);
        self
    }

    /// Only what began at this moment or later.
    pub const fn since(mut self, time: UnixTime) -> Self {
        self.since = Some(time);
        self
    }

    /// Whether `trace` is to be shown.
    #[must_use]
    pub fn matches(&self, trace: &Trace) -> bool {
        (!self.refused || trace.outcome().is_refusal())
            && self.since.is_none_or(|since| trace.began() >= since)
            && self.from.as_ref().is_none_or(|a| has_sender(trace, a))
            && self.to.as_ref().is_none_or(|a| has_recipient(trace, a))
            && self.ip.is_none_or(|ip| has_client(trace, ip))
    }
}

/// ASCII case is ignored, for people type addresses as they please.
fn is_address(address: &str, wanted: &str) -> bool {
    if wanted.starts_with('@') {
        let domain_at = address.rfind('@');
        let domain = domain_at.and_then(|at| address.get(at..));
        return domain.is_some_and(|d| d.eq_ignore_ascii_case(wanted));
    }
    address.eq_ignore_ascii_case(wanted)
}

fn has_sender(trace: &Trace, wanted: &str) -> bool {
    let of_mail = |e: &&Event| e.stage == Stage::Mail;
    let senders = trace.all().filter(of_mail).filter_map(|e| e.given.get("from"));
    senders.filter_map(Datum::as_text).any(|sender| is_address(sender, wanted))
}

fn has_recipient(trace: &Trace, wanted: &str) -> bool {
    let recipients = trace.all().filter_map(|e| e.rcpt.as_ref());
    recipients.into_iter().any(|recipient| is_address(recipient.as_str(), wanted))
}

fn has_client(trace: &Trace, wanted: IpAddr) -> bool {
    let is_client = |value: &Datum| {
        let address = value.as_text().and_then(|text| text.parse::<IpAddr>().ok());
        address.is_some_and(|a| a.to_canonical() == wanted.to_canonical())
    };
    trace
        .all()
        .flat_map(|e| [&e.given, &e.got])
        .flat_map(|fields| ["ip", "client", "peer"].map(|key| fields.get(key)))
        .flatten()
        .any(is_client)
}
