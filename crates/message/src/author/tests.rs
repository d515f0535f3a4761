use super::*;
use proptest::prelude::*;

fn of(header: &str) -> AuthorDomains {
    author_domains(&HeaderBlock::parse(header.as_bytes()).0)
}

fn codes(header: &str) -> Vec<&'static str> {
    of(header).problems.iter().map(AuthorProblem::code).collect()
}

fn names(header: &str) -> Vec<String> {
    of(header).domains.iter().map(ToString::to_string).collect()
}

#[test]
fn one_author_is_one_domain() {
    let authors = of("From: Ann <ann@Example.ORG>\r\nTo: b@c.test\r\n");
    let domain = DomainName::parse("example.org").unwrap();
    assert_eq!(authors.authorship(), Authorship::One(&domain));
    assert_eq!(authors, AuthorDomains::one(domain));
}

#[test]
fn the_same_domain_twice_is_one() {
    let header = "From: a@x.test, b@X.test\r\nSender: a@x.test\r\n";
    assert_eq!(names(header), ["x.test"]);
    assert!(codes(header).is_empty());
}

#[test]
fn every_mailbox_counts() {
    let header = "From: a@x.test, G: b@y.test, c@[192.0.2.1];, d\r\n";
    assert_eq!(names(header), ["x.test", "y.test"]);
    assert_eq!(codes(header), ["address-literal", "no-domain"]);
    assert_eq!(of(header).mailboxes, 4);
    let many = of("From: a@x.test, b@y.test\r\n");
    assert_eq!(many.authorship(), Authorship::Many(&many.domains));
}

#[test]
fn every_field_counts() {
    let header = "From: a@x.test\r\nfrom : b@y.test\r\n";
    assert_eq!(names(header), ["x.test", "y.test"]);
    assert_eq!(codes(header), ["many-from"]);
    assert_eq!(codes("To: a@x.test\r\n"), ["no-from"]);
}

#[test]
fn what_cannot_be_read_is_no_guess() {
    for (from, code) in [
        ("a@x.test\0.y.test", "malformed-from"),
        ("<a@x.test> <b@y.test>", "malformed-from"),
        ("nobody:;", "no-mailbox"),
        ("", "malformed-from"),
        ("=?utf-8?B?YWRtaW5AYmFuay5leGFtcGxl?=", "no-domain"),
        ("a@x_y.test", "bad-domain"),
        ("<@evil.test:a@x.test>", "source-route"),
        ("<>", "no-domain"),
    ] {
        assert_eq!(codes(&format!("From: {from}\r\n")), [code], "{from}");
    }
    // The name and its colon on two lines.
    let split = "From\r\n : <a@x.test>\r\n";
    assert_eq!(codes(split), ["no-from", "hidden-from"]);
}

#[test]
fn a_problem_is_told_in_ascii() {
    let authors = of("From: a@ü_x.test\r\n");
    let told = authors.problems[0].to_string();
    assert_eq!(told, "author at octet 6: \\u{fc}_x.test is no domain name");
}

#[test]
fn fields_that_others_would_see_are_problems() {
    for header in [
        "From: a@x.test\r\nSubject: hi\nFrom: b@y.test\r\n",
        "From: a@x.test\r\nSubject: hi\rfrom : b@y.test\r\n",
        " From: b@y.test\r\nFrom: a@x.test\r\n",
        "From: a@x.test\r\nFrom\u{a0}: b@y.test\r\n",
        "From: a@x.test\r\n\0From: b@y.test\r\n",
    ] {
        assert_eq!(codes(header), ["hidden-from"], "{header:?}");
    }
    let folded = "From: a@x.test\r\nSubject: re\r\n From: the boss\r\nX-From: b@y.test\r\n";
    assert!(codes(folded).is_empty());
}

#[test]
fn an_incomplete_header_is_unclear() {
    let many = format!("From: a@x.test\r\n{}", "A: b\r\n".repeat(crate::limits::MAX_FIELDS));
    assert_eq!(codes(&many), ["incomplete-header"]);
}

#[test]
fn domains_are_limited_at_100() {
    let header = |n: usize| {
        let list: Vec<String> = (0..n).map(|i| format!("a@d{i}.test")).collect();
        format!("From: {}\r\n", list.join(","))
    };
    for (n, ok) in [(99, true), (100, true), (101, false), (103, false)] {
        let authors = of(&header(n));
        assert_eq!(authors.problems.is_empty(), ok, "{n}");
        assert!(authors.problems.len() <= 1 && authors.domains.len() <= 100);
    }
}

#[test]
fn problems_are_limited_at_100() {
    for (n, kept) in [(99, 99), (100, 100), (101, 100)] {
        assert_eq!(codes(&format!("From: {}\r\n", vec!["a"; n].join(","))).len(), kept);
    }
}

proptest! {
    #[test]
    fn there_is_always_an_answer(header in "(From|from |X)\u{a0}?:[a-c@.<>,;\"\\s]{0,30}(\r\n|\n|\r)?(From: a@b.c)?") {
        let authors = of(&header);
        if let Authorship::One(_) = authors.authorship() {
            let lines = header.split(['\r', '\n']);
            let from = lines.filter(|l| l.trim_start().to_ascii_lowercase().starts_with("from") && l.contains(':'));
            prop_assert_eq!(from.count(), 1);
        }
    }
}
