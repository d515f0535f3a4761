use super::*;
use proptest::prelude::*;

fn read(value: &str, how: Grammar) -> Result<Vec<String>, At> {
    let show = |a: &Address| {
        let host = match &a.host {
            AddressHost::Host(h) => h.to_string(),
            AddressHost::Invalid(t) => format!("!{t}"),
            AddressHost::Missing => "-".to_owned(),
        };
        let name = a.display.as_ref().map(|d| format!("{d} ")).unwrap_or_default();
        let group = a.group.as_ref().map(|g| format!("{g}: ")).unwrap_or_default();
        format!("{group}{name}<{}|{host}>", a.local)
    };
    mailboxes(value.as_bytes(), how).map(|list| list.iter().map(show).collect())
}

/// RFC 5322 appendix A.1 and A.5, with what they mean.
#[test]
fn examples_of_appendix_a_are_read_strictly() {
    for (value, expected) in [
        (" John Doe <jdoe@machine.example>", vec!["John Doe <jdoe|machine.example>"]),
        (
            "\"Joe Q. Public\" <john.q.public@example.com>",
            vec!["Joe Q. Public <john.q.public|example.com>"],
        ),
        (
            "Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>",
            vec!["Mary Smith <mary|x.test>", "<jdoe|example.org>", "Who? <one|y.test>"],
        ),
        (
            "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
            vec![
                "A Group: Ed Jones <c|a.test>",
                "A Group: <joe|where.test>",
                "A Group: John <jdoe|one.test>",
            ],
        ),
        ("Undisclosed recipients:;", vec![]),
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            vec!["Pete <pete|silly.test>"],
        ),
        ("(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", vec![]),
        (
            "<boss@nil.test>, \"Giant; \\\"Big\\\" Box\" <sysservices@example.net>",
            vec!["<boss|nil.test>", "Giant; \"Big\" Box <sysservices|example.net>"],
        ),
        ("a@[192.0.2.1]", vec!["<a|[192.0.2.1]>"]),
        ("\"a b\".c@d.example", vec!["<a b.c|d.example>"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(read(value, Grammar::Strict), Ok(expected), "{value}");
    }
}

#[test]
fn obsolete_forms_are_a_switch() {
    for (value, expected) in [
        ("Joe Q. Public <john@example.com>", vec!["Joe Q. Public <john|example.com>"]),
        (
            "Mary <@node.test:mary@example.net>, , jdoe@test  . example",
            vec!["Mary <mary|example.net>", "<jdoe|test.example>"],
        ),
        ("a@b.test,", vec!["<a|b.test>"]),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(read(value, Grammar::Obsolete), Ok(expected), "{value}");
        assert!(read(value, Grammar::Strict).is_err(), "{value}");
    }
    assert!(mailboxes(b"<@a.test:b@c.test>", Grammar::Obsolete).unwrap()[0].routed);
}

#[test]
fn lenient_reads_what_programs_show() {
    for (value, expected) in [
        ("root", vec!["<root|->"]),
        ("\"Test 1.1.5\"", vec!["<Test 1.1.5|->"]),
        ("<>", vec!["<|->"]),
        ("ann@a.test <bob@b.test>", vec!["ann@a.test <bob|b.test>"]),
        ("Ann [sales] <ann@a.test>", vec!["Ann [sales] <ann|a.test>"]),
        (
            "ann@a.test via list <l@b.test>, c@d.test",
            vec!["ann@a.test via list <l|b.test>", "<c|d.test>"],
        ),
    ] {
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(read(value, Grammar::Lenient), Ok(expected), "{value}");
        assert!(read(value, Grammar::Obsolete).is_err(), "{value}");
    }
}

#[test]
fn faults_have_places() {
    for (value, at) in [
        ("", 0),
        ("a@b.test c@d.test", 9),
        ("<a@b.test", 9),
        ("a@b.test\0.c.test", 8),
        ("a@", 2),
        ("a@b..c", 4),
        ("@b.test", 0),
        ("a..b@c.test", 0),
        ("<a@b.test> <c@d.test>", 11),
        ("g: a@b.test", 11),
        ("\"a", 2),
        ("a@b.test\n", 8),
    ] {
        assert_eq!(read(value, Grammar::Lenient).map_err(|e| e.at), Err(at), "{value:?}");
    }
}

#[test]
fn a_domain_that_is_none_is_shown() {
    assert_eq!(read("a@b_c.test", Grammar::Strict), Ok(vec!["<a|!b_c.test>".to_owned()]));
    assert_eq!(read("a@é.test", Grammar::Strict), Ok(vec!["<a|xn--9ca.test>".to_owned()]));
}

#[test]
fn group_names_are_cut_at_256() {
    for (n, kept) in [(255, 255), (256, 256), (257, 256)] {
        let value = format!("{}: a@b.test;", "x".repeat(n));
        let group = mailboxes(value.as_bytes(), Grammar::Strict).unwrap()[0].group.clone();
        assert_eq!(group.unwrap().as_str().len(), kept);
    }
}

#[test]
fn mailboxes_are_limited_at_1000() {
    let list = |n: usize| vec!["a@b.test"; n].join(",");
    for (n, ok) in [(999, true), (1000, true), (1001, false)] {
        assert_eq!(mailboxes(list(n).as_bytes(), Grammar::Strict).is_ok(), ok);
    }
}

proptest! {
    #[test]
    fn more_leniency_never_reads_less(value in "[ab@.<>,:;\"()\\\\ \\[\\]\t]{0,24}") {
        let strict = mailboxes(value.as_bytes(), Grammar::Strict);
        let obsolete = mailboxes(value.as_bytes(), Grammar::Obsolete);
        let lenient = mailboxes(value.as_bytes(), Grammar::Lenient);
        if strict.is_ok() {
            prop_assert_eq!(&strict, &obsolete);
        }
        if obsolete.is_ok() {
            prop_assert_eq!(&obsolete, &lenient);
        }
    }

    #[test]
    fn octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..60)) {
        let _ = mailboxes(&octets, Grammar::Lenient);
    }
}
