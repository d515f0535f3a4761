//! Reads a record. RFC 9989 §4.8: "Syntax errors in the remainder of the record MUST be discarded in
//! favor of default values (if any) or ignored outright."

use super::{
    Disposition, FailureOptions, FailureWhen, MAX_TAGS, MAX_URIS, Mode, Psd, Record, Testing,
};
use crate::uri::Uri;
use crate::warning::{Problem, Warning};
use postrider_core::{SafeText, Span};

/// A record as far as it can be read, and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// What applies.
    pub record: Record,
    /// Faults, in the order of their places.
    pub warnings: Vec<Warning>,
}

impl Record {
    /// Reads the joined character strings of a TXT record; nothing if it is no DMARC record.
    ///
    /// RFC 9989 §4.7 `v`: "If the tag is not the first in the list, or the tag is absent, or the
    /// value is not "DMARC1", then the entire record MUST be ignored."
    ///
    /// ```
    /// use postrider_dmarc::{Disposition, Record};
    ///
    /// let parsed = Record::parse(b"v=DMARC1; p=reject; pct=50").unwrap();
    /// assert_eq!(parsed.record, Record::new(Disposition::Reject));
    /// let warning = parsed.warnings[0].to_string();
    /// assert_eq!(warning, "tag pct was removed by RFC 9989 and is ignored (octet 20)");
    /// assert_eq!(Record::parse(b"v=spf1 -all"), None);
    /// ```
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Parsed> {
        if !is_dmarc_record(text) {
            return None;
        }
        let mut reader = Reader::default();
        let mut at = 0;
        for (n, part) in text.split(|&b| b == b';').enumerate() {
            let span = Span::new(at, at + part.len());
            at = span.end + 1;
            match n {
                0 => {}
                n if n > MAX_TAGS => {
                    reader.warn(Problem::TooManyTags, span, b"");
                    break;
                }
                _ => reader.part(part, span),
            }
        }
        if reader.record.policy.is_none() && !reader.seen.iter().any(|t| t == "p") {
            reader.warn(Problem::NoPolicy, Span::at(text.len()), b"p");
        }
        Some(Parsed { record: reader.record, warnings: reader.warnings })
    }
}

impl Parsed {
    pub(crate) const fn new(record: Record, warnings: Vec<Warning>) -> Self {
        Self { record, warnings }
    }

    /// The first reason why the record cannot be taken as it stands, RFC 9989 §4.10.1: it "does not
    /// contain a valid "p" tag, or contains an "sp" or "np" tag that is not valid".
    #[must_use]
    pub fn defect(&self) -> Option<&Warning> {
        self.warnings.iter().find(|w| {
            let is_policy = matches!(w.tag.as_str(), "p" | "sp" | "np");
            is_policy && matches!(w.problem, Problem::BadValue | Problem::NoPolicy)
        })
    }
}

/// Whether text begins with `v=DMARC1`, so that it counts as a DMARC record whatever follows.
#[must_use]
pub fn is_dmarc_record(text: &[u8]) -> bool {
    let version = text.split(|&b| b == b';').next().unwrap_or_default();
    let Some((b'v' | b'V', rest)) = version.split_first() else {
        return false;
    };
    let value = trim_wsp(rest).strip_prefix(b"=").map(trim_wsp);
    value == Some(b"DMARC1")
}

#[derive(Default)]
struct Reader {
    record: Record,
    warnings: Vec<Warning>,
    seen: Vec<String>,
}

impl Reader {
    fn warn(&mut self, problem: Problem, span: Span, tag: &[u8]) {
        self.warnings.push(Warning { problem, tag: SafeText::escaped(tag).truncated(32), span });
    }

    /// What stands between two semicolons.
    fn part(&mut self, part: &[u8], span: Span) {
        let trimmed = trim_wsp(part);
        if trimmed.is_empty() {
            return;
        }
        let start = span.start + part.iter().take_while(|b| is_wsp(**b)).count();
        let span = Span::new(start, start + trimmed.len());
        let equals = trimmed.iter().position(|&b| b == b'=');
        let Some((name, value)) = equals.and_then(|i| trimmed.split_at_checked(i)) else {
            return self.warn(Problem::NoEquals, span, trimmed);
        };
        let name = trim_wsp(name);
        let value = trim_wsp(value.get(1..).unwrap_or_default());
        if name.is_empty() || !name.iter().all(u8::is_ascii_alphabetic) {
            return self.warn(Problem::BadName, span, name);
        }
        // Quoted strings of RFC 5234 ignore case, and so do the names in the grammar.
        let tag = String::from_utf8_lossy(name).to_ascii_lowercase();
        if tag == "v" || self.seen.contains(&tag) {
            return self.warn(Problem::Duplicate, span, tag.as_bytes());
        }
        self.value(&tag, value, span);
        self.seen.push(tag);
    }

    fn value(&mut self, tag: &str, value: &[u8], span: Span) {
        let value_text = std::str::from_utf8(value).unwrap_or_default().to_ascii_lowercase();
        let text = value_text.as_str();
        let r = &mut self.record;
        let read = match tag {
            "p" => set_some(&mut r.policy, disposition(text)),
            "sp" => set_some(&mut r.subdomains, disposition(text)),
            "np" => set_some(&mut r.nonexistent, disposition(text)),
            "adkim" => set(&mut r.dkim_mode, mode(text)),
            "aspf" => set(&mut r.spf_mode, mode(text)),
            "psd" => set(&mut r.psd, psd(text)),
            "t" => set(&mut r.testing, testing(text)),
            "fo" => set(&mut r.failure_options, failure_options(text)),
            "rua" => {
                self.record.aggregate = self.uris(tag, value, span);
                true
            }
            "ruf" => {
                self.record.failure = self.uris(tag, value, span);
                true
            }
            "pct" | "rf" | "ri" => {
                self.warn(Problem::Removed, span, tag.as_bytes());
                true
            }
            _ => {
                self.warn(Problem::Unknown, span, tag.as_bytes());
                true
            }
        };
        if !read {
            self.warn(Problem::BadValue, span, tag.as_bytes());
        }
    }

    /// RFC 9989 §4.8: "reporters should ignore the obs-dmarc-report-size if it is found".
    fn uris(&mut self, tag: &str, value: &[u8], span: Span) -> Vec<Uri> {
        let mut uris = Vec::new();
        for part in value.split(|&b| b == b',') {
            let (uri, size) = match part.iter().position(|&b| b == b'!') {
                Some(i) => (part.get(..i).unwrap_or_default(), part.get(i + 1..)),
                None => (part, None),
            };
            if uris.len() == MAX_URIS {
                self.warn(Problem::TooManyUris, span, tag.as_bytes());
                break;
            }
            match Uri::parse(trim_wsp(uri)) {
                Ok(uri) if size.is_none_or(is_size) => uris.push(uri),
                _ => {
                    self.warn(Problem::BadUri, span, tag.as_bytes());
                    continue;
                }
            }
            if size.is_some() {
                self.warn(Problem::SizeLimit, span, tag.as_bytes());
            }
        }
        uris
    }
}

/// `1*DIGIT [ "k" / "m" / "g" / "t" ]`, white space apart.
fn is_size(text: &[u8]) -> bool {
    let text: Vec<u8> = text.iter().copied().filter(|b| !is_wsp(*b)).collect();
    let digits = match text.split_last() {
        Some((unit, digits)) if unit.is_ascii_alphabetic() => {
            if !matches!(unit.to_ascii_lowercase(), b'k' | b'm' | b'g' | b't') {
                return false;
            }
            digits
        }
        _ => &text,
    };
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn set<T>(place: &mut T, value: Option<T>) -> bool {
    value.map(|v| *place = v).is_some()
}

fn set_some<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    value.map(|v| *place = Some(v)).is_some()
}

fn disposition(text: &str) -> Option<Disposition> {
    match text {
        "none" => Some(Disposition::None),
        "quarantine" => Some(Disposition::Quarantine),
        "reject" => Some(Disposition::Reject),
        _ => None,
    }
}

fn mode(text: &str) -> Option<Mode> {
    match text {
        "r" => Some(Mode::Relaxed),
        "s" => Some(Mode::Strict),
        _ => None,
    }
}

fn psd(text: &str) -> Option<Psd> {
    match text {
        "y" => Some(Psd::Yes),
        "n" => Some(Psd::No),
        "u" => Some(Psd::Unsaid),
        _ => None,
    }
}

fn testing(text: &str) -> Option<Testing> {
    match text {
        "y" => Some(Testing::On),
        "n" => Some(Testing::Off),
        _ => None,
    }
}

/// Each of `0 1 d s` at most once, `0` and `1` not together, in any order.
fn failure_options(text: &str) -> Option<FailureOptions> {
    let mut options = FailureOptions::default();
    let mut when = None;
    for word in text.split(':').map(|w| w.trim_matches([' ', '\t'])) {
        let is_first = match word {
            "0" => when.replace(FailureWhen::All).is_none(),
            "1" => when.replace(FailureWhen::Any).is_none(),
            "d" => !std::mem::replace(&mut options.dkim, true),
            "s" => !std::mem::replace(&mut options.spf, true),
            _ => false,
        };
        if !is_first {
            return None;
        }
    }
    options.when = when.unwrap_or_default();
    Some(options)
}

const fn is_wsp(b: u8) -> bool {
    matches!(b, b' ' | b'\t')
}

fn trim_wsp(octets: &[u8]) -> &[u8] {
    let mut octets = octets;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = octets {
        octets = rest;
    }
    octets
}

#[cfg(test)]
mod tests;
