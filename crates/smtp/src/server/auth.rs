//! AUTH (RFC 4954): in order, under TLS, and with bounded patience.

use super::config::Tls;
use super::connection::Connection;
use super::event::{Event, SaslStep};
use super::rules;
use super::state::{Ask, State, User};
use crate::rule::Why;
use crate::sasl::server::{Exchange, Step};
use crate::sasl::{Mechanism, SaslError};
use crate::value::reply::standard::{self, Standard};
use crate::value::reply::{Code, Reply};
use crate::value::{MechanismName, Protocol};
use postrider_core::Secret;

impl Connection {
    pub(super) fn auth(&mut self, name: &MechanismName, initial: Option<Secret<Vec<u8>>>) {
        if let Some((reply, rule)) = self.auth_refusal() {
            return self.refuse_by(reply.into(), rule);
        }
        let offered = self.cfg.auth.mechanisms();
        let known = Mechanism::parse(name.as_str().as_bytes());
        let known = known.filter(|mechanism| offered.contains(mechanism));
        match known.filter(|mechanism| self.can(*mechanism)) {
            None => self.refuse_by(standard::UNKNOWN_MECHANISM.into(), rules::AUTH_MECHANISM),
            Some(mechanism) => {
                let bindings = self.tls.as_ref().map(|tls| &tls.bindings);
                let plus = offered.contains(&Mechanism::ScramSha256Plus);
                let bindings = bindings.filter(|_| plus && self.can(Mechanism::ScramSha256Plus));
                let step = Exchange::start_bound(mechanism, initial, bindings);
                self.sasl_step(mechanism, step);
            }
        }
    }

    fn auth_refusal(&self) -> Option<(Standard, crate::rule::Rule)> {
        if self.cfg.auth.mechanisms().is_empty() || self.cfg.tls == Tls::Off {
            return Some((standard::NOT_IMPLEMENTED, rules::AUTH_OFF));
        }
        // RFC 4954 §4: "Server sites SHOULD NOT use any configuration which permits a plaintext password
        // mechanism without such a protection mechanism against password snooping."
        if self.tls.is_none() {
            return Some((standard::TLS_NEEDED, rules::TLS_NEEDED));
        }
        // RFC 4954 §4: "After a successful AUTH command completes, a server MUST reject any further
        // AUTH commands with a 503 reply." and "The AUTH command is not permitted during a mail
        // transaction."
        let ordered = matches!(self.session.protocol, Some(Protocol::Esmtp | Protocol::Lmtp))
            && self.session.user == User::Unknown
            && self.session.transaction.is_none();
        (!ordered).then_some((standard::WRONG_ORDER, rules::AUTH_ORDER))
    }

    /// Whether the mechanism can be done here; tokens are not judged yet.
    pub(super) fn can(&self, mechanism: Mechanism) -> bool {
        let bindings = self.tls.as_ref().map(|tls| &tls.bindings);
        match mechanism {
            Mechanism::ScramSha256Plus => {
                bindings.is_some_and(|b| b.exporter.is_some() || b.end_point.is_some())
            }
            Mechanism::OAuthBearer | Mechanism::XOAuth2 => false,
            Mechanism::ScramSha256 | Mechanism::Plain | Mechanism::Login => true,
        }
    }

    /// Whether EHLO lists AUTH now.
    pub(super) fn offers_auth(&self) -> bool {
        self.tls.is_some()
            && self.session.user == User::Unknown
            && !self.cfg.auth.mechanisms().is_empty()
    }

    /// A line of the exchange.
    pub(super) fn sasl_line(&mut self, line: &[u8]) {
        let state = std::mem::replace(&mut self.state, State::Command);
        if let State::Sasl(mechanism, exchange) = state {
            self.sasl_step(mechanism, exchange.respond(line));
        }
    }

    pub(super) fn sasl_step(&mut self, mechanism: Mechanism, step: Result<Step, SaslError>) {
        match step {
            Ok(Step::Challenge { line, next }) => {
                let reply = Reply::new(Code::CHALLENGE.alone(), line);
                self.reply(reply, &self.why(rules::AUTH_CHALLENGE));
                self.state = State::Sasl(mechanism, next);
            }
            Ok(Step::Done(credentials)) => self.ask(Ask::Auth, |ticket| Event::Auth {
                ticket,
                step: SaslStep::Credentials { mechanism, credentials },
            }),
            Ok(Step::LookUp(look_up)) => {
                let user = look_up.user().clone();
                let authorization = look_up.authorization().cloned();
                self.ask(Ask::LookUp(mechanism, look_up), |ticket| Event::Auth {
                    ticket,
                    step: SaslStep::LookUp { mechanism, user, authorization },
                });
            }
            Ok(Step::Proven { user, authorization }) => {
                self.ask(Ask::Auth, |ticket| Event::Auth {
                    ticket,
                    step: SaslStep::Proven { mechanism, user, authorization },
                });
            }
            Err(error) => self.sasl_failed(error),
        }
    }

    /// The exchange is over: cancelled, or not to be read.
    pub(super) fn sasl_failed(&mut self, error: SaslError) {
        self.state = State::Command;
        let (reply, rule) = match error {
            SaslError::Cancelled => (standard::AUTH_CANCELLED, rules::AUTH_CANCELLED),
            SaslError::Base64 => (standard::BAD_BASE64, rules::AUTH_MALFORMED),
            SaslError::ClientUnproven | SaslError::Binding => {
                (standard::AUTH_FAILED, rules::AUTH_PROOF)
            }
            SaslError::Long => (standard::AUTH_LINE_TOO_LONG, rules::AUTH_LINE),
            SaslError::Malformed { .. }
            | SaslError::Unexpected { .. }
            | SaslError::Iterations { .. }
            | SaslError::ServerUnproven => (standard::BAD_ARGUMENT, rules::AUTH_MALFORMED),
        };
        let why = self.why(rule).detail(&error);
        if rule == rules::AUTH_PROOF {
            self.abort(&why);
        }
        self.auth_failed(reply.into(), &why);
    }

    /// A failed attempt; the last that is borne ends the connection, so that passwords are not guessed
    /// at leisure.
    pub(super) fn auth_failed(&mut self, reply: Reply, why: &Why) {
        self.counts.auth_failures = self.counts.auth_failures.saturating_add(1);
        if self.counts.auth_failures >= self.cfg.limits.auth_failures {
            let why = self.why(rules::AUTH_FAILURES);
            self.close(Some(standard::TOO_MANY_AUTH.into()), why);
        } else {
            self.reply(reply, why);
        }
    }
}
