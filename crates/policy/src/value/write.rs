//! Values from Rust's own types, and values as text.

use super::{Tri, Value, Verdict};
use postrider_core::Network;
use postrider_core::{DomainName, Mailbox, SafeText};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

impl fmt::Display for Value {
    /// As a literal of the language; an unknown value with its cause in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => b.fmt(f),
            Self::Int(i) => i.fmt(f),
            Self::Text(text) => quoted(f, text),
            Self::Domain(None) | Self::Email(None) => f.write_str("\"\""),
            Self::Domain(Some(domain)) => quoted(f, domain.as_str()),
            Self::Email(Some(mailbox)) => quoted(f, &mailbox.to_string()),
            Self::Address(address) => address.fmt(f),
            Self::Network(network) => network.fmt(f),
            Self::Result(verdict) => verdict.fmt(f),
            Self::Texts(texts) => list(f, texts, |f, t| quoted(f, t)),
            Self::Domains(domains) => list(f, domains, |f, d| quoted(f, d.as_str())),
            Self::Emails(emails) => list(f, emails, |f, e| quoted(f, &e.to_string())),
            Self::Networks(networks) => list(f, networks, |f, n| n.fmt(f)),
            Self::Results(verdicts) => list(f, verdicts, |f, v| v.fmt(f)),
            Self::Unknown(cause) => write!(f, "unknown ({cause})"),
        }
    }
}

/// Text in quotes; `"`, `\` and controls are escaped.
fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let safe = SafeText::escaped(text.as_bytes());
    write!(f, "\"{}\"", safe.as_str().replace('"', "\\\""))
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str("[")?;
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        one(f, item)?;
    }
    f.write_str("]")
}

impl Value {
    /// The value without quotes, for a reply or a header field.
    #[must_use]
    pub fn plain(&self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Domain(domain) => domain.as_ref().map_or_else(String::new, DomainName::to_string),
            Self::Email(mailbox) => mailbox.as_ref().map_or_else(String::new, |m| m.to_string()),
            Self::Unknown(_) => "unknown".to_owned(),
            Self::Bool(_)
            | Self::Int(_)
            | Self::Address(_)
            | Self::Network(_)
            | Self::Result(_)
            | Self::Texts(_)
            | Self::Domains(_)
            | Self::Emails(_)
            | Self::Networks(_)
            | Self::Results(_) => self.to_string(),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<DomainName> for Value {
    fn from(domain: DomainName) -> Self {
        Self::Domain(Some(domain))
    }
}

impl From<Mailbox> for Value {
    fn from(mailbox: Mailbox) -> Self {
        Self::Email(Some(Arc::new(mailbox)))
    }
}

impl From<IpAddr> for Value {
    fn from(address: IpAddr) -> Self {
        Self::Address(address.to_canonical())
    }
}

impl From<Network> for Value {
    fn from(network: Network) -> Self {
        Self::Network(network)
    }
}

impl From<Verdict> for Value {
    fn from(verdict: Verdict) -> Self {
        Self::Result(verdict)
    }
}

impl From<Tri> for Value {
    fn from(tri: Tri) -> Self {
        match tri {
            Tri::True => Self::Bool(true),
            Tri::False => Self::Bool(false),
            Tri::Unknown(cause) => Self::Unknown(cause),
        }
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Value {
    /// Truth values and numbers as themselves, lists as arrays, unknown as `{"unknown": cause}`,
    /// everything else as text.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(b) => s.serialize_bool(*b),
            Self::Int(i) => s.serialize_i64(*i),
            Self::Texts(texts) => s.collect_seq(texts.iter().map(|t| &**t)),
            Self::Domains(domains) => s.collect_seq(domains.iter().map(DomainName::as_str)),
            Self::Emails(emails) => s.collect_seq(emails.iter().map(Mailbox::to_string)),
            Self::Networks(networks) => s.collect_seq(networks.iter().map(Network::to_string)),
            Self::Results(verdicts) => s.collect_seq(verdicts.iter().map(|v| v.as_str())),
            Self::Unknown(cause) => s.collect_map([("unknown", cause.to_string())]),
            Self::Text(_)
            | Self::Domain(_)
            | Self::Email(_)
            | Self::Address(_)
            | Self::Network(_)
            | Self::Result(_) => s.serialize_str(&self.plain()),
        }
    }
}
