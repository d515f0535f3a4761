//! One message to one server, as anybody: for the demo and for `explain`.

use crate::clock;
use crate::commands::CommandError;
use bytes::Bytes;
use postrider_core::{ForwardPath, Host, Id, Mailbox, ReversePath, SafeText, Secret};
use postrider_smtp::client::{Config, Transaction};
use postrider_smtp::sasl::Credentials;
use postrider_smtp::value::BodyType;
use postrider_smtp_tokio::client::{SendError, Session, Settings, Tls};
use postrider_smtp_tokio::tls::{ClientTls, Verify};
use tokio::io::{AsyncRead, AsyncWrite};

/// A message with its envelope.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) from: ReversePath,
    pub(crate) to: Vec<ForwardPath>,
    pub(crate) octets: Vec<u8>,
}

impl Letter {
    /// A short message, dated now.
    pub(crate) fn new(
        from: &str,
        to: &str,
        subject: &str,
        text: &str,
    ) -> Result<Self, CommandError> {
        let date = clock::now().rfc5322();
        let (from, to): (Mailbox, Mailbox) =
            (from.parse().map_err(CommandError::other)?, to.parse().map_err(CommandError::other)?);
        let octets = format!(
            "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nDate: {date}\r\n\
             Message-ID: <{}@{}>\r\n\r\n{text}\r\n",
            clock::now().millis(),
            from.host(),
        );
        Ok(Self { from: from.into(), to: vec![to.into()], octets: octets.into_bytes() })
    }
}

/// What a server answered in the end.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The reply that decided, on one line.
    pub(crate) reply: String,
    /// The id in it.
    pub(crate) id: Option<Id>,
}

impl Answer {
    fn of(reply: &str) -> Self {
        let reply = reply.replace(['\r', '\n'], " ").trim().to_owned();
        let words = reply.split([' ', '(', ')']);
        let id = words.filter(|w| w.len() == 12).find_map(|w| w.parse().ok());
        Self { reply, id }
    }
}

/// Who sends, and how.
#[derive(Debug)]
pub(crate) struct Sender {
    pub(crate) hello: Host,
    pub(crate) login: Option<(String, Secret<String>)>,
    pub(crate) tls: Tls,
    pub(crate) roots: Option<ClientTls>,
}

impl Sender {
    /// Sends one letter over a connected stream.
    pub(crate) async fn send<S: AsyncRead + AsyncWrite + Unpin + Send>(
        &self,
        stream: S,
        host: &str,
        letter: &Letter,
    ) -> Result<Answer, CommandError> {
        let smtp = Config::new(self.hello.clone());
        let verify = if self.tls == Tls::Implicit { Verify::Required } else { Verify::Recorded };
        let settings = match &self.roots {
            Some(roots) => Settings::with_tls(smtp, self.tls, verify, roots.clone()),
            None => Settings::clear(smtp),
        };
        let name =
            rustls_pki_types::ServerName::try_from(host.to_owned()).map_err(CommandError::other)?;
        let mut session = match Session::establish(stream, name, &settings).await {
            Ok(session) => session,
            Err(e) => return Ok(Answer::of(&e.to_string())),
        };
        if let Some((user, password)) = &self.login {
            let user = SafeText::display(user);
            session
                .authenticate(Credentials::new(user, password.clone()))
                .await
                .map_err(CommandError::other)?;
        }
        let mut transaction = Transaction::new(letter.from.clone(), letter.to.clone());
        if !letter.octets.is_ascii() {
            transaction.body = BodyType::EightBitMime;
        }
        let delivered = session.send(transaction, Bytes::from(letter.octets.clone())).await;
        let refused = delivered.recipients.iter().flatten().find(|r| !r.is_done()).cloned();
        let answer = match (refused, delivered.result) {
            (Some(reply), _) | (None, Ok(reply)) => Answer::of(&reply.to_string()),
            (None, Err(e)) => Answer::of(&reply_of(&e)),
        };
        // The server has answered for the message; a lost QUIT changes nothing.
        let _gone = session.quit().await;
        Ok(answer)
    }
}

fn reply_of(error: &SendError) -> String {
    error.reply().map_or_else(|| error.to_string(), ToString::to_string)
}
