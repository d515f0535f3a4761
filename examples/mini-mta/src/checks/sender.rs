//! SPF as events and facts, and what is said when it cannot be decided.

use super::{out_of, result_of, with_dns};
use crate::facts::{Fact, Sheet};
use postrider_policy::Cause;
use postrider_resolver::Lookup;
use postrider_spf::{Both, Identity, Outcome, Step};
use postrider_trace::{Draft, Out, Stage};

/// One event per identity.
pub(crate) fn spf(outcome: &Outcome, steps: &[Step], lookups: &[Lookup]) -> Draft {
    let (name, say) = match outcome.identity {
        Identity::Helo => ("spf:helo", format!("HELO: {outcome}")),
        Identity::MailFrom => ("spf", outcome.to_string()),
    };
    let mut draft = Draft::check(Stage::Spf, name, out_of(outcome.verdict.as_str()))
        .why(outcome.why.code())
        .given("ip", outcome.client.to_string())
        .given("domain", outcome.subject.as_str())
        .got("lookups", i64::from(outcome.counters.terms.used))
        .got("void", i64::from(outcome.counters.void.used))
        .say(&say);
    if let Some(explanation) = &outcome.explanation {
        draft = draft.got("explanation", explanation.as_str());
    }
    for (n, line) in outcome.story(steps).to_string().lines().enumerate() {
        draft = draft.got(&format!("story{n:02}"), line);
    }
    with_dns(draft, lookups)
}

/// SPF for a client that we cannot see.
pub(crate) fn spf_hidden() -> Draft {
    Draft::check(Stage::Spf, "spf", Out::Unknown)
        .why("client-unknown")
        .say("not decided: the client's address is hidden (see proxy)")
}

/// SPF results for the rules.
pub(crate) fn facts(outcome: Option<&Both>, sheet: &mut Sheet) {
    match outcome {
        Some(both) => {
            sheet.set("spf", Fact(result_of(both.mail_from.verdict.as_str())));
            sheet.set("spf.helo", Fact(result_of(both.helo.verdict.as_str())));
        }
        None => sheet.unknown(&["spf", "spf.helo"], &Cause::ClientHidden),
    }
}
