//! Truth values with *unknown* among them, and why something is unknown.

use std::fmt;
use std::sync::Arc;

/// Why something is not known.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Cause {
    /// The client is hidden behind a forwarder.
    ClientHidden,
    /// It was not known when the stage's time was over.
    Deadline,
    /// The caller has no such fact.
    Missing,
    /// The caller gave a value of another type than the schema says.
    WrongType,
    /// The check itself ended in `temperror`.
    Temperror,
    /// A look-up failed; the text says how, such as `SERVFAIL in 2.0 s`.
    Lookup(Arc<str>),
}

/// A truth value with *unknown*, as Kleene's strong logic has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by Kleene's logic")]
pub enum Tri {
    /// True.
    True,
    /// False.
    False,
    /// Neither can be said, for this reason.
    Unknown(Cause),
}

impl Cause {
    /// A failed look-up, with the words that say how.
    #[must_use]
    pub fn lookup(how: &str) -> Self {
        Self::Lookup(how.into())
    }

    /// The cause as a stable word for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ClientHidden => "client-hidden",
            Self::Deadline => "deadline",
            Self::Missing => "missing",
            Self::WrongType => "wrong-type",
            Self::Temperror => "temperror",
            Self::Lookup(_) => "lookup",
        }
    }
}

impl Tri {
    /// Whether it is true.
    #[must_use]
    pub const fn is_true(&self) -> bool {
        matches!(self, Self::True)
    }

    /// Whether it is true or false.
    #[must_use]
    pub const fn is_definite(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

/// `not`
impl std::ops::Not for Tri {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown(cause) => Self::Unknown(cause),
        }
    }
}

impl From<bool> for Tri {
    fn from(b: bool) -> Self {
        if b { Self::True } else { Self::False }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientHidden => "client's address is hidden",
            Self::Deadline => "deadline",
            Self::Missing => "no such fact",
            Self::WrongType => "fact has the wrong type",
            Self::Temperror => "temperror",
            Self::Lookup(how) => how,
        })
    }
}

impl fmt::Display for Tri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::True => f.write_str("true"),
            Self::False => f.write_str("false"),
            Self::Unknown(cause) => write!(f, "unknown ({cause})"),
        }
    }
}
