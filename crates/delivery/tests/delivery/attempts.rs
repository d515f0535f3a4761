//! What each reply at each command means for each recipient, from spool to trace.

use crate::fake::{A, B, BROKEN_TLS, Bench, DROP, Fake, INJECTED, Net, envelope, two};
use postrider_core::SafeText;
use postrider_spool::BodyType;
use postrider_trace::Effect;

#[tokio::test]
async fn an_accepted_message_is_delivered_and_gone() {
    let (a, b, bench) = two(&[], &[]);
    let id = bench.send(&["x@d.example", "y@d.example"]).await;
    assert_eq!(bench.entry(id).await, None);
    assert_eq!((a.heard("MAIL"), a.heard("RCPT"), a.heard("QUIT")), (1, 2, 1));
    assert_eq!(b.heard("greeting"), 0);
    let events = bench.trace.events();
    let effects: Vec<_> = events.iter().filter_map(|e| e.eff).collect();
    assert_eq!(effects, [Effect::Delivered, Effect::Delivered]);
    for check in ["mx", "connect", "ehlo", "tls", "smtp"] {
        assert_eq!(bench.events(check).len(), 1, "{check}");
    }
    let numbers: Vec<_> = events.iter().map(|e| e.n).collect();
    assert_eq!(numbers, (1..=events.len()).map(|n| u32::try_from(n).unwrap()).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refused_recipient_fails_alone_and_the_sender_is_told() {
    let (a, _, bench) = two(&[("RCPT TO:<x@", "550 5.1.1 no such user")], &[]);
    let id = bench.send(&["x@d.example", "y@d.example"]).await;
    assert_eq!(bench.entry(id).await, None);
    assert_eq!(a.heard("end"), 1);
    let notices = bench.notices().await;
    assert_eq!(notices.len(), 1);
    assert!(notices[0].contains("Final-Recipient: rfc822; x@d.example\r\n"), "{}", notices[0]);
    assert!(notices[0].contains("550 5.1.1 no such user"));
    assert!(!notices[0].contains("y@d.example"));
    assert_eq!(bench.events("dsn").len(), 2, "in the message's trace and in its own");
}

#[tokio::test]
async fn a_deferred_recipient_is_tried_again() {
    let (a, _, bench) = two(&[("RCPT TO:<x@", "450 4.2.0 greylisted")], &[]);
    let id = bench.send(&["x@d.example", "y@d.example"]).await;
    assert_eq!(bench.waits(id).await.status.as_str(), "4.2.0");
    bench.later(3_600);
    bench.runner.run_due().await;
    assert_eq!(bench.entry(id).await, None);
    assert_eq!(a.heard("RCPT TO:<y@"), 1, "delivered once");
}

#[tokio::test]
async fn a_reply_to_the_message_counts_for_all_accepted() {
    for at in ["MAIL", "DATA", "end"] {
        let (_, b, bench) = two(&[(at, "451 4.3.0 later")], &[]);
        let id = bench.send(&["x@d.example", "y@d.example"]).await;
        assert_eq!(bench.waits(id).await.status.as_str(), "4.3.0", "{at}");
        assert_eq!(b.heard("greeting"), 0, "{at}: the domain has answered");

        let (_, _, bench) = two(&[(at, "554 5.7.1 no")], &[]);
        let id = bench.send(&["x@d.example", "y@d.example"]).await;
        assert_eq!(bench.entry(id).await, None, "{at}");
        assert_eq!(bench.notices().await.len(), 1, "{at}: one notice for both");
    }
}

#[tokio::test]
async fn a_connection_lost_before_the_final_dot_goes_to_the_next_host() {
    for at in ["greeting", "EHLO", "MAIL", "RCPT", "DATA"] {
        for reply in [DROP, "421 4.3.2 shutting down"] {
            let (_, b, bench) = two(&[(at, reply)], &[]);
            let id = bench.send(&["x@d.example"]).await;
            assert_eq!(bench.entry(id).await, None, "{at} {reply}");
            assert_eq!(b.heard("end"), 1, "{at} {reply}");
        }
    }
    let (_, _, bench) = two(&[("MAIL", DROP)], &[("MAIL", "421 4.3.2 shutting down")]);
    let id = bench.send(&["x@d.example"]).await;
    assert_eq!(bench.waits(id).await.status.as_str(), "4.3.2", "no host is left");
}

#[tokio::test]
async fn a_connection_lost_after_the_final_dot_is_tried_later_and_not_elsewhere() {
    let (_, b, bench) = two(&[("end", DROP)], &[]);
    let id = bench.send(&["x@d.example"]).await;
    assert!(bench.waits(id).await.text.as_str().contains("may arrive twice"));
    assert_eq!(b.heard("greeting"), 0);
    let whys = bench.events("smtp").into_iter().filter_map(|e| e.why);
    assert!(whys.into_iter().any(|why| why.as_str() == "may-arrive-twice"));
}

#[tokio::test]
async fn a_host_that_refuses_to_talk_is_passed_over() {
    for at in ["greeting", "EHLO"] {
        let no = (at, "554 5.7.1 not you");
        let helo = ("HELO", "554 5.7.1 not you");
        let (_, b, bench) = two(&[no, helo], &[]);
        let id = bench.send(&["x@d.example"]).await;
        assert_eq!((bench.entry(id).await, b.heard("end")), (None, 1), "{at}");

        let (_, _, bench) = two(&[no, helo], &[no, helo]);
        let id = bench.send(&["x@d.example"]).await;
        assert_eq!(bench.entry(id).await, None, "{at}: all hosts");
        assert_eq!(bench.notices().await.len(), 1, "{at}");
    }
    let (_, _, bench) = two(&[("greeting", "554 5.7.1 no")], &[("greeting", "421 4.3.2 later")]);
    let id = bench.send(&["x@d.example"]).await;
    bench.waits(id).await;
}

#[tokio::test]
async fn recipients_beyond_the_servers_limit_come_in_a_second_transaction() {
    for reply in ["452 4.5.3 too many recipients", "552 5.5.3 too many recipients"] {
        let (a, _, bench) = two(&[("RCPT TO:<y@", reply)], &[]);
        let id = bench.send(&["x@d.example", "y@d.example"]).await;
        assert_eq!(bench.entry(id).await, None, "{reply}");
        assert_eq!((a.heard("greeting"), a.heard("MAIL"), a.heard("end")), (1, 2, 2), "{reply}");
    }
    let (_, _, bench) = two(&[("RCPT", "452 4.2.2 mailbox full")], &[]);
    let id = bench.send(&["x@d.example"]).await;
    assert_eq!(bench.waits(id).await.status.as_str(), "4.2.2", "the first is not too many");
}

#[tokio::test]
async fn nobody_there_is_tried_again() {
    let bench = Bench::new(Net::default());
    let id = bench.send(&["x@d.example"]).await;
    assert_eq!(bench.waits(id).await.status.as_str(), "4.4.1");
    assert_eq!(bench.events("connect").len(), 2);
}

#[tokio::test]
async fn a_failed_handshake_is_followed_by_one_connection_in_clear() {
    let starttls = ("EHLO", "250-fake.example\r\n250 STARTTLS");
    let a = Fake::new(&[starttls, ("STARTTLS", BROKEN_TLS)]);
    let roots = postrider_smtp_tokio::tls::ClientTls::with_public_roots().unwrap();
    let bench =
        Bench::with(Net::new(&[(A, &a)]), |_| {}, |running| running.sending.tls = Some(roots));
    let id = bench.send(&["x@d.example"]).await;
    assert_eq!(bench.entry(id).await, None);
    assert_eq!((a.heard("greeting"), a.heard("STARTTLS"), a.heard("end")), (2, 1, 1));
    let whys: Vec<_> = bench.events("tls").into_iter().filter_map(|e| e.why).collect();
    assert_eq!(whys, ["tls-fell-back", "not-used"].map(SafeText::from_static));
}

#[tokio::test]
async fn clear_text_injected_into_tls_is_no_reason_to_go_on_in_clear() {
    let starttls = ("EHLO", "250-fake.example\r\n250 STARTTLS");
    let a = Fake::new(&[starttls, ("STARTTLS", INJECTED)]);
    let b = Fake::new(&[]);
    let roots = postrider_smtp_tokio::tls::ClientTls::with_public_roots().unwrap();
    let bench = Bench::with(
        Net::new(&[(A, &a), (B, &b)]),
        |_| {},
        |running| running.sending.tls = Some(roots),
    );
    let id = bench.send(&["x@d.example"]).await;
    assert_eq!(bench.entry(id).await, None);
    assert_eq!((a.heard("greeting"), b.heard("end")), (1, 1));
}

#[tokio::test]
async fn required_tls_is_never_given_up() {
    let starttls = ("EHLO", "250-fake.example\r\n250 STARTTLS");
    let a = Fake::new(&[starttls, ("STARTTLS", BROKEN_TLS)]);
    let b = Fake::new(&[]); // does not offer it
    let roots = postrider_smtp_tokio::tls::ClientTls::with_public_roots().unwrap();
    let bench = Bench::with(
        Net::new(&[(A, &a), (B, &b)]),
        |_| {},
        |running| {
            running.sending.tls = Some(roots);
            running.sending.min_tls = postrider_delivery::MinTls::Encrypt;
        },
    );
    let id = bench.send(&["x@d.example"]).await;
    bench.waits(id).await;
    assert_eq!((a.heard("MAIL"), b.heard("MAIL")), (0, 0));
}

#[tokio::test]
async fn what_the_server_cannot_take_fails_without_being_sent() {
    let plain = [("EHLO", "250-fake.example\r\n250 SIZE 10")];
    let (a, _, bench) = two(&plain, &[]);
    bench.send(&["x@d.example"]).await;
    assert!(bench.notices().await[0].contains("Status: 5.3.4"));
    assert_eq!(a.heard("MAIL"), 0);

    let plain = [("EHLO", "250 fake.example")];
    let (_, _, bench) = two(&plain, &[]);
    bench.send(&["ü@d.example"]).await;
    assert!(bench.notices().await[0].contains("Status: 5.6.7"));

    for body in [BodyType::EightBitMime, BodyType::BinaryMime] {
        let (_, _, bench) = two(&plain, &[]);
        let mut env = envelope(&["x@d.example"]);
        env.body = body;
        bench.accept(env).await;
        bench.runner.run_due().await;
        assert!(bench.notices().await[0].contains("Status: 5.6.3"));
    }
}

#[tokio::test]
async fn a_domain_that_takes_no_mail_fails_at_once() {
    let bench = Bench::new(Net::default());
    let id = bench.send(&["x@nomail.example"]).await;
    assert_eq!(bench.entry(id).await, None);
    assert!(bench.notices().await[0].contains("Status: 5.1.10"));
}
