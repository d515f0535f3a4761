//! The linter: what is wrong with a record, where, and what it should say; without DNS.
//!
//! ```
//! use postrider_dns::{Code, lint::{RecordKind, lint}};
//!
//! let text = b"v=spf1 mx +all";
//! let found = lint(RecordKind::Spf, text);
//! assert_eq!(found[0].code, Code::SpfPlusAll);
//! assert_eq!(found[0].span.of(text), b"+all");
//! assert_eq!(found[0].corrected(text).unwrap(), b"v=spf1 mx -all");
//! println!("{}", found[0].render(text));
//! ```

mod bimi;
mod dkim;
mod dmarc;
mod mx;
mod render;
mod spf;
mod sts;
mod tags;
mod tlsa;
mod tlsrpt;

use crate::code::{Code, Level};
use postrider_core::Span;
use postrider_resolver::Txt;

/// Text is linted up to this many octets: DNS holds no more in one record.
pub const MAX_TEXT: usize = 65_535;
/// Most findings of one record whose correction is tried out.
const MAX_EDITS: usize = 24;

/// What a text is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum RecordKind {
    /// SPF (RFC 7208).
    Spf,
    /// A DKIM key (RFC 6376 §3.6.1).
    Dkim,
    /// DMARC (RFC 9989).
    Dmarc,
    /// MX data, as a zone file has it: `10 mx.example.org.`
    Mx,
    /// The TXT record of MTA-STS (RFC 8461 §3.1).
    MtaStsTxt,
    /// The policy file of MTA-STS (RFC 8461 §3.2).
    MtaStsPolicy,
    /// TLSRPT (RFC 8460 §3).
    TlsRpt,
    /// BIMI.
    Bimi,
    /// TLSA data, as a zone file has it: `3 1 1 ab12…` (RFC 6698).
    Tlsa,
}

/// One thing that is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Lint {
    /// What kind of fault.
    pub code: Code,
    /// How bad it is.
    pub level: Level,
    /// Which record of the set, from 0.
    pub record: usize,
    /// The octets of the record's text that are wrong; empty where something is missing.
    pub span: Span,
    /// What is wrong, in one sentence.
    pub what: String,
    /// What to write instead; applying it removes this finding and adds none above a note.
    pub edit: Option<Edit>,
}

/// A replacement of some octets of a record's text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub replace: String,
}

/// A record of text with the borders of its strings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxtRecord {
    txt: Txt,
    text: Vec<u8>,
}

impl TxtRecord {
    /// The text as verifiers read it.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The string that an octet of the text stands in, from 0, and its place there.
    #[must_use]
    pub fn place(&self, mut at: usize) -> (usize, usize) {
        let mut last = (0, 0);
        for (n, string) in self.txt.strings().enumerate() {
            if at < string.len() {
                return (n, at);
            }
            last = (n, string.len());
            at -= string.len();
        }
        last
    }
}

impl From<Txt> for TxtRecord {
    fn from(txt: Txt) -> Self {
        Self { text: txt.joined(), txt }
    }
}

impl Lint {
    pub(crate) fn new(code: Code, span: Span, what: impl Into<String>) -> Self {
        Self { code, level: code.level(), record: 0, span, what: what.into(), edit: None }
    }

    pub(crate) const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    pub(crate) fn replace(mut self, span: Span, with: impl Into<String>) -> Self {
        self.edit = Some(Edit { span, replace: with.into() });
        self
    }

    /// What follows from it, in one sentence.
    #[must_use]
    pub const fn so(&self) -> &'static str {
        self.code.long()
    }

    /// The whole corrected text of the record, where the correction is plain.
    #[must_use]
    pub fn corrected(&self, text: &[u8]) -> Option<Vec<u8>> {
        self.edit.as_ref()?.apply(text)
    }
}

impl Edit {
    /// The text with the edit applied; nothing if the span does not fit it.
    #[must_use]
    pub fn apply(&self, text: &[u8]) -> Option<Vec<u8>> {
        let head = text.get(..self.span.start)?;
        let tail = text.get(self.span.end..)?;
        Some([head, self.replace.as_bytes(), tail].concat())
    }
}

/// Everything that is wrong with one record, in the order of place.
///
/// `text` is the record's strings joined without anything between them; for MX and TLSA the data as
/// a zone file has it, for the MTA-STS policy the file.
#[must_use]
pub fn lint(kind: RecordKind, text: &[u8]) -> Vec<Lint> {
    let text = text.get(..MAX_TEXT).unwrap_or(text);
    let mut lints = examine(kind, text);
    let before = lints.clone();
    let mut tried = 0;
    for lint in &mut lints {
        let Some(corrected) = lint.corrected(text) else {
            lint.edit = None;
            continue;
        };
        tried += 1;
        let helps = tried <= MAX_EDITS && {
            let after = examine(kind, &corrected);
            let count = |all: &[Lint], code| all.iter().filter(|l| l.code == code).count();
            count(&after, lint.code) < count(&before, lint.code)
                && after.iter().all(|l| {
                    l.level <= Level::Note || count(&after, l.code) <= count(&before, l.code)
                })
        };
        if !helps {
            lint.edit = None;
        }
    }
    lints
}

fn examine(kind: RecordKind, text: &[u8]) -> Vec<Lint> {
    let mut lints = match kind {
        RecordKind::Spf => spf::lint(text),
        RecordKind::Dkim => dkim::lint(text),
        RecordKind::Dmarc => dmarc::lint(text),
        RecordKind::Mx => mx::lint(text),
        RecordKind::MtaStsTxt => sts::lint_txt(text),
        RecordKind::MtaStsPolicy => sts::lint_policy(text),
        RecordKind::TlsRpt => tlsrpt::lint(text),
        RecordKind::Bimi => bimi::lint(text),
        RecordKind::Tlsa => tlsa::lint(text),
    };
    lints.sort_by_key(|l| (l.span, l.code));
    lints
}

/// Everything that is wrong with the records of one kind at one name.
///
/// Text of another purpose, such as that of other services at the domain itself, is left out; what
/// looks like the kind, misspelt, is not.
#[must_use]
pub fn lint_set(kind: RecordKind, records: &[TxtRecord]) -> Vec<Lint> {
    let mut out = Vec::new();
    let mut ours = 0_usize;
    for (n, record) in records.iter().enumerate() {
        if !looks_like(kind, record.text()) {
            continue;
        }
        let counts = counts_as(kind, record.text());
        ours += usize::from(counts);
        if let Some(code) = two(kind).filter(|_| counts && ours > 1) {
            let span = Span::new(0, record.text().len());
            let what = format!("a second record of this kind: {}", code.title());
            out.push(Lint { record: n, ..Lint::new(code, span, what) });
        }
        if kind == RecordKind::Mx {
            out.extend(mx::beside(records, n));
        }
        out.extend(lint(kind, record.text()).into_iter().map(|l| Lint { record: n, ..l }));
    }
    out
}

/// The code for a second record; nothing where several are usual.
const fn two(kind: RecordKind) -> Option<Code> {
    match kind {
        RecordKind::Spf => Some(Code::SpfTwo),
        RecordKind::Dkim => Some(Code::DkimTwo),
        RecordKind::Dmarc => Some(Code::DmarcTwo),
        RecordKind::MtaStsTxt => Some(Code::StsTwo),
        RecordKind::TlsRpt => Some(Code::TlsrptTwo),
        RecordKind::Bimi => Some(Code::BimiTwo),
        RecordKind::Mx | RecordKind::Tlsa | RecordKind::MtaStsPolicy => None,
    }
}

/// Whether receivers count the text as a record of the kind, well formed or not.
pub(crate) fn counts_as(kind: RecordKind, text: &[u8]) -> bool {
    match kind {
        RecordKind::Spf => postrider_spf::is_spf(text),
        RecordKind::Dmarc => postrider_dmarc::is_dmarc_record(text),
        RecordKind::MtaStsTxt => text.starts_with(b"v=STSv1;"),
        RecordKind::TlsRpt => text.starts_with(b"v=TLSRPTv1;"),
        RecordKind::Bimi => text.starts_with(b"v=BIMI1;"),
        RecordKind::Dkim | RecordKind::Mx | RecordKind::Tlsa | RecordKind::MtaStsPolicy => true,
    }
}

/// Whether the text is of the kind or meant to be.
pub(crate) fn looks_like(kind: RecordKind, text: &[u8]) -> bool {
    let meant: &[&str] = match kind {
        RecordKind::Spf => &["v=spf", "spf2.0", "spf="],
        RecordKind::Dmarc => &["v=dmarc", "p=none", "p=reject", "p=quarantine"],
        RecordKind::MtaStsTxt => &["v=sts"],
        RecordKind::TlsRpt => &["v=tlsrpt"],
        RecordKind::Bimi => &["v=bimi"],
        RecordKind::Dkim | RecordKind::Mx | RecordKind::Tlsa | RecordKind::MtaStsPolicy => {
            return true;
        }
    };
    let squeezed: Vec<u8> = text
        .iter()
        .filter(|b| !b.is_ascii_whitespace() && **b != b'"')
        .take(16)
        .map(u8::to_ascii_lowercase)
        .collect();
    meant.iter().any(|m| squeezed.starts_with(m.as_bytes()))
}

#[cfg(test)]
mod tests;
