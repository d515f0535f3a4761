//! What a listener offers, demands and bears.

use super::limits::{Limits, Timeouts};
use crate::command::Leniency;
use crate::sasl::Mechanism;
use postrider_core::{DomainName, Network, UnixTime};

/// Settings of a listener, shared by its connections. [`Config::new`] is strict and offers neither
/// TLS nor AUTH; public fields change that.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The name in the greeting and in the EHLO reply.
    pub hostname: DomainName,
    /// Whether the listener speaks SMTP or LMTP.
    pub service: Service,
    /// TLS on this listener.
    pub tls: Tls,
    /// AUTH on this listener.
    pub auth: Auth,
    /// Peers that begin with a PROXY header, and are believed. All others are themselves.
    pub proxies: Vec<Network>,
    /// Extensions that may be left out.
    pub extensions: Extensions,
    /// Commands that the application answers instead of us.
    pub queries: Queries,
    /// What is read beyond the grammar.
    pub leniency: Leniency,
    /// What becomes of a message whose line ends are none.
    pub wire: WirePolicy,
    /// Limits.
    pub limits: Limits,
    /// Timeouts.
    pub timeouts: Timeouts,
}

/// What a listener speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum Service {
    /// SMTP: EHLO and HELO.
    #[default]
    Smtp,
    /// LMTP (RFC 2033): LHLO, and a reply for each recipient. Never on port 25 (§5).
    Lmtp,
}

/// How a listener stands to TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tls {
    /// Not available.
    #[default]
    Off,
    /// STARTTLS is announced (RFC 3207).
    Offered,
    /// STARTTLS is announced, and nothing of note happens before it.
    Required,
    /// The connection begins with TLS (RFC 8314 §3).
    Implicit,
}

/// How a listener stands to AUTH (RFC 4954). It is announced under TLS only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Auth {
    /// Not available.
    #[default]
    Off,
    /// Announced under TLS.
    Offered(Vec<Mechanism>),
    /// Announced under TLS, and MAIL needs it.
    Required(Vec<Mechanism>),
}

/// Extensions that are announced. PIPELINING, SIZE, 8BITMIME and ENHANCEDSTATUSCODES always are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extensions {
    /// SMTPUTF8 (RFC 6531).
    pub smtputf8: Offer,
    /// LIMITS (RFC 9422).
    pub limits: Offer,
    /// DSN (RFC 3461).
    pub dsn: Offer,
    /// CHUNKING (RFC 3030).
    pub chunking: Offer,
    /// BINARYMIME (RFC 3030), which is announced with CHUNKING only.
    pub binarymime: Offer,
    /// REQUIRETLS (RFC 8689), which is announced under TLS only.
    pub requiretls: Offer,
    /// MT-PRIORITY (RFC 6710), with what its priorities mean.
    pub priority: Option<PriorityProfile>,
    /// DELIVERBY (RFC 2852).
    pub deliver_by: Option<ByMinimum>,
    /// FUTURERELEASE (RFC 4865), for submission.
    pub hold: Option<HoldLimits>,
}

/// What priorities mean here (RFC 6710 §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PriorityProfile {
    /// Nothing that has a name.
    Unnamed,
    /// `MIXER`
    Mixer,
    /// `STANAG4406`
    Stanag4406,
    /// `NSEP`
    Nsep,
}

/// The least time in which a message can be asked to be delivered or returned (RFC 2852 §3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 2852 §3")]
pub enum ByMinimum {
    /// Any time.
    None,
    /// So many seconds.
    Seconds(u32),
}

/// How long a message may be held (RFC 4865 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "closed by RFC 4865 §4")]
pub struct HoldLimits {
    /// The most seconds of `HOLDFOR=`, up to 999999999.
    pub seconds: u32,
    /// The last moment of `HOLDUNTIL=`.
    pub until: UnixTime,
}

/// Whether something is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a switch")]
pub enum Offer {
    /// It is.
    Yes,
    /// It is not.
    No,
}

/// Who answers VRFY, EXPN and HELP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Queries {
    /// We do: 252, 502 and 214.
    #[default]
    Standard,
    /// The application, by [`Event::Query`](super::Event::Query).
    Application,
}

/// What becomes, at its real end, of a message with octets that are no line end and look like one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WirePolicy {
    /// CR without LF.
    pub bare_cr: OnFault,
    /// LF without CR.
    pub bare_lf: OnFault,
    /// NUL.
    pub nul: OnFault,
    /// A line of more than 1000 octets (RFC 5321 §4.5.3.1.6); kept unless said otherwise.
    pub long_line: LongLine,
}

/// What becomes of a message with a fault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnFault {
    /// It is refused with 554 5.6.0, and the reply names the octet.
    #[default]
    Reject,
    /// It is delivered as it came, and the fault is in its statistics.
    Keep,
}

/// What becomes of a message with an over-long line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LongLine {
    /// It is delivered as it came, and the length is in its statistics.
    #[default]
    Keep,
    /// It is refused with 554 5.6.0.
    Reject,
}

impl Config {
    /// A strict listener without TLS and AUTH.
    #[must_use]
    pub fn new(hostname: DomainName) -> Self {
        Self {
            hostname,
            service: Service::Smtp,
            tls: Tls::Off,
            auth: Auth::Off,
            proxies: Vec::new(),
            extensions: Extensions::usual(),
            queries: Queries::Standard,
            leniency: Leniency::strict(),
            wire: WirePolicy::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }

    /// The most octets of a command line with its CRLF: the base and what each announced extension
    /// adds to MAIL or RCPT.
    #[must_use]
    pub const fn command_line(&self) -> usize {
        const fn when(offered: bool, octets: usize) -> usize {
            if offered { octets } else { 0 }
        }
        let Extensions { dsn, priority, deliver_by, hold, .. } = &self.extensions;
        // RFC 1870 §3: 26; RFC 6152 §2: 17; RFC 6531 §3.4: 10; RFC 4954 §5: 500; RFC 8689 §2: 11;
        // RFC 6710 §4: 15; RFC 2852 §3: 17; RFC 4865 §4: 34.
        let added = 26
            + 17
            + when(self.extensions.smtputf8.is_yes(), 10)
            + when(!matches!(self.auth, Auth::Off), 500)
            // " NOTIFY=SUCCESS,FAILURE,DELAY", and " ORCPT=" with its 500 octets (RFC 3461 §4.2).
            + when(dsn.is_yes(), 29 + 7 + 500)
            + when(self.extensions.requiretls.is_yes(), 11)
            + when(priority.is_some(), 15)
            + when(deliver_by.is_some(), 17)
            + when(hold.is_some(), 34);
        self.limits.command_line.saturating_add(added)
    }
}

impl Offer {
    pub(super) const fn is_yes(self) -> bool {
        matches!(self, Self::Yes)
    }
}

impl Extensions {
    /// SMTPUTF8 and LIMITS; the others only mean something to an application that acts on them.
    const fn usual() -> Self {
        Self {
            smtputf8: Offer::Yes,
            limits: Offer::Yes,
            dsn: Offer::No,
            chunking: Offer::No,
            binarymime: Offer::No,
            requiretls: Offer::No,
            priority: None,
            deliver_by: None,
            hold: None,
        }
    }
}

impl Auth {
    /// The mechanisms that are offered.
    #[must_use]
    pub fn mechanisms(&self) -> &[Mechanism] {
        match self {
            Self::Off => &[],
            Self::Offered(mechanisms) | Self::Required(mechanisms) => mechanisms,
        }
    }
}
