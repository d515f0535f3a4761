//! TLS: by STARTTLS and from the start, with certificates good and bad.

use crate::app::*;
use bytes::{Bytes, BytesMut};
use postrider_core::{SafeText, Secret};
use postrider_smtp::client::{NotReady, Stage};
use postrider_smtp::codec::proxy::{Header, Version};
use postrider_smtp::sasl::{Credentials, Mechanism};
use postrider_smtp::server::{Auth, Tls as ServerTls};
use postrider_smtp::value::PeerIdentity;
use postrider_smtp_tokio::client::{Session, Settings, StepError, Tls};
use postrider_smtp_tokio::server::{Server, Shutdown};
use postrider_smtp_tokio::tls::{ClientTls, TlsSetupError, Verify, server_config as tls_config};
use std::sync::Arc;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

/// A certificate for these names that vouches for itself, and its key.
fn certificate(name: &str) -> (String, String) {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    (made.cert.pem(), made.signing_key.serialize_pem())
}

/// A server with a certificate for this name, and a client that knows it.
fn pair(tls: ServerTls, name: &str) -> (Server, ClientTls) {
    let (cert, key) = certificate(name);
    let mut config = server_config();
    config.tls = tls;
    config.auth = Auth::Offered(Mechanism::PASSWORD.to_vec());
    let tls = tls_config(cert.as_bytes(), key.as_bytes()).unwrap();
    let server = Server::new(Arc::new(config), Some(tls)).unwrap();
    (server, ClientTls::with_extra_roots(cert.as_bytes()).unwrap())
}

fn settings(tls: Tls, verify: Verify, roots: ClientTls) -> Settings {
    Settings::with_tls(client_config(), tls, verify, roots)
}

#[tokio::test]
async fn starttls_protects_what_follows() {
    let (server, roots) = pair(ServerTls::Required, "mx.example");
    let (stream, server) = tcp(server).await;
    let settings = settings(Tls::Required, Verify::Required, roots);
    let mut session = Session::establish(stream, name(), &settings).await.unwrap();
    let info = session.tls().unwrap().clone();
    assert_eq!((info.version.as_str(), info.peer), ("TLSv1.3", PeerIdentity::Verified));
    assert!(info.cipher.as_str().starts_with("TLS_"), "{info:?}");
    assert_eq!(session.certificate_fault(), None);
    let message = Bytes::from("line\r\n".repeat(200_000));
    let delivered = session.send(transaction(&["b@mx.example"]), message.clone()).await;
    assert!(delivered.result.is_ok());
    session.quit().await.unwrap();
    let app = server.await.unwrap();
    assert!(app.body == message);
    let theirs = app.tls.unwrap();
    assert_eq!(theirs.cipher, info.cipher);
    assert_eq!(theirs.server_name.unwrap().to_string(), "mx.example");
    assert_eq!(app.saw.iter().filter(|s| s.starts_with("hello")).count(), 2);
}

#[tokio::test]
async fn implicit_tls_comes_before_everything() {
    let (server, roots) = pair(ServerTls::Implicit, "mx.example");
    let (stream, server) = tcp(server).await;
    let settings = settings(Tls::Implicit, Verify::Required, roots);
    let mut session = Session::establish(stream, name(), &settings).await.unwrap();
    let delivered =
        session.send(transaction(&["b@mx.example"]), Bytes::from_static(b"x\r\n")).await;
    assert!(delivered.result.is_ok());
    session.quit().await.unwrap();
    assert_eq!(server.await.unwrap().saw[0], "tls");
}

#[tokio::test]
async fn a_bad_certificate_ends_a_verified_handshake() {
    let (server, roots) = pair(ServerTls::Offered, "other.example");
    for tls in [Tls::Required, Tls::Opportunistic] {
        let (stream, served) = tcp(server.clone()).await;
        let settings = settings(tls, Verify::Required, roots.clone());
        let error = Session::establish(stream, name(), &settings).await.unwrap_err();
        assert_eq!(error.cause.stage(), Some(Stage::StartTls));
        assert!(error.to_string().contains("certificate"), "{error}");
        let app = served.await.unwrap();
        assert!(app.has("handshake failed") && !app.has("mail"), "{:?}", app.saw);
    }
}

#[tokio::test]
async fn a_bad_certificate_is_recorded_where_it_may_pass() {
    let (server, _) = pair(ServerTls::Offered, "other.example");
    let (stream, _served) = tcp(server).await;
    let roots = ClientTls::with_public_roots().unwrap();
    let settings = settings(Tls::Opportunistic, Verify::Recorded, roots);
    let session = Session::establish(stream, name(), &settings).await.unwrap();
    assert_eq!(session.tls().unwrap().peer, PeerIdentity::Unverified);
    assert!(session.certificate_fault().unwrap().as_str().contains("certificate"));
}

#[tokio::test]
async fn required_tls_does_not_go_on_in_clear() {
    let (stream, _served) = tcp(plain_server(server_config())).await;
    let roots = ClientTls::with_public_roots().unwrap();
    let settings = settings(Tls::Required, Verify::Recorded, roots);
    let error = Session::establish(stream, name(), &settings).await.unwrap_err();
    assert_eq!(error.to_string(), "STARTTLS: server does not offer STARTTLS");
}

#[tokio::test]
async fn passwords_go_over_tls_only() {
    let who = |password: &str| {
        Credentials::new(SafeText::from_static("tom"), Secret::new(password.to_owned()))
    };
    let (server, roots) = pair(ServerTls::Offered, "mx.example");
    let (stream, _served) = tcp(server.clone()).await;
    let mut clear = clear_session(stream).await;
    let refused = clear.authenticate(who("hunter2")).await;
    assert!(matches!(refused, Err(StepError::NotReady(NotReady::NeedsTls))));

    for mechanism in Mechanism::PASSWORD {
        let mut settings = settings(Tls::Required, Verify::Required, roots.clone());
        settings.smtp.mechanisms = vec![mechanism];
        let (stream, served) = tcp(server.clone()).await;
        let mut session = Session::establish(stream, name(), &settings).await.unwrap();
        let refused = session.authenticate(who("wrong")).await.unwrap_err();
        assert_eq!(refused.reply().unwrap().code().get(), 535);
        assert!(session.is_usable());
        assert_eq!(session.authenticate(who("hunter2")).await.unwrap().code().get(), 235);
        let log: String = session.take_log().iter().map(|e| e.said.to_string()).collect();
        assert!(!log.contains("hunter2") && !log.contains("aHVudGVyMg"), "{log}");
        session.quit().await.unwrap();
        assert!(served.await.unwrap().has(&format!("auth {mechanism} tom")));
    }
}

#[tokio::test]
async fn a_proxy_header_stands_before_implicit_tls_even_in_one_read() {
    for version in [Version::V1, Version::V2] {
        let (cert, key) = certificate("mx.example");
        let mut config = server_config();
        config.tls = ServerTls::Implicit;
        config.proxies = vec!["192.0.2.0/24".parse().unwrap()];
        let tls = tls_config(cert.as_bytes(), key.as_bytes()).unwrap();
        let server = Server::new(Arc::new(config), Some(tls)).unwrap();
        let roots = ClientTls::with_extra_roots(cert.as_bytes()).unwrap();

        let (mut ours, theirs) = duplex(64 * 1024);
        let mut header = BytesMut::new();
        Header::new("198.51.100.9:99".parse().unwrap(), "203.0.113.25:465".parse().unwrap())
            .encode(version, &mut header);
        ours.write_all(&header).await.unwrap();
        let client = tokio::spawn(async move {
            let settings = settings(Tls::Implicit, Verify::Required, roots);
            Session::establish(ours, name(), &settings).await.unwrap()
        });
        // The handshake begins before the server has read anything.
        tokio::task::yield_now().await;
        let served = serve(server, theirs, App::default(), Shutdown::never());
        let mut session = client.await.unwrap();
        session.quit().await.unwrap();
        let app = served.await.unwrap();
        assert!(app.has("connected 198.51.100.9:99 203.0.113.25:465"), "{:?}", app.saw);
    }
}

#[tokio::test]
async fn commands_behind_starttls_are_refused() {
    let (server, _) = pair(ServerTls::Offered, "mx.example");
    let (mut peer, theirs) = duplex(4096);
    let served = serve(server, theirs, App::default(), Shutdown::never());
    peer.write_all(b"EHLO a.example\r\nSTARTTLS\r\nMAIL FROM:<>\r\n").await.unwrap();
    let mut said = String::new();
    peer.read_to_string(&mut said).await.unwrap();
    assert!(!said.contains("ready for TLS"), "{said}");
    drop(peer);
    let app = served.await.unwrap();
    assert!(!app.has("mail") && !app.has("tls"), "{:?}", app.saw);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_begin_times_out() {
    let (server, _) = pair(ServerTls::Offered, "mx.example");
    let (mut peer, theirs) = duplex(4096);
    let served = serve(server, theirs, App::default(), Shutdown::never());
    peer.write_all(b"EHLO a.example\r\nSTARTTLS\r\n").await.unwrap();
    let mut said = String::new();
    peer.read_to_string(&mut said).await.unwrap();
    assert!(said.ends_with("220 2.0.0 ready for TLS\r\n"), "{said}");
    drop(peer);
    let app = served.await.unwrap();
    assert!(app.has("handshake failed: timed out") && app.has("closed"), "{:?}", app.saw);
}

#[test]
fn what_is_missing_for_tls_is_named() {
    let (cert, key) = certificate("mx.example");
    let (_, other) = certificate("mx.example");
    let make = |cert: &str, key: &str| tls_config(cert.as_bytes(), key.as_bytes()).unwrap_err();
    assert!(matches!(make("", &key), TlsSetupError::NoCertificate));
    assert!(matches!(make(&cert, ""), TlsSetupError::NoKey));
    assert!(matches!(make(&cert, &cert), TlsSetupError::NoKey));
    assert!(matches!(make(&cert, &other), TlsSetupError::Refused(_)));
    let cut = cert.get(..cert.len() - 30).unwrap();
    assert!(matches!(make(cut, &key), TlsSetupError::CertificatePem(_)));
    let none = ClientTls::with_root_store(rustls::RootCertStore::empty());
    assert!(matches!(none, Err(TlsSetupError::Verifier(_))));
    assert!(matches!(ClientTls::with_extra_roots(b""), Err(TlsSetupError::NoCertificate)));
}
