//! TLSRPT to publish: where senders report that TLS failed (RFC 8460 §3).

use postrider_core::{DomainName, LocalPart, Mailbox};
use postrider_dmarc::Uri;
use postrider_resolver::{Name, NameError, Record};
use std::fmt;

/// Targets of reports about TLS, at least one.
///
/// ```
/// use postrider_dmarc::Uri;
/// use postrider_dns::TlsRpt;
///
/// let rpt = TlsRpt::new(vec![Uri::parse(b"mailto:tls@example.org")?])?;
/// assert_eq!(rpt.to_string(), "v=TLSRPTv1; rua=mailto:tls@example.org");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsRpt(Vec<Uri>);

/// Why a record is not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlsRptRefusal {
    /// There is no target.
    #[error("no target of reports")]
    NoTarget,
    /// Neither `mailto:` nor `https:`.
    #[error("{0} is neither mailto: nor https:")]
    Scheme(Uri),
}

impl TlsRpt {
    /// A record with these targets.
    ///
    /// # Errors
    /// [`TlsRptRefusal`]
    pub fn new(targets: Vec<Uri>) -> Result<Self, TlsRptRefusal> {
        if targets.is_empty() {
            return Err(TlsRptRefusal::NoTarget);
        }
        let other = |uri: &&Uri| !matches!(uri.scheme().as_str(), "mailto" | "https");
        match targets.iter().find(other) {
            Some(uri) => Err(TlsRptRefusal::Scheme(uri.clone())),
            None => Ok(Self(targets)),
        }
    }

    /// Reports to `postmaster` of the domain, which RFC 5321 §4.5.1 requires to exist; nothing where
    /// that address gets too long.
    #[must_use]
    pub fn to_postmaster(domain: &DomainName) -> Option<Self> {
        let local = LocalPart::new("postmaster").ok()?;
        let mailbox = Mailbox::new(local, domain.clone()).ok()?;
        Some(Self(vec![Uri::mailto(&mailbox).ok()?]))
    }

    /// The name and the record to publish for `domain`.
    ///
    /// # Errors
    /// [`NameError`] when the name gets too long.
    pub fn publish(&self, domain: &DomainName) -> Result<(Name, Record), NameError> {
        let name = Name::from(domain).prepend(["_smtp", "_tls"])?;
        Ok((name, Record::Txt(crate::text::split(&self.to_string()))))
    }
}

impl fmt::Display for TlsRpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("v=TLSRPTv1; rua=")?;
        for (n, uri) in self.0.iter().enumerate() {
            f.write_str(if n > 0 { "," } else { "" })?;
            uri.fmt(f)?;
        }
        Ok(())
    }
}
