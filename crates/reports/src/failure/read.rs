//! Reads the parts of a feedback report.

use super::{AuthFailure, Delivery, Extent, Failure, FeedbackType, Original};
use crate::container::{Header, Kind, Leaf, split_header};
use crate::limits::Limits;
use crate::note::{Deviation, Notes, excerpt, safe};
use postrider_core::DomainName;
use postrider_dmarc::Mechanism;

/// Reads the feedback part that is leaf `at`, and the message behind it.
pub(crate) fn read_feedback(
    leaves: Vec<Leaf>,
    at: usize,
    limits: &Limits,
    notes: &mut Notes,
) -> Failure {
    let mut failure = Failure::default();
    // The part is a header; reporters put an empty line before it.
    let fields = leaves.get(at).map(|l| l.octets.trim_ascii_start()).unwrap_or_default();
    let (header, _) = split_header(fields);
    if header.get("feedback-type").is_none() {
        notes.add("Feedback-Type", Deviation::Missing);
    }
    set_all(&mut failure, &header, limits, notes);
    if header.get("version").is_none() {
        notes.add("Version", Deviation::Missing);
    }
    // RFC 5965 §2: the third part is the message or its header.
    let original = leaves.into_iter().find(|leaf| leaf.kind == Kind::Original);
    if original.is_none() {
        notes.add("message", Deviation::Structure);
    }
    failure.original = original.map(|leaf| {
        let (_, body) = split_header(&leaf.octets);
        let extent = if body.is_empty() { Extent::Header } else { Extent::Whole };
        Original { extent, octets: leaf.octets }
    });
    failure
}

fn set_all(to: &mut Failure, header: &Header, limits: &Limits, notes: &mut Notes) {
    let mut seen = Vec::new();
    for (name, value) in header.iter().take(limits.rows) {
        let value = value.get(..limits.text).unwrap_or(value);
        let lower = name.to_ascii_lowercase();
        // RFC 5965 §3.1, §3.2: these stand once.
        let stands_once = !matches!(
            lower.as_str(),
            "original-rcpt-to"
                | "authentication-results"
                | "reported-domain"
                | "reported-uri"
                | "spf-dns"
        );
        if stands_once && seen.contains(&lower) && is_known(&lower) {
            notes.add(name, Deviation::Repeated);
            continue;
        }
        set(to, (name, &lower), value, notes);
        seen.push(lower);
        seen.truncate(64);
    }
}

fn is_known(lower: &str) -> bool {
    matches!(
        lower,
        "feedback-type"
            | "user-agent"
            | "version"
            | "auth-failure"
            | "identity-alignment"
            | "delivery-result"
            | "original-envelope-id"
            | "original-mail-from"
            | "arrival-date"
            | "received-date"
            | "reporting-mta"
            | "source-ip"
            | "source-port"
            | "incidents"
            | "dkim-domain"
            | "dkim-identity"
            | "dkim-selector"
    )
}

fn set(to: &mut Failure, (name, lower): (&str, &str), value: &str, notes: &mut Notes) {
    let text = || safe(value);
    match lower {
        "feedback-type" => to.feedback = FeedbackType::parse(value),
        "user-agent" => to.user_agent = Some(text()),
        "version" => to.version = Some(text()),
        "auth-failure" => to.auth_failure = word(&AuthFailure::WORDS, name, value, notes),
        "identity-alignment" => to.aligned = aligned(name, value, notes),
        "delivery-result" => to.delivery = word(&Delivery::WORDS, name, value, notes),
        "original-envelope-id" => to.envelope_id = Some(text()),
        "original-mail-from" => to.mail_from = Some(text()),
        "original-rcpt-to" => to.rcpt_to.push(text()),
        "arrival-date" | "received-date" => to.arrival = Some(text()),
        "reporting-mta" => to.reporting_mta = Some(text()),
        "source-ip" => to.source_ip = parsed(name, value, notes),
        "source-port" => to.source_port = parsed(name, value, notes),
        "incidents" => to.incidents = parsed(name, value, notes),
        "authentication-results" => to.authentication_results.push(text()),
        "reported-domain" => to.domains.extend(parsed::<DomainName>(name, value, notes)),
        "reported-uri" => to.uris.push(text()),
        "dkim-domain" => to.dkim_domain = parsed(name, value, notes),
        "dkim-identity" => to.dkim_identity = Some(text()),
        "dkim-selector" => to.dkim_selector = Some(text()),
        "spf-dns" => to.spf_dns.push(text()),
        _ => to.other.push((safe(name), text())),
    }
}

fn parsed<T: std::str::FromStr>(name: &str, value: &str, notes: &mut Notes) -> Option<T> {
    let read = value.parse().ok();
    if read.is_none() {
        notes.add(name, Deviation::Unreadable(excerpt(value)));
    }
    read
}

fn word<T: Copy>(words: &[(&str, T)], name: &str, value: &str, notes: &mut Notes) -> Option<T> {
    // A comment may follow.
    let word = value.split([' ', '(']).next().unwrap_or_default();
    let found = words.iter().find(|(w, _)| w.eq_ignore_ascii_case(word)).map(|(_, v)| *v);
    if found.is_none() {
        notes.add(name, Deviation::UnknownWord(excerpt(value)));
    }
    found
}

/// RFC 9991: `none`, or a list of mechanisms.
fn aligned(name: &str, value: &str, notes: &mut Notes) -> Option<Vec<Mechanism>> {
    let words = value.split(',').map(str::trim);
    let mut found = Vec::new();
    for word in words {
        match word.to_ascii_lowercase().as_str() {
            "none" => {}
            "spf" => found.push(Mechanism::Spf),
            "dkim" => found.push(Mechanism::Dkim),
            _ => {
                notes.add(name, Deviation::UnknownWord(excerpt(value)));
                return None;
            }
        }
    }
    Some(found)
}
