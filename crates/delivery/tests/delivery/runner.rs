//! The queue as a whole: giving up, telling, local mail, relays, the loop, the operator's view.

use crate::fake::{A, Bench, Fake, NOW, Net, envelope, two};
use postrider_core::{ReversePath, SafeText};
use postrider_delivery::{BoxFuture, Diagnose, Diagnosis, Refusal, Sign};
use postrider_spool::{Destination, TopFields};
use postrider_trace::Effect;
use std::sync::Arc;
use std::time::Duration;

#[tokio::test]
async fn after_five_days_the_sender_is_told() {
    let bench = Bench::new(Net::default());
    let id = bench.send(&["x@d.example"]).await;
    bench.later(5 * 86_400);
    bench.runner.run_due().await;
    assert_eq!(bench.entry(id).await, None);
    let notices = bench.notices().await;
    assert!(notices[0].contains("given up after many attempts"), "{}", notices[0]);
    assert!(notices[0].contains("Status: 4.4.7"));
    let effects: Vec<_> = bench.trace.events().into_iter().filter_map(|e| e.eff).collect();
    assert!(effects.contains(&Effect::Expire));
}

#[tokio::test]
async fn a_null_sender_is_never_told() {
    let (_, _, bench) = two(&[("RCPT", "550 5.1.1 no such user")], &[]);
    let mut env = envelope(&["x@d.example"]);
    env.from = ReversePath::Null;
    let id = bench.accept(env).await;
    bench.runner.run_due().await;
    assert_eq!(bench.entry(id).await, None);
    assert!(bench.notices().await.is_empty());
    assert_eq!(bench.events("dsn")[0].why, Some(SafeText::from_static("null-sender")));
}

#[tokio::test]
async fn local_mail_lands_in_maildirs() {
    let bench = Bench::new(Net::default());
    let id = bench.send(&["bob@local.example", "nobody@local.example"]).await;
    assert_eq!(bench.entry(id).await, None);
    let files: Vec<_> = std::fs::read_dir(bench.place.home.join("bob/new")).unwrap().collect();
    assert_eq!(files.len(), 1);
    let text = std::fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    assert!(
        text.starts_with("Return-Path: <sender@slow.example>\nDelivered-To: bob@local.example\n")
    );
    assert!(text.ends_with("Subject: x\n\n.dot\n"));
    assert!(bench.notices().await[0].contains("no such user here"));
    assert!(bench.folder.path().join("q").is_dir());
}

#[tokio::test]
async fn a_relay_takes_what_is_routed_to_it() {
    let relay = Fake::new(&[]);
    let bench = Bench::new(Net::new(&[("10.0.0.9:587", &relay)]));
    let mut env = envelope(&["x@d.example", "y@nomail.example"]);
    env.rcpts.iter_mut().for_each(|r| r.dest = Destination::route("relay").unwrap());
    let id = bench.accept(env).await;
    bench.runner.run_due().await;
    assert_eq!(bench.entry(id).await, None);
    assert_eq!((relay.heard("MAIL"), relay.heard("RCPT")), (1, 2));
}

struct Hooked;

impl Sign for Hooked {
    fn sign<'a>(&'a self, _: &'a [u8]) -> BoxFuture<'a, TopFields> {
        Box::pin(std::future::ready(TopFields::new("DKIM-Signature: v=1\r\n").unwrap()))
    }
}

impl Diagnose for Hooked {
    fn diagnose<'a>(&'a self, refusal: &'a Refusal) -> BoxFuture<'a, Option<Diagnosis>> {
        let say = SafeText::display(&format_args!("looked into {}", refusal.class.as_str()));
        let found = Diagnosis::new(postrider_delivery::Agreement::Confirmed, say);
        Box::pin(std::future::ready(Some(found)))
    }
}

#[tokio::test]
async fn a_notice_is_signed_and_says_what_we_found() {
    let a = Fake::new(&[("RCPT", "550 5.7.25 your address has no PTR")]);
    let hook = |hooks: &mut postrider_delivery::Hooks| {
        hooks.sign = Arc::new(Hooked);
        hooks.diagnose = Arc::new(Hooked);
    };
    let bench = Bench::with(Net::new(&[(A, &a)]), hook, |_| {});
    bench.send(&["x@d.example"]).await;
    let notices = bench.notices().await;
    assert!(notices[0].starts_with("DKIM-Signature: v=1\r\nFrom: "));
    assert!(notices[0].contains("looked into reverse-dns"));
    assert_eq!(bench.events("diagnose").len(), 1);
}

#[tokio::test]
async fn a_running_queue_takes_up_what_comes_and_stops_when_told() {
    let a = Fake::new(&[]);
    let bench = Bench::new(Net::new(&[(A, &a)]));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let shutdown = async move { drop(stopped.await) };
    let running = tokio::spawn(Arc::clone(&bench.runner).run(shutdown));
    let id = bench.accept(envelope(&["x@d.example"])).await;
    let gone = async {
        while bench.entry(id).await.is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(10), running).await.unwrap().unwrap();
    assert!(bench.place.now.lock().unwrap().since(NOW).is_zero());
}

#[tokio::test]
async fn one_destination_gets_at_most_its_share_at_once() {
    let a = Fake::new(&[]);
    let bench = Bench::with(Net::new(&[(A, &a)]), |_| {}, |r| r.max_per_destination = 1);
    for _ in 0..5 {
        bench.accept(envelope(&["x@d.example"])).await;
    }
    bench.runner.run_due().await;
    assert!(bench.spool.is_empty());
    let heard = a.heard.lock().unwrap().clone();
    let open = heard.iter().scan(0, |n: &mut i32, line| {
        *n += i32::from(line == "MAIL FROM:<sender@slow.example> SIZE=20");
        *n -= i32::from(line == "end");
        Some(*n)
    });
    assert_eq!(open.max(), Some(1));
}

/// The sentences of a message's events, in order.
fn story(bench: &Bench, id: postrider_core::Id) -> Vec<String> {
    let events = bench.trace.events();
    let of_message = events.into_iter().filter(|e| e.msg == Some(id));
    of_message.map(|e| e.say.map_or_else(String::new, |say| say.to_string())).collect()
}

#[tokio::test]
async fn an_operator_reads_what_happened() {
    let (_, _, bench) = two(&[("end", "250 2.0.0 queued as 7")], &[]);
    let id = bench.send(&["x@d.example"]).await;
    assert_eq!(
        story(&bench, id),
        [
            "10 a.example, 20 b.example",
            "198.51.100.1:25 in 0 ms",
            "fake.example greets and offers 8BITMIME, ENHANCEDSTATUSCODES, SMTPUTF8, SIZE 100000",
            "in clear: no TLS",
            "250 2.0.0 queued as 7 to end of DATA",
            "delivered to a.example",
        ]
    );
    let (_, _, bench) = two(&[("end", "451 4.3.0 later")], &[]);
    let id = bench.send(&["x@d.example"]).await;
    let story_of_retry = story(&bench, id);
    assert_eq!(story_of_retry[4], "451 4.3.0 later to end of DATA");
    assert!(
        story_of_retry[5].starts_with("tried again at 2026-11-24T08:2"),
        "{}",
        story_of_retry[5]
    );
    assert!(story_of_retry[5].ends_with("Z (attempt 2)"));
    let (_, _, bench) = two(&[("RCPT", "550 5.1.1 no such user")], &[]);
    let id = bench.send(&["x@d.example"]).await;
    let story = story(&bench, id);
    assert_eq!(story[4], "550 5.1.1 no such user to RCPT");
    assert!(
        story[6].starts_with("refused for good by a.example; a notice was queued as "),
        "{story:?}"
    );
    assert_eq!(story.len(), 7, "one decision for the recipient: {story:?}");
    let decisions =
        bench.trace.events().into_iter().filter(|e| e.msg == Some(id) && e.is_decision());
    assert_eq!(decisions.count(), 1);
}

#[tokio::test]
async fn an_operator_reads_about_local_mail() {
    let bench = Bench::new(Net::default());
    let mut env = envelope(&["bob@local.example"]);
    env.quarantine = Some(SafeText::from_static("DMARC"));
    let id = bench.accept(env).await;
    bench.runner.run_due().await;
    let say = "written to .Junk of bob@local.example";
    assert_eq!(story(&bench, id), [say, say]);
}
