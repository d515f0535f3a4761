//! The guards of a mail server, written as rules so that a trace shows them like any other.
//!
//! They come before all configured rules, and no configuration removes them. Guards that no rule can
//! express, such as the one against bare line feeds, make their [`Decision`](crate::Decision) themselves.

use crate::source::{RuleSource, SourceRef};

fn guard(id: &str, stage: &str, when: &str, reject: &str) -> RuleSource {
    RuleSource::new(id, stage, when)
        .then("reject", reject)
        .at(SourceRef::new("builtin", 0))
        .builtin()
}

/// Nobody relays who is not logged in.
#[must_use]
pub fn relay() -> RuleSource {
    let when = "not (rcpt.domain in local_domains or not empty(auth.user))";
    guard("relay", "rcpt", when, "550 5.7.1 relaying denied")
}

/// A recipient of a local domain exists.
#[must_use]
pub fn recipient() -> RuleSource {
    let when = "rcpt.domain in local_domains and not rcpt.exists";
    guard("recipient", "rcpt", when, "550 5.1.1 no such mailbox here")
}

/// A message has at most `max` octets.
#[must_use]
pub fn size(max: u32) -> RuleSource {
    let reply = format!("552 5.3.4 message is bigger than {max} octets");
    guard("size", "data", &format!("size > {max}"), &reply)
}

/// A message has passed at most `max` servers.
#[must_use]
pub fn hops(max: u32) -> RuleSource {
    let reply = format!("554 5.4.6 more than {max} hops, this looks like a loop");
    guard("hops", "data", &format!("hop_count > {max}"), &reply)
}

/// Who is logged in sends under the own address: MAIL FROM and From.
#[must_use]
pub fn own_sender() -> [RuleSource; 2] {
    let mail = "not empty(auth.user) and not empty(mail.from) and mail.from != auth.user";
    let from = "not empty(auth.user) and from != auth.user";
    let reply = "553 5.7.1 {auth.user} may not send under this address";
    [guard("sender", "mail", mail, reply), guard("author", "data", from, reply)]
}

/// Who is logged in sends under any address of the own domain.
#[must_use]
pub fn own_domain() -> [RuleSource; 2] {
    let mail = "not empty(auth.user) and not empty(mail.from) and mail.domain != auth.domain";
    let from = "not empty(auth.user) and from.domain != auth.domain";
    let reply = "553 5.7.1 {auth.user} may not send under this address";
    [guard("sender", "mail", mail, reply), guard("author", "data", from, reply)]
}
