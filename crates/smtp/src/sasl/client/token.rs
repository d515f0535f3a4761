//! The client's side of OAUTHBEARER (RFC 7628) and XOAUTH2.

use crate::sasl::scram::write_name;
use crate::sasl::{Mechanism, SaslError};
use postrider_core::{SafeText, Secret};

/// A user with an OAuth 2.0 bearer token (RFC 6750).
#[derive(Clone, Debug)]
pub struct BearerToken {
    user: SafeText,
    token: Secret<String>,
}

/// A token with octets that would end it early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bearer token holds something else than visible US-ASCII")]
pub struct BadToken;

impl BearerToken {
    /// Takes a token as the authorisation server gave it.
    ///
    /// # Errors
    /// [`BadToken`]
    pub fn new(user: SafeText, token: Secret<String>) -> Result<Self, BadToken> {
        let sound = token.expose().bytes().all(|b| b.is_ascii_graphic());
        if !sound || token.expose().is_empty() {
            return Err(BadToken);
        }
        Ok(Self { user, token })
    }

    /// The one message of the client.
    fn message(&self, mechanism: Mechanism) -> Secret<Vec<u8>> {
        let (user, token) = (self.user.as_str(), self.token.expose());
        let start = match mechanism == Mechanism::OAuthBearer {
            // RFC 7628 §3.1: client-resp = (gs2-header kvsep *kvpair kvsep) / kvsep
            true => format!("n,a={},", write_name(user)),
            false => format!("user={user}"),
        };
        Secret::new(format!("{start}\u{1}auth=Bearer {token}\u{1}\u{1}").into_bytes())
    }
}

/// An exchange.
#[derive(Clone, Debug)]
pub(super) struct Token {
    mechanism: Mechanism,
    token: BearerToken,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Nothing,
    Sent,
    /// The server said why not, and was answered.
    Refused,
}

impl Token {
    pub(super) const fn new(mechanism: Mechanism, token: BearerToken) -> Self {
        Self { mechanism, token, state: State::Nothing }
    }

    pub(super) fn first(&mut self) -> Option<Secret<Vec<u8>>> {
        (self.state == State::Nothing).then(|| {
            self.state = State::Sent;
            self.token.message(self.mechanism)
        })
    }

    pub(super) fn answer(&mut self) -> Result<Secret<Vec<u8>>, SaslError> {
        match self.state {
            State::Nothing => {
                self.state = State::Sent;
                Ok(self.token.message(self.mechanism))
            }
            // A challenge behind the token is an error in JSON. RFC 7628 §3.2.3: the client "MUST send a
            // dummy client response" of one %x01, and then the server fails the exchange.
            State::Sent => {
                self.state = State::Refused;
                let dummy = if self.mechanism == Mechanism::OAuthBearer { vec![1] } else { vec![] };
                Ok(Secret::new(dummy))
            }
            State::Refused => Err(SaslError::Unexpected { mechanism: self.mechanism }),
        }
    }
}
