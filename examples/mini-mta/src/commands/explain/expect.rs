//! Expectations, so that a folder of messages and zones tests the rules.

use postrider_trace::{Event, Outcome, Trace};
use std::fmt;
use std::str::FromStr;

/// What is to come of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expectation {
    /// `accept`, `reject`, `defer`, `quarantine`
    Outcome(&'static str),
    /// `reject:RULE`
    RejectedBy(String),
    /// `check:NAME=RESULT`
    Check(String, String),
    /// `rule:ID=yes|no|unknown`
    Rule(String, String),
}

const OUTCOMES: [&str; 4] = ["accept", "reject", "defer", "quarantine"];

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(word) = OUTCOMES.into_iter().find(|w| *w == text) {
            return Ok(Self::Outcome(word));
        }
        let pair = |rest: &str| rest.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
        let read = match text.split_once(':') {
            Some(("reject", rule)) => Some(Self::RejectedBy(rule.to_owned())),
            Some(("check", rest)) => pair(rest).map(|(name, result)| Self::Check(name, result)),
            Some(("rule", rest)) => pair(rest).map(|(id, result)| Self::Rule(id, result)),
            _ => None,
        };
        read.ok_or_else(|| {
            format!(
                "--expect {text}: accept, reject, reject:RULE, defer, quarantine, check:NAME=RESULT \
                 or rule:ID=yes|no|unknown was expected"
            )
        })
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outcome(word) => f.write_str(word),
            Self::RejectedBy(rule) => write!(f, "reject:{rule}"),
            Self::Check(name, result) => write!(f, "check:{name}={result}"),
            Self::Rule(id, result) => write!(f, "rule:{id}={result}"),
        }
    }
}

impl Expectation {
    /// Whether a trace is as expected; else what it says instead.
    pub(super) fn judge(&self, trace: Option<&Trace>) -> Result<(), String> {
        let Some(trace) = trace else { return Err("there is no trace".to_owned()) };
        let outcome = word(trace.outcome());
        let got = match self {
            Self::Outcome(expected) if outcome == *expected => return Ok(()),
            Self::Outcome(_) => outcome.to_owned(),
            Self::RejectedBy(rule) => {
                let by = trace.deciding().and_then(|e| e.by.as_ref()).map_or("", |b| b.as_str());
                let named = by == rule || by.strip_prefix("rule:") == Some(rule);
                if outcome == "reject" && named {
                    return Ok(());
                }
                format!("{outcome} by {by}")
            }
            Self::Check(name, expected) => return compare(trace.check(name), expected),
            Self::Rule(id, expected) => {
                return compare(trace.check(&format!("rule:{id}")), expected);
            }
        };
        Err(got)
    }
}

fn compare(event: Option<&Event>, expected: &str) -> Result<(), String> {
    match event.map(|e| e.out.as_str()) {
        Some(out) if out == expected => Ok(()),
        Some(out) => Err(out.to_owned()),
        None => Err("no such event".to_owned()),
    }
}

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Rejected => "reject",
        Outcome::Deferred => "defer",
        Outcome::Quarantined => "quarantine",
        Outcome::Accepted | Outcome::Delivered => "accept",
        _ => "open",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expectations_round_trip_and_others_are_refused() {
        for text in ["accept", "reject:honour-dmarc", "check:spf=fail", "rule:listed=unknown"] {
            assert_eq!(text.parse::<Expectation>().unwrap().to_string(), text);
        }
        assert!("rejct".parse::<Expectation>().is_err());
        assert!("check:spf".parse::<Expectation>().is_err());
    }
}
