//! The server's side of an exchange.

mod scram;

pub use scram::{LookUp, ScramSecret};

use super::line::{decode, encode};
use super::{Credentials, Mechanism, SaslError};
use crate::value::ChannelBindings;
use postrider_core::{SafeText, Secret};

/// A mechanism that waits for the client's next line.
#[derive(Clone, Debug)]
pub struct Exchange(State);

#[derive(Clone, Debug)]
enum State {
    ScramFirst(Box<scram::First>),
    ScramLast(Box<scram::Last>),
    /// Only the client's empty answer to the server's proof is missing.
    ScramProven {
        mechanism: Mechanism,
        user: SafeText,
        authorization: Option<SafeText>,
    },
    Plain,
    LoginUser,
    LoginPassword {
        user: SafeText,
    },
}

/// What follows a line of the client.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "an exchange goes on, asks or ends")]
pub enum Step {
    /// The secret of a user is wanted: [`LookUp::found`] goes on.
    LookUp(Box<LookUp>),
    /// The client has proven that it knows the password of this user.
    Proven {
        /// Who it is.
        user: SafeText,
        /// Whom to act for, if that is somebody else.
        authorization: Option<SafeText>,
    },
    /// Send `334` with this text and wait for a line.
    Challenge {
        /// The challenge in base64; no secret.
        line: SafeText,
        /// What reads the answer.
        next: Exchange,
    },
    /// The client has said who it is. Whether that is true is the application's to say.
    Done(Credentials),
}

impl Exchange {
    /// Begins an exchange with the initial response of the AUTH command, decoded, if it has one.
    ///
    /// # Errors
    /// [`SaslError`] when the initial response is malformed; the exchange is then over.
    pub fn start(
        mechanism: Mechanism,
        initial: Option<Secret<Vec<u8>>>,
    ) -> Result<Step, SaslError> {
        Self::start_bound(mechanism, initial, None)
    }

    /// The same on a channel to which SCRAM can be bound; with `bindings`, the client must have been
    /// offered SCRAM-SHA-256-PLUS.
    ///
    /// # Errors
    /// [`SaslError`] when the initial response is malformed; the exchange is then over.
    pub fn start_bound(
        mechanism: Mechanism,
        initial: Option<Secret<Vec<u8>>>,
        bindings: Option<&ChannelBindings>,
    ) -> Result<Step, SaslError> {
        let channel = scram::Channel {
            bindings: bindings.cloned().unwrap_or_default(),
            plus_offered: bindings.is_some(),
        };
        let (state, prompt) = match mechanism {
            Mechanism::ScramSha256Plus | Mechanism::ScramSha256 => {
                (Self::scram(mechanism, channel), "")
            }
            Mechanism::Plain => (State::Plain, ""),
            Mechanism::Login => (State::LoginUser, "Username:"),
            Mechanism::OAuthBearer | Mechanism::XOAuth2 => {
                return Err(SaslError::Unexpected { mechanism });
            }
        };
        match initial {
            Some(message) => state.take(&message),
            None => Ok(state.ask(prompt)),
        }
    }

    /// Takes the client's line, without its CRLF.
    ///
    /// # Errors
    /// [`SaslError`] when it is `*` or malformed; the exchange is then over.
    pub fn respond(self, line: &[u8]) -> Result<Step, SaslError> {
        self.0.take(&decode(line)?)
    }
}

impl State {
    fn take(self, message: &Secret<Vec<u8>>) -> Result<Step, SaslError> {
        let message = message.expose();
        match self {
            Self::ScramFirst(first) => first.take(message),
            Self::ScramLast(last) => last.take(message),
            Self::ScramProven { user, authorization, .. } if message.is_empty() => {
                Ok(Step::Proven { user, authorization })
            }
            Self::ScramProven { mechanism, .. } => Err(malformed(mechanism, "an empty answer")),
            Self::Plain => plain(message).map(Step::Done),
            Self::LoginUser => {
                let user = name(Mechanism::Login, message)?;
                Ok(Self::LoginPassword { user }.ask("Password:"))
            }
            Self::LoginPassword { user } => {
                let password = password(Mechanism::Login, message)?;
                Ok(Step::Done(Credentials::new(user, password)))
            }
        }
    }

    fn ask(self, prompt: &str) -> Step {
        Step::Challenge {
            line: SafeText::display(encode(prompt.as_bytes()).expose()),
            next: Exchange(self),
        }
    }
}

/// RFC 4616 §2: `message = [authzid] UTF8NUL authcid UTF8NUL passwd`.
fn plain(message: &[u8]) -> Result<Credentials, SaslError> {
    let mut parts = message.split(|&b| b == 0);
    let (Some(authorization), Some(user), Some(pass), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed(Mechanism::Plain, "three parts with NUL between"));
    };
    let authorization = match authorization {
        b"" => None,
        other => Some(name(Mechanism::Plain, other)?),
    };
    Ok(Credentials {
        authorization,
        user: name(Mechanism::Plain, user)?,
        password: password(Mechanism::Plain, pass)?,
    })
}

fn name(mechanism: Mechanism, octets: &[u8]) -> Result<SafeText, SaslError> {
    std::str::from_utf8(octets)
        .ok()
        .filter(|text| !text.is_empty())
        .and_then(|text| SafeText::new(text).ok())
        .ok_or_else(|| malformed(mechanism, "a name in UTF-8 without controls"))
}

fn password(mechanism: Mechanism, octets: &[u8]) -> Result<Secret<String>, SaslError> {
    std::str::from_utf8(octets)
        .ok()
        .filter(|text| !text.is_empty() && !text.contains('\0'))
        .map(|text| Secret::new(text.to_owned()))
        .ok_or_else(|| malformed(mechanism, "a password in UTF-8"))
}

const fn malformed(mechanism: Mechanism, expected: &'static str) -> SaslError {
    SaslError::Malformed { mechanism, expected }
}
