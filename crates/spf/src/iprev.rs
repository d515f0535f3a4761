//! iprev: does the client have a name that leads back to it (RFC 8601 §2.7.3)?

use crate::eval::asker::{Asker, Unanswered};
use crate::limits::Limits;
use crate::reverse::{ConfirmedName, Reverse, Tried, address, address_kind, reverse};
use crate::session::Clock;
use postrider_core::SafeText;
use postrider_resolver::{LookupError, Name, Resolver};
use std::fmt;
use std::net::IpAddr;

/// The result of an iprev check, in the words of RFC 8601 §2.7.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 8601 §2.7.3")]
pub enum IprevVerdict {
    /// A reverse name has the client's address.
    Pass,
    /// There are names, and none has the client's address.
    Fail,
    /// DNS did not answer; later it may.
    TempError,
    /// The address has no name.
    PermError,
}

/// The verdict and the evidence of an iprev check. `Display` tells it name by name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct Iprev {
    /// The client, IPv4-mapped addresses as IPv4.
    pub client: IpAddr,
    /// The result.
    pub verdict: IprevVerdict,
    /// Its reason.
    pub why: IprevWhy,
    /// The names looked at, in the order of the answer.
    pub names: Vec<NameTried>,
    /// How many names were not looked at because there were too many.
    pub skipped: usize,
}

/// Why an iprev check has its verdict. `Display` is one line of US-ASCII.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum IprevWhy {
    /// This name has the client's address: pass.
    Confirmed(ConfirmedName),
    /// No name has the client's address: fail.
    NoneConfirmed,
    /// There is no PTR record: permerror.
    NoName,
    /// The PTR question, or that of a name while no other was confirmed, had no answer: temperror.
    Unanswered {
        /// The name asked for.
        name: Name,
        /// Why there is no answer.
        error: IprevError,
    },
}

/// Why a question of an iprev check has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IprevError {
    /// DNS does not know.
    #[error(transparent)]
    Dns(#[from] LookupError),
    /// [`Limits::elapsed`] was over.
    #[error("the check took too long")]
    Elapsed,
}

/// One reverse name and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NameTried {
    /// The name.
    pub name: Name,
    /// Its addresses of the client's family; none if it has none or does not exist.
    pub addresses: Result<Vec<IpAddr>, IprevError>,
    /// The same name as a confirmed one, if it is.
    pub confirmed: Option<ConfirmedName>,
}

/// Checks that the client's reverse name leads back to it (RFC 8601 §2.7.3).
///
/// **DNS look-ups made**: PTR at the reverse name; A or AAAA, by the client's family, at each of the
/// first [`Limits::ptr_names`] names.
///
/// **Verdicts**: [`IprevVerdict`].
pub async fn iprev<R: Resolver>(
    resolver: &R,
    client: IpAddr,
    limits: &Limits,
    clock: &dyn Clock,
) -> Iprev {
    let client = client.to_canonical();
    let mut trace = ();
    let mut asker = Asker::new(resolver, clock, limits, &mut trace);
    let found = reverse(&mut asker, client, limits.ptr_names).await;
    let why = reason(&found, client);
    Iprev {
        client,
        verdict: why.verdict(),
        why,
        names: found.tried.into_iter().map(NameTried::from).collect(),
        skipped: found.skipped,
    }
}

fn reason(found: &Reverse, client: IpAddr) -> IprevWhy {
    if let Some(name) = found.confirmed().next() {
        return IprevWhy::Confirmed(name.clone());
    }
    if let Some(Err(e)) = &found.pointer {
        let name = Name::reverse(client);
        return IprevWhy::Unanswered { name, error: e.clone().into() };
    }
    if found.tried.is_empty() {
        return IprevWhy::NoName;
    }
    // A name without an answer could have been the right one: unknown is not no.
    let unanswered = found.tried.iter().find_map(|t| Some((t, t.answer.as_ref().err()?)));
    match unanswered {
        Some((t, e)) => IprevWhy::Unanswered { name: t.name.clone(), error: e.clone().into() },
        None => IprevWhy::NoneConfirmed,
    }
}

impl Iprev {
    /// The client's name, if one is confirmed.
    #[must_use]
    pub const fn name(&self) -> Option<&ConfirmedName> {
        match &self.why {
            IprevWhy::Confirmed(name) => Some(name),
            IprevWhy::NoneConfirmed | IprevWhy::NoName | IprevWhy::Unanswered { .. } => None,
        }
    }

    /// The result for Authentication-Results: `policy.iprev` is the address (RFC 8601 §2.7.3).
    #[must_use]
    pub fn auth_result(&self) -> crate::AuthResult {
        crate::AuthResult {
            method: "iprev",
            result: self.verdict.as_str(),
            property: "policy.iprev",
            value: SafeText::display(&self.client),
            reason: SafeText::display(&self.why),
        }
    }
}

impl IprevVerdict {
    /// The word of RFC 8601, in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::TempError => "temperror",
            Self::PermError => "permerror",
        }
    }
}

impl IprevWhy {
    /// The verdict that this reason leads to.
    #[must_use]
    pub const fn verdict(&self) -> IprevVerdict {
        match self {
            Self::Confirmed(_) => IprevVerdict::Pass,
            Self::NoneConfirmed => IprevVerdict::Fail,
            // RFC 8601 §2.7.3: "The DNS evaluation could not be completed because no PTR data are
            // published for the connecting IP address".
            Self::NoName => IprevVerdict::PermError,
            Self::Unanswered { .. } => IprevVerdict::TempError,
        }
    }

    /// A stable name for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Confirmed(_) => "ptr-confirmed",
            Self::NoneConfirmed => "ptr-unconfirmed",
            Self::NoName => "ptr-missing",
            Self::Unanswered { .. } => "dns-failure",
        }
    }
}

impl From<Tried> for NameTried {
    fn from(tried: Tried) -> Self {
        let addresses = tried
            .answer
            .map(|answer| answer.records().iter().filter_map(address).collect())
            .map_err(IprevError::from);
        Self { name: tried.name, addresses, confirmed: tried.confirmed }
    }
}

impl From<Unanswered> for IprevError {
    fn from(e: Unanswered) -> Self {
        match e {
            Unanswered::Elapsed(_) => Self::Elapsed,
            Unanswered::Dns(_, error) => Self::Dns(error),
        }
    }
}

impl fmt::Display for IprevVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for IprevWhy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Confirmed(name) => write!(f, "{} leads back to the client", name.name()),
            Self::NoneConfirmed => f.write_str("no reverse name leads back to the client"),
            Self::NoName => f.write_str("the address has no reverse name"),
            Self::Unanswered { name, error } => {
                write!(f, "{name}: {}", error.to_string().escape_default())
            }
        }
    }
}

impl fmt::Display for Iprev {
    /// The story: the question, each name with its addresses, the verdict.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = address_kind(self.client);
        writeln!(f, "iprev ip={}", self.client)?;
        for tried in &self.names {
            write!(f, " PTR {}  ", tried.name)?;
            match &tried.addresses {
                Ok(addresses) if addresses.is_empty() => write!(f, "no {kind}")?,
                Ok(addresses) => {
                    write!(f, "{kind}")?;
                    addresses.iter().try_for_each(|a| write!(f, " {a}"))?;
                }
                Err(e) => write!(f, "{kind}: {}", e.to_string().escape_default())?,
            }
            writeln!(f, "{}", if tried.confirmed.is_some() { ", confirmed" } else { "" })?;
        }
        if self.skipped > 0 {
            writeln!(f, " {} more names, not looked at", self.skipped)?;
        }
        write!(f, " {} ({})", self.verdict, self.why)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Iprev {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let names: Vec<_> = self.names.iter().map(|t| &t.name).collect();
        let mut out = s.serialize_struct("Iprev", 6)?;
        out.serialize_field("client", &self.client)?;
        out.serialize_field("verdict", &self.verdict)?;
        out.serialize_field("code", self.why.code())?;
        out.serialize_field("why", &self.why.to_string())?;
        out.serialize_field("name", &self.name().map(ConfirmedName::name))?;
        out.serialize_field("names", &names)?;
        out.end()
    }
}
