//! The variables of a mail server, with one line on each.

use super::{Schema, Variable};
use crate::name::{CheckName, Name};
use crate::stage::{Stage, Visible};
use crate::value::{Item, Type};

/// Name, type, visibility, check that finds the value, one line.
type Row = (&'static str, Type, Visible, Option<&'static str>, &'static str);

const fn from(stage: Stage) -> Visible {
    Visible::From(stage)
}

#[rustfmt::skip] // one variable a line
const CONNECT: &[Row] = &[
    ("listener.name", Type::Text, from(Stage::Connect), None, "name of the listener that took the connection"),
    ("listener.role", Type::Text, from(Stage::Connect), None, "role of that listener, such as mx"),
    ("client.ip", Type::Address, from(Stage::Connect), Some("connect"), "the client's address, behind a PROXY header if there is one"),
    ("client.hidden", Type::Bool, from(Stage::Connect), Some("proxy"), "whether a forwarder hides the client's address"),
    ("client.tls", Type::Bool, from(Stage::Connect), Some("starttls"), "whether the connection is encrypted by now"),
    ("client.ptr", Type::Domain, from(Stage::Connect), Some("iprev"), "reverse name of the client; empty if there is none"),
    ("client.ptr_ok", Type::Bool, from(Stage::Connect), Some("iprev"), "whether that name leads back to the address"),
    ("local_domains", Type::List(Item::Domain), Visible::FromAndRoute(Stage::Connect), None, "domains whose mail is delivered here"),
    ("hour", Type::Int, from(Stage::Connect), None, "hour of the day in UTC, 0 to 23"),
    ("weekday", Type::Text, from(Stage::Connect), None, "day of the week in UTC: mon, tue, wed, thu, fri, sat, sun"),
    ("tags", Type::List(Item::Text), Visible::FromAndRoute(Stage::Connect), None, "tags given by rules so far"),
];

#[rustfmt::skip] // one variable a line
const SESSION: &[Row] = &[
    ("helo", Type::Text, from(Stage::Ehlo), Some("ehlo"), "name in EHLO, as the client wrote it"),
    ("helo.literal", Type::Bool, from(Stage::Ehlo), Some("ehlo"), "whether that name is an address literal"),
    ("auth.user", Type::Email, Visible::FromAndRoute(Stage::Auth), Some("auth"), "who is logged in; empty if nobody"),
    ("auth.domain", Type::Domain, from(Stage::Auth), Some("auth"), "domain of who is logged in; empty if nobody"),
    ("auth.mech", Type::Text, from(Stage::Auth), Some("auth"), "SASL mechanism of the login; empty if none"),
    ("mail.from", Type::Email, from(Stage::Mail), None, "MAIL FROM; empty for <>"),
    ("mail.domain", Type::Domain, Visible::FromAndRoute(Stage::Mail), None, "domain of MAIL FROM; empty for <>"),
    ("mail.size", Type::Int, from(Stage::Mail), None, "SIZE as declared in octets; 0 if not declared"),
    ("mail.smtputf8", Type::Bool, from(Stage::Mail), None, "whether SMTPUTF8 was asked for"),
    ("spf", Type::Result, from(Stage::Mail), Some("spf"), "SPF result for MAIL FROM"),
    ("spf.helo", Type::Result, from(Stage::Mail), Some("spf"), "SPF result for the EHLO name"),
    ("rcpt", Type::Email, Visible::Only(Stage::Rcpt), None, "this recipient"),
    ("rcpt.domain", Type::Domain, Visible::OnlyAndRoute(Stage::Rcpt), None, "domain of this recipient"),
    ("rcpt.local", Type::Text, Visible::Only(Stage::Rcpt), None, "local part of this recipient, without quotes"),
    ("rcpt.exists", Type::Bool, Visible::Only(Stage::Rcpt), None, "whether this recipient is a mailbox or alias here"),
    ("rcpt.count", Type::Int, Visible::Only(Stage::Rcpt), None, "recipients accepted so far"),
];

#[rustfmt::skip] // one variable a line
const MESSAGE: &[Row] = &[
    ("size", Type::Int, from(Stage::Data), None, "octets of the message"),
    ("from", Type::Email, from(Stage::Data), None, "author in the From field; empty if there is not exactly one"),
    ("from.domain", Type::Domain, from(Stage::Data), None, "domain of the author"),
    ("subject", Type::Text, from(Stage::Data), None, "Subject, decoded"),
    ("hop_count", Type::Int, from(Stage::Data), None, "number of Received fields"),
    ("dkim", Type::Result, from(Stage::Data), Some("dkim"), "best result of all DKIM signatures"),
    ("dkim.domains", Type::List(Item::Domain), from(Stage::Data), Some("dkim"), "domains whose signature passed"),
    ("dmarc", Type::Result, from(Stage::Data), Some("dmarc"), "DMARC result for the author's domain"),
    ("dmarc.policy", Type::Text, from(Stage::Data), Some("dmarc"), "policy of the author's domain: none, quarantine, reject; empty without a record"),
    ("arc", Type::Result, from(Stage::Data), Some("arc"), "result of the ARC chain"),
    ("has_attachment", Type::Bool, from(Stage::Data), None, "whether a part is an attachment"),
];

#[rustfmt::skip] // one variable a line
const ROUTE: &[Row] = &[
    ("attempts", Type::Int, Visible::Only(Stage::Route), None, "delivery attempts so far"),
    ("age", Type::Int, Visible::Only(Stage::Route), None, "seconds since the message was accepted"),
    ("last_code", Type::Int, Visible::Only(Stage::Route), None, "reply code of the last attempt; 0 before the first"),
    ("source", Type::Text, Visible::Only(Stage::Route), None, "where the message came from: the listener's role, or dsn"),
];

pub(super) fn schema() -> Schema {
    let rows = [CONNECT, SESSION, MESSAGE, ROUTE].into_iter().flatten();
    let mut schema = Schema::empty();
    for &(name, ty, visible, check, doc) in rows {
        let mut variable = Variable::new(ty, visible, doc);
        variable.check = check.and_then(|check| CheckName::new(check).ok());
        if let Ok(name) = Name::new(name) {
            schema.variables.insert(name, variable);
        }
    }
    let field = Variable::new(
        Type::Text,
        from(Stage::Data),
        "first header field of this name, decoded; empty if there is none",
    );
    schema.families.insert("header".to_owned(), field);
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_declared() {
        let rows = CONNECT.len() + SESSION.len() + MESSAGE.len() + ROUTE.len();
        assert_eq!(schema().variables().count(), rows);
    }
}
