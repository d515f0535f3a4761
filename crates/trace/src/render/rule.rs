//! Rules as sentences.

use crate::datum::{Datum, Fields};
use crate::event::{Event, Reason, Truth};
use crate::words::Out;
use postrider_core::SafeText;
use std::net::IpAddr;

/// Result words, which rules write without quotes.
const RESULTS: [&str; 7] =
    ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"];

/// `rule honour-dmarc`, `builtin relay`
pub(super) fn title(check: &str) -> String {
    match check.split_once(':') {
        Some((kind @ ("rule" | "builtin"), id)) => format!("{kind} {id}"),
        _ => check.to_owned(),
    }
}

/// `` honour-dmarc: matched — `dmarc == fail` is true (dmarc = fail) ``
pub(super) fn sentence(event: &Event) -> String {
    if event.because.is_empty() && event.say.is_some() && event.out != Out::Skip {
        return super::row::said(event);
    }
    let title = title(event.check_name());
    let name = title.strip_prefix("rule ").unwrap_or(&title);
    let mut text = format!("{name}: {}", result(event));
    if let Some(would) = event.would {
        text.push_str(&format!(" (observed, would {would})"));
    }
    for (i, reason) in event.because.iter().enumerate() {
        text.push_str(if i == 0 { " — " } else { "; " });
        text.push_str(&is(reason));
    }
    text
}

fn result(event: &Event) -> String {
    let known = [(Out::Yes, "matched"), (Out::No, "no"), (Out::Skip, "not reached")];
    if let Some((_, words)) = known.iter().find(|(out, _)| *out == event.out) {
        return (*words).to_owned();
    }
    // What then happened, such as `not decided, on_unknown = skip`.
    event.say.as_ref().map_or_else(|| "not decided".to_owned(), SafeText::to_string)
}

/// `` `dmarc == fail` is true (dmarc = fail) ``
fn is(reason: &Reason) -> String {
    let text = &reason.text;
    let word = match &reason.result {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown(cause) => return format!("`{text}` is unknown ({cause})"),
    };
    match values(reason) {
        Some(values) => format!("`{text}` is {word} ({values})"),
        None => format!("`{text}` is {word}"),
    }
}

/// `dmarc == fail [dmarc = fail]`
pub(super) fn with_values(reason: &Reason) -> String {
    let text = &reason.text;
    match (values(reason), &reason.result) {
        (_, Truth::Unknown(cause)) => format!("{text} [unknown: {cause}]"),
        // What was false is told as what held.
        (Some(values), Truth::False) => format!("not ({text}) [{values}]"),
        (Some(values), Truth::True) => format!("{text} [{values}]"),
        (None, Truth::True) => text.to_string(),
        (None, Truth::False) => format!("not ({text})"),
    }
}

/// Values worth a place on the line: not lists, and not what the result says already.
fn values(reason: &Reason) -> Option<String> {
    let shown: Vec<String> = reason
        .leaves
        .iter()
        .filter(|(name, value)| !matches!(value, Datum::List(_)) && *name != reason.text.as_str())
        .map(|(name, value)| format!("{name} = {}", literal(value, reason.text.as_str())))
        .collect();
    (!shown.is_empty()).then(|| shown.join(", "))
}

/// A value as the rule would write it. A line does not say whether `none` is a result or a text; the
/// comparison does.
fn literal(value: &Datum, comparison: &str) -> String {
    match value.as_text() {
        Some(word) if RESULTS.contains(&word) && !comparison.contains(&format!("\"{word}\"")) => {
            word.to_owned()
        }
        Some(text) if text.parse::<IpAddr>().is_ok() => text.to_owned(),
        _ => value.to_string(),
    }
}

/// The condition and all that it read.
pub(super) fn tree(event: &Event) -> Vec<String> {
    let Some(when) = &event.when else {
        return Vec::new();
    };
    let mut lines = vec![format!("when  {when}")];
    lines.extend(leaves(&event.leaves, when.as_str()));
    lines
}

fn leaves(fields: &Fields, when: &str) -> impl Iterator<Item = String> {
    fields.iter().map(|(name, value)| format!("      {name} = {}", literal(value, when)))
}
