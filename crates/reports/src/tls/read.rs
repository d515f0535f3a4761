//! Reads the JSON of a TLS report (RFC 8460 §4.4).

use super::{PolicyKind, TlsFailure, TlsPolicy, TlsReport, TlsResult};
use crate::limits::Limits;
use crate::note::{Deviation, Notes, excerpt, safe};
use postrider_core::{DomainName, SafeText, UnixTime};
use serde_json::Value;

/// Why JSON is no TLS report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadJsonError {
    /// It is no JSON.
    #[error("not JSON at line {line}, column {column}")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
    },
    /// Longer than [`Limits::json`].
    #[error("more than {0} octets of JSON")]
    Long(usize),
    /// More policies and failures than [`Limits::rows`].
    #[error("more than {0} policies and failures")]
    Rows(usize),
    /// A value without which the report says nothing.
    #[error("{0} is missing or cannot be read")]
    Required(&'static str),
}

/// Reads one document.
pub(crate) fn read_json(
    octets: &[u8],
    limits: &Limits,
    notes: &mut Notes,
) -> Result<TlsReport, ReadJsonError> {
    if octets.len() > limits.json {
        return Err(ReadJsonError::Long(limits.json));
    }
    let root: Value = serde_json::from_slice(octets)
        .map_err(|e| ReadJsonError::Malformed { line: e.line(), column: e.column() })?;
    let mut at = Members { notes, limits };
    let range = root.get("date-range").unwrap_or(&Value::Null);
    let mut time = |name, place| {
        let time = moment(range.get(name)).ok_or(ReadJsonError::Required(place))?;
        let whole = UnixTime::from_secs(time.secs());
        if whole != time {
            at.notes.add(place, Deviation::Fraction(SafeText::display(&time)));
        }
        Ok(whole)
    };
    let begin = time("start-datetime", "date-range/start-datetime")?;
    let end = time("end-datetime", "date-range/end-datetime")?;
    if end < begin {
        at.notes.add("date-range", Deviation::RangeReversed);
    }
    let list = root.get("policies").and_then(Value::as_array);
    let list = list.ok_or(ReadJsonError::Required("policies"))?;
    let mut left = limits.rows;
    let mut policies = Vec::new();
    for value in list {
        let policy = at.policy(value);
        let cost = policy.failures.len().saturating_add(1);
        left = left.checked_sub(cost).ok_or(ReadJsonError::Rows(limits.rows))?;
        policies.push(policy);
    }
    Ok(TlsReport {
        organization: at.required(&root, "organization-name"),
        begin,
        end,
        contact: at.text(&root, "contact-info"),
        report_id: at.required(&root, "report-id"),
        policies,
    })
}

/// RFC 8460 §4.4: RFC 3339 in UTC.
fn moment(value: Option<&Value>) -> Option<UnixTime> {
    let text = value?.as_str()?;
    match text.strip_suffix("+00:00") {
        Some(local) => UnixTime::parse_rfc3339(&format!("{local}Z")),
        None => UnixTime::parse_rfc3339(text),
    }
}

/// Members of objects, with notes.
struct Members<'a> {
    notes: &'a mut Notes,
    limits: &'a Limits,
}

impl Members<'_> {
    fn required(&mut self, of: &Value, name: &str) -> SafeText {
        let found = self.text(of, name);
        if found.is_none() {
            self.notes.add(name, Deviation::Missing);
        }
        found.unwrap_or_default()
    }

    fn text(&mut self, of: &Value, name: &str) -> Option<SafeText> {
        let most = self.limits.text;
        self.read(of, name, |v| v.as_str().filter(|t| t.len() <= most).map(safe))
    }

    /// A member, or a note if it is there and means nothing.
    fn read<T>(&mut self, of: &Value, name: &str, how: impl Fn(&Value) -> Option<T>) -> Option<T> {
        let value = of.get(name).filter(|v| !v.is_null())?;
        let read = how(value);
        if read.is_none() {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            self.notes.add(name, Deviation::Unreadable(excerpt(&shown)));
        }
        read
    }

    /// A list of texts; a lone text is a list of one.
    fn texts(&mut self, of: &Value, name: &str) -> Vec<SafeText> {
        let list = |v: &Value| match v {
            Value::String(text) => Some(vec![safe(text)]),
            Value::Array(list) => list.iter().map(|v| v.as_str().map(safe)).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
        };
        self.read(of, name, list).unwrap_or_default()
    }

    fn word<T: Copy + 'static>(
        &mut self,
        of: &Value,
        name: &str,
        (all, word): (&[T], fn(T) -> &'static str),
    ) -> Option<T> {
        let Some(text) = of.get(name).and_then(Value::as_str) else {
            self.notes.add(name, Deviation::Missing);
            return None;
        };
        let found = all.iter().copied().find(|v| word(*v).eq_ignore_ascii_case(text));
        match found {
            None => self.notes.add(name, Deviation::UnknownWord(excerpt(text))),
            Some(v) if word(v) != text => self.notes.add(name, Deviation::Case(excerpt(text))),
            Some(_) => {}
        }
        found
    }

    fn policy(&mut self, value: &Value) -> TlsPolicy {
        let null = Value::Null;
        let policy = value.get("policy").unwrap_or(&null);
        let summary = value.get("summary").unwrap_or(&null);
        let details = value.get("failure-details").and_then(Value::as_array);
        let failures: Vec<_> =
            details.into_iter().flatten().map(|value| self.failure(value)).collect();
        let failed = self.read(summary, "total-failure-session-count", Value::as_u64);
        let sum = failures.iter().filter_map(|f| f.sessions).fold(0, u64::saturating_add);
        // RFC 8460 §4.4: details may be fewer than failures, never more.
        if failed.is_some_and(|failed| failed < sum) {
            self.notes.add("total-failure-session-count", Deviation::Sum);
        }
        TlsPolicy {
            kind: self.word(policy, "policy-type", (PolicyKind::ALL, PolicyKind::as_str)),
            strings: self.texts(policy, "policy-string"),
            domain: self.read(policy, "policy-domain", |v| DomainName::parse(v.as_str()?).ok()),
            mx_hosts: self.texts(policy, "mx-host"),
            successful: self.read(summary, "total-successful-session-count", Value::as_u64),
            failed,
            failures,
        }
    }

    fn failure(&mut self, value: &Value) -> TlsFailure {
        TlsFailure {
            result: self.word(value, "result-type", (TlsResult::ALL, TlsResult::as_str)),
            sending_ip: self.read(value, "sending-mta-ip", |v| v.as_str()?.parse().ok()),
            receiving_mx: self.text(value, "receiving-mx-hostname"),
            receiving_helo: self.text(value, "receiving-mx-helo"),
            receiving_ip: self.read(value, "receiving-ip", |v| v.as_str()?.parse().ok()),
            sessions: self.read(value, "failed-session-count", Value::as_u64),
            information: self.text(value, "additional-information"),
            reason_code: self.text(value, "failure-reason-code"),
        }
    }
}
