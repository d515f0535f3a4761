//! The top of a view: what became of the message, why, and what to do about it.

use super::style::View;
use super::{row, rule, wrap};
use crate::event::{Event, Fix};
use crate::trace::{Outcome, Trace};
use crate::words::Kind;

/// Where advice is broken if no width is given.
const ADVICE_WIDTH: usize = 100;

pub(super) fn write(trace: &Trace, view: &View, out: &mut String) {
    let outcome = trace.outcome();
    let time = trace.began().rfc3339();
    let seconds = time.get(..19).unwrap_or_default();
    let title = view.bold(&outcome.to_string());
    out.push_str(&format!("{}  {title}  {seconds}Z\n", trace.id));
    if let Some(event) = trace.deciding() {
        we_said(outcome, event, view, out);
        if shows_why(outcome) {
            because(trace, event, view, out);
        }
    }
    for fix in fixes(trace) {
        to_fix(fix, view, out);
    }
}

/// What the client heard, where that is the last thing that happened.
fn we_said(outcome: Outcome, event: &Event, view: &View, out: &mut String) {
    let later = matches!(
        outcome,
        Outcome::Delivered | Outcome::Bounced | Outcome::Retrying | Outcome::Open
    );
    if let (false, Some(reply)) = (later, &event.reply) {
        wrap::hanging("  we said   ", reply.as_str(), view.width, out);
    }
}

const fn shows_why(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Accepted | Outcome::Delivered | Outcome::Open)
}

/// The check that decided, and those on which it rests.
fn because(trace: &Trace, event: &Event, view: &View, out: &mut String) {
    let by = event.by.as_ref().and_then(|by| trace.check(by.as_str()));
    let first = match by {
        Some(by) if by.kind == Kind::Rule => rule_line(by),
        Some(by) => row::said(by),
        None => match &event.say {
            Some(say) => say.to_string(),
            None => return,
        },
    };
    out.push_str("  because\n");
    wrap::hanging("    ", &first, view.width, out);
    let chain = event.chain.iter().filter_map(|c| trace.check(c.as_str()));
    for check in chain {
        wrap::hanging("    └─ ", &row::said(check), view.width, out);
    }
}

/// `rule honour-dmarc (mini-mta.toml:61): dmarc == fail [dmarc = fail] and …`
fn rule_line(event: &Event) -> String {
    let title = rule::title(event.check_name());
    let at = event.at.as_ref().map(|at| format!(" ({at})"));
    let reasons: Vec<String> = event.because.iter().map(rule::with_values).collect();
    format!("{title}{}: {}", at.unwrap_or_default(), reasons.join(" and "))
}

/// Each advice once.
fn fixes(trace: &Trace) -> Vec<&Fix> {
    let mut fixes: Vec<&Fix> = Vec::new();
    for fix in trace.all().filter_map(|e| e.fix.as_ref()) {
        if !fixes.contains(&fix) {
            fixes.push(fix);
        }
    }
    fixes
}

fn to_fix(fix: &Fix, view: &View, out: &mut String) {
    out.push_str(&format!("  to fix    [{}]\n", fix.code));
    let width = view.width.unwrap_or(ADVICE_WIDTH);
    wrap::hanging("            ", fix.advice.as_str(), Some(width), out);
}
