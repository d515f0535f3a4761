//! One event as one line.

use super::rule;
use crate::datum::Fields;
use crate::event::{Dns, Event};
use crate::words::{Kind, Out};
use postrider_core::SafeText;

/// Durations below this are not worth reading.
const SHOWN_MS: u64 = 20;

pub(super) struct Row {
    pub(super) label: String,
    pub(super) mark: char,
    text: String,
    ms: Option<u64>,
}

impl Row {
    pub(super) fn of(event: &Event) -> Self {
        Self {
            label: label(event),
            mark: mark(event),
            text: sentence(event),
            ms: event.ms.filter(|&ms| ms >= SHOWN_MS),
        }
    }

    /// Stands for events that are missing in front of `event`.
    pub(super) fn lost(event: &Event, missing: u32) -> Self {
        let s = if missing == 1 { "" } else { "s" };
        Self {
            label: label(event),
            mark: '!',
            text: format!("{missing} event{s} lost here"),
            ms: None,
        }
    }

    pub(super) fn text(&self) -> String {
        match self.ms {
            Some(ms) => format!("{}  [{ms} ms]", self.text),
            None => self.text.clone(),
        }
    }
}

fn label(event: &Event) -> String {
    match event.att {
        Some(number) => format!("{} #{number}", event.stage),
        None => event.stage.to_string(),
    }
}

const fn mark(event: &Event) -> char {
    if matches!(event.kind, Kind::Decision) {
        return '■';
    }
    match event.out {
        Out::Pass => '✓',
        Out::Fail | Out::Permerror => '✗',
        Out::Softfail | Out::Warn => '!',
        Out::Temperror | Out::Unknown => '?',
        Out::Skip | Out::None | Out::Neutral => '–',
        Out::No => '·',
        Out::Yes => '▶',
        Out::Info => ' ',
    }
}

fn sentence(event: &Event) -> String {
    let mut text = match event.kind {
        Kind::Decision => decision(event),
        Kind::Rule => rule::sentence(event),
        Kind::Check | Kind::Reply => said(event),
    };
    if event.truncated {
        text.push_str(" …");
    }
    text
}

/// What the event says of itself; what it lacks is put together from its words.
pub(super) fn said(event: &Event) -> String {
    if let Some(say) = &event.say {
        return say.to_string();
    }
    if let Some(reply) = &event.reply {
        return reply.to_string();
    }
    let what = if event.out == Out::Skip { "skipped" } else { event.out.as_str() };
    let check = event.check_name();
    let why = event.why.as_ref().map(|why| format!(" ({why})"));
    let found = if event.got.is_empty() { values(&event.given) } else { values(&event.got) };
    let found = found.map(|found| format!(" — {found}"));
    let (why, found) = (why.unwrap_or_default(), found.unwrap_or_default());
    format!("{check}: {what}{why}{found}")
}

/// `name = value, …`
fn values(fields: &Fields) -> Option<String> {
    let values: Vec<String> = fields.iter().map(|(n, v)| format!("{n} = {v}")).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// A refusal is shown whole; of an acceptance the codes will do.
fn decision(event: &Event) -> String {
    let reply = event.reply.as_ref().map(|reply| {
        let reply = reply.as_str();
        let codes = reply.split(' ').take_while(|w| is_code(w));
        match reply.as_bytes().first() {
            Some(b'4' | b'5') => reply.to_owned(),
            _ => codes.collect::<Vec<_>>().join(" "),
        }
    });
    let say = event.say.as_ref().map(SafeText::to_string);
    match (reply, say) {
        (Some(reply), Some(say)) => format!("{reply}  {say}"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => event.eff.map_or_else(String::new, |e| e.to_string()),
    }
}

fn is_code(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
}

/// What `--full` adds below the line.
pub(super) fn details(event: &Event) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let fields = [("in", &event.given), ("got", &event.got)];
    for (key, fields) in fields {
        lines.extend(values(fields).map(|values| format!("{key}  {values}")));
    }
    lines.extend(event.dns.iter().map(dns));
    lines.extend(rule::tree(event));
    lines
}

/// `dns  bank.example TXT → v=spf1 -all (ttl 300, net)`
fn dns(dns: &Dns) -> String {
    let answers: Vec<&str> = dns.a.iter().map(SafeText::as_str).collect();
    let answer = match (&dns.rcode, answers.is_empty()) {
        (Some(rcode), _) => rcode.to_string(),
        (None, true) => "no records".to_owned(),
        (None, false) => answers.join(", "),
    };
    let notes = [
        dns.ttl.map(|ttl| format!("ttl {ttl}")),
        dns.src.as_ref().map(SafeText::to_string),
        dns.secure.filter(|s| *s).map(|_| "secure".to_owned()),
        dns.ms.map(|ms| format!("{ms} ms")),
    ];
    let notes: Vec<String> = notes.into_iter().flatten().collect();
    let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
    format!("dns  {} → {answer}{notes}", dns.q)
}
