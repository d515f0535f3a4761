//! The guesses that are made for the signatures of a message.

use super::Diagnosis;
use super::filter::{LineEnds, TrailingSpace, first_bare};
use super::prefix::{PrefixProbe, Prefixes};
use crate::body_hash::{BodyDigests, BodyHasher};
use crate::canon::Form;
use crate::policy::DiagnosisLevel;
use crate::signature::Signature;

/// Hash states beside those of the signatures.
#[derive(Debug)]
pub(crate) struct Probes {
    level: DiagnosisLevel,
    other_form: BodyHasher,
    trailing_space: (TrailingSpace, BodyHasher),
    line_ends: LineEndProbe,
    prefixes: Vec<PrefixProbe>,
}

/// Until there is a bare CR or LF this is the body itself, so nothing need be hashed twice.
#[derive(Debug)]
enum LineEndProbe {
    Clean { cr: bool },
    Forked(LineEnds, Box<BodyHasher>),
}

/// What the guesses came to.
#[derive(Debug)]
pub(crate) struct ProbeDigests {
    level: DiagnosisLevel,
    other_form: BodyDigests,
    trailing_space: BodyDigests,
    line_ends: Option<BodyDigests>,
    prefixes: Vec<Prefixes>,
}

impl Probes {
    pub(crate) fn new(level: DiagnosisLevel) -> Self {
        Self {
            level,
            other_form: BodyHasher::default(),
            trailing_space: (TrailingSpace::default(), BodyHasher::default()),
            line_ends: LineEndProbe::Clean { cr: false },
            prefixes: Vec::new(),
        }
    }

    /// A signature whose body may have to be explained.
    pub(crate) fn want(&mut self, signature: &Signature) {
        let (form, length) = (signature.canonicalization.body, signature.length);
        let deep = self.level >= DiagnosisLevel::Deep;
        if self.level == DiagnosisLevel::Off {
            return;
        }
        if form == Form::Simple {
            self.trailing_space.1.want(form, length);
        }
        if form == Form::Simple || deep {
            self.other_form.want(form.other(), length);
        }
        if deep {
            let at = self.prefixes.iter().position(|p| p.form() == form);
            let at = at.unwrap_or_else(|| {
                self.prefixes.push(PrefixProbe::new(form));
                self.prefixes.len() - 1
            });
            if let Some(probe) = self.prefixes.get_mut(at) {
                probe.want(signature.body_hash);
            }
        }
    }

    /// Takes the next octets of the body, which `body` has not yet taken.
    pub(crate) fn update(&mut self, chunk: &[u8], body: &BodyHasher) {
        if self.level == DiagnosisLevel::Off {
            return;
        }
        self.other_form.update(chunk);
        let (filter, hasher) = &mut self.trailing_space;
        if hasher.is_wanted() {
            filter.update(chunk, &mut |octets| hasher.update(octets));
        }
        self.line_ends.update(chunk, body);
        self.prefixes.iter_mut().for_each(|p| p.update(chunk));
    }

    pub(crate) fn finish(self) -> ProbeDigests {
        let (filter, mut hasher) = self.trailing_space;
        filter.finish(&mut |octets| hasher.update(octets));
        ProbeDigests {
            level: self.level,
            other_form: self.other_form.finish(),
            trailing_space: hasher.finish(),
            line_ends: self.line_ends.finish(),
            prefixes: self.prefixes.into_iter().map(PrefixProbe::finish).collect(),
        }
    }
}

impl LineEndProbe {
    fn update(&mut self, chunk: &[u8], body: &BodyHasher) {
        match self {
            Self::Forked(filter, hasher) => filter.update(chunk, &mut |o| hasher.update(o)),
            Self::Clean { cr } => {
                let Some(&first) = chunk.first() else {
                    return;
                };
                let bare_cr = *cr && first != b'\n';
                let bare = if bare_cr { Some(0) } else { first_bare(chunk, *cr) };
                let Some(at) = bare else {
                    *cr = chunk.last() == Some(&b'\r');
                    return;
                };
                let mut hasher = Box::new(body.clone());
                if bare_cr {
                    hasher.update(b"\n");
                }
                let (clean, rest) = chunk.split_at_checked(at).unwrap_or((chunk, b""));
                hasher.update(clean);
                let mut filter = LineEnds::default();
                filter.update(rest, &mut |octets| hasher.update(octets));
                *self = Self::Forked(filter, hasher);
            }
        }
    }

    fn finish(self) -> Option<BodyDigests> {
        match self {
            Self::Clean { .. } => None,
            Self::Forked(filter, mut hasher) => {
                filter.finish(&mut |octets| hasher.update(octets));
                Some(hasher.finish())
            }
        }
    }
}

impl ProbeDigests {
    /// The guess under which the body of `signature` agrees.
    pub(crate) fn explain(&self, signature: &Signature) -> Option<Diagnosis> {
        if self.level == DiagnosisLevel::Off {
            return None;
        }
        let (form, length) = (signature.canonicalization.body, signature.length);
        let agrees = |digests: &BodyDigests, form| {
            digests.get(form, length).and_then(|d| d.digest) == Some(signature.body_hash)
        };
        if self.line_ends.as_ref().is_some_and(|d| agrees(d, form)) {
            return Some(Diagnosis::LineEnds);
        }
        if agrees(&self.trailing_space, form) {
            return Some(Diagnosis::TrailingSpace);
        }
        if agrees(&self.other_form, form.other()) {
            return Some(Diagnosis::Canonicalization);
        }
        let mut found = self.prefixes.iter();
        let (signed, appended) = found.find_map(|p| p.find(form, &signature.body_hash))?;
        Some(Diagnosis::Appended { signed, appended })
    }
}
