//! From evidence to verdict.

use super::keys::{self, KeySet, KeySlot};
use super::{Entry, Open, State};
use crate::algorithm::KeyType;
use crate::body_hash::{BodyDigest, BodyDigests};
use crate::diagnose::header::HeaderEvidence;
use crate::diagnose::{HeaderDiagnosis, ProbeDigests};
use crate::key::{PublicKey, SigningInput};
use crate::policy::{Policy, TestingKey};
use crate::reason::{Reason, Warning};
use crate::record::KeyRecord;
use crate::signature::{Claims, Signature};
use crate::verdict::{BodyHashes, Coverage, KeyFacts, Verdict};
use postrider_message::HeaderBlock;

/// All that is known when the message has been read.
pub(super) struct Judge<'v> {
    pub(super) policy: &'v Policy,
    pub(super) slots: &'v [KeySlot],
    pub(super) body: &'v BodyDigests,
    pub(super) probes: &'v ProbeDigests,
    /// The header's octets; none if nothing shall be explained.
    pub(super) header: &'v [u8],
}

impl Judge<'_> {
    pub(super) fn verdict(&self, entry: Entry) -> Verdict {
        match entry.state {
            State::Settled(reason, claims) => settled(entry.field, reason, claims),
            State::Open(open) => self.open(entry.field, &open),
        }
    }

    fn open(&self, field: usize, open: &Open) -> Verdict {
        let mut verdict = described(field, open);
        if let Some(slot) = self.slots.get(open.key.0) {
            verdict.key_records.clone_from(&slot.texts);
        }
        match self.evaluate(open, &mut verdict) {
            Ok(()) => {}
            Err(reason) => {
                verdict.result = reason.result();
                verdict.why = reason;
            }
        }
        verdict
    }

    /// `Ok` is pass. What the protocol refuses comes first, then what cryptography refuses, then
    /// what local policy refuses; so `policy` always means that the signature itself holds.
    fn evaluate(&self, open: &Open, verdict: &mut Verdict) -> Result<(), Reason> {
        let signature = &open.signature;
        let set = self.key_set(open)?;
        let usable = keys::usable(set, signature)?;
        if set.others > 0 {
            verdict.warnings.push(Warning::OtherRecords { count: set.others });
        }
        let body = self.check_body(signature, verdict)?;
        let (record, key, headers_hold) = choose(&usable, open).ok_or(Reason::NoKeyRecord)?;
        verdict.key = Some(facts(set, record, key));
        if !body.agree() {
            verdict.diagnosis = self.probes.explain(signature);
        }
        if !headers_hold {
            verdict.header_diagnosis = self.explain_header(verdict.field, open, &usable);
        }
        match (headers_hold, body.agree()) {
            (true, true) => {}
            (true, false) => return Err(Reason::BodyChanged),
            (false, true) => return Err(Reason::HeadersChanged),
            (false, false) => return Err(Reason::BothChanged),
        }
        let refusals = self.refusals(open, verdict, record, key);
        self.apply(refusals, verdict)
    }

    fn explain_header(&self, own: usize, open: &Open, keys: &[Usable<'_>]) -> Vec<HeaderDiagnosis> {
        let (headers, _) = HeaderBlock::parse(self.header);
        let evidence = HeaderEvidence { headers: &headers, own, signature: &open.signature };
        // With other limits than those of the caller there may be other fields.
        let is_same = headers.is_complete() && !self.header.is_empty();
        let verifies = |input: &SigningInput| {
            keys.iter().any(|(_, key)| key.verifies(input, &open.signature.signature))
        };
        if is_same { evidence.explain(&verifies) } else { Vec::new() }
    }

    /// A look-up that failed is not worth another try if the signature is refused anyway.
    fn key_set(&self, open: &Open) -> Result<&KeySet, Reason> {
        let slot = self.slots.get(open.key.0).and_then(KeySlot::state);
        let reason = match slot {
            Some(Ok(set)) => return Ok(set),
            Some(Err(reason)) => reason.clone(),
            None => Reason::NotAsked,
        };
        let refused = open.refusals.iter().find(|r| !self.policy.allows(r));
        match (&reason, refused) {
            (Reason::Lookup(_) | Reason::NotAsked, Some(refused)) => Err(refused.clone()),
            _ => Err(reason),
        }
    }

    fn check_body(&self, sig: &Signature, verdict: &mut Verdict) -> Result<BodyHashes, Reason> {
        let found = self.body.get(sig.canonicalization.body, sig.length);
        let BodyDigest { total, digest } = found.unwrap_or(BodyDigest { total: 0, digest: None });
        if let Some(coverage) = &mut verdict.coverage {
            coverage.body_octets = Some(total);
        }
        // RFC 6376 §3.5: "the value of the "l=" tag MUST NOT be greater than the number of octets in
        // the entire message body".
        let computed = digest.ok_or_else(|| Reason::LengthBeyondBody {
            signed: sig.length.unwrap_or_default(),
            total,
        })?;
        let hashes = BodyHashes { expected: sig.body_hash, computed };
        verdict.body = Some(hashes);
        Ok(hashes)
    }

    /// All that local policy could say against a signature that holds.
    fn refusals(
        &self,
        open: &Open,
        verdict: &mut Verdict,
        record: &KeyRecord,
        key: &PublicKey,
    ) -> Vec<Reason> {
        let mut refusals = open.refusals.clone();
        if let Some(Coverage { signed_octets: Some(signed), body_octets: Some(total), .. }) =
            verdict.coverage
            && signed < total
        {
            refusals.push(Reason::PartialBody { signed, total });
        }
        let (bits, min) = (key.bits(), self.policy.min_rsa_bits);
        if key.key_type() == KeyType::Rsa && bits < min {
            refusals.push(Reason::WeakKey { bits, min });
        }
        if record.is_testing() {
            match self.policy.testing_key {
                TestingKey::Surface => verdict.warnings.push(Warning::TestingKey),
                TestingKey::AsUnsigned => refusals.push(Reason::TestingKey),
            }
        }
        refusals
    }

    fn apply(&self, refusals: Vec<Reason>, verdict: &mut Verdict) -> Result<(), Reason> {
        for reason in refusals {
            if !self.policy.allows(&reason) {
                return Err(reason);
            }
            verdict.warnings.push(Warning::Allowed(Box::new(reason)));
        }
        Ok(())
    }
}

/// A key record and its key, found fit for a signature.
type Usable<'k> = (&'k KeyRecord, &'k PublicKey);

/// The key that verifies the header, else the first that might have.
fn choose<'k>(
    usable: &[(&'k KeyRecord, &'k PublicKey)],
    open: &Open,
) -> Option<(&'k KeyRecord, &'k PublicKey, bool)> {
    let verifies =
        |(_, key): &&(&KeyRecord, &PublicKey)| key.verifies(&open.input, &open.signature.signature);
    let found = usable.iter().find(verifies);
    let (record, key) = found.or_else(|| usable.first())?;
    Some((record, key, found.is_some()))
}

fn facts(set: &KeySet, record: &KeyRecord, key: &PublicKey) -> KeyFacts {
    KeyFacts {
        key_type: key.key_type(),
        bits: key.bits(),
        testing: record.is_testing(),
        strict: record.is_strict(),
        authentic: set.authentic,
        ttl: set.ttl,
    }
}

fn settled(field: usize, why: Reason, claims: Claims) -> Verdict {
    Verdict {
        field,
        result: why.result(),
        why,
        domain: claims.domain,
        selector: claims.selector,
        identity: None,
        algorithm: None,
        canonicalization: None,
        b: None,
        signed_at: None,
        expires: None,
        key: None,
        key_records: Vec::new(),
        coverage: None,
        body: None,
        warnings: Vec::new(),
        diagnosis: None,
        header_diagnosis: Vec::new(),
    }
}

/// What the signature says of itself, as a verdict to be filled in.
fn described(field: usize, open: &Open) -> Verdict {
    let s = &open.signature;
    let names = s.signed_names.iter().map(|n| n.to_ascii_lowercase());
    let names: Vec<u8> = names.collect::<Vec<_>>().join(&b':');
    Verdict {
        field,
        result: Reason::Verified.result(),
        why: Reason::Verified,
        domain: Some(s.domain.clone()),
        selector: Some(s.selector.clone()),
        identity: Some(s.identity.clone()),
        algorithm: Some(s.algorithm),
        canonicalization: Some(s.canonicalization),
        b: Some(open.b.clone()),
        signed_at: s.signed_at,
        expires: s.expires,
        key: None,
        key_records: Vec::new(),
        coverage: Some(Coverage {
            names: String::from_utf8(names).unwrap_or_default(),
            signed_octets: s.length,
            body_octets: None,
        }),
        body: None,
        warnings: open.warnings.clone(),
        diagnosis: None,
        header_diagnosis: Vec::new(),
    }
}
