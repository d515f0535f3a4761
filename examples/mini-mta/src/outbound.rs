//! What delivery asks of this server: routes, Maildirs, ids, and signatures for its notices.

use crate::clock;
use crate::config::{Route, SmarthostTls};
use crate::server::Server;
use postrider_core::{Id, Mailbox, SafeText, UnixTime};
use postrider_delivery as delivery;
use postrider_delivery::{Author, BoxFuture, Hooks, Router, Sending, Sign, World};
use postrider_dkim::{SignRequest, Signer, SigningKey};
use postrider_message::{HeaderBlock, author_domains};
use postrider_resolver::Resolver;
use postrider_smtp::sasl::Credentials;
use postrider_smtp_tokio::tls::ClientTls;
use postrider_spool::{Cause, Destination, Envelope, Rcpt, TopFields};
use std::path::PathBuf;
use std::sync::Arc;

/// The server, seen by its deliveries.
#[derive(Debug)]
struct Outbound<R>(Arc<Server<R>>);

/// Everything that delivery asks, answered by `server`.
pub(crate) fn hooks<R: Resolver + 'static>(server: &Arc<Server<R>>) -> Hooks {
    let ours = Arc::new(Outbound(Arc::clone(server)));
    let mut hooks = Hooks::new(ours.clone(), ours.clone(), Arc::clone(&server.sink));
    hooks.sign = ours;
    hooks
}

/// How this server sends: its name, TLS where it is offered, and what is its own address.
pub(crate) fn sending<R>(
    server: &Server<R>,
    tls: ClientTls,
    reach: delivery::mx::Reach,
) -> Sending {
    let own = &server.config.server.hostname;
    let mut sending = Sending::new(own.clone().into(), Some(tls));
    sending.mx.names.insert(own.clone());
    sending.mx.reach = reach;
    sending
}

/// Who writes the notices of this server; nothing if its postmaster has no valid address.
pub(crate) fn author<R>(server: &Server<R>) -> Option<Author> {
    let domain = server.config.server.local_domains.first()?;
    let from: Mailbox = format!("postmaster@{domain}").parse().ok()?;
    Some(Author { host: server.config.server.hostname.clone(), from })
}

impl<R: Send + Sync> World for Outbound<R> {
    fn now(&self) -> UnixTime {
        clock::now()
    }

    fn next_id(&self) -> Id {
        self.0.next_id(clock::now())
    }
}

impl<R: Send + Sync> Router for Outbound<R> {
    /// A notice of ours may go to a user of ours.
    fn destination(&self, mut rcpt: Rcpt) -> Rcpt {
        let domain = rcpt.to.mailbox().and_then(Mailbox::domain_name);
        if domain.is_some_and(|d| self.0.config.directory.is_local(d)) {
            rcpt.dest = Destination::local();
        }
        rcpt
    }

    fn route(&self, to: &Destination, _envelope: &Envelope) -> Result<delivery::Route, Cause> {
        if *to == Destination::local() {
            return Ok(delivery::Route::Local);
        }
        let name = match to {
            Destination::Host(host) => return Ok(delivery::Route::Direct(host.clone())),
            Destination::Route(name) => name.as_str(),
            _ => "",
        };
        match self.0.config.routes.get(name) {
            Some(Route::Smarthost { host, port, tls, login }) => {
                let tls = match tls {
                    SmarthostTls::Implicit => delivery::SmarthostTls::Implicit,
                    SmarthostTls::StartTls => delivery::SmarthostTls::StartTls,
                };
                let mut smarthost = delivery::Smarthost::new(host.clone(), *port, tls);
                smarthost.login = login.as_ref().map(|(user, password)| {
                    Credentials::new(SafeText::display(user), password.clone())
                });
                Ok(delivery::Route::Smarthost(smarthost))
            }
            // The configuration may have changed since the message was accepted.
            _ => Err(cause("4.3.5", &format!("there is no route {to} any more"))),
        }
    }

    fn maildir(&self, rcpt: &Rcpt) -> Result<PathBuf, Cause> {
        let Some(mailbox) = rcpt.to.mailbox() else {
            return Err(cause("5.1.1", "no mailbox of that name"));
        };
        let Some(user) = self.0.config.directory.user(&mailbox.to_string()) else {
            return Err(cause("5.1.1", "nobody of that address lives here any more"));
        };
        let deliver = &self.0.config.deliver;
        Ok(deliver.base.join(deliver.path.replace("{user}", &folder_name(&user.name))))
    }
}

/// A user's name as one folder's name: what could lead elsewhere is replaced.
fn folder_name(user: &Mailbox) -> String {
    let name = user.to_string().replace(['/', '\\', '\0'], "_");
    if name.starts_with('.') { format!("_{name}") } else { name }
}

fn cause(status: &'static str, text: &str) -> Cause {
    Cause::ours(SafeText::from_static(status), SafeText::display(&text))
}

impl<R: Send + Sync> Sign for Outbound<R> {
    fn sign<'a>(&'a self, message: &'a [u8]) -> BoxFuture<'a, TopFields> {
        // A notice that cannot be signed goes out unsigned: its words matter more.
        let signed = self.signatures(message).unwrap_or_default();
        Box::pin(std::future::ready(TopFields::new(signed).unwrap_or_default()))
    }
}

impl<R> Outbound<R> {
    fn signatures(&self, message: &[u8]) -> Option<String> {
        let (block, _) = HeaderBlock::parse(message);
        let authors = author_domains(&block);
        let author = authors.domains.first()?;
        let requests = self
            .0
            .config
            .sign
            .iter()
            .filter(|k| author.is_at_or_under(&k.domain))
            .map(|k| {
                let key: Arc<dyn SigningKey> = k.key.clone();
                SignRequest::new(k.domain.clone(), k.selector.clone(), key)
            })
            .collect();
        let mut signer = Signer::new(requests, &block, clock::now()).ok()?;
        signer.body(message.get(block.body_offset()..)?);
        String::from_utf8(signer.finish().ok()?.concat()).ok()
    }
}
