//! Every limit at one below, at, and one above.

use super::driver::{Driver, Plan, config};
use postrider_smtp::sasl::Mechanism;
use postrider_smtp::server::{Auth, Config, Tls};

/// What a session gives when its octets come whole and when they come one by one: the same.
fn codes(config: &Config, octets: &[u8]) -> Vec<u16> {
    let run = |piece| {
        let mut driver = Driver::greeted(config.clone());
        driver.send_in(octets, piece);
        driver.codes()
    };
    let whole = run(usize::MAX);
    assert_eq!(run(1), whole);
    whole
}

#[test]
fn command_line() {
    let limit = config().command_line();
    assert_eq!(limit, 512 + 26 + 17 + 10);
    for (len, code) in [(limit - 1, 250), (limit, 250), (limit + 1, 500)] {
        let line = format!("NOOP {}\r\nNOOP\r\n", "x".repeat(len - 7));
        assert_eq!(codes(&config(), line.as_bytes()), [code, 250], "{len}");
    }
}

#[test]
fn each_extension_adds_to_the_command_line() {
    let mut config = config();
    config.extensions.smtputf8 = postrider_smtp::server::Offer::No;
    assert_eq!(config.command_line(), 512 + 26 + 17);
    config.auth = Auth::Offered(vec![Mechanism::Plain]);
    assert_eq!(config.command_line(), 512 + 26 + 17 + 500);
}

#[test]
fn sasl_line() {
    let mut config = config();
    config.tls = Tls::Implicit;
    config.auth = Auth::Offered(Mechanism::PASSWORD.to_vec());
    for (len, rule) in [
        (12_284, "auth.malformed"),
        (12_288, "auth.malformed"),
        (12_289, "auth.line-too-long"),
        (12_292, "auth.line-too-long"),
    ] {
        for piece in [1, usize::MAX] {
            let mut driver = Driver::new(config.clone());
            driver.pump();
            driver.tls();
            let line = format!("EHLO a.example\r\nAUTH PLAIN\r\n{}\r\n", "A".repeat(len - 2));
            driver.send_in(line.as_bytes(), piece);
            assert_eq!(driver.reply_rules().last(), Some(&rule), "{len}");
        }
    }
}

#[test]
fn a_long_auth_line_is_a_long_line_where_auth_is_not_offered() {
    let line = format!("AUTH PLAIN {}\r\nNOOP\r\n", "A".repeat(2_000));
    for piece in [1, usize::MAX] {
        let mut driver = Driver::greeted(config());
        driver.send_in(line.as_bytes(), piece);
        assert_eq!(driver.codes(), [500, 250]);
        assert!(driver.rules().contains(&"line.too-long"));
    }
}

#[test]
fn limits_of_zero_do_not_stop_a_session() {
    let mut config = config();
    config.limits.body_window = 0;
    config.limits.backlog = 0;
    let mut driver = Driver::in_data(config);
    driver.send(b"text\r\n.\r\n");
    assert_eq!(driver.codes(), [250]);
    assert_eq!(driver.content, b"text\r\n");
}

#[test]
fn message_size() {
    let mut config = config();
    config.limits.message = 20;
    for (len, code) in [(19, 250), (20, 250), (21, 552)] {
        let text = format!("{}\r\n", "x".repeat(len - 2));
        let octets =
            format!("MAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n{text}.\r\nNOOP\r\n");
        assert_eq!(codes(&config, octets.as_bytes()), [250, 250, 354, code, 250], "{len}");
    }
}

#[test]
fn message_size_counts_no_transparency_dots() {
    let mut config = config();
    config.limits.message = 6;
    let start = "MAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n";
    for (text, code) in [("..\r\n..\r\n.\r\n", 250), ("..\r\n..x\r\n.\r\n", 552)] {
        let got = codes(&config, format!("{start}{text}").as_bytes());
        assert_eq!(got.last(), Some(&code), "{text:?}");
    }
}

#[test]
fn declared_size() {
    let mut config = config();
    config.limits.message = 20;
    for (size, code) in [(19, 250), (20, 250), (21, 552)] {
        let line = format!("MAIL FROM:<> SIZE={size}\r\n");
        assert_eq!(codes(&config, line.as_bytes()), [code], "{size}");
    }
}

#[test]
fn message_discard() {
    let mut config = config();
    config.limits.message = 4;
    config.limits.message_discard = 10;
    let start = "MAIL FROM:<>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\n";
    for (len, code) in [(12, 552), (13, 552), (14, 552), (15, 421)] {
        // Four octets are told; the rest is skipped.
        let text = format!("{start}{}\r\n.\r\n", "x".repeat(len - 2));
        let got = codes(&config, text.as_bytes());
        assert_eq!(got.last(), Some(&code), "{len}");
    }
}

#[test]
fn recipients() {
    let mut config = config();
    config.limits.recipients = 101;
    for (count, refused) in [(100, 0), (101, 0), (102, 1)] {
        let octets = format!("MAIL FROM:<>\r\n{}", "RCPT TO:<b@mx.example>\r\n".repeat(count));
        let got = codes(&config, octets.as_bytes());
        assert_eq!(got.iter().filter(|code| **code == 452).count(), refused, "{count}");
    }
}

#[test]
fn useless_commands() {
    // The EHLO of the greeting is one of them.
    for (count, closed) in [(98, false), (99, false), (100, true)] {
        let got = codes(&config(), "NOOP\r\n".repeat(count).as_bytes());
        assert_eq!(got.last() == Some(&421), closed, "{count}");
    }
    let got = codes(&config(), "NOOP\r\n".repeat(1_000).as_bytes());
    assert_eq!(got.len(), 100);
}

#[test]
fn announced_limits_have_six_digits_at_most() {
    let mut config = config();
    config.limits.recipients = 1_000_000;
    config.limits.transactions = 1_000_000;
    let mut driver = Driver::new(config);
    driver.send(b"EHLO client.example\r\n");
    assert!(driver.take_sent().contains(" LIMITS MAILMAX=999999 RCPTMAX=999999\r\n"));
}

#[test]
fn a_connection_at_rest_is_small() {
    // Ten thousand stalled clients cost ten megabytes, beside what drivers read for them.
    let octets = size_of::<postrider_smtp::server::Connection>();
    println!("{octets} octets per connection");
    assert!(size_of::<postrider_smtp::server::Connection>() <= 1_024);
}

#[test]
fn errors() {
    for (count, closed) in [(9, false), (10, false), (11, true)] {
        let got = codes(&config(), "FOO\r\n".repeat(count).as_bytes());
        assert_eq!(got.last() == Some(&421), closed, "{count}");
    }
}

#[test]
fn refused_recipients_are_no_errors_of_the_protocol() {
    let mut driver = Driver::greeted(config());
    driver.send(b"MAIL FROM:<>\r\n");
    for _ in 0..50 {
        let no = postrider_smtp::value::reply::standard::NO_SUCH_MAILBOX.reply();
        let verdict = postrider_smtp::server::Verdict::Reject(no);
        driver.plan("rcpt", Plan::Answer(verdict));
        driver.send(b"RCPT TO:<b@mx.example>\r\n");
    }
    driver.send(b"NOOP\r\n");
    assert_eq!(driver.codes().last(), Some(&250));
}

#[test]
fn body_window_stops_reading_until_content_is_consumed() {
    let mut config = config();
    config.limits.body_window = 100;
    let mut driver = Driver::in_data(config);
    driver.hold = true;
    let text = "0123456789abcdef\r\n".repeat(100);
    driver.send(text.as_bytes());
    assert_eq!(driver.content.len(), 100);
    assert_eq!(driver.rx.len(), 1_700);
    assert!(!driver.connection.wants_read());
    driver.connection.body_consumed(40);
    driver.pump();
    assert_eq!(driver.content.len(), 140);
    driver.hold = false;
    driver.connection.body_consumed(100);
    driver.pump();
    assert_eq!(driver.content, text.as_bytes());
    assert!(driver.connection.wants_read());
}

#[test]
fn backlog_of_replies_stops_reading() {
    let mut config = config();
    config.limits.backlog = 100;
    config.limits.useless = 10_000;
    let mut driver = Driver::greeted(config);
    driver.rx.extend_from_slice("NOOP\r\n".repeat(100).as_bytes());
    driver.connection.handle_input(driver.now, &mut driver.rx);
    assert!(!driver.connection.wants_read());
    let sent = driver.connection.poll_transmit().unwrap();
    assert!((100..200).contains(&sent.len()));
    driver.pump();
    assert_eq!(driver.codes().len() + sent.len() / 14, 100);
}

#[test]
fn replies_to_pipelined_commands_leave_together() {
    let mut driver = Driver::greeted(config());
    driver.rx.extend_from_slice(b"NOOP\r\nRSET\r\nNOOP\r\n");
    driver.connection.handle_input(driver.now, &mut driver.rx);
    let sent = driver.connection.poll_transmit().unwrap();
    assert_eq!(&sent[..], "250 2.0.0 ok\r\n".repeat(3).as_bytes());
}
