//! Our server in a thread of its own, with an application that takes everything and remembers it.

use bytes::Bytes;
use postrider_core::{DomainName, ForwardPath, ReversePath, Secret};
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::{Auth, Config, Talk, Tls, Verdict};
use postrider_smtp::value::reply::standard;
use postrider_smtp::value::{MailParams, RcptParams, TlsInfo};
use postrider_smtp_tokio::server::{Ends, Handler, Server, Shutdown};
use postrider_smtp_tokio::tls::server_config;
use postrider_tests::PATIENCE;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver as Queue, Sender, channel};
use tokio::net::TcpListener;

pub(crate) const USER: &str = "tom";
pub(crate) const PASSWORD: &str = "hunter2";

/// A message as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) tls: Option<TlsInfo>,
    pub(crate) user: Option<String>,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) params: MailParams,
    pub(crate) body: Vec<u8>,
}

/// A listening server. The thread ends with the process.
pub(crate) struct Receiver {
    pub(crate) at: SocketAddr,
    mails: Queue<Mail>,
    /// Holds the certificate as a file, where there is TLS.
    folder: tempfile::TempDir,
}

struct App {
    /// What the connection is, and the message under way.
    mail: Mail,
    mails: Sender<Mail>,
}

impl Handler for App {
    async fn connected(&mut self, peer: SocketAddr, _: SocketAddr, _: Talk) -> Verdict {
        self.mail.peer = Some(peer);
        Verdict::Accept
    }

    async fn tls(&mut self, info: &TlsInfo) {
        self.mail.tls = Some(info.clone());
    }

    async fn authenticate(&mut self, _: Mechanism, who: Credentials) -> Verdict {
        let right: &Secret<String> = &who.password;
        if who.user.as_str() == USER && right.expose() == PASSWORD {
            self.mail.user = Some(who.user.to_string());
            return Verdict::Accept;
        }
        Verdict::Reject(standard::AUTH_FAILED.reply())
    }

    async fn mail(&mut self, from: ReversePath, params: MailParams) -> Verdict {
        let Mail { peer, tls, user, .. } = std::mem::take(&mut self.mail);
        self.mail = Mail { peer, tls, user, from: from.to_string(), params, ..Mail::default() };
        Verdict::Accept
    }

    async fn rcpt(&mut self, to: ForwardPath, _: RcptParams, _: usize) -> Verdict {
        let to = to.to_string();
        if to.starts_with("<no") {
            return Verdict::Reject(standard::NO_SUCH_MAILBOX.reply());
        }
        self.mail.to.push(to);
        Verdict::Accept
    }

    async fn body(&mut self, chunk: Bytes) {
        self.mail.body.extend_from_slice(&chunk);
    }

    async fn end(&mut self, _: BodyStats) -> Verdict {
        self.mails.send(self.mail.clone()).expect("the test listens");
        Verdict::Accept
    }
}

impl Receiver {
    pub(crate) fn start(tls: Tls) -> Self {
        Self::with(tls, |_| {})
    }

    /// A server that is configured further.
    pub(crate) fn with(tls: Tls, configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config::new(DomainName::parse("localhost.example").expect("a name"));
        config.tls = tls;
        if tls != Tls::Off {
            config.auth = Auth::Offered(Mechanism::ALL.to_vec());
        }
        configure(&mut config);
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).expect("a certificate");
        let (cert, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        std::fs::write(folder.path().join("cert.pem"), &cert).expect("a file");
        let tls = server_config(cert.as_bytes(), key.as_bytes()).expect("TLS");
        let server = Server::new(Arc::new(config), Some(tls)).expect("a server");
        let (mails_in, mails) = channel();
        let (bound, at) = channel();
        std::thread::spawn(move || serve(&server, &mails_in, &bound));
        let at = at.recv_timeout(PATIENCE).expect("it listens");
        Self { at, mails, folder }
    }

    pub(crate) fn port(&self) -> String {
        self.at.port().to_string()
    }

    pub(crate) fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// A file in a folder that goes with the server.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// The next message.
    pub(crate) fn mail(&self) -> Mail {
        self.mails.recv_timeout(PATIENCE).expect("a message in time")
    }
}

fn serve(server: &Server, mails: &Sender<Mail>, bound: &Sender<SocketAddr>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let local = listener.local_addr().expect("an address");
        bound.send(local).expect("the test waits");
        while let Ok((stream, peer)) = listener.accept().await {
            let server = server.clone();
            let mut app = App { mail: Mail::default(), mails: mails.clone() };
            tokio::spawn(async move {
                let ends = Ends::new(peer, local);
                server.serve(stream, ends, &mut app, Shutdown::never()).await;
            });
        }
    });
}
