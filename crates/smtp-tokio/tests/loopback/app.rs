//! An application that takes what it is told to take, and remembers everything.

use bytes::Bytes;
use postrider_core::{DomainName, ForwardPath, Host, ReversePath, SafeText};
use postrider_smtp::client;
use postrider_smtp::codec::data::BodyStats;
use postrider_smtp::rule::Why;
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::{Config, Talk, Verdict};
use postrider_smtp::value::reply::standard;
use postrider_smtp::value::{Hello, MailParams, Protocol, RcptParams, TlsInfo};
use postrider_smtp_tokio::client::{Session, Settings};
use postrider_smtp_tokio::server::{Ends, Handler, Server, Shutdown};
use rustls_pki_types::ServerName;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What one connection saw.
#[derive(Debug, Default)]
pub(crate) struct App {
    pub(crate) saw: Vec<String>,
    pub(crate) body: Vec<u8>,
    pub(crate) tls: Option<TlsInfo>,
    /// Never answers RCPT.
    pub(crate) stuck: bool,
}

impl App {
    fn note(&mut self, what: String) {
        self.saw.push(what);
    }

    /// Whether a line that begins so was noted.
    pub(crate) fn has(&self, start: &str) -> bool {
        self.saw.iter().any(|s| s.starts_with(start))
    }
}

impl Handler for App {
    async fn connected(&mut self, peer: SocketAddr, local: SocketAddr, _: Talk) -> Verdict {
        self.note(format!("connected {peer} {local}"));
        Verdict::Accept
    }

    async fn tls(&mut self, info: &TlsInfo) {
        self.note("tls".to_owned());
        self.tls = Some(info.clone());
    }

    async fn handshake_failed(&mut self, why: SafeText) {
        self.note(format!("handshake failed: {why}"));
    }

    async fn hello(&mut self, who: Hello, _: Protocol) -> Verdict {
        self.note(format!("hello {who}"));
        Verdict::Accept
    }

    async fn authenticate(&mut self, mechanism: Mechanism, who: Credentials) -> Verdict {
        self.note(format!("auth {mechanism} {}", who.user));
        if who.password.expose() == "hunter2" {
            Verdict::Accept
        } else {
            Verdict::Reject(standard::AUTH_FAILED.reply())
        }
    }

    async fn mail(&mut self, from: ReversePath, _: MailParams) -> Verdict {
        self.note(format!("mail {from}"));
        Verdict::Accept
    }

    async fn rcpt(&mut self, to: ForwardPath, _: RcptParams, _: usize) -> Verdict {
        self.note(format!("rcpt {to}"));
        if self.stuck {
            std::future::pending::<()>().await;
        }
        if to.to_string().starts_with("<no") {
            Verdict::Reject(standard::NO_SUCH_MAILBOX.reply())
        } else {
            Verdict::Accept
        }
    }

    async fn body(&mut self, chunk: Bytes) {
        self.body.extend_from_slice(&chunk);
    }

    async fn end(&mut self, stats: BodyStats) -> Verdict {
        self.note(format!("end {}", stats.octets));
        Verdict::Accept
    }

    async fn reset(&mut self) {
        self.note("reset".to_owned());
    }

    async fn aborted(&mut self, why: Why) {
        self.note(format!("aborted {why}"));
    }

    async fn closed(&mut self, why: &Why) {
        self.note(format!("closed {why}"));
    }
}

pub(crate) fn server_config() -> Config {
    Config::new(DomainName::parse("mx.example").unwrap())
}

pub(crate) fn ends() -> Ends {
    Ends::new("192.0.2.1:4711".parse().unwrap(), "192.0.2.2:25".parse().unwrap())
}

pub(crate) fn plain_server(config: Config) -> Server {
    Server::new(Arc::new(config), None).unwrap()
}

/// Serves one connection over any stream.
pub(crate) fn serve<S>(
    server: Server,
    stream: S,
    mut app: App,
    shutdown: Shutdown,
) -> JoinHandle<App>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    tokio::spawn(async move {
        server.serve(stream, ends(), &mut app, shutdown).await;
        app
    })
}

/// Serves one TCP connection on loopback, and connects to it.
pub(crate) async fn tcp(server: Server) -> (TcpStream, JoinHandle<App>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (accepted, _) = listener.accept().await.unwrap();
    (stream, serve(server, accepted, App::default(), Shutdown::never()))
}

pub(crate) fn client_config() -> client::Config {
    client::Config::new(Host::parse(b"client.example").unwrap())
}

pub(crate) fn name() -> ServerName<'static> {
    ServerName::try_from("mx.example").unwrap()
}

pub(crate) async fn clear_session<S: AsyncRead + AsyncWrite + Unpin + Send>(
    stream: S,
) -> Session<S> {
    let settings = Settings::clear(client_config());
    Session::establish(stream, name(), &settings).await.unwrap()
}

pub(crate) fn transaction(to: &[&str]) -> client::Transaction {
    let path = |t: &&str| ForwardPath::parse(format!("<{t}>").as_bytes()).unwrap();
    client::Transaction::new(
        ReversePath::parse(b"<a@client.example>").unwrap(),
        to.iter().map(path).collect(),
    )
}
