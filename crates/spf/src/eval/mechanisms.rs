//! The mechanisms (RFC 7208 §5): each says whether it matches, or ends the check.

use super::{Eval, Frame, Scope};
use crate::macros::DomainSpec;
use crate::outcome::{Match, Verdict};
use crate::record::{DualPrefix, HostSpec, Mechanism};
use crate::reverse::{self, Reverse};
use crate::step::{Event, Trace};
use crate::why::{DomainFault, Why};
use postrider_resolver::{Answer, Kind, Name, Record as Data, Resolver};
use std::net::IpAddr;

/// A match, with what matched in an included record.
type Found = Option<Option<Match>>;

impl<R: Resolver, T: Trace> Eval<'_, R, T> {
    pub(super) async fn mechanism(
        &mut self,
        frame: &Frame,
        mechanism: &Mechanism,
    ) -> Result<Found, Why> {
        let client = self.facts.client;
        let matches = match mechanism {
            Mechanism::All => true,
            Mechanism::Include(spec) => return self.include(frame, spec).await,
            Mechanism::A(host) => self.a(frame, host).await?,
            Mechanism::Mx(host) => self.mx(frame, host).await?,
            Mechanism::Ptr(spec) => self.ptr(frame, spec.as_ref()).await?,
            Mechanism::Ip4(_) | Mechanism::Ip6(_) => {
                self.compared(mechanism.network_holds(client) == Some(true))
            }
            Mechanism::Exists(spec) => self.exists(frame, spec).await?,
        };
        Ok(matches.then_some(None))
    }

    /// §5.2
    async fn include(&mut self, frame: &Frame, spec: &DomainSpec) -> Result<Found, Why> {
        let why = match self.target(frame, spec).await {
            Ok(target) => self.inner(&target, Scope::Included).await,
            // RFC 8616 §4: a term that would insert a local part outside US-ASCII does not match.
            Err(Why::BadDomain { fault: DomainFault::LocalPart, .. }) => return Ok(None),
            Err(why) => why,
        };
        include_matches(why)
    }

    /// §5.3
    async fn a(&mut self, frame: &Frame, host: &HostSpec) -> Result<bool, Why> {
        let Some(target) = self.target_or_current(frame, host.domain.as_ref()).await else {
            return Ok(false);
        };
        let answer = self.asker.ask(target, reverse::address_kind(self.facts.client)).await?;
        if answer.is_denial() {
            self.asker.count_void()?;
        }
        Ok(self.is_one_of(&answer, host.prefix))
    }

    /// §5.4
    async fn mx(&mut self, frame: &Frame, host: &HostSpec) -> Result<bool, Why> {
        let Some(target) = self.target_or_current(frame, host.domain.as_ref()).await else {
            return Ok(false);
        };
        let answer = self.asker.ask(target.clone(), Kind::Mx).await?;
        let mut void = answer.is_denial();
        if void {
            self.asker.count_void()?;
        }
        let hosts: Vec<_> = exchanges(&answer).collect();
        // §4.6.4: "the evaluation of each "MX" record MUST NOT result in querying more than 10
        // address records [...] If this limit is exceeded, the "mx" mechanism MUST produce a
        // "permerror" result."
        let limit = self.limits.mx_hosts;
        if hosts.len() > usize::from(limit) {
            return Err(Why::TooManyMx { domain: target, count: hosts.len(), limit });
        }
        for exchange in hosts {
            let kind = reverse::address_kind(self.facts.client);
            let answer = self.asker.ask(exchange.clone(), kind).await?;
            if answer.is_denial() && !void {
                void = true;
                self.asker.count_void()?;
            }
            if self.is_one_of(&answer, host.prefix) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// §5.5: "Check all validated domain names to see if they either match the <target-name> domain or
    /// are a subdomain of the <target-name> domain. If any do, this mechanism matches. [...] If a DNS
    /// error occurs while doing the PTR RR lookup, then this mechanism fails to match."
    async fn ptr(&mut self, frame: &Frame, spec: Option<&DomainSpec>) -> Result<bool, Why> {
        let Some(target) = self.target_or_current(frame, spec).await else {
            return Ok(false);
        };
        let asks = self.reverse.is_none();
        let reverse = self.reverse().await;
        let matches = reverse.confirmed().any(|n| n.name().is_at_or_under(&target));
        // Later terms ask nothing: a client without a name costs the domain one void term, not a fail.
        if asks && reverse.is_void() {
            self.asker.count_void()?;
        }
        Ok(matches)
    }

    /// §5.7: "The resulting domain name is used for a DNS A RR lookup (even when the connection type
    /// is IPv6). If any A record is returned, this mechanism matches."
    async fn exists(&mut self, frame: &Frame, spec: &DomainSpec) -> Result<bool, Why> {
        let Some(target) = self.target_or_current(frame, Some(spec)).await else {
            return Ok(false);
        };
        let answer = self.asker.ask(target, Kind::A).await?;
        if answer.is_denial() {
            self.asker.count_void()?;
        }
        Ok(!answer.records().is_empty())
    }

    /// The client's reverse names, asked for once per check.
    pub(super) async fn reverse(&mut self) -> &Reverse {
        if self.reverse.is_none() {
            let limit = self.limits.ptr_names;
            let found = reverse::reverse(&mut self.asker, self.facts.client, limit).await;
            for confirmed in found.confirmed() {
                self.asker.step(|| Event::Confirmed { name: confirmed.name().clone() });
            }
            self.reverse = Some(found);
        }
        self.reverse.get_or_insert_default()
    }

    /// The name to ask for; nothing if it is malformed, and then the mechanism does not match.
    async fn target_or_current(
        &mut self,
        frame: &Frame,
        spec: Option<&DomainSpec>,
    ) -> Option<Name> {
        match spec {
            // §4.8: "For several mechanisms, the <domain-spec> is optional. If it is not provided, the
            // <domain> from the check_host() arguments (see Section 4.1) is used as the
            // <target-name>."
            None => Some(frame.domain.clone()),
            Some(spec) => self.target(frame, spec).await.ok(),
        }
    }

    fn is_one_of(&mut self, answer: &Answer, prefix: DualPrefix) -> bool {
        let client = self.facts.client;
        let inside = answer.records().iter().any(|data| covers(data, prefix, client));
        self.compared(inside)
    }

    fn compared(&mut self, inside: bool) -> bool {
        let client = self.facts.client;
        self.asker.step(|| Event::Compared { client, inside });
        inside
    }
}

/// The table of §5.2: what the result of the inner check makes of an include.
fn include_matches(inner: Why) -> Result<Found, Why> {
    match (inner.verdict(), inner) {
        (Verdict::Pass, Why::Matched(m)) => Ok(Some(Some(m))),
        (Verdict::Pass, _) => Ok(Some(None)),
        (Verdict::Fail | Verdict::SoftFail | Verdict::Neutral, _) => Ok(None),
        (Verdict::TempError | Verdict::PermError, why) => Err(why),
        (Verdict::None, why) => Err(Why::IncludeNone { inner: Box::new(why) }),
    }
}

/// The hosts of an MX answer; the null MX (RFC 7505) is none.
fn exchanges(answer: &Answer) -> impl Iterator<Item = &Name> {
    answer.records().iter().filter_map(|data| {
        let Data::Mx { exchange, .. } = data else {
            return None;
        };
        (!exchange.is_root()).then_some(exchange)
    })
}

fn covers(data: &Data, prefix: DualPrefix, client: IpAddr) -> bool {
    match (data, client) {
        (Data::A(a), IpAddr::V4(client)) => prefix.ip4.unwrap_or_default().covers(*a, client),
        (Data::Aaaa(a), IpAddr::V6(client)) => prefix.ip6.unwrap_or_default().covers(*a, client),
        _ => false,
    }
}
