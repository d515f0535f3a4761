//! Failure reports (RFC 9991, RFC 6591) in the Abuse Reporting Format (RFC 5965).

mod read;
mod write;

pub(crate) use read::read_feedback;

use postrider_core::{DomainName, SafeText};
use postrider_dmarc::Mechanism;
use std::net::IpAddr;

/// A report about one message.
///
/// Values that only people read (addresses, dates) are kept as they were written: reporters redact
/// them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// `Feedback-Type`
    pub feedback: FeedbackType,
    /// `User-Agent`: the program that made it
    pub user_agent: Option<SafeText>,
    /// `Version` of the format: 1
    pub version: Option<SafeText>,
    /// `Auth-Failure`: which check failed
    pub auth_failure: Option<AuthFailure>,
    /// `Identity-Alignment`: which mechanisms were aligned; an empty list for `none`
    pub aligned: Option<Vec<Mechanism>>,
    /// `Delivery-Result`
    pub delivery: Option<Delivery>,
    /// `Original-Envelope-Id`
    pub envelope_id: Option<SafeText>,
    /// `Original-Mail-From`; empty text for the null sender
    pub mail_from: Option<SafeText>,
    /// `Original-Rcpt-To`
    pub rcpt_to: Vec<SafeText>,
    /// `Arrival-Date`
    pub arrival: Option<SafeText>,
    /// `Reporting-MTA`
    pub reporting_mta: Option<SafeText>,
    /// `Source-IP`
    pub source_ip: Option<IpAddr>,
    /// `Source-Port` (RFC 6692)
    pub source_port: Option<u16>,
    /// `Incidents`: how many such messages this report stands for
    pub incidents: Option<u64>,
    /// `Authentication-Results`
    pub authentication_results: Vec<SafeText>,
    /// `Reported-Domain`
    pub domains: Vec<DomainName>,
    /// `Reported-URI`
    pub uris: Vec<SafeText>,
    /// `DKIM-Domain`
    pub dkim_domain: Option<DomainName>,
    /// `DKIM-Identity`
    pub dkim_identity: Option<SafeText>,
    /// `DKIM-Selector`
    pub dkim_selector: Option<SafeText>,
    /// `SPF-DNS`
    pub spf_dns: Vec<SafeText>,
    /// Other fields, by name.
    pub other: Vec<(SafeText, SafeText)>,
    /// The message, or its header.
    pub original: Option<Original>,
}

/// What the report shows of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Original {
    /// Whether it is whole.
    pub extent: Extent,
    /// Its octets.
    pub octets: Vec<u8>,
}

impl Original {
    /// A message, or its header.
    #[must_use]
    pub const fn new(extent: Extent, octets: Vec<u8>) -> Self {
        Self { extent, octets }
    }
}

/// How much of a message there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 5965 §2")]
pub enum Extent {
    /// `message/rfc822`
    Whole,
    /// `text/rfc822-headers`
    Header,
}

/// The kind of feedback (RFC 5965 §7.3, RFC 6430).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FeedbackType {
    /// A check of authentication failed (RFC 6591).
    #[default]
    AuthFailure,
    /// Spam.
    Abuse,
    /// Fraud or phishing.
    Fraud,
    /// A virus.
    Virus,
    /// Not spam after all.
    NotSpam,
    /// Any other.
    Other(SafeText),
}

/// What failed (RFC 6591 §3.2.1, RFC 9991).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthFailure {
    /// `adsp`
    Adsp,
    /// `bodyhash`
    BodyHash,
    /// `revoked`
    Revoked,
    /// `signature`
    Signature,
    /// `spf`
    Spf,
    /// `dmarc`: nothing is aligned
    Dmarc,
}

/// What was done with the message (RFC 6591 §3.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// `delivered`
    Delivered,
    /// `spam`
    Spam,
    /// `policy`
    Policy,
    /// `reject`
    Reject,
    /// `other`
    Other,
}

impl Failure {
    /// A report that DMARC failed for a message of `domain` from `source_ip`.
    #[must_use]
    pub fn dmarc(domain: DomainName, source_ip: IpAddr) -> Self {
        Self {
            version: Some(SafeText::from_static("1")),
            auth_failure: Some(AuthFailure::Dmarc),
            aligned: Some(Vec::new()),
            source_ip: Some(source_ip),
            domains: vec![domain],
            ..Self::default()
        }
    }
}

impl AuthFailure {
    const WORDS: [(&'static str, Self); 6] = [
        ("adsp", Self::Adsp),
        ("bodyhash", Self::BodyHash),
        ("revoked", Self::Revoked),
        ("signature", Self::Signature),
        ("spf", Self::Spf),
        ("dmarc", Self::Dmarc),
    ];
}

impl Delivery {
    const WORDS: [(&'static str, Self); 5] = [
        ("delivered", Self::Delivered),
        ("spam", Self::Spam),
        ("policy", Self::Policy),
        ("reject", Self::Reject),
        ("other", Self::Other),
    ];
}

impl FeedbackType {
    fn parse(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "auth-failure" => Self::AuthFailure,
            "abuse" => Self::Abuse,
            "fraud" => Self::Fraud,
            "virus" => Self::Virus,
            "not-spam" => Self::NotSpam,
            _ => Self::Other(crate::note::excerpt(word)),
        }
    }
}

impl std::fmt::Display for FeedbackType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::AuthFailure => "auth-failure",
            Self::Abuse => "abuse",
            Self::Fraud => "fraud",
            Self::Virus => "virus",
            Self::NotSpam => "not-spam",
            Self::Other(word) => word.as_str(),
        })
    }
}

/// The word of a value in a list that has every value.
fn word_of<T: PartialEq>(words: &[(&'static str, T)], value: &T) -> &'static str {
    words.iter().find(|(_, v)| v == value).map_or("", |(word, _)| *word)
}
