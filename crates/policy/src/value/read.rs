//! Values from plain text: lists in files, and leaf values of a stored trace.

use super::{Item, Type, Value, Verdict};
use postrider_core::{DomainName, Mailbox, ParseDomainError, ParseMailboxError};
use postrider_core::{Network, ParseNetworkError};
use std::net::IpAddr;
use std::sync::Arc;

/// Why text is no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadValueError {
    /// Neither `true` nor `false`.
    #[error("neither true nor false")]
    Bool,
    /// No whole number.
    #[error("not a whole number")]
    Int,
    /// No domain name.
    #[error(transparent)]
    Domain(#[from] ParseDomainError),
    /// No mailbox.
    #[error(transparent)]
    Email(#[from] ParseMailboxError),
    /// No address or network.
    #[error(transparent)]
    Network(#[from] ParseNetworkError),
    /// No result word.
    #[error("not a result word such as pass")]
    Result,
    /// A list is read element by element.
    #[error("one text is no list")]
    List,
}

/// An element of a list that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("element {at}: {error}")]
pub struct ReadListError {
    /// Which element, from 1.
    pub at: usize,
    /// What is wrong with it.
    #[source]
    pub error: ReadValueError,
}

impl Value {
    /// Reads what [`plain`](Self::plain) writes for a value of type `ty`: without quotes, empty for an absent
    /// Domain or Email.
    ///
    /// # Errors
    /// [`ReadValueError`] when `text` is no value of this type, or `ty` is a list.
    pub fn read(ty: Type, text: &str) -> Result<Self, ReadValueError> {
        Ok(match ty {
            Type::Bool => Self::Bool(text.parse().map_err(|_| ReadValueError::Bool)?),
            Type::Int => Self::Int(text.parse().map_err(|_| ReadValueError::Int)?),
            Type::Text => Self::text(text),
            Type::Domain if text.is_empty() => Self::no_domain(),
            Type::Domain => Self::from(DomainName::parse(text)?),
            Type::Email if text.is_empty() => Self::no_email(),
            Type::Email => Self::from(Mailbox::parse(text.as_bytes())?),
            Type::Address => {
                let address: IpAddr = text.parse().map_err(|_| ParseNetworkError::Address)?;
                Self::from(address)
            }
            Type::Network => Self::Network(text.parse()?),
            Type::Result => Self::Result(verdict(text)?),
            Type::List(_) => return Err(ReadValueError::List),
        })
    }

    /// Reads a list from its elements, as they stand in a file line by line.
    ///
    /// # Errors
    /// [`ReadListError`] names the first element that is no `item`.
    pub fn read_list<'a>(
        item: Item,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, ReadListError> {
        Ok(match item {
            Item::Text => Self::texts(texts),
            Item::Domain => Self::Domains(each(texts, |t| Ok(DomainName::parse(t)?))?),
            Item::Email => Self::Emails(each(texts, |t| Ok(Mailbox::parse(t.as_bytes())?))?),
            Item::Network => Self::Networks(each(texts, |t| Ok(t.parse::<Network>()?))?),
            Item::Result => Self::Results(each(texts, verdict)?),
        })
    }
}

fn verdict(text: &str) -> Result<Verdict, ReadValueError> {
    Verdict::from_word(text).ok_or(ReadValueError::Result)
}

fn each<'a, T>(
    texts: impl IntoIterator<Item = &'a str>,
    one: fn(&str) -> Result<T, ReadValueError>,
) -> Result<Arc<[T]>, ReadListError> {
    let numbered = texts.into_iter().zip(1..);
    numbered.map(|(text, at)| one(text).map_err(|error| ReadListError { at, error })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        for (ty, text) in [
            (Type::Bool, "true"),
            (Type::Int, "-7"),
            (Type::Text, "a \"b\" ü"),
            (Type::Domain, "example.org"),
            (Type::Domain, ""),
            (Type::Email, "\"john doe\"@example.org"),
            (Type::Email, ""),
            (Type::Address, "2001:db8::1"),
            (Type::Network, "192.0.2.0/24"),
            (Type::Result, "temperror"),
        ] {
            let value = Value::read(ty, text).unwrap();
            assert_eq!(value.type_of(), Some(ty));
            assert_eq!(value.plain(), text);
        }
    }

    #[test]
    fn text_of_another_type_is_refused() {
        for (ty, text) in [
            (Type::Bool, "yes"),
            (Type::Int, "4h"),
            (Type::Domain, "a..b"),
            (Type::Email, "example.org"),
            (Type::Address, "192.0.2.0/24"),
            (Type::Network, "10.0.0.1/8"),
            (Type::Result, "Pass"),
            (Type::List(Item::Text), "a"),
        ] {
            assert!(Value::read(ty, text).is_err(), "{ty} {text}");
        }
    }

    #[test]
    fn lists_name_the_element_that_is_wrong() {
        let list = Value::read_list(Item::Network, ["192.0.2.1", "10.0.0.0/8"]).unwrap();
        assert_eq!(list.to_string(), "[192.0.2.1/32, 10.0.0.0/8]");
        let error = Value::read_list(Item::Email, ["a@example.org", "b"]).unwrap_err();
        assert_eq!(error.at, 2);
    }
}
