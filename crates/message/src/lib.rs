//! RFC 5322 messages as mail systems need them: header fields without copying, authors, Received
//! and Authentication-Results.
//!
//! A message is never changed by reading it. What is odd in it (a bare CR, a NUL, a line that is no
//! field) is left as it stands and reported as a [`Fault`] with its offset.
//!
//! ```
//! use postrider_message::{Authorship, HeaderBlock, author_domains, decode_words, parse_date};
//!
//! let (header, faults) = HeaderBlock::parse(
//!     b"Date: Tue, 24 Nov 2026 08:21:40 +0000\r\n\
//!       From: Ann <ann@example.org>\r\n\
//!       Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n\
//!       \r\n\
//!       body",
//! );
//! assert!(faults.is_empty());
//! assert_eq!(decode_words(header.get("subject").unwrap().raw_value).as_str(), "Grüße");
//! assert!(parse_date(header.get("date").unwrap().raw_value).is_some());
//! let authors = author_domains(&header);
//! assert!(matches!(authors.authorship(), Authorship::One(d) if d.as_str() == "example.org"));
//! ```
//!
//! | module | what it holds | where it comes from |
//! |---|---|---|
//! | [`header`] | [`HeaderBlock`], [`Field`], [`FieldName`], [`HeaderBuf`] | RFC 5322 §2.2 |
//! | [`framer`] | [`Framer`]: header and body of a stream | RFC 5322 §2.1 |
//! | [`fault`], [`limits`] | [`Faults`], [`Limits`] | |
//! | [`address`] | [`mailboxes`]: groups, comments, obsolete forms | RFC 5322 §3.4, §4.4 |
//! | [`author`] | [`author_domains`]: what DMARC must know of From | RFC 5322 §3.6.2 |
//! | [`authres`] | [`AuthResults`]: build, parse; [`forged`] ones | RFC 8601, RFC 8616 |
//! | [`received`] | [`Received`]: build, parse; [`hop_count`] | RFC 5321 §4.4 |
//! | [`date`], [`encoded`] | [`parse_date`], [`decode_words`] | RFC 5322 §3.3, RFC 2047 |
//! | [`submission`] | [`MessageId`], [`missing_fields`] | RFC 6409 §8 |
//! | [`value`] | [`HeaderValue`]: folds itself, holds no line end | RFC 5322 §2.2.3 |
//!
//! Supported besides: internationalised header fields (RFC 6532), groups in From (RFC 6854). Not
//! supported: MIME structure (RFC 2045, RFC 2046), which no part of Postrider looks into.
#![doc(html_root_url = "https://docs.rs/postrider-message")]

pub mod address;
pub mod author;
pub mod authres;
pub mod date;
pub mod encoded;
pub mod fault;
pub mod framer;
pub mod header;
mod lex;
pub mod limits;
pub mod received;
pub mod submission;
pub mod value;

pub use address::{Address, AddressHost, Grammar, mailboxes};
pub use author::{AuthorDomains, AuthorProblem, Authorship, author_domains};
pub use authres::{AuthResults, AuthservId, MethodResult, forged};
pub use date::parse_date;
pub use encoded::decode_words;
pub use fault::{Fault, FaultKind, Faults};
pub use framer::{FrameError, Framer, Framing};
pub use header::{Field, FieldName, HeaderBlock, HeaderBuf};
pub use lex::At;
pub use limits::Limits;
pub use received::{Client, ParsedReceived, Protocol, Received, hop_count};
pub use submission::{MessageId, missing_fields};
pub use value::HeaderValue;
