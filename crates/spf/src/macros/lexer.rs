//! Reads a macro string piece by piece (RFC 7208 §7.1).

use super::{MacroError, MacroFault};
use postrider_core::Span;

/// One piece of a macro string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §7.1")]
pub enum Piece<'a> {
    /// Text that stands for itself.
    Literal(&'a str),
    /// `%%`: a percent sign.
    Percent,
    /// `%_`: a space.
    Space,
    /// `%-`: a space in URL form, `%20`.
    EncodedSpace,
    /// `%{…}`
    Macro(Macro<'a>),
}

/// `"%{" macro-letter transformers *delimiter "}"`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Macro<'a> {
    /// Which value is inserted.
    pub letter: Letter,
    /// The letter is in upper case: the value is inserted in URL form (§7.3).
    pub url_escape: bool,
    /// How many parts are kept, from the right; all if absent.
    pub keep: Option<usize>,
    /// Parts are put in reverse order before some are dropped (`r`).
    pub reverse: bool,
    /// Characters at which the value is split; `.` if empty.
    pub delimiters: &'a str,
}

/// Which value a macro inserts (§7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "closed by RFC 7208 §7.2")]
pub enum Letter {
    /// `s`: the sender's mailbox.
    Sender,
    /// `l`: its local part.
    Local,
    /// `o`: its domain.
    SenderDomain,
    /// `d`: the domain whose record is evaluated.
    Domain,
    /// `i`: the client's address, in parts.
    Client,
    /// `p`: the client's confirmed name.
    ConfirmedName,
    /// `v`: `in-addr` or `ip6`.
    Family,
    /// `h`: the HELO name.
    Helo,
    /// `c`: the client's address as people read it.
    ReadableClient,
    /// `r`: the host that checks.
    Receiver,
    /// `t`: seconds since 1970.
    Time,
}

impl Letter {
    const fn from_lower_case(letter: u8) -> Option<Self> {
        Some(match letter {
            b's' => Self::Sender,
            b'l' => Self::Local,
            b'o' => Self::SenderDomain,
            b'd' => Self::Domain,
            b'i' => Self::Client,
            b'p' => Self::ConfirmedName,
            b'v' => Self::Family,
            b'h' => Self::Helo,
            b'c' => Self::ReadableClient,
            b'r' => Self::Receiver,
            b't' => Self::Time,
            _ => return None,
        })
    }

    /// Whether it may stand only in the text of an explanation.
    #[must_use]
    pub const fn is_explanation_only(self) -> bool {
        matches!(self, Self::ReadableClient | Self::Receiver | Self::Time)
    }
}

/// The pieces of a macro string; an error ends them.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next piece begins.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn piece(&self, rest: &'a str) -> Result<(Piece<'a>, usize), MacroError> {
        let Some(behind) = rest.strip_prefix('%') else {
            let len = rest.find('%').unwrap_or(rest.len());
            return Ok((Piece::Literal(rest.get(..len).unwrap_or_default()), len));
        };
        match behind.as_bytes().first() {
            Some(b'%') => Ok((Piece::Percent, 2)),
            Some(b'_') => Ok((Piece::Space, 2)),
            Some(b'-') => Ok((Piece::EncodedSpace, 2)),
            Some(b'{') => {
                let inner = behind.get(1..).unwrap_or_default();
                let end =
                    inner.find('}').ok_or_else(|| self.error(rest.len(), MacroFault::Unclosed))?;
                let len = end + 3;
                let parsed = read_macro(inner.get(..end).unwrap_or_default());
                Ok((Piece::Macro(parsed.map_err(|kind| self.error(len, kind))?), len))
            }
            _ => Err(self.error(1, MacroFault::Percent)),
        }
    }

    const fn error(&self, len: usize, kind: MacroFault) -> MacroError {
        MacroError { span: Span::new(self.at, self.at + len), kind }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Result<Piece<'a>, MacroError>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest();
        if rest.is_empty() {
            return None;
        }
        let piece = self.piece(rest);
        self.at = match piece {
            Ok((_, len)) => self.at + len,
            Err(_) => self.text.len(),
        };
        Some(piece.map(|(piece, _)| piece))
    }
}

/// ```text
/// macro-letter = "s" / "l" / "o" / "d" / "i" / "p" / "h" / "c" / "r" / "t" / "v"
/// transformers = *DIGIT [ "r" ]
/// delimiter    = "." / "-" / "+" / "," / "/" / "_" / "="
/// ```
fn read_macro(inner: &str) -> Result<Macro<'_>, MacroFault> {
    let (&first, _) = inner.as_bytes().split_first().ok_or(MacroFault::Letter)?;
    let letter = Letter::from_lower_case(first.to_ascii_lowercase()).ok_or(MacroFault::Letter)?;
    let rest = inner.get(1..).unwrap_or_default();
    let behind_digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest.strip_suffix(behind_digits).unwrap_or_default();
    let keep = match digits {
        "" => None,
        // A number too large to read keeps all parts, as any number above their count does.
        digits => Some(digits.parse().unwrap_or(usize::MAX)),
    };
    // §7.3: a number of parts, where there is one, must not be zero.
    if keep == Some(0) {
        return Err(MacroFault::ZeroParts);
    }
    let delimiters = behind_digits.strip_prefix(['r', 'R']).unwrap_or(behind_digits);
    if !delimiters.bytes().all(|b| b".-+,/_=".contains(&b)) {
        return Err(MacroFault::Transformer);
    }
    Ok(Macro {
        letter,
        url_escape: first.is_ascii_uppercase(),
        keep,
        reverse: delimiters.len() < behind_digits.len(),
        delimiters,
    })
}
