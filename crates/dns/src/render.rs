//! A plan as text: for a name server's zone file, or for the web form of a DNS provider.

use crate::lint::{RecordKind, looks_like};
use crate::plan::{Ask, Planned, Purpose, ZonePlan};
use postrider_core::SafeText;
use postrider_resolver::{Kind, Name, Record, Txt};
use std::fmt::Write;

/// The form of [`ZonePlan::zone_text`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "one per kind of reader")]
pub enum Style {
    /// Master file (RFC 1035 §5), with reasons as comments.
    Bind,
    /// A table of what a web form asks for: text unquoted and whole, names without the domain.
    Panel,
}

/// One record as a web form asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Row {
    /// Owner relative to the domain, `@` for the domain itself.
    pub name: String,
    /// Type.
    pub kind: Kind,
    /// Seconds.
    pub ttl: u32,
    /// Of an MX record.
    pub priority: Option<u16>,
    /// The data: text whole and without quotes, names without final dot.
    pub value: String,
    /// Why it is needed.
    pub why: SafeText,
}

impl ZonePlan {
    /// The plan as text.
    #[must_use]
    pub fn zone_text(&self, style: Style) -> String {
        match style {
            Style::Bind => self.bind(),
            Style::Panel => self.panel(),
        }
    }

    /// The records of the zone as a web form asks for them.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let origin = Name::from(&self.domain);
        self.records.iter().map(|p| row(p, &origin)).collect()
    }

    fn bind(&self) -> String {
        let origin = Name::from(&self.domain);
        let mut out = format!("$ORIGIN {origin}.\n");
        let names = self.records.iter().map(|p| relative(&p.name, &origin));
        let names: Vec<String> = names.collect();
        let width = names.iter().map(String::len).max().unwrap_or(0);
        for (planned, name) in self.records.iter().zip(&names) {
            push(&mut out, format_args!("; {}\n", planned.why));
            let (ttl, kind) = (planned.ttl, planned.record.kind());
            push(
                &mut out,
                format_args!("{name:width$} {ttl} IN {:4} {}\n", kind, data(&planned.record)),
            );
        }
        for Ask { planned, whom } in &self.asks {
            let Planned { name, record, .. } = planned;
            let kind = record.kind();
            push(
                &mut out,
                format_args!("; ask {whom}: {name}. IN {kind} {record}\n;   {}\n", planned.why),
            );
        }
        out
    }

    fn panel(&self) -> String {
        let header = ["name", "type", "ttl", "priority", "value"].map(str::to_owned);
        let mut table = vec![header];
        for row in self.rows() {
            table.push([
                row.name,
                row.kind.to_string(),
                row.ttl.to_string(),
                row.priority.map(|p| p.to_string()).unwrap_or_default(),
                row.value,
            ]);
        }
        let mut out = String::new();
        let widths = column_widths(&table);
        for [name, kind, ttl, priority, value] in &table {
            let [n, k, t, p, _] = widths;
            push(
                &mut out,
                format_args!("{name:n$}  {kind:k$}  {ttl:t$}  {priority:p$}  {value}\n"),
            );
        }
        out
    }
}

fn column_widths(table: &[[String; 5]]) -> [usize; 5] {
    table.iter().fold([0; 5], |mut widths, row| {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.len().max(*width);
        }
        widths
    })
}

fn row(planned: &Planned, origin: &Name) -> Row {
    let (priority, value) = value(&planned.record);
    Row {
        name: relative(&planned.name, origin),
        kind: planned.record.kind(),
        ttl: planned.ttl,
        priority,
        value,
        why: planned.why.clone(),
    }
}

/// The data as one types it into a form, and the priority if the form has a field for it.
fn value(record: &Record) -> (Option<u16>, String) {
    if let Record::Mx { preference, exchange } = record {
        return (Some(*preference), exchange.to_string());
    }
    let value = match text_of(record) {
        Some(text) => plain(&text.joined()),
        None => record.to_string().trim_end_matches('.').to_owned(),
    };
    (None, value)
}

/// The record's text, if it is text.
pub(crate) const fn text_of(record: &Record) -> Option<&Txt> {
    if let Record::Txt(text) = record {
        return Some(text);
    }
    None
}

/// Text as it is; what is none, escaped.
fn plain(octets: &[u8]) -> String {
    match std::str::from_utf8(octets) {
        Ok(text) if !text.contains(char::is_control) => text.to_owned(),
        _ => SafeText::escaped(octets).as_str().to_owned(),
    }
}

/// The data in a master file; text of several strings on several lines.
fn data(record: &Record) -> String {
    let Some(text) = text_of(record).filter(|text| text.strings().len() > 1) else {
        return record.to_string();
    };
    let mut out = String::from("(");
    for string in text.strings() {
        push(&mut out, format_args!("\n    {}", Txt::from_strings([string])));
    }
    out.push_str(" )");
    out
}

/// A name without the origin it lies under; `@` for the origin.
fn relative(name: &Name, origin: &Name) -> String {
    if name == origin {
        return "@".to_owned();
    }
    let own = name.label_count().saturating_sub(origin.label_count());
    match name.is_at_or_under(origin) {
        true => Name::from_labels(name.labels().take(own))
            .map_or_else(|_| format!("{name}."), |n| n.to_string()),
        false => format!("{name}."),
    }
}

/// Writing to a string cannot fail.
fn push(out: &mut String, what: std::fmt::Arguments<'_>) {
    out.write_fmt(what).unwrap_or_default();
}

#[cfg(feature = "serde")]
impl serde::Serialize for Planned {
    /// `name type ttl value why purpose`, for text also `strings`, for MX also `priority`.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let (priority, value) = value(&self.record);
        let mut out = s.serialize_struct("Planned", 8)?;
        out.serialize_field("name", &self.name)?;
        out.serialize_field("type", &self.record.kind())?;
        out.serialize_field("ttl", &self.ttl)?;
        match priority {
            Some(priority) => out.serialize_field("priority", &priority)?,
            None => out.skip_field("priority")?,
        }
        out.serialize_field("value", &value)?;
        match text_of(&self.record) {
            Some(text) => {
                let strings: Vec<String> = text.strings().map(plain).collect();
                out.serialize_field("strings", &strings)?;
            }
            None => out.skip_field("strings")?,
        }
        out.serialize_field("purpose", &self.purpose)?;
        out.serialize_field("why", &self.why)?;
        out.end()
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Ask {
    /// The record as `Planned` has it, and `whom`.
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Ask", 2)?;
        out.serialize_field("whom", &self.whom)?;
        out.serialize_field("record", &self.planned)?;
        out.end()
    }
}

/// The purposes that a plan can have for a name, for those who look for other records there.
impl Purpose {
    /// Whether text at the same name is another record of this purpose.
    pub(crate) fn owns_text(self, text: &[u8]) -> bool {
        match self {
            Self::Spf | Self::HeloSpf => postrider_spf::is_spf(text),
            Self::Dmarc => postrider_dmarc::is_dmarc_record(text),
            Self::DkimKey => true,
            Self::MtaSts => looks_like(RecordKind::MtaStsTxt, text),
            Self::TlsReports => looks_like(RecordKind::TlsRpt, text),
            Self::Logo => looks_like(RecordKind::Bimi, text),
            Self::Address | Self::MailExchange | Self::Reverse | Self::Dane => false,
        }
    }
}
