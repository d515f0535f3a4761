//! Authentication-Results: build, parse, and find those that others forged (RFC 8601, RFC 8616).
//!
//! ```text
//! value        = [CFWS] authserv-id [ CFWS version ] ( ";" "none" / 1*resinfo )
//! resinfo      = ";" method [ "/" version ] "=" result [ "reason" "=" value ] *propspec
//! propspec     = ptype "." property "=" ( value / [ [ local-part ] "@" ] domain-name )
//! ```
//!
//! Parsing after building gives the same value. Parsing alone is lenient where programs in use are:
//! octets such as `/` or `@` in an unquoted value, a `;` at the end, words without a ptype.

mod forged;
mod parse;
mod trust;
mod write;

pub use forged::forged;
pub use parse::Parsed;
pub use trust::{Hops, believed};

use postrider_core::{DomainName, SafeText};
use std::fmt;

/// Most octets of a value, so that a line can hold it with its quotes.
pub const MAX_VALUE: usize = 256;
/// Most results read from one field.
pub const MAX_RESULTS: usize = 100;
/// Most properties read from one result.
pub const MAX_PROPERTIES: usize = 50;

/// What one Authentication-Results field says.
///
/// ```
/// use postrider_message::authres::{AuthResults, AuthservId, Keyword, MethodResult};
///
/// let spf = MethodResult::new(Keyword::from_static("spf"), Keyword::from_static("pass"))
///     .with("smtp", "mailfrom", &"news@bank.example");
/// let field = AuthResults::new(AuthservId::new("mx.example.org")?).with(spf);
/// assert_eq!(field.to_string(), "mx.example.org; spf=pass smtp.mailfrom=news@bank.example");
/// let parsed = AuthResults::parse(b" mx.example.org; spf=pass smtp.mailfrom=news@bank.example")?;
/// assert_eq!(parsed.field, field);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AuthResults {
    /// Who says it.
    pub authserv_id: AuthservId,
    /// The version of the field's syntax; 1, unless the field says otherwise.
    pub version: u32,
    /// The results; without any, the field says `none`.
    pub results: Vec<MethodResult>,
}

/// The result of one method.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MethodResult {
    /// The method: `spf`, `dkim`, `dmarc`, `iprev`, `auth`, `arc` and others.
    pub method: Keyword,
    /// The method's version; 1, unless the field says otherwise.
    pub version: u32,
    /// The result in the method's words: `pass`, `fail`, `temperror` and others.
    pub result: Keyword,
    /// The comment behind the result, for people.
    pub comment: Option<Value>,
    /// The reason given.
    pub reason: Option<Value>,
    /// What was judged, in the order written.
    pub properties: Vec<Property>,
}

/// `ptype.name=value`
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Property {
    /// Where the value comes from: `smtp`, `header`, `body`, `policy`, `polrec` and others.
    pub ptype: Keyword,
    /// Which part of it.
    pub name: Keyword,
    /// The value.
    pub value: Value,
}

/// A word of letters, digits, `-` and `_`, kept in lower case; names without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Keyword(Box<str>);

/// One line of text of at most [`MAX_VALUE`] octets; it is quoted where that is needed, so no octet
/// in it can begin another result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct Value(SafeText);

/// The id of the service that did the checks, usually its host name.
///
/// Equal without regard to case; domain names are equal in A-labels and U-labels.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct AuthservId(Value);

/// Why text is no [`Keyword`] or [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadWord {
    /// There is no text.
    #[error("empty word")]
    Empty,
    /// A character that may not be in it.
    #[error("octet {at} may not be in it")]
    Octet {
        /// Where.
        at: usize,
    },
    /// More octets than are allowed.
    #[error("{len} octets are too many")]
    Long {
        /// How many.
        len: usize,
    },
}

impl Keyword {
    /// Takes a word.
    ///
    /// # Errors
    /// [`BadWord`]
    pub fn new(word: &str) -> Result<Self, BadWord> {
        if word.len() > 64 {
            return Err(BadWord::Long { len: word.len() });
        }
        let is_bad = |b: u8| !(b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        match word.bytes().position(is_bad) {
            Some(at) => Err(BadWord::Octet { at }),
            None if word.is_empty() => Err(BadWord::Empty),
            None => Ok(Self(word.to_ascii_lowercase().into())),
        }
    }

    /// Takes a word known at build time; a character that may not be in it becomes `-`.
    #[must_use]
    pub fn from_static(word: &'static str) -> Self {
        Self::new(word).unwrap_or_else(|_| {
            let clean = |c: char| {
                if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }
            };
            Self(word.chars().take(64).map(clean).collect())
        })
    }

    /// The word in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value {
    /// Takes text.
    ///
    /// # Errors
    /// [`BadWord`] for control characters and text that is too long.
    pub fn new(text: &str) -> Result<Self, BadWord> {
        if text.len() > MAX_VALUE {
            return Err(BadWord::Long { len: text.len() });
        }
        let text = SafeText::new(text).map_err(|e| BadWord::Octet { at: e.at })?;
        Ok(Self(text))
    }

    /// Shows a value as well as it fits: controls escaped, cut at [`MAX_VALUE`] octets.
    #[must_use]
    pub fn display(value: &dyn fmt::Display) -> Self {
        Self(SafeText::display(value).truncated(MAX_VALUE))
    }

    /// The text, without quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl AuthservId {
    /// Takes an id.
    ///
    /// # Errors
    /// [`BadWord`], also for empty text.
    pub fn new(id: &str) -> Result<Self, BadWord> {
        match id {
            "" => Err(BadWord::Empty),
            id => Ok(Self(Value::new(id)?)),
        }
    }

    /// The id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn key(&self) -> String {
        DomainName::parse(self.as_str())
            .map_or_else(|_| self.as_str().to_lowercase(), |d| d.as_str().to_owned())
    }
}

impl PartialEq for AuthservId {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for AuthservId {}

impl From<&DomainName> for AuthservId {
    fn from(domain: &DomainName) -> Self {
        Self(Value::display(domain))
    }
}

impl AuthResults {
    /// A field without results yet.
    #[must_use]
    pub const fn new(authserv_id: AuthservId) -> Self {
        Self { authserv_id, version: 1, results: Vec::new() }
    }

    /// With one more result.
    #[must_use]
    pub fn with(mut self, result: MethodResult) -> Self {
        self.results.push(result);
        self
    }
}

impl MethodResult {
    /// A result without properties yet.
    #[must_use]
    pub const fn new(method: Keyword, result: Keyword) -> Self {
        Self { method, version: 1, result, comment: None, reason: None, properties: Vec::new() }
    }

    /// With one more property: `ptype` and `name` as registered, and what was judged.
    #[must_use]
    pub fn with(
        mut self,
        ptype: &'static str,
        name: &'static str,
        value: &dyn fmt::Display,
    ) -> Self {
        self.properties.push(Property {
            ptype: Keyword::from_static(ptype),
            name: Keyword::from_static(name),
            value: Value::display(value),
        });
        self
    }

    /// With a reason.
    #[must_use]
    pub fn because(mut self, reason: &dyn fmt::Display) -> Self {
        self.reason = Some(Value::display(reason));
        self
    }

    /// With a comment behind the result.
    #[must_use]
    pub fn commented(mut self, comment: &dyn fmt::Display) -> Self {
        self.comment = Some(Value::display(comment)).filter(|c| !c.as_str().trim().is_empty());
        self
    }

    /// The value of a property.
    #[must_use]
    pub fn property(&self, ptype: &str, name: &str) -> Option<&Value> {
        let is_it = |p: &&Property| p.ptype.as_str() == ptype && p.name.as_str() == name;
        self.properties.iter().find(is_it).map(|p| &p.value)
    }
}

impl fmt::Display for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
