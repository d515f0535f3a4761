//! Headers as they may have been signed, the likeliest first.

use super::{HeaderDiagnosis, HeaderEvidence, shown};
use crate::canon::{Form, header};
use crate::header_input;
use crate::key::SigningInput;
use postrider_message::Field;
use postrider_message::header::unfold;
use std::borrow::Cow;

/// The selected fields with one change undone.
pub(super) struct Candidate<'c> {
    pub(super) change: HeaderDiagnosis,
    form: Form,
    fields: Vec<Part<'c>>,
}

/// Name and value of a field.
type Part<'c> = (&'c [u8], Cow<'c, [u8]>);

impl Candidate<'_> {
    pub(super) fn input(&self, evidence: &HeaderEvidence<'_>) -> SigningInput {
        let mut out = Vec::with_capacity(2048);
        for (name, value) in &self.fields {
            header::octets(self.form, name, value, &mut out);
        }
        if let Some(own) = evidence.headers.fields().nth(evidence.own) {
            let emptied = header_input::emptied(own, evidence.signature);
            header_input::push_own(self.form, own.raw_name, &emptied, &mut out);
        }
        SigningInput::new(out)
    }
}

/// Most are built in vain, but only for a signature that failed.
pub(super) fn of<'c>(evidence: &'c HeaderEvidence<'_>) -> Vec<Candidate<'c>> {
    let fields = evidence.selected();
    let form = evidence.signature.canonicalization.header;
    let maker = Maker { fields, form };
    let mut out = vec![
        maker.all(HeaderDiagnosis::Canonicalization, form.other(), |f| Cow::Borrowed(f.raw_value)),
    ];
    out.extend(maker.subject_tags());
    out.extend(maker.encodings());
    out.extend(maker.reordered());
    if form == Form::Simple {
        let unfolded = |f: &Field<'c>| Cow::Owned(unfold(f.raw_value));
        out.push(maker.all(HeaderDiagnosis::Folded, form, unfolded));
    }
    out.extend(maker.left_out());
    out
}

struct Maker<'c> {
    fields: Vec<&'c Field<'c>>,
    form: Form,
}

impl<'c> Maker<'c> {
    fn all(
        &self,
        change: HeaderDiagnosis,
        form: Form,
        value: impl Fn(&Field<'c>) -> Cow<'c, [u8]>,
    ) -> Candidate<'c> {
        let fields = self.fields.iter().map(|f| (f.raw_name, value(f))).collect();
        Candidate { change, form, fields }
    }

    /// One field with another value.
    fn with(&self, change: HeaderDiagnosis, at: usize, value: &[u8]) -> Candidate<'c> {
        let mut candidate = self.all(change, self.form, |f| Cow::Borrowed(f.raw_value));
        if let Some((_, old)) = candidate.fields.get_mut(at) {
            *old = Cow::Owned(value.to_vec());
        }
        candidate
    }

    fn of_name(&self, name: &'c str) -> impl Iterator<Item = (usize, &'c Field<'c>)> {
        self.fields.iter().copied().enumerate().filter(move |(_, f)| f.name.is(name))
    }

    /// `[list] hello` was `hello`, and `Re: [list] hello` was `Re: hello`.
    fn subject_tags(&self) -> Vec<Candidate<'c>> {
        let mut out = Vec::new();
        for (at, field) in self.of_name("Subject") {
            for (open, close) in [(&b"["[..], &b"]"[..]), (b"***", b"***")] {
                let Some((tag, rest)) = cut_tag(field.raw_value, open, close) else {
                    continue;
                };
                let change = HeaderDiagnosis::SubjectTag { tag: shown(tag) };
                out.push(self.with(change, at, &rest));
            }
        }
        out
    }

    /// A relay that encoded the body anew says so here.
    fn encodings(&self) -> Vec<Candidate<'c>> {
        let mut out = Vec::new();
        for (at, field) in self.of_name("Content-Transfer-Encoding") {
            for encoding in [" 8bit", " 7bit", " quoted-printable", " base64"] {
                let change = HeaderDiagnosis::Changed {
                    name: shown(field.name.as_bytes()),
                    signed: shown(encoding.as_bytes()),
                    present: shown(field.raw_value),
                };
                out.push(self.with(change, at, encoding.as_bytes()));
            }
        }
        out
    }

    /// The fields of one name from the other end.
    fn reordered(&self) -> Vec<Candidate<'c>> {
        let mut out = Vec::new();
        for (first, field) in self.fields.iter().enumerate() {
            let same = |f: &&Field<'_>| f.name == field.name;
            let places: Vec<usize> =
                self.fields.iter().enumerate().filter(|(_, f)| same(f)).map(|(i, _)| i).collect();
            if places.len() < 2 || places.first() != Some(&first) {
                continue;
            }
            let change = HeaderDiagnosis::Reordered { name: shown(field.name.as_bytes()) };
            let mut candidate = self.all(change, self.form, |f| Cow::Borrowed(f.raw_value));
            for (to, from) in places.iter().zip(places.iter().rev()) {
                if let (Some(slot), Some(f)) =
                    (candidate.fields.get_mut(*to), self.fields.get(*from))
                {
                    *slot = (f.raw_name, Cow::Borrowed(f.raw_value));
                }
            }
            out.push(candidate);
        }
        out
    }

    /// One field less. What is added in transit stands on top, so names with several fields, which
    /// were over-signed, come first.
    fn left_out(&self) -> Vec<Candidate<'c>> {
        let mut places: Vec<(usize, &Field<'_>)> =
            self.fields.iter().copied().enumerate().collect();
        places.sort_by_key(|(_, f)| (f.name.is("From"), f.offset));
        let repeated = |f: &Field<'_>| self.fields.iter().filter(|g| g.name == f.name).count() > 1;
        places.sort_by_key(|(_, f)| !repeated(f));
        let without = |(at, field): (usize, &Field<'_>)| {
            let change = HeaderDiagnosis::Added { name: shown(field.name.as_bytes()) };
            let mut candidate = self.all(change, self.form, |f| Cow::Borrowed(f.raw_value));
            candidate.fields.remove(at);
            candidate
        };
        places.into_iter().map(without).collect()
    }
}

/// A tag between `open` and `close`, and the value without it and the white space behind it.
fn cut_tag<'v>(value: &'v [u8], open: &[u8], close: &[u8]) -> Option<(&'v [u8], Vec<u8>)> {
    let start = memchr::memmem::find(value, open)?;
    let inside = value.get(start + open.len()..)?;
    let end = start + open.len() + memchr::memmem::find(inside, close)? + close.len();
    let (tag, behind) = (value.get(start..end)?, value.get(end..)?);
    let blanks = behind.iter().take_while(|b| b.is_ascii_whitespace()).count();
    Some((tag, [value.get(..start)?, behind.get(blanks..)?].concat()))
}
