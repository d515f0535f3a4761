use super::*;
use crate::{Answer, Content, LookupError, Question, Soa, Txt};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn zone(text: &str) -> ZoneResolver {
    ZoneResolver::parse(text).unwrap_or_else(|e| panic!("{e}"))
}

/// Owner, ttl, type and data of each record.
fn lines(text: &str) -> Vec<String> {
    zone(text)
        .records()
        .map(|(name, ttl, record)| format!("{name} {ttl} {} {record}", record.kind()))
        .collect()
}

fn ask(zone: &ZoneResolver, n: &str, kind: Kind) -> Result<Answer, LookupError> {
    zone.answer(&Question::new(name(n), kind))
}

/// Each fault as `line:column: text`.
fn faults(text: impl AsRef<[u8]>) -> Vec<String> {
    let errors = ZoneResolver::parse(text).unwrap_err();
    errors.errors().iter().map(ToString::to_string).collect()
}

#[test]
fn every_type_is_read() {
    let text = r#"
$ORIGIN example.org.
$TTL 1h
@  IN SOA ns1 hostmaster.example.org. ( 2026010100 ; serial
                 3600 10m 1w 300 )
   IN NS ns1
   IN MX 10 mail
   IN TXT "v=spf1 mx -all"
mail A 192.0.2.1
   AAAA 2001:db8::1
1.2.0.192.in-addr.arpa. PTR mail.example.org.
www CNAME mail
_25._tcp.mail TLSA 3 1 1 00ff ( 12
   AB )
"#;
    let zone = zone(text);
    let soa = ask(&zone, "example.org", Kind::Soa).unwrap();
    let expected = Soa {
        primary: name("ns1.example.org"),
        mailbox: name("hostmaster.example.org"),
        serial: 2_026_010_100,
        refresh: 3600,
        retry: 600,
        expire: 604_800,
        minimum: 300,
    };
    assert_eq!(soa.records(), [Record::Soa(expected)]);
    let show = |n, kind| ask(&zone, n, kind).unwrap().records()[0].to_string();
    assert_eq!(show("example.org", Kind::Ns), "ns1.example.org.");
    assert_eq!(show("example.org", Kind::Mx), "10 mail.example.org.");
    assert_eq!(show("example.org", Kind::Txt), "\"v=spf1 mx -all\"");
    assert_eq!(show("www.example.org", Kind::A), "192.0.2.1");
    assert_eq!(show("mail.example.org", Kind::Aaaa), "2001:db8::1");
    assert_eq!(show("1.2.0.192.in-addr.arpa", Kind::Ptr), "mail.example.org.");
    let tlsa = show("_25._tcp.mail.example.org", Kind::Tlsa);
    assert_eq!(tlsa, "3 1 1 00ff12ab");
}

#[test]
fn ttl_and_class_come_in_any_order_or_not_at_all() {
    let text = "a.example. 60 IN A 192.0.2.1\nb.example. IN 70 A 192.0.2.1\n\
                c.example. IN A 192.0.2.1\n$TTL 80\nd.example. A 192.0.2.1\n\
                e.example. 1h30m A 192.0.2.1\nf.example. A 192.0.2.1\n";
    let ttls: Vec<u32> = zone(text).records().map(|(_, ttl, _)| ttl).collect();
    assert_eq!(ttls, [60, 70, 70, 80, 5400, 80]);
    assert_eq!(lines("a. A 192.0.2.1"), ["a 3600 A 192.0.2.1"]);
}

#[test]
fn ttl_ends_at_2147483647() {
    assert_eq!(lines("a. 2147483647 A 192.0.2.1"), ["a 2147483647 A 192.0.2.1"]);
    assert_eq!(
        faults("a. 2147483648 A 192.0.2.1"),
        ["1:4: ttl in seconds (at most 2147483647) expected, found `2147483648`"]
    );
    assert_eq!(faults("$TTL 4000w").len(), 1);
    assert_eq!(faults("$TTL 1x").len(), 1);
}

#[test]
fn owner_and_origin_make_names() {
    let text = "$ORIGIN example.org.\n@ A 192.0.2.1\n\tA 192.0.2.2\n$ORIGIN sub\n\
                \\@ A 192.0.2.3\n*\tA 192.0.2.4\na\\.b A 192.0.2.5\nc\\\\. A 192.0.2.6\n";
    let mut owners: Vec<String> = zone(text).records().map(|r| r.0.to_string()).collect();
    owners.sort();
    assert_eq!(
        owners,
        [
            "*.sub.example.org",
            "\\@.sub.example.org",
            "a\\.b.sub.example.org",
            "c\\\\",
            "example.org",
            "example.org",
        ]
    );
}

#[test]
fn strings_keep_their_octets_and_borders() {
    let text = b"a. TXT \"a;(b\" c\\;d \"\\\"\\\\\\255\" \"\" \"\xc3\xa9\xff\"\"x\"\n";
    let zone = ZoneResolver::parse(text).unwrap();
    let strings: [&[u8]; 6] = [b"a;(b", b"c;d", b"\"\\\xff", b"", b"\xc3\xa9\xff", b"x"];
    let expected = Record::Txt(Txt::from_strings(strings));
    assert_eq!(ask(&zone, "a", Kind::Txt).unwrap().records(), [expected]);
}

#[test]
fn string_of_256_octets_is_a_fault() {
    let text = |n: usize| format!("a. TXT x \"{}\"", "x".repeat(n));
    for n in [254, 255] {
        assert!(ZoneResolver::parse(text(n)).is_ok(), "{n}");
    }
    assert_eq!(
        faults(text(256)),
        ["1:10: character string of 256 octets, 255 are allowed: write several"]
    );
}

#[test]
fn crlf_comments_and_missing_final_newline() {
    let text =
        "\u{feff}; head\r\na. A 192.0.2.1 ; tail\r\n   \r\n\r\nb. ( A ; inside\r\n 192.0.2.2 )";
    assert_eq!(lines(text), ["a 3600 A 192.0.2.1", "b 3600 A 192.0.2.2"]);
}

#[test]
fn octets_of_any_type_are_data() {
    let text = r"
a. A \# 4 c0000201
b. TYPE16 \# 6 02 6162 02 6364
c. TXT \# 0
d. MX \# 9 000a 04 6d61696c 0000
e. TYPE15 10 mail.
";
    let text = text.replace("9 000a 04 6d61696c 0000", "8 000a 04 6d61696c 00");
    assert_eq!(
        lines(&text),
        [
            "a 3600 A 192.0.2.1",
            "b 3600 TXT \"ab\" \"cd\"",
            "c 3600 TXT ",
            "d 3600 MX 10 mail.",
            "e 3600 MX 10 mail.",
        ]
    );
    assert_eq!(
        faults("a. A \\# 4 c00002\nb. A \\# 3 c00002\nc. TXT \\# 2 0561\nd. A \\# 1 c"),
        [
            "1:11: 4 octets announced, 3 found",
            "2:11: octets are no data of type A",
            "3:13: octets are no data of type TXT",
            "4:11: pairs of hexadecimal digits expected, the record ends here",
        ]
    );
}

#[test]
fn other_types_make_their_name_exist() {
    let mut zone = ZoneResolver::new();
    let text =
        "$TTL 60\n_imaps._tcp SRV 0 1 993 mail\nx CAA 0 issue \"ca.example\"\ny TYPE999 \\# 0\n";
    let skipped = zone.load(text, &name("example.org")).unwrap();
    let seen: Vec<String> =
        skipped.iter().map(|s| format!("{} {} {}", s.line, s.name, s.kind)).collect();
    assert_eq!(
        seen,
        ["2 _imaps._tcp.example.org SRV", "3 x.example.org CAA", "4 y.example.org TYPE999"]
    );
    let content = |n| ask(&zone, n, Kind::A).unwrap().content;
    assert_eq!(content("_imaps._tcp.example.org"), Content::NoData);
    assert_eq!(content("z.example.org"), Content::NxDomain);
}

#[test]
fn every_fault_is_reported_with_its_place() {
    let text = "\x20 A 192.0.2.1
a..b. A 192.0.2.1
$ORIGIN example.org.
a A 192.0.2.256
a A
a A 192.0.2.1 192.0.2.2
a MX 70000 mail
a MX 10
a TXTT x
a DNAME b.
a CH TXT x
a TXT \"open
a TXT \\256
a TXT x )
$INCLUDE other.zone
;!timout a TXT
;!timeout a TXT !A
;!timeout a TXT x
a AAAA (
 ::1";
    assert_eq!(
        faults(text),
        [
            "1:3: owner expected, there is none before this to repeat",
            "2:1: empty label at octet 2",
            "4:5: IPv4 address expected, found `192.0.2.256`",
            "5:4: IPv4 address expected, the record ends here",
            "6:15: end of the record expected, found `192.0.2.2`",
            "7:6: number up to 65535 expected, found `70000`",
            "8:8: name expected, the record ends here",
            "9:3: record type expected, found `TXTT`",
            "10:3: record type `DNAME` is not supported",
            "11:3: class IN expected, found `CH`",
            "12:7: closing quote expected before the end of the line",
            "13:7: `\\` must be followed by a character or by three digits up to 255",
            "14:9: closing parenthesis without an opening one",
            "15:1: control entry `$INCLUDE` is not supported",
            "16:3: `;!timout` is not known: timeout, servfail, bogus, refused, malformed, \
             alias-loop, not-encodable, error, nodata, nxdomain, exists, secure or insecure \
             expected",
            "17:17: record type expected, found `!A`",
            "18:17: record type expected, found `x`",
            "19:8: closing parenthesis expected before the end of the text",
        ]
    );
}

#[test]
fn faults_can_name_the_file_and_add_nothing() {
    let mut zone = ZoneResolver::new();
    let errors = zone.load("a. A 192.0.2.1\nb. A x", &Name::root()).unwrap_err();
    assert_eq!(
        errors.in_file("world.zone").to_string(),
        "world.zone:2:6: IPv4 address expected, found `x`"
    );
    assert_eq!(zone, ZoneResolver::new());
}

#[test]
fn reading_stops_at_one_hundred_faults() {
    for (n, reported) in [(99, 99), (100, 100), (101, 100)] {
        assert_eq!(faults("a A x\n".repeat(n)).len(), reported);
    }
}

#[test]
fn comments_say_what_records_cannot() {
    let text = r#"
$ORIGIN example.org.
a A 192.0.2.1
;!timeout a TXT MX
;!servfail b
;!bogus c.example.org. A
;!error "no route to \"host\"" d
;!nxdomain e 77
;!nodata f TXT
;!refused g !A
;!exists h
;!secure @
 ;!timeout a A
"#;
    let zone = zone(text);
    let error = |n, kind| ask(&zone, n, kind).unwrap_err();
    assert_eq!(error("a.example.org", Kind::Mx), LookupError::Timeout);
    assert_eq!(error("b.example.org", Kind::Ns), LookupError::ServFail { bogus: false });
    assert_eq!(error("c.example.org", Kind::A), LookupError::ServFail { bogus: true });
    assert_eq!(error("d.example.org", Kind::A).to_string(), "no route to \"host\"");
    assert_eq!(error("g.example.org", Kind::Mx), LookupError::Refused);
    let answer = |n, kind| ask(&zone, n, kind).unwrap();
    assert!(answer("a.example.org", Kind::A).authentic, "an indented comment is a comment");
    assert_eq!(answer("e.example.org", Kind::A).content, Content::NxDomain);
    assert_eq!(answer("e.example.org", Kind::A).ttl, 77);
    assert_eq!(answer("f.example.org", Kind::Txt).content, Content::NoData);
    assert_eq!(answer("g.example.org", Kind::A).content, Content::NoData);
    assert_eq!(answer("h.example.org", Kind::A).content, Content::NoData);
}
