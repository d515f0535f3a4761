//! The replies that RFCs define, by situation: code, enhanced code, words, and where they come from.
//!
//! An application may change the words, never the meaning: [`Standard::with`] takes its text.

use super::{Code, Reply, Status};
use postrider_core::SafeText;

/// A reply by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Standard {
    status: Status,
    text: &'static str,
    spec: &'static str,
}

impl Standard {
    /// Code and enhanced code.
    #[must_use]
    pub const fn status(self) -> Status {
        self.status
    }

    /// The usual words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        self.text
    }

    /// The section that defines the reply.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        self.spec
    }

    /// The reply with its usual words.
    #[must_use]
    pub fn reply(self) -> Reply {
        Reply::new(self.status, SafeText::from_static(self.text))
    }

    /// The reply with other words.
    #[must_use]
    pub fn with(self, text: SafeText) -> Reply {
        Reply::new(self.status, text)
    }

    /// The reply with its usual words, a colon and the application's.
    #[must_use]
    pub fn because(self, why: &dyn std::fmt::Display) -> Reply {
        self.with(SafeText::display(&format_args!("{}: {why}", self.text)))
    }
}

impl From<Standard> for Reply {
    fn from(standard: Standard) -> Self {
        standard.reply()
    }
}

macro_rules! standard {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal ($subject:literal, $detail:literal) $text:literal, $spec:literal;)+) => {
        $(
            $(#[doc = $doc])+
            #[doc = concat!("\n\n`", stringify!($code), "`, subject ", stringify!($subject), ", detail ", stringify!($detail), " (", $spec, ").")]
            pub const $name: Standard = Standard {
                status: Code($code).with($subject, $detail),
                text: $text,
                spec: $spec,
            };
        )+

        /// Every reply of this module by name.
        pub const ALL: &[(&str, Standard)] = &[$((stringify!($name), $name)),+];
    };
}

standard! {
    /// HELP.
    HELP = 214 (0, 0) "see RFC 5321", "RFC 5321 §4.1.1.8";
    /// STARTTLS is accepted.
    TLS_READY = 220 (0, 0) "ready for TLS", "RFC 3207 §4";
    /// QUIT.
    BYE = 221 (0, 0) "bye", "RFC 5321 §4.1.1.10";
    /// The client is who it says it is.
    AUTH_SUCCEEDED = 235 (7, 0) "authenticated", "RFC 4954 §6";
    /// NOOP, RSET.
    OK = 250 (0, 0) "ok", "RFC 5321 §4.2.3";
    /// MAIL is accepted.
    SENDER_OK = 250 (1, 0) "sender ok", "RFC 3463 §3.2";
    /// RCPT is accepted.
    RECIPIENT_OK = 250 (1, 5) "recipient ok", "RFC 3463 §3.2";
    /// The message is accepted and safe.
    ACCEPTED = 250 (0, 0) "accepted", "RFC 5321 §4.1.1.4";
    /// VRFY without an answer.
    CANNOT_VERIFY = 252 (0, 0) "cannot verify, send mail and see", "RFC 5321 §3.5.3";

    /// The server shuts down, or is overloaded.
    SHUTTING_DOWN = 421 (3, 2) "shutting down, come back later", "RFC 5321 §3.8";
    /// The client was too slow.
    TIMED_OUT = 421 (4, 2) "timed out", "RFC 5321 §4.5.3.2";
    /// Too many errors or useless commands.
    TOO_MUCH_JUNK = 421 (7, 0) "too many errors", "RFC 5321 §4.3.2";
    /// Too many failed attempts at AUTH.
    TOO_MANY_AUTH = 421 (7, 0) "too many failed authentications", "RFC 4954 §4";
    /// Too many transactions, or too much discarded.
    TOO_MUCH = 421 (5, 3) "limit of this connection reached", "RFC 5321 §3.8";
    /// The application cannot decide now.
    LOCAL_ERROR = 451 (3, 0) "local error, try again later", "RFC 5321 §4.2.3";
    /// Not now, by policy.
    TRY_LATER = 451 (7, 1) "try again later", "RFC 3463 §3.8";
    /// No room for the message.
    NO_STORAGE = 452 (3, 1) "not enough storage", "RFC 5321 §4.2.3";
    /// The recipient limit is reached.
    TOO_MANY_RECIPIENTS = 452 (5, 3) "too many recipients", "RFC 5321 §4.5.3.1.10";
    /// STARTTLS cannot be done now.
    TLS_UNAVAILABLE = 454 (7, 0) "TLS not available", "RFC 3207 §4";
    /// Who authenticates is out of order.
    AUTH_UNAVAILABLE = 454 (7, 0) "temporary authentication failure", "RFC 4954 §6";

    /// No such verb, or no command line at all.
    SYNTAX = 500 (5, 2) "unknown command", "RFC 5321 §4.2.4";
    /// A command line longer than the limit.
    LINE_TOO_LONG = 500 (5, 2) "line too long", "RFC 5321 §4.5.3.1.4";
    /// A SASL line longer than the limit.
    AUTH_LINE_TOO_LONG = 500 (5, 6) "authentication exchange line is too long", "RFC 4954 §6";
    /// An argument that cannot be read.
    BAD_ARGUMENT = 501 (5, 4) "bad argument", "RFC 5321 §4.2.4";
    /// The path of MAIL cannot be read.
    BAD_SENDER = 501 (1, 7) "bad sender address", "RFC 3463 §3.2";
    /// The path of RCPT cannot be read.
    BAD_RECIPIENT = 501 (1, 3) "bad recipient address", "RFC 3463 §3.2";
    /// The same parameter twice.
    DUPLICATE_PARAMETER = 501 (5, 4) "parameter given twice", "RFC 5321 §4.1.1.11";
    /// `*` in a SASL exchange.
    AUTH_CANCELLED = 501 (7, 0) "authentication cancelled", "RFC 4954 §4";
    /// A SASL line that is no base64.
    BAD_BASE64 = 501 (5, 2) "cannot base64-decode", "RFC 4954 §4";
    /// A verb that is known and not offered.
    NOT_IMPLEMENTED = 502 (5, 1) "command not implemented", "RFC 5321 §4.2.4";
    /// A command out of order.
    WRONG_ORDER = 503 (5, 1) "command out of order", "RFC 5321 §4.1.4";
    /// An AUTH mechanism that is not offered.
    UNKNOWN_MECHANISM = 504 (5, 4) "mechanism not offered", "RFC 4954 §4";
    /// This host takes no mail.
    NO_MAIL_HERE = 521 (3, 2) "host does not accept mail", "RFC 7504 §3";
    /// The command needs TLS first.
    TLS_NEEDED = 530 (7, 0) "must issue a STARTTLS command first", "RFC 3207 §4";
    /// The command needs AUTH first.
    AUTH_NEEDED = 530 (7, 0) "authentication required", "RFC 4954 §6";
    /// The mechanism is too weak for this user.
    AUTH_TOO_WEAK = 534 (7, 9) "authentication mechanism is too weak", "RFC 4954 §6";
    /// Wrong credentials.
    AUTH_FAILED = 535 (7, 8) "authentication credentials invalid", "RFC 4954 §6";
    /// No such mailbox.
    NO_SUCH_MAILBOX = 550 (1, 1) "no such mailbox", "RFC 3463 §3.2";
    /// Refused by policy.
    REFUSED = 550 (7, 1) "refused by policy", "RFC 3463 §3.8";
    /// The message is larger than the limit.
    TOO_BIG = 552 (3, 4) "message too big", "RFC 1870 §6.1";
    /// An address outside US-ASCII without SMTPUTF8.
    NEEDS_SMTPUTF8 = 553 (6, 7) "address needs SMTPUTF8", "RFC 6531 §3.5";
    /// DATA when no recipient was accepted.
    NO_VALID_RECIPIENTS = 554 (5, 1) "no valid recipients", "RFC 5321 §3.3";
    /// The body breaks the line rules.
    BAD_BODY = 554 (6, 0) "bad octets in the message", "RFC 5321 §2.3.8";
    /// A parameter that was not announced.
    UNKNOWN_PARAMETER = 555 (5, 4) "parameter not recognised", "RFC 5321 §4.1.1.11";
    /// The domain of the recipient takes no mail.
    NULL_MX = 556 (1, 10) "recipient domain accepts no mail", "RFC 7504 §4";
}
