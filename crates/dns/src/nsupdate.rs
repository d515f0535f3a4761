//! Changes as input of `nsupdate` (RFC 2136): what a difference says, done by dynamic update.

use crate::diff::{Difference, State};
use crate::plan::{Planned, ZonePlan};
use postrider_core::DomainName;
use postrider_resolver::{Name, Record};
use std::fmt::Write;

impl ZonePlan {
    /// The zone's records as additions; what asks of others is not among them.
    #[must_use]
    pub fn nsupdate(&self) -> String {
        let mut script = Script::begin(&self.domain);
        for Planned { name, ttl, record, .. } in &self.records {
            script.add(name, *ttl, record);
        }
        script.end()
    }
}

/// The changes that make what is published what is wanted, with this ttl in seconds; what is not
/// known, and what lies in zones of others, is left as it is.
///
/// ```
/// use postrider_core::DomainName;
/// use postrider_dns::{SetUp, ZonePlan, nsupdate::nsupdate};
/// use postrider_resolver::{ZoneResolver, block_on};
///
/// let domain = DomainName::parse("example.org")?;
/// let zone = ZoneResolver::parse("example.org. 60 IN TXT \"v=spf1 +all\"\n")?;
/// let plan = ZonePlan::without_mail(&domain)?;
/// let script = nsupdate(&domain, &block_on(plan.diff(&zone))?, 3600);
/// assert!(script.contains("update delete example.org. TXT \"v=spf1 +all\"\n"));
/// assert!(script.contains("update add example.org. 3600 TXT \"v=spf1 -all\"\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn nsupdate(domain: &DomainName, differences: &[Difference], ttl: u32) -> String {
    let mut script = Script::begin(domain);
    let origin = Name::from(domain);
    for Difference { name, state, .. } in
        differences.iter().filter(|d| d.name.is_at_or_under(&origin))
    {
        match state {
            State::Same(_) | State::Unknown { .. } => {}
            State::Missing { want } => script.add(name, ttl, want),
            State::Differs { have, want } => {
                script.delete(name, have);
                script.add(name, ttl, want);
            }
            State::Extra { have } => script.delete(name, have),
        }
    }
    script.end()
}

struct Script(String);

/// Writing to a string cannot fail.
impl Script {
    fn begin(domain: &DomainName) -> Self {
        Self(format!("zone {domain}.\n"))
    }

    fn add(&mut self, name: &Name, ttl: u32, record: &Record) {
        let _ = writeln!(self.0, "update add {name}. {ttl} {} {record}", record.kind());
    }

    fn delete(&mut self, name: &Name, record: &Record) {
        let _ = writeln!(self.0, "update delete {name}. {} {record}", record.kind());
    }

    fn end(mut self) -> String {
        self.0.push_str("send\n");
        self.0
    }
}
