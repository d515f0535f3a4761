//! RFC 5322 messages as mail systems need them: header fields without copying, authors, Received
//! and Authentication-Results.
//!
//! A message is never changed by reading it. What is odd in it (a bare CR, a NUL, a line that is no
//! field) is left as it stands and reported as a [`Fault`] with its offset.
//!
//! ```
//! use postrider_message::HeaderBlock;
//!
//! let (header, faults) = HeaderBlock::parse(b"From: Ann <ann@example.org>\r\nSubject: hi\r\n\r\nbody");
//! assert!(faults.is_empty());
//! assert_eq!(header.get("subject").unwrap().unfolded(), b" hi");
//! ```
#![doc(html_root_url = "https://docs.rs/postrider-message")]

pub mod address;
pub mod author;
pub mod authres;
pub mod date;
pub mod fault;
pub mod framer;
pub mod header;
mod lex;
pub mod limits;
pub mod received;
pub mod value;

pub use address::{Address, AddressHost, Grammar, mailboxes};
pub use author::{AuthorDomains, AuthorProblem, Authorship, author_domains};
pub use authres::{AuthResults, AuthservId, MethodResult, forged};
pub use date::parse_date;
pub use fault::{Fault, FaultKind, Faults};
pub use framer::{FrameError, Framer, Framing};
pub use header::{Field, FieldName, HeaderBlock, HeaderBuf};
pub use lex::At;
pub use limits::Limits;
pub use received::{Client, ParsedReceived, Protocol, Received, hop_count};
pub use value::HeaderValue;
