//! The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677): it never sees the password.

use super::{Exchange, State, Step, name};
use crate::sasl::scram::{Hash, Nonce, attribute, hmac_sha256, salted_password, sha256, xor};
use crate::sasl::{Mechanism, SaslError};
use crate::value::ChannelBindings;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use postrider_core::{SafeText, Secret};
use std::fmt;
use std::num::NonZeroU32;

/// What a server keeps of a user's password (RFC 5802 §3). It proves the server to the client and
/// lets it judge a proof; it does not tell the password.
#[derive(Clone, PartialEq, Eq)]
pub struct ScramSecret {
    salt: Box<[u8]>,
    iterations: NonZeroU32,
    stored_key: Hash,
    server_key: Hash,
}

impl ScramSecret {
    /// What is kept of a password.
    #[must_use]
    pub fn from_password(password: &Secret<String>, salt: &[u8], iterations: NonZeroU32) -> Self {
        let salted = salted_password(password, salt, iterations);
        let client_key = Secret::new(hmac_sha256(salted.expose(), b"Client Key"));
        let stored_key = sha256(client_key.expose());
        let server_key = hmac_sha256(salted.expose(), b"Server Key");
        Self { salt: salt.into(), iterations, stored_key, server_key }
    }
}

impl fmt::Debug for ScramSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScramSecret").field("iterations", &self.iterations).finish_non_exhaustive()
    }
}

/// What an exchange can be bound to, and whether the client was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Channel {
    pub(super) bindings: ChannelBindings,
    /// EHLO listed the mechanism with channel binding.
    pub(super) plus_offered: bool,
}

/// An exchange before its second message.
#[derive(Clone, Debug)]
pub(super) struct First {
    pub(super) mechanism: Mechanism,
    pub(super) channel: Channel,
}

/// A user whose secret is wanted.
#[derive(Clone, Debug)]
pub struct LookUp {
    mechanism: Mechanism,
    user: SafeText,
    authorization: Option<SafeText>,
    /// `gs2-header` with its channel binding data: what `c=` must say.
    bound: Vec<u8>,
    bare: String,
    nonce: String,
}

/// An exchange before its last message.
#[derive(Clone, Debug)]
pub(super) struct Last {
    look_up: LookUp,
    secret: ScramSecret,
    server_first: String,
    nonce: String,
}

impl First {
    /// `client-first-message = gs2-header client-first-message-bare`
    pub(super) fn take(self, message: &[u8]) -> Result<Step, SaslError> {
        let mechanism = self.mechanism;
        let bad = |expected| SaslError::Malformed { mechanism, expected };
        let text = std::str::from_utf8(message).map_err(|_| bad("UTF-8"))?;
        let mut parts = text.splitn(3, ',');
        let (Some(flag), Some(whom), Some(bare)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(bad("a GS2 header"));
        };
        let data = self.binding(flag)?;
        let authorization = match whom {
            "" => None,
            whom => {
                let whom = attribute(Some(whom), 'a').ok_or_else(|| bad("a="))?;
                Some(saslname(mechanism, whom)?)
            }
        };
        let mut attributes = bare.split(',');
        let user = attribute(attributes.next(), 'n').ok_or_else(|| bad("n="))?;
        let user = saslname(mechanism, user)?;
        let nonce = attribute(attributes.next(), 'r').filter(|r| !r.is_empty());
        let nonce = nonce.ok_or_else(|| bad("a nonce"))?.to_owned();
        let mut bound = format!("{flag},{whom},").into_bytes();
        bound.extend_from_slice(&data);
        let bare = bare.to_owned();
        Ok(Step::LookUp(Box::new(LookUp { mechanism, user, authorization, bound, bare, nonce })))
    }

    /// RFC 5802 §6: what the client says of channel binding fits what it was offered.
    fn binding(&self, flag: &str) -> Result<Box<[u8]>, SaslError> {
        let bindings = &self.channel.bindings;
        let data = match (self.mechanism, flag) {
            (Mechanism::ScramSha256Plus, "p=tls-exporter") => bindings.exporter.clone(),
            (Mechanism::ScramSha256Plus, "p=tls-server-end-point") => bindings.end_point.clone(),
            (Mechanism::ScramSha256, "n") => Some(Box::default()),
            // The client can bind and was not offered it: if it was, somebody stands between.
            (Mechanism::ScramSha256, "y") if !self.channel.plus_offered => Some(Box::default()),
            _ => None,
        };
        data.ok_or(SaslError::Binding)
    }
}

impl LookUp {
    /// Whose secret is wanted.
    #[must_use]
    pub const fn user(&self) -> &SafeText {
        &self.user
    }

    /// Whom to act for, if that is somebody else.
    #[must_use]
    pub const fn authorization(&self) -> Option<&SafeText> {
        self.authorization.as_ref()
    }

    /// Goes on with the user's secret. `nonce` must be fresh and not to be guessed.
    #[must_use]
    pub fn found(self, secret: ScramSecret, nonce: &Nonce) -> Step {
        let nonce = format!("{}{}", self.nonce, nonce.as_str());
        let salt = STANDARD.encode(&secret.salt);
        let server_first = format!("r={nonce},s={salt},i={}", secret.iterations);
        let prompt = server_first.clone();
        State::ScramLast(Box::new(Last { look_up: self, secret, server_first, nonce })).ask(&prompt)
    }
}

impl Last {
    /// `client-final-message = channel-binding "," nonce ["," extensions] "," proof`
    pub(super) fn take(self, message: &[u8]) -> Result<Step, SaslError> {
        let mechanism = self.look_up.mechanism;
        let bad = |expected| SaslError::Malformed { mechanism, expected };
        let text = std::str::from_utf8(message).map_err(|_| bad("UTF-8"))?;
        let (without_proof, proof) = text.rsplit_once(",p=").ok_or_else(|| bad("a proof"))?;
        let proof = STANDARD.decode(proof).ok().and_then(|p| Hash::try_from(p).ok());
        let proof = proof.ok_or_else(|| bad("a proof"))?;
        let mut attributes = without_proof.split(',');
        let bound = attribute(attributes.next(), 'c').and_then(|c| STANDARD.decode(c).ok());
        if bound.as_ref() != Some(&self.look_up.bound) {
            return Err(SaslError::Binding);
        }
        if attribute(attributes.next(), 'r') != Some(&self.nonce) {
            return Err(bad("our nonce"));
        }
        let auth = format!("{},{},{without_proof}", self.look_up.bare, self.server_first);
        let signature = hmac_sha256(&self.secret.stored_key, auth.as_bytes());
        let shown = sha256(&xor(&proof, &signature));
        // The time this takes does not depend on where they differ.
        let differ = xor(&shown, &self.secret.stored_key).iter().fold(0, |all, b| all | b);
        if differ != 0 {
            return Err(SaslError::ClientUnproven);
        }
        let verifier = STANDARD.encode(hmac_sha256(&self.secret.server_key, auth.as_bytes()));
        let LookUp { user, authorization, .. } = self.look_up;
        // RFC 4954 §4: data with success goes in one more challenge, and its answer is empty.
        let prompt = format!("v={verifier}");
        Ok(State::ScramProven { mechanism, user, authorization }.ask(&prompt))
    }
}

/// RFC 5802 §5.1: `=2C` and `=3D` stand for what would separate; any other `=` is an error.
fn saslname(mechanism: Mechanism, text: &str) -> Result<SafeText, SaslError> {
    let rest = text.replace("=2C", "").replace("=3D", "");
    let expected = "=2C or =3D in a name";
    if rest.contains('=') {
        return Err(SaslError::Malformed { mechanism, expected });
    }
    name(mechanism, text.replace("=2C", ",").replace("=3D", "=").as_bytes())
}

impl Exchange {
    pub(super) fn scram(mechanism: Mechanism, channel: Channel) -> State {
        State::ScramFirst(Box::new(First { mechanism, channel }))
    }
}
