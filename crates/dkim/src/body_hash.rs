//! One pass over a body for all signatures of a message.

use crate::canon::Form;
use crate::canon::body::BodyCanon;
use crate::crypto::Sha256;

/// Hashes a body in each canonical form that is wanted, once, with any number of lengths (`l=`).
#[derive(Clone, Debug, Default)]
pub(crate) struct BodyHasher {
    simple: Option<Track>,
    relaxed: Option<Track>,
}

/// One canonical form.
#[derive(Clone, Debug)]
struct Track {
    canon: BodyCanon,
    sink: Sink,
}

/// Takes canonical octets; each cut closes a copy of the hash at its length.
#[derive(Clone, Debug)]
struct Sink {
    state: Sha256,
    octets: u64,
    /// Lengths wanted, in ascending order.
    cuts: Vec<Cut>,
    /// Whether the hash of the whole is wanted.
    whole: bool,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    at: u64,
    digest: Option<[u8; 32]>,
}

/// The hash of a body that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BodyDigest {
    /// Canonical octets of the whole body.
    pub(crate) total: u64,
    /// The hash of the length asked for; nothing if the body is shorter.
    pub(crate) digest: Option<[u8; 32]>,
}

/// All hashes of a body.
#[derive(Debug)]
pub(crate) struct BodyDigests {
    simple: Option<Digests>,
    relaxed: Option<Digests>,
}

#[derive(Debug)]
struct Digests {
    total: u64,
    cuts: Vec<Cut>,
    whole: [u8; 32],
}

impl BodyHasher {
    /// Asks for the hash of the first `length` canonical octets, or of all.
    pub(crate) fn want(&mut self, form: Form, length: Option<u64>) {
        let track = match form {
            Form::Simple => &mut self.simple,
            Form::Relaxed => &mut self.relaxed,
        };
        let sink = &mut track.get_or_insert_with(|| Track::new(form)).sink;
        let Some(at) = length else {
            sink.whole = true;
            return;
        };
        if let Err(place) = sink.cuts.binary_search_by_key(&at, |c| c.at) {
            sink.cuts.insert(place, Cut { at, digest: None });
        }
    }

    /// Whether any hash is wanted.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.simple.is_some() || self.relaxed.is_some()
    }

    pub(crate) fn update(&mut self, chunk: &[u8]) {
        for track in [&mut self.simple, &mut self.relaxed].into_iter().flatten() {
            track.canon.update(chunk, |octets| track.sink.take(octets));
        }
    }

    pub(crate) fn finish(self) -> BodyDigests {
        BodyDigests {
            simple: self.simple.map(Track::finish),
            relaxed: self.relaxed.map(Track::finish),
        }
    }
}

impl Track {
    fn new(form: Form) -> Self {
        Self {
            canon: BodyCanon::new(form),
            sink: Sink { state: Sha256::new(), octets: 0, cuts: Vec::new(), whole: false },
        }
    }

    fn finish(self) -> Digests {
        let mut sink = self.sink;
        self.canon.finish(|octets| sink.take(octets));
        sink.close_cuts_at_end();
        Digests { total: sink.octets, cuts: sink.cuts, whole: sink.state.finish() }
    }
}

impl Sink {
    fn take(&mut self, octets: &[u8]) {
        let mut rest = octets;
        for cut in self.cuts.iter_mut().filter(|c| c.digest.is_none()) {
            let Some((before, after)) = usize::try_from(cut.at.saturating_sub(self.octets))
                .ok()
                .and_then(|n| rest.split_at_checked(n))
            else {
                break;
            };
            self.state.update(before);
            self.octets = self.octets.saturating_add(count(before));
            cut.digest = Some(self.state.clone().finish());
            rest = after;
        }
        // Beyond the last length only the count matters.
        if self.whole || self.cuts.iter().any(|c| c.digest.is_none()) {
            self.state.update(rest);
        }
        self.octets = self.octets.saturating_add(count(rest));
    }

    /// `l=0` of an empty body, and any length that is exactly the whole.
    fn close_cuts_at_end(&mut self) {
        let (octets, state) = (self.octets, &self.state);
        for cut in &mut self.cuts {
            if cut.digest.is_none() && cut.at == octets {
                cut.digest = Some(state.clone().finish());
            }
        }
    }
}

/// Length as a number of octets.
pub(crate) fn count(octets: &[u8]) -> u64 {
    u64::try_from(octets.len()).unwrap_or(u64::MAX)
}

impl BodyDigests {
    /// A hash that was [wanted](BodyHasher::want); nothing if it was not.
    pub(crate) fn get(&self, form: Form, length: Option<u64>) -> Option<BodyDigest> {
        let digests = match form {
            Form::Simple => self.simple.as_ref()?,
            Form::Relaxed => self.relaxed.as_ref()?,
        };
        let digest = match length {
            None => Some(digests.whole),
            Some(at) => digests.cuts.iter().find(|c| c.at == at)?.digest,
        };
        Some(BodyDigest { total: digests.total, digest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_length_has_the_hash_of_its_prefix(
            body in "[a-c \r\n]{0,60}",
            lengths in proptest::collection::vec(0..70_u64, 0..5),
            step in 1..20_usize,
        ) {
            let mut canonical = Vec::new();
            let mut canon = BodyCanon::new(Form::Relaxed);
            canon.update(body.as_bytes(), |o| canonical.extend_from_slice(o));
            canon.finish(|o| canonical.extend_from_slice(o));

            let mut hasher = BodyHasher::default();
            lengths.iter().for_each(|l| hasher.want(Form::Relaxed, Some(*l)));
            body.as_bytes().chunks(step).for_each(|c| hasher.update(c));
            let digests = hasher.finish();
            for l in lengths {
                let d = digests.get(Form::Relaxed, Some(l)).unwrap();
                prop_assert_eq!(d.total, count(&canonical));
                let prefix = usize::try_from(l).ok().and_then(|l| canonical.get(..l));
                prop_assert_eq!(d.digest, prefix.map(Sha256::digest));
            }
        }
    }
}
