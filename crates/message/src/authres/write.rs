//! Writes a field. Quoting decides by the text alone, so what is read back is what was written.

use super::{AuthResults, AuthservId, MethodResult, Property, Value};
use crate::header::FieldName;
use crate::value::{HeaderValue, WIDTH};
use postrider_core::SafeText;
use std::fmt;

impl AuthResults {
    /// The whole field, folded at 78 columns, with its final CRLF.
    #[must_use]
    pub fn to_field(&self) -> Vec<u8> {
        self.to_field_in(WIDTH)
    }

    /// As [`to_field`](Self::to_field), folded at another width.
    #[must_use]
    pub fn to_field_in(&self, width: usize) -> Vec<u8> {
        // No word of it is longer than a quoted value and its property's name, so this is no error.
        HeaderValue::from_safe(&SafeText::display(self))
            .unwrap_or_default()
            .to_field_in(FieldName::AUTHENTICATION_RESULTS, width)
    }
}

/// The value on one line.
impl fmt::Display for AuthResults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.authserv_id.fmt(f)?;
        if self.version != 1 {
            write!(f, " {}", self.version)?;
        }
        if self.results.is_empty() {
            return f.write_str("; none");
        }
        self.results.iter().try_for_each(|r| write!(f, "; {r}"))
    }
}

impl fmt::Display for MethodResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.method.fmt(f)?;
        if self.version != 1 {
            write!(f, "/{}", self.version)?;
        }
        write!(f, "={}", self.result)?;
        if let Some(comment) = &self.comment {
            write!(f, " ({})", Escaped(comment.as_str(), &['(', ')', '\\']))?;
        }
        if let Some(reason) = &self.reason {
            write!(f, " reason={reason}")?;
        }
        self.properties.iter().try_for_each(|p| write!(f, " {p}"))
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}={}", self.ptype, self.name, self.value)
    }
}

impl fmt::Display for AuthservId {
    /// The id, quoted unless it is a token: `a=b@c` would read as a result.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match is_token(self.as_str()) {
            true => f.write_str(self.as_str()),
            false => write!(f, "\"{}\"", Escaped(self.as_str(), &['"', '\\'])),
        }
    }
}

impl fmt::Display for Value {
    /// The value, quoted where it must be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.as_str();
        if is_token(text) || is_address(text) {
            return f.write_str(text);
        }
        write!(f, "\"{}\"", Escaped(text, &['"', '\\']))
    }
}

/// `token` of RFC 2045 §5.1, with UTF-8 (RFC 8616 §5).
fn is_token(text: &str) -> bool {
    let is_tspecial = |b: u8| b"()<>@,;:\\\"/[]?=".contains(&b);
    let is_token = |b: u8| !is_tspecial(b) && matches!(b, 33..=126 | 0x80..);
    !text.is_empty() && text.bytes().all(is_token)
}

/// `[ [ local-part ] "@" ] domain-name`, where the local part is a dot-string.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let local_ok = local.is_empty()
        || local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(crate::lex::is_atext));
    local_ok && !domain.is_empty() && domain.split('.').all(|l| !l.is_empty() && is_token(l))
}

/// Text with a backslash before each of some characters.
struct Escaped<'a>(&'a str, &'static [char]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            if self.1.contains(&c) {
                f.write_str("\\")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}
