//! How much of a message's structure is read; each cap is a visible outcome when it is reached.

/// Most octets of a header block.
pub const MAX_HEADER: usize = 1 << 20;
/// Most octets of one field, its name and line ends included.
pub const MAX_FIELD: usize = 64 << 10;
/// Most fields of a header block.
pub const MAX_FIELDS: usize = 2_000;
/// Most octets of a line without its CRLF (RFC 5322 §2.1.1).
pub const MAX_LINE: usize = 998;

/// Caps on the header of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most octets of the header block, the empty line included.
    pub header: usize,
    /// Most octets of one field.
    pub field: usize,
    /// Most fields.
    pub fields: usize,
}

impl Limits {
    /// 1 MiB in all, 64 KiB per field, 2000 fields.
    pub const DEFAULT: Self = Self { header: MAX_HEADER, field: MAX_FIELD, fields: MAX_FIELDS };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Most mailboxes read from one field.
pub const MAX_MAILBOXES: usize = 1_000;
/// Most comments inside of each other.
pub const MAX_COMMENT_DEPTH: usize = 32;
/// Most distinct domains that [`author_domains`](crate::author_domains) keeps.
pub const MAX_AUTHOR_DOMAINS: usize = 100;
/// Most problems that [`author_domains`](crate::author_domains) tells.
pub const MAX_AUTHOR_PROBLEMS: usize = 100;
/// Octets of a group's name that are kept; each of its members carries it.
pub const MAX_GROUP: usize = 256;
