//! AUTH (RFC 4954).

use super::config::ClearAuth;
use super::connection::{Connection, Phase};
use super::event::{Cause, End, Event, NotReady, Stage};
use super::log::Said;
use crate::codec::line::COMMAND_LINE;
use crate::command::Command;
use crate::sasl::Mechanism;
use crate::sasl::client::{Exchange, Identity, Offer};
use crate::sasl::scram::Nonce;
use crate::value::reply::{Class, Code, Reply};
use crate::value::{Instant, MechanismName};
use bytes::{BufMut as _, Bytes, BytesMut};
use postrider_core::SafeText;

impl Connection {
    /// Authenticates by the first of our mechanisms that the server offers and that can show this
    /// identity; ends in [`Event::Authenticated`] or [`Event::Failed`]. `nonce` is for SCRAM, and for one
    /// call.
    ///
    /// # Errors
    /// [`NotReady`] when another step is under way, TLS is missing, or no mechanism fits. Nothing has
    /// been sent then.
    pub fn authenticate(
        &mut self,
        now: Instant,
        who: impl Into<Identity>,
        nonce: &Nonce,
    ) -> Result<(), NotReady> {
        self.ready(now)?;
        if self.tls.is_none() && self.config.clear_auth == ClearAuth::Refuse {
            return Err(NotReady::NeedsTls);
        }
        let offered = self.capabilities.mechanisms();
        let known = |m: &MechanismName| Mechanism::parse(m.as_str().as_bytes());
        let mechanisms: Vec<_> = offered.iter().filter_map(known).collect();
        let bindings = self.tls.as_ref().map(|tls| &tls.bindings);
        let offer = Offer { mechanisms: &mechanisms, bindings };
        let exchange = Exchange::choose(&self.config.mechanisms, offer, &who.into(), nonce);
        let mut exchange = exchange.ok_or(NotReady::NoMechanism)?;
        let mechanism = exchange.mechanism();
        let name =
            MechanismName::parse(mechanism.name().as_bytes()).map_err(|_| NotReady::NoMechanism)?;
        let line = first_line(&name, &mut exchange);
        self.note(Said::Client(SafeText::display(&format_args!("AUTH {mechanism}"))));
        self.send_line(Stage::Auth, line);
        self.phase = Phase::Authenticating(Box::new(exchange));
        Ok(())
    }

    pub(super) fn answered_auth(&mut self, reply: Reply) {
        match (reply.class(), &mut self.phase) {
            (Class::GoOn, Phase::Authenticating(exchange)) if reply.code() == Code::CHALLENGE => {
                let challenge = reply.text().next().cloned().unwrap_or_default();
                let answer = exchange.respond(challenge.as_str().as_bytes());
                self.note(Said::Sasl);
                match answer {
                    Ok(line) => self.send_line(Stage::Auth, sasl_line(line.expose().as_bytes())),
                    Err(error) => {
                        // RFC 4954 §4: a single "*" cancels, and the server answers 501.
                        self.fail(Stage::Auth, Cause::Sasl(error));
                        self.phase = Phase::Cancelling;
                        self.send_line(Stage::Auth, sasl_line(b"*"));
                    }
                }
            }
            (Class::GoOn, _) => self.out_of_step(Stage::Auth, reply),
            (Class::Done, Phase::Authenticating(exchange)) => match exchange.check_success() {
                Ok(()) => {
                    self.phase = Phase::Ready;
                    self.event(Event::Authenticated(reply));
                }
                // RFC 5802 §3: a server that does not know the password is not the one we want.
                Err(error) => self.end_at(Stage::Auth, End::Unproven(error)),
            },
            (Class::Done, _) => self.out_of_step(Stage::Auth, reply),
            (Class::Transient | Class::Permanent, Phase::Authenticating(_)) => {
                self.phase = Phase::Ready;
                self.fail(Stage::Auth, Cause::Refused(reply));
            }
            (Class::Transient | Class::Permanent, _) => self.phase = Phase::Ready,
        }
    }
}

/// The AUTH command with its initial response, unless that makes the line too long.
fn first_line(name: &MechanismName, exchange: &mut Exchange) -> Bytes {
    let command = |initial| {
        let mechanism = name.clone();
        Command::Auth { mechanism, initial }.encode()
    };
    let full = command(exchange.clone().initial());
    if full.len() > COMMAND_LINE {
        return command(None);
    }
    command(exchange.initial())
}

fn sasl_line(line: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(line.len() + 2);
    out.put_slice(line);
    out.put_slice(b"\r\n");
    out.freeze()
}
