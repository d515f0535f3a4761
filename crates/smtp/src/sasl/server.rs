//! The server's side of an exchange.

use super::line::{decode, encode};
use super::{Credentials, Mechanism, SaslError};
use postrider_core::{SafeText, Secret};

/// A mechanism that waits for the client's next line.
#[derive(Clone, Debug)]
pub struct Exchange(State);

#[derive(Clone, Debug)]
enum State {
    Plain,
    LoginUser,
    LoginPassword { user: SafeText },
}

/// What follows a line of the client.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "an exchange goes on or it ends")]
pub enum Step {
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
        let (state, prompt) = match mechanism {
            Mechanism::Plain => (State::Plain, ""),
            Mechanism::Login => (State::LoginUser, "Username:"),
            Mechanism::ScramSha256Plus
            | Mechanism::ScramSha256
            | Mechanism::OAuthBearer
            | Mechanism::XOAuth2 => return Err(SaslError::Unexpected { mechanism }),
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
