//! TLS reports (RFC 8460).

mod read;
mod write;

pub use read::ReadJsonError;
pub(crate) use read::read_json;

use postrider_core::{DomainName, SafeText, UnixTime};
use std::net::IpAddr;

/// What a sender saw of the TLS of a domain in one span of time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsReport {
    /// Who reports.
    pub organization: SafeText,
    /// Begin of the span.
    pub begin: UnixTime,
    /// Its last second.
    pub end: UnixTime,
    /// How to reach the reporter.
    pub contact: Option<SafeText>,
    /// The report's id.
    pub report_id: SafeText,
    /// What was seen under each policy.
    pub policies: Vec<TlsPolicy>,
}

impl TlsReport {
    /// A report without policies. Times are written as whole seconds.
    #[must_use]
    pub const fn new(
        organization: SafeText,
        report_id: SafeText,
        begin: UnixTime,
        end: UnixTime,
    ) -> Self {
        Self { organization, begin, end, contact: None, report_id, policies: Vec::new() }
    }
}

/// A policy, and the sessions under it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsPolicy {
    /// Its type; nothing if it is unknown.
    pub kind: Option<PolicyKind>,
    /// Its text: lines of an MTA-STS policy, or TLSA records.
    pub strings: Vec<SafeText>,
    /// The domain it is about.
    pub domain: Option<DomainName>,
    /// The MX patterns of an MTA-STS policy.
    pub mx_hosts: Vec<SafeText>,
    /// Sessions that were fine; nothing if the report does not say.
    pub successful: Option<u64>,
    /// Sessions that failed.
    pub failed: Option<u64>,
    /// What failed.
    pub failures: Vec<TlsFailure>,
}

impl TlsPolicy {
    /// A policy and its counts.
    #[must_use]
    pub fn new(kind: PolicyKind, domain: DomainName, successful: u64, failed: u64) -> Self {
        Self {
            kind: Some(kind),
            domain: Some(domain),
            successful: Some(successful),
            failed: Some(failed),
            ..Self::default()
        }
    }
}

/// Sessions that failed alike.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TlsFailure {
    /// What went wrong; nothing if it is unknown.
    pub result: Option<TlsResult>,
    /// The sender's address.
    pub sending_ip: Option<IpAddr>,
    /// The MX.
    pub receiving_mx: Option<SafeText>,
    /// What it said in its greeting.
    pub receiving_helo: Option<SafeText>,
    /// Its address.
    pub receiving_ip: Option<IpAddr>,
    /// How many sessions.
    pub sessions: Option<u64>,
    /// Where there is more.
    pub information: Option<SafeText>,
    /// The library's own word.
    pub reason_code: Option<SafeText>,
}

impl TlsFailure {
    /// Sessions that failed for one reason.
    #[must_use]
    pub fn new(result: TlsResult, sessions: u64) -> Self {
        Self { result: Some(result), sessions: Some(sessions), ..Self::default() }
    }
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $word:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $value,)* }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$value),*];

            /// The word of the report.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// The type of a policy (RFC 8460 §4.4).
    PolicyKind {
        /// DANE
        Tlsa = "tlsa",
        /// MTA-STS
        Sts = "sts",
        /// Neither.
        NoPolicy = "no-policy-found",
    }
}

words! {
    /// What went wrong in a session (RFC 8460 §4.3).
    TlsResult {
        /// The MX did not offer STARTTLS.
        StarttlsNotSupported = "starttls-not-supported",
        /// The certificate is for other names.
        CertificateHostMismatch = "certificate-host-mismatch",
        /// The certificate has expired.
        CertificateExpired = "certificate-expired",
        /// The certificate's issuer is not trusted.
        CertificateNotTrusted = "certificate-not-trusted",
        /// Something else.
        ValidationFailure = "validation-failure",
        /// The TLSA records cannot be used.
        TlsaInvalid = "tlsa-invalid",
        /// The TLSA records have bad signatures.
        DnssecInvalid = "dnssec-invalid",
        /// The policy asks for DANE, and there are no usable records.
        DaneRequired = "dane-required",
        /// The MTA-STS policy could not be fetched.
        StsPolicyFetchError = "sts-policy-fetch-error",
        /// The MTA-STS policy cannot be read.
        StsPolicyInvalid = "sts-policy-invalid",
        /// The certificate of the policy's server is not valid.
        StsWebpkiInvalid = "sts-webpki-invalid",
    }
}
