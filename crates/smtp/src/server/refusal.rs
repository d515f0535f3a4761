//! Which reply a line gets that is no command (RFC 5321 §4.2).

use super::connection::Connection;
use super::rules;
use crate::command::ParseCommandError as Error;
use crate::rule::Rule;
use crate::value::reply::standard::{self, Standard};
use postrider_core::SafeText;

impl Connection {
    pub(super) fn refuse_line(&mut self, error: &Error) {
        let (reply, rule) = refusal(error);
        let why = self.why(rule).detail(error);
        // The error names places and what was expected there, never what was sent.
        self.refuse(reply.with(SafeText::display(error)), why);
    }
}

const fn refusal(error: &Error) -> (Standard, Rule) {
    match error {
        Error::UnknownVerb => (standard::SYNTAX, rules::UNKNOWN_VERB),
        Error::NotImplemented { .. } => (standard::NOT_IMPLEMENTED, rules::NOT_IMPLEMENTED),
        Error::Argument { .. } => (standard::BAD_ARGUMENT, rules::ARGUMENT),
        Error::Hello(_) => (standard::BAD_ARGUMENT, rules::HELLO_NAME),
        Error::Sender(_) => (standard::BAD_SENDER, rules::SENDER),
        Error::Recipient(_) => (standard::BAD_RECIPIENT, rules::RECIPIENT),
        Error::Unspaced { .. } | Error::Parameter { .. } | Error::Value { .. } => {
            (standard::BAD_ARGUMENT, rules::PARAMETER)
        }
        Error::UnknownParameter { .. } => (standard::UNKNOWN_PARAMETER, rules::PARAMETER_UNKNOWN),
        Error::Duplicate { .. } => (standard::DUPLICATE_PARAMETER, rules::PARAMETER_TWICE),
        Error::SizeOverflow => (standard::TOO_BIG, rules::SIZE_DECLARED),
        // Only where BDAT is not offered; elsewhere the connection ends.
        Error::ChunkSize => (standard::NOT_IMPLEMENTED, rules::NOT_IMPLEMENTED),
        Error::Mechanism(_) => (standard::BAD_ARGUMENT, rules::ARGUMENT),
        Error::Base64 => (standard::BAD_BASE64, rules::AUTH_MALFORMED),
    }
}
