//! The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), with the server made to prove itself.

use crate::sasl::scram::{
    Hash, MAX_ITERATIONS, MIN_ITERATIONS, Nonce, attribute, hmac_sha256, salted_password, sha256,
    write_name, xor,
};
use crate::sasl::{Credentials, Mechanism, SaslError};
use crate::value::ChannelBindings;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postrider_core::Secret;
use std::num::NonZeroU32;

/// What an exchange is bound to (RFC 5802 §6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Binding {
    /// `n`: the client cannot bind, or does not want to.
    None,
    /// `y`: the client could and the server does not offer it. A server that did offer it sees that
    /// somebody took the offer away, and refuses.
    NotOffered,
    /// `p`: bound to this.
    To { kind: &'static str, data: Box<[u8]> },
}

/// An exchange.
#[derive(Clone, Debug)]
pub(super) struct Scram {
    mechanism: Mechanism,
    credentials: Credentials,
    binding: Binding,
    nonce: Nonce,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Begun,
    Asked,
    /// The server must show this signature.
    Answered(Hash),
    Proven,
}

impl Binding {
    /// The best that TLS gives: `tls-exporter` (RFC 9266), then `tls-server-end-point` (RFC 5929).
    pub(super) fn best(bindings: &ChannelBindings) -> Option<Self> {
        let exporter = bindings.exporter.iter().map(|data| ("tls-exporter", data));
        let end_point = bindings.end_point.iter().map(|data| ("tls-server-end-point", data));
        let (kind, data) = exporter.chain(end_point).next()?;
        Some(Self::To { kind, data: data.clone() })
    }
}

impl Scram {
    pub(super) const fn new(
        mechanism: Mechanism,
        credentials: Credentials,
        binding: Binding,
        nonce: Nonce,
    ) -> Self {
        Self { mechanism, credentials, binding, nonce, state: State::Begun }
    }

    /// Whether the server has proven that it knows the password.
    pub(super) const fn is_proven(&self) -> bool {
        matches!(self.state, State::Proven)
    }

    pub(super) const fn has_begun(&self) -> bool {
        !matches!(self.state, State::Begun)
    }

    /// `client-first-message = gs2-header client-first-message-bare`
    pub(super) fn first(&mut self) -> Secret<Vec<u8>> {
        self.state = State::Asked;
        Secret::new(format!("{}{}", self.gs2_header(), self.first_bare()).into_bytes())
    }

    /// Answers the server's message.
    pub(super) fn answer(&mut self, message: &[u8]) -> Result<Secret<Vec<u8>>, SaslError> {
        let message = std::str::from_utf8(message).map_err(|_| self.malformed("UTF-8"))?;
        match self.state {
            State::Begun => Ok(self.first()),
            State::Asked => self.prove(message),
            State::Answered(signature) => self.check(message, &signature),
            State::Proven => Err(SaslError::Unexpected { mechanism: self.mechanism }),
        }
    }

    /// `gs2-header = gs2-cbind-flag "," [ authzid ] ","`
    fn gs2_header(&self) -> String {
        let flag = match &self.binding {
            Binding::None => "n".to_owned(),
            Binding::NotOffered => "y".to_owned(),
            Binding::To { kind, .. } => format!("p={kind}"),
        };
        let whom = self.credentials.authorization.as_ref();
        let whom = whom.map(|whom| format!("a={}", write_name(whom.as_str())));
        format!("{flag},{},", whom.unwrap_or_default())
    }

    fn first_bare(&self) -> String {
        format!("n={},r={}", write_name(self.credentials.user.as_str()), self.nonce.as_str())
    }

    /// `server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]`
    fn prove(&mut self, server_first: &str) -> Result<Secret<Vec<u8>>, SaslError> {
        let mut parts = server_first.split(',');
        let nonce = attribute(parts.next(), 'r').ok_or_else(|| self.malformed("a nonce"))?;
        // RFC 5802 §5.1: "The client MUST verify that the initial part of the nonce used in subsequent
        // messages is the same as the nonce it initially specified."
        let added = nonce.strip_prefix(self.nonce.as_str()).filter(|added| !added.is_empty());
        added.ok_or_else(|| self.malformed("our nonce and more"))?;
        let salt = attribute(parts.next(), 's').and_then(|s| STANDARD.decode(s).ok());
        let salt = salt.ok_or_else(|| self.malformed("a salt"))?;
        let count = attribute(parts.next(), 'i').and_then(|i| i.parse::<u32>().ok());
        let count = count.ok_or_else(|| self.malformed("an iteration count"))?;
        let iterations = NonZeroU32::new(count)
            .filter(|_| (MIN_ITERATIONS..=MAX_ITERATIONS).contains(&count))
            .ok_or(SaslError::Iterations { count })?;
        let mut bound = self.gs2_header().into_bytes();
        if let Binding::To { data, .. } = &self.binding {
            bound.extend_from_slice(data);
        }
        let without_proof = format!("c={},r={nonce}", STANDARD.encode(bound));
        let auth = format!("{},{server_first},{without_proof}", self.first_bare());
        let salted = salted_password(&self.credentials.password, &salt, iterations);
        let client_key = Secret::new(hmac_sha256(salted.expose(), b"Client Key"));
        let signature = hmac_sha256(&sha256(client_key.expose()), auth.as_bytes());
        let proof = xor(client_key.expose(), &signature);
        let server_key = hmac_sha256(salted.expose(), b"Server Key");
        self.state = State::Answered(hmac_sha256(&server_key, auth.as_bytes()));
        Ok(Secret::new(format!("{without_proof},p={}", STANDARD.encode(proof)).into_bytes()))
    }

    /// `server-final-message = (server-error / verifier) ["," extensions]`
    fn check(
        &mut self,
        server_final: &str,
        signature: &Hash,
    ) -> Result<Secret<Vec<u8>>, SaslError> {
        let shown = attribute(server_final.split(',').next(), 'v');
        let shown = shown.and_then(|v| STANDARD.decode(v).ok());
        // Who is told the outcome of this comparison is the server that has the secret or has it not.
        if shown.as_deref() != Some(signature) {
            return Err(SaslError::ServerUnproven);
        }
        self.state = State::Proven;
        // RFC 4954 §4: data with success goes in one more challenge, and its answer is empty.
        Ok(Secret::new(Vec::new()))
    }

    const fn malformed(&self, expected: &'static str) -> SaslError {
        SaslError::Malformed { mechanism: self.mechanism, expected }
    }
}
