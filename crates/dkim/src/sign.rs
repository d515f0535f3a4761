//! Signing a message while it streams (RFC 6376 §5).

mod field;
mod pending;
mod request;
mod select;

pub use pending::PendingSignature;
pub use request::{BodyCoverage, SignError, SignRequest};
pub use select::{BadFieldName, HeaderSelection};

use request::Copies;
use select::Label;

use crate::body_hash::{BodyDigests, BodyHasher};
use crate::copied;
use crate::header_input;
use crate::key::SigningKey;
use field::FieldText;
use postrider_core::UnixTime;
use postrider_message::HeaderBlock;
use std::sync::Arc;

/// Signs a message with any number of keys in one pass, without I/O.
///
/// 1. [`new`](Self::new) with the header, which can go afterwards.
/// 2. The body streams through [`body`](Self::body), in any pieces.
/// 3. [`finish`](Self::finish) gives one `DKIM-Signature` field per request, to be put on top; or
///    [`to_sign`](Self::to_sign) gives what a token or service elsewhere has to sign.
///
/// Header and body must be the octets that go onto the wire, their lines ending in CRLF. RFC 6376
/// §5.3: "bare CR or LF characters [...] MUST be converted to the SMTP-standard CRLF sequence before
/// the message is signed"; nothing is converted here.
///
/// ```
/// use postrider_core::{DomainName, UnixTime};
/// use postrider_dkim::{PrivateKey, Selector, SignRequest, Signer};
/// use postrider_message::HeaderBlock;
/// use std::sync::Arc;
///
/// let key = Arc::new(PrivateKey::from_ed25519_seed(&[7; 32])?);
/// let request = SignRequest::new(DomainName::parse("example.org")?, Selector::parse("m1")?, key);
/// let (headers, _) = HeaderBlock::parse(b"From: ann@example.org\r\nSubject: hi\r\n\r\n");
/// let mut signer = Signer::new(vec![request], &headers, UnixTime::from_secs(1_795_508_500))?;
/// signer.body(b"Hello\r\n");
/// let field = signer.finish()?.remove(0);
/// assert!(field.starts_with(b"DKIM-Signature: v=1; a=ed25519-sha256;"));
/// assert!(field.ends_with(b"\r\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Signer {
    jobs: Vec<Job>,
    body: BodyHasher,
    now: UnixTime,
}

/// One signature to be made.
#[derive(Debug)]
struct Job {
    request: SignRequest,
    /// The names of `h=`.
    names: Vec<Label>,
    /// The canonical fields that they select.
    fields: Vec<u8>,
    /// The entries of `z=`.
    copied: Vec<String>,
}

impl Signer {
    /// Reads the header. `now` is `t=`, and what `x=` counts from.
    ///
    /// # Errors
    /// [`SignError`]: a message without exactly one From field is not signed, nor is one whose header
    /// is beyond the limits, nor with a request that contradicts itself.
    pub fn new(
        requests: Vec<SignRequest>,
        headers: &HeaderBlock<'_>,
        now: UnixTime,
    ) -> Result<Self, SignError> {
        if !headers.is_complete() {
            return Err(SignError::HeaderTooLarge);
        }
        if matches!(headers.raw(), [b' ' | b'\t', ..]) {
            return Err(SignError::Continuation);
        }
        match headers.all("From").count() {
            1 => {}
            0 => return Err(SignError::NoFrom),
            count => return Err(SignError::ManyFrom { count }),
        }
        let mut body = BodyHasher::default();
        let mut jobs = Vec::with_capacity(requests.len());
        for request in requests {
            request.check()?;
            let names = request.selection.names(headers);
            if !names.iter().any(|n| n.eq_ignore_ascii_case("from")) {
                return Err(SignError::FromNotSigned);
            }
            let form = request.canonicalization;
            let octets = names.iter().map(|n| n.as_bytes());
            let fields = header_input::of_fields(form.header, headers, octets, None);
            body.want(form.body, request.coverage.length());
            let copied = match request.copies {
                Copies::Omitted => Vec::new(),
                Copies::Written => {
                    let octets = names.iter().map(|n| n.as_bytes());
                    copied::write(&header_input::select(headers, octets, None))
                }
            };
            jobs.push(Job { request, names, fields, copied });
        }
        Ok(Self { jobs, body, now })
    }

    /// Takes the next octets of the body.
    pub fn body(&mut self, chunk: &[u8]) {
        self.body.update(chunk);
    }

    /// Ends the message: one pending signature per request, in their order.
    ///
    /// # Errors
    /// [`SignError::LengthBeyondBody`]
    pub fn to_sign(self) -> Result<Vec<PendingSignature>, SignError> {
        let (body, now) = (self.body.finish(), self.now);
        let jobs = self.jobs.into_iter();
        jobs.map(|job| job.pending(&body, now).map(|(_, pending)| pending)).collect()
    }

    /// Ends the message and signs: one whole `DKIM-Signature` field per request, with its CRLF, in
    /// the order of the requests.
    ///
    /// # Errors
    /// [`SignError`], also when a request has no key of its own.
    pub fn finish(self) -> Result<Vec<Vec<u8>>, SignError> {
        let (body, now) = (self.body.finish(), self.now);
        let sign = |job: Job| {
            let (key, pending) = job.pending(&body, now)?;
            let key = key.ok_or(SignError::NoKey)?;
            let signature = key.sign(pending.input()).map_err(SignError::Key)?;
            Ok(pending.complete(&signature))
        };
        self.jobs.into_iter().map(sign).collect()
    }
}

type HeldKey = Option<Arc<dyn SigningKey>>;

impl Job {
    /// Writes the field up to the value of `b=`, and completes the octets to be signed.
    fn pending(
        mut self,
        body: &BodyDigests,
        now: UnixTime,
    ) -> Result<(HeldKey, PendingSignature), SignError> {
        let form = self.request.canonicalization;
        let asked = self.request.coverage.length();
        let found = body.get(form.body, asked);
        let total = found.map_or(0, |d| d.total);
        let hash = found.and_then(|d| d.digest).ok_or_else(|| SignError::LengthBeyondBody {
            length: asked.unwrap_or_default(),
            total,
        })?;
        let text = FieldText {
            request: &self.request,
            names: &self.names,
            length: self.request.coverage.tag(total),
            body_hash: &hash,
            copied: &self.copied,
            now,
        };
        let field = text.write();
        let (name, value) = field::split(&field);
        header_input::push_own(form.header, name, value, &mut self.fields);
        let pending = PendingSignature::new(&self.request, self.fields, field);
        Ok((self.request.key, pending))
    }
}
