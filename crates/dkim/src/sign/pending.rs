//! A signature that lacks only its last value.

use super::field;
use super::request::SignRequest;
use crate::algorithm::Algorithm;
use crate::key::SigningInput;
use crate::selector::Selector;
use postrider_core::DomainName;

/// What a key elsewhere has to sign, and the field that waits for it.
#[derive(Clone, Debug)]
pub struct PendingSignature {
    algorithm: Algorithm,
    domain: DomainName,
    selector: Selector,
    input: SigningInput,
    field: Vec<u8>,
    width: usize,
}

impl PendingSignature {
    pub(super) fn new(request: &SignRequest, input: Vec<u8>, field: Vec<u8>) -> Self {
        Self {
            algorithm: request.algorithm,
            domain: request.domain.clone(),
            selector: request.selector.clone(),
            input: SigningInput::new(input),
            field,
            width: request.width,
        }
    }

    /// The algorithm to sign with.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `d=`
    #[must_use]
    pub const fn domain(&self) -> &DomainName {
        &self.domain
    }

    /// `s=`
    #[must_use]
    pub const fn selector(&self) -> &Selector {
        &self.selector
    }

    /// What to sign: the canonical octets and their SHA-256 digest.
    #[must_use]
    pub const fn input(&self) -> &SigningInput {
        &self.input
    }

    /// Takes the signature, and gives the whole `DKIM-Signature` field with its CRLF.
    #[must_use]
    pub fn complete(self, signature: &[u8]) -> Vec<u8> {
        let mut out = self.field;
        field::push_signature(signature, self.width, &mut out);
        out
    }
}
