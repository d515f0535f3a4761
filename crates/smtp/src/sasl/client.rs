//! The client's side of an exchange.

mod scram;
mod token;

pub use token::{BadToken, BearerToken};

use super::line::{decode, encode};
use super::scram::Nonce;
use super::{Credentials, Mechanism, SaslError};
use crate::value::ChannelBindings;
use postrider_core::Secret;
use scram::{Binding, Scram};
use token::Token;

/// What the client can show.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "a caller chooses one")]
pub enum Identity {
    /// A password: for SCRAM, which never shows it, and PLAIN and LOGIN, which do.
    Password(Credentials),
    /// A bearer token: for OAUTHBEARER and XOAUTH2.
    Token(BearerToken),
}

/// What the connection offers.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by the caller for one call")]
pub struct Offer<'a> {
    /// The server's mechanisms.
    pub mechanisms: &'a [Mechanism],
    /// What TLS lets an exchange be bound to.
    pub bindings: Option<&'a ChannelBindings>,
}

/// An exchange with what it will show.
#[derive(Clone, Debug)]
pub struct Exchange {
    mechanism: Mechanism,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    Shown(Credentials, Sent),
    Scram(Box<Scram>),
    Token(Token),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sent {
    Nothing,
    User,
    Everything,
}

impl Exchange {
    /// An exchange by the first of `wanted` that the server offers and that can show this identity;
    /// `None` when there is none. The client's order counts, never the server's.
    #[must_use]
    pub fn choose(
        wanted: &[Mechanism],
        offer: Offer<'_>,
        who: &Identity,
        nonce: &Nonce,
    ) -> Option<Self> {
        let offered = wanted.iter().copied().filter(|m| offer.mechanisms.contains(m));
        offered.into_iter().find_map(|mechanism| {
            let state = begin(mechanism, wanted, offer, who, nonce)?;
            Some(Self { mechanism, state })
        })
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
        match &mut self.state {
            State::Shown(who, sent @ Sent::Nothing) if self.mechanism == Mechanism::Plain => {
                *sent = Sent::Everything;
                Some(plain(who))
            }
            State::Shown(..) => None,
            State::Scram(scram) => (!scram.has_begun()).then(|| scram.first()),
            State::Token(token) => token.first(),
        }
    }

    /// Answers a challenge, which is the text of a `334` reply, with a line in base64.
    ///
    /// # Errors
    /// [`SaslError`] when the challenge cannot be used, or when there is nothing left to say; the
    /// client then cancels with `*`.
    pub fn respond(&mut self, challenge: &[u8]) -> Result<Secret<String>, SaslError> {
        // The prompts of LOGIN are for people and differ between servers; only their number counts.
        let challenge = decode(challenge)?;
        let message = match &mut self.state {
            State::Shown(who, sent) => show(self.mechanism, who, sent)?,
            State::Scram(scram) => scram.answer(challenge.expose())?,
            State::Token(token) => token.answer()?,
        };
        Ok(encode(message.expose()))
    }

    /// Whether a server that says it is satisfied may be believed: with SCRAM it has to prove first that
    /// it knows the password too (RFC 5802 §3).
    ///
    /// # Errors
    /// [`SaslError::ServerUnproven`]
    pub const fn check_success(&self) -> Result<(), SaslError> {
        match &self.state {
            State::Scram(scram) if !scram.is_proven() => Err(SaslError::ServerUnproven),
            State::Scram(_) | State::Shown(..) | State::Token(_) => Ok(()),
        }
    }
}

fn begin(
    mechanism: Mechanism,
    wanted: &[Mechanism],
    offer: Offer<'_>,
    who: &Identity,
    nonce: &Nonce,
) -> Option<State> {
    let best = || offer.bindings.and_then(Binding::best);
    let scram = |who: &Credentials, binding| {
        let (who, nonce) = (who.clone(), nonce.clone());
        Some(State::Scram(Box::new(Scram::new(mechanism, who, binding, nonce))))
    };
    match (mechanism, who) {
        (Mechanism::ScramSha256Plus, Identity::Password(who)) => scram(who, best()?),
        (Mechanism::ScramSha256, Identity::Password(who)) => {
            let plus = Mechanism::ScramSha256Plus;
            let able = wanted.contains(&plus) && best().is_some();
            let taken_away = able && !offer.mechanisms.contains(&plus);
            scram(who, if taken_away { Binding::NotOffered } else { Binding::None })
        }
        (Mechanism::Plain | Mechanism::Login, Identity::Password(who)) => {
            Some(State::Shown(who.clone(), Sent::Nothing))
        }
        (Mechanism::OAuthBearer | Mechanism::XOAuth2, Identity::Token(token)) => {
            Some(State::Token(Token::new(mechanism, token.clone())))
        }
        _ => None,
    }
}

/// PLAIN and LOGIN.
fn show(
    mechanism: Mechanism,
    who: &Credentials,
    sent: &mut Sent,
) -> Result<Secret<Vec<u8>>, SaslError> {
    let octets = |text: &str| Secret::new(text.as_bytes().to_vec());
    let (now, message) = match (mechanism, *sent) {
        (Mechanism::Plain, Sent::Nothing) => (Sent::Everything, plain(who)),
        (Mechanism::Login, Sent::Nothing) => (Sent::User, octets(who.user.as_str())),
        (Mechanism::Login, Sent::User) => (Sent::Everything, octets(who.password.expose())),
        _ => return Err(SaslError::Unexpected { mechanism }),
    };
    *sent = now;
    Ok(message)
}

/// RFC 4616 §2: `message = [authzid] UTF8NUL authcid UTF8NUL passwd`.
fn plain(who: &Credentials) -> Secret<Vec<u8>> {
    let Credentials { authorization, user, password } = who;
    let authorization = authorization.as_ref().map_or("", |a| a.as_str());
    let parts = [authorization, user.as_str(), password.expose()];
    Secret::new(parts.join("\0").into_bytes())
}

impl From<Credentials> for Identity {
    fn from(who: Credentials) -> Self {
        Self::Password(who)
    }
}

impl From<BearerToken> for Identity {
    fn from(token: BearerToken) -> Self {
        Self::Token(token)
    }
}
