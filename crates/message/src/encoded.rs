//! Encoded words (RFC 2047): text outside US-ASCII in fields such as Subject, for display.
//!
//! ```text
//! encoded-word = "=?" charset [ "*" language ] "?" ( "Q" / "B" ) "?" encoded-text "?="
//! ```

use crate::header::unfold;
use postrider_core::SafeText;

/// The value as people read it: unfolded, encoded words decoded, controls escaped.
///
/// UTF-8, US-ASCII and ISO-8859-1 are decoded; words of other charsets, and what only looks like an
/// encoded word, stay as they are. White space between two encoded words is dropped (RFC 2047 §6.2).
#[must_use]
pub fn decode_words(value: &[u8]) -> SafeText {
    let value = unfold(value);
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value.trim_ascii();
    // Length of `out` behind the last decoded word, if only white space was added since.
    let mut after_word = None;
    while let Some((&first, after)) = rest.split_first() {
        if let Some((text, behind)) = encoded_word(rest) {
            out.truncate(after_word.unwrap_or(out.len()));
            out.extend_from_slice(&text);
            after_word = Some(out.len());
            rest = behind;
            continue;
        }
        if !matches!(first, b' ' | b'\t') {
            after_word = None;
        }
        out.push(if first == b'\t' { b' ' } else { first });
        rest = after;
    }
    SafeText::escaped(&out)
}

/// The text of an encoded word at the start of `rest`, in UTF-8, and what follows it.
fn encoded_word(rest: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let inner = rest.strip_prefix(b"=?")?;
    let (charset, inner) = split_at(inner, b'?')?;
    let (encoding, inner) = split_at(inner, b'?')?;
    let (text, behind) = split_at(inner, b'?')?;
    let behind = behind.strip_prefix(b"=")?;
    if !text.iter().all(|b| matches!(b, 33..=126)) {
        return None;
    }
    let octets = match encoding {
        b"Q" | b"q" => decode_q(text)?,
        b"B" | b"b" => decode_b(text)?,
        _ => return None,
    };
    Some((to_utf8(charset, octets)?, behind))
}

fn split_at(octets: &[u8], octet: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(octet, octets)?;
    Some((octets.get(..at)?, octets.get(at + 1..)?))
}

fn to_utf8(charset: &[u8], octets: Vec<u8>) -> Option<Vec<u8>> {
    // RFC 2231 §5 allows a language behind the charset.
    let charset = charset.split(|&b| b == b'*').next()?.to_ascii_lowercase();
    match charset.as_slice() {
        b"utf-8" | b"us-ascii" => Some(octets),
        b"iso-8859-1" => {
            let text: String = octets.into_iter().map(char::from).collect();
            Some(text.into_bytes())
        }
        _ => None,
    }
}

/// RFC 2047 §4.2: `_` is a space, `=XX` an octet.
fn decode_q(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'=', [high, low, after @ ..]) => {
                out.push(hex(*high)? << 4 | hex(*low)?);
                rest = after;
            }
            (b'=', _) => return None,
            (b'_', _) => out.push(b' '),
            (b, _) => out.push(b),
        }
    }
    Some(out)
}

fn hex(b: u8) -> Option<u8> {
    char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok())
}

/// Base64 (RFC 4648 §4); missing padding is let pass.
fn decode_b(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_suffix(b"=").unwrap_or(text);
    let digits = digits.strip_suffix(b"=").unwrap_or(digits);
    let mut out = Vec::with_capacity(digits.len());
    for group in digits.chunks(4) {
        let mut bits = 0_u32;
        for &b in group {
            bits = bits << 6 | u32::from(base64_digit(b)?);
        }
        let missing = 4_usize.saturating_sub(group.len());
        let [_, octets @ ..] = (bits << (6 * missing)).to_be_bytes();
        match missing {
            0..=2 => out.extend(octets.iter().take(3 - missing)),
            _ => return None,
        }
    }
    Some(out)
}

const fn base64_digit(b: u8) -> Option<u8> {
    match b {
        b'A'..=b'Z' => Some(b - b'A'),
        b'a'..=b'z' => Some(b - b'a' + 26),
        b'0'..=b'9' => Some(b - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(value: &str) -> String {
        decode_words(value.as_bytes()).to_string()
    }

    /// RFC 2047 §8, and its rules on white space.
    #[test]
    fn examples_of_the_rfc() {
        for (value, text) in [
            ("=?ISO-8859-1?Q?a?=", "a"),
            ("=?ISO-8859-1?Q?a?= b", "a b"),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"),
            ("=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=", "ab"),
            ("=?ISO-8859-1?Q?a_b?=", "a b"),
            ("=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=", "a =?ISO-8859-2?Q?_b?="),
            ("=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"),
            ("=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"),
            ("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"),
            ("=?utf-8*de?b?R3LDvMOfZQ?=", "Grüße"),
        ] {
            assert_eq!(decode(value), text, "{value}");
        }
    }

    #[test]
    fn what_is_no_encoded_word_stays() {
        for value in [
            "=?utf-8?Q?a",
            "=?utf-8?X?a?=",
            "=?utf-8?Q?=ZZ?=",
            "=?utf-8?Q?a b?=",
            "=?utf-8?B?A?=",
            "plain = ?",
        ] {
            assert_eq!(decode(value), value);
        }
    }

    #[test]
    fn decoded_controls_are_shown() {
        assert_eq!(decode("=?utf-8?Q?a=0D=0ABcc:_b=00?="), "a\\x0d\\x0aBcc: b\\x00");
        assert_eq!(decode("=?utf-8?Q?=FF?="), "\\xff");
    }

    proptest! {
        #[test]
        fn octets_never_panic(value in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = decode_words(&value);
        }

        #[test]
        fn quoted_text_comes_back(text in "[a-zé ]{1,20}") {
            let hex: String = text.bytes().map(|b| format!("={b:02X}")).collect();
            prop_assert_eq!(decode(&format!("=?UTF-8?q?{hex}?=")), text);
        }
    }
}
