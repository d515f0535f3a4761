//! SASL mechanisms of both sides as small state machines, carried by AUTH (RFC 4954): SCRAM-SHA-256
//! (RFC 7677) with channel binding, OAUTHBEARER (RFC 7628), XOAUTH2, PLAIN (RFC 4616) and LOGIN
//! (draft-murchison-sasl-login).
//!
//! There is no user store here: the application says whether somebody is who it claims to be. All but
//! SCRAM show the secret to the server, so that both sides offer them under TLS only, unless told
//! otherwise.

pub mod client;
mod line;
pub mod scram;
pub mod server;

pub use line::SaslError;

use postrider_core::{SafeText, Secret};
use std::fmt;

/// Most octets of a SASL line with CRLF (RFC 4954 §4).
pub const MAX_SASL_LINE: usize = 12_288;

/// A mechanism that both sides know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mechanism {
    /// SCRAM-SHA-256 bound to the TLS connection (RFC 7677).
    ScramSha256Plus,
    /// SCRAM-SHA-256 (RFC 7677): the password is never shown.
    ScramSha256,
    /// A bearer token (RFC 7628).
    OAuthBearer,
    /// A bearer token, before there was a standard.
    XOAuth2,
    /// RFC 4616.
    Plain,
    /// Older, never a standard, and all that some clients know.
    Login,
}

/// Who somebody claims to be.
///
/// User names hold no control characters, so they can be put into a trace; they are compared octet by
/// octet and not prepared in any way.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credentials {
    /// Whom to act for, if that is somebody else (`authzid`); to be refused unless the application
    /// knows what it means.
    pub authorization: Option<SafeText>,
    /// Whose password it is (`authcid`).
    pub user: SafeText,
    /// The password.
    pub password: Secret<String>,
}

impl Mechanism {
    /// Every mechanism, the better ones first.
    pub const ALL: [Self; 6] = [
        Self::ScramSha256Plus,
        Self::ScramSha256,
        Self::OAuthBearer,
        Self::XOAuth2,
        Self::Plain,
        Self::Login,
    ];
    /// Those that show the password to the server.
    pub const PASSWORD: [Self; 2] = [Self::Plain, Self::Login];

    /// Finds a mechanism by its registered name, in any case.
    #[must_use]
    pub fn parse(name: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Its registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ScramSha256Plus => "SCRAM-SHA-256-PLUS",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::OAuthBearer => "OAUTHBEARER",
            Self::XOAuth2 => "XOAUTH2",
            Self::Plain => "PLAIN",
            Self::Login => "LOGIN",
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Credentials {
    /// Credentials of a user that acts for itself.
    #[must_use]
    pub const fn new(user: SafeText, password: Secret<String>) -> Self {
        Self { authorization: None, user, password }
    }
}

#[cfg(test)]
mod tests;
