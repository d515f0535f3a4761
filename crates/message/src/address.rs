//! Mailboxes as From, To and Cc write them: display names, groups, comments, obsolete forms
//! (RFC 5322 §3.4, §4.4, RFC 6854).
//!
//! ```text
//! address      = mailbox / group
//! mailbox      = [phrase] "<" [route] addr-spec ">" / addr-spec
//! group        = phrase ":" [mailbox-list] ";"
//! addr-spec    = local-part "@" ( dot-atom / domain-literal )
//! ```

use crate::lex::{At, Cursor};
use crate::limits::{MAX_GROUP, MAX_MAILBOXES};
use postrider_core::{Host, Mailbox, SafeText, Span};

/// How much is accepted beyond RFC 5322 §3.4.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Grammar {
    /// What RFC 5322 §3 lets programs write, and the white space of §4 around tokens.
    #[default]
    Strict,
    /// Also the obsolete forms of §4: routes, empty list members, dots in phrases.
    Obsolete,
    /// Also what mail programs show all the same: a mailbox without domain, an empty `<>`, and
    /// `@ [ ]` in an unquoted display name before `<`.
    Lenient,
}

/// What stands behind the `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressHost {
    /// A domain or an address literal.
    Host(Host),
    /// Something that is neither, as written.
    Invalid(SafeText),
    /// There is no `@` ([`Grammar::Lenient`] only).
    Missing,
}

/// One mailbox; a group gives its members.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Address {
    /// The display name, quotes removed, encoded words as they are.
    pub display: Option<SafeText>,
    /// The local part, quotes removed; empty for `<>`.
    pub local: SafeText,
    /// What stands behind the `@`.
    pub host: AddressHost,
    /// The group it stands in.
    pub group: Option<SafeText>,
    /// Whether a source route stands before the mailbox (`<@a,@b:c@d>`).
    pub routed: bool,
    /// Where it stands in the value.
    pub span: Span,
}

impl Address {
    /// The address as SMTP writes it, if SMTP can.
    #[must_use]
    pub fn to_mailbox(&self) -> Option<Mailbox> {
        let AddressHost::Host(host) = &self.host else {
            return None;
        };
        let local = postrider_core::LocalPart::new(self.local.as_str()).ok()?;
        Mailbox::new(local, host.clone()).ok()
    }
}

/// The mailboxes of an address list, groups flattened, at most [`MAX_MAILBOXES`].
///
/// # Errors
/// [`At`] names the first octet that does not fit the grammar.
pub fn mailboxes(value: &[u8], how: Grammar) -> Result<Vec<Address>, At> {
    let mut parser = Parser { at: Cursor::new(value), how, found: Vec::new(), group: None };
    parser.list()?;
    Ok(parser.found)
}

/// One word of a phrase or local part.
enum Word<'a> {
    Atom(&'a [u8]),
    Quoted(Vec<u8>),
    Special(u8),
}

struct Parser<'a> {
    at: Cursor<'a>,
    how: Grammar,
    found: Vec<Address>,
    group: Option<SafeText>,
}

impl<'a> Parser<'a> {
    fn list(&mut self) -> Result<(), At> {
        loop {
            self.at.skip_cfws()?;
            match self.at.peek() {
                Some(b',') if self.how != Grammar::Strict => {}
                Some(b';') if self.group.is_some() => {
                    self.at.eat(b';');
                    self.group = None;
                    self.at.skip_cfws()?;
                }
                None if self.how != Grammar::Strict && !self.found.is_empty() => {}
                _ => self.address()?,
            }
            self.at.skip_cfws()?;
            match self.at.peek() {
                None if self.group.is_some() => return Err(self.at.error("; after a group")),
                None => return Ok(()),
                Some(b',') => {
                    self.at.eat(b',');
                }
                Some(b';') if self.group.is_some() => {}
                _ => return Err(self.at.error(", between mailboxes")),
            }
        }
    }

    /// A mailbox, or a group up to and with its first member.
    fn address(&mut self) -> Result<(), At> {
        let start = self.at.at();
        let words = self.words()?;
        match self.at.peek() {
            Some(b':') if self.group.is_none() && !words.is_empty() => {
                self.at.eat(b':');
                let name = self.phrase(&words, start)?.unwrap_or_default();
                self.group = Some(name.truncated(MAX_GROUP));
                self.at.skip_cfws()?;
                match self.at.peek() {
                    Some(b';' | b',') => Ok(()),
                    _ => self.address(),
                }
            }
            Some(b'<') => {
                let display = self.phrase(&words, start)?;
                self.angle(start, display)
            }
            Some(b'@') => {
                self.at.eat(b'@');
                let local = self.local(&words, start)?;
                let host = self.domain()?;
                self.at.skip_cfws()?;
                if self.how == Grammar::Lenient
                    && !matches!(self.at.peek(), None | Some(b',' | b';'))
                {
                    return self.loose_display(start);
                }
                self.push(start, None, local, host)
            }
            _ if self.how == Grammar::Lenient && !words.is_empty() => {
                if matches!(self.at.peek(), Some(b'[' | b']' | b'@')) {
                    return self.loose_display(start);
                }
                let local = self.phrase(&words, start)?.unwrap_or_default();
                self.push(start, None, local, AddressHost::Missing)
            }
            _ => Err(self.at.error("a mailbox")),
        }
    }

    /// Words up to something that is none, white space and comments between them dropped.
    fn words(&mut self) -> Result<Vec<Word<'a>>, At> {
        let mut words = Vec::new();
        loop {
            self.at.skip_cfws()?;
            words.push(match self.at.peek() {
                Some(b'"') => Word::Quoted(self.at.quoted()?),
                Some(b'.') => {
                    self.at.eat(b'.');
                    Word::Special(b'.')
                }
                Some(b) if crate::lex::is_atext(b) => Word::Atom(self.at.atom()?),
                _ => return Ok(words),
            });
        }
    }

    /// Words as a display name: `phrase = 1*word`; obsolete phrases also hold dots.
    fn phrase(&self, words: &[Word<'_>], start: usize) -> Result<Option<SafeText>, At> {
        let mut text = Vec::new();
        for word in words {
            if !text.is_empty() && !matches!(word, Word::Special(_)) {
                text.push(b' ');
            }
            match word {
                Word::Atom(atom) => text.extend_from_slice(atom),
                Word::Quoted(quoted) => text.extend_from_slice(quoted),
                Word::Special(_) if self.how == Grammar::Strict => {
                    let expected = "no dot in a display name";
                    return Err(At { at: start, expected });
                }
                Word::Special(b) => text.push(*b),
            }
        }
        Ok((!words.is_empty()).then(|| SafeText::escaped(&text)))
    }

    /// Words as a local part: `word *("." word)`.
    fn local(&self, words: &[Word<'_>], start: usize) -> Result<SafeText, At> {
        let mut text = Vec::new();
        let mut dot_before = true;
        for word in words {
            let is_dot = matches!(word, Word::Special(_));
            if is_dot == dot_before {
                let expected = "words with one dot between them";
                return Err(At { at: start, expected });
            }
            match word {
                Word::Atom(atom) => text.extend_from_slice(atom),
                Word::Quoted(quoted) => text.extend_from_slice(quoted),
                Word::Special(b) => text.push(*b),
            }
            dot_before = is_dot;
        }
        if dot_before {
            let expected = "a local part";
            return Err(At { at: start, expected });
        }
        Ok(SafeText::escaped(&text))
    }

    /// `"<" [route] addr-spec ">"`
    fn angle(&mut self, start: usize, display: Option<SafeText>) -> Result<(), At> {
        self.at.eat(b'<');
        self.at.skip_cfws()?;
        let lenient = self.how == Grammar::Lenient;
        if lenient && self.at.eat(b'>') {
            return self.push(start, display, SafeText::default(), AddressHost::Missing);
        }
        let routed = self.route()?;
        let local_start = self.at.at();
        let words = self.words()?;
        let (local, host) = if self.at.eat(b'@') {
            (self.local(&words, local_start)?, self.domain()?)
        } else if lenient && !words.is_empty() {
            let local = self.phrase(&words, local_start)?;
            (local.unwrap_or_default(), AddressHost::Missing)
        } else {
            return Err(self.at.error("@"));
        };
        self.at.skip_cfws()?;
        if !self.at.eat(b'>') {
            return Err(self.at.error(">"));
        }
        self.push(start, display, local, host)?;
        if let Some(address) = self.found.last_mut() {
            address.routed = routed;
        }
        Ok(())
    }

    /// `obs-route = *(CFWS / ",") "@" domain *("," [CFWS] ["@" domain]) ":"`
    fn route(&mut self) -> Result<bool, At> {
        if !matches!(self.at.peek(), Some(b'@' | b',')) {
            return Ok(false);
        }
        if self.how == Grammar::Strict {
            return Err(self.at.error("no source route"));
        }
        loop {
            self.at.skip_cfws()?;
            if self.at.eat(b':') {
                return Ok(true);
            }
            if self.at.eat(b'@') {
                self.domain()?;
            } else if !self.at.eat(b',') {
                return Err(self.at.error(": after a source route"));
            }
        }
    }

    /// `domain = dot-atom / domain-literal / obs-domain`
    fn domain(&mut self) -> Result<AddressHost, At> {
        self.at.skip_cfws()?;
        let text = if self.at.peek() == Some(b'[') {
            self.at.literal()?
        } else {
            let mut text = self.at.atom()?.to_vec();
            loop {
                let before = self.at;
                self.at.skip_cfws()?;
                if !self.at.eat(b'.') {
                    self.at = before;
                    break text;
                }
                self.at.skip_cfws()?;
                text.push(b'.');
                text.extend_from_slice(self.at.atom()?);
            }
        };
        Ok(Host::parse(&text)
            .map_or_else(|_| AddressHost::Invalid(SafeText::escaped(&text)), AddressHost::Host))
    }

    /// A display name that should have been quoted: everything before `<`, if no `,` comes first.
    fn loose_display(&mut self, start: usize) -> Result<(), At> {
        let wanted = self.at;
        self.at.run(|b| !matches!(b, b'<' | b'>' | b',' | b';' | b':' | b'"' | b'(' | 0));
        if self.at.peek() != Some(b'<') {
            return Err(wanted.error(", between mailboxes"));
        }
        let display = SafeText::escaped(self.at.since(start).trim_ascii());
        self.angle(start, Some(display))
    }

    fn push(
        &mut self,
        start: usize,
        display: Option<SafeText>,
        local: SafeText,
        host: AddressHost,
    ) -> Result<(), At> {
        if self.found.len() == MAX_MAILBOXES {
            let expected = "at most 1000 mailboxes";
            return Err(At { at: start, expected });
        }
        self.found.push(Address {
            display,
            local,
            host,
            group: self.group.clone(),
            routed: false,
            span: Span::new(start, self.at.at()),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
