//! Mail around reports (RFC 2045, RFC 2046): multipart bodies, base64 and quoted-printable.

use super::{Kind, Open, UnpackError};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Reporters leave the padding away, and bits in the last digit.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The fields of a part, unfolded.
#[derive(Debug, Default)]
pub(crate) struct Header {
    fields: Vec<(String, String)>,
}

impl Header {
    /// The first field of a name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The names and values in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The media type in lower case; `text/plain` where there is none (RFC 2045 §5.2).
    fn media(&self) -> String {
        let value = self.get("content-type").unwrap_or("text/plain");
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

/// Splits a header from its body at the first empty line; a line that is no field is passed over.
pub(crate) fn split_header(octets: &[u8]) -> (Header, &[u8]) {
    let mut header = Header::default();
    let mut rest = octets;
    while !rest.is_empty() {
        let (line, behind) = take_line(rest);
        rest = behind;
        if line.is_empty() {
            break;
        }
        let text = String::from_utf8_lossy(line);
        match (text.starts_with([' ', '\t']), header.fields.last_mut()) {
            (true, Some((_, value))) => {
                value.push(' ');
                value.push_str(text.trim());
            }
            _ => {
                if let Some((name, value)) = text.split_once(':').filter(|(n, _)| is_name(n)) {
                    header.fields.push((name.trim_end().into(), value.trim().into()));
                }
            }
        }
    }
    (header, rest)
}

fn is_name(name: &str) -> bool {
    let name = name.trim_end();
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b':')
}

/// The line without its end, and what is behind it.
fn take_line(octets: &[u8]) -> (&[u8], &[u8]) {
    let end = octets.iter().position(|&b| b == b'\n').unwrap_or(octets.len());
    let (line, rest) = octets.split_at(end);
    (line.strip_suffix(b"\r").unwrap_or(line), rest.get(1..).unwrap_or_default())
}

/// Whether the octets begin like a message: a field, or the `From ` line of a mailbox file.
pub(super) fn looks_like_mail(octets: &[u8]) -> bool {
    let (line, _) = take_line(octets);
    let text = String::from_utf8_lossy(line);
    text.starts_with("From ") || text.split_once(':').is_some_and(|(name, _)| is_name(name))
}

/// Opens a message or a part of one.
pub(super) fn open(octets: &[u8], to: &mut Open<'_, '_>, level: usize) -> Result<(), UnpackError> {
    let (header, body) = split_header(octets);
    let media = header.media();
    if media.starts_with("multipart/") {
        let boundary = parameter(header.get("content-type").unwrap_or_default(), "boundary");
        let Some(boundary) = boundary else {
            return to.octets(body.to_vec(), Kind::Other, level);
        };
        to.deeper(level)?;
        for part in parts(body, &boundary) {
            to.budget.part()?;
            open(part, to, level + 1)?;
        }
        return Ok(());
    }
    let content = decode(&header, body, to)?;
    // A report may be forwarded whole; the message within a failure report is its subject.
    let label = match media.as_str() {
        "message/feedback-report" => Kind::Feedback,
        "message/rfc822" | "message/global" | "text/rfc822-headers" | "text/rfc822" => {
            Kind::Original
        }
        "text/html" => Kind::Text,
        "text/plain" if header.get("content-disposition").is_none() => Kind::Text,
        _ => Kind::Other,
    };
    // A text part that holds the report itself is read as one.
    let is_report = |c: &[u8]| matches!(c.trim_ascii_start(), [b'<', b'?' | b'f', ..] | [b'{', ..]);
    let label = if media == "text/plain" && is_report(&content) { Kind::Other } else { label };
    to.octets(content, label, level)
}

fn decode(header: &Header, body: &[u8], to: &mut Open<'_, '_>) -> Result<Vec<u8>, UnpackError> {
    to.budget.pay(body.len())?;
    let encoding = header.get("content-transfer-encoding").unwrap_or_default();
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => {
            let is_digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
            // RFC 2045 §6.8: "All line breaks or other characters not found in Table 1 must be
            // ignored by decoding software." The first `=` ends the data.
            let end = body.iter().position(|&b| b == b'=').unwrap_or(body.len());
            let data = body.get(..end).unwrap_or_default();
            let digits: Vec<u8> = data.iter().copied().filter(is_digit).collect();
            LENIENT.decode(digits).map_err(|_| UnpackError::Base64)
        }
        "quoted-printable" => Ok(quoted_printable(body)),
        _ => Ok(body.to_vec()),
    }
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&first, behind)) = rest.split_first() {
        rest = behind;
        match (first, behind) {
            (b'=', [b'\r', b'\n', more @ ..] | [b'\n', more @ ..]) => rest = more,
            (b'=', [high, low, more @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = more;
                }
                _ => out.push(b'='),
            },
            _ => out.push(first),
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// The parts of a multipart body; one that lacks its end goes to the end.
fn parts<'a>(body: &'a [u8], boundary: &str) -> impl Iterator<Item = &'a [u8]> {
    let mark = format!("--{boundary}").into_bytes();
    let mut rest = body;
    let mut is_inside = false;
    std::iter::from_fn(move || {
        loop {
            let before = rest;
            let (length, closing, behind) = to_boundary(rest, &mark)?;
            rest = if closing { &[] } else { behind };
            if std::mem::replace(&mut is_inside, !closing) {
                return before.get(..length);
            }
            if closing {
                return None;
            }
        }
    })
}

/// Octets up to the next boundary line, whether that is the last, and what is behind it.
fn to_boundary<'a>(octets: &'a [u8], mark: &[u8]) -> Option<(usize, bool, &'a [u8])> {
    let mut rest = octets;
    let mut at = 0;
    while !rest.is_empty() {
        let (line, behind) = take_line(rest);
        if let Some(tail) = line.strip_prefix(mark) {
            let closing = tail.starts_with(b"--");
            if closing || tail.trim_ascii().is_empty() {
                // RFC 2046 §5.1.1: the line end before the boundary belongs to the boundary.
                let part = octets.get(..at).unwrap_or_default();
                let part = part.strip_suffix(b"\n").unwrap_or(part);
                let part = part.strip_suffix(b"\r").unwrap_or(part);
                return Some((part.len(), closing, behind));
            }
        }
        at += rest.len() - behind.len();
        rest = behind;
    }
    (!octets.is_empty()).then_some((octets.len(), true, &[]))
}

/// A parameter of a field: `name=value` or `name="value"`.
fn parameter(field: &str, wanted: &str) -> Option<String> {
    let mut rest = field.split_once(';')?.1;
    loop {
        let (name, behind) = rest.split_once('=')?;
        let behind = behind.trim_start();
        let (value, behind) = match behind.strip_prefix('"') {
            Some(quoted) => quoted_string(quoted),
            None => {
                let end = behind.find(';').unwrap_or(behind.len());
                let (value, behind) = behind.split_at_checked(end)?;
                (value.trim().to_owned(), behind)
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value).filter(|v| !v.is_empty());
        }
        rest = behind.split_once(';')?.1;
    }
}

/// The meaning of a quoted string, and what is behind it.
fn quoted_string(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => value.extend(chars.next()),
            c => value.push(c),
        }
    }
    (value, chars.as_str())
}
