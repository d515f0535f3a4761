//! What a server announced in its reply to EHLO (RFC 5321 §4.1.1.1).
//!
//! ```text
//! ehlo-line    = ehlo-keyword *( SP ehlo-param )
//! ehlo-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
//! ```

use crate::value::MechanismName;
use crate::value::reply::Reply;
use postrider_core::{ForwardPath, Mailbox, SafeText};
use std::collections::HashSet;

/// The extensions of a server, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    name: SafeText,
    extensions: Vec<Extension>,
}

/// One line of the reply. A keyword is known here when its parameters could be read; everything else
/// is [`Other`](Self::Other) and never makes the reply fail.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Extension {
    /// `PIPELINING` (RFC 2920)
    Pipelining,
    /// `SIZE` with the largest message, if the server says one; 0 says none (RFC 1870 §4).
    Size(Option<u64>),
    /// `8BITMIME` (RFC 6152)
    EightBitMime,
    /// `SMTPUTF8` (RFC 6531)
    SmtpUtf8,
    /// `ENHANCEDSTATUSCODES` (RFC 2034)
    EnhancedStatusCodes,
    /// `STARTTLS` (RFC 3207)
    StartTls,
    /// `AUTH` with its mechanisms (RFC 4954)
    Auth(Vec<MechanismName>),
    /// `CHUNKING` (RFC 3030)
    Chunking,
    /// `BINARYMIME` (RFC 3030)
    BinaryMime,
    /// `DSN` (RFC 3461)
    Dsn,
    /// `REQUIRETLS` (RFC 8689)
    RequireTls,
    /// `MT-PRIORITY` (RFC 6710)
    MtPriority,
    /// `DELIVERBY` with the shortest time the server takes in mode `R`, if it says one (RFC 2852 §3).
    DeliverBy(Option<u64>),
    /// `FUTURERELEASE` with the longest time from now in seconds (RFC 4865 §3).
    FutureRelease(u64),
    /// `LIMITS` (RFC 9422)
    Limits(ServerLimits),
    /// A line as it came.
    Other(SafeText),
}

/// What `LIMITS` says (RFC 9422 §4); `None` where it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerLimits {
    /// `MAILMAX`: messages of a connection.
    pub messages: Option<u64>,
    /// `RCPTMAX`: recipients of a message.
    pub recipients: Option<u64>,
    /// `RCPTDOMAINMAX`: different domains among the recipients of a connection's message.
    pub domains: Option<u64>,
}

impl Capabilities {
    /// Reads the lines of a reply to EHLO; the first is the server's name and greeting.
    #[must_use]
    pub fn read(reply: &Reply) -> Self {
        let mut lines = reply.text();
        Self {
            name: lines.next().cloned().unwrap_or_default(),
            extensions: lines.map(Extension::read).collect(),
        }
    }

    /// The server's name and greeting, as it gave it.
    #[must_use]
    pub const fn name(&self) -> &SafeText {
        &self.name
    }

    /// All extensions, in the server's order.
    #[must_use]
    pub fn extensions(&self) -> &[Extension] {
        &self.extensions
    }

    /// Whether a parameterless extension was announced.
    #[must_use]
    pub fn has(&self, extension: &Extension) -> bool {
        self.extensions.contains(extension)
    }

    /// Whether SIZE was announced, so that MAIL may say one.
    #[must_use]
    pub fn has_size(&self) -> bool {
        self.extensions.iter().any(|e| e.size().is_some())
    }

    /// The largest message the server takes, if it says so.
    #[must_use]
    pub fn max_size(&self) -> Option<u64> {
        let sizes = self.extensions.iter().filter_map(Extension::size);
        sizes.flatten().next()
    }

    /// What the server says of its limits.
    #[must_use]
    pub fn limits(&self) -> ServerLimits {
        for extension in &self.extensions {
            if let Extension::Limits(limits) = extension {
                return *limits;
            }
        }
        ServerLimits::default()
    }

    /// How many of these recipients, from the first on, the server takes in one transaction (RFC 9422
    /// §4.2, §4.3). The others need another one.
    #[must_use]
    pub fn takes(&self, recipients: &[ForwardPath]) -> usize {
        let limits = self.limits();
        let max = |limit: Option<u64>| {
            limit.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX)
        };
        let (most, most_domains) = (max(limits.recipients), max(limits.domains));
        let mut domains = HashSet::new();
        let fits = recipients.iter().take(most).take_while(|to| {
            domains.insert(to.mailbox().map(Mailbox::host));
            domains.len() <= most_domains
        });
        fits.count()
    }

    /// Whether chunks can be sent without waiting for the reply to each (RFC 3030 §4.2).
    #[must_use]
    pub fn takes_chunks(&self) -> bool {
        self.has(&Extension::Chunking) && self.has(&Extension::Pipelining)
    }

    /// The longest time from now that FUTURERELEASE takes, if it is announced.
    #[must_use]
    pub fn max_hold(&self) -> Option<u64> {
        let max =
            |e: &Extension| if let Extension::FutureRelease(max) = e { Some(*max) } else { None };
        self.extensions.iter().find_map(max)
    }

    /// What DELIVERBY says, if it is announced.
    #[must_use]
    pub fn deliver_by(&self) -> Option<Option<u64>> {
        let min = |e: &Extension| if let Extension::DeliverBy(min) = e { Some(*min) } else { None };
        self.extensions.iter().find_map(min)
    }

    /// Mechanisms of AUTH, in the server's order.
    #[must_use]
    pub fn mechanisms(&self) -> &[MechanismName] {
        for extension in &self.extensions {
            if let Extension::Auth(mechanisms) = extension {
                return mechanisms;
            }
        }
        &[]
    }
}

impl Extension {
    const fn size(&self) -> Option<Option<u64>> {
        if let Self::Size(max) = self { Some(*max) } else { None }
    }

    fn read(line: &SafeText) -> Self {
        let other = || Self::Other(line.clone());
        let mut words = line.as_str().split(' ').filter(|w| !w.is_empty());
        let Some(keyword) = words.next() else {
            return other();
        };
        match keyword.to_ascii_uppercase().as_str() {
            "PIPELINING" => Self::Pipelining,
            "8BITMIME" => Self::EightBitMime,
            // RFC 6531 §3.1: "Future specifications can define parameters; clients MUST ignore them."
            "SMTPUTF8" => Self::SmtpUtf8,
            "ENHANCEDSTATUSCODES" => Self::EnhancedStatusCodes,
            "STARTTLS" => Self::StartTls,
            "CHUNKING" => Self::Chunking,
            "BINARYMIME" => Self::BinaryMime,
            "MT-PRIORITY" => Self::MtPriority,
            "DELIVERBY" => Self::DeliverBy(words.next().and_then(number)),
            // RFC 4865 §3: the longest interval, then the latest moment.
            "FUTURERELEASE" => {
                words.next().and_then(number).map_or_else(other, Self::FutureRelease)
            }
            "DSN" => Self::Dsn,
            "REQUIRETLS" => Self::RequireTls,
            "SIZE" => read_size(words.next()).map_or_else(other, Self::Size),
            "AUTH" => {
                Self::Auth(words.filter_map(|w| MechanismName::parse(w.as_bytes()).ok()).collect())
            }
            "LIMITS" => read_limits(words),
            _ => other(),
        }
    }
}

/// RFC 1870 §4: `size-param = [1*20DIGIT]`; 0 says that there is no fixed maximum.
fn read_size(word: Option<&str>) -> Option<Option<u64>> {
    match word {
        None => Some(None),
        Some(digits) => number(digits).map(|n| Some(n).filter(|n| *n > 0)),
    }
}

/// RFC 9422 §3: `limits-param = limit-name-value 0*[SP limit-name-value]`; unknown ones are ignored.
fn read_limits<'a>(words: impl Iterator<Item = &'a str>) -> Extension {
    let mut limits = ServerLimits::default();
    for (name, value) in words.filter_map(|w| w.split_once('=')) {
        let slot = match name.to_ascii_uppercase().as_str() {
            "MAILMAX" => &mut limits.messages,
            "RCPTMAX" => &mut limits.recipients,
            "RCPTDOMAINMAX" => &mut limits.domains,
            _ => continue,
        };
        // RFC 9422 §3: a value is 1 to 6 digits and not zero; others are as if they were not there.
        *slot = number(value).filter(|n| *n > 0);
    }
    Extension::Limits(limits)
}

fn number(digits: &str) -> Option<u64> {
    let ok = digits.len() <= 20 && digits.bytes().all(|b| b.is_ascii_digit());
    ok.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::reply::{EnhancedCodes, parse};

    fn read(lines: &str) -> Capabilities {
        let wire = format!("250-mx.example hello\r\n{lines}250 HELP\r\n");
        Capabilities::read(&parse(wire.as_bytes(), EnhancedCodes::Text).unwrap())
    }

    #[test]
    fn unknown_and_malformed_keywords_are_kept() {
        let other = |t: &str| Extension::Other(SafeText::new(t).unwrap());
        let c = read("250-X-MAGIC 7\r\n250-SIZE many\r\n250-\r\n250-AUTH=LOGIN\r\n");
        let want = ["X-MAGIC 7", "SIZE many", "", "AUTH=LOGIN", "HELP"].map(other);
        assert_eq!(c.extensions(), want);
        assert_eq!((c.has_size(), c.max_size()), (false, None));
    }

    #[test]
    fn size_zero_is_no_limit() {
        for (line, has, max) in [
            ("250-SIZE\r\n", true, None),
            ("250-size 0\r\n", true, None),
            ("250-SIZE 18446744073709551615\r\n", true, Some(u64::MAX)),
            ("250-SIZE 18446744073709551616\r\n", false, None),
            ("250-SIZE -1\r\n", false, None),
        ] {
            let c = read(line);
            assert_eq!((c.has_size(), c.max_size()), (has, max), "{line}");
        }
    }

    #[test]
    fn limits_say_how_many_recipients_fit() {
        let to = |t: &str| ForwardPath::parse(format!("<{t}>").as_bytes()).unwrap();
        let all = [to("a@x.example"), to("b@X.example"), to("c@y.example"), to("d@x.example")];
        for (line, fits) in [
            ("250-LIMITS\r\n", 4),
            ("250-LIMITS RCPTMAX=0 RCPTDOMAINMAX=x\r\n", 4),
            ("250-limits rcptmax=4\r\n", 4),
            ("250-LIMITS RCPTMAX=3\r\n", 3),
            ("250-LIMITS RCPTDOMAINMAX=2\r\n", 4),
            ("250-LIMITS RCPTDOMAINMAX=1 MAILMAX=9\r\n", 2),
        ] {
            assert_eq!(read(line).takes(&all), fits, "{line}");
        }
    }

    #[test]
    fn parameters_are_read() {
        let c = read(
            "250-Pipelining\r\n250-AUTH PLAIN scram-sha-256 @\r\n250-LIMITS RCPTMAX=20 X=1\r\n",
        );
        assert!(c.has(&Extension::Pipelining));
        let names: Vec<_> = c.mechanisms().iter().map(MechanismName::as_str).collect();
        assert_eq!(names, ["PLAIN", "SCRAM-SHA-256"]);
        assert_eq!((c.limits().recipients, c.limits().messages), (Some(20), None));
        assert_eq!(c.name().as_str(), "mx.example hello");
    }
}
