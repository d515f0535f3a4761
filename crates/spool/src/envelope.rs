//! What is known of a message beside its octets: paths, DSN wishes (RFC 3461), where it came from.

use postrider_core::{ForwardPath, Host, Id, ParseHostError, ReversePath, SafeText, UnixTime};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest name of a route, in octets.
pub const MAX_ROUTE_NAME: usize = 64;

/// The envelope of a message, fixed when it is accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Envelope {
    /// How the message came to us.
    pub kind: IncomingKind,
    /// MAIL FROM.
    pub from: ReversePath,
    /// Recipients, in the order accepted; results name them by their place here.
    pub rcpts: Vec<Rcpt>,
    /// When the message was accepted; the ages of the schedule begin here.
    #[serde(with = "crate::state::moment")]
    pub received: UnixTime,
    /// ENVID of MAIL (RFC 3461 §4.4), decoded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envid: Option<SafeText>,
    /// RET of MAIL (RFC 3461 §4.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ret: Option<Ret>,
    /// BODY of MAIL (RFC 6152, RFC 3030).
    #[serde(default, skip_serializing_if = "BodyType::is_default")]
    pub body: BodyType,
    /// Whether MAIL had SMTPUTF8 (RFC 6531).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub smtputf8: bool,
    /// The SMTP session in which the message came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<SafeText>,
    /// Marks set by rules, for routing and reading.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<SafeText>,
    /// Why the message goes to the junk folder, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantine: Option<SafeText>,
    /// Why the message waits for [`Act::Release`](crate::Act::Release), if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<SafeText>,
    /// The message about which this one is a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Id>,
    /// Whether a notice may be sent to `from`.
    #[serde(default, skip_serializing_if = "Notices::is_default")]
    pub notices: Notices,
}

impl Envelope {
    /// An envelope without recipients; the other fields are set afterwards.
    #[must_use]
    pub const fn new(kind: IncomingKind, from: ReversePath, received: UnixTime) -> Self {
        Self {
            kind,
            from,
            rcpts: Vec::new(),
            received,
            envid: None,
            ret: None,
            body: BodyType::SevenBit,
            smtputf8: false,
            session: None,
            tags: Vec::new(),
            quarantine: None,
            hold: None,
            parent: None,
            notices: Notices::Allowed,
        }
    }
}

/// How a message came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum IncomingKind {
    /// From another server, on port 25.
    Inbound,
    /// From a user who logged in, or from a program of this host.
    Submission,
    /// A delivery status notification of our own.
    Notice,
    /// A DMARC or TLS report of our own.
    Report,
}

/// One recipient of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rcpt {
    /// Where the message goes, after aliases.
    pub to: ForwardPath,
    /// Recipients with the same destination travel together.
    pub dest: Destination,
    /// ORCPT (RFC 3461 §4.2), decoded: `rfc822;alice@example.org`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orcpt: Option<SafeText>,
    /// NOTIFY (RFC 3461 §4.1).
    #[serde(default, skip_serializing_if = "Notify::is_default")]
    pub notify: Notify,
}

impl Rcpt {
    /// A recipient whose destination is the domain of its address; `<Postmaster>` goes to the route
    /// `local`.
    #[must_use]
    pub fn new(to: ForwardPath) -> Self {
        let dest =
            to.mailbox().map_or_else(Destination::local, |m| Destination::Host(m.host().clone()));
        Self::to(to, dest)
    }

    /// A recipient with a destination that a route rule chose.
    #[must_use]
    pub const fn to(to: ForwardPath, dest: Destination) -> Self {
        Self { to, dest, orcpt: None, notify: Notify::Unspecified }
    }
}

/// What decides which recipients share a transaction, a limit and a connection: the domain of the
/// address, or a named route such as `local` or a smarthost.
///
/// As text a route is `route:NAME`, everything else is a [`Host`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Destination {
    /// The domain, or address literal, behind the `@`.
    Host(Host),
    /// A route by name.
    Route(RouteName),
}

/// The name of a route: 1 to 64 letters, digits, `-`, `_` and `.`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RouteName(Box<str>);

impl RouteName {
    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why text is no [`Destination`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseDestinationError {
    /// The name of a route is empty, too long, or has an odd character.
    #[error("a route name is 1 to 64 letters, digits, -, _ and .")]
    Route,
    /// Neither a domain nor an address literal.
    #[error(transparent)]
    Host(#[from] ParseHostError),
}

impl Destination {
    /// The route `local`.
    #[must_use]
    pub fn local() -> Self {
        Self::Route(RouteName("local".into()))
    }

    /// A route by name.
    ///
    /// # Errors
    /// [`ParseDestinationError::Route`]
    pub fn route(name: &str) -> Result<Self, ParseDestinationError> {
        let ok = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if name.is_empty() || name.len() > MAX_ROUTE_NAME || !name.bytes().all(ok) {
            return Err(ParseDestinationError::Route);
        }
        Ok(Self::Route(RouteName(name.into())))
    }

    /// Reads what `Display` writes.
    ///
    /// # Errors
    /// [`ParseDestinationError`]
    pub fn parse(text: &str) -> Result<Self, ParseDestinationError> {
        match text.strip_prefix("route:") {
            Some(name) => Self::route(name),
            None => Ok(Self::Host(Host::parse(text.as_bytes())?)),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(host) => host.fmt(f),
            Self::Route(name) => write!(f, "route:{}", name.0),
        }
    }
}

impl Serialize for Destination {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Destination {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// When the sender wants to hear about a recipient (RFC 3461 §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3461 §4.1")]
pub enum Notify {
    /// No NOTIFY: failures and delays.
    #[default]
    Unspecified,
    /// `NOTIFY=NEVER`
    Never,
    /// `NOTIFY=` a list.
    On {
        /// `SUCCESS`
        #[serde(default)]
        success: bool,
        /// `FAILURE`
        #[serde(default)]
        failure: bool,
        /// `DELAY`
        #[serde(default)]
        delay: bool,
    },
}

impl Notify {
    /// Whether a failure is to be told.
    #[must_use]
    pub const fn failure(self) -> bool {
        match self {
            Self::Unspecified => true,
            Self::Never => false,
            Self::On { failure, .. } => failure,
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
    const fn is_default(&self) -> bool {
        matches!(self, Self::Unspecified)
    }
}

/// How much of the message a failure notice returns (RFC 3461 §4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3461 §4.3")]
pub enum Ret {
    /// `RET=FULL`
    Full,
    /// `RET=HDRS`
    Headers,
}

/// What octets the body has (RFC 6152, RFC 3030).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 3030 §3")]
pub enum BodyType {
    /// US-ASCII lines.
    #[default]
    SevenBit,
    /// Lines of any octets.
    EightBitMime,
    /// Any octets.
    BinaryMime,
}

impl BodyType {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
    const fn is_default(&self) -> bool {
        matches!(self, Self::SevenBit)
    }
}

/// Whether the reverse path may be told about this message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Notices {
    /// Yes, unless it is `<>`.
    #[default]
    Allowed,
    /// No: neither SPF nor DMARC spoke for the sender, a notice would probably hit a bystander.
    Unauthenticated,
}

impl Notices {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
    const fn is_default(&self) -> bool {
        matches!(self, Self::Allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_round_trip() {
        for text in ["example.org", "[192.0.2.1]", "[IPv6:2001:db8::1]", "route:relay-1"] {
            assert_eq!(Destination::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Destination::parse("route:"), Err(ParseDestinationError::Route));
        assert_eq!(Destination::route("a b"), Err(ParseDestinationError::Route));
        assert!(Destination::route(&"a".repeat(64)).is_ok());
        assert!(Destination::route(&"a".repeat(65)).is_err());
    }

    #[test]
    fn an_envelope_survives_its_json() {
        let to = ForwardPath::parse(b"<\"a b\"@example.org>").unwrap();
        let mut rcpt = Rcpt::new(to);
        rcpt.notify = Notify::On { success: true, failure: false, delay: true };
        rcpt.orcpt = Some(SafeText::from_static("rfc822;x@example.org"));
        let mut env = Envelope::new(
            IncomingKind::Inbound,
            ReversePath::Null,
            UnixTime::from_millis(1_795_508_500_150),
        );
        env.rcpts = vec![rcpt, Rcpt::new(ForwardPath::Postmaster)];
        env.tags = vec![SafeText::from_static("list")];
        env.ret = Some(Ret::Headers);
        let json = serde_json::to_string(&env).unwrap();
        assert_eq!(serde_json::from_str::<Envelope>(&json).unwrap(), env, "{json}");
        let small = Envelope::new(IncomingKind::Notice, ReversePath::Null, UnixTime::from_secs(0));
        let json = serde_json::to_string(&small).unwrap();
        assert_eq!(
            json,
            r#"{"kind":"notice","from":"<>","rcpts":[],"received":"1970-01-01T00:00:00.000Z"}"#
        );
    }
}
