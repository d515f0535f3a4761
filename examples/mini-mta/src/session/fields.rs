//! The fields that we put on top of a message.

use super::finish::Found;
use super::{Session, Transaction};
use crate::checks::message as checks;
use crate::clock;
use postrider_core::SafeText;
use postrider_message::received::{Auth, BaseProtocol, Protocol as With, Tls};
use postrider_message::{Client, FieldName, HeaderValue, Received};
use postrider_policy::Field;
use postrider_resolver::Resolver;
use postrider_smtp::value::Protocol;

impl<R: Resolver + 'static> Session<R> {
    /// Authentication-Results, and a note where some in our name were removed.
    pub(super) fn results_field(&self, found: &Found, t: &Transaction, removed: usize) -> Vec<u8> {
        checks::authentication_results(
            &self.server.config.server.hostname,
            self.iprev.as_ref(),
            t.spf.as_ref(),
            &found.dkim,
            found.dmarc.as_ref(),
        )
        .into_iter()
        .chain((removed > 0).then(|| removed_note(removed)).into_iter().flatten())
        .collect()
    }

    /// Our line in the message's path. A user's address is nobody's business.
    pub(super) fn received(&self, t: &Transaction) -> Received {
        let tls = self.tls.as_ref();
        let with = With {
            base: match self.protocol {
                Protocol::Smtp => BaseProtocol::Smtp,
                _ => BaseProtocol::Esmtp,
            },
            tls: if tls.is_some() { Tls::On } else { Tls::Off },
            auth: if self.user.is_some() { Auth::Done } else { Auth::None },
        };
        let mut received =
            Received::new(self.server.config.server.hostname.clone(), with, clock::now())
                .with_id(&t.id);
        if let Some(tls) = tls {
            received =
                received.with_tls(SafeText::display(&format!("{} {}", tls.version, tls.cipher)));
        }
        if let [(only, _)] = t.rcpts.as_slice() {
            received = received.for_recipient(only.clone());
        }
        if self.listener.role.is_submission() {
            return received;
        }
        let helo = self.hello.as_ref().map_or_else(SafeText::default, |h| SafeText::display(h));
        let client = match self.client.known() {
            Some(ip) => Client::new(helo, ip),
            None => Client::hidden(helo),
        };
        let reverse = self.iprev.as_ref().and_then(|i| i.name()).and_then(|n| n.name().to_domain());
        received.from_client(match reverse {
            Some(name) => client.named(name),
            None => client,
        })
    }
}

/// The fields that rules add.
pub(super) fn rule_fields(fields: &[Field]) -> Vec<u8> {
    fields
        .iter()
        .filter_map(|f| Some(HeaderValue::new(f.text()).ok()?.to_field(FieldName::new(f.name())?)))
        .flatten()
        .collect()
}

/// What we took away is said where a reader of the message sees it.
fn removed_note(removed: usize) -> Vec<u8> {
    format!("X-Removed-Authentication-Results: {removed} in our name\r\n").into_bytes()
}
