//! Time, with a clock of our own.

use super::driver::{Driver, Plan, config};
use std::time::Duration;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

#[test]
fn one_octet_every_29_seconds_ends_at_the_line_deadline() {
    let mut driver = Driver::greeted(config());
    let start = driver.now;
    for octet in b"NOOP and so on and so forth".chunks(1) {
        driver.send(octet);
        driver.wait(seconds(29));
        if driver.is_closed() {
            break;
        }
    }
    assert_eq!(driver.codes(), [421]);
    assert!(driver.has("Closed time.command"));
    assert!(driver.now.since(start) < seconds(300 + 30));
}

#[test]
fn skipping_a_refused_line_has_the_same_deadline() {
    let mut driver = Driver::greeted(config());
    driver.send(b"NO\0");
    assert_eq!(driver.codes(), [500]);
    for _ in 0..9 {
        driver.wait(seconds(33));
        driver.send(b"x");
    }
    assert!(!driver.is_closed());
    driver.wait(seconds(3));
    assert!(driver.has("Closed time.command"));
}

#[test]
fn a_line_that_ends_gives_the_next_one_its_own_time() {
    let mut driver = Driver::greeted(config());
    for _ in 0..20 {
        driver.send(b"NO");
        driver.wait(seconds(200));
        driver.send(b"OP\r\nN");
        driver.wait(seconds(90));
        driver.send(b"OOP\r\n");
    }
    assert!(!driver.is_closed());
}

#[test]
fn a_spurious_timeout_does_nothing() {
    let mut driver = Driver::greeted(config());
    let (deadline, events) = (driver.connection.poll_timeout(), driver.events.len());
    driver.connection.handle_timeout(driver.now.plus(seconds(1)));
    driver.pump();
    assert_eq!(driver.connection.poll_timeout(), deadline);
    assert_eq!((driver.events.len(), driver.take_sent().as_str()), (events, ""));
}

#[test]
fn the_clock_of_content_stands_while_the_application_is_slow() {
    let mut config = config();
    config.limits.body_window = 10;
    let mut driver = Driver::in_data(config);
    driver.hold = true;
    driver.send(b"0123456789abcdef\r\n");
    driver.wait(seconds(1_000));
    assert!(!driver.is_closed());
    driver.connection.body_consumed(10);
    driver.pump();
    driver.wait(seconds(179));
    assert!(!driver.is_closed());
    driver.wait(seconds(1));
    assert!(driver.has("Closed time.body-idle"));
}

#[test]
fn no_clock_of_the_client_runs_while_the_application_decides() {
    let mut config = config();
    config.timeouts.verdict = seconds(10_000);
    config.timeouts.session = seconds(100_000);
    let mut driver = Driver::greeted(config);
    driver.plan("mail", Plan::Silent);
    driver.send(b"MAIL FROM:<>\r\n");
    driver.wait(seconds(9_999));
    assert!(!driver.is_closed());
    assert_eq!(driver.take_sent(), "");
    driver.wait(seconds(1));
    assert_eq!(driver.codes(), [451]);
}

#[test]
fn a_silent_application_at_the_greeting_closes() {
    let mut config = config();
    config.timeouts.banner = seconds(1);
    let mut driver = Driver::new(config);
    driver.plan("connected", Plan::Silent);
    driver.wait(seconds(61));
    assert_eq!(driver.codes(), [421]);
    assert!(driver.has("Closed app.silent"));
}
