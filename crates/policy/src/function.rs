//! The functions of the language.

use crate::value::{Type, Value};
use postrider_core::{DomainName, Host, Mailbox};
use std::borrow::Cow;

/// A function; each is pure and total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    StartsWith,
    EndsWith,
    Contains,
    Glob,
    Under,
    IsFqdn,
    Empty,
    Len,
}

impl Function {
    pub(crate) const ALL: [Self; 8] = [
        Self::StartsWith,
        Self::EndsWith,
        Self::Contains,
        Self::Glob,
        Self::Under,
        Self::IsFqdn,
        Self::Empty,
        Self::Len,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::Contains => "contains",
            Self::Glob => "glob",
            Self::Under => "under",
            Self::IsFqdn => "is_fqdn",
            Self::Empty => "empty",
            Self::Len => "len",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == name)
    }

    /// How many values it takes.
    pub(crate) const fn takes(self) -> usize {
        match self {
            Self::StartsWith | Self::EndsWith | Self::Contains | Self::Glob | Self::Under => 2,
            Self::IsFqdn | Self::Empty | Self::Len => 1,
        }
    }

    pub(crate) const fn result(self) -> Type {
        match self {
            Self::Len => Type::Int,
            Self::StartsWith
            | Self::EndsWith
            | Self::Contains
            | Self::Glob
            | Self::Under
            | Self::IsFqdn
            | Self::Empty => Type::Bool,
        }
    }

    /// The type that a quoted literal gets as one of its values.
    pub(crate) const fn literal(self) -> Type {
        if matches!(self, Self::Under) { Type::Domain } else { Type::Text }
    }

    /// Whether it takes values of type `ty`.
    pub(crate) const fn accepts(self, ty: Type) -> bool {
        let named = matches!(ty, Type::Text | Type::Domain | Type::Email);
        match self {
            Self::StartsWith | Self::EndsWith | Self::Contains | Self::Glob => named,
            Self::Under => matches!(ty, Type::Domain),
            Self::IsFqdn => matches!(ty, Type::Text | Type::Domain),
            Self::Empty | Self::Len => named || matches!(ty, Type::List(_)),
        }
    }

    /// What it takes, for an error.
    pub(crate) const fn wants(self) -> &'static str {
        match self {
            Self::StartsWith | Self::EndsWith | Self::Contains | Self::Glob => {
                "Text, Domain or Email"
            }
            Self::Under => "Domain",
            Self::IsFqdn => "Text or Domain",
            Self::Empty | Self::Len => "Text, Domain, Email or a list",
        }
    }

    /// Its value. Types were checked when the rule was loaded; values that do not fit give nothing.
    pub(crate) fn call(self, first: &Value, second: Option<&Value>) -> Option<Value> {
        let two = |test: fn(&str, &str) -> bool| {
            let (s, t) = (as_text(first)?, as_text(second?)?);
            Some(Value::Bool(test(&s.to_ascii_lowercase(), &t.to_ascii_lowercase())))
        };
        match self {
            Self::StartsWith => two(|s, t| s.starts_with(t)),
            Self::EndsWith => two(|s, t| s.ends_with(t)),
            Self::Contains => two(|s, t| s.contains(t)),
            Self::Glob => two(glob),
            Self::Under => match (first, second?) {
                (Value::Domain(d), Value::Domain(z)) => Some(Value::Bool(under(d, z))),
                _ => None,
            },
            Self::IsFqdn => as_text(first).map(|s| Value::Bool(is_fqdn(&s))),
            Self::Empty => length(first).map(|n| Value::Bool(n == 0)),
            Self::Len => length(first).map(Value::Int),
        }
    }
}

/// Text, Domain or Email, read as text.
fn as_text(value: &Value) -> Option<Cow<'_, str>> {
    if let Value::Text(text) = value {
        return Some(Cow::Borrowed(text));
    }
    if let Value::Domain(domain) = value {
        return Some(Cow::Borrowed(domain.as_ref().map_or("", DomainName::as_str)));
    }
    let Value::Email(mailbox) = value else {
        return None;
    };
    Some(match mailbox {
        Some(mailbox) => Cow::Owned(Mailbox::to_string(mailbox)),
        None => Cow::Borrowed(""),
    })
}

fn under(domain: &Option<DomainName>, zone: &Option<DomainName>) -> bool {
    match (domain, zone) {
        (Some(domain), Some(zone)) => domain.is_at_or_under(zone),
        _ => false,
    }
}

/// Two labels or more, valid letters, not an address.
fn is_fqdn(text: &str) -> bool {
    match Host::parse(text.as_bytes()) {
        // `192.0.2.1` has only letters that a domain name may have.
        Ok(Host::Name(name)) => name.is_full() && text.parse::<std::net::IpAddr>().is_err(),
        Ok(Host::V4(_) | Host::V6(_) | Host::General(_)) | Err(_) => false,
    }
}

/// Octets of a text, items of a list.
fn length(value: &Value) -> Option<i64> {
    let n = match value {
        Value::Texts(list) => list.len(),
        Value::Domains(list) => list.len(),
        Value::Emails(list) => list.len(),
        Value::Networks(list) => list.len(),
        Value::Results(list) => list.len(),
        Value::Text(_) | Value::Domain(_) | Value::Email(_) => as_text(value)?.len(),
        Value::Bool(_)
        | Value::Int(_)
        | Value::Address(_)
        | Value::Network(_)
        | Value::Result(_)
        | Value::Unknown(_) => return None,
    };
    i64::try_from(n).ok()
}

/// `*` stands for any octets, `?` for one character. Only the last `*` is ever tried again, so the
/// work is at most the product of the lengths.
fn glob(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut t, mut p) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while let Some(&c) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == c => {
                t += 1;
                p += 1;
            }
            _ => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(f: Function, s: &str, t: &str) -> bool {
        let (s, t) = (Value::text(s), Value::text(t));
        f.call(&s, Some(&t)) == Some(Value::Bool(true))
    }

    #[test]
    fn text_functions_ignore_ascii_case() {
        assert!(call(Function::StartsWith, "Mail.Example", "mail."));
        assert!(call(Function::EndsWith, "a@EXAMPLE.org", "@example.ORG"));
        assert!(call(Function::Contains, "dsl-Pool-7", "pool"));
        assert!(!call(Function::Contains, "Ü", "ü"));
    }

    #[test]
    fn glob_matches_the_whole_text() {
        for (text, pattern, want) in [
            ("abc", "a*c", true),
            ("abc", "a?c", true),
            ("abcd", "a*c", false),
            ("", "*", true),
            ("", "?", false),
            ("aXbXc", "*x?", true),
            ("ü.example", "?.EXAMPLE", true),
        ] {
            assert_eq!(call(Function::Glob, text, pattern), want, "{text} {pattern}");
        }
    }

    #[test]
    fn full_names_are_no_addresses() {
        let full =
            |s: &str| Function::IsFqdn.call(&Value::text(s), None) == Some(Value::Bool(true));
        assert!(full("mx.example.org"));
        for bad in ["localhost", "192.0.2.1", "[192.0.2.1]", "a_b.example", "", "a..b"] {
            assert!(!full(bad), "{bad}");
        }
    }

    #[test]
    fn empty_domain_is_under_nothing() {
        let zone = Value::from(DomainName::parse("example.org").unwrap());
        let none = Value::no_domain();
        for (d, z) in [(&none, &zone), (&zone, &none), (&none, &none)] {
            assert_eq!(Function::Under.call(d, Some(z)), Some(Value::Bool(false)));
        }
    }

    proptest! {
        #[test]
        fn glob_agrees_with_a_plain_recursion(text in "[ab]{0,8}", pattern in "[ab?*]{0,6}") {
            fn plain(t: &[u8], p: &[u8]) -> bool {
                match (t, p) {
                    (_, [b'*', rest @ ..]) => plain(t, rest) || (!t.is_empty() && plain(&t[1..], p)),
                    ([_, t @ ..], [b'?', p @ ..]) => plain(t, p),
                    ([a, t @ ..], [b, p @ ..]) => a == b && plain(t, p),
                    (t, p) => t.is_empty() && p.is_empty(),
                }
            }
            prop_assert_eq!(glob(&text, &pattern), plain(text.as_bytes(), pattern.as_bytes()));
        }
    }
}
