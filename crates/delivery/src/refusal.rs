//! What a server complains about, by its code and its words.

use postrider_core::SafeText;
use postrider_spool::Cause;

/// A kind of complaint; each has its own checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// Our address has no name, or not ours.
    ReverseDns,
    /// SPF, DKIM or DMARC.
    Auth,
    /// Our sender's domain takes no mail.
    Sender,
    /// A block list or a policy.
    Listed,
    /// Too much at once.
    Rate,
    /// TLS is wanted.
    Tls,
    /// The recipient.
    Recipient,
    /// Our name in EHLO.
    Hello,
    /// A full mailbox, or a message too large.
    Full,
    /// None of these.
    Other,
}

/// A refusal to be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// What it is about.
    pub class: Class,
    /// The server and its words.
    pub cause: Cause,
}

/// By code first: a code says it plainly, words only hint at it.
const BY_STATUS: &[(&str, Class)] = &[
    ("7.25", Class::ReverseDns),
    ("7.23", Class::Auth),
    ("7.20", Class::Auth),
    ("7.21", Class::Auth),
    ("7.22", Class::Auth),
    ("7.24", Class::Auth),
    ("7.26", Class::Auth),
    ("7.30", Class::Auth),
    ("7.28", Class::Rate),
    ("1.1", Class::Recipient),
    ("1.2", Class::Recipient),
    ("1.10", Class::Recipient),
    ("2.1", Class::Recipient),
    ("2.2", Class::Full),
    ("3.4", Class::Full),
];

/// Words, in lower case; the first that occurs decides.
const BY_WORDS: &[(&str, Class)] = &[
    ("reverse dns", Class::ReverseDns),
    ("ptr record", Class::ReverseDns),
    ("no ptr", Class::ReverseDns),
    ("null mx", Class::Sender),
    ("unauthenticated", Class::Auth),
    ("dmarc", Class::Auth),
    ("dkim", Class::Auth),
    ("spf", Class::Auth),
    ("starttls", Class::Tls),
    ("blocklist", Class::Listed),
    ("blacklist", Class::Listed),
    ("block list", Class::Listed),
    ("listed", Class::Listed),
    ("rate limit", Class::Rate),
    ("unusual", Class::Rate),
    ("too many", Class::Rate),
    ("helo", Class::Hello),
    ("ehlo", Class::Hello),
    ("fully qualified", Class::Hello),
    ("quota", Class::Full),
    ("mailbox full", Class::Full),
    ("user unknown", Class::Recipient),
    ("no such user", Class::Recipient),
    ("does not exist", Class::Recipient),
];

impl Refusal {
    /// Classifies the words of a server.
    #[must_use]
    pub fn new(cause: Cause) -> Self {
        Self { class: class(&cause.status, &cause.text), cause }
    }
}

fn class(status: &SafeText, text: &SafeText) -> Class {
    let words = text.as_str().to_ascii_lowercase();
    // 5.7.27 is "null MX of the sender" (RFC 7505 §4.2); Gmail uses it for SPF.
    if status.as_str() == "5.7.27" {
        return match words.contains("spf") || words.contains("unauthenticated") {
            true => Class::Auth,
            false => Class::Sender,
        };
    }
    if status.as_str() == "4.7.23" && words.contains("ptr") {
        return Class::ReverseDns;
    }
    let detail = status.as_str().split_once('.').map_or("", |(_, rest)| rest);
    let by_status = BY_STATUS.iter().find(|(code, _)| *code == detail);
    let by_words = || BY_WORDS.iter().find(|(word, _)| words.contains(word));
    by_status.or_else(by_words).map_or(Class::Other, |(_, class)| *class)
}

impl Class {
    /// Stable word for machines.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReverseDns => "reverse-dns",
            Self::Auth => "auth",
            Self::Sender => "sender",
            Self::Listed => "listed",
            Self::Rate => "rate",
            Self::Tls => "tls",
            Self::Recipient => "recipient",
            Self::Hello => "helo",
            Self::Full => "full",
            Self::Other => "other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_have_classes() {
        for (status, text, want) in [
            ("5.7.25", "550 5.7.25 the sending IP has no PTR record", Class::ReverseDns),
            ("4.7.23", "421 4.7.23 no PTR record", Class::ReverseDns),
            ("5.7.26", "550 5.7.26 unauthenticated", Class::Auth),
            ("5.7.27", "550 5.7.27 sender has null MX", Class::Sender),
            ("5.7.27", "550 5.7.27 SPF did not pass", Class::Auth),
            ("5.7.1", "554 5.7.1 listed at bl.example", Class::Listed),
            ("4.7.28", "421 4.7.28 x", Class::Rate),
            ("5.7.0", "530 5.7.0 Must issue a STARTTLS command first", Class::Tls),
            ("5.1.1", "550 5.1.1 x", Class::Recipient),
            ("5.5.2", "504 5.5.2 HELO rejected: need fully qualified name", Class::Hello),
            ("5.2.2", "552 5.2.2 x", Class::Full),
            ("5.0.0", "550 go away", Class::Other),
        ] {
            let cause = Cause::ours(SafeText::from_static(status), SafeText::from_static(text));
            assert_eq!(Refusal::new(cause).class, want, "{text}");
        }
    }
}
