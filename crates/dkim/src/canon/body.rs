//! The body made canonical while it streams (RFC 6376 §3.4.3–3.4.4).

use super::{Form, relaxed};

/// Makes a body canonical, chunk by chunk; any split of the same body gives the same octets.
///
/// Holds a few counters, never octets of the body.
#[derive(Clone, Debug)]
pub struct BodyCanon {
    form: Form,
    held: Held,
    /// Whether anything was emitted.
    begun: bool,
}

/// What was read but not emitted, because what follows decides: line ends, then white space (only
/// relaxed), then a CR.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    pub(super) crlfs: u64,
    pub(super) blank: bool,
    pub(super) cr: bool,
}

const CRLFS: &[u8] = b"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";

impl Held {
    const fn is_nothing(self) -> bool {
        self.crlfs == 0 && !self.blank && !self.cr
    }

    /// Emits everything but the CR, since content follows.
    pub(super) fn flush(&mut self, emit: &mut impl FnMut(&[u8])) {
        let mut octets = usize::try_from(self.crlfs).unwrap_or(usize::MAX).saturating_mul(2);
        while octets > 0 {
            let n = octets.min(CRLFS.len());
            emit(CRLFS.get(..n).unwrap_or_default());
            octets -= n;
        }
        self.crlfs = 0;
        if std::mem::take(&mut self.blank) {
            emit(b" ");
        }
    }
}

impl BodyCanon {
    /// The start of a body.
    #[must_use]
    pub fn new(form: Form) -> Self {
        Self { form, held: Held::default(), begun: false }
    }

    /// Takes the next octets of the body and emits canonical ones.
    pub fn update(&mut self, chunk: &[u8], mut emit: impl FnMut(&[u8])) {
        let emit = &mut emit;
        let rest = self.resolve_held(chunk, emit);
        match self.form {
            Form::Simple => self.simple(rest, emit),
            Form::Relaxed => self.relaxed(rest, emit),
        }
    }

    /// Ends the body: a missing line end is added, empty lines at the end are dropped.
    pub fn finish(mut self, mut emit: impl FnMut(&[u8])) {
        let emit = &mut emit;
        if self.held.cr {
            self.held.flush(emit);
            emit(b"\r");
            self.begun = true;
        }
        // RFC 6376 §3.4.3: "If there is no body or no trailing CRLF on the message body, a CRLF is
        // added." §3.4.4: "If the body is non-empty but does not end with a CRLF, a CRLF is added."
        if self.begun || self.form == Form::Simple {
            emit(b"\r\n");
        }
    }

    /// Octet by octet until nothing is held; gives back what is left of the chunk.
    fn resolve_held<'c>(&mut self, chunk: &'c [u8], emit: &mut impl FnMut(&[u8])) -> &'c [u8] {
        let mut rest = chunk;
        while !self.held.is_nothing() {
            let Some((&octet, after)) = rest.split_first() else {
                break;
            };
            self.octet(octet, emit);
            rest = after;
        }
        rest
    }

    /// The rule itself, one octet at a time.
    fn octet(&mut self, octet: u8, emit: &mut impl FnMut(&[u8])) {
        if std::mem::take(&mut self.held.cr) {
            if octet == b'\n' {
                // White space at the end of a line is dropped.
                self.held.blank = false;
                self.held.crlfs = self.held.crlfs.saturating_add(1);
                return;
            }
            self.content(b"\r", emit);
        }
        match octet {
            b'\r' => self.held.cr = true,
            b' ' | b'\t' if self.form == Form::Relaxed => self.held.blank = true,
            octet => self.content(&[octet], emit),
        }
    }

    fn content(&mut self, octets: &[u8], emit: &mut impl FnMut(&[u8])) {
        self.held.flush(emit);
        emit(octets);
        self.begun = true;
    }

    /// Nothing is changed but the end: everything up to the CRLFs at the end goes through.
    fn simple(&mut self, chunk: &[u8], emit: &mut impl FnMut(&[u8])) {
        let mut content = chunk;
        if let [before @ .., b'\r'] = content {
            self.held.cr = true;
            content = before;
        }
        while let [before @ .., b'\r', b'\n'] = content {
            self.held.crlfs = self.held.crlfs.saturating_add(1);
            content = before;
        }
        if !content.is_empty() {
            emit(content);
            self.begun = true;
        }
    }

    /// All but the white space and line ends at the end is local; those are held.
    fn relaxed(&mut self, chunk: &[u8], emit: &mut impl FnMut(&[u8])) {
        let end = chunk
            .iter()
            .rposition(|b| !matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
            .map_or(0, |i| i + 1);
        let (content, tail) = chunk.split_at_checked(end).unwrap_or((chunk, b""));
        if !content.is_empty() {
            relaxed::emit_local(content, emit);
            self.begun = true;
        }
        for &octet in tail {
            self.octet(octet, emit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canonical(form: Form, chunks: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut canon = BodyCanon::new(form);
        for chunk in chunks {
            canon.update(chunk, |o| out.extend_from_slice(o));
        }
        canon.finish(|o| out.extend_from_slice(o));
        out
    }

    /// Runs of white space to one SP, none at the end.
    fn reduce(line: &mut Vec<u8>) {
        let mut reduced: Vec<u8> = Vec::new();
        for &b in line.iter() {
            match b {
                b' ' | b'\t' if reduced.last() == Some(&b' ') => {}
                b' ' | b'\t' => reduced.push(b' '),
                b => reduced.push(b),
            }
        }
        if reduced.last() == Some(&b' ') {
            reduced.pop();
        }
        *line = reduced;
    }

    /// The RFC's rules one line at a time, with no thought of speed.
    fn specified(form: Form, body: &[u8]) -> Vec<u8> {
        let mut lines: Vec<Vec<u8>> = Vec::new();
        let mut line = Vec::new();
        let mut rest = body;
        while let Some((&b, after)) = rest.split_first() {
            if rest.starts_with(b"\r\n") {
                lines.push(std::mem::take(&mut line));
                rest = &rest[2..];
            } else {
                line.push(b);
                rest = after;
            }
        }
        lines.push(line);
        if form == Form::Relaxed {
            lines.iter_mut().for_each(reduce);
        }
        while lines.last().is_some_and(Vec::is_empty) {
            lines.pop();
        }
        if lines.is_empty() && form == Form::Simple {
            lines.push(Vec::new());
        }
        lines.iter().flat_map(|l| l.iter().copied().chain(*b"\r\n")).collect()
    }

    #[test]
    fn examples_of_rfc_6376_section_3_4_5() {
        let body = b" C \r\nD \t E\r\n\r\n\r\n";
        assert_eq!(canonical(Form::Relaxed, &[body]), b" C\r\nD E\r\n");
        assert_eq!(canonical(Form::Simple, &[body]), b" C \r\nD \t E\r\n");
    }

    #[test]
    fn the_empty_body_is_a_line_end_or_nothing() {
        for body in [&b""[..], b"\r\n", b"\r\n\r\n"] {
            assert_eq!(canonical(Form::Simple, &[body]), b"\r\n");
            assert_eq!(canonical(Form::Relaxed, &[body]), b"");
        }
        assert_eq!(canonical(Form::Relaxed, &[b" \t\r\n \r\n "]), b"");
    }

    #[test]
    fn a_bare_cr_or_lf_is_content() {
        assert_eq!(canonical(Form::Simple, &[b"a\n\n"]), b"a\n\n\r\n");
        assert_eq!(canonical(Form::Relaxed, &[b"a \r"]), b"a \r\r\n");
        assert_eq!(canonical(Form::Simple, &[b"\r\n\r"]), b"\r\n\r\r\n");
        assert_eq!(canonical(Form::Relaxed, &[b"a\x0c \r\n"]), b"a\x0c\r\n");
    }

    fn bodies() -> impl Strategy<Value = Vec<u8>> {
        let octet = prop_oneof![
            6 => Just(b'a'), 3 => Just(b' '), 1 => Just(b'\t'), 2 => Just(b'\r'), 2 => Just(b'\n'),
            1 => any::<u8>(),
        ];
        let run = prop_oneof![
            Just(b"\r\n".to_vec()),
            proptest::collection::vec(octet, 0..12),
            (0..200_usize).prop_map(|n| vec![b'x'; n]),
        ];
        proptest::collection::vec(run, 0..24).prop_map(|runs| runs.concat())
    }

    proptest! {
        #[test]
        fn any_split_gives_what_the_rfc_says(
            body in bodies(),
            cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..6),
        ) {
            let mut cuts: Vec<usize> = cuts.iter().map(|c| c.index(body.len() + 1)).collect();
            cuts.extend([0, body.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|w| &body[w[0]..w[1]]).collect();
            for form in [Form::Simple, Form::Relaxed] {
                let want = specified(form, &body);
                prop_assert_eq!(&canonical(form, &chunks), &want);
                // Canonical octets are their own canonical form.
                prop_assert_eq!(&canonical(form, &[&want]), &want);
            }
        }
    }
}
