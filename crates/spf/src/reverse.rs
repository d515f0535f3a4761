//! Reverse names of a client and their confirmation (RFC 7208 §5.5, RFC 8601 §2.7.3).

use crate::eval::asker::{Asker, Unanswered};
use crate::step::Trace;
use postrider_resolver::{Answer, Kind, Name, Record, Resolver};
use std::net::IpAddr;

/// A reverse name of an address that has this address itself; only the look-up of this module makes
/// one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConfirmedName(Name);

impl ConfirmedName {
    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.0
    }
}

/// What DNS says about the names of an address.
#[derive(Debug, Default)]
pub(crate) struct Reverse {
    /// The answer to the PTR question.
    pub(crate) pointer: Option<Result<Answer, Unanswered>>,
    /// The names looked at, in the order of the answer.
    pub(crate) tried: Vec<Tried>,
    /// How many names were beyond the limit.
    pub(crate) skipped: usize,
}

/// One reverse name and its addresses.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) name: Name,
    pub(crate) answer: Result<Answer, Unanswered>,
    pub(crate) confirmed: Option<ConfirmedName>,
}

/// Asks for the names of an address, and for the addresses of the first `limit` of them.
pub(crate) async fn reverse<R: Resolver, T: Trace>(
    asker: &mut Asker<'_, R, T>,
    client: IpAddr,
    limit: u8,
) -> Reverse {
    let mut found = Reverse::default();
    let pointer = asker.ask(Name::reverse(client), Kind::Ptr).await;
    if let Ok(answer) = &pointer {
        // RFC 7208 §4.6.4: "the evaluation of each "PTR" record MUST NOT result in querying more
        // than 10 address records [...]. If this limit is exceeded, all records other than the first
        // 10 MUST be ignored."
        let limit = usize::from(limit);
        found.skipped = names(answer).count().saturating_sub(limit);
        for name in names(answer).take(limit) {
            let answer = asker.ask(name.clone(), address_kind(client)).await;
            let leads_back = answer.as_ref().is_ok_and(|a| holds(a, client));
            let confirmed = leads_back.then(|| ConfirmedName(name.clone()));
            found.tried.push(Tried { name: name.clone(), answer, confirmed });
        }
    }
    found.pointer = Some(pointer);
    found
}

/// The type of the client's address.
pub(crate) const fn address_kind(client: IpAddr) -> Kind {
    match client {
        IpAddr::V4(_) => Kind::A,
        IpAddr::V6(_) => Kind::Aaaa,
    }
}

fn names(answer: &Answer) -> impl Iterator<Item = &Name> {
    answer.records().iter().filter_map(|data| {
        let Record::Ptr(name) = data else { return None };
        Some(name)
    })
}

fn holds(answer: &Answer, client: IpAddr) -> bool {
    answer.records().iter().filter_map(address).any(|a| a == client)
}

/// The address in a record of type A or AAAA.
pub(crate) const fn address(data: &Record) -> Option<IpAddr> {
    if let Record::A(a) = data {
        return Some(IpAddr::V4(*a));
    }
    if let Record::Aaaa(a) = data {
        return Some(IpAddr::V6(*a));
    }
    None
}

impl Reverse {
    pub(crate) fn confirmed(&self) -> impl Iterator<Item = &ConfirmedName> {
        self.tried.iter().filter_map(|t| t.confirmed.as_ref())
    }

    /// Whether DNS says that the address has no name.
    pub(crate) fn is_void(&self) -> bool {
        matches!(&self.pointer, Some(Ok(answer)) if answer.is_denial())
    }

    /// RFC 7208 §7.3: "If the <domain> is present in the list of validated domains, it SHOULD be
    /// used. Otherwise, if a subdomain of the <domain> is present, it SHOULD be used." Otherwise the
    /// first of the list.
    pub(crate) fn best_for(&self, domain: &Name) -> Option<&Name> {
        let names = || self.confirmed().map(ConfirmedName::name);
        names()
            .find(|n| *n == domain)
            .or_else(|| names().find(|n| n.is_at_or_under(domain)))
            .or_else(|| names().next())
    }
}
