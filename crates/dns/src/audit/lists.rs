//! Block lists of the configuration (RFC 5782), their health first.

use super::names::addressed;
use super::{Audit, Finding, Fix};
use crate::code::Code;
use postrider_core::DomainName;
use postrider_resolver::{Kind, LookupError, Name, Resolver};
use std::net::{IpAddr, Ipv4Addr};

const CODES: &[Code] = &[Code::NetListed, Code::NetListRefuses];
// RFC 5782 §5: "IPv4-based DNSxLs MUST contain an entry for 127.0.0.2 for testing purposes."
const LISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
// RFC 5782 §5: "IPv4-based DNSxLs MUST NOT contain an entry for 127.0.0.1."
const UNLISTED: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 1);

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn lists(&mut self) {
        for list in &self.setup.block_lists {
            if let Err(error) = self.list(list).await {
                self.not_run(CODES, &Name::from(list), &error);
            }
        }
    }

    async fn list(&mut self, list: &DomainName) -> Result<(), LookupError> {
        let healthy = self.listed(LISTED, list).await?.is_some()
            && self.listed(UNLISTED, list).await?.is_none();
        if !healthy {
            let what = format!("the list {list} does not answer this resolver as RFC 5782 says");
            let fix = Fix::Do("ask it through a resolver of your own".into());
            self.push(Finding::new(Code::NetListRefuses, &Name::from(list), what).fix(fix));
            return Ok(());
        }
        for address in self.setup.senders() {
            let IpAddr::V4(v4) = address.to_canonical() else {
                continue;
            };
            if let Some(answer) = self.listed(v4, list).await? {
                let what = format!("{v4}, from which this server sends, is in the list {list}");
                let finding = Finding::new(Code::NetListed, *address, what);
                let fix = Fix::Do(format!("see the page of {list} on how to be taken out"));
                self.push(finding.seen(format!("the list answers {answer}")).fix(fix));
            }
        }
        Ok(())
    }

    /// What a list answers about an address, if the address is in it.
    async fn listed(
        &self,
        address: Ipv4Addr,
        list: &DomainName,
    ) -> Result<Option<Ipv4Addr>, LookupError> {
        let mut octets = address.octets();
        octets.reverse();
        let labels = octets.map(|octet| octet.to_string());
        let Ok(name) = Name::from(list).prepend(labels.iter().map(String::as_str)) else {
            return Ok(None);
        };
        let answer = self.ask(&name, Kind::A).await?;
        // Lists that refuse a resolver answer 127.255.255.x, which lists nothing.
        let means = |a: IpAddr| match a {
            IpAddr::V4(a) if matches!(a.octets(), [127, rest, ..] if rest != 255) => Some(a),
            IpAddr::V4(_) | IpAddr::V6(_) => None,
        };
        Ok(answer.records().iter().filter_map(addressed).find_map(means))
    }
}
