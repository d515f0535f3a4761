//! A trace for people.

mod head;
mod row;
mod rule;
mod style;
mod wrap;

pub use style::{Charset, Colour, Detail, View};

use crate::event::Event;
use crate::trace::Trace;
use row::Row;

/// Octets in front of a row's text.
const TEXT_COLUMN: usize = 15;

/// Writes a trace: what became of it and why, then one line for each event.
///
/// Reads nothing but the events, so it works on copied lines.
#[must_use]
pub fn render(trace: &Trace, view: &View) -> String {
    let mut out = String::new();
    head::write(trace, view, &mut out);
    out.push('\n');
    let mut label = String::new();
    for event in trace.all() {
        if let Some(gap) = trace.gap_before(event) {
            let row = Row::lost(event, gap.missing);
            write_row(&row, &mut label, view, &mut out);
        }
        write_row(&Row::of(event), &mut label, view, &mut out);
        if view.detail == Detail::Full {
            write_details(event, view, &mut out);
        }
    }
    view.finish(out)
}

/// One line; a label is written only where it changes.
fn write_row(row: &Row, label: &mut String, view: &View, out: &mut String) {
    let shown = if row.label == *label { "" } else { &row.label };
    let head = format!("  {shown:<10} ");
    let mark = view.paint_mark(row.mark);
    wrap::hanging(&format!("{head}{mark} "), &row.text(), view.width, out);
    row.label.clone_into(label);
}

fn write_details(event: &Event, view: &View, out: &mut String) {
    let indent = " ".repeat(TEXT_COLUMN);
    for line in row::details(event) {
        wrap::hanging(&indent, &line, view.width, out);
    }
}
