//! What is wrong with a record without making it useless.

use postrider_core::{SafeText, Span};
use std::fmt;

/// A fault in a record, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Warning {
    /// What is wrong.
    pub problem: Problem,
    /// The tag it is about; empty if none.
    pub tag: SafeText,
    /// Where it stands in the record's text.
    pub span: Span,
}

/// A kind of fault in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Problem {
    /// A tag that no RFC defines; ignored.
    Unknown,
    /// `pct`, `rf` or `ri`, which RFC 9989 removed; ignored.
    Removed,
    /// A tag that stands there already; the first counts.
    Duplicate,
    /// A value that the tag cannot have; the tag counts as absent.
    BadValue,
    /// A name that is none; ignored.
    BadName,
    /// Text without `=`; ignored.
    NoEquals,
    /// No `p`.
    NoPolicy,
    /// A URI that is none, or with a broken size limit; ignored.
    BadUri,
    /// A URI with a size limit, which RFC 9989 made obsolete; the limit is ignored.
    SizeLimit,
    /// More URIs than are read.
    TooManyUris,
    /// More tags than are read.
    TooManyTags,
}

impl Problem {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "unknown-tag",
            Self::Removed => "removed-tag",
            Self::Duplicate => "duplicate-tag",
            Self::BadValue => "bad-value",
            Self::BadName => "bad-name",
            Self::NoEquals => "no-equals",
            Self::NoPolicy => "no-policy",
            Self::BadUri => "bad-uri",
            Self::SizeLimit => "size-limit",
            Self::TooManyUris => "too-many-uris",
            Self::TooManyTags => "too-many-tags",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tag = &self.tag;
        match self.problem {
            Problem::Unknown => write!(f, "unknown tag {tag} is ignored")?,
            Problem::Removed => write!(f, "tag {tag} was removed by RFC 9989 and is ignored")?,
            Problem::Duplicate => write!(f, "tag {tag} stands there twice, the first counts")?,
            Problem::BadValue => write!(f, "value of {tag} is not valid, the tag is ignored")?,
            Problem::BadName => write!(f, "tag name {tag} is not valid, the tag is ignored")?,
            Problem::NoEquals => write!(f, "{tag} has no = and is ignored")?,
            Problem::NoPolicy => write!(f, "no p tag")?,
            Problem::BadUri => write!(f, "URI in {tag} is not valid and is ignored")?,
            Problem::SizeLimit => write!(f, "size limit in {tag} is obsolete and is ignored")?,
            Problem::TooManyUris => write!(f, "too many URIs in {tag}, the rest is ignored")?,
            Problem::TooManyTags => write!(f, "too many tags, the rest is ignored")?,
        }
        write!(f, " (octet {})", self.span.start)
    }
}
