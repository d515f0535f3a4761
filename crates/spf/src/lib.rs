//! SPF (RFC 7208) with a trace of every step, and iprev (RFC 8601): each verdict shows the term that
//! decided it.
//!
//! ```
//! use postrider_core::UnixTime;
//! use postrider_spf::{Identity, Limits, Sender, Session, Verdict, check};
//! # use postrider_resolver::{Answer, Content, LookupError, Question, Record, Resolver, Txt, block_on};
//! # struct Zone;
//! # impl Resolver for Zone {
//! #     async fn lookup(&self, q: Question) -> Result<Answer, LookupError> {
//! #         let text = Txt::from_strings([&b"v=spf1 ip4:192.0.2.0/24 -all"[..]]);
//! #         Ok(Answer::new(q.name, Content::Records(vec![Record::Txt(text)]), 300))
//! #     }
//! # }
//! # let zone = Zone;
//! let now = UnixTime::from_secs(1_795_508_500);
//! let session = Session::new(
//!     "192.0.2.66".parse()?,
//!     b"mail.bank.example",
//!     Sender::parse(b"news@bank.example"),
//!     &now,
//! );
//! let limits = Limits::rfc7208();
//! let outcome = block_on(check(&zone, &session, Identity::MailFrom, &limits, &mut ()))?;
//! assert_eq!(outcome.verdict, Verdict::Pass);
//! assert_eq!(outcome.matched().unwrap().term(), "ip4:192.0.2.0/24");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds | where it comes from |
//! |---|---|---|
//! | [`record`] | [`Record`], its terms, their faults | RFC 7208 §4.6, §5, §6, §12; RFC 6652 §3 |
//! | [`macros`] | [`MacroString`], [`DomainSpec`] | RFC 7208 §7 |
//! | [`session`] | [`Session`], [`Sender`], [`Identity`], [`Clock`] | RFC 7208 §2, §4.1 |
//! | [`limits`] | [`Limits`], [`Counters`] | RFC 7208 §4.6.4 |
//! | [`outcome`] | [`Outcome`], [`Verdict`], [`Match`] | RFC 7208 §2.6 |
//! | [`why`] | [`Why`] | |
//! | [`iprev`](mod@iprev) | [`Iprev`], [`IprevVerdict`] | RFC 8601 §2.7.3 |
//! | [`reverse`] | [`ConfirmedName`] | RFC 7208 §5.5 |
//! | [`step`], [`story`] | [`Step`], [`Trace`], [`Story`] | |
//! | [`whatif`] | [`what_if`]: costs, what a limit hid, the changes after which a client passes | |
//! | [`received_spf`] | [`ReceivedSpf`] | RFC 7208 §9.1 |
//!
//! Supported: RFC 7208 whole, both identities; RFC 6652 `ra`, `rp` and `rr` are read, reports are not
//! sent; RFC 8616 §4; RFC 8601 §2.7.3. Not supported, because obsolete: record type SPF (99), `spf2.0`.
//!
//! Deviation: RFC 7208 §4.6.4 limits *terms* whose questions have no answer, so a term counts once
//! however many of its questions have none; others count each question.
#![doc(html_root_url = "https://docs.rs/postrider-spf")]

mod eval;
pub mod explanation;
pub mod iprev;
pub mod limits;
pub mod macros;
pub mod outcome;
pub mod received_spf;
pub mod record;
pub mod reverse;
pub mod session;
pub mod step;
pub mod story;
pub mod whatif;
pub mod why;

pub use eval::{check, check_both};
pub use explanation::Explanation;
pub use iprev::{Iprev, IprevVerdict, iprev};
pub use limits::{Counters, Limits};
pub use macros::{DomainSpec, MacroString};
pub use outcome::{AuthResult, Both, Match, Outcome, Verdict};
pub use received_spf::ReceivedSpf;
pub use record::{Fault, FaultKind, Record, is_spf};
pub use reverse::ConfirmedName;
pub use session::{Clock, Identity, Sender, Session};
pub use step::{Event, Step, Trace};
pub use story::Story;
pub use whatif::{WhatIf, what_if};
pub use why::Why;
