//! Text of a condition to tokens.

use crate::ast::Op;
use crate::error::{ParseError, SyntaxError};
use postrider_core::Span;
use postrider_core::{Network, ParseNetworkError};
use std::net::IpAddr;

/// Most octets of a condition.
pub(crate) const MAX_OCTETS: usize = 16_384;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) span: Span,
    pub(crate) kind: TokenKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    /// All operators but `in` and `not in`, which are words.
    Op(Op),
    /// A name, a result word, or a word of the language.
    Word(String),
    Text(String),
    Number(i64),
    Address(IpAddr),
    Network(Network),
    /// Behind the last token, so that there always is a next one.
    End,
}

/// All tokens of `text`, the last of them [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, ParseError> {
    if text.len() > MAX_OCTETS {
        return Err(ParseError {
            span: Span::at(MAX_OCTETS),
            error: SyntaxError::Long { max: MAX_OCTETS },
        });
    }
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next()? {
        tokens.push(token);
    }
    tokens.push(Token { span: Span::at(text.len()), kind: TokenKind::End });
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

const fn is_run(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':' | b'/')
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn next(&mut self) -> Result<Option<Token>, ParseError> {
        let white = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
        self.at = self.text.len() - self.rest().trim_start_matches(white).len();
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok(None);
        };
        let kind = match first {
            '"' => self.quoted()?,
            c if c.is_ascii_alphanumeric() || c == ':' => self.run()?,
            c => self.symbol(c)?,
        };
        let span = Span::new(start, self.at);
        Ok(Some(Token { span, kind }))
    }

    /// A run of letters, digits and the marks of names and addresses.
    fn run(&mut self) -> Result<TokenKind, ParseError> {
        let start = self.at;
        let len = self.rest().bytes().take_while(|&b| is_run(b)).count();
        let run = self.rest().get(..len).unwrap_or_default();
        self.at += len;
        classify(run).map_err(|error| ParseError { span: Span::new(start, self.at), error })
    }

    /// `text = '"' { any character except " and \ | '\"' | '\\' } '"'`
    fn quoted(&mut self) -> Result<TokenKind, ParseError> {
        let start = self.at;
        let mut meaning = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((offset, c)) = chars.next() {
            match c {
                '"' => {
                    self.at = start + offset + 1;
                    return Ok(TokenKind::Text(meaning));
                }
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => meaning.push(escaped),
                    Some((next, other)) => {
                        let end = start + next + other.len_utf8();
                        return Err(fault(start + offset, end, SyntaxError::Escape));
                    }
                    None => break,
                },
                c => meaning.push(c),
            }
        }
        Err(fault(start, self.text.len(), SyntaxError::Unclosed))
    }

    fn symbol(&mut self, first: char) -> Result<TokenKind, ParseError> {
        let start = self.at;
        let equals = self.rest().as_bytes().get(1) == Some(&b'=');
        let (kind, len) = match (first, equals) {
            ('(', _) => (TokenKind::Open, 1),
            (')', _) => (TokenKind::Close, 1),
            ('[', _) => (TokenKind::OpenList, 1),
            (']', _) => (TokenKind::CloseList, 1),
            (',', _) => (TokenKind::Comma, 1),
            ('=', true) => (TokenKind::Op(Op::Eq), 2),
            ('!', true) => (TokenKind::Op(Op::Ne), 2),
            ('<', true) => (TokenKind::Op(Op::Le), 2),
            ('>', true) => (TokenKind::Op(Op::Ge), 2),
            ('<', false) => (TokenKind::Op(Op::Lt), 1),
            ('>', false) => (TokenKind::Op(Op::Gt), 1),
            ('=', false) => {
                let expected = SyntaxError::Expected { expected: "`==`" };
                return Err(fault(start, start + 1, expected));
            }
            (found, _) => {
                let end = start + found.len_utf8();
                return Err(fault(start, end, SyntaxError::Character { found }));
            }
        };
        self.at += len;
        Ok(kind)
    }
}

const fn fault(start: usize, end: usize, error: SyntaxError) -> ParseError {
    ParseError { span: Span::new(start, end), error }
}

/// Name, number, address or network.
pub(crate) fn classify(run: &str) -> Result<TokenKind, SyntaxError> {
    if run.contains('/') {
        return Ok(TokenKind::Network(run.parse::<Network>()?));
    }
    let digit_first = run.starts_with(|c: char| c.is_ascii_digit());
    if run.contains(':') || (digit_first && run.contains('.')) {
        let address: IpAddr = run.parse().map_err(|_| ParseNetworkError::Address)?;
        return Ok(TokenKind::Address(address.to_canonical()));
    }
    if digit_first {
        return number(run).map(TokenKind::Number);
    }
    Ok(TokenKind::Word(run.to_owned()))
}

/// `number = digit { digit } [ "s" | "m" | "h" | "d" | "KiB" | "MiB" ]`
fn number(run: &str) -> Result<i64, SyntaxError> {
    let unit_at = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
    let (digits, unit) = run.split_at_checked(unit_at).unwrap_or((run, ""));
    let factor: i64 = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "KiB" => 1_024,
        "MiB" => 1_048_576,
        _ => return Err(SyntaxError::Number),
    };
    let value: i64 = digits.parse().map_err(|_| SyntaxError::BigNumber)?;
    value.checked_mul(factor).ok_or(SyntaxError::BigNumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Result<TokenKind, SyntaxError> {
        tokens(text).map(|t| t[0].kind.clone()).map_err(|e| e.error)
    }

    #[test]
    fn numbers_have_units() {
        assert_eq!(one("25MiB"), Ok(TokenKind::Number(25 * 1_048_576)));
        assert_eq!(one("4h"), Ok(TokenKind::Number(14_400)));
        assert_eq!(one("4x"), Err(SyntaxError::Number));
        assert_eq!(one("9223372036854775807"), Ok(TokenKind::Number(i64::MAX)));
        assert_eq!(one("9223372036854775808"), Err(SyntaxError::BigNumber));
        assert_eq!(one("9223372036854775807m"), Err(SyntaxError::BigNumber));
    }

    #[test]
    fn addresses_are_bare() {
        assert!(matches!(one("192.0.2.1"), Ok(TokenKind::Address(_))));
        assert!(matches!(one("fe80::1"), Ok(TokenKind::Address(_))));
        assert!(matches!(one("2001:db8::/32"), Ok(TokenKind::Network(_))));
        assert!(matches!(one("::1"), Ok(TokenKind::Address(a)) if a.is_loopback()));
        assert!(matches!(one("1.2.3"), Err(SyntaxError::Network(_))));
        assert!(matches!(one("10.0.0.0/33"), Err(SyntaxError::Network(_))));
    }

    #[test]
    fn texts_have_two_escapes() {
        assert_eq!(one(r#""a\"b\\""#), Ok(TokenKind::Text("a\"b\\".into())));
        assert_eq!(one(r#""a\n""#), Err(SyntaxError::Escape));
        assert_eq!(one(r#""a"#), Err(SyntaxError::Unclosed));
        assert_eq!(one("\"a\\"), Err(SyntaxError::Unclosed));
    }

    #[test]
    fn text_is_limited_at_16384_octets() {
        assert!(tokens(&" ".repeat(MAX_OCTETS)).is_ok());
        assert!(tokens(&" ".repeat(MAX_OCTETS + 1)).is_err());
    }
}
