//! Values and their types: what a variable may be, what a rule compares, and *unknown* as a value.

mod read;
mod tri;
mod write;

pub use read::{ReadListError, ReadValueError};
pub use tri::{Cause, Tri};

use postrider_core::Network;
use postrider_core::{DomainName, Mailbox};
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

/// The type of an expression, known when the rule is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the rule language")]
pub enum Type {
    /// `true`, `false`
    Bool,
    /// A whole number; sizes in octets, times in seconds.
    Int,
    /// Text, compared octet by octet.
    Text,
    /// A domain name, which may be absent.
    Domain,
    /// A mailbox, which may be absent.
    Email,
    /// An IP address.
    Address,
    /// An IP network.
    Network,
    /// The result word of a check, such as `pass`.
    Result,
    /// Many values of one type.
    List(Item),
}

/// What a list may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by the rule language")]
pub enum Item {
    /// Text
    Text,
    /// Domain
    Domain,
    /// Email
    Email,
    /// Network; an address stands for its /32 or /128.
    Network,
    /// Result
    Result,
}

/// The result word of a check (RFC 7208 §2.6, RFC 8601 §2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 8601 §2.7")]
pub enum Verdict {
    /// `pass`
    Pass,
    /// `fail`
    Fail,
    /// `softfail`
    Softfail,
    /// `neutral`
    Neutral,
    /// `none`
    None,
    /// `temperror`: the check could not be made now. Comparing it with another word is unknown.
    Temperror,
    /// `permerror`
    Permerror,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A whole number; sizes in octets, times in seconds.
    Int(i64),
    /// Any text; written with controls escaped.
    Text(Arc<str>),
    /// A domain name; `None` is the empty one, as in `MAIL FROM:<>`.
    Domain(Option<DomainName>),
    /// A mailbox; `None` is the empty one.
    Email(Option<Arc<Mailbox>>),
    /// An address. `From<IpAddr>` turns IPv4-mapped IPv6 into IPv4.
    Address(IpAddr),
    /// A network.
    Network(Network),
    /// A result word.
    Result(Verdict),
    /// Texts.
    Texts(Arc<[Arc<str>]>),
    /// Domain names.
    Domains(Arc<[DomainName]>),
    /// Mailboxes.
    Emails(Arc<[Mailbox]>),
    /// Networks.
    Networks(Arc<[Network]>),
    /// Result words.
    Results(Arc<[Verdict]>),
    /// Not known, and why.
    Unknown(Cause),
}

impl Value {
    /// Text as a value.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// The empty domain, as in `MAIL FROM:<>`.
    #[must_use]
    pub const fn no_domain() -> Self {
        Self::Domain(None)
    }

    /// The empty mailbox, as in `MAIL FROM:<>`.
    #[must_use]
    pub const fn no_email() -> Self {
        Self::Email(None)
    }

    /// Texts as a value.
    #[must_use]
    pub fn texts<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Texts(texts.into_iter().map(Arc::from).collect())
    }

    /// Its type; nothing when it is unknown.
    #[must_use]
    pub const fn type_of(&self) -> Option<Type> {
        Some(match self {
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Text(_) => Type::Text,
            Self::Domain(_) => Type::Domain,
            Self::Email(_) => Type::Email,
            Self::Address(_) => Type::Address,
            Self::Network(_) => Type::Network,
            Self::Result(_) => Type::Result,
            Self::Texts(_) => Type::List(Item::Text),
            Self::Domains(_) => Type::List(Item::Domain),
            Self::Emails(_) => Type::List(Item::Email),
            Self::Networks(_) => Type::List(Item::Network),
            Self::Results(_) => Type::List(Item::Result),
            Self::Unknown(_) => return None,
        })
    }

    /// Whether nothing is known.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }
}

impl Verdict {
    /// All seven words.
    pub const ALL: [Self; 7] = [
        Self::Pass,
        Self::Fail,
        Self::Softfail,
        Self::Neutral,
        Self::None,
        Self::Temperror,
        Self::Permerror,
    ];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Softfail => "softfail",
            Self::Neutral => "neutral",
            Self::None => "none",
            Self::Temperror => "temperror",
            Self::Permerror => "permerror",
        }
    }

    /// The verdict with this name.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.as_str() == word)
    }
}

impl Item {
    /// The type of one of the list's values.
    #[must_use]
    pub const fn as_type(self) -> Type {
        match self {
            Self::Text => Type::Text,
            Self::Domain => Type::Domain,
            Self::Email => Type::Email,
            Self::Network => Type::Network,
            Self::Result => Type::Result,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "Bool",
            Self::Int => "Int",
            Self::Text => "Text",
            Self::Domain => "Domain",
            Self::Email => "Email",
            Self::Address => "Address",
            Self::Network => "Network",
            Self::Result => "Result",
            Self::List(item) => return write!(f, "List of {}", item.as_type()),
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
