//! Who takes the domain's mail (RFC 5321 §5.1, RFC 7505).

use super::{
    Audit, Finding, Fix,
    names::{address_record, addressed},
};
use crate::code::{Code, Level};
use postrider_resolver::{Kind, LookupError, Name, Record, Resolver};
use std::net::IpAddr;

const CODES: &[Code] = &[
    Code::MxMissing,
    Code::MxNull,
    Code::MxNullMixed,
    Code::MxCname,
    Code::MxIp,
    Code::MxNoAddress,
    Code::MxPrivate,
    Code::MxDup,
    Code::MxNotUs,
    Code::MxSingleFamily,
];

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn exchangers(&mut self) {
        let domain = self.domain();
        if let Err(error) = self.mx(&domain).await {
            self.not_run(CODES, &domain, &error);
        }
    }

    async fn mx(&mut self, domain: &Name) -> Result<(), LookupError> {
        let answer = self.ask(domain, Kind::Mx).await?;
        let records = answer.records();
        if records.is_empty() {
            let mut finding = Finding::new(Code::MxMissing, domain, format!("{domain} has no MX"));
            for record in self.setup.mx.records() {
                finding = finding.publish(domain, record);
            }
            self.push(finding);
            return Ok(());
        }
        if records.iter().any(|r| exchange(r).is_some_and(|n| n.is_root())) {
            self.mx_null(domain, records);
            return Ok(());
        }
        let mut seen: Vec<&Name> = Vec::new();
        let mut reached = Vec::new();
        for record in records {
            let Some(name) = exchange(record) else {
                continue;
            };
            if seen.contains(&name) {
                let what = format!("{name} stands twice in the MX records of {domain}");
                self.push(Finding::new(Code::MxDup, domain, what).remove(domain, record));
                continue;
            }
            seen.push(name);
            reached.extend(self.mx_host(domain, record, name).await?);
        }
        self.mx_ours(domain, records, &reached);
        Ok(())
    }

    fn mx_null(&mut self, domain: &Name, records: &[Record]) {
        let is_null = |r: &&Record| exchange(r).is_some_and(|n| n.is_root());
        let Some(null) = records.iter().find(is_null) else {
            return;
        };
        if records.len() > 1 {
            let what = format!("{domain} has a null MX beside others");
            self.push(Finding::new(Code::MxNullMixed, domain, what).remove(domain, null));
        } else if !self.setup.mx.is_null() {
            let what = format!("{domain} says that it takes no mail, and it is a domain of ours");
            let mut finding = Finding::new(Code::MxNull, domain, what).remove(domain, null);
            for record in self.setup.mx.records() {
                finding = finding.publish(domain, record);
            }
            self.push(finding);
        }
    }

    /// One exchanger; its addresses.
    async fn mx_host(
        &mut self,
        domain: &Name,
        record: &Record,
        name: &Name,
    ) -> Result<Vec<IpAddr>, LookupError> {
        let replace = |code, what: String, with: Vec<Record>| {
            let finding = Finding::new(code, domain, what).remove(domain, record);
            with.into_iter().fold(finding, |f, record| f.publish(domain, record))
        };
        if name.to_string().parse::<IpAddr>().is_ok() {
            let what = format!("the exchanger {name} of {domain} is an address; it must be a name");
            self.push(replace(Code::MxIp, what, self.setup.mx.records()));
            return Ok(Vec::new());
        }
        let a = self.ask(name, Kind::A).await?;
        let aaaa = self.ask(name, Kind::Aaaa).await?;
        if let Some(alias) = [&a, &aaaa].into_iter().find(|answer| !answer.aliases.is_empty()) {
            let what = format!("the exchanger {name} of {domain} is an alias");
            let mut end = record.clone();
            if let Record::Mx { exchange, .. } = &mut end {
                exchange.clone_from(&alias.canonical);
            }
            self.push(replace(Code::MxCname, what, vec![end]));
        }
        let all: Vec<IpAddr> =
            a.records().iter().chain(aaaa.records()).filter_map(addressed).collect();
        if all.is_empty() {
            let what = format!("the exchanger {name} of {domain} has neither A nor AAAA");
            self.push(replace(Code::MxNoAddress, what, self.setup.mx.records()));
        }
        if let Some(private) = all.iter().find(|a| is_private(**a)) {
            let what =
                format!("the exchanger {name} of {domain} has the private address {private}");
            let mut finding = Finding::new(Code::MxPrivate, name, what);
            let bad = a.records().iter().chain(aaaa.records());
            for record in bad.filter(|r| addressed(r).is_some_and(is_private)) {
                finding = finding.remove(name, record);
            }
            for address in &self.setup.addresses {
                finding = finding.publish(name, address_record(*address));
            }
            self.push(finding);
        }
        Ok(all)
    }

    fn mx_ours(&mut self, domain: &Name, records: &[Record], reached: &[IpAddr]) {
        if reached.is_empty() {
            return;
        }
        let ours = &self.setup.addresses;
        let foreign = reached.iter().find(|a| !ours.contains(a));
        if let Some(foreign) = foreign.filter(|_| !ours.is_empty()) {
            let some = reached.iter().any(|a| ours.contains(a));
            let what = format!("an exchanger of {domain} is at {foreign}, which is not ours");
            let mut finding = Finding::new(Code::MxNotUs, domain, what);
            if some {
                finding = finding.with_level(Level::Note);
            } else if self.setup.mx.records().iter().all(|r| records.contains(r)) {
                let host = &self.setup.host;
                finding = finding.fix(Fix::Do(format!("point {host} at this server")));
            } else {
                for record in records {
                    finding = finding.remove(domain, record);
                }
                for record in self.setup.mx.records() {
                    finding = finding.publish(domain, record);
                }
            }
            self.push(finding);
        }
        if reached.iter().all(IpAddr::is_ipv4) {
            let what = format!("the exchangers of {domain} have IPv4 addresses only");
            self.push(Finding::new(Code::MxSingleFamily, domain, what));
        }
    }
}

fn exchange(record: &Record) -> Option<&Name> {
    if let Record::Mx { exchange, .. } = record {
        return Some(exchange);
    }
    None
}

/// Addresses that nobody outside can reach (RFC 6890).
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(a) => {
            let shared = matches!(a.octets(), [100, 64..=127, _, _]);
            a.is_private() || a.is_loopback() || a.is_link_local() || a.is_unspecified() || shared
        }
        IpAddr::V6(a) => {
            a.is_loopback()
                || a.is_unspecified()
                || a.is_unique_local()
                || a.is_unicast_link_local()
        }
    }
}
