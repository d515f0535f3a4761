//! The closed vocabularies of an event: stage, kind, outcome, effect.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Declares an enum whose variants are written as words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word as it is written.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The value of this word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.as_str() == word)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// What a message was going through.
    Stage {
        /// A connection was taken.
        Connect = "connect",
        /// The PROXY header.
        Proxy = "proxy",
        /// Reverse name of the client (RFC 8601 §2.7.3).
        Iprev = "iprev",
        /// EHLO or HELO.
        Ehlo = "ehlo",
        /// STARTTLS, or TLS from the start.
        Starttls = "starttls",
        /// AUTH.
        Auth = "auth",
        /// MAIL FROM.
        Mail = "mail",
        /// RCPT TO.
        Rcpt = "rcpt",
        /// The message itself.
        Data = "data",
        /// SPF.
        Spf = "spf",
        /// DKIM.
        Dkim = "dkim",
        /// ARC.
        Arc = "arc",
        /// DMARC.
        Dmarc = "dmarc",
        /// Rules on the message.
        Policy = "policy",
        /// Fields added, signatures made.
        Header = "header",
        /// Into the spool.
        Queue = "queue",
        /// Choosing a route.
        Route = "route",
        /// Trying to deliver.
        Attempt = "attempt",
        /// A notice to the sender.
        Dsn = "dsn",
    }
}

words! {
    /// What an event tells.
    Kind {
        /// A check and its result.
        Check = "check",
        /// A rule and its evaluation.
        Rule = "rule",
        /// The remote's words.
        Reply = "reply",
        /// What was done with the message.
        Decision = "decision",
    }
}

words! {
    /// What came of it.
    Out {
        /// Passed.
        Pass = "pass",
        /// Failed.
        Fail = "fail",
        /// Failed, but softly (RFC 7208 §2.6.5).
        Softfail = "softfail",
        /// Nothing is claimed.
        Neutral = "neutral",
        /// There was nothing to check.
        None = "none",
        /// Could not be checked now.
        Temperror = "temperror",
        /// Cannot be checked.
        Permerror = "permerror",
        /// A rule matched.
        Yes = "yes",
        /// A rule did not match.
        No = "no",
        /// Not done; `why` says why not.
        Skip = "skip",
        /// Worked, but an operator should look.
        Warn = "warn",
        /// Could not be decided.
        Unknown = "unknown",
        /// Nothing to judge.
        Info = "info",
    }
}

words! {
    /// What it did to the message.
    Effect {
        /// Nothing.
        Continue = "continue",
        /// Refused for good.
        Reject = "reject",
        /// Refused for now.
        Defer = "defer",
        /// Accepted and thrown away.
        Discard = "discard",
        /// Accepted, to another folder.
        Quarantine = "quarantine",
        /// Accepted, waits for the operator.
        Hold = "hold",
        /// A tag was given.
        Tag = "tag",
        /// A header field was added.
        Header = "header",
        /// A route was chosen.
        Route = "route",
        /// Accepted.
        Accept = "accept",
        /// Delivered.
        Delivered = "delivered",
        /// To be tried again.
        Retry = "retry",
        /// Refused by the next server; the sender is told.
        Bounce = "bounce",
        /// Tried for too long.
        Expire = "expire",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_written() {
        for &stage in Stage::ALL {
            assert_eq!(Stage::from_word(stage.as_str()), Some(stage));
            let json = serde_json::to_string(&stage).unwrap();
            assert_eq!(json, format!("\"{stage}\""));
        }
        assert_eq!(Out::from_word("maybe"), None);
    }
}
