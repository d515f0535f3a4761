//! What macros may insert, and the domain that is checked (RFC 7208 §2.3, §2.4, §4.1, §4.3).

use crate::session::{Identity, Session};
use crate::why::DomainFault;
use postrider_core::{DomainName, SafeText, UnixTime};
use postrider_resolver::Name;
use std::borrow::Cow;
use std::net::IpAddr;

/// §4.3: "If the <sender> has no local-part, substitute the string "postmaster" for the local-part."
const POSTMASTER: &[u8] = b"postmaster";

/// The arguments of `check_host()` and the rest of what macros may insert.
pub(super) struct Facts<'a> {
    pub(super) client: IpAddr,
    pub(super) local: &'a [u8],
    /// In A-labels wherever it is a domain name.
    pub(super) sender_domain: Cow<'a, [u8]>,
    pub(super) helo: &'a [u8],
    pub(super) receiver: Option<&'a DomainName>,
    pub(super) now: UnixTime,
    identity: Identity,
}

impl<'a> Facts<'a> {
    pub(super) fn new(session: &'a Session<'_>, identity: Identity) -> Self {
        // §2.4: "When the reverse-path is null, this document defines the "MAIL FROM" identity to be
        // the mailbox composed of the local-part "postmaster" and the "HELO" identity".
        let (local, sender_domain) = match (identity, session.sender.parts()) {
            (Identity::MailFrom, Some(parts)) => parts,
            (Identity::Helo, _) | (Identity::MailFrom, None) => (POSTMASTER, session.helo),
        };
        Self {
            client: session.client.to_canonical(),
            local: if local.is_empty() { POSTMASTER } else { local },
            sender_domain: to_a_labels(sender_domain),
            helo: session.helo,
            receiver: session.receiver,
            now: session.clock.now(),
            identity,
        }
    }

    /// The name or mailbox that is checked, for people and for headers.
    pub(super) fn subject(&self) -> SafeText {
        match self.identity {
            Identity::Helo => SafeText::escaped(self.helo),
            Identity::MailFrom => SafeText::escaped(&self.sender()),
        }
    }

    pub(super) fn sender(&self) -> Vec<u8> {
        [self.local, &*self.sender_domain].join(&b'@')
    }

    /// The domain to check, if it can have a record.
    pub(super) fn domain(&self) -> Result<Name, (SafeText, DomainFault)> {
        domain_of(&self.sender_domain).map_err(|e| (SafeText::escaped(&self.sender_domain), e))
    }
}

/// RFC 8616 §4: U-labels become A-labels before SPF asks for them, in macros too.
fn to_a_labels(domain: &[u8]) -> Cow<'_, [u8]> {
    if domain.is_ascii() {
        return domain.into();
    }
    match DomainName::parse_octets(domain) {
        Ok(name) => name.as_str().as_bytes().to_vec().into(),
        Err(_) => domain.into(),
    }
}

/// §4.3: a malformed domain has the result none: a label of more than 63 octets, an empty label that
/// is not the last, and what is no domain at all.
fn domain_of(octets: &[u8]) -> Result<Name, DomainFault> {
    match octets {
        [] | b"." => Err(DomainFault::Empty),
        [b'[', ..] => Err(DomainFault::Literal),
        octets if !octets.is_ascii() => Err(DomainFault::Idn),
        octets => Ok(Name::from_dotted(octets)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrider_resolver::NameError;

    #[test]
    fn malformed_domains_have_their_faults() {
        assert_eq!(domain_of(b""), Err(DomainFault::Empty));
        assert_eq!(domain_of(b"[192.0.2.1]"), Err(DomainFault::Literal));
        assert_eq!(domain_of(b"a..b"), Err(DomainFault::Name(NameError::EmptyLabel { at: 2 })));
        assert_eq!(domain_of(b"\xff.example"), Err(DomainFault::Idn));
        assert_eq!(domain_of(b"_a.example"), Ok(Name::parse("_a.example").unwrap()));
        assert_eq!(*to_a_labels("exämple.org".as_bytes()), *b"xn--exmple-cua.org");
    }
}
