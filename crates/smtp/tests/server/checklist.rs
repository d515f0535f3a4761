//! Attacks that have worked on others: each must leave the session in step or end it.

use super::driver::{Driver, Plan, config};
use postrider_smtp::sasl::Mechanism;
use postrider_smtp::server::{Auth, Config, OnFault, StaleTicket, Tls, Verdict};
use proptest::prelude::*;

/// What smuggling scanners try as an end of content.
const NO_ENDS: [&[u8]; 16] = [
    b"\n.\n",
    b"\n.\r",
    b"\r.\n",
    b"\r.\r",
    b"\n.\r\n",
    b"\r.\r\n",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r\r\n.\r\r\n",
    b"\r\n\0.\r\n",
    b"\r\n.\0\r\n",
    b"\n\n.\r\n",
    b"\r\n.\r\r\n",
    b"\n\r.\r\n",
    b"\r\n.\x0b\r\n",
    b"\n.\n\n",
];

fn smuggle(end: &[u8]) -> Vec<u8> {
    let inner = b"MAIL FROM:<evil@client.example>\r\nRCPT TO:<b@mx.example>\r\nDATA\r\ninner\r\n";
    [b"outer", end, inner, b".\r\n"].concat()
}

fn keep() -> Config {
    let mut config = config();
    config.wire.bare_cr = OnFault::Keep;
    config.wire.bare_lf = OnFault::Keep;
    config.wire.nul = OnFault::Keep;
    config
}

fn probe(driver: &mut Driver) {
    driver.take_sent();
    driver.send(b"NOOP\r\n");
    assert_eq!(driver.take_sent(), "250 2.0.0 ok\r\n", "out of step");
}

#[test]
fn no_other_sequence_ends_content() {
    for end in NO_ENDS {
        for piece in [1, 2, 1000] {
            let mut driver = Driver::in_data(keep());
            driver.send_in(&smuggle(end), piece);
            assert_eq!(driver.codes(), [250], "{end:?}");
            assert_eq!((driver.count("Mail"), driver.count("End")), (1, 1), "{end:?}");
            let inner = b"MAIL FROM:<evil@client.example>";
            assert!(driver.content.windows(inner.len()).any(|w| w == inner));
            probe(&mut driver);
        }
    }
}

#[test]
fn content_with_a_false_line_end_is_refused_at_its_real_end() {
    for end in NO_ENDS {
        for piece in [1, 2, 1000] {
            let mut driver = Driver::in_data(config());
            driver.send_in(&smuggle(end), piece);
            // A vertical tab is no line end, true or false.
            let harmless = end.contains(&0x0b);
            assert_eq!(driver.codes(), [if harmless { 250 } else { 554 }], "{end:?}");
            assert_eq!(driver.count("Mail"), 1, "{end:?}");
            assert_eq!(driver.has("Aborted data.fault"), !harmless, "{end:?}");
            assert_eq!(driver.has("End"), harmless, "{end:?}");
            probe(&mut driver);
        }
    }
}

#[test]
fn the_reply_to_a_fault_names_its_octet() {
    for (sent, told) in [
        (&b"ab\ncd\r\n.\r\n"[..], "bare LF at octet 2"),
        (b"ab\rcd\n\r\n.\r\n", "bare CR at octet 2"),
        (b"\0\r\n.\r\n", "NUL at octet 0"),
    ] {
        let mut driver = Driver::in_data(config());
        driver.send(sent);
        assert!(driver.take_sent().contains(told), "{told}");
    }
}

#[test]
fn end_of_stream_within_content_is_no_end() {
    let message = b"Subject: x\r\n\r\nhello\r\n.\r\n";
    for cut in 0..message.len() {
        let mut driver = Driver::in_data(config());
        driver.send(&message[..cut]);
        driver.eof();
        driver.send(&message[cut..]);
        driver.send(b"NOOP\r\n");
        assert!(driver.has("Aborted end.eof") && !driver.has("End"), "{cut}");
        assert_eq!(driver.take_sent(), "", "{cut}");
        assert!(!driver.connection.wants_read());
    }
}

#[test]
fn octets_that_were_read_before_the_handshake_end_the_connection() {
    let mut config = config();
    config.tls = Tls::Offered;
    let mut driver = Driver::greeted(config);
    driver.rx.extend_from_slice(b"STARTTLS\r\n");
    driver.connection.handle_input(driver.now, &mut driver.rx);
    // The 220 has not left, and the next segment is already here.
    driver.rx.extend_from_slice(b"MAIL FROM:<evil@client.example>\r\n");
    driver.pump();
    assert!(driver.has("Closed tls.pipelined"));
    assert!(!driver.has("UpgradeTls") && !driver.has("Mail"));
}

#[test]
fn nothing_is_taken_while_tls_begins() {
    let mut config = config();
    config.tls = Tls::Offered;
    let mut driver = Driver::greeted(config);
    driver.send(b"STARTTLS\r\n");
    assert!(driver.has("UpgradeTls") && !driver.connection.wants_read());
    driver.send(b"NOOP\r\n");
    assert_eq!(&driver.rx[..], b"NOOP\r\n");
    assert_eq!(driver.take_sent(), "220 2.0.0 ready for TLS\r\n");
}

#[test]
fn nul_is_refused_wherever_it_stands() {
    for line in
        [&b"NO\0OP\r\n"[..], b"\0\r\n", b"MAIL FROM:<a\0@client.example>\r\n", b"NOOP\0\r\n"]
    {
        let mut driver = Driver::greeted(config());
        driver.send(line);
        assert_eq!(driver.codes(), [500], "{line:?}");
        assert!(!driver.has("Mail"));
        probe(&mut driver);
    }
    let mut driver = secured();
    driver.send(b"AUTH PLAIN\r\nAGFs\0aWNl\r\n");
    assert_eq!(driver.codes(), [334, 500]);
    probe(&mut driver);
}

/// A connection under TLS that has said EHLO and may say AUTH.
fn secured() -> Driver {
    let mut config = config();
    config.tls = Tls::Implicit;
    config.auth = Auth::Offered(Mechanism::PASSWORD.to_vec());
    config.limits.auth_failures = 1_000;
    config.limits.errors = 1_000;
    let mut driver = Driver::new(config);
    driver.pump();
    driver.tls();
    driver.send(b"EHLO client.example\r\n");
    driver.take_sent();
    driver
}

#[test]
fn base64_is_strict_for_every_length_and_padding() {
    for letters in 0..=16 {
        for padding in 0..=4 {
            let line = format!("{}{}", "A".repeat(letters), "=".repeat(padding));
            let sound = (letters + padding) % 4 == 0 && padding < 3 && letters > 0;
            let mut driver = secured();
            driver.send(format!("AUTH LOGIN\r\n{line}\r\n").as_bytes());
            // Zeros are no user name, so sound base64 is malformed content at best.
            let code = driver.codes()[1];
            let told = driver.reply_rules().last().copied();
            assert_eq!((code, told), (501, Some("auth.malformed")), "{line}");
            let trace = driver.trace();
            let told = if sound || line.is_empty() { "malformed" } else { "not base64" };
            assert!(trace.contains(told), "{line}: {trace}");
        }
    }
}

#[test]
fn no_credential_reaches_the_trace() {
    let mut driver = secured();
    driver.plan("auth", Plan::Answer(Verdict::Accept));
    driver.send(b"AUTH LOGIN\r\nYWxpY2U=\r\naHVudGVyMg==\r\n");
    driver.send(b"AUTH PLAIN AGFsaWNlAGh1bnRlcjI=\r\n");
    assert!(driver.has("Auth LOGIN alice hunter2"));
    let trace = driver.trace();
    for secret in ["hunter2", "aHVudGVyMg", "AGFsaWNl", "alice", "YWxpY2U"] {
        assert!(!trace.contains(secret), "{secret} in {trace}");
    }
}

#[test]
fn every_state_has_its_code_for_every_command() {
    const COMMANDS: [&str; 9] = [
        "EHLO client.example",
        "MAIL FROM:<a@client.example>",
        "RCPT TO:<b@mx.example>",
        "DATA",
        "RSET",
        "NOOP",
        "VRFY a",
        "STARTTLS",
        "AUTH PLAIN AGFsaWNlAGh1bnRlcjI=",
    ];
    let table: [(&[&str], [u16; 9]); 5] = [
        (&[], [250, 503, 503, 503, 250, 250, 252, 503, 503]),
        (&["EHLO client.example"], [250, 250, 503, 503, 250, 250, 252, 503, 235]),
        (
            &["EHLO client.example", "AUTH PLAIN AGFsaWNlAGh1bnRlcjI="],
            [250, 250, 503, 503, 250, 250, 252, 503, 503],
        ),
        (&["EHLO client.example", "MAIL FROM:<>"], [250, 503, 250, 503, 250, 250, 252, 503, 503]),
        (
            &["EHLO client.example", "MAIL FROM:<>", "RCPT TO:<b@mx.example>"],
            [250, 503, 250, 354, 250, 250, 252, 503, 503],
        ),
    ];
    for (before, codes) in table {
        for (command, code) in COMMANDS.into_iter().zip(codes) {
            let mut config = config();
            config.tls = Tls::Implicit;
            config.auth = Auth::Offered(Mechanism::PASSWORD.to_vec());
            let mut driver = Driver::new(config);
            driver.pump();
            driver.tls();
            before.iter().for_each(|line| driver.send(format!("{line}\r\n").as_bytes()));
            driver.take_sent();
            driver.send(format!("{command}\r\n").as_bytes());
            assert_eq!(driver.codes(), [code], "{before:?}, {command}");
        }
    }
}

#[test]
fn a_proxy_header_is_one_wherever_it_is_cut() {
    let v1 = b"PROXY TCP4 203.0.113.7 198.51.100.25 4000 25\r\n";
    let v2 =
        b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xcb\x00\x71\x07\xc6\x33\x64\x19\x0f\xa0\x00\x19";
    for header in [&v1[..], v2] {
        for cut in 0..=header.len() {
            let mut config = config();
            config.proxies = vec!["192.0.2.0/24".parse().unwrap()];
            let mut driver = Driver::new(config);
            driver.send(&header[..cut]);
            assert_eq!(driver.take_sent().is_empty(), cut < header.len(), "{cut}");
            driver.send(&header[cut..]);
            assert!(driver.has("Connected 203.0.113.7:4000 198.51.100.25:25"), "{cut}");
        }
    }
}

#[test]
fn after_the_end_every_call_is_safe() {
    let mut driver = Driver::greeted(config());
    driver.plan("mail", Plan::Silent);
    driver.send(b"MAIL FROM:<>\r\n");
    let ticket = *driver.tickets.last().unwrap();
    driver.eof();
    assert!(driver.is_closed());
    let before = driver.events.len();
    let answer = driver.connection.answer(driver.now, ticket, Verdict::Accept);
    assert_eq!(answer, Err(StaleTicket));
    driver.send(b"NOOP\r\n");
    driver.connection.body_consumed(usize::MAX);
    driver.connection.shutdown(driver.now);
    driver.eof();
    driver.wait(std::time::Duration::from_secs(100_000));
    assert_eq!(driver.events.len(), before);
    assert_eq!(driver.take_sent(), "");
    assert_eq!(driver.connection.poll_timeout(), None);
    assert!(!driver.connection.wants_read());
}

#[test]
fn a_ticket_is_good_for_one_answer() {
    let mut driver = Driver::greeted(config());
    let old = *driver.tickets.last().unwrap();
    driver.plan("mail", Plan::Silent);
    driver.send(b"MAIL FROM:<>\r\n");
    let stale = driver.connection.answer(driver.now, old, Verdict::Accept);
    assert_eq!(stale, Err(StaleTicket));
    let ticket = *driver.tickets.last().unwrap();
    assert_eq!(driver.connection.answer(driver.now, ticket, Verdict::Accept), Ok(()));
    let again = driver.connection.answer(driver.now, ticket, Verdict::Accept);
    assert_eq!(again, Err(StaleTicket));
    driver.pump();
    assert_eq!(driver.codes(), [250]);
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(&b"EHLO client.example\r\n"[..]),
        Just(&b"MAIL FROM:<a@client.example>\r\n"[..]),
        Just(&b"RCPT TO:<b@mx.example>\r\n"[..]),
        Just(&b"DATA\r\n"[..]),
        Just(&b".\r\n"[..]),
        Just(&b"..x\r\n"[..]),
        Just(&b"RSET\r\n"[..]),
        Just(&b"NOOP"[..]),
        Just(&b"\r"[..]),
        Just(&b"\n"[..]),
        Just(&b"\0"[..]),
        Just(&b"text"[..]),
        Just(&b"QUIT\r\n"[..]),
        Just(&b"MAIL FROM:<\xc3\xa4@client.example> SMTPUTF8\r\n"[..]),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_split_gives_the_same_session(octets in soup(), piece in 1usize..20) {
        let run = |piece: usize| {
            let mut driver = Driver::new(config());
            driver.send_in(&octets, piece);
            let rules = driver.rules();
            (driver.take_sent(), driver.events, driver.content, rules)
        };
        prop_assert_eq!(run(piece), run(usize::MAX));
    }

    #[test]
    fn every_line_gets_one_reply(lines in proptest::collection::vec("[ -~]{0,40}|(RCPT TO|MAIL FROM):<[a-z]@[a-z]>|EHLO a|NOOP|RSET", 0..30)) {
        let mut config = config();
        config.limits.errors = 100;
        let mut driver = Driver::greeted(config);
        let expected = lines.iter().filter(|line| !line.to_ascii_uppercase().starts_with("DATA")).count();
        for line in lines.iter().filter(|line| !line.to_ascii_uppercase().starts_with("DATA")) {
            driver.send(format!("{line}\r\n").as_bytes());
        }
        prop_assert!(driver.codes().len() == expected || driver.is_closed());
    }

    #[test]
    fn any_octets_are_survived(octets in proptest::collection::vec(any::<u8>(), 0..400), piece in 1usize..50) {
        let mut driver = Driver::greeted(config());
        driver.send_in(&octets, piece);
        driver.eof();
        prop_assert!(driver.is_closed());
        prop_assert!(driver.take_sent().lines().all(|line| line.len() >= 4));
    }
}
