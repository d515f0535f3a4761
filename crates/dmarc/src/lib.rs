//! DMARC (RFC 9989): finds the policy of an author domain, judges alignment, and tells the story of
//! each verdict.
//!
//! The crate knows neither SPF nor DKIM: it takes what they found as plain [`Identifier`]s, so it works
//! beside any implementation of them. DNS comes through a
//! [`Resolver`](postrider_resolver::Resolver); *a failure of DNS is never taken for absence*.
//!
//! ```
//! use postrider_core::DomainName;
//! use postrider_dmarc::{DmarcResult, Identifier, Outcome, Policy, evaluate};
//! use postrider_resolver::{ZoneResolver, block_on};
//!
//! let zone = ZoneResolver::parse("_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject\"\n")?;
//! let author = DomainName::parse("news.corp.example")?;
//! let signer = Identifier::dkim(DomainName::parse("corp.example")?, Outcome::Pass);
//! let verdict = block_on(evaluate(&zone, &author, &[signer], &Policy::DEFAULT))?;
//! assert_eq!(verdict.result, DmarcResult::Pass);
//! assert_eq!(verdict.why.to_string(), "dkim domain corp.example is aligned (relaxed)");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds | where it comes from |
//! |---|---|---|
//! | [`record`] | [`Record`]: read, judged, written | RFC 9989 §4.7, §4.8 |
//! | [`uri`] | [`Uri`]: where reports go | RFC 9989 §4.6 |
//! | [`walk`] | the DNS tree walk, organizational domains | RFC 9989 §4.10 |
//! | [`mod@evaluate`] | [`evaluate()`], [`evaluate_authors`] | RFC 9989 §5.3 |
//! | [`external`] | [`report_destinations`]: who wants reports | RFC 9990 §3 |
//! | [`verdict`] | [`Verdict`], [`Why`]; its `Display` is the story | RFC 9989 §9.2 |
//!
//! Supported: RFC 9989, and the consent of report targets. Not supported: writing and sending reports;
//! the public suffix lists of RFC 7489; `pct`, `rf` and `ri`, which RFC 9989 removed.
#![doc(html_root_url = "https://docs.rs/postrider-dmarc")]

pub mod evaluate;
pub mod external;
pub mod identifier;
pub mod record;
mod story;
pub mod uri;
pub mod verdict;
pub mod walk;
pub mod warning;

pub use evaluate::{Policy, SeveralAuthors, evaluate, evaluate_authors};
pub use external::{Consent, Destination, ReportKind, report_destinations};
pub use identifier::{Identifier, Mechanism, Outcome};
pub use record::{Disposition, Mode, Psd, Record, Testing, is_dmarc_record};
pub use uri::{ParseUriError, Uri};
pub use verdict::{Alignment, DmarcResult, Fit, PolicySource, Verdict, Why};
pub use walk::{Found, OrganizationalRule, WalkStep};
pub use warning::{Problem, Warning};

#[cfg(feature = "serde")]
fn as_text<T: std::fmt::Display, S: serde::Serializer>(value: &T, s: S) -> Result<S::Ok, S::Error> {
    s.collect_str(value)
}
