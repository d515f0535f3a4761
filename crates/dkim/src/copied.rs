//! Copies of header fields inside a signature: `z=` (RFC 6376 §3.5).
//!
//! ```text
//! sig-z-tag      = %x7A [FWS] "=" [FWS] sig-z-tag-copy *( "|" [FWS] sig-z-tag-copy )
//! sig-z-tag-copy = hdr-name [FWS] ":" qp-hdr-value
//! ```
//!
//! They decide nothing: "Copied header field values are for diagnostic use." A verifier compares
//! them to say which field was changed.

use crate::encoding::{from_quoted_printable, to_quoted_printable};
use postrider_message::Field;

/// Most octets of copies that are written into one signature; fields beyond are not copied.
pub const MAX_COPIED: usize = 32 * 1024;

/// A field as it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    /// As written by the signer.
    pub(crate) name: Vec<u8>,
    /// Folding included, if the signer kept it.
    pub(crate) value: Vec<u8>,
}

/// The entries of `z=`, each to be written with a `|` before all but the first.
pub(crate) fn write(fields: &[&Field<'_>]) -> Vec<String> {
    let mut octets = 0;
    let entry = |field: &&Field<'_>| {
        let [name, value] = [field.name.as_bytes(), field.raw_value].map(quoted);
        format!("{name}:{value}")
    };
    let fits = |entry: &String| {
        octets += entry.len();
        octets <= MAX_COPIED
    };
    fields.iter().map(entry).take_while(fits).collect()
}

/// RFC 6376 §3.5: "the vertical bar ("|") character [...] MUST be encoded".
fn quoted(octets: &[u8]) -> String {
    to_quoted_printable(octets).replace('|', "=7C")
}

/// Reads the value of `z=`. An entry that cannot be read is left out: nothing depends on it.
pub(crate) fn read(value: &[u8]) -> Vec<Copied> {
    let entry = |entry: &[u8]| {
        let colon = entry.iter().position(|&b| b == b':')?;
        let (name, rest) = entry.split_at_checked(colon)?;
        let name = from_quoted_printable(name).filter(|n| !n.is_empty())?;
        let value = from_quoted_printable(rest.strip_prefix(b":")?)?;
        Some(Copied { name, value })
    };
    value.split(|&b| b == b'|').filter_map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrider_message::HeaderBlock;

    #[test]
    fn what_is_copied_is_read_again() {
        let text = b"Subject: a | b; c=d\r\n\tfolded\r\nX-8: \xe4\r\n\r\n";
        let (headers, _) = HeaderBlock::parse(text);
        let fields: Vec<_> = headers.fields().collect();
        let text = write(&fields).join("|");
        assert_eq!(text, "Subject:=20a=20=7C=20b=3B=20c=3Dd=0D=0A=09folded|X-8:=20=E4");
        let read = read(text.as_bytes());
        let same = |(c, f): (&Copied, &&Field<'_>)| {
            (&*c.name, &*c.value) == (f.name.as_bytes(), f.raw_value)
        };
        assert_eq!(read.len(), 2);
        assert!(read.iter().zip(&fields).all(same));
    }

    #[test]
    fn broken_entries_are_left_out() {
        let names: Vec<_> = read(b"no colon|a:=2|:x| b:ok").into_iter().map(|c| c.name).collect();
        assert_eq!(names, [b"b"]);
    }

    #[test]
    fn copies_are_bounded() {
        let line = |octets: usize| format!("A:{}\r\n", "x".repeat(octets));
        for (last, expected) in [(MAX_COPIED - 6, 2), (MAX_COPIED - 5, 2), (MAX_COPIED - 4, 1)] {
            let text = format!("{}{}\r\n", line(1), line(last));
            let (headers, _) = HeaderBlock::parse(text.as_bytes());
            assert_eq!(write(&headers.fields().collect::<Vec<_>>()).len(), expected, "{last}");
        }
    }
}
