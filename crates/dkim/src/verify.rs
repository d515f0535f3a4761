//! Verifying the signatures of a message while it streams (RFC 6376 §6).

mod evidence;
mod judge;
mod keys;

use crate::body_hash::BodyHasher;
use crate::diagnose::Probes;
use crate::key::SigningInput;
use crate::policy::{DiagnosisLevel, Policy};
use crate::reason::{Reason, Warning};
use crate::signature::{Claims, Signature};
use crate::verdict::Verdict;
use keys::{KeySet, KeySlot};
use postrider_core::UnixTime;
use postrider_message::{Field, HeaderBlock};
use postrider_resolver::{Answer, Kind, LookupError, Question, Resolver};
use std::future::{Future, poll_fn};
use std::task::Poll;

/// Names a question of one [`Verifier`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(usize);

/// A key that a verifier needs.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyQuestion {
    /// To be given back with the answer.
    pub id: KeyId,
    /// What to ask.
    pub question: Question,
}

/// Verifies every `DKIM-Signature` field of a message, without I/O.
///
/// 1. [`new`](Self::new) with the header, which can go afterwards.
/// 2. Ask the [`questions`](Self::questions) and give each answer to [`key`](Self::key), while the
///    body streams through [`body`](Self::body): in any order, in any pieces.
/// 3. [`finish`](Self::finish) gives one verdict per field.
///
/// Memory is bounded: the canonical header of each evaluated signature, a copy of the header (unless
/// [`DiagnosisLevel::Off`]), and a hash state per
/// canonical form of the body. The body is read once whatever the number of signatures.
///
/// ```
/// use postrider_core::UnixTime;
/// use postrider_dkim::{Policy, Verifier};
/// use postrider_message::HeaderBlock;
///
/// let message = b"From: ann@example.org\r\n\r\nHello\r\n";
/// let (headers, _) = HeaderBlock::parse(message);
/// let mut verifier = Verifier::new(&Policy::default(), &headers, UnixTime::from_secs(0));
/// assert!(verifier.questions().is_empty() && !verifier.wants_body());
/// assert!(verifier.finish().is_empty());
/// ```
#[derive(Debug)]
pub struct Verifier {
    policy: Policy,
    entries: Vec<Entry>,
    questions: Vec<KeyQuestion>,
    slots: Vec<KeySlot>,
    body: BodyHasher,
    probes: Probes,
    /// A copy of the header, to explain a signature that fails.
    header: Vec<u8>,
}

/// One `DKIM-Signature` field.
#[derive(Debug)]
struct Entry {
    field: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Known without key or body.
    Settled(Reason, Claims),
    Open(Box<Open>),
}

/// A signature that waits for its key and the body.
#[derive(Debug)]
struct Open {
    signature: Signature,
    /// The first characters of `b=`.
    b: String,
    input: SigningInput,
    key: KeyId,
    /// What the policy says against it already, in order of weight.
    refusals: Vec<Reason>,
    warnings: Vec<Warning>,
}

/// Asks for every key and verifies a whole message.
///
/// DNS look-ups made: TXT at `selector._domainkey.domain`, once per distinct name, all at the same
/// time, at most [`Policy::signatures`]. Use a [`Verifier`] for a message that streams.
pub async fn verify<R: Resolver>(
    resolver: &R,
    policy: &Policy,
    message: &[u8],
    now: UnixTime,
) -> Vec<Verdict> {
    let (headers, _) = HeaderBlock::parse(message);
    let mut verifier = Verifier::new(policy, &headers, now);
    ask_all(resolver, &mut verifier).await;
    if verifier.wants_body() {
        verifier.body(message.get(headers.body_offset()..).unwrap_or_default());
    }
    verifier.finish()
}

/// Asks every question at once, so that a message waits for its slowest key only.
async fn ask_all<R: Resolver>(resolver: &R, verifier: &mut Verifier) {
    let ask = |asked: &KeyQuestion| {
        let lookup = Box::pin(resolver.lookup(asked.question.clone()));
        (asked.id, Some(lookup))
    };
    let mut waiting: Vec<_> = verifier.questions.iter().map(ask).collect();
    poll_fn(|context| {
        for (id, slot) in &mut waiting {
            let Some(Poll::Ready(answer)) = slot.as_mut().map(|f| f.as_mut().poll(context)) else {
                continue;
            };
            *slot = None;
            verifier.key(*id, answer);
        }
        match waiting.iter().all(|(_, slot)| slot.is_none()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
    .await;
}

impl Verifier {
    /// Reads the signatures of a message; `now` judges `t=` and `x=`.
    #[must_use]
    pub fn new(policy: &Policy, headers: &HeaderBlock<'_>, now: UnixTime) -> Self {
        let mut verifier = Self {
            policy: policy.clone(),
            entries: Vec::new(),
            questions: Vec::new(),
            slots: Vec::new(),
            body: BodyHasher::default(),
            probes: Probes::new(policy.diagnosis),
            header: Vec::new(),
        };
        let mut evaluated = 0;
        let signatures = headers.fields().enumerate();
        for (index, field) in signatures.filter(|(_, f)| f.name.is("DKIM-Signature")) {
            let state = match verifier.open(index, field, headers, evaluated) {
                Ok(mut open) => {
                    evaluated += 1;
                    open.refusals = evidence::refusals(policy, headers, &open.signature, now);
                    State::Open(Box::new(open))
                }
                Err(reason) => State::Settled(reason, Claims::read(field.raw_value)),
            };
            let entry = Entry { field: index, state };
            verifier.entries.push(entry);
        }
        if evaluated > 0 && policy.diagnosis > DiagnosisLevel::Off {
            verifier.header = headers.raw().to_vec();
        }
        verifier
    }

    /// The keys that are needed: one question per distinct name.
    #[must_use]
    pub fn questions(&self) -> &[KeyQuestion] {
        &self.questions
    }

    /// Whether the body can still matter; false when no signature is left that could pass.
    #[must_use]
    pub fn wants_body(&self) -> bool {
        self.entries.iter().any(|entry| match &entry.state {
            State::Settled(..) => false,
            State::Open(open) => self
                .key_of(open)
                .is_none_or(|set| set.is_ok_and(|set| keys::usable(set, &open.signature).is_ok())),
        })
    }

    /// The canonical octets that the signature in a field covers, to look at: what its `b=` signs.
    /// `field` is the index of [`Verdict::field`]. The canonical body is what
    /// [`BodyCanon`](crate::canon::body::BodyCanon) emits.
    #[must_use]
    pub fn signed_octets(&self, field: usize) -> Option<&[u8]> {
        let entry = self.entries.iter().find(|e| e.field == field)?;
        match &entry.state {
            State::Settled(..) => None,
            State::Open(open) => Some(open.input.octets()),
        }
    }

    /// Takes the next octets of the body.
    pub fn body(&mut self, chunk: &[u8]) {
        self.probes.update(chunk, &self.body);
        self.body.update(chunk);
    }

    /// Takes the answer to a question. A second answer to the same question is ignored.
    pub fn key(&mut self, id: KeyId, answer: Result<Answer, LookupError>) {
        let most = self.policy.key_records;
        if let Some(slot) = self.slots.get_mut(id.0) {
            slot.answer(answer, most);
        }
    }

    /// One verdict per `DKIM-Signature` field, from top to bottom.
    #[must_use]
    pub fn finish(self) -> Vec<Verdict> {
        let (body, probes) = (self.body.finish(), self.probes.finish());
        let judge = judge::Judge {
            policy: &self.policy,
            slots: &self.slots,
            body: &body,
            probes: &probes,
            header: &self.header,
        };
        let entries = self.entries.into_iter();
        entries.map(|entry| judge.verdict(entry)).collect()
    }

    fn open(
        &mut self,
        index: usize,
        field: &Field<'_>,
        headers: &HeaderBlock<'_>,
        evaluated: usize,
    ) -> Result<Open, Reason> {
        if !headers.is_complete() {
            return Err(Reason::HeaderTooLarge);
        }
        let signature = Signature::parse(field.raw_value).map_err(Reason::Signature)?;
        let limit = self.policy.signatures;
        if evaluated >= limit {
            return Err(Reason::TooManySignatures { limit });
        }
        let key = self.ask(&signature)?;
        self.body.want(signature.canonicalization.body, signature.length);
        self.probes.want(&signature);
        Ok(Open {
            b: crate::encoding::to_base64(&signature.signature).chars().take(16).collect(),
            input: evidence::input(index, field, headers, &signature),
            warnings: evidence::warnings(headers, &signature),
            refusals: Vec::new(),
            signature,
            key,
        })
    }

    fn ask(&mut self, signature: &Signature) -> Result<KeyId, Reason> {
        let name =
            signature.selector.under_domainkey(&signature.domain).map_err(|_| Reason::KeyName)?;
        if let Some(asked) = self.questions.iter().find(|q| q.question.name == name) {
            return Ok(asked.id);
        }
        let id = KeyId(self.slots.len());
        let question = Question::new(name, Kind::Txt);
        self.questions.push(KeyQuestion { id, question });
        self.slots.push(KeySlot::default());
        Ok(id)
    }

    fn key_of(&self, open: &Open) -> Option<Result<&KeySet, &Reason>> {
        self.slots.get(open.key.0)?.state()
    }
}
