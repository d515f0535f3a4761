//! `xtext`: how ESMTP parameters carry octets that a command line must not hold (RFC 3461 §4).

use std::fmt;

/// A decoded xtext: UTF-8 without control characters, so without CR, LF and NUL; it encodes itself.
///
/// ```text
/// xtext = *( xchar / hexchar )
/// xchar = any ASCII CHAR between "!" and "~" except "+" and "="
/// hexchar = "+" 2 upper-case hexadecimal digits
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Xtext(Box<str>);

/// Why octets are no xtext.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseXtextError {
    /// An octet that xtext writes as `+XX`.
    #[error("octet {at} may not stand in xtext")]
    Octet {
        /// Its place.
        at: usize,
    },
    /// `+` without two upper-case hexadecimal digits.
    #[error("octet {at}: + wants two upper-case hexadecimal digits")]
    Hex {
        /// Where the `+` stands.
        at: usize,
    },
    /// A control character, encoded or not.
    #[error("a control character at octet {at} of the decoded text")]
    Control {
        /// Its place in the decoded text.
        at: usize,
    },
    /// What is encoded is not UTF-8.
    #[error("decoded text is not UTF-8")]
    NotUtf8,
}

impl Xtext {
    /// Takes a decoded value.
    ///
    /// # Errors
    /// [`ParseXtextError::Control`] at the first control character.
    pub fn new(decoded: &str) -> Result<Self, ParseXtextError> {
        // Decoded CR, LF and NUL were the way into another server's command line.
        match decoded.char_indices().find(|(_, c)| c.is_control()) {
            Some((at, _)) => Err(ParseXtextError::Control { at }),
            None => Ok(Self(decoded.into())),
        }
    }

    /// Reads the encoded form.
    ///
    /// # Errors
    /// [`ParseXtextError`] with the offset of the fault.
    pub fn parse(octets: &[u8]) -> Result<Self, ParseXtextError> {
        let mut decoded = Vec::with_capacity(octets.len());
        let mut rest = octets.iter().copied().enumerate();
        while let Some((at, b)) = rest.next() {
            decoded.push(match b {
                b'+' => {
                    let mut digit = || rest.next().and_then(|(_, d)| hex(d));
                    let (Some(high), Some(low)) = (digit(), digit()) else {
                        return Err(ParseXtextError::Hex { at });
                    };
                    high << 4 | low
                }
                b'!'..=b'~' if b != b'=' => b,
                _ => return Err(ParseXtextError::Octet { at }),
            });
        }
        Self::new(std::str::from_utf8(&decoded).map_err(|_| ParseXtextError::NotUtf8)?)
    }

    /// Reads `utf-8-addr-xtext` or `utf-8-addr-unitext` (RFC 6533 §3): UTF-8, in which `\x{HEX}`
    /// stands for a character that may not stand for itself.
    pub(super) fn parse_utf8(octets: &[u8]) -> Result<Self, ParseXtextError> {
        let text = std::str::from_utf8(octets).map_err(|_| ParseXtextError::NotUtf8)?;
        let mut decoded = String::with_capacity(text.len());
        let mut rest = text.char_indices();
        while let Some((at, c)) = rest.next() {
            decoded.push(match c {
                '\\' => {
                    let tail = rest.as_str().strip_prefix("x{").and_then(|t| t.split_once('}'));
                    let (digits, tail) = tail.ok_or(ParseXtextError::Hex { at })?;
                    rest = tail.char_indices();
                    embedded(digits).ok_or(ParseXtextError::Hex { at })?
                }
                '+' | '=' | '\0'..=' ' | '\x7f' => return Err(ParseXtextError::Octet { at }),
                c => c,
            });
        }
        Self::new(&decoded)
    }

    /// Writes `utf-8-addr-xtext`.
    pub(super) fn write_utf8(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| match c {
            '!'..='~' if !matches!(c, '+' | '=' | '\\') => write!(f, "{c}"),
            c => write!(f, "\\x{{{:X}}}", u32::from(c)),
        })
    }

    /// The decoded value.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 6533 §3: `EmbeddedUnicodeChar` is what xtext may not hold, in upper-case digits without
/// needless zeros.
fn embedded(digits: &str) -> Option<char> {
    let canonical = digits.bytes().all(|b| hex(b).is_some()) && !digits.starts_with('0');
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| canonical)?;
    let plain = |c: &char| matches!(c, '!'..='~') && !matches!(c, '+' | '=' | '\\');
    char::from_u32(value).filter(|c| !plain(c))
}

/// RFC 3461 §4: "two upper case hexadecimal digits".
const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Writes text as xtext.
pub(super) fn encode(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    text.bytes().try_for_each(|b| match b {
        b'!'..=b'~' if b != b'+' && b != b'=' => write!(f, "{}", char::from(b)),
        _ => write!(f, "+{b:02X}"),
    })
}

impl fmt::Display for Xtext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        encode(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encoded_controls_are_refused() {
        for bad in ["x+0D+0A", "a+0A", "+00", "+7F", "+C2+80"] {
            assert!(
                matches!(Xtext::parse(bad.as_bytes()), Err(ParseXtextError::Control { .. })),
                "{bad}"
            );
        }
    }

    #[test]
    fn encoded_octets_are_utf8() {
        assert_eq!(Xtext::parse(b"+C3+BC").unwrap().as_str(), "ü");
        assert_eq!(Xtext::parse(b"+C3"), Err(ParseXtextError::NotUtf8));
    }

    #[test]
    fn hexadecimal_is_two_upper_case_digits() {
        for bad in ["+", "+A", "+2b", "+G0", "a+"] {
            assert!(
                matches!(Xtext::parse(bad.as_bytes()), Err(ParseXtextError::Hex { .. })),
                "{bad}"
            );
        }
        assert_eq!(Xtext::parse(b"a+2Bb+3D").unwrap().as_str(), "a+b=");
    }

    #[test]
    fn raw_specials_are_refused_with_their_place() {
        assert_eq!(Xtext::parse(b"ab c"), Err(ParseXtextError::Octet { at: 2 }));
        assert_eq!(Xtext::parse(b"a="), Err(ParseXtextError::Octet { at: 1 }));
        assert_eq!(Xtext::parse(b"\xc3"), Err(ParseXtextError::Octet { at: 0 }));
    }

    proptest! {
        #[test]
        fn parse_after_write_is_identity(decoded in "[ -~ü€]{0,40}") {
            let value = Xtext::new(&decoded).unwrap();
            prop_assert_eq!(Xtext::parse(value.to_string().as_bytes()), Ok(value));
        }

        #[test]
        fn what_is_written_is_printable(octets in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(value) = Xtext::parse(&octets) {
                prop_assert!(value.to_string().bytes().all(|b| matches!(b, 33..=126)));
            }
        }
    }
}
