//! Tokens to an expression.
//!
//! ```text
//! rule    = or ;
//! or      = and { "or" and } ;
//! and     = not { "and" not } ;
//! not     = { "not" } cmp ;
//! cmp     = value [ op value ] ;
//! op      = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in" ;
//! value   = "(" or ")" | list | call | text | number | address | network | result | "true" | "false" | name ;
//! list    = "[" [ literal { "," literal } [ "," ] ] "]" ;
//! call    = function "(" [ value { "," value } ] ")" ;
//! ```

use crate::ast::{Node, NodeKind, Op};
use crate::error::{ParseError, SyntaxError};
use crate::lexer::{Token, TokenKind, tokens};
use crate::schema::KEYWORDS;
use crate::value::Verdict;
use postrider_core::Span;

/// Most nodes of a rule. Nodes are counted, not brackets: `a or a or …` nests without one.
pub(crate) const MAX_NODES: usize = 512;
/// Most levels of brackets, calls, lists and `not`.
pub(crate) const MAX_NESTING: usize = 64;

/// Reads a whole condition.
pub(crate) fn parse(text: &str) -> Result<Node, ParseError> {
    let mut tokens = tokens(text)?.into_iter();
    // There is always an `End`.
    let next = tokens.next().unwrap_or(END);
    let mut parser = Parser { tokens, next, end: 0, nodes: 0, nesting: 0 };
    let root = parser.or()?;
    if parser.next.kind != TokenKind::End {
        return Err(parser.expected("`and`, `or` or the end"));
    }
    Ok(root)
}

const END: Token = Token { span: Span::at(0), kind: TokenKind::End };

struct Parser {
    tokens: std::vec::IntoIter<Token>,
    next: Token,
    /// Where the last token that was taken ends.
    end: usize,
    nodes: usize,
    nesting: usize,
}

impl Parser {
    fn take(&mut self) -> Token {
        let after = self.tokens.next().unwrap_or(END);
        let token = std::mem::replace(&mut self.next, after);
        self.end = token.span.end;
        token
    }

    fn fault(&self, error: SyntaxError) -> ParseError {
        ParseError { span: self.next.span, error }
    }

    fn expected(&self, expected: &'static str) -> ParseError {
        self.fault(SyntaxError::Expected { expected })
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(&self.next.kind, TokenKind::Word(w) if w == word)
    }

    /// A node from `start` to the last token taken.
    fn node(&mut self, start: usize, kind: NodeKind) -> Result<Node, ParseError> {
        let span = Span::new(start, self.end);
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            let error = SyntaxError::Nodes { max: MAX_NODES };
            return Err(ParseError { span, error });
        }
        Ok(Node { span, kind })
    }

    /// Runs `inner` one level deeper.
    fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, ParseError>,
    ) -> Result<T, ParseError> {
        if self.nesting == MAX_NESTING {
            return Err(self.fault(SyntaxError::Nesting { max: MAX_NESTING }));
        }
        self.nesting += 1;
        let result = inner(self);
        self.nesting -= 1;
        result
    }

    fn or(&mut self) -> Result<Node, ParseError> {
        self.chain("or", NodeKind::Or, Self::and)
    }

    fn and(&mut self) -> Result<Node, ParseError> {
        self.chain("and", NodeKind::And, Self::not)
    }

    fn chain(
        &mut self,
        word: &str,
        kind: fn(Vec<Node>) -> NodeKind,
        side: fn(&mut Self) -> Result<Node, ParseError>,
    ) -> Result<Node, ParseError> {
        let start = self.next.span.start;
        let first = side(self)?;
        if !self.is_word(word) {
            return Ok(first);
        }
        let mut sides = vec![first];
        while self.is_word(word) {
            self.take();
            sides.push(side(self)?);
        }
        self.node(start, kind(sides))
    }

    fn not(&mut self) -> Result<Node, ParseError> {
        if !self.is_word("not") {
            return self.compare();
        }
        let start = self.take().span.start;
        let inner = self.nested(Self::not)?;
        self.node(start, NodeKind::Not(Box::new(inner)))
    }

    fn compare(&mut self) -> Result<Node, ParseError> {
        let start = self.next.span.start;
        let left = self.value()?;
        let Some(op) = self.operator()? else {
            return Ok(left);
        };
        let right = self.value()?;
        let here = self.next.span;
        if self.operator()?.is_some() {
            let error = SyntaxError::Chain;
            return Err(ParseError { span: here, error });
        }
        self.node(start, NodeKind::Compare(op, Box::new(left), Box::new(right)))
    }

    fn operator(&mut self) -> Result<Option<Op>, ParseError> {
        let op = if let TokenKind::Op(op) = self.next.kind {
            op
        } else if self.is_word("in") {
            Op::In
        } else if self.is_word("not") {
            self.take();
            if !self.is_word("in") {
                return Err(self.expected("`in`"));
            }
            Op::NotIn
        } else {
            return Ok(None);
        };
        self.take();
        Ok(Some(op))
    }

    fn value(&mut self) -> Result<Node, ParseError> {
        if self.next.kind == TokenKind::Open {
            return self.bracketed();
        }
        if self.next.kind == TokenKind::OpenList {
            return self.list();
        }
        if matches!(self.next.kind, TokenKind::Word(_)) {
            return self.word();
        }
        self.literal("a value")
    }

    fn bracketed(&mut self) -> Result<Node, ParseError> {
        self.take();
        let inner = self.nested(Self::or)?;
        self.close(&TokenKind::Close, "`)`")?;
        // The span stays that of the inside, which is what people are shown.
        Ok(inner)
    }

    fn close(&mut self, kind: &TokenKind, expected: &'static str) -> Result<(), ParseError> {
        if self.next.kind != *kind {
            return Err(self.expected(expected));
        }
        self.take();
        Ok(())
    }

    /// `[` items `]`, with or without a comma behind the last.
    fn list(&mut self) -> Result<Node, ParseError> {
        let start = self.take().span.start;
        let mut items = Vec::new();
        while self.next.kind != TokenKind::CloseList {
            items.push(self.literal("a literal or `]`")?);
            if self.next.kind != TokenKind::Comma {
                break;
            }
            self.take();
        }
        self.close(&TokenKind::CloseList, "`,` or `]`")?;
        self.node(start, NodeKind::List(items))
    }

    fn literal(&mut self, expected: &'static str) -> Result<Node, ParseError> {
        let kind = match &self.next.kind {
            TokenKind::Text(text) => NodeKind::Text(text.clone()),
            TokenKind::Number(number) => NodeKind::Number(*number),
            TokenKind::Address(address) => NodeKind::Address(*address),
            TokenKind::Network(network) => NodeKind::Network(*network),
            TokenKind::Word(word) => match literal_word(word) {
                Some(kind) => kind,
                None => return Err(self.fault(SyntaxError::ListItem)),
            },
            TokenKind::Open
            | TokenKind::Close
            | TokenKind::OpenList
            | TokenKind::CloseList
            | TokenKind::Comma
            | TokenKind::Op(_)
            | TokenKind::End => return Err(self.expected(expected)),
        };
        let start = self.take().span.start;
        self.node(start, kind)
    }

    /// A result word, truth value, name or call.
    fn word(&mut self) -> Result<Node, ParseError> {
        let TokenKind::Word(word) = &self.next.kind else {
            return Err(self.expected("a word"));
        };
        if let Some(kind) = literal_word(word) {
            let start = self.take().span.start;
            return self.node(start, kind);
        }
        if let Some(word) = KEYWORDS.into_iter().find(|k| k == word) {
            return Err(self.fault(SyntaxError::Reserved { word }));
        }
        let word = word.clone();
        let start = self.take().span.start;
        if self.next.kind != TokenKind::Open {
            return self.node(start, NodeKind::Name(word));
        }
        let values = self.nested(Self::arguments)?;
        self.node(start, NodeKind::Call(word, values))
    }

    fn arguments(&mut self) -> Result<Vec<Node>, ParseError> {
        self.take();
        let mut values = Vec::new();
        if self.next.kind == TokenKind::Close {
            self.take();
            return Ok(values);
        }
        loop {
            values.push(self.value()?);
            if self.next.kind == TokenKind::Close {
                break;
            }
            if self.next.kind != TokenKind::Comma {
                return Err(self.expected("`,` or `)`"));
            }
            self.take();
        }
        self.take();
        Ok(values)
    }
}

fn literal_word(word: &str) -> Option<NodeKind> {
    match word {
        "true" => Some(NodeKind::Bool(true)),
        "false" => Some(NodeKind::Bool(false)),
        word => Verdict::from_word(word).map(NodeKind::Result),
    }
}

#[cfg(test)]
mod tests;
