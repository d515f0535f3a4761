//! The DNS records of a mail domain: typed builders for SPF, DKIM, DMARC and MX, and a plan of
//! everything that a server needs, as zone text, rows for a web form, or the difference to what is
//! published.
//!
//! ```
//! use postrider_core::DomainName;
//! use postrider_dns::{Mx, SetUp, Style, ZonePlan};
//!
//! let domain = DomainName::parse("example.org")?;
//! let host = DomainName::parse("mx.example.org")?;
//! let mut setup = SetUp::new(domain, host.clone());
//! setup.addresses = vec!["198.51.100.7".parse()?];
//! setup.mx = Mx::to(host);
//!
//! let text = ZonePlan::for_setup(&setup)?.zone_text(Style::Bind);
//! assert!(text.contains("IN MX   10 mx.example.org."));
//! assert!(text.contains(r#"IN TXT  "v=spf1 ip4:198.51.100.7 -all""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | holds |
//! |---|---|
//! | [`spf`] | [`Spf`]: builds, merges and extends SPF records (RFC 7208) |
//! | [`dmarc`] | [`Dmarc`]: builds DMARC records (RFC 9989) |
//! | [`dkim`] | where a key record stands, and which are refused (RFC 6376, RFC 8301) |
//! | [`mx`] | [`Mx`]: mail exchangers, or the null MX (RFC 5321 §5, RFC 7505) |
//! | [`text`] | long text in strings of at most 255 octets (RFC 1035 §3.3) |
//! | [`setup`], [`plan`] | from a [`SetUp`] to a [`ZonePlan`] |
//! | [`render`], [`mod@diff`] | the plan as text, and against what is published |
//! | [`mod@nsupdate`] | the difference as a dynamic update (RFC 2136) |
//! | [`sts`], [`tlsrpt`], [`tlsa`], [`bimi`] | MTA-STS (RFC 8461), TLSRPT (RFC 8460), DANE (RFC 7672), BIMI |
//! | [`mod@audit`] | what is wrong with a published domain, over any resolver |
//! | [`code`], [`mod@lint`] | [`Code`]: what can be wrong; [`lint::lint`]: what is wrong with a record |
//!
//! A builder refuses what a verifier would refuse or what would let anybody pass; what is merely
//! unwise is left to the linter.
#![doc(html_root_url = "https://docs.rs/postrider-dns")]

pub mod audit;
pub mod bimi;
pub mod code;
pub mod diff;
pub mod dkim;
pub mod dmarc;
pub mod lint;
pub mod mx;
pub mod nsupdate;
pub mod plan;
pub mod render;
pub mod setup;
pub mod spf;
pub mod sts;
#[cfg(test)]
mod test_keys;
pub mod text;
pub mod tlsa;
pub mod tlsrpt;

pub use audit::{Finding, Fix, audit};
pub use bimi::Bimi;
pub use code::{Code, Level};
pub use diff::{Difference, State};
pub use dkim::{DkimKey, DkimRefusal};
pub use dmarc::{Dmarc, DmarcBuilder, DmarcRefusal};
pub use lint::{Lint, RecordKind};
pub use mx::{Mx, MxError};
pub use plan::{Ask, PlanError, Planned, Purpose, ZonePlan};
pub use render::{Row, Style};
pub use setup::SetUp;
pub use spf::{Spf, SpfBuilder, SpfRefusal};
pub use sts::{MtaSts, StsMode};
pub use tlsa::Tlsa;
pub use tlsrpt::TlsRpt;
