//! The text of a `DKIM-Signature` field, folded.

use super::request::{SignRequest, Timestamp};
use super::select::Label;
use crate::encoding::to_base64;
use postrider_core::UnixTime;

const NAME: &str = "DKIM-Signature";

/// The parts that the text is made of.
pub(super) struct FieldText<'a> {
    pub(super) request: &'a SignRequest,
    pub(super) names: &'a [Label],
    pub(super) length: Option<u64>,
    pub(super) body_hash: &'a [u8; 32],
    pub(super) copied: &'a [String],
    pub(super) now: UnixTime,
}

impl FieldText<'_> {
    /// Everything up to and with `b=`.
    pub(super) fn write(&self) -> Vec<u8> {
        let r = self.request;
        let mut out = Folded::new(r.width);
        out.tag("v=1;");
        out.tag(&format!("a={};", r.algorithm));
        out.tag(&format!("c={};", r.canonicalization));
        out.tag(&format!("d={};", r.domain));
        out.tag(&format!("s={};", r.selector));
        let now = self.now.secs().max(0);
        if r.timestamp == Timestamp::Given {
            out.tag(&format!("t={now};"));
        }
        if let Some(span) = r.expires_after {
            let expires = self.now.plus(span).secs().max(0);
            out.tag(&format!("x={expires};"));
        }
        if let Some(identity) = &r.identity {
            out.tag(&format!("i={identity};"));
        }
        if let Some(length) = self.length {
            out.tag(&format!("l={length};"));
        }
        self.write_names(&mut out);
        self.write_copies(&mut out);
        out.tag(&format!("bh={};", to_base64(self.body_hash)));
        // The signature begins on a line of its own, so that its place does not depend on it.
        out.fold();
        out.glue("b=");
        out.text.into_bytes()
    }

    fn write_names(&self, out: &mut Folded) {
        for (i, name) in self.names.iter().enumerate() {
            let mark = if i + 1 == self.names.len() { ";" } else { ":" };
            match i {
                0 => out.tag(&format!("h={name}{mark}")),
                _ => out.piece(&format!("{name}{mark}")),
            }
        }
    }

    /// White space may stand between the octets of a copy, but not in one that is encoded.
    fn write_copies(&self, out: &mut Folded) {
        for (i, copy) in self.copied.iter().enumerate() {
            match i {
                0 => out.tag("z="),
                _ => out.piece("|"),
            }
            octets_of(copy).for_each(|octet| out.piece(octet));
        }
        if !self.copied.is_empty() {
            out.glue(";");
        }
    }
}

/// An encoded octet, or a run of others.
fn octets_of(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let len =
            if rest.starts_with('=') { 3 } else { rest.find('=').unwrap_or(rest.len()).min(20) };
        let (octet, after) = rest.split_at_checked(len).unwrap_or((rest, ""));
        rest = after;
        (!octet.is_empty()).then_some(octet)
    })
}

/// Appends the value of `b=` and the CRLF.
pub(super) fn push_signature(signature: &[u8], width: usize, out: &mut Vec<u8>) {
    let base64 = to_base64(signature);
    // `\tb=` stands before the first line, a TAB before the others.
    let first = width.saturating_sub(3);
    let (head, tail) =
        base64.as_bytes().split_at_checked(first).unwrap_or((base64.as_bytes(), b""));
    out.extend_from_slice(head);
    for line in tail.chunks(width.saturating_sub(1).max(1)) {
        out.extend_from_slice(b"\r\n\t");
        out.extend_from_slice(line);
    }
    out.extend_from_slice(b"\r\n");
}

/// Name and value of a field without its CRLF.
pub(super) fn split(field: &[u8]) -> (&[u8], &[u8]) {
    let (name, rest) = field.split_at_checked(NAME.len()).unwrap_or((field, b""));
    (name, rest.strip_prefix(b":").unwrap_or(rest))
}

/// Text that folds itself: a new line begins with a TAB.
struct Folded {
    text: String,
    column: usize,
    width: usize,
}

impl Folded {
    fn new(width: usize) -> Self {
        let text = format!("{NAME}:");
        Self { column: text.len(), text, width }
    }

    fn fold(&mut self) {
        self.text.push_str("\r\n\t");
        self.column = 1;
    }

    fn glue(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.len();
    }

    /// A tag, with a space or a fold before it.
    fn tag(&mut self, text: &str) {
        match self.column + 1 + text.len() <= self.width {
            true => self.glue(" "),
            false => self.fold(),
        }
        self.glue(text);
    }

    /// A piece of a list, where white space is allowed but not wanted.
    fn piece(&mut self, text: &str) {
        if self.column + text.len() > self.width {
            self.fold();
        }
        self.glue(text);
    }
}
