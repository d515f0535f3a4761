use super::*;
use proptest::prelude::*;

fn text(t: &str) -> SafeText {
    SafeText::new(t).unwrap()
}

#[test]
fn each_line_has_both_codes() {
    let reply = Reply::lines(
        Code(551).with(7, 1),
        text("Forwarding to remote hosts disabled"),
        [text("Select another host to act as your forwarder")],
    );
    assert_eq!(
        &reply.to_wire()[..],
        &b"551-5.7.1 Forwarding to remote hosts disabled\r\n\
           551 5.7.1 Select another host to act as your forwarder\r\n"[..]
    );
}

#[test]
fn empty_text_keeps_the_space() {
    assert_eq!(&Reply::new(Code::OK.alone(), text("")).to_wire()[..], b"250 \r\n");
}

#[test]
fn text_with_a_line_end_cannot_be_made() {
    assert!(SafeText::new("ok\r\n250 injected").is_err());
}

#[test]
fn long_text_wraps_at_512_octets() {
    for (len, lines) in [(505, 1), (506, 1), (507, 2)] {
        let reply = Reply::new(Code::OK.alone(), text(&"a".repeat(len)));
        assert_eq!(reply.text().len(), lines, "{len}");
    }
    let longest = Reply::new(Code::OK.alone(), text(&"a".repeat(506)));
    assert_eq!(longest.to_wire().len(), MAX_REPLY_LINE);
}

#[test]
fn wrapping_prefers_a_space() {
    let reply =
        Reply::new(Code::OK.alone(), text(&format!("{} {}", "a".repeat(400), "b".repeat(400))));
    let lines: Vec<_> = reply.text().map(|l| l.as_str().len()).collect();
    assert_eq!(lines, [400, 400]);
}

#[test]
fn characters_become_hexpoints_without_smtputf8() {
    let reply = Reply::new(Code(550).with(1, 1), text("kein Postfach für grüße")).into_ascii();
    assert_eq!(reply.to_string(), "550 5.1.1 kein Postfach f\\x{FC}r gr\\x{FC}\\x{DF}e");
}

#[test]
fn standard_replies_agree_with_their_class_and_fit_a_line() {
    for (name, standard) in standard::ALL {
        let reply = standard.reply();
        assert!(reply.enhanced().is_some(), "{name}");
        assert!(Status::new(reply.code(), reply.enhanced()).is_ok(), "{name}");
        assert_eq!(reply.text().len(), 1, "{name}");
        assert!(standard.spec().starts_with("RFC "), "{name}");
    }
    assert_eq!(standard::BAD_SENDER.reply().to_string(), "501 5.1.7 bad sender address");
}

proptest! {
    #[test]
    fn no_written_line_is_longer_than_512(words in "[ -~é€]{0,1600}", subject in 0u16..1000) {
        let reply = Reply::new(Code(450).with(subject, 0), text(&words));
        let wire = reply.to_wire();
        for line in wire.split_inclusive(|&b| b == b'\n') {
            prop_assert!(line.ends_with(b"\r\n") && line.len() <= MAX_REPLY_LINE);
        }
    }
}
