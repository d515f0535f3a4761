//! Reports about mail: collects, writes, reads and sums up DMARC aggregate reports (RFC 9990), failure
//! reports (RFC 9991) and TLS reports (RFC 8460).
//!
//! Reports come from anyone, so reading them is bounded ([`Limits`]) before it is lenient; what
//! departs from the specifications is told as typed [`Note`]s.
//!
//! ```
//! use postrider_core::{SafeText, UnixTime};
//! use postrider_reports::aggregate::{
//!     Collector, Evaluated, EvaluatedDisposition, Metadata, Observation, PassFail, PolicyPublished, Row,
//! };
//! use postrider_reports::{Limits, Report, read};
//!
//! let mut collector = Collector::default();
//! let evaluated = Evaluated::new(EvaluatedDisposition::Pass, PassFail::Pass, PassFail::Fail);
//! let row = Row::new("192.0.2.1".parse()?, 1, evaluated, "bank.example".parse()?);
//! collector.add(Observation::new(PolicyPublished::new("bank.example".parse()?), row));
//!
//! let text = SafeText::from_static;
//! let (begin, end) = (UnixTime::from_secs(1_795_478_400), UnixTime::from_secs(1_795_564_799));
//! let reports = collector.finish(|_| {
//!     Metadata::new(text("Receiver"), text("dmarc@rcpt.example"), text("20261124.1"), begin, end)
//! });
//! let reading = read(&reports[0].to_gzip(), &Limits::DEFAULT)?;
//! assert_eq!(reading.report, Report::Aggregate(Box::new(reports[0].clone())));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds | where it comes from |
//! |---|---|---|
//! | [`mod@read`] | [`read()`]: any report in any container | |
//! | [`aggregate`] | [`Aggregate`](aggregate::Aggregate), [`Collector`](aggregate::Collector) | RFC 9990, RFC 7489 appendix C |
//! | [`failure`] | [`Failure`](failure::Failure) | RFC 9991, RFC 6591, RFC 5965 |
//! | [`tls`] | [`TlsReport`](tls::TlsReport) | RFC 8460 |
//! | [`summary`] | [`Summary`](summary::Summary): who sends as me, what passes, what to fix | |
//! | [`mail`] | [`Addressing`](mail::Addressing) of the mail around a report | |
//! | [`container`] | gzip, zip and mail, opened within one budget | RFC 1952, APPNOTE 6.3, RFC 2046 |
//! | [`note`] | [`Note`]: what a reporter does otherwise | |
//!
//! Not supported: sending; `https:` targets of TLS reports; S/MIME and other layers around mail.
#![doc(html_root_url = "https://docs.rs/postrider-reports")]

pub mod aggregate;
pub mod container;
pub mod failure;
mod limits;
pub mod mail;
pub mod note;
pub mod read;
pub mod summary;
pub mod tls;

pub use container::UnpackError;
pub use limits::Limits;
pub use note::{Deviation, Note};
pub use read::{ReadError, Reading, Report, read};
