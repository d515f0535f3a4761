//! LMTP, over a Unix socket too.

use crate::app::*;
use bytes::Bytes;
use postrider_smtp::client::Dialect;
use postrider_smtp_tokio::client::{Session, Settings};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader, duplex,
};

/// A mailbox store as RFC 2033 §4.2 shows one: `full` is told so behind the message.
async fn store(stream: impl AsyncRead + AsyncWrite + Unpin) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 store.example LMTP\r\n").await.unwrap();
    let (mut line, mut accepted, mut in_data) = (String::new(), Vec::<String>::new(), false);
    while stream.read_line(&mut line).await.unwrap() > 0 {
        let command = std::mem::take(&mut line);
        if in_data {
            in_data = command != ".\r\n";
            let who = if in_data { Vec::new() } else { std::mem::take(&mut accepted) };
            for to in who {
                let full = to.contains("<full@");
                let reply: &[u8] = if full { b"452 4.2.2 full\r\n" } else { b"250 kept\r\n" };
                stream.write_all(reply).await.unwrap();
            }
            continue;
        }
        let reply = match command.get(..4) {
            Some("LHLO") => "250-store.example\r\n250 PIPELINING\r\n",
            Some("RCPT") if command.contains("<no@") => "550 5.1.1 no\r\n",
            Some("RCPT") => {
                accepted.push(command.clone());
                "250 2.1.5 ok\r\n"
            }
            Some("DATA") => {
                in_data = true;
                "354 go\r\n"
            }
            Some("QUIT") => return stream.write_all(b"221 bye\r\n").await.unwrap(),
            _ => "250 ok\r\n",
        };
        stream.write_all(reply.as_bytes()).await.unwrap();
    }
}

async fn deliver(stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
    let mut config = client_config();
    config.dialect = Dialect::Lmtp;
    let mut session = Session::establish(stream, name(), &Settings::clear(config)).await.unwrap();
    for _ in 0..2 {
        let to = ["a@store.example", "no@store.example", "full@store.example"];
        let delivered = session.send(transaction(&to), Bytes::from_static(b"x\r\n")).await;
        assert!(delivered.result.unwrap().is_done());
        let codes = delivered.recipients.iter().map(|r| r.as_ref().unwrap().code().get());
        assert_eq!(codes.collect::<Vec<_>>(), [250, 550, 452]);
    }
    session.quit().await.unwrap();
}

#[tokio::test]
async fn each_recipient_has_its_own_result() {
    let (ours, theirs) = duplex(64);
    let server = tokio::spawn(store(theirs));
    deliver(ours).await;
    server.await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_unix_socket_is_a_stream_like_any_other() {
    let (ours, theirs) = tokio::net::UnixStream::pair().unwrap();
    let server = tokio::spawn(store(theirs));
    deliver(ours).await;
    server.await.unwrap();
}
