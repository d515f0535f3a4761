//! The closed word lists of aggregate reports.

use postrider_dmarc::Disposition;
use std::fmt;

/// A list of words that may stand in an element.
pub(crate) trait Word: Sized + Copy + 'static {
    /// Each value, with the word that is written first.
    const WORDS: &'static [(&'static str, Self)];

    /// The value of a word in lower case.
    fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(w, _)| *w == word).map(|(_, v)| *v)
    }
}

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$doc:meta])* $value:ident = $first:literal $(| $also:literal)*,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$doc])* $value,)* }

        impl $name {
            /// The word of the report.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $first,)* }
            }
        }

        impl Word for $name {
            const WORDS: &'static [(&'static str, Self)] =
                &[$(($first, Self::$value), $(($also, Self::$value),)*)*];
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// What was done with the messages of a row.
    EvaluatedDisposition {
        /// Nothing was done: no policy, or one that asks for nothing.
        None = "none",
        /// DMARC passed (RFC 9990; older reports say `none`).
        Pass = "pass",
        /// They were treated as suspicious.
        Quarantine = "quarantine",
        /// They were refused.
        Reject = "reject",
    }
}

words! {
    /// Whether an aligned identifier passed.
    PassFail {
        /// Yes.
        Pass = "pass",
        /// No.
        Fail = "fail",
    }
}

words! {
    /// A result of SPF (RFC 7208 §2.6) or DKIM (RFC 8601 §2.7.1).
    AuthResult {
        /// Nothing to check.
        None = "none",
        /// Authenticated.
        Pass = "pass",
        /// Not authorized, or the signature is bad.
        Fail = "fail" | "hardfail" | "hard_fail",
        /// SPF: probably not authorized.
        SoftFail = "softfail" | "soft_fail",
        /// DKIM: not acceptable to the receiver.
        Policy = "policy",
        /// No statement.
        Neutral = "neutral",
        /// A later attempt may find more.
        TempError = "temperror" | "unknown",
        /// The record or signature cannot be used.
        PermError = "permerror" | "error",
    }
}

words! {
    /// Why something else was done than the policy asks.
    ReasonKind {
        /// A known forwarder (RFC 7489).
        Forwarded = "forwarded",
        /// The receiver's own rule.
        LocalPolicy = "local_policy",
        /// A mailing list.
        MailingList = "mailing_list",
        /// Something else.
        Other = "other",
        /// The owner is testing, `t=y` (RFC 9990).
        PolicyTestMode = "policy_test_mode",
        /// Not in the sample of `pct` (RFC 7489).
        SampledOut = "sampled_out",
        /// A forwarder that the receiver trusts.
        TrustedForwarder = "trusted_forwarder",
    }
}

words! {
    /// The identity that SPF checked.
    Scope {
        /// MAIL FROM
        MailFrom = "mfrom" | "mailfrom",
        /// HELO (RFC 7489)
        Helo = "helo",
    }
}

words! {
    /// How the record was found.
    Discovery {
        /// A public suffix list (RFC 7489).
        Psl = "psl",
        /// The DNS tree walk (RFC 9989 §4.10).
        TreeWalk = "treewalk",
    }
}

/// Which specification a report follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SpecVersion {
    /// RFC 9990: the namespace `urn:ietf:params:xml:ns:dmarc-2.0`.
    Rfc9990,
    /// RFC 7489 appendix C: no namespace.
    Rfc7489,
}

impl PassFail {
    /// `Pass` for true.
    #[must_use]
    pub const fn from_pass(is_pass: bool) -> Self {
        if is_pass { Self::Pass } else { Self::Fail }
    }
}

impl From<Disposition> for EvaluatedDisposition {
    fn from(asked: Disposition) -> Self {
        match asked {
            Disposition::None => Self::None,
            Disposition::Quarantine => Self::Quarantine,
            Disposition::Reject => Self::Reject,
        }
    }
}

impl Word for Disposition {
    const WORDS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("quarantine", Self::Quarantine), ("reject", Self::Reject)];
}

impl Word for postrider_dmarc::Mode {
    const WORDS: &'static [(&'static str, Self)] = &[("r", Self::Relaxed), ("s", Self::Strict)];
}

impl Word for postrider_dmarc::Testing {
    const WORDS: &'static [(&'static str, Self)] = &[("y", Self::On), ("n", Self::Off)];
}
