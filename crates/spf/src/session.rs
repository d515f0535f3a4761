//! What is known when SPF is checked: who connects, what they said, and when.

use postrider_core::{DomainName, ReversePath, UnixTime};
use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

/// The facts of an SMTP session that SPF looks at (RFC 7208 §4.1).
///
/// Octets from the peer are taken as they came: a HELO name that is none, or a sender whose domain
/// is malformed, is a case with a result of its own.
#[derive(Clone)]
#[non_exhaustive]
pub struct Session<'a> {
    /// The client's address; an IPv4-mapped IPv6 address counts as IPv4.
    pub client: IpAddr,
    /// The argument of HELO or EHLO.
    pub helo: &'a [u8],
    /// The argument of MAIL FROM.
    pub sender: Sender<'a>,
    /// The host that checks, for the macro `r` and for `receiver=`.
    pub receiver: Option<&'a DomainName>,
    /// Tells how late it is, for the overall limit and the macro `t`.
    pub clock: &'a dyn Clock,
}

/// The sender of a message: its mailbox, or nothing for `<>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender<'a>(Option<Parts<'a>>);

/// Local part and domain.
type Parts<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

/// Which name of the session is checked (RFC 7208 §2.3, §2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "lowercase"))]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §2.3 and §2.4")]
pub enum Identity {
    /// The HELO name.
    Helo,
    /// The sender; `postmaster@` the HELO name if it is null.
    MailFrom,
}

/// Tells the time; the library reads no clock.
///
/// A [`UnixTime`] is a clock that stands still, under which the overall time limit never strikes;
/// a closure `|| now()` is a running one.
pub trait Clock: Sync {
    /// How late it is.
    fn now(&self) -> UnixTime;
}

impl Clock for UnixTime {
    fn now(&self) -> UnixTime {
        *self
    }
}

impl<F: Fn() -> UnixTime + Sync> Clock for F {
    fn now(&self) -> UnixTime {
        self()
    }
}

impl<'a> Session<'a> {
    /// A session whose receiver is not named.
    #[must_use]
    pub fn new(
        client: IpAddr,
        helo: &'a [u8],
        sender: impl Into<Sender<'a>>,
        clock: &'a dyn Clock,
    ) -> Self {
        Self { client: client.to_canonical(), helo, sender: sender.into(), receiver: None, clock }
    }

    /// The same session, checked by this host.
    #[must_use]
    pub const fn with_receiver(mut self, receiver: &'a DomainName) -> Self {
        self.receiver = Some(receiver);
        self
    }
}

impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("client", &self.client)
            .field("helo", &self.helo.escape_ascii().to_string())
            .field("sender", &self.sender)
            .field("receiver", &self.receiver)
            .field("now", &self.clock.now())
            .finish()
    }
}

impl<'a> Sender<'a> {
    /// `<>`
    #[must_use]
    pub const fn null() -> Self {
        Self(None)
    }

    /// A mailbox without its angle brackets, split at the last `@`; text without any is a domain,
    /// and empty text is the null sender.
    #[must_use]
    pub fn parse(octets: &'a [u8]) -> Self {
        if octets.is_empty() {
            return Self::null();
        }
        let (local, domain) = match octets.iter().rposition(|&b| b == b'@') {
            Some(at) => octets.split_at_checked(at).unwrap_or_default(),
            None => (&[][..], octets),
        };
        let domain = domain.strip_prefix(b"@").unwrap_or(domain);
        Self(Some((local.into(), domain.into())))
    }

    /// Whether this is `<>`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.0.is_none()
    }

    /// Local part and domain, unless the sender is null; either may be empty.
    #[must_use]
    pub fn parts(&self) -> Option<(&[u8], &[u8])> {
        self.0.as_ref().map(|(local, domain)| (&**local, &**domain))
    }
}

impl<'a> From<&'a ReversePath> for Sender<'a> {
    fn from(path: &'a ReversePath) -> Self {
        Self(path.mailbox().map(|m| {
            let domain = match m.domain_name() {
                Some(name) => Cow::Borrowed(name.as_str().as_bytes()),
                None => Cow::Owned(m.host().to_string().into_bytes()),
            };
            (Cow::Borrowed(m.local().as_str().as_bytes()), domain)
        }))
    }
}

impl Identity {
    /// The word for `identity=` of Received-SPF: `helo` or `mailfrom` (RFC 7208 §9.1).
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Helo => "helo",
            Self::MailFrom => "mailfrom",
        }
    }

    /// The property of Authentication-Results: `smtp.helo` or `smtp.mailfrom` (RFC 8601 §2.7.2).
    #[must_use]
    pub const fn property(self) -> &'static str {
        match self {
            Self::Helo => "smtp.helo",
            Self::MailFrom => "smtp.mailfrom",
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_split_at_the_last_at_sign() {
        let parts = |s: &'static str| {
            let sender = Sender::parse(s.as_bytes());
            let text = |b: &[u8]| String::from_utf8(b.to_vec()).unwrap();
            sender.parts().map(|(l, d)| (text(l), text(d)))
        };
        let pair = |l: &str, d: &str| Some((l.to_owned(), d.to_owned()));
        assert_eq!(parts("a@b@c.example"), pair("a@b", "c.example"));
        assert_eq!(parts("c.example"), pair("", "c.example"));
        assert_eq!(parts("@c.example"), pair("", "c.example"));
        assert_eq!(parts("a@"), pair("a", ""));
        assert_eq!(parts(""), None);
    }

    #[test]
    fn paths_are_senders() {
        let path = ReversePath::parse(br#"<"a b"@Example.ORG>"#).unwrap();
        assert_eq!(Sender::from(&path).parts(), Some((&b"a b"[..], &b"example.org"[..])));
        let path = ReversePath::parse(b"<a@[192.0.2.1]>").unwrap();
        assert_eq!(Sender::from(&path).parts(), Some((&b"a"[..], &b"[192.0.2.1]"[..])));
        assert!(Sender::from(&ReversePath::Null).is_null());
    }
}
