//! Findings for people.

use super::{Finding, Fix, Subject};
use postrider_core::SafeText;
use std::fmt;

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Address(address) => address.fmt(f),
        }
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish { name, record } => {
                write!(f, "publish  {name}. {} {record}", record.kind())
            }
            Self::Remove { name, record } => {
                write!(f, "remove   {name}. {} {record}", record.kind())
            }
            Self::Ask { whom, name, record } => {
                write!(f, "ask {whom} for  {name}. {} {record}", record.kind())
            }
            Self::Config { key, value } => write!(f, "set {key} = \"{value}\""),
            Self::Run(command) => write!(f, "run {command}"),
            Self::Do(what) => f.write_str(what),
        }
    }
}

impl fmt::Display for Finding {
    /// Several lines: what is, the place in the record, what follows, what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {}: {}", self.level, self.code, self.what)?;
        for place in &self.spans {
            let part = |from: usize, to: usize| {
                let octets = place.text.get(from..to).unwrap_or_default();
                SafeText::escaped(octets).as_str().to_owned()
            };
            let before = part(0, place.span.start);
            let marked = part(place.span.start, place.span.end);
            let behind = part(place.span.end, place.text.len());
            if before.chars().count() + marked.chars().count() > 120 {
                continue;
            }
            let (indent, width) = (before.chars().count(), marked.chars().count().max(1));
            writeln!(f, "    {before}{marked}{behind}")?;
            writeln!(f, "    {:indent$}{:^<width$}", "", "")?;
        }
        for line in &self.evidence {
            writeln!(f, "    seen: {}", SafeText::escaped(line.as_bytes()))?;
        }
        writeln!(f, "    so: {} ({})", self.so, self.code.source())?;
        for fix in &self.fix {
            writeln!(f, "    fix: {fix}")?;
        }
        Ok(())
    }
}

#[cfg(feature = "serde")]
pub(super) fn as_text<S: serde::Serializer>(octets: &[u8], s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(SafeText::escaped(octets).as_str())
}
