use super::*;
use crate::value::{BodyType, MailAuth};
use ParseCommandError as E;
use proptest::prelude::*;

fn parse(line: &str) -> Result<Command, ParseCommandError> {
    Command::parse(line.as_bytes(), &Leniency::strict())
}

fn written(line: &str) -> String {
    let wire = parse(line).unwrap_or_else(|e| panic!("{line}: {e}")).encode();
    String::from_utf8(wire.to_vec()).unwrap()
}

fn params(line: &str) -> MailParams {
    match parse(line) {
        Ok(Command::Mail { params, .. }) => params,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn commands_are_read_in_any_case_and_written_in_one() {
    let table = [
        ("ehlo Mail.Example", "EHLO mail.example\r\n"),
        ("HELO [192.0.2.1]", "HELO [192.0.2.1]\r\n"),
        ("mail from:<>", "MAIL FROM:<>\r\n"),
        ("Rcpt tO:<Postmaster>", "RCPT TO:<Postmaster>\r\n"),
        ("rcpt to:<a@B.example>", "RCPT TO:<a@b.example>\r\n"),
        ("data", "DATA\r\n"),
        ("rset", "RSET\r\n"),
        ("noop ignored words", "NOOP\r\n"),
        ("quit", "QUIT\r\n"),
        ("vrfy \"a b\"", "VRFY \"a b\"\r\n"),
        ("expn list", "EXPN list\r\n"),
        ("help", "HELP\r\n"),
        ("help mail", "HELP mail\r\n"),
        ("starttls", "STARTTLS\r\n"),
        ("lhlo Mail.Example", "LHLO mail.example\r\n"),
        ("bdat 007 last", "BDAT 7 LAST\r\n"),
        ("bdat 0", "BDAT 0\r\n"),
        (
            "mail from:<> ret=hdrs envid=a+20b requiretls mt-priority=-3 by=+7;nt holdfor=9 body=binarymime",
            "MAIL FROM:<> BODY=BINARYMIME RET=HDRS ENVID=a+20b REQUIRETLS MT-PRIORITY=-3 BY=7;NT HOLDFOR=9\r\n",
        ),
        (
            "rcpt to:<a@b.example> orcpt=RFC822;a+2Bb@b.example notify=delay,failure",
            "RCPT TO:<a@b.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb@b.example\r\n",
        ),
        ("auth plain", "AUTH PLAIN\r\n"),
        ("auth plain =", "AUTH PLAIN =\r\n"),
        ("auth plain AGEAYg==", "AUTH PLAIN AGEAYg==\r\n"),
    ];
    for (line, wire) in table {
        assert_eq!(written(line), wire, "{line}");
    }
}

#[test]
fn trailing_white_space_is_tolerated() {
    for line in ["DATA ", "QUIT \t", "MAIL FROM:<a@b.example>  ", "EHLO a.example "] {
        assert!(parse(line).is_ok(), "{line:?}");
    }
}

#[test]
fn arguments_stand_where_they_may() {
    for line in [
        "DATA x",
        "RSET x",
        "QUIT x",
        "STARTTLS x",
        "EHLO",
        "HELO ",
        "MAIL",
        "RCPT",
        "AUTH",
        "VRFY",
        "EXPN \"\"",
    ] {
        assert!(matches!(parse(line), Err(E::Argument { .. })), "{line}: {:?}", parse(line));
    }
    for line in [
        "MAIL <a@b>",
        "MAIL TO:<a@b>",
        "RCPT FROM:<a@b>",
        "MAIL FROM",
        "MAIL FROM :<a@b>",
        "MAIL  FROM:<a@b>",
    ] {
        assert!(matches!(parse(line), Err(E::Argument { .. })), "{line}: {:?}", parse(line));
    }
}

#[test]
fn space_before_the_path_is_a_leniency() {
    assert!(matches!(parse("MAIL FROM: <a@b.example>"), Err(E::Sender(_))));
    let lenient = Leniency { path_space: Lenient::Yes, ..Leniency::strict() };
    assert!(Command::parse(b"MAIL FROM: <a@b.example>", &lenient).is_ok());
    assert!(matches!(Command::parse(b"RCPT TO: a@b.example", &lenient), Err(E::Recipient(_))));
}

#[test]
fn a_hello_that_is_no_host_is_a_leniency_and_kept_escaped() {
    for bad in
        [&b"EHLO a(b)"[..], b"EHLO a\tb", b"EHLO a_b", b"EHLO \xff", b"EHLO [IPv6:zz]", b"EHLO a b"]
    {
        assert!(matches!(Command::parse(bad, &Leniency::strict()), Err(E::Hello(_))), "{bad:?}");
        let lenient = Leniency { ehlo: Lenient::Yes, ..Leniency::strict() };
        match Command::parse(bad, &lenient) {
            Ok(Command::Ehlo(who)) => {
                assert!(who.host().is_none());
                assert!(!who.to_string().bytes().any(|b| b.is_ascii_control() || b >= 0x80));
            }
            other => panic!("{bad:?}: {other:?}"),
        }
    }
}

#[test]
fn verbs_are_known_offered_or_neither() {
    for line in ["ETRN x", "TURN", "XCLIENT A=B"] {
        assert!(matches!(parse(line), Err(E::NotImplemented { .. })), "{line}");
    }
    for line in ["", " ", "FOO", "MAILFROM:<a@b>", "DATA\t", "DATA_", "\u{e9}HLO a"] {
        let got = parse(line);
        assert!(matches!(got, Err(E::UnknownVerb)) || line == "DATA\t", "{line:?}: {got:?}");
    }
}

#[test]
fn quotes_keep_brackets_and_spaces_in_the_path() {
    let table = [
        (
            r#"MAIL FROM:<"a> SIZE=1 x"@d.example> SIZE=7"#,
            r#"MAIL FROM:<"a> SIZE=1 x"@d.example> SIZE=7"#,
        ),
        (r#"MAIL FROM:<"a b"@d.example>"#, r#"MAIL FROM:<"a b"@d.example>"#),
        (r#"MAIL FROM:<"a\"b"@d.example>"#, r#"MAIL FROM:<"a\"b"@d.example>"#),
        (r#"MAIL FROM:<"a@b"@c.example>"#, r#"MAIL FROM:<"a@b"@c.example>"#),
        (r#"MAIL FROM:<"ab"@c.example>"#, "MAIL FROM:<ab@c.example>"),
        ("MAIL FROM:<@a.example,@b.example:x@c.example>", "MAIL FROM:<x@c.example>"),
    ];
    for (line, wire) in table {
        assert_eq!(written(line), format!("{wire}\r\n"));
    }
    assert_eq!(params(r#"MAIL FROM:<"a> SIZE=1 x"@d.example> SIZE=7"#).size, Some(7));
}

#[test]
fn paths_are_strict() {
    for line in [
        "MAIL FROM:a@b.example",
        "MAIL FROM:<a@b.example",
        "MAIL FROM:<Postmaster>",
        "MAIL FROM:<\"a@b.example>",
    ] {
        assert!(matches!(parse(line), Err(E::Sender(_))), "{line}: {:?}", parse(line));
    }
    for line in ["RCPT TO:<>", "RCPT TO:a@b.example", "RCPT TO:<a@[IPv6:x]>"] {
        assert!(matches!(parse(line), Err(E::Recipient(_))), "{line}: {:?}", parse(line));
    }
    for line in
        ["MAIL FROM:<a@b.example>SIZE=1", "MAIL FROM:<a@b.example>>", "RCPT TO:<a@b.example>\tX"]
    {
        assert!(matches!(parse(line), Err(E::Unspaced { .. })), "{line}: {:?}", parse(line));
    }
}

#[test]
fn parameters_are_typed() {
    let read = params("MAIL FROM:<> SIZE=0 BODY=8bitmime SMTPUTF8 AUTH=e+3Dmc2@example.com");
    assert_eq!(read.size, Some(0));
    assert_eq!(read.body, Some(BodyType::EightBitMime));
    assert!(read.smtputf8);
    assert_eq!(read.auth.map(|a| a.to_string()).as_deref(), Some("e+3Dmc2@example.com"));
    assert_eq!(params("MAIL FROM:<> AUTH=<>").auth, Some(MailAuth::Unknown));
    assert_eq!(params("MAIL FROM:<>"), MailParams::default());
}

#[test]
fn bad_values_are_refused() {
    let values = [
        "SIZE",
        "SIZE=+5",
        "SIZE=-1",
        "SIZE=5x",
        "SIZE=123456789012345678901234567",
        "BODY",
        "BODY=9BIT",
        "BODY=UUENCODE",
        "SMTPUTF8=YES",
        "AUTH",
        "AUTH=x",
        "AUTH=<+0D+0A>",
        "AUTH=a@b+0D+0Ac",
        "AUTH=+",
        "AUTH=+A",
    ];
    for param in values {
        let got = parse(&format!("MAIL FROM:<> {param}"));
        assert!(matches!(got, Err(E::Value { .. })), "{param}: {got:?}");
    }
    for param in [
        "SIZE=",
        "=",
        "SIZE==5",
        "-SIZE=1",
        "A_B=1",
        "SIZE=5  BODY=7BIT",
        " SIZE=1",
        "\u{e9}=1",
        "SIZE=\u{1}",
    ] {
        let got = parse(&format!("MAIL FROM:<> {param}"));
        assert!(matches!(got, Err(E::Parameter { .. })), "{param}: {got:?}");
    }
}

#[test]
fn numbers_are_checked() {
    let size = |n: &str| {
        parse(&format!("MAIL FROM:<> SIZE={n}"))
            .map(|_| params(&format!("MAIL FROM:<> SIZE={n}")).size)
    };
    assert_eq!(size("9223372036854775808"), Ok(Some(1 << 63)));
    assert_eq!(size("18446744073709551615"), Ok(Some(u64::MAX)));
    assert_eq!(size("18446744073709551616"), Err(E::SizeOverflow));
    assert_eq!(size("00000000000000000005"), Ok(Some(5)));
    assert!(matches!(size("000000000000000000005"), Err(E::Value { .. })));
}

#[test]
fn repeated_and_unknown_parameters_are_errors() {
    for line in [
        "MAIL FROM:<> SIZE=1 SIZE=1",
        "MAIL FROM:<> BODY=7BIT body=7BIT",
        "MAIL FROM:<> SMTPUTF8 SMTPUTF8",
        "MAIL FROM:<> AUTH=<> AUTH=<>",
    ] {
        assert!(matches!(parse(line), Err(E::Duplicate { .. })), "{line}");
    }
    for line in
        ["MAIL FROM:<> HELLO=WORLD", "RCPT TO:<a@b.example> SIZE=1", "RCPT TO:<a@b.example> X"]
    {
        assert!(matches!(parse(line), Err(E::UnknownParameter { index: 1 })), "{line}");
    }
}

#[test]
fn initial_response_is_strict_base64() {
    for good in ["=", "AA==", "AAA=", "AAAA"] {
        assert!(parse(&format!("AUTH PLAIN {good}")).is_ok(), "{good}");
    }
    for bad in [
        "A", "AA", "AAA", "AA=", "A===", "====", "==", "AAAAA", "AA==AA==", "AB==", "A A=",
        "AAAA =", "AA-_", "*",
    ] {
        assert_eq!(parse(&format!("AUTH PLAIN {bad}")).unwrap_err(), E::Base64, "{bad}");
    }
    assert!(matches!(parse("AUTH PLA?IN"), Err(E::Mechanism(_))));
}

#[test]
fn debug_of_auth_shows_no_secret() {
    let shown = format!("{:?}", parse("AUTH PLAIN AGEAaHVudGVyMg==").unwrap());
    assert!(shown.contains("[redacted]") && !shown.contains("104"), "{shown}");
}

proptest! {
    #[test]
    fn parse_after_write_is_identity(line in "(MAIL FROM:<|RCPT TO:<)[a-z\"\\\\ >@.]{0,12}@[a-z.]{1,8}>( SIZE=[0-9]{1,3}| BODY=7BIT| SMTPUTF8| AUTH=[a-z+2B@.]{1,6})?") {
        if let Ok(command) = parse(&line) {
            let wire = command.encode();
            let again = Command::parse(&wire[..wire.len() - 2], &Leniency::strict()).unwrap();
            prop_assert_eq!(again.encode(), wire);
        }
    }

    #[test]
    fn what_is_written_is_one_line(octets in proptest::collection::vec(any::<u8>(), 0..60), verb in 0usize..7) {
        let verbs = ["EHLO ", "MAIL FROM:", "RCPT TO:", "VRFY ", "AUTH ", "HELP ", "MAIL FROM:<> "];
        let line = [verbs[verb].as_bytes(), &octets].concat();
        let lenient = Leniency { ehlo: Lenient::Yes, path_space: Lenient::Yes };
        if let Ok(command) = Command::parse(&line, &lenient) {
            let wire = command.encode();
            let controls = wire.iter().filter(|b| b.is_ascii_control()).count();
            prop_assert!(wire.ends_with(b"\r\n") && controls == 2, "{:?}", wire);
        }
    }
}

#[test]
fn a_chunk_size_is_exact_or_none() {
    for (size, octets) in [
        ("0", 0),
        ("1", 1),
        ("4294967296", 1 << 32),
        ("18446744073709551615", u64::MAX),
        ("00000000000000000000000001", 1),
    ] {
        match parse(&format!("BDAT {size} LAST")) {
            Ok(Command::Bdat { octets: read, chunk: Chunk::Last }) => assert_eq!(read, octets),
            other => panic!("{size}: {other:?}"),
        }
    }
    for bad in [
        "BDAT",
        "BDAT ",
        "BDAT LAST",
        "BDAT 18446744073709551616",
        "BDAT 99999999999999999999999999",
        "BDAT +5",
        "BDAT -1",
        "BDAT 5 LASTX",
        "BDAT 5 LAST LAST",
        "BDAT 5  LAST",
        "BDAT 0x5",
    ] {
        assert!(matches!(parse(bad), Err(E::ChunkSize)), "{bad}");
    }
}

#[test]
fn holding_for_and_until_exclude_each_other() {
    let line = "MAIL FROM:<> HOLDFOR=5 HOLDUNTIL=2030-01-02T03:04:05Z";
    assert!(matches!(parse(line), Err(E::Duplicate { keyword: "HOLDUNTIL" })));
}

#[test]
fn encoded_line_ends_in_parameters_are_refused() {
    for bad in [
        "MAIL FROM:<> ENVID=x+0D+0ARCPT",
        "MAIL FROM:<> ENVID=x+00",
        "MAIL FROM:<> AUTH=<+0D+0A>",
        "RCPT TO:<a@b.example> ORCPT=rfc822;a+0Ab",
        "RCPT TO:<a@b.example> ORCPT=utf-8;a\\x{A}b",
    ] {
        assert!(matches!(parse(bad), Err(E::Value { .. })), "{bad}: {:?}", parse(bad));
    }
}
