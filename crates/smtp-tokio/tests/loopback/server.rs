//! The server's driver against peers that misbehave.

use crate::app::*;
use postrider_smtp::codec::proxy::{Header, Version};
use postrider_smtp::server::Tls;
use postrider_smtp_tokio::server::{MissingTls, Server, Shutdown};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::task::JoinHandle;
use tokio::time::timeout;

fn start(app: App) -> (DuplexStream, JoinHandle<App>) {
    let (ours, theirs) = duplex(4096);
    (ours, serve(plain_server(server_config()), theirs, app, Shutdown::never()))
}

/// Everything the server says until it closes.
async fn rest(stream: &mut DuplexStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

#[tokio::test]
async fn a_peer_that_vanishes_within_a_message_aborts_it() {
    let (mut peer, server) = start(App::default());
    let script = "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n";
    peer.write_all(script.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"\r\n354 ") {
        said.push(peer.read_u8().await.unwrap());
    }
    peer.write_all(b"half a mess").await.unwrap();
    drop(peer);
    let app = server.await.unwrap();
    assert!(app.has("aborted") && app.has("closed") && !app.has("end"), "{:?}", app.saw);
}

#[tokio::test(start_paused = true)]
async fn a_verdict_that_does_not_come_is_451() {
    let app = App { stuck: true, ..App::default() };
    let (mut peer, server) = start(app);
    let script = "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nNOOP\r\nQUIT\r\n";
    peer.write_all(script.as_bytes()).await.unwrap();
    let said = rest(&mut peer).await;
    let codes: Vec<&str> = said.lines().map(|l| l.get(..4).unwrap()).collect();
    assert!(codes.ends_with(&["250 ", "451 ", "250 ", "221 "]), "{said}");
    drop(peer);
    server.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn replies_leave_while_the_application_thinks() {
    let app = App { stuck: true, ..App::default() };
    let (mut peer, _server) = start(app);
    let script = "EHLO a.example\r\nMAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\n";
    peer.write_all(script.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    while !said.ends_with(b"sender ok\r\n") {
        said.push(peer.read_u8().await.unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_says_nothing_times_out() {
    let (mut peer, server) = start(App::default());
    let said = rest(&mut peer).await;
    assert!(said.contains("\r\n421 4.4.2 "), "{said}");
    drop(peer);
    assert!(server.await.unwrap().has("closed time."));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_never_reads_is_given_up() {
    let (ours, theirs) = duplex(256);
    let server = serve(plain_server(server_config()), theirs, App::default(), Shutdown::never());
    let (_never_read, mut writer) = tokio::io::split(ours);
    let writing = tokio::spawn(async move { while writer.write_all(b"NOOP\r\n").await.is_ok() {} });
    assert!(server.await.unwrap().has("closed"));
    writing.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_peer_that_never_reads_is_bounded() {
    let mut config = server_config();
    config.limits.backlog = 1024;
    config.limits.useless = 1_000_000;
    let (ours, theirs) = duplex(256);
    let _server = serve(plain_server(config), theirs, App::default(), Shutdown::never());
    let (_never_read, mut writer) = tokio::io::split(ours);
    let mut taken = 0;
    let stalled = Duration::from_secs(60);
    while taken < 2_000
        && let Ok(Ok(())) = timeout(stalled, writer.write_all(b"NOOP\r\n")).await
    {
        taken += 1;
    }
    // One read of commands may be answered beyond the backlog, not more.
    assert!(taken < 2_000, "{taken}");
}

#[tokio::test]
async fn a_proxy_header_names_the_client() {
    for version in [Version::V1, Version::V2] {
        let mut config = server_config();
        config.proxies = vec!["192.0.2.0/24".parse().unwrap()];
        let (mut peer, theirs) = duplex(4096);
        let server = serve(plain_server(config), theirs, App::default(), Shutdown::never());
        let (client, to) =
            ("[2001:db8::7]:99".parse().unwrap(), "[2001:db8::25]:25".parse().unwrap());
        let mut wire = bytes::BytesMut::new();
        Header::new(client, to).encode(version, &mut wire);
        wire.extend_from_slice(b"QUIT\r\n");
        for octet in &wire {
            peer.write_u8(*octet).await.unwrap();
        }
        let said = rest(&mut peer).await;
        assert!(said.starts_with("220 ") && said.contains("\r\n221 "), "{said}");
        drop(peer);
        let app = server.await.unwrap();
        assert!(app.has("connected [2001:db8::7]:99 [2001:db8::25]:25"), "{:?}", app.saw);
    }
}

#[tokio::test]
async fn a_bad_proxy_header_gets_no_word() {
    let mut config = server_config();
    config.proxies = vec!["192.0.2.0/24".parse().unwrap()];
    let (mut peer, theirs) = duplex(4096);
    let server = serve(plain_server(config), theirs, App::default(), Shutdown::never());
    peer.write_all(b"EHLO a.example\r\n").await.unwrap();
    assert_eq!(rest(&mut peer).await, "");
    drop(peer);
    assert!(!server.await.unwrap().has("connected"));
}

#[test]
fn tls_without_a_certificate_is_refused_at_the_start() {
    for tls in [Tls::Offered, Tls::Required, Tls::Implicit] {
        let mut config = server_config();
        config.tls = tls;
        assert_eq!(Server::new(Arc::new(config), None).err(), Some(MissingTls));
    }
}
