//! What the rules may know: one sheet of named values, filled as the session goes on.

use postrider_core::{DomainName, Mailbox, ReversePath};
use postrider_policy::{Cause, Facts, Name, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Named values known so far. A later stage starts from a clone of the earlier one.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    values: BTreeMap<Name, Value>,
}

impl Sheet {
    /// Sets a value; a name that is no name would be a fault of ours and stays unknown.
    pub fn set(&mut self, name: &str, value: impl Into<Fact>) {
        if let Ok(name) = Name::new(name) {
            self.values.insert(name, value.into().0);
        }
    }

    /// Sets several values that are unknown for one reason.
    pub fn unknown(&mut self, names: &[&str], cause: &Cause) {
        names.iter().for_each(|name| self.set(name, Fact(Value::Unknown(cause.clone()))));
    }
}

impl Facts for Sheet {
    fn get(&self, name: &Name) -> Value {
        self.values.get(name).cloned().unwrap_or(Value::Unknown(Cause::Missing))
    }
}

/// A rule value, made from what our crates have.
#[derive(Clone, Debug)]
pub struct Fact(pub Value);

impl From<Value> for Fact {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<bool> for Fact {
    fn from(flag: bool) -> Self {
        Self(Value::Bool(flag))
    }
}

impl From<u64> for Fact {
    fn from(number: u64) -> Self {
        Self(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<usize> for Fact {
    fn from(number: usize) -> Self {
        Self(Value::Int(i64::try_from(number).unwrap_or(i64::MAX)))
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self(Value::text(text))
    }
}

impl From<Option<&DomainName>> for Fact {
    fn from(domain: Option<&DomainName>) -> Self {
        Self(Value::Domain(domain.cloned()))
    }
}

impl From<Option<&Mailbox>> for Fact {
    fn from(mailbox: Option<&Mailbox>) -> Self {
        Self(Value::Email(mailbox.cloned().map(Arc::new)))
    }
}

impl From<&ReversePath> for Fact {
    fn from(path: &ReversePath) -> Self {
        Self::from(path.mailbox())
    }
}

impl From<Vec<DomainName>> for Fact {
    fn from(domains: Vec<DomainName>) -> Self {
        Self(Value::Domains(domains.into()))
    }
}

impl From<std::net::IpAddr> for Fact {
    fn from(ip: std::net::IpAddr) -> Self {
        Self(Value::Address(ip.to_canonical()))
    }
}
