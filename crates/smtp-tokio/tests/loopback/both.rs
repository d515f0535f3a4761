//! Both drivers against each other, in clear.

use crate::app::*;
use bytes::Bytes;
use postrider_smtp::client::{Cause, Said, Stage};
use postrider_smtp_tokio::client::{Reader, SendError, StepError};
use postrider_smtp_tokio::server::{Shutdown, shutdown};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, duplex};

/// Lines of every kind: with dots, long ones, empty ones.
fn big_message() -> Bytes {
    let mut message = Vec::new();
    for n in 0..60_000 {
        message.extend_from_slice(".".repeat(n % 4).as_bytes());
        message.extend_from_slice("x".repeat(n % 77).as_bytes());
        message.extend_from_slice(b"\r\n");
    }
    message.into()
}

#[tokio::test]
async fn a_message_arrives_as_it_was_sent() {
    let (stream, server) = tcp(plain_server(server_config())).await;
    let mut session = clear_session(stream).await;
    let message = big_message();
    let tx = transaction(&["b@mx.example", "no@mx.example", "c@mx.example"]);
    let delivered = session.send(tx, message.clone()).await;
    assert_eq!(delivered.result.unwrap().to_string(), "250 2.0.0 accepted");
    let codes = delivered.recipients.iter().map(|r| r.as_ref().unwrap().code().get());
    assert_eq!(codes.collect::<Vec<_>>(), [250, 550, 250]);
    session.quit().await.unwrap();
    let app = server.await.unwrap();
    assert!(app.body == message);
    assert!(app.has("closed cmd.quit") || app.has("closed"), "{:?}", app.saw);
}

#[tokio::test]
async fn many_messages_go_over_one_session() {
    let (stream, server) = tcp(plain_server(server_config())).await;
    let mut session = clear_session(stream).await;
    for n in 0..20 {
        let from_reader = Reader::new(&b"Subject: hi\r\n\r\nhi\r\n"[..]);
        let header = Bytes::from(format!("Received: hop {n}\r\n"));
        let delivered = session.send(transaction(&["b@mx.example"]), (header, from_reader)).await;
        assert!(delivered.result.is_ok());
    }
    session.reset().await.unwrap();
    session.quit().await.unwrap();
    let app = server.await.unwrap();
    assert_eq!(app.saw.iter().filter(|s| s.starts_with("end")).count(), 20);
}

#[tokio::test]
async fn a_refused_message_leaves_the_session_usable() {
    let (stream, _server) = tcp(plain_server(server_config())).await;
    let mut session = clear_session(stream).await;
    let delivered =
        session.send(transaction(&["no@mx.example"]), Bytes::from_static(b"x\r\n")).await;
    let Err(SendError::Step(StepError::Failed(failed))) = delivered.result else {
        panic!("{delivered:?}")
    };
    assert_eq!((failed.cause, failed.usable), (Cause::NoRecipients, true));
    let delivered =
        session.send(transaction(&["b@mx.example"]), Bytes::from_static(b"x\r\n")).await;
    assert!(delivered.result.is_ok() && session.is_usable());
}

#[tokio::test]
async fn the_log_tells_commands_and_replies_in_order() {
    let (stream, _server) = tcp(plain_server(server_config())).await;
    let mut session = clear_session(stream).await;
    let tx = transaction(&["b@mx.example"]);
    session.send(tx, Bytes::from_static(b"x\r\n")).await.result.unwrap();
    let log = session.take_log();
    let shown: Vec<String> = log.iter().map(|e| e.said.to_string()).collect();
    assert_eq!(shown[1], "C: EHLO client.example");
    assert!(shown.contains(&"C: RCPT TO:<b@mx.example>".to_owned()));
    assert!(log.iter().any(|e| e.said == Said::Body { octets: 6 }), "{shown:?}");
    assert!(matches!(&log.last().unwrap().said, Said::Server { to: Stage::End, .. }));
    assert!(session.take_log().is_empty());
}

#[tokio::test]
async fn an_unreadable_message_is_not_delivered() {
    struct Broken;
    impl AsyncRead for Broken {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            _: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into()))
        }
    }
    let (stream, server) = tcp(plain_server(server_config())).await;
    let mut session = clear_session(stream).await;
    let body = (Bytes::from_static(b"half\r\n"), Reader::new(Broken));
    let delivered = session.send(transaction(&["b@mx.example"]), body).await;
    assert!(matches!(delivered.result, Err(SendError::Body(_))));
    assert!(!session.is_usable());
    drop(session);
    let app = server.await.unwrap();
    assert!(app.has("aborted") && !app.has("end"), "{:?}", app.saw);
}

/// Reads and writes one octet at a time.
struct OneOctet<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for OneOctet<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut octet = [0];
        let mut one = ReadBuf::new(&mut octet);
        let read = Pin::new(&mut self.0).poll_read(cx, &mut one);
        buf.put_slice(one.filled());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for OneOctet<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, &buf[..buf.len().min(1)])
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn streams_of_one_octet_change_nothing() {
    let (ours, theirs) = duplex(7);
    let server = plain_server(server_config());
    let server = serve(server, OneOctet(theirs), App::default(), Shutdown::never());
    let mut session = clear_session(OneOctet(ours)).await;
    let message = big_message().slice(..3_000);
    let message = message.slice(..message.windows(2).rposition(|w| w == b"\r\n").unwrap() + 2);
    let delivered = session.send(transaction(&["b@mx.example"]), message.clone()).await;
    assert!(delivered.result.is_ok());
    session.quit().await.unwrap();
    assert!(server.await.unwrap().body == message);
}

#[tokio::test]
async fn thousands_of_recipients_pass_through_a_small_pipe() {
    let mut config = server_config();
    config.limits.recipients = 5_000;
    let (ours, theirs) = duplex(1024);
    let server = serve(plain_server(config), theirs, App::default(), Shutdown::never());
    let mut session = clear_session(ours).await;
    let to: Vec<String> = (0..3_000).map(|n| format!("user{n}@mx.example")).collect();
    let to: Vec<&str> = to.iter().map(String::as_str).collect();
    let delivered = session.send(transaction(&to), Bytes::from_static(b"x\r\n")).await;
    assert!(delivered.result.is_ok());
    assert!(delivered.recipients.iter().flatten().all(|r| r.is_done()));
    session.quit().await.unwrap();
    server.await.unwrap();
}

#[tokio::test]
async fn shutdown_ends_idle_connections_with_421() {
    let (trigger, asked) = shutdown();
    let (ours, theirs) = duplex(1024);
    let server = serve(plain_server(server_config()), theirs, App::default(), asked);
    let mut session = clear_session(ours).await;
    trigger.trigger();
    // A command that was under way may still be answered.
    let error = loop {
        if let Err(error) = session.reset().await {
            break error;
        }
    };
    assert_eq!(error.reply().unwrap().code().get(), 421);
    drop(session);
    trigger.drained().await;
    assert!(server.await.unwrap().has("closed"));
}
