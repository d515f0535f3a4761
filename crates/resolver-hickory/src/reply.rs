//! What one response message says about a question.

use crate::wire;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RData;
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use postrider_core::SafeText;
use postrider_resolver::zone::MAX_ALIASES;
use postrider_resolver::{Content, Kind, LookupError, Name, Record};

/// A response, read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Reply {
    /// The end of the chain: aliases followed in this message, the canonical name, its content.
    End { aliases: Vec<Name>, canonical: Name, content: Content, ttl: u32 },
    /// The server left the last alias for us to ask for.
    Alias { aliases: Vec<Name>, target: Name, ttl: u32 },
}

/// Reads the response to a question for `name` and `kind`.
pub(crate) fn read(message: &Message, name: &Name, kind: Kind) -> Result<Reply, LookupError> {
    let denial = denial(message)?;
    let records = Answers::new(message);
    let mut ttl = u32::MAX;
    let mut aliases = Vec::new();
    let mut canonical = name.clone();
    loop {
        if let Some((content, last)) = records.of(&canonical, kind) {
            return Ok(Reply::End { aliases, canonical, content, ttl: ttl.min(last) });
        }
        let Some((target, part)) = records.alias(&canonical) else {
            break;
        };
        ttl = ttl.min(part);
        aliases.push(std::mem::replace(&mut canonical, target.clone()));
        if aliases.contains(&canonical) || aliases.len() > MAX_ALIASES {
            return Err(LookupError::AliasLoop);
        }
    }
    let authority = Authority::of(message);
    match authority {
        // RFC 6604 §3: the code speaks of the last name of the chain.
        Authority::Start { negative_ttl } => {
            Ok(Reply::End { aliases, canonical, content: denial, ttl: ttl.min(negative_ttl) })
        }
        _ if denial == Content::NoData && !aliases.is_empty() => {
            Ok(Reply::Alias { aliases, target: canonical, ttl })
        }
        Authority::Referral if denial == Content::NoData => Err(referral()),
        // RFC 2308 §5: a denial without SOA "should not be cached".
        Authority::Referral | Authority::Nothing => {
            Ok(Reply::End { aliases, canonical, content: denial, ttl: 0 })
        }
    }
}

/// What the code means where there are no records.
fn denial(message: &Message) -> Result<Content, LookupError> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other code is an answer")]
    Err(match message.metadata.response_code {
        ResponseCode::NoError => return Ok(Content::NoData),
        ResponseCode::NXDomain => return Ok(Content::NxDomain),
        ResponseCode::ServFail => LookupError::ServFail { bogus: is_bogus(message) },
        ResponseCode::Refused => LookupError::Refused,
        ResponseCode::FormErr => LookupError::Malformed,
        code => LookupError::Other(SafeText::display(&format_args!("server says {code}"))),
    })
}

fn referral() -> LookupError {
    LookupError::Other(SafeText::from_static("server refers to others, a recursive one is needed"))
}

/// The answer section in our values, records of other types left out.
struct Answers(Vec<(Name, u32, Record)>);

impl Answers {
    fn new(message: &Message) -> Self {
        let records = message.answers.iter().filter_map(|r| {
            let record = wire::from_record(&r.data)?;
            Some((wire::from_name(&r.name)?, r.ttl, record))
        });
        Self(records.collect())
    }

    /// The records of a type and their smallest ttl.
    fn of(&self, name: &Name, kind: Kind) -> Option<(Content, u32)> {
        let found = || self.0.iter().filter(|(n, _, r)| n == name && r.kind() == kind);
        let ttl = found().map(|(_, ttl, _)| *ttl).min()?;
        let records = found().map(|(_, _, record)| record.clone()).collect();
        Some((Content::Records(records), ttl))
    }

    fn alias(&self, name: &Name) -> Option<(&Name, u32)> {
        self.0.iter().find_map(|(n, ttl, record)| {
            if let Record::Cname(target) = record
                && n == name
            {
                return Some((target, *ttl));
            }
            None
        })
    }
}

/// What the authority section says.
enum Authority {
    /// A denial by the zone itself (RFC 2308 §5: the lesser of the SOA's ttl and its minimum).
    Start {
        negative_ttl: u32,
    },
    /// Other servers should be asked.
    Referral,
    Nothing,
}

impl Authority {
    fn of(message: &Message) -> Self {
        let start = message.authorities.iter().find_map(|r| {
            if let RData::SOA(soa) = &r.data {
                return Some(soa.minimum.min(r.ttl));
            }
            None
        });
        if let Some(negative_ttl) = start {
            return Self::Start { negative_ttl };
        }
        let refers = message.authorities.iter().any(|r| matches!(r.data, RData::NS(_)));
        match refers && !message.metadata.authoritative && !message.metadata.recursion_available {
            true => Self::Referral,
            false => Self::Nothing,
        }
    }
}

/// Extended DNS errors (RFC 8914 §4) that mean "validation failed": bogus, signature expired or not
/// yet valid, DNSKEY, RRSIG, zone key bit or NSEC missing.
const BOGUS: [u16; 7] = [6, 7, 8, 9, 10, 11, 12];
/// The EDNS option of an extended error.
pub(crate) const EXTENDED_ERROR: u16 = 15;

fn is_bogus(message: &Message) -> bool {
    let option =
        message.edns.as_ref().and_then(|edns| edns.option(EdnsCode::Unknown(EXTENDED_ERROR)));
    let Some(EdnsOption::Unknown(_, data)) = option else {
        return false;
    };
    data.first_chunk().is_some_and(|code| BOGUS.contains(&u16::from_be_bytes(*code)))
}

#[cfg(test)]
mod tests;
