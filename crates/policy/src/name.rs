//! Names: of variables, of rules, and of the checks that a trace lists.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

/// Most octets of a name of any kind.
pub const MAX_NAME: usize = 100;

/// The name of a variable, such as `client.ip`.
///
/// ```text
/// name = letter { letter | digit | "_" | "-" | "." }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<str>);

/// The id of a rule: `[a-z0-9-]+`, unique in a policy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(Arc<str>);

/// The stable name of a check in a trace, such as `spf`, `dkim:1` or `rule:honour-dmarc`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CheckName(Arc<str>);

/// Why text is no name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// It holds a character that may not stand there, or nothing at all.
    #[error("a name is {expected}")]
    Form {
        /// What such a name consists of.
        expected: &'static str,
    },
    /// It is longer than [`MAX_NAME`].
    #[error("a name has at most 100 octets")]
    Long,
}

fn checked(
    text: &str,
    valid: impl Fn(usize, u8) -> bool,
    expected: &'static str,
) -> Result<Arc<str>, NameError> {
    if text.len() > MAX_NAME {
        return Err(NameError::Long);
    }
    if text.is_empty() || !text.bytes().enumerate().all(|(at, b)| valid(at, b)) {
        return Err(NameError::Form { expected });
    }
    Ok(text.into())
}

/// Whether octet `b` may continue a variable's name.
pub(crate) const fn is_name_octet(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

impl Name {
    /// Takes a variable's name.
    ///
    /// # Errors
    /// [`NameError`] when it is not a letter followed by letters, digits, `_`, `-` and `.`.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let valid = |at, b: u8| b.is_ascii_alphabetic() || (at > 0 && is_name_octet(b));
        checked(text, valid, "a letter, then letters, digits, _, - and .").map(Self)
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RuleId {
    /// Takes a rule's id.
    ///
    /// # Errors
    /// [`NameError`] when it is not one or more of `a-z`, `0-9` and `-`.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let valid = |_, b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        checked(text, valid, "one or more of a-z, 0-9 and -").map(Self)
    }

    /// The id as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl CheckName {
    /// Takes a check's name.
    ///
    /// # Errors
    /// [`NameError`] when it is not one or more of letters, digits, `_`, `-`, `.` and `:`.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let valid = |_, b: u8| is_name_octet(b) || b == b':';
        checked(text, valid, "letters, digits, _, -, . and :").map(Self)
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for RuleId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_their_grammar() {
        assert!(Name::new("header.list-id").is_ok());
        assert!(Name::new("9lives").is_err());
        assert!(RuleId::new("honour-dmarc").is_ok());
        assert!(RuleId::new("Honour").is_err());
        assert!(CheckName::new("dkim:1").is_ok());
        assert!(CheckName::new("").is_err());
    }

    #[test]
    fn names_are_limited_at_100_octets() {
        assert!(Name::new(&"a".repeat(100)).is_ok());
        assert_eq!(Name::new(&"a".repeat(101)), Err(NameError::Long));
    }
}
