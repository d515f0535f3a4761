//! Reads a report from whatever it came in.

use crate::aggregate::{Aggregate, ReadXmlError, read_xml};
use crate::container::{Kind, Leaf, UnpackError, unpack};
use crate::failure::{Failure, read_feedback};
use crate::limits::Limits;
use crate::note::{Deviation, Note, Notes};
use crate::tls::{ReadJsonError, TlsReport, read_json};

/// A report of any kind.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three kinds of RFC 9990, RFC 9991 and RFC 8460")]
pub enum Report {
    /// RFC 9990, RFC 7489
    Aggregate(Box<Aggregate>),
    /// RFC 9991, RFC 6591, RFC 5965
    Failure(Box<Failure>),
    /// RFC 8460
    Tls(Box<TlsReport>),
}

/// A report, and how it departs from its specification.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reading {
    /// The report.
    pub report: Report,
    /// Its deviations, each kind at each place once.
    pub notes: Vec<Note>,
}

/// Why octets are no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A container cannot be opened, or holds too much.
    #[error("container: {0}")]
    Container(#[from] UnpackError),
    /// There is XML, and it is no aggregate report.
    #[error("aggregate report: {0}")]
    Xml(#[from] ReadXmlError),
    /// There is JSON, and it is no TLS report.
    #[error("TLS report: {0}")]
    Json(#[from] ReadJsonError),
    /// There is neither XML nor JSON nor a feedback part.
    #[error("no report in it")]
    Nothing,
}

/// Reads a report: XML, JSON, a mail with either or with a feedback part, gzip or zip around them,
/// nested as real mail nests them. What it is shows in its octets, not in its name or label.
///
/// # Errors
/// [`ReadError`]. Nothing is allocated beyond [`Limits`].
///
/// ```
/// use postrider_reports::{Limits, Report, read};
///
/// let xml = b"<feedback><report_metadata><org_name>rcpt.example</org_name>
///   <date_range><begin>1795508500</begin><end>1795594899</end></date_range></report_metadata>
///   <policy_published><domain>bank.example</domain><p>REJECT</p></policy_published></feedback>";
/// let reading = read(xml, &Limits::DEFAULT)?;
/// let Report::Aggregate(report) = reading.report else { panic!() };
/// assert_eq!(report.policy.domain.as_str(), "bank.example");
/// assert_eq!(reading.notes[0].to_string(), "policy_published/p: REJECT is not in lower case");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(octets: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    let mut notes = Notes::new(limits.notes);
    let leaves = unpack(octets, limits, &mut notes)?;
    let report = of_leaves(leaves, limits, &mut notes)?;
    Ok(Reading { report, notes: notes.into_vec() })
}

fn of_leaves(leaves: Vec<Leaf>, limits: &Limits, notes: &mut Notes) -> Result<Report, ReadError> {
    if let Some(at) = leaves.iter().position(|leaf| leaf.kind == Kind::Feedback) {
        return Ok(Report::Failure(Box::new(read_feedback(leaves, at, limits, notes))));
    }
    let is_data = |leaf: &&Leaf| matches!(leaf.kind, Kind::Xml | Kind::Json);
    let mut found = leaves.iter().filter(is_data);
    let leaf = found.next().ok_or(ReadError::Nothing)?;
    if found.next().is_some() {
        notes.add("container", Deviation::SecondReport);
    }
    match leaf.kind == Kind::Json {
        true => Ok(Report::Tls(Box::new(read_json(&leaf.octets, limits, notes)?))),
        false => Ok(Report::Aggregate(Box::new(read_xml(&leaf.octets, limits, notes)?))),
    }
}
