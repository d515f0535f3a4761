//! Which part of a body was signed, when something was appended to it.

use crate::body_hash::count;
use crate::canon::Form;
use crate::canon::body::BodyCanon;
use crate::crypto::Sha256;

/// Compares the hash of the body so far, at each line end, with the hashes that are looked for.
#[derive(Debug)]
pub(super) struct PrefixProbe {
    form: Form,
    canon: BodyCanon,
    sink: Sink,
}

#[derive(Debug)]
struct Sink {
    state: Sha256,
    octets: u64,
    cr: bool,
    targets: Vec<Target>,
}

#[derive(Clone, Copy, Debug)]
struct Target {
    hash: [u8; 32],
    at: Option<u64>,
}

/// Where hashes were found.
#[derive(Debug)]
pub(super) struct Prefixes {
    form: Form,
    total: u64,
    targets: Vec<Target>,
}

impl PrefixProbe {
    pub(super) fn new(form: Form) -> Self {
        Self {
            form,
            canon: BodyCanon::new(form),
            sink: Sink { state: Sha256::new(), octets: 0, cr: false, targets: Vec::new() },
        }
    }

    pub(super) const fn form(&self) -> Form {
        self.form
    }

    pub(super) fn want(&mut self, hash: [u8; 32]) {
        self.sink.targets.push(Target { hash, at: None });
    }

    pub(super) fn update(&mut self, chunk: &[u8]) {
        self.canon.update(chunk, |octets| self.sink.take(octets));
    }

    pub(super) fn finish(self) -> Prefixes {
        let mut sink = self.sink;
        // The empty body may have been the signed one, before anything was appended.
        let empty = match self.form {
            Form::Simple => Sha256::digest(b"\r\n"),
            Form::Relaxed => Sha256::digest(b""),
        };
        self.canon.finish(|octets| sink.take(octets));
        let found = sink.targets.iter_mut().filter(|t| t.hash == empty);
        found.for_each(|t| t.at = Some(0));
        Prefixes { form: self.form, total: sink.octets, targets: sink.targets }
    }
}

impl Sink {
    fn take(&mut self, octets: &[u8]) {
        let mut rest = octets;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(at + 1).unwrap_or((rest, b""));
            let ends = match line {
                [.., b'\r', b'\n'] => true,
                [b'\n'] => self.cr,
                _ => false,
            };
            self.push(line);
            if ends {
                self.compare();
            }
            rest = after;
        }
        self.push(rest);
    }

    fn push(&mut self, octets: &[u8]) {
        if let Some(last) = octets.last() {
            self.cr = *last == b'\r';
            self.state.update(octets);
            self.octets = self.octets.saturating_add(count(octets));
        }
    }

    fn compare(&mut self) {
        if self.targets.iter().all(|t| t.at.is_some()) {
            return;
        }
        let hash = self.state.clone().finish();
        for target in self.targets.iter_mut().filter(|t| t.hash == hash) {
            target.at.get_or_insert(self.octets);
        }
    }
}

impl Prefixes {
    /// Octets of the signed part and behind it.
    pub(super) fn find(&self, form: Form, hash: &[u8; 32]) -> Option<(u64, u64)> {
        if form != self.form {
            return None;
        }
        let at = self.targets.iter().find(|t| t.hash == *hash)?.at?;
        Some((at, self.total.saturating_sub(at)))
    }
}
