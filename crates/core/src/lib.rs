//! The vocabulary of mail: domain names, mailboxes, paths, tag lists, ids and time, each able to
//! hold only valid values.
//!
//! Every other Postrider crate speaks in these types, so that a value is checked once, where it
//! enters, and can be written back to the wire without a second look. Nothing here does I/O, reads a
//! clock or draws a random number.
//!
//! ```
//! use postrider_core::{DomainName, Mailbox};
//!
//! let mailbox = Mailbox::parse(br#""john doe"@Example.ORG"#)?;
//! assert_eq!(mailbox.to_string(), r#""john doe"@example.org"#);
//! assert!(mailbox.domain_name().is_some_and(|d| d.is_at_or_under(&DomainName::parse("example.org").unwrap())));
//! # Ok::<(), postrider_core::ParseMailboxError>(())
//! ```
//!
//! | module | what it holds | where it comes from |
//! |---|---|---|
//! | [`domain`] | [`DomainName`] | RFC 1035 §2.3.1, RFC 5890 |
//! | [`host`] | [`Host`]: a domain or an address literal | RFC 5321 §4.1.3 |
//! | [`mailbox`] | [`Mailbox`], [`LocalPart`] | RFC 5321 §4.1.2, RFC 6531 §3.3 |
//! | [`path`] | [`ReversePath`], [`ForwardPath`] | RFC 5321 §4.1.2 |
//! | [`network`] | [`Network`] | RFC 4632 |
//! | [`text`] | [`SafeText`]: one line that cannot inject another | |
//! | [`tags`] | [`TagList`] | RFC 6376 §3.2 |
//! | [`time`] | [`UnixTime`] | |
//! | [`id`] | [`Id`], [`IdSource`] | |
//! | [`secret`] | [`Secret`] | |
#![doc(html_root_url = "https://docs.rs/postrider-core")]

pub mod domain;
pub mod host;
pub mod id;
pub mod mailbox;
pub mod network;
pub mod path;
pub mod secret;
pub mod span;
pub mod tags;
pub mod text;
pub mod time;

pub use domain::{DomainName, ParseDomainError};
pub use host::{Host, ParseHostError};
pub use id::{Id, IdSource, ParseIdError};
pub use mailbox::{LocalPart, Mailbox, ParseMailboxError};
pub use network::{Network, ParseNetworkError};
pub use path::{ForwardPath, ParsePathError, ReversePath};
pub use secret::Secret;
pub use span::Span;
pub use tags::{Tag, TagError, TagList};
pub use text::{SafeText, UnsafeText};
pub use time::UnixTime;
