//! From a domain to the hosts that take its mail (RFC 5321 §5.1, RFC 7505).

use crate::random::Random;
use postrider_core::{DomainName, SafeText};
use postrider_resolver::{Answer, Content, Kind, LookupError, Name, Question, Record, Resolver};
use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr};

mod note;
mod reach;

pub use note::{Asked, Note, Unroutable};

use reach::is_public;

/// Most hosts whose addresses are asked for.
pub const MAX_HOSTS: usize = 10;
/// Most aliases behind one MX target.
pub const MAX_ALIASES: usize = 8;

/// What resolving needs to know of us.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Policy {
    /// Names by which other hosts know us.
    pub names: HashSet<DomainName>,
    /// Our addresses, as others see them.
    pub addresses: HashSet<IpAddr>,
    /// Which addresses may be connected to.
    pub reach: Reach,
    /// Which address families we send from.
    pub families: Families,
}

/// Which addresses may be connected to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum Reach {
    /// Public ones: a record that points into a private network is not followed.
    #[default]
    Public,
    /// All, for routes inside one's own network.
    Any,
}

/// Which address families we send from: a family without a confirmed PTR of ours is better not used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two families")]
pub enum Families {
    /// IPv4 only.
    #[default]
    V4,
    /// IPv6 only.
    V6,
    /// Both, IPv6 first.
    Both,
}

/// A host to try, with its addresses in the order to try them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Target {
    /// The host's name; nothing when the recipient's domain is an address literal.
    pub host: Option<DomainName>,
    /// Its preference; lower is tried first.
    pub preference: u16,
    /// Its addresses, at least one.
    pub addresses: Vec<IpAddr>,
}

/// Where the mail of a domain goes, and how that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Resolution {
    /// Hosts in the order to try them, at least one; or why there is none.
    pub result: Result<Vec<Target>, Unroutable>,
    /// What was odd on the way.
    pub notes: Vec<Note>,
    /// What DNS was asked, in order.
    pub asked: Vec<Asked>,
}

/// Finds the hosts of a domain: sorted by preference, equals in random order.
///
/// **DNS**: MX of the domain; A and AAAA (as [`Families`] says) of each target up to [`MAX_HOSTS`],
/// or of the domain itself if it has no MX.
///
/// | finding | result |
/// |---|---|
/// | `MX 0 .` alone | [`Unroutable::NullMx`] |
/// | a target that is `.` beside others, an address, or an alias that does not end | dropped |
/// | a target that is an alias | followed, noted |
/// | no MX | the domain's own addresses (RFC 5321 §5.1) |
/// | the domain does not exist | [`Unroutable::NoSuchDomain`] |
/// | DNS fails | [`Unroutable::Unknown`], never "no MX" |
/// | we are a target | only better preferences; if none, [`Unroutable::Loop`] |
/// | only private addresses | [`Unroutable::PrivateOnly`], unless [`Reach::Any`] |
/// | nothing left | [`Unroutable::NoUsableHost`] |
pub async fn resolve<R: Resolver>(
    resolver: &R,
    domain: &DomainName,
    policy: &Policy,
    random: &Random,
) -> Resolution {
    let mut search = Search { resolver, policy, random, notes: Vec::new(), asked: Vec::new() };
    let result = search.run(domain).await;
    Resolution { result, notes: search.notes, asked: search.asked }
}

/// An address given as a literal is its own host, if it may be reached at all.
pub(crate) fn literal(ip: IpAddr, policy: &Policy) -> Resolution {
    let result = if policy.addresses.contains(&ip) {
        Err(Unroutable::Loop)
    } else if policy.reach == Reach::Public && !is_public(ip) {
        Err(Unroutable::PrivateOnly)
    } else {
        Ok(vec![Target { host: None, preference: 0, addresses: vec![ip] }])
    };
    Resolution { result, notes: Vec::new(), asked: Vec::new() }
}

/// The addresses of one named host, for a smarthost.
pub(crate) async fn host<R: Resolver>(
    resolver: &R,
    name: &DomainName,
    policy: &Policy,
    random: &Random,
) -> Resolution {
    let mut search = Search { resolver, policy, random, notes: Vec::new(), asked: Vec::new() };
    let result = search.targets(vec![(0, name.clone())]).await;
    Resolution { result, notes: search.notes, asked: search.asked }
}

struct Search<'a, R> {
    resolver: &'a R,
    policy: &'a Policy,
    random: &'a Random,
    notes: Vec<Note>,
    asked: Vec<Asked>,
}

/// What is known of one host's addresses.
enum Found {
    Addresses(Vec<IpAddr>),
    Private,
    Ours,
    Nothing,
    Unknown(LookupError),
}

impl<R: Resolver> Search<'_, R> {
    async fn run(&mut self, domain: &DomainName) -> Result<Vec<Target>, Unroutable> {
        let answer = self.ask(domain, Kind::Mx).await;
        let records = match answer.map_err(Unroutable::Unknown)?.content {
            Content::NxDomain => return Err(Unroutable::NoSuchDomain),
            // RFC 5321 §5.1: "If an empty list of MXs is returned, the address is treated as if it
            // was associated with an implicit MX RR, with a preference of 0, pointing to that host."
            Content::NoData => {
                self.notes.push(Note::ImplicitMx);
                return self.targets(vec![(0, domain.clone())]).await;
            }
            Content::Records(records) => records,
        };
        // RFC 7505 §3: "a domain that advertises a null MX MUST NOT advertise any other MX RR."
        if let [Record::Mx { exchange, .. }] = records.as_slice()
            && exchange.is_root()
        {
            return Err(Unroutable::NullMx);
        }
        let hosts = records.iter().filter_map(|r| self.exchange(r)).collect();
        let ordered = self.order(hosts);
        self.targets(ordered).await
    }

    /// A record's host, if it is one.
    fn exchange(&mut self, record: &Record) -> Option<(u16, DomainName)> {
        let Record::Mx { preference, exchange } = record else {
            return None;
        };
        let host = exchange.to_domain();
        match host {
            Some(host) if host.as_str().parse::<Ipv4Addr>().is_err() => Some((*preference, host)),
            _ => {
                self.notes.push(Note::BadTarget(exchange.clone()));
                None
            }
        }
    }

    /// By preference, equals shuffled, each host once.
    fn order(&self, mut hosts: Vec<(u16, DomainName)>) -> Vec<(u16, DomainName)> {
        // RFC 5321 §5.1: "the sender-SMTP MUST randomize them to spread the load".
        self.random.shuffle(&mut hosts);
        hosts.sort_by_key(|(preference, _)| *preference);
        let mut seen = HashSet::new();
        hosts.retain(|(_, host)| seen.insert(host.clone()));
        hosts
    }

    async fn targets(&mut self, hosts: Vec<(u16, DomainName)>) -> Result<Vec<Target>, Unroutable> {
        let mut targets: Vec<Target> = Vec::new();
        let mut private = false;
        let mut unknown = None;
        for (preference, host) in hosts.into_iter().take(MAX_HOSTS) {
            match self.find(&host).await {
                Found::Addresses(addresses) => {
                    targets.push(Target { host: Some(host), preference, addresses });
                }
                // RFC 5321 §5.1: "If it is found that the SMTP server is in the list, all MX records
                // with equal or higher preference number MUST be discarded."
                Found::Ours => {
                    self.notes.push(Note::WeAreListed { preference });
                    targets.retain(|t| t.preference < preference);
                    if targets.is_empty() {
                        return unknown.map_or(Err(Unroutable::Loop), Err);
                    }
                    return Ok(targets);
                }
                Found::Private => {
                    self.notes.push(Note::PrivateTarget(host));
                    private = true;
                }
                Found::Nothing => self.notes.push(Note::NoAddress(host)),
                Found::Unknown(error) => {
                    self.notes.push(Note::UnknownAddress(host, error.clone()));
                    unknown.get_or_insert(Unroutable::Unknown(error));
                }
            }
        }
        match unknown {
            _ if !targets.is_empty() => Ok(targets),
            Some(unknown) => Err(unknown),
            None if private => Err(Unroutable::PrivateOnly),
            None => Err(Unroutable::NoUsableHost),
        }
    }

    async fn find(&mut self, host: &DomainName) -> Found {
        if self.policy.names.contains(host) {
            return Found::Ours;
        }
        let kinds: &[Kind] = match self.policy.families {
            Families::V4 => &[Kind::A],
            Families::V6 => &[Kind::Aaaa],
            Families::Both => &[Kind::Aaaa, Kind::A],
        };
        let mut addresses = Vec::new();
        let mut unknown = None;
        for kind in kinds {
            match self.ask(host, *kind).await {
                Ok(answer) => addresses.extend(self.addresses(host, &answer)),
                // RFC 5321 §5.1 does not say; a target that never resolves is no target.
                Err(LookupError::AliasLoop) => {}
                Err(error) => unknown = Some(error),
            }
        }
        if addresses.iter().any(|a| self.policy.addresses.contains(a)) {
            return Found::Ours;
        }
        let some = !addresses.is_empty();
        if self.policy.reach == Reach::Public {
            addresses.retain(|a| is_public(*a));
        }
        match unknown {
            _ if !addresses.is_empty() => Found::Addresses(addresses),
            Some(error) => Found::Unknown(error),
            None if some => Found::Private,
            None => Found::Nothing,
        }
    }

    /// The addresses of an answer in random order; none behind too many aliases.
    fn addresses(&mut self, host: &DomainName, answer: &Answer) -> Vec<IpAddr> {
        if !answer.aliases.is_empty() {
            let note = Note::Alias(host.clone(), answer.canonical.clone());
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        if answer.aliases.len() > MAX_ALIASES {
            return Vec::new();
        }
        let mut addresses: Vec<_> = answer.records().iter().filter_map(address_of).collect();
        self.random.shuffle(&mut addresses);
        addresses
    }

    async fn ask(&mut self, name: &DomainName, kind: Kind) -> Result<Answer, LookupError> {
        let question = Question::new(Name::from(name), kind);
        let answer = self.resolver.lookup(question.clone()).await;
        self.asked.push(Asked { question, answer: answer.clone() });
        answer
    }
}

fn address_of(record: &Record) -> Option<IpAddr> {
    if let Record::A(a) = record {
        return Some(IpAddr::V4(*a));
    }
    if let Record::Aaaa(a) = record {
        return Some(IpAddr::V6(*a).to_canonical());
    }
    None
}

impl Target {
    /// The name for people: the host, or its address.
    #[must_use]
    pub fn name(&self) -> SafeText {
        match (&self.host, self.addresses.first()) {
            (Some(host), _) => SafeText::display(host),
            (None, Some(ip)) => SafeText::display(ip),
            (None, None) => SafeText::default(),
        }
    }
}

#[cfg(test)]
mod tests;
