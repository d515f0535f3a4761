//! How the zone answers: forced outcomes, records, aliases, wildcards, denials
//! (RFC 1034 §4.3.2, RFC 4592 §3.3).

use super::{DEFAULT_NEGATIVE_TTL, Forced, Missing, Node, Trust, ZoneResolver};
use crate::{Answer, Content, Kind, LookupError, Name, Question, Record};

/// Most aliases followed for one question.
pub const MAX_ALIASES: usize = 16;

/// What one name says about a type, before aliases are followed.
enum Step {
    Done(Content, u32),
    Alias(Name, u32),
}

pub(super) fn answer(zone: &ZoneResolver, question: &Question) -> Result<Answer, LookupError> {
    let mut name = question.name.clone();
    let mut aliases = Vec::new();
    let mut ttl = u32::MAX;
    loop {
        match step(zone, &name, question.kind)? {
            Step::Done(content, last) => {
                let authentic =
                    aliases.iter().chain([&name]).all(|n| trust(zone, n) == Trust::Secure);
                let ttl = ttl.min(last);
                return Ok(Answer { content, ttl, authentic, canonical: name, aliases });
            }
            Step::Alias(target, part) => {
                ttl = ttl.min(part);
                aliases.push(name);
                if aliases.contains(&target) || aliases.len() > MAX_ALIASES {
                    return Err(LookupError::AliasLoop);
                }
                name = target;
            }
        }
    }
}

/// What the zone says about `name` itself.
fn step(zone: &ZoneResolver, name: &Name, kind: Kind) -> Result<Step, LookupError> {
    let Some(node) = zone.nodes.get(name).or_else(|| wildcard(zone, name)) else {
        return match &zone.missing {
            Missing::NxDomain => Ok(Step::Done(Content::NxDomain, negative_ttl(zone, name))),
            Missing::Fail(error) => Err(error.clone()),
        };
    };
    if let Some((_, forced)) = node.forced.iter().find(|(kinds, _)| kinds.contains(kind)) {
        return match forced {
            Forced::Fail(error) => Err(error.clone()),
            Forced::NoData { ttl } => Ok(Step::Done(Content::NoData, *ttl)),
            Forced::NxDomain { ttl } => Ok(Step::Done(Content::NxDomain, *ttl)),
        };
    }
    Ok(records(node, kind)
        .or_else(|| alias(node))
        .unwrap_or_else(|| Step::Done(Content::NoData, negative_ttl(zone, name))))
}

/// The records of the type asked for.
fn records(node: &Node, kind: Kind) -> Option<Step> {
    let found = || node.records.iter().filter(|(_, r)| r.kind() == kind);
    let ttl = found().map(|(ttl, _)| *ttl).min()?;
    let records = found().map(|(_, r)| r.clone()).collect();
    Some(Step::Done(Content::Records(records), ttl))
}

/// Where the name points to. A CNAME beside other records is against RFC 1034 §3.6.2, but it is
/// published: the type asked for wins, the alias stands for the others.
fn alias(node: &Node) -> Option<Step> {
    node.records.iter().find_map(|(ttl, record)| {
        if let Record::Cname(target) = record {
            return Some(Step::Alias(target.clone(), *ttl));
        }
        None
    })
}

/// The source of synthesis for a name that does not exist.
///
/// RFC 4592 §3.3.1: the "closest encloser" is the longest existing ancestor, and only the asterisk
/// label immediately below it counts.
fn wildcard<'a>(zone: &'a ZoneResolver, name: &Name) -> Option<&'a Node> {
    let mut above = name.parent();
    while let Some(parent) = above {
        if zone.nodes.contains_key(&parent) {
            return zone.nodes.get(&parent.prepend(["*"]).ok()?);
        }
        above = parent.parent();
    }
    None
}

/// RFC 2308 §5: the lesser of the SOA's own ttl and its minimum field.
fn negative_ttl(zone: &ZoneResolver, name: &Name) -> u32 {
    ancestors(name)
        .find_map(|n| {
            let node = zone.nodes.get(&n)?;
            node.records.iter().find_map(|(ttl, record)| {
                if let Record::Soa(soa) = record {
                    return Some(soa.minimum.min(*ttl));
                }
                None
            })
        })
        .unwrap_or(DEFAULT_NEGATIVE_TTL)
}

fn trust(zone: &ZoneResolver, name: &Name) -> Trust {
    ancestors(name).find_map(|n| zone.trust.get(&n).copied()).unwrap_or_default()
}

/// The name and all above it, the root last.
fn ancestors(name: &Name) -> impl Iterator<Item = Name> {
    std::iter::successors(Some(name.clone()), Name::parent)
}

#[cfg(test)]
mod tests;
