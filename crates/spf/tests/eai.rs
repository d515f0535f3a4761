//! Internationalised senders (RFC 8616 §4).

mod common;

use common::{CLIENT, mail, zone};
use postrider_spf::Verdict;

const SENDER: &str = "j\u{fc}rgen@ex\u{e4}mple.org";

fn verdict(record: &str, more: &str) -> Verdict {
    let text = format!("xn--exmple-cua.org TXT \"{record}\"\n{more}");
    mail(CLIENT, SENDER, &zone(&text)).verdict
}

#[test]
fn u_labels_are_asked_for_as_a_labels() {
    assert_eq!(verdict("v=spf1 -all", ""), Verdict::Fail);
    let o = "v=spf1 exists:%{o}.e.example -all";
    assert_eq!(verdict(o, "xn--exmple-cua.org.e.example A 127.0.0.2"), Verdict::Pass);
}

#[test]
fn terms_with_a_local_part_outside_ascii_do_not_match() {
    let wild = "*.e.example A 127.0.0.2\n*.i.example TXT \"v=spf1 +all\"";
    assert_eq!(verdict("v=spf1 exists:%{l}.e.example -all", wild), Verdict::Fail);
    assert_eq!(verdict("v=spf1 exists:%{S}.e.example -all", wild), Verdict::Fail);
    assert_eq!(verdict("v=spf1 include:%{l}.i.example ?all", wild), Verdict::Neutral);
    assert_eq!(verdict("v=spf1 redirect=%{l}.i.example", wild), Verdict::PermError);
}

#[test]
fn what_is_no_internationalised_name_has_no_record() {
    let outcome = mail(CLIENT, "a@\u{fffd}\u{378}.example", &zone(""));
    assert_eq!((outcome.verdict, outcome.why.code()), (Verdict::None, "bad-domain"));
}
