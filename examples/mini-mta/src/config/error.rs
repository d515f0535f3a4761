//! What is wrong with a configuration, and where.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault, with its place where it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Line, counted from 1; none when the fault is about the whole file.
    pub line: Option<usize>,
    /// What is wrong and what was expected.
    pub what: String,
    /// The faulty line with a mark below it, where that helps.
    pub excerpt: Option<String>,
}

/// All faults of a configuration. Nothing starts while there is one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Problem>);

impl Problem {
    /// A fault at an octet range of `text`, the content of `file`.
    #[must_use]
    pub fn at(
        file: &Path,
        text: &str,
        span: std::ops::Range<usize>,
        what: impl Into<String>,
    ) -> Self {
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line_text = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let column = before.len() - line_start;
        let width = (span.end.saturating_sub(span.start))
            .clamp(1, (line_text.len() - column.min(line_text.len())).max(1));
        Self {
            file: file.into(),
            line: Some(before.matches('\n').count() + 1),
            what: what.into(),
            excerpt: Some(format!(
                "  | {line_text}\n  | {}{}",
                " ".repeat(column),
                "^".repeat(width)
            )),
        }
    }

    /// A fault of the file as a whole, or of another file it names.
    #[must_use]
    pub fn of(file: &Path, what: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, what: what.into(), excerpt: None }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.what)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

/// The candidate nearest to `word`, if it is within three edits.
#[must_use]
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|c| (edit_distance(word, c), c))
        .filter(|(d, c)| *d <= 3 && *d < c.len())
        .min()
        .map(|(_, c)| c)
}

fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.chars()) {
            let value = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, value);
            left = value;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_shows_its_line() {
        let text = "[server]\nhostnam = \"x\"\n";
        let p = Problem::at(Path::new("m.toml"), text, 9..16, "unknown key `hostnam`");
        assert_eq!(
            p.to_string(),
            "m.toml:2: unknown key `hostnam`\n  | hostnam = \"x\"\n  | ^^^^^^^"
        );
    }

    #[test]
    fn the_nearest_name_is_found() {
        assert_eq!(nearest("hostnam", ["hostname", "state"]), Some("hostname"));
        assert_eq!(nearest("zzz", ["hostname", "state"]), None);
        assert_eq!(edit_distance("kitten", "sitting"), 3);
    }
}
