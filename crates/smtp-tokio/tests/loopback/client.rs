//! The client's driver against scripted servers.

use crate::app::*;
use bytes::Bytes;
use postrider_smtp::client::{Cause, End, Stage};
use postrider_smtp_tokio::client::{Body, SendError, Session, Settings, StepError};
use std::future::pending;
use std::io;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

/// A server that says each of these when it is spoken to, the first unasked, then closes.
fn script(steps: &'static [&'static str]) -> DuplexStream {
    let (ours, mut theirs) = duplex(64 * 1024);
    tokio::spawn(async move {
        let mut buffer = [0; 1024];
        for (n, step) in steps.iter().enumerate() {
            if n > 0 && theirs.read(&mut buffer).await.unwrap_or(0) == 0 {
                return;
            }
            theirs.write_all(step.as_bytes()).await.unwrap();
        }
    });
    ours
}

#[tokio::test]
async fn a_refused_greeting_says_stage_reply_and_log() {
    let settings = Settings::clear(client_config());
    let stream = script(&["521 5.3.2 no mail here\r\n"]);
    let error = Session::establish(stream, name(), &settings).await.unwrap_err();
    assert_eq!(error.cause.stage(), Some(Stage::Greeting));
    assert_eq!(error.cause.reply().unwrap().code().get(), 521);
    assert_eq!(error.to_string(), "greeting: server said 521 5.3.2 no mail here");
    assert!(!error.log.is_empty());
}

#[tokio::test]
async fn a_server_that_vanishes_is_an_error_of_its_step() {
    let stream = script(&["220 mx\r\n", "250 mx\r\n"]);
    let mut session = clear_session(stream).await;
    let delivered =
        session.send(transaction(&["b@mx.example"]), Bytes::from_static(b"x\r\n")).await;
    assert_eq!(delivered.result.unwrap_err().stage(), Some(Stage::Mail));
    assert_eq!(delivered.recipients, [None]);
    assert!(!session.is_usable());
}

#[tokio::test]
async fn a_421_between_steps_is_told_to_the_next() {
    let stream = script(&["220 mx\r\n", "250 mx\r\n421 4.3.2 going down\r\n"]);
    let mut session = clear_session(stream).await;
    let error = session.reset().await.unwrap_err();
    assert_eq!(error.reply().unwrap().code().get(), 421);
    let text = "session has ended: server closes: 421 4.3.2 going down";
    assert_eq!(error.to_string(), text);
}

#[tokio::test]
async fn a_refusal_within_the_message_is_heard_while_writing() {
    /// Never ends.
    struct Endless;
    impl Body for Endless {
        async fn next(&mut self) -> io::Result<Option<Bytes>> {
            tokio::task::yield_now().await;
            Ok(Some(Bytes::from_static(b"again and again\r\n")))
        }
    }
    let steps = &[
        "220 mx\r\n",
        "250-mx\r\n250 PIPELINING\r\n",
        "250 a\r\n250 b\r\n354 c\r\n",
        "452 4.3.1 full\r\n",
    ];
    let mut session = clear_session(script(steps)).await;
    let delivered = session.send(transaction(&["b@mx.example"]), Endless).await;
    let error = delivered.result.unwrap_err();
    assert_eq!(error.stage(), Some(Stage::Body));
    assert_eq!(error.reply().unwrap().code().get(), 452);
}

#[tokio::test]
async fn a_bare_line_feed_is_an_error_of_the_content() {
    let steps = &["220 mx\r\n", "250-mx\r\n250 PIPELINING\r\n", "250 a\r\n250 b\r\n354 c\r\n"];
    let mut session = clear_session(script(steps)).await;
    let delivered =
        session.send(transaction(&["b@mx.example"]), Bytes::from_static(b"a\nb\r\n")).await;
    let Err(SendError::Step(StepError::Failed(failed))) = delivered.result else {
        panic!("{delivered:?}")
    };
    assert!(matches!(failed.cause, Cause::Ended(End::Content(_))), "{failed}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_times_out() {
    let (ours, _theirs) = duplex(1024);
    let settings = Settings::clear(client_config());
    let error = Session::establish(ours, name(), &settings).await.unwrap_err();
    assert_eq!(error.cause.stage(), Some(Stage::Greeting));
    assert_eq!(error.to_string(), "greeting: server too slow: greeting");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_stalls_times_out() {
    /// Never comes.
    struct Stalled;
    impl Body for Stalled {
        async fn next(&mut self) -> io::Result<Option<Bytes>> {
            pending().await
        }
    }
    let steps =
        &["220 mx\r\n", "250-mx\r\n250 PIPELINING\r\n", "250 a\r\n250 b\r\n354 c\r\n", "never"];
    let mut session = clear_session(script(steps)).await;
    let delivered = session.send(transaction(&["b@mx.example"]), Stalled).await;
    assert_eq!(delivered.result.unwrap_err().stage(), Some(Stage::Body));
}
