//! Reads a field. A result that cannot be read does not lose the others.

use super::{
    AuthResults, AuthservId, Keyword, MAX_PROPERTIES, MAX_RESULTS, MethodResult, Property, Value,
};
use crate::lex::{At, Cursor};

/// A field as far as it can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// What it says.
    pub field: AuthResults,
    /// One entry per result that could not be read.
    pub errors: Vec<At>,
}

impl AuthResults {
    /// Reads the value of a field, folded or not.
    ///
    /// # Errors
    /// [`At`] when it does not begin with an authserv-id; a fault in one result is in
    /// [`Parsed::errors`].
    pub fn parse(value: &[u8]) -> Result<Parsed, At> {
        let mut at = Cursor::new(value);
        at.skip_cfws()?;
        let id = word(&mut at, false)?;
        let field = AuthservId::new(&id).map_err(|_| at.error("an authserv-id"))?;
        let mut field = Self::new(field);
        at.skip_cfws()?;
        if at.peek().is_some_and(|b| b.is_ascii_digit()) {
            field.version = number(&mut at)?;
            at.skip_cfws()?;
        }
        let mut errors = Vec::new();
        loop {
            match at.peek() {
                None => break,
                Some(b';') => at.eat(b';'),
                // `id=` or more words: what we took for an id is something else.
                Some(_) => return Err(at.error("; behind the authserv-id")),
            };
            let start = at;
            match result(&mut at) {
                Ok(result) => field.results.extend(result),
                Err(error) => {
                    errors.push(error);
                    at = start;
                    skip_result(&mut at);
                }
            }
            if field.results.len() + errors.len() > MAX_RESULTS {
                field.results.truncate(MAX_RESULTS);
                errors.push(at.error("at most 100 results"));
                break;
            }
        }
        Ok(Parsed { field, errors })
    }
}

/// Goes to the `;` that ends a result, or to the end; quotes and comments may hide one.
fn skip_result(at: &mut Cursor<'_>) {
    loop {
        at.run(|b| !matches!(b, b';' | b'"' | b'('));
        let start = *at;
        let skipped = match at.peek() {
            Some(b'"') => at.quoted().map(drop),
            Some(b'(') => at.comment().map(drop),
            _ => return,
        };
        // A quote or comment that does not end hides nothing: what follows is looked at again.
        if skipped.is_err() {
            *at = start;
            at.run(|b| b == b'"' || b == b'(');
        }
    }
}

/// One `resinfo` behind its `;`; nothing for `none` and for an empty one.
fn result(at: &mut Cursor<'_>) -> Result<Option<MethodResult>, At> {
    at.skip_cfws()?;
    if matches!(at.peek(), None | Some(b';')) {
        return Ok(None);
    }
    let method = keyword(at)?;
    at.skip_cfws()?;
    let mut version = 1;
    if at.eat(b'/') {
        at.skip_cfws()?;
        version = number(at)?;
        at.skip_cfws()?;
    }
    if method.as_str() == "none" && matches!(at.peek(), None | Some(b';')) {
        return Ok(None);
    }
    expect(at, b'=', "= behind the method")?;
    at.skip_cfws()?;
    let mut result = MethodResult::new(method, keyword(at)?);
    result.version = version;
    result.comment = at.skip_cfws()?.and_then(|text| {
        let text = String::from_utf8(text).ok()?;
        Value::new(&text).ok().filter(|c| !c.as_str().trim().is_empty())
    });
    while !matches!(at.peek(), None | Some(b';')) {
        pair(at, &mut result)?;
        if result.properties.len() > MAX_PROPERTIES {
            return Err(at.error("at most 50 properties"));
        }
    }
    Ok(Some(result))
}

/// `reason=value`, `ptype.property=value`; other `name=value` pairs are dropped.
fn pair(at: &mut Cursor<'_>, result: &mut MethodResult) -> Result<(), At> {
    let name = keyword(at)?;
    at.skip_cfws()?;
    let property = match at.eat(b'.') {
        true => {
            at.skip_cfws()?;
            Some(keyword(at)?)
        }
        false => None,
    };
    at.skip_cfws()?;
    expect(at, b'=', "= behind the property")?;
    at.skip_cfws()?;
    let start = *at;
    let value = Value::new(&word(at, true)?).map_err(|_| start.error("a shorter value"))?;
    at.skip_cfws()?;
    match property {
        Some(property) => result.properties.push(Property { ptype: name, name: property, value }),
        None if name.as_str() == "reason" => result.reason = Some(value),
        None => {}
    }
    Ok(())
}

fn keyword(at: &mut Cursor<'_>) -> Result<Keyword, At> {
    let start = *at;
    let word = at.run(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    std::str::from_utf8(word)
        .ok()
        .and_then(|w| Keyword::new(w).ok())
        .ok_or_else(|| start.error("a keyword"))
}

fn number(at: &mut Cursor<'_>) -> Result<u32, At> {
    let start = *at;
    std::str::from_utf8(at.run(|b| b.is_ascii_digit()))
        .ok()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| start.error("a version"))
}

fn expect(at: &mut Cursor<'_>, octet: u8, expected: &'static str) -> Result<(), At> {
    match at.eat(octet) {
        true => Ok(()),
        false => Err(at.error(expected)),
    }
}

/// A quoted string or a run of octets. In a property's value the run ends at white space, `;` or
/// `(`; an authserv-id also ends at `=`, so that a result is not taken for one.
fn word(at: &mut Cursor<'_>, is_property: bool) -> Result<String, At> {
    let start = *at;
    let mut text = Vec::new();
    if at.peek() == Some(b'"') {
        text = at.quoted()?;
        if !(is_property && at.peek() == Some(b'@')) {
            return utf8(text, start);
        }
        // A quoted local part: its quotes belong to the value.
        text = start.rest().get(..at.at() - start.at()).unwrap_or_default().to_vec();
    }
    let ends = |b: u8| matches!(b, b'(' | b';' | b'"' | 127) || b <= b' ';
    text.extend_from_slice(at.run(|b| !ends(b) && (is_property || b != b'=')));
    match text.is_empty() {
        true => Err(start.error("a value")),
        false => utf8(text, start),
    }
}

fn utf8(text: Vec<u8>, start: Cursor<'_>) -> Result<String, At> {
    let is_safe = |t: &String| !t.chars().any(char::is_control);
    String::from_utf8(text)
        .ok()
        .filter(is_safe)
        .ok_or_else(|| start.error("UTF-8 without control characters"))
}
