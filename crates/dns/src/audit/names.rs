//! The names of the addresses we send from, and the name we say in EHLO.

use super::{Audit, Finding, Fix};
use crate::code::Code;
use postrider_resolver::{Kind, LookupError, Name, Record, Resolver};
use std::net::IpAddr;

const PTR_CODES: &[Code] = &[
    Code::PtrMissing,
    Code::PtrUnconfirmed,
    Code::PtrMany,
    Code::PtrGeneric,
    Code::PtrNotHelo,
    Code::Ipv6Half,
];
const HELO_CODES: &[Code] = &[Code::HeloUnresolved, Code::HeloOther];

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn names(&mut self) {
        let mut named = Vec::new();
        // IPv4 first: what it has decides what a missing name of IPv6 means.
        let mut senders = self.setup.senders().to_vec();
        senders.sort_by_key(IpAddr::is_ipv6);
        for address in senders {
            match self.ptr(address, &named).await {
                Ok(true) => named.push(address),
                Ok(false) => {}
                Err(error) => self.not_run(PTR_CODES, &Name::reverse(address), &error),
            }
        }
        if let Err(error) = self.helo().await {
            self.not_run(HELO_CODES, &Name::from(&self.setup.host), &error);
        }
        self.two_ways();
    }

    /// Whether the address has a name.
    async fn ptr(&mut self, address: IpAddr, named: &[IpAddr]) -> Result<bool, LookupError> {
        let host = Name::from(&self.setup.host);
        let at = Name::reverse(address);
        let answer = self.ask(&at, Kind::Ptr).await?;
        let names: Vec<Name> = answer.records().iter().filter_map(pointed).collect();
        let ask = Fix::Ask {
            whom: format!("the provider of {address}"),
            name: at.clone(),
            record: Record::Ptr(self.full_name()),
        };
        let Some(first) = names.first() else {
            let half = address.is_ipv6() && named.iter().any(IpAddr::is_ipv4);
            let code = if half { Code::Ipv6Half } else { Code::PtrMissing };
            let what = format!("{address}, from which this server sends, has no PTR");
            self.push(Finding::new(code, address, what).fix(ask));
            return Ok(false);
        };
        if names.len() > 1 {
            let what = format!("{address} has {} PTR names", names.len());
            let mut finding = Finding::new(Code::PtrMany, address, what);
            finding.evidence = names.iter().map(ToString::to_string).collect();
            self.push(finding);
        }
        let kind = if address.is_ipv4() { Kind::A } else { Kind::Aaaa };
        let mut confirmed = false;
        for name in &names {
            let forward = self.ask(name, kind).await?;
            confirmed |= forward.records().iter().any(|r| addressed(r) == Some(address));
        }
        if !confirmed {
            let what = format!("{address} has the PTR {first}, which does not lead back to it");
            let finding = Finding::new(Code::PtrUnconfirmed, address, what);
            self.push(match names.contains(&host) {
                true => finding.publish(&host, address_record(address)),
                false => finding.fix(ask),
            });
        } else if is_generic(first, address) {
            let what = format!("{address} has the PTR {first}, which is made of the address");
            self.push(Finding::new(Code::PtrGeneric, address, what).fix(ask));
        } else if self.setup.host.is_full() && !names.contains(&host) {
            let what = format!("{address} has the PTR {first}, EHLO says {host}");
            self.push(Finding::new(Code::PtrNotHelo, address, what).fix(ask));
        }
        Ok(true)
    }

    /// The EHLO name; where that is no full name, the first exchanger's in its place.
    fn full_name(&self) -> Name {
        let host = &self.setup.host;
        let exchanger = self.setup.mx.hosts().map(|(_, mx)| mx).next();
        Name::from(exchanger.filter(|_| !host.is_full()).unwrap_or(host))
    }

    async fn helo(&mut self) -> Result<(), LookupError> {
        let host = Name::from(&self.setup.host);
        if !self.setup.host.is_full() {
            let what = format!("the EHLO name {host} is no full name");
            let value = self.full_name().to_string();
            let fix = Fix::Config { key: "[server] hostname".into(), value };
            self.push(Finding::new(Code::HeloNotFull, &host, what).fix(fix));
            return Ok(());
        }
        let a = self.ask(&host, Kind::A).await?;
        let aaaa = self.ask(&host, Kind::Aaaa).await?;
        let all = a.records().iter().chain(aaaa.records());
        let addresses: Vec<IpAddr> = all.filter_map(addressed).collect();
        let senders = self.setup.senders();
        let wanted = senders.iter().map(|address| address_record(*address));
        let publish = |mut finding: Finding| {
            for record in wanted {
                finding = finding.publish(&host, record);
            }
            finding
        };
        if addresses.is_empty() {
            let what = format!("the EHLO name {host} has neither A nor AAAA");
            let finding = publish(Finding::new(Code::HeloUnresolved, &host, what));
            self.push(finding);
        } else if !senders.is_empty() && !senders.iter().any(|a| addresses.contains(a)) {
            let what = format!("the EHLO name {host} does not lead to an address we send from");
            let finding = publish(Finding::new(Code::HeloOther, &host, what));
            self.push(finding);
        }
        Ok(())
    }

    /// Mail that leaves from another address than it comes in at.
    fn two_ways(&mut self) {
        let (inbound, outbound) = (&self.setup.addresses, self.setup.senders());
        let Some(sender) = outbound.iter().find(|a| !inbound.contains(a)) else {
            return;
        };
        if let Some(server) = inbound.first() {
            let what = format!("mail leaves from {sender}, and comes in at {server}");
            let fix = Fix::Do(format!(
                "send through {server}, or keep SPF, PTR and EHLO right for {sender}"
            ));
            self.push(Finding::new(Code::NetSendVsReceive, *sender, what).fix(fix));
        }
    }
}

fn pointed(record: &Record) -> Option<Name> {
    if let Record::Ptr(name) = record {
        return Some(name.clone());
    }
    None
}

pub(super) fn addressed(record: &Record) -> Option<IpAddr> {
    if let Record::A(a) = record {
        return Some((*a).into());
    }
    if let Record::Aaaa(a) = record {
        return Some((*a).into());
    }
    None
}

pub(super) const fn address_record(address: IpAddr) -> Record {
    match address.to_canonical() {
        IpAddr::V4(a) => Record::A(a),
        IpAddr::V6(a) => Record::Aaaa(a),
    }
}

/// Whether a name holds at least three of the four octets of the address as numbers.
fn is_generic(name: &Name, address: IpAddr) -> bool {
    let IpAddr::V4(address) = address else {
        return false;
    };
    let text = name.to_string();
    let numbers: Vec<u8> =
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let mut octets = address.octets().to_vec();
    octets.retain(|octet| numbers.contains(octet));
    octets.len() >= 3
}
