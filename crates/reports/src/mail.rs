//! The mail that carries a report (RFC 9990, RFC 8460 §5.3, RFC 6591 §2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postrider_core::{DomainName, Mailbox, UnixTime};

/// Columns of base64 (RFC 2045 §6.8).
const COLUMNS: usize = 76;

/// From whom a report goes to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Addressing {
    /// The author of the mail. Its domain must pass DMARC itself.
    pub from: Mailbox,
    /// The address of the `rua`, `ruf` or TLSRPT record.
    pub to: Mailbox,
    /// The domain that reports.
    pub submitter: DomainName,
    /// The date of the mail.
    pub now: UnixTime,
}

impl Addressing {
    /// All of them.
    #[must_use]
    pub const fn new(from: Mailbox, to: Mailbox, submitter: DomainName, now: UnixTime) -> Self {
        Self { from, to, submitter, now }
    }
}

/// A part of the mail.
pub(crate) struct Part<'a> {
    pub(crate) media: String,
    pub(crate) file_name: Option<String>,
    pub(crate) body: Body<'a>,
}

pub(crate) enum Body<'a> {
    /// As it is, lines with CRLF.
    Plain(&'a [u8]),
    /// In base64.
    Packed(&'a [u8]),
}

/// Builds the mail: its first fields, then a multipart body.
pub(crate) fn build(
    addressing: &Addressing,
    id: &str,
    subject: &str,
    (media, extra): (&str, &[(&str, &str)]),
    parts: &[Part<'_>],
) -> Vec<u8> {
    let boundary = boundary(parts);
    let Addressing { from, to, submitter, now } = addressing;
    let mut out = format!(
        "From: <{from}>\r\nTo: <{to}>\r\nDate: {}\r\nSubject: {subject}\r\n\
         Message-ID: <{}@{submitter}>\r\n",
        now.rfc5322(),
        dot_atom(id),
    );
    for (name, value) in extra {
        out.push_str(&format!("{name}: {value}\r\n"));
    }
    // RFC 3834 §5: a report wants no answer.
    out.push_str("Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n");
    out.push_str(&format!("Content-Type: {media};\r\n boundary=\"{boundary}\"\r\n\r\n"));
    let mut out = out.into_bytes();
    for part in parts {
        out.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        push_part(&mut out, part);
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

fn push_part(out: &mut Vec<u8>, part: &Part<'_>) {
    let mut head = format!("Content-Type: {}\r\n", part.media);
    if let Some(name) = &part.file_name {
        head.push_str(&format!("Content-Disposition: attachment;\r\n filename=\"{name}\"\r\n"));
    }
    head.push_str(match &part.body {
        Body::Plain(octets) if octets.is_ascii() => "",
        Body::Plain(_) => "Content-Transfer-Encoding: 8bit\r\n",
        Body::Packed(_) => "Content-Transfer-Encoding: base64\r\n",
    });
    out.extend_from_slice(head.as_bytes());
    out.extend_from_slice(b"\r\n");
    match &part.body {
        Body::Plain(octets) => out.extend_from_slice(octets),
        Body::Packed(octets) => {
            for line in STANDARD.encode(octets).as_bytes().chunks(COLUMNS) {
                out.extend_from_slice(line);
                out.extend_from_slice(b"\r\n");
            }
        }
    }
    out.extend_from_slice(b"\r\n");
}

/// A boundary that no part holds; found, not drawn, so that equal reports make equal mail.
fn boundary(parts: &[Part<'_>]) -> String {
    let is_held = |mark: &str| {
        parts.iter().any(|p| match &p.body {
            Body::Plain(octets) => {
                octets.windows(mark.len()).any(|window| window == mark.as_bytes())
            }
            // Base64 has no underscore.
            Body::Packed(_) => false,
        })
    };
    let mut mark = "=_report".to_owned();
    let mut n = 0_u64;
    while is_held(&mark) {
        n = n.saturating_add(1);
        mark = format!("=_report_{n}");
    }
    mark
}

/// An id as a dot-atom (RFC 5322 §3.2.3): what may not stand there becomes `-`.
pub(crate) fn dot_atom(id: &str) -> String {
    let atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    let words = id.split('.').map(|word| {
        let word: String = word.chars().map(|c| if atext(c) { c } else { '-' }).collect();
        if word.is_empty() { "-".to_owned() } else { word }
    });
    let atom = words.collect::<Vec<_>>().join(".");
    // A line of mail has at most 998 octets, and the subject holds more than this.
    atom.get(..atom.len().min(200)).unwrap_or(&atom).trim_end_matches('.').to_owned()
}
