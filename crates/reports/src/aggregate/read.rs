//! Reads aggregate reports: a strict XML reader below a lenient reading of values.

mod build;
mod values;

use crate::limits::Limits;
use crate::note::{Deviation, Notes};
use build::Build;
use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Aggregate;

/// The namespace of RFC 9990.
pub(super) const NAMESPACE: &str = "urn:ietf:params:xml:ns:dmarc-2.0";

/// Why XML is no aggregate report. Offsets are octets of the unpacked document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadXmlError {
    /// An octet that is no UTF-8.
    #[error("octet {at} is not UTF-8")]
    NotUtf8 {
        /// Where.
        at: usize,
    },
    /// It breaks the rules of XML 1.0.
    #[error("not well-formed XML at octet {at}")]
    Malformed {
        /// Where the reader stopped.
        at: u64,
    },
    /// It ends within an element.
    #[error("ends within {element}")]
    Unfinished {
        /// The innermost element that is open.
        element: postrider_core::SafeText,
    },
    /// A document type: no report needs one, and entities of its own are how XML bombs are built.
    #[error("has a document type declaration at octet {at}")]
    DocType {
        /// Where.
        at: u64,
    },
    /// A reference to an entity that XML does not define.
    #[error("refers to an undefined entity at octet {at}")]
    Entity {
        /// Where.
        at: u64,
    },
    /// Elements within each other beyond [`Limits::depth`].
    #[error("more than {0} elements within each other")]
    Deep(usize),
    /// Text beyond [`Limits::text`].
    #[error("more than {0} octets in one element")]
    Text(usize),
    /// Rows beyond [`Limits::rows`].
    #[error("more than {0} rows")]
    Rows(usize),
    /// There is no `feedback` element.
    #[error("no feedback element")]
    NoFeedback,
    /// A value without which the report says nothing.
    #[error("{0} is missing or cannot be read")]
    Required(&'static str),
}

/// Reads one document.
pub(crate) fn read_xml(
    octets: &[u8],
    limits: &Limits,
    notes: &mut Notes,
) -> Result<Aggregate, ReadXmlError> {
    let document =
        std::str::from_utf8(octets).map_err(|e| ReadXmlError::NotUtf8 { at: e.valid_up_to() })?;
    let mut reader = Reader::from_str(document);
    reader.config_mut().check_comments = true;
    let (path, outside, text) = (String::new(), Vec::new(), String::new());
    let mut walk = Walk { build: Build::new(limits, notes), path, outside, text };
    loop {
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|_| ReadXmlError::Malformed { at })?;
        match event {
            Event::Start(start) => walk.start(&start)?,
            Event::Empty(start) => {
                walk.start(&start)?;
                walk.end();
            }
            Event::End(_) => walk.end(),
            Event::Text(text) => walk.text(&text.xml10_content())?,
            Event::CData(text) => walk.text(&text.xml10_content())?,
            Event::GeneralRef(entity) => {
                let c = resolved(&entity).ok_or(ReadXmlError::Entity { at })?;
                walk.text(c.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(ReadXmlError::DocType { at }),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    walk.finish()
}

/// The character of a reference: a number, or one of the five names of XML 1.0 §4.6.
fn resolved(entity: &BytesRef<'_>) -> Option<char> {
    if entity.is_char_ref() {
        return entity.resolve_char_ref().ok().flatten();
    }
    match &**entity {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// The elements that are open, and the text of the innermost.
struct Walk<'a, 'n> {
    build: Build<'a, 'n>,
    /// Local names, each behind a slash: `/feedback/record/row`.
    path: String,
    /// The length of `path` outside each open element.
    outside: Vec<usize>,
    text: String,
}

impl Walk<'_, '_> {
    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), ReadXmlError> {
        let most = self.build.limits.depth;
        if self.outside.len() >= most {
            return Err(ReadXmlError::Deep(most));
        }
        self.outside.push(self.path.len());
        self.path.push('/');
        self.path.push_str(start.local_name().into_inner());
        self.text.clear();
        if self.path == "/feedback" {
            self.build.feedback(start.attributes_raw().contains(NAMESPACE));
        }
        if let Some(path) = inner(&self.path) {
            self.build.start(path)?;
        }
        Ok(())
    }

    fn end(&mut self) {
        if let Some(path) = inner(&self.path) {
            self.build.end(path, self.text.trim());
        }
        self.text.clear();
        self.path.truncate(self.outside.pop().unwrap_or_default());
    }

    fn text(&mut self, text: &str) -> Result<(), ReadXmlError> {
        let most = self.build.limits.text;
        if self.outside.is_empty() && !text.trim().is_empty() {
            self.build.notes.add("document", Deviation::Trailing);
            return Ok(());
        }
        if self.text.len().saturating_add(text.len()) > most {
            return Err(ReadXmlError::Text(most));
        }
        self.text.push_str(text);
        Ok(())
    }

    fn finish(self) -> Result<Aggregate, ReadXmlError> {
        if !self.outside.is_empty() {
            let innermost = self.path.rsplit('/').next().unwrap_or_default();
            return Err(ReadXmlError::Unfinished { element: crate::note::excerpt(innermost) });
        }
        self.build.finish()
    }
}

/// The path below `feedback`; nothing outside of it.
fn inner(path: &str) -> Option<&str> {
    path.strip_prefix("/feedback/")
}

#[cfg(test)]
mod tests;
