//! The verdicts of the crates as trace events and as facts for the rules.
//!
//! One function per check; each makes exactly one event, also when the check is skipped.

pub(crate) mod client;
pub(crate) mod message;
pub(crate) mod sender;

use postrider_policy::{Value, Verdict};
use postrider_resolver::{Content, Lookup};
use postrider_trace::{Dns, Draft, Out};

/// Adds the look-ups of a check to its event.
pub(crate) fn with_dns(mut draft: Draft, lookups: &[Lookup]) -> Draft {
    for lookup in lookups {
        let question = lookup.question.to_string();
        let dns = match &lookup.result {
            Err(e) => Dns::failed(&question, &e.to_string()),
            Ok(answer) => {
                let said = match &answer.content {
                    Content::Records(records) => {
                        let texts: Vec<String> = records.iter().map(ToString::to_string).collect();
                        Dns::answered(&question, texts.iter().map(String::as_str))
                    }
                    Content::NoData => Dns::failed(&question, "NODATA"),
                    Content::NxDomain => Dns::failed(&question, "NXDOMAIN"),
                };
                said.ttl(answer.ttl).secure(answer.authentic)
            }
        };
        draft = draft.dns(dns);
    }
    draft
}

/// The RFC 8601 word of a result, as the trace and the rules have it.
pub(crate) fn out_of(word: &str) -> Out {
    Out::from_word(word).unwrap_or(Out::Info)
}

/// The same word as a rule value; `neutral`, `policy` and others that rules do not know are `neutral`.
pub(crate) fn result_of(word: &str) -> Value {
    Value::Result(Verdict::from_word(word).unwrap_or(Verdict::Neutral))
}
