//! The zone as text, which [`ZoneResolver::parse`] reads back to an equal value.

use super::{FaultKinds, Forced, Node, Trust, ZoneResolver, directive};
use crate::answer::{Absolute, Quoted};
use crate::{Kind, LookupError, Name, Record};
use std::fmt::{self, Display};

impl Display for ZoneResolver {
    /// One record per line, names absolute, parents before their children. What is not in the
    /// zone ([`missing`](ZoneResolver::missing)) is not part of the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (zone, trust) in &self.trust {
            let word = match trust {
                Trust::Secure => "secure",
                Trust::Insecure => "insecure",
            };
            writeln!(f, ";!{word} {}", Absolute(zone))?;
        }
        let mut nodes: Vec<(&Name, &Node)> = self.nodes.iter().collect();
        nodes.sort_by_cached_key(|(name, _)| {
            let mut labels: Vec<&[u8]> = name.labels().collect();
            labels.reverse();
            labels
        });
        nodes.into_iter().try_for_each(|(name, node)| write_node(f, name, node))
    }
}

fn write_node(f: &mut fmt::Formatter<'_>, name: &Name, node: &Node) -> fmt::Result {
    let owner = Absolute(name);
    for (ttl, record) in &node.records {
        writeln!(f, "{owner} {ttl} IN {} {}", record.kind(), Data(record))?;
    }
    for (kinds, forced) in &node.forced {
        match forced {
            Forced::Fail(error) => write_failure(f, name, error)?,
            Forced::NoData { ttl } => write!(f, ";!nodata {owner} {ttl}")?,
            Forced::NxDomain { ttl } => write!(f, ";!nxdomain {owner} {ttl}")?,
        }
        writeln!(f, "{}", Types(kinds))?;
    }
    if node.named && node.records.is_empty() && node.forced.is_empty() {
        writeln!(f, ";!exists {owner}")?;
    }
    Ok(())
}

fn write_failure(f: &mut fmt::Formatter<'_>, name: &Name, error: &LookupError) -> fmt::Result {
    if let (None, LookupError::Other(text)) = (directive::word(error), error) {
        write!(f, ";!error {} ", Quoted(text.as_str().as_bytes()))?;
        return Absolute(name).fmt(f);
    }
    let word = directive::word(error).unwrap_or("malformed");
    write!(f, ";!{word} {}", Absolute(name))
}

/// A record's data; where the usual form has no way to say it, that of RFC 3597 §5.
struct Data<'a>(&'a Record);

impl Display for Data<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Record::Txt(txt) = self.0
            && txt.strings().len() == 0
        {
            return f.write_str("\\# 0");
        }
        if let Record::Tlsa { usage, selector, matching, data } = self.0
            && data.is_empty()
        {
            return write!(f, "\\# 3 {usage:02x}{selector:02x}{matching:02x}");
        }
        self.0.fmt(f)
    }
}

/// The types of a `;!` line, each with a space before it.
struct Types<'a>(&'a FaultKinds);

impl Display for Types<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let write = |f: &mut fmt::Formatter<'_>, sign: &str, kinds: &[Kind]| {
            kinds.iter().try_for_each(|kind| write!(f, " {sign}{kind}"))
        };
        match self.0 {
            FaultKinds::All => Ok(()),
            FaultKinds::Only(kinds) => write(f, "", kinds),
            FaultKinds::AllBut(kinds) => write(f, "!", kinds),
        }
    }
}

#[cfg(test)]
mod tests;
