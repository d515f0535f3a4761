//! iprev (RFC 8601 §2.7.3).

#![expect(clippy::unwrap_used, reason = "a test may")]

mod common;

use common::{NOW, zone};
use insta::assert_snapshot;
use postrider_core::UnixTime;
use postrider_resolver::block_on;
use postrider_spf::{Iprev, IprevVerdict, Limits, iprev};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const ARPA: &str = "66.2.0.192.in-addr.arpa";

fn run(client: &str, text: &str) -> Iprev {
    let limits = Limits::rfc7208();
    block_on(iprev(&zone(text), client.parse().unwrap(), &limits, &NOW)).unwrap()
}

#[test]
fn a_name_that_leads_back_passes() {
    let found = run(
        "192.0.2.66",
        &format!(
            "{ARPA} PTR liar.example\n{ARPA} PTR host.example\nliar.example A 192.0.2.1\nhost.example A 192.0.2.66"
        ),
    );
    assert_eq!(found.verdict, IprevVerdict::Pass);
    assert_eq!(found.name().unwrap().name().to_string(), "host.example");
    assert_snapshot!(found, @r#"
        iprev ip=192.0.2.66
         PTR liar.example  A 192.0.2.1
         PTR host.example  A 192.0.2.66, confirmed
         pass (host.example leads back to the client)
        "#);
}

#[test]
fn ipv6_and_mapped_clients() {
    let reverse = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
    let found =
        run("2001:db8::1", &format!("{reverse} PTR six.example\nsix.example AAAA 2001:db8::1"));
    assert_eq!(found.verdict, IprevVerdict::Pass);
    let found = run("::ffff:192.0.2.66", &format!("{ARPA} PTR h.example\nh.example A 192.0.2.66"));
    assert_eq!(
        (found.verdict, found.client.to_string()),
        (IprevVerdict::Pass, "192.0.2.66".to_owned())
    );
}

#[test]
fn names_that_do_not_lead_back_fail() {
    let found = run(
        "192.0.2.66",
        &format!("{ARPA} PTR liar.example\n{ARPA} PTR gone.example\nliar.example A 192.0.2.1"),
    );
    assert_eq!((found.verdict, found.why.code()), (IprevVerdict::Fail, "ptr-unconfirmed"));
    assert_snapshot!(found, @r#"
        iprev ip=192.0.2.66
         PTR liar.example  A 192.0.2.1
         PTR gone.example  no A
         fail (no reverse name leads back to the client)
        "#);
}

#[test]
fn no_name_is_permerror() {
    for text in ["", &format!("{ARPA} TXT \"x\"")] {
        let found = run("192.0.2.66", text);
        assert_eq!((found.verdict, found.why.code()), (IprevVerdict::PermError, "ptr-missing"));
    }
}

#[test]
fn unanswered_questions_are_temperror_unless_another_name_is_confirmed() {
    let found = run("192.0.2.66", &format!(";!timeout {ARPA}"));
    assert_eq!((found.verdict, found.why.code()), (IprevVerdict::TempError, "dns-failure"));
    let slow = format!(
        "{ARPA} PTR slow.example\n{ARPA} PTR liar.example\nliar.example A 192.0.2.1\n;!servfail slow.example"
    );
    assert_snapshot!(run("192.0.2.66", &slow), @r#"
        iprev ip=192.0.2.66
         PTR slow.example  A: server failure
         PTR liar.example  A 192.0.2.1
         temperror (slow.example: server failure)
        "#);
    let saved = format!("{slow}\n{ARPA} PTR host.example\nhost.example A 192.0.2.66");
    assert_eq!(run("192.0.2.66", &saved).verdict, IprevVerdict::Pass);
}

#[test]
fn the_eleventh_name_is_not_looked_at() {
    let names = |n: usize| {
        let ptr: String = (1..=n).map(|i| format!("{ARPA} PTR h{i}.example\n")).collect();
        run("192.0.2.66", &format!("{ptr}h{n}.example A 192.0.2.66"))
    };
    assert_eq!(names(9).verdict, IprevVerdict::Pass);
    assert_eq!(names(10).verdict, IprevVerdict::Pass);
    let eleven = names(11);
    assert_eq!((eleven.verdict, eleven.names.len(), eleven.skipped), (IprevVerdict::Fail, 10, 1));
    assert!(eleven.to_string().contains("1 more names, not looked at"));
}

#[test]
fn too_much_time_is_temperror() {
    let ticks = AtomicI64::new(0);
    let clock = || UnixTime::from_secs(ticks.fetch_add(1, Ordering::Relaxed));
    let zone = zone(&format!("{ARPA} PTR h.example\nh.example A 192.0.2.66"));
    let mut limits = Limits::rfc7208();
    limits.elapsed = Duration::from_secs(1);
    let found = block_on(iprev(&zone, "192.0.2.66".parse().unwrap(), &limits, &clock)).unwrap();
    assert_eq!(found.verdict, IprevVerdict::TempError);
    assert_eq!(found.auth_result().property, "policy.iprev");
}
