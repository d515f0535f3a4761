//! Macro strings and domain-specs (RFC 7208 §7), checked but not expanded.
//!
//! A value keeps its checked text; [`MacroString::pieces`] reads it again when it is expanded, which
//! costs no allocation and makes `Display` exact.

mod lexer;

pub use lexer::{Letter, Macro, Piece, Pieces};

use postrider_core::Span;
use postrider_resolver::Name;
use std::fmt;

/// ```text
/// macro-string   = *( macro-expand / macro-literal )
/// explain-string = *( macro-string / SP )
/// ```
///
/// Space is accepted only by [`parse_explanation`](Self::parse_explanation).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MacroString(Box<str>);

/// ```text
/// domain-spec = macro-string domain-end
/// domain-end  = ( "." toplabel [ "." ] ) / macro-expand
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomainSpec {
    text: MacroString,
    fixed: Option<Name>,
}

/// A fault of a macro string and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at octet {}", .span.start)]
#[non_exhaustive]
pub struct MacroError {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: MacroFault,
}

/// What is wrong with a macro string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MacroFault {
    /// `%` without `{`, `%`, `_` or `-` behind it.
    #[error("% must be followed by {{, %, _ or -")]
    Percent,
    /// `%{` without `}`.
    #[error("macro does not end in }}")]
    Unclosed,
    /// A letter that is no macro.
    #[error("unknown macro letter")]
    Letter,
    /// `c`, `r` or `t` outside an explanation (§7.2).
    #[error("macro letters c, r and t stand only in explanations")]
    ExplanationOnly,
    /// `0` as the number of parts to keep (§7.3).
    #[error("the number of parts to keep is zero")]
    ZeroParts,
    /// Something else than digits, `r` and delimiters between the letter and `}`.
    #[error("not a macro transformer or delimiter")]
    Transformer,
    /// An octet outside printable US-ASCII, or a space in a macro string.
    #[error("octet 0x{octet:02x} in a macro string")]
    Octet {
        /// The octet.
        octet: u8,
    },
    /// A domain-spec that ends neither in a macro nor in a top label that is not all digits.
    #[error("a domain must end in a macro or in a top-level label that is not a number")]
    DomainEnd,
}

/// Which macro letters may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Letters {
    Any,
    // §7.2: "The following macro letters are allowed only in "exp" text:" c, r and t.
    DomainSpec,
}

impl MacroFault {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Percent => "macro-percent",
            Self::Unclosed => "macro-unclosed",
            Self::Letter => "macro-letter",
            Self::ExplanationOnly => "macro-explanation-only",
            Self::ZeroParts => "macro-zero-parts",
            Self::Transformer => "macro-transformer",
            Self::Octet { .. } => "macro-octet",
            Self::DomainEnd => "domain-end",
        }
    }
}

impl MacroString {
    /// Reads a macro string without spaces; all letters are allowed.
    ///
    /// # Errors
    /// [`MacroError`] names the first fault.
    pub fn parse(octets: &[u8]) -> Result<Self, MacroError> {
        checked(octets, u8::is_ascii_graphic, Letters::Any)
    }

    /// Reads the text of an explanation: spaces are allowed (RFC 7208 §6.2).
    ///
    /// # Errors
    /// [`MacroError`] names the first fault.
    pub fn parse_explanation(octets: &[u8]) -> Result<Self, MacroError> {
        checked(octets, |b| matches!(b, 0x20..=0x7e), Letters::Any)
    }

    /// The text as published.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Literal text and macros, in order.
    #[must_use]
    pub fn pieces(&self) -> Pieces<'_> {
        Pieces::new(&self.0)
    }

    /// Whether a macro needs the client's confirmed name, that is, DNS.
    #[must_use]
    pub fn needs_confirmed_name(&self) -> bool {
        self.has(|letter| letter == Letter::ConfirmedName)
    }

    /// Whether a macro inserts the sender's local part.
    #[must_use]
    pub fn needs_local_part(&self) -> bool {
        self.has(|letter| matches!(letter, Letter::Sender | Letter::Local))
    }

    fn has(&self, wanted: fn(Letter) -> bool) -> bool {
        self.pieces().any(|p| matches!(p, Ok(Piece::Macro(m)) if wanted(m.letter)))
    }
}

fn checked(
    octets: &[u8],
    allowed: fn(&u8) -> bool,
    letters: Letters,
) -> Result<MacroString, MacroError> {
    if let Some((at, &octet)) = octets.iter().enumerate().find(|(_, b)| !allowed(b)) {
        let span = Span::new(at, at + 1);
        return Err(MacroError { span, kind: MacroFault::Octet { octet } });
    }
    // All octets are US-ASCII now, so this is never lossy.
    let text = String::from_utf8_lossy(octets);
    if !octets.contains(&b'%') {
        return Ok(MacroString(text.into()));
    }
    let mut pieces = Pieces::new(&text);
    let mut at = 0;
    while let Some(piece) = pieces.next() {
        let piece = piece?;
        let span = Span::new(at, pieces.offset());
        at = span.end;
        match (piece, letters) {
            (Piece::Macro(m), Letters::DomainSpec) if m.letter.is_explanation_only() => {
                return Err(MacroError { span, kind: MacroFault::ExplanationOnly });
            }
            _ => {}
        }
    }
    Ok(MacroString(text.into()))
}

impl DomainSpec {
    /// Reads a domain-spec.
    ///
    /// # Errors
    /// [`MacroError`] names the first fault.
    pub fn parse(octets: &[u8]) -> Result<Self, MacroError> {
        let text = checked(octets, u8::is_ascii_graphic, Letters::DomainSpec)?;
        let mut last = None;
        let mut fixed = true;
        for piece in text.pieces() {
            let piece = piece?;
            fixed &= matches!(piece, Piece::Literal(_));
            last = Some(piece);
        }
        let ends_well = match last {
            Some(Piece::Literal(literal)) => ends_in_top_label(literal),
            Some(Piece::Percent | Piece::Space | Piece::EncodedSpace | Piece::Macro(_)) => true,
            None => false,
        };
        if !ends_well {
            let span = Span::new(0, octets.len());
            return Err(MacroError { span, kind: MacroFault::DomainEnd });
        }
        let fixed = if fixed { Name::from_dotted(octets).ok() } else { None };
        Ok(Self { text, fixed })
    }

    /// A domain-spec that is this name and holds no macro.
    ///
    /// # Errors
    /// [`MacroError`] when the name cannot be written so, for example because its top label is a
    /// number.
    pub fn from_name(name: &Name) -> Result<Self, MacroError> {
        let dotted: Vec<&[u8]> = name.labels().collect();
        let mut text = Vec::new();
        for b in dotted.join(&b'.') {
            match b {
                b'%' => text.extend_from_slice(b"%%"),
                b => text.push(b),
            }
        }
        Self::parse(&text)
    }

    /// The macro string.
    #[must_use]
    pub const fn macro_string(&self) -> &MacroString {
        &self.text
    }

    /// The name, if there is no macro in it and it is a possible name.
    #[must_use]
    pub const fn fixed(&self) -> Option<&Name> {
        self.fixed.as_ref()
    }
}

/// ```text
/// "." toplabel [ "." ]
/// toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" ) alphanum )
/// ```
fn ends_in_top_label(literal: &str) -> bool {
    let literal = literal.strip_suffix('.').unwrap_or(literal);
    let Some((_, label)) = literal.rsplit_once('.') else {
        return false;
    };
    let is_ldh = label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let edges = !label.starts_with('-') && !label.ends_with('-');
    let is_number = label.bytes().all(|b| b.is_ascii_digit());
    !label.is_empty() && is_ldh && edges && !is_number
}

impl fmt::Display for MacroString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for DomainSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}
