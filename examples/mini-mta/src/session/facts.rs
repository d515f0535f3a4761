//! What the rules may know of a message.

use super::Session;
use crate::facts::{Fact, Sheet};
use postrider_core::{DomainName, Mailbox};
use postrider_message::{Grammar, HeaderBlock, author_domains, decode_words, mailboxes};
use postrider_policy::{Cause, Stage, Value, Verdict};
use postrider_resolver::Resolver;

impl<R: Resolver + 'static> Session<R> {
    pub(super) fn message_facts(
        &self,
        block: &HeaderBlock<'_>,
        octets: u64,
        hops: usize,
        facts: &mut Sheet,
    ) {
        let author = author(block);
        facts.set("size", octets);
        facts.set("hop_count", hops);
        facts.set("from", author.as_ref());
        facts.set("from.domain", author_domain(block).as_ref());
        facts.set("from.own", author.as_ref().is_some_and(|a| self.is_own(Some(a))));
        facts.set("subject", text(block, "Subject").as_str());
        for name in self.server.config.policy.reads(Stage::Data) {
            if let Some(field) = name.as_str().strip_prefix("header.") {
                facts.set(name.as_str(), text(block, field).as_str());
            }
        }
        // What is not checked on this role is `none`, as if the sender had done nothing of the kind.
        for result in ["dkim", "dmarc", "arc"] {
            facts.set(result, Fact(Value::Result(Verdict::None)));
        }
        facts.set("dkim.domains", Vec::new());
        facts.set("dmarc.policy", "");
        facts.unknown(&["has_attachment"], &Cause::lookup("bodies are not parsed"));
    }
}

/// The author, if there is exactly one From field with exactly one mailbox.
fn author(block: &HeaderBlock<'_>) -> Option<Mailbox> {
    let mut fields = block.all("From");
    let (field, None) = (fields.next()?, fields.next()) else { return None };
    match mailboxes(field.raw_value, Grammar::Strict).ok()?.as_slice() {
        [one] => one.to_mailbox(),
        _ => None,
    }
}

fn author_domain(block: &HeaderBlock<'_>) -> Option<DomainName> {
    match author_domains(block).domains.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// The first field of a name, unfolded and decoded; empty if there is none.
fn text(block: &HeaderBlock<'_>, name: &str) -> String {
    let field = block.get(name);
    field.map_or_else(String::new, |f| decode_words(f.raw_value).as_str().trim().to_owned())
}
