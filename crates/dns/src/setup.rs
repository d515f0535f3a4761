//! What a server is, as far as DNS must know.

use crate::bimi::Bimi;
use crate::dkim::DkimKey;
use crate::dmarc::Dmarc;
use crate::mx::Mx;
use crate::sts::MtaSts;
use crate::tlsa::Tlsa;
use crate::tlsrpt::TlsRpt;
use postrider_core::DomainName;

use std::net::IpAddr;

/// A domain and the server that sends and receives its mail, as plain data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetUp {
    /// The domain of the addresses.
    pub domain: DomainName,
    /// The server's own name, which it says in EHLO.
    pub host: DomainName,
    /// The public addresses at which the server is reached.
    pub addresses: Vec<IpAddr>,
    /// The public addresses from which it sends; those of `addresses` if `None`.
    pub egress: Option<Vec<IpAddr>>,
    /// Who takes mail for the domain.
    pub mx: Mx,
    /// Domains whose SPF record names relays that also send for us.
    pub spf_includes: Vec<DomainName>,
    /// The keys that sign.
    pub keys: Vec<DkimKey>,
    /// The policy to publish.
    pub dmarc: Dmarc,
    /// Addresses of relays that also send for us.
    pub relays: Vec<IpAddr>,
    /// Block lists in which to look for our addresses (RFC 5782).
    pub block_lists: Vec<DomainName>,
    /// The domain of MAIL FROM, where it is another than `domain`.
    pub bounce_domain: Option<DomainName>,
    /// The keys of the certificates that the server shows at port 25.
    pub tlsa: Vec<Tlsa>,
    /// The MTA-STS policy.
    pub sts: Option<MtaSts>,
    /// Where reports about TLS go.
    pub tls_reports: Option<TlsRpt>,
    /// The logo.
    pub bimi: Option<Bimi>,
    /// How long the records may be kept, in seconds.
    pub ttl: u32,
}

impl SetUp {
    /// Seconds that records may be kept unless set otherwise.
    pub const TTL: u32 = 3600;

    /// A domain whose mail goes to `host`, without addresses and keys yet.
    ///
    /// The DMARC policy asks for reports to `postmaster` of the domain and for nothing else.
    #[must_use]
    pub fn new(domain: DomainName, host: DomainName) -> Self {
        let dmarc = Dmarc::reports_only(&domain);
        Self {
            mx: Mx::to(host.clone()),
            domain,
            host,
            addresses: Vec::new(),
            egress: None,
            spf_includes: Vec::new(),
            keys: Vec::new(),
            dmarc,
            relays: Vec::new(),
            block_lists: Vec::new(),
            bounce_domain: None,
            tlsa: Vec::new(),
            sts: None,
            tls_reports: None,
            bimi: None,
            ttl: Self::TTL,
        }
    }

    /// The addresses from which the server sends.
    #[must_use]
    pub fn senders(&self) -> &[IpAddr] {
        self.egress.as_deref().unwrap_or(&self.addresses)
    }
    /// The domain of MAIL FROM.
    #[must_use]
    pub fn mail_from(&self) -> &DomainName {
        self.bounce_domain.as_ref().unwrap_or(&self.domain)
    }
}
