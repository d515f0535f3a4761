//! A message while it streams in: its header is held, its body goes to the spool and through the
//! signer or verifier chunk by chunk, never whole in memory.

use super::begin::{self, Refusal};
use crate::config::SigningKey as ConfiguredKey;
use postrider_core::{DomainName, Id, UnixTime};
use postrider_dkim::{Policy, SignRequest, Signer, SigningKey, Verifier};
use postrider_message::{
    AuthservId, Framer, Framing, HeaderBlock, Limits, MessageId, author_domains, forged,
    missing_fields,
};
use postrider_spool::Draft;
use std::sync::Arc;

/// What is done with a message beside keeping it.
#[derive(Debug)]
pub(super) enum Job {
    /// From another server: signatures are verified, forged results removed.
    Verify(Policy),
    /// From a user: missing fields are added, keys of the author's domain sign.
    Sign(Vec<ConfiguredKey>),
}

/// The message so far.
pub(super) struct Intake<D> {
    framer: Framer,
    draft: D,
    job: Job,
    hostname: DomainName,
    id: Id,
    now: UnixTime,
    work: Work,
    /// The header as it is kept, once it is complete.
    header: Option<Vec<u8>>,
    /// Fields that go on top of the header, signed with it.
    added: Vec<u8>,
    removed: usize,
    octets: u64,
    fault: Option<Refusal>,
}

enum Work {
    None,
    Verify(Box<Verifier>),
    Sign(Box<Signer>),
    Unsigned(String),
}

/// The message at its end.
pub(super) struct Taken<D> {
    pub(super) draft: D,
    /// The header as it came.
    pub(super) header: Vec<u8>,
    /// Fields to put on top.
    pub(super) added: Vec<u8>,
    /// Authentication-Results in our name that were removed.
    pub(super) removed: usize,
    /// Octets as they came.
    pub(super) octets: u64,
    pub(super) work: Done,
}

/// What came of the signer or verifier.
pub(super) enum Done {
    Verify(Box<Verifier>),
    Sign(Box<Signer>),
    Unsigned(String),
}

impl<D: Draft> Intake<D> {
    pub(super) fn new(draft: D, job: Job, hostname: DomainName, now: UnixTime) -> Self {
        let id = draft.id();
        Self {
            framer: Framer::new(Limits::DEFAULT),
            draft,
            job,
            hostname,
            id,
            now,
            work: Work::None,
            header: None,
            added: Vec::new(),
            removed: 0,
            octets: 0,
            fault: None,
        }
    }

    /// Takes the next octets. A fault is kept for the end: the client listens only then.
    pub(super) async fn push(&mut self, chunk: &[u8]) {
        self.octets = self.octets.saturating_add(u64::try_from(chunk.len()).unwrap_or(u64::MAX));
        if self.fault.is_some() {
            return;
        }
        match self.framer.push(chunk) {
            Ok(Framing::Header) => {}
            Ok(Framing::Split { body }) => {
                self.open_header().await;
                if self.fault.is_none() {
                    self.body(body).await;
                }
            }
            Ok(Framing::Body(body)) => self.body(body).await,
            Err(e) => {
                self.fault = Some(Refusal::new(
                    "header-size",
                    "554 5.6.0 message header too large",
                    e.to_string(),
                ));
            }
        }
    }

    async fn body(&mut self, chunk: &[u8]) {
        match &mut self.work {
            Work::Verify(verifier) => verifier.body(chunk),
            Work::Sign(signer) => signer.body(chunk),
            Work::None | Work::Unsigned(_) => {}
        }
        self.write(chunk).await;
    }

    async fn write(&mut self, octets: &[u8]) {
        if let Err(e) = self.draft.write(octets).await {
            self.fault.get_or_insert_with(|| begin::spool_error(&e));
        }
    }

    /// The header is complete: it can be judged or signed, changed, and written.
    async fn open_header(&mut self) {
        let raw = self.framer.header().to_vec();
        // Nobody but us may write what our fields on top of it say.
        if matches!(raw.as_slice(), [b' ' | b'\t', ..]) {
            self.fault = Some(Refusal::new(
                "header-start",
                "554 5.6.0 message begins with a continuation line",
                "the first line begins with white space: it would continue the field put above it",
            ));
            return;
        }
        let (block, _) = HeaderBlock::parse(&raw);
        let kept = match &self.job {
            Job::Verify(policy) => {
                self.work = Work::Verify(Box::new(Verifier::new(policy, &block, self.now)));
                let ours = forged(&block, &AuthservId::from(&self.hostname));
                self.removed = ours.len();
                block.without(&ours)
            }
            Job::Sign(keys) => {
                // RFC 6409 §8: a submission server may add what is missing.
                let id = MessageId::new(&self.id, &self.hostname);
                self.added = missing_fields(&block, self.now, &id);
                let whole = [self.added.as_slice(), &raw].concat();
                let (block, _) = HeaderBlock::parse(&whole);
                self.work = sign(keys, &block, self.now);
                raw.clone()
            }
        };
        self.header = Some(raw);
        self.write(&kept).await;
    }

    /// The end of data. A message without an empty line is all header.
    pub(super) async fn finish(mut self) -> Result<Taken<D>, Refusal> {
        if self.header.is_none() && self.fault.is_none() {
            self.open_header().await;
        }
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let work = match self.work {
            Work::Verify(verifier) => Done::Verify(verifier),
            Work::Sign(signer) => Done::Sign(signer),
            Work::Unsigned(why) => Done::Unsigned(why),
            Work::None => Done::Unsigned("there was no header to judge".to_owned()),
        };
        Ok(Taken {
            draft: self.draft,
            header: self.header.unwrap_or_default(),
            added: self.added,
            removed: self.removed,
            octets: self.octets,
            work,
        })
    }
}

/// The keys of the author's domain, or of a domain above it, sign.
fn sign(keys: &[ConfiguredKey], block: &HeaderBlock<'_>, now: UnixTime) -> Work {
    let authors = author_domains(block);
    let [author] = authors.domains.as_slice() else {
        return Work::Unsigned("the message has not exactly one author domain".to_owned());
    };
    let requests: Vec<SignRequest> = keys
        .iter()
        .filter(|k| author.is_at_or_under(&k.domain))
        .map(|k| {
            let key: Arc<dyn SigningKey> = k.key.clone();
            SignRequest::new(k.domain.clone(), k.selector.clone(), key)
        })
        .collect();
    if requests.is_empty() {
        return Work::Unsigned(format!("no key signs for {author}"));
    }
    match Signer::new(requests, block, now) {
        Ok(signer) => Work::Sign(Box::new(signer)),
        Err(e) => Work::Unsigned(e.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postrider_spool::{Envelope, SpoolError, TopFields};

    /// A draft that remembers what was written.
    struct Kept(Vec<u8>);

    impl Draft for Kept {
        fn id(&self) -> Id {
            "D21JJQD838RB".parse().unwrap()
        }

        async fn write(&mut self, chunk: &[u8]) -> Result<(), SpoolError> {
            self.0.extend_from_slice(chunk);
            Ok(())
        }

        fn prepend(&mut self, _: TopFields) {}

        async fn commit(self, _: Envelope) -> Result<Id, SpoolError> {
            Ok(self.id())
        }
    }

    async fn take(job: Job, message: &[u8]) -> Result<Taken<Kept>, Refusal> {
        let host = DomainName::parse("mx.example").unwrap();
        let now = UnixTime::from_secs(1_795_508_500);
        let mut intake = Intake::new(Kept(Vec::new()), job, host, now);
        for octet in message {
            intake.push(std::slice::from_ref(octet)).await;
        }
        intake.finish().await
    }

    #[tokio::test]
    async fn a_first_line_that_would_continue_our_fields_is_refused() {
        for start in [" ; dkim=pass header.d=bank.example", "\t; spf=pass"] {
            for end in ["", "\r\n", "\r\n\r\nbody\r\n", "\r\nFrom: a@b.example\r\n\r\nbody\r\n"] {
                let message = format!("{start}{end}");
                let verify = take(Job::Verify(Policy::default()), message.as_bytes()).await;
                let sign = take(Job::Sign(Vec::new()), message.as_bytes()).await;
                let refusals = [verify.err().unwrap(), sign.err().unwrap()];
                assert!(
                    refusals.iter().all(|r| format!("{r:?}").contains("header-start")),
                    "{message:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn results_in_our_name_are_removed_and_the_rest_kept() {
        let message = "Authentication-Results: mx.example; spf=pass\r\nSubject: x\r\n\r\nbody\r\n";
        let taken = take(Job::Verify(Policy::default()), message.as_bytes()).await.ok().unwrap();
        assert_eq!(taken.removed, 1);
        assert_eq!(taken.draft.0, b"Subject: x\r\n\r\nbody\r\n");
    }
}
