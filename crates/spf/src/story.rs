//! Tells the steps of a check to people: one line per term, indented by includes.

use crate::outcome::{Outcome, Verdict};
use crate::step::{Event, Step};
use postrider_resolver::Kind;
use std::fmt;

/// Column at which the text of a record begins.
const RECORD_COLUMN: usize = 19;
/// Column at which what happened to a term begins.
const NOTE_COLUMN: usize = 30;

/// A check with its steps; `Display` writes several lines without a final line end.
///
/// ```text
/// spf mailfrom=news@bank.example ip=192.0.2.66
///  bank.example      "v=spf1 ip4:198.51.100.0/24 -all"
///    ip4:198.51.100.0/24       192.0.2.66 is outside
///    -all                      match: fail
///  fail (mechanism -all at octet 28 of bank.example)
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    outcome: &'a Outcome,
    steps: &'a [Step],
}

impl Outcome {
    /// The story of this check, from the steps that its trace took. Steps of the other check of
    /// [`check_both`](crate::check_both) may be among them.
    #[must_use]
    pub fn story<'a>(&'a self, steps: &'a [Step]) -> Story<'a> {
        let identity = |step: &Step| {
            let Event::Started { identity } = step.event else {
                return None;
            };
            Some(identity)
        };
        // With the null sender both checks are one, traced as that of the HELO name.
        let own = steps.iter().position(|s| identity(s) == Some(self.identity));
        let steps = steps.get(own.unwrap_or(0)..).unwrap_or_default();
        let next = steps.iter().skip(1).position(|s| identity(s).is_some());
        let behind = next.map_or(steps.len(), |n| n + 1);
        Story { outcome: self, steps: steps.get(..behind).unwrap_or_default() }
    }
}

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = self.outcome;
        let (identity, subject) = (outcome.identity, &outcome.subject);
        writeln!(f, "spf {identity}={subject} ip={}", outcome.client)?;
        let mut teller = Teller::default();
        self.steps.iter().for_each(|step| teller.tell(step));
        for line in teller.finish() {
            writeln!(f, "{line}")?;
        }
        if let Some(explanation) = &outcome.explanation {
            writeln!(f, " {} explains: {explanation}", explanation.from())?;
        }
        write!(f, " {} (", outcome.verdict)?;
        match outcome.matched() {
            Some(m) => {
                write!(f, "mechanism {} at octet {} of {})", m.term(), m.span.start, m.domain)
            }
            None => write!(f, "{})", outcome.why),
        }
    }
}

/// Turns steps into lines.
#[derive(Default)]
struct Teller {
    lines: Vec<String>,
    /// The term being told.
    open: Option<Line>,
    /// An answer to a TXT question, told unless a record is found in it.
    record: Option<(usize, String)>,
    /// The verdict of an inner check, until it is known what it was for.
    inner: Option<(usize, Verdict)>,
    terms: u8,
    void: u8,
}

struct Line {
    indent: usize,
    head: String,
    notes: Vec<String>,
}

impl Teller {
    fn tell(&mut self, step: &Step) {
        let indent = 1 + 4 * usize::from(step.depth);
        // What was counted belongs to the term that began, or to the one that is about to end.
        let begins = matches!(step.event, Event::Term { .. });
        if !begins {
            self.counted(step);
        }
        match &step.event {
            Event::Started { .. } => {}
            Event::Asked { question, .. } if question.kind == Kind::Txt && !self.explains() => {
                self.record = Some((indent, step.to_string()));
            }
            Event::Record { domain, record } => {
                self.record = None;
                self.flush();
                let head = format!("{:indent$}{domain}", "");
                self.lines.push(padded(&head, RECORD_COLUMN, &format!("\"{}\"", record.text())));
            }
            Event::Term { text, .. } => {
                self.flush();
                self.open =
                    Some(Line { indent: indent + 2, head: text.to_string(), notes: vec![] });
            }
            Event::Compared { inside, .. } if *inside || !self.has_no_notes() => {}
            Event::Asked { .. }
            | Event::Expanded { .. }
            | Event::Compared { .. }
            | Event::Confirmed { .. }
            | Event::NoExplanation { .. } => self.note(step.to_string()),
            Event::Ended { matched } => self.ended(*matched, step),
            Event::Inner { verdict } => {
                self.flush();
                self.inner = Some((indent + 2, *verdict));
            }
        }
        if begins {
            self.counted(step);
        }
    }

    /// Whether the open term is `exp=`, whose TXT answer is no record.
    fn explains(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|l| l.head.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("exp=")))
    }

    fn ended(&mut self, matched: Option<Verdict>, step: &Step) {
        if let Some((indent, inner)) = self.inner.take() {
            let does = if matched.is_some() { "matches" } else { "does not match" };
            self.lines.push(format!("{:indent$}include {does} (inner {inner})", ""));
            return;
        }
        // That the client is outside says it already.
        let said = self.open.as_ref().and_then(|l| l.notes.last());
        if matched.is_some() || !said.is_some_and(|note| note.ends_with(" is outside")) {
            self.note(step.to_string());
        }
        self.flush();
    }

    fn counted(&mut self, step: &Step) {
        let counters = step.counters;
        if counters.terms.used > self.terms {
            self.terms = counters.terms.used;
            self.note(format!("terms {}", counters.terms));
        }
        if counters.void.used > self.void {
            self.void = counters.void.used;
            self.note(format!("void {}", counters.void));
        }
    }

    fn has_no_notes(&self) -> bool {
        self.open.as_ref().is_some_and(|l| l.notes.is_empty())
    }

    fn note(&mut self, note: String) {
        if let Some(line) = &mut self.open {
            line.notes.push(note);
        }
    }

    fn flush(&mut self) {
        if let Some(line) = self.open.take() {
            let head = format!("{:1$}{2}", "", line.indent, line.head);
            self.lines.push(padded(&head, NOTE_COLUMN, &line.notes.join(", ")));
        }
        if let Some((indent, told)) = self.record.take() {
            self.lines.push(format!("{:indent$}{told}", ""));
        }
        if let Some((indent, verdict)) = self.inner.take() {
            self.lines.push(format!("{:indent$}result: {verdict}", ""));
        }
    }

    fn finish(mut self) -> Vec<String> {
        self.flush();
        self.lines
    }
}

fn padded(head: &str, column: usize, tail: &str) -> String {
    if tail.is_empty() {
        return head.to_owned();
    }
    let width = column.saturating_sub(2);
    format!("{head:width$}  {tail}")
}
