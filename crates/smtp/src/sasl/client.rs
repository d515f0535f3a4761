//! The client's side of an exchange.

use super::line::{decode, encode};
use super::{Credentials, Mechanism, SaslError};
use postrider_core::Secret;

/// An exchange with the credentials it will show.
#[derive(Clone, Debug)]
pub struct Exchange {
    mechanism: Mechanism,
    credentials: Credentials,
    sent: Sent,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Nothing,
    User,
    Everything,
}

impl Mechanism {
    /// The first of `wanted` that the server offers: the client's order counts, never the server's.
    #[must_use]
    pub fn choose(wanted: &[Self], offered: &[Self]) -> Option<Self> {
        wanted.iter().copied().find(|m| offered.contains(m))
    }
}

impl Exchange {
    /// An exchange that has not begun.
    #[must_use]
    pub const fn new(mechanism: Mechanism, credentials: Credentials) -> Self {
        Self { mechanism, credentials, sent: Sent::Nothing }
    }

    /// Which mechanism this is.
    #[must_use]
    pub const fn mechanism(&self) -> Mechanism {
        self.mechanism
    }

    /// The initial response, not yet encoded, for mechanisms where the client speaks first (RFC 4954
    /// §4).
    ///
    /// LOGIN has none: its servers differ in whether they take a name there.
    pub fn initial(&mut self) -> Option<Secret<Vec<u8>>> {
        match (self.mechanism, self.sent) {
            (Mechanism::Plain, Sent::Nothing) => {
                self.sent = Sent::Everything;
                Some(self.plain())
            }
            _ => None,
        }
    }

    /// Answers a challenge, which is the text of a `334` reply, with a line in base64.
    ///
    /// # Errors
    /// [`SaslError`] when the challenge is no base64, or when there is nothing left to say; the
    /// client then cancels with `*`.
    pub fn respond(&mut self, challenge: &[u8]) -> Result<Secret<String>, SaslError> {
        // The prompts of LOGIN are for people and differ between servers; only their number counts.
        decode(challenge)?;
        let (sent, line) = match (self.mechanism, self.sent) {
            (Mechanism::Plain, Sent::Nothing) => (Sent::Everything, encode(self.plain().expose())),
            (Mechanism::Login, Sent::Nothing) => {
                let user = self.credentials.user.as_str();
                (Sent::User, encode(user.as_bytes()))
            }
            (Mechanism::Login, Sent::User) => {
                let password = self.credentials.password.expose();
                (Sent::Everything, encode(password.as_bytes()))
            }
            (mechanism, _) => return Err(SaslError::Unexpected { mechanism }),
        };
        self.sent = sent;
        Ok(line)
    }

    /// RFC 4616 §2: `message = [authzid] UTF8NUL authcid UTF8NUL passwd`.
    fn plain(&self) -> Secret<Vec<u8>> {
        let Credentials { authorization, user, password } = &self.credentials;
        let authorization = authorization.as_ref().map_or("", |a| a.as_str());
        let parts = [authorization, user.as_str(), password.expose()];
        Secret::new(parts.join("\0").into_bytes())
    }
}
