//! Base64 and quoted-printable as tag lists write them (RFC 6376 §2.10–2.11).

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// RFC 6376 §2.10 makes padding optional in its grammar.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Decodes base64 with white space anywhere in it.
pub(crate) fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    let dense: Vec<u8> = text.iter().copied().filter(|b| !is_fws(*b)).collect();
    BASE64.decode(dense).ok()
}

pub(crate) fn to_base64(octets: &[u8]) -> String {
    BASE64.encode(octets)
}

/// SP and TAB, and the CRLF that a tag list has already checked to be part of folding.
pub(crate) const fn is_fws(b: u8) -> bool {
    matches!(b, b' ' | b'\t' | b'\r' | b'\n')
}

/// Text without the white space at both ends.
pub(crate) fn trim_fws(text: &[u8]) -> &[u8] {
    let mut text = text;
    while let [b, rest @ ..] = text
        && is_fws(*b)
    {
        text = rest;
    }
    while let [rest @ .., b] = text
        && is_fws(*b)
    {
        text = rest;
    }
    text
}

/// Decodes dkim-quoted-printable: `=XX` with upper-case hex, white space is dropped.
pub(crate) fn from_quoted_printable(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        rest = match rest {
            [] => return Some(out),
            [b'=', high, low, after @ ..] => {
                out.push(hex(*high)? << 4 | hex(*low)?);
                after
            }
            [b'=', ..] => return None,
            [b, after @ ..] => {
                if !is_fws(*b) {
                    out.push(*b);
                }
                after
            }
        };
    }
}

/// Encodes dkim-quoted-printable: what is not printable US-ASCII, and `=`, `;`, becomes `=XX`.
pub(crate) fn to_quoted_printable(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for &b in octets {
        match b {
            b'=' | b';' | ..=0x20 | 0x7f.. => out.push_str(&format!("={b:02X}")),
            b => out.push(char::from(b)),
        }
    }
    out
}

const fn hex(b: u8) -> Option<u8> {
    match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn base64_may_be_folded_and_unpadded() {
        assert_eq!(from_base64(b" aGV\r\n\tsbG8 = "), Some(b"hello".to_vec()));
        assert_eq!(from_base64(b"aGVsbG8"), Some(b"hello".to_vec()));
        assert_eq!(from_base64(b"aGVsbG8*"), None);
    }

    proptest! {
        #[test]
        fn quoted_printable_round_trips(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            let text = to_quoted_printable(&octets);
            prop_assert_eq!(from_quoted_printable(text.as_bytes()), Some(octets));
        }
    }
}
