//! A finding as a compiler shows it: the text, the place underlined, what follows, the correction.

use super::Lint;
use crate::code::Level;
use postrider_core::SafeText;
use std::fmt::Write;

/// Most characters of the text that are shown on each side of the place.
const AROUND: usize = 48;

impl Lint {
    /// The finding for a terminal, several lines.
    ///
    /// ```text
    /// broken[spf.plus-all]: +all lets any host pass SPF
    ///   | v=spf1 mx +all
    ///   |           ^^^^
    ///   = so: any host passes SPF, and so DMARC, for any message from this domain
    ///   = publish: v=spf1 mx -all
    ///   = see: RFC 7208 §5.1
    /// ```
    #[must_use]
    pub fn render(&self, text: &[u8]) -> String {
        let mut out = format!("{}[{}]: {}\n", self.level, self.code, one_line(&self.what));
        let [before, place, behind] = self.window(text);
        let indent = before.chars().count();
        let width = place.chars().count().max(1);
        let line = format!("{before}{place}{behind}");
        write(&mut out, format_args!("  | {line}\n  | {:indent$}{:^<width$}\n", "", ""));
        write(&mut out, format_args!("  = so: {}\n", self.so()));
        if let Some(fixed) = self.corrected(text).filter(|_| self.level >= Level::Note) {
            write(&mut out, format_args!("  = publish: {}\n", SafeText::escaped(&fixed)));
        }
        write(&mut out, format_args!("  = see: {}\n", self.code.source()));
        out
    }

    /// What is shown before, at and behind the place, of one line of the text.
    fn window(&self, text: &[u8]) -> [String; 3] {
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        let start = self.span.start.min(text.len());
        let end = self.span.end.clamp(start, text.len());
        let line_start = part(0, start).iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
        let line_end = part(end, text.len())
            .iter()
            .position(|b| matches!(b, b'\r' | b'\n'))
            .map_or(text.len(), |i| end + i);
        let before = SafeText::escaped(part(line_start, start)).as_str().to_owned();
        let place = SafeText::escaped(part(start, end)).as_str().to_owned();
        let behind = SafeText::escaped(part(end, line_end)).as_str().to_owned();
        [last(&before), first(&place), first(&behind)]
    }
}

fn first(text: &str) -> String {
    match text.char_indices().nth(AROUND) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn last(text: &str) -> String {
    let skip = text.chars().count().saturating_sub(AROUND);
    match skip {
        0 => text.to_owned(),
        skip => format!("…{}", text.chars().skip(skip).collect::<String>()),
    }
}

fn one_line(text: &str) -> SafeText {
    SafeText::escaped(text.as_bytes())
}

/// Writing to a string cannot fail.
fn write(out: &mut String, args: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(args);
}
