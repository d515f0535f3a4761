//! Which record applies, and which of its tags (RFC 9989 §4.10, §4.10.1).

use crate::common::{Noted, dkim, name};
use postrider_dmarc::{
    Disposition, DmarcResult, Found, OrganizationalRule, Outcome, PolicySource, Verdict, Why,
};

fn policy(v: &Verdict) -> (Option<&str>, Option<Disposition>, Option<PolicySource>) {
    (v.policy_domain.as_ref().map(|d| d.as_str()), v.requested, v.source)
}

#[test]
fn the_author_s_own_record_comes_first_and_p_applies() {
    let zone = Noted::new(
        "_dmarc.a.corp.example. 300 IN TXT \"v=DMARC1; p=quarantine; sp=none; np=none\"\n\
         _dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject\"\n",
    );
    let v = zone.judge("a.corp.example", &[]);
    let expected = (Some("a.corp.example"), Some(Disposition::Quarantine), Some(PolicySource::P));
    assert_eq!(policy(&v), expected);
    assert_eq!((v.result, v.applied), (DmarcResult::Fail, Some(Disposition::Quarantine)));
    assert_eq!(zone.questions(), ["_dmarc.a.corp.example TXT"]);
}

#[test]
fn subdomains_get_sp_or_np_or_p() {
    for (tags, author, disposition, source) in [
        ("p=reject; sp=quarantine; np=none", "mail", Disposition::Quarantine, PolicySource::Sp),
        ("p=reject; sp=quarantine; np=none", "ghost", Disposition::None, PolicySource::Np),
        ("p=reject; sp=quarantine", "ghost", Disposition::Quarantine, PolicySource::Sp),
        ("p=reject; np=none", "mail", Disposition::Reject, PolicySource::P),
        ("p=reject", "ghost", Disposition::Reject, PolicySource::P),
    ] {
        let zone = Noted::new(&format!(
            "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; {tags}\"\n\
             mail.corp.example. 300 IN TXT \"no address, and exists\"\n"
        ));
        let v = zone.judge(&format!("{author}.corp.example"), &[]);
        let expected = (Some("corp.example"), Some(disposition), Some(source));
        assert_eq!(policy(&v), expected, "{tags} {author}");
    }
}

#[test]
fn existence_is_asked_only_where_it_matters() {
    let zone = Noted::new(
        "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject; np=none\"\n\
         x._dmarc.mail.corp.example. 300 IN A 192.0.2.1\n",
    );
    let v = zone.judge("mail.corp.example", &[]);
    assert_eq!(v.source, Some(PolicySource::P), "NODATA below it: it exists");
    assert!(!zone.questions().iter().any(|q| q.ends_with(" A")));
    let v = zone.judge("ghost.corp.example", &[]);
    assert_eq!(v.source, Some(PolicySource::Np));
    assert!(zone.questions().contains(&"ghost.corp.example A".to_owned()));
}

#[test]
fn the_record_with_the_fewest_labels_is_organizational() {
    let zone = Noted::new(
        "_dmarc.mail.corp.example. 300 IN TXT \"v=DMARC1; p=none\"\n\
         _dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject\"\n",
    );
    let v = zone.judge("a.mail.corp.example", &[]);
    assert_eq!(policy(&v).0, Some("corp.example"), "the one between is not looked at");
    assert_eq!(v.organizational, Some((name("corp.example"), OrganizationalRule::FewestLabels)));
}

#[test]
fn psd_no_ends_the_walk() {
    let zone = Noted::new(
        "_dmarc.mail.corp.example. 300 IN TXT \"v=DMARC1; p=none; psd=n\"\n\
         _dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject\"\n",
    );
    let v = zone.judge("a.mail.corp.example", &[]);
    assert_eq!(v.organizational, Some((name("mail.corp.example"), OrganizationalRule::PsdNo)));
    assert_eq!(
        zone.questions(),
        ["_dmarc.a.mail.corp.example TXT", "_dmarc.mail.corp.example TXT"]
    );
}

#[test]
fn psd_yes_makes_the_label_below_organizational() {
    let zone =
        Noted::new("_dmarc.bank.example. 300 IN TXT \"v=DMARC1; p=reject; psd=y; sp=none\"\n");
    let v = zone.judge("mail.giant.bank.example", &[]);
    assert_eq!(v.organizational, Some((name("giant.bank.example"), OrganizationalRule::BelowPsd)));
    let expected = (Some("bank.example"), Some(Disposition::None), Some(PolicySource::Sp));
    assert_eq!(policy(&v), expected);
    let v = zone.judge("bank.example", &[dkim("x.bank.example", Outcome::Pass)]);
    assert_eq!(v.organizational, Some((name("bank.example"), OrganizationalRule::FewestLabels)));
    assert_eq!(v.result, DmarcResult::Fail, "x.bank.example is an organization of its own");
}

#[test]
fn a_deep_name_needs_eight_questions() {
    let zone = Noted::new("_dmarc.example.com. 300 IN TXT \"v=DMARC1; p=reject\"\n");
    let v = zone.judge("a.b.c.d.e.f.g.h.i.j.mail.example.com", &[]);
    assert_eq!(policy(&v).0, Some("example.com"));
    assert_eq!(
        zone.questions(),
        [
            "_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com TXT",
            "_dmarc.g.h.i.j.mail.example.com TXT",
            "_dmarc.h.i.j.mail.example.com TXT",
            "_dmarc.i.j.mail.example.com TXT",
            "_dmarc.j.mail.example.com TXT",
            "_dmarc.mail.example.com TXT",
            "_dmarc.example.com TXT",
            "_dmarc.com TXT",
        ]
    );
}

#[test]
fn several_records_are_all_discarded() {
    let zone = Noted::new(
        "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject\"\n\
         _dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=none\"\n\
         _dmarc.x.example. 300 IN TXT \"v=DMARC1; p=reject\"\n\
         _dmarc.x.example. 300 IN TXT \"v=spf1 -all\"\n",
    );
    let v = zone.judge("corp.example", &[]);
    assert_eq!((v.result, &v.why), (DmarcResult::None, &Why::NoRecord));
    assert_eq!(v.walk[0].found, Found::Several { count: 2 });
    assert_eq!(zone.judge("x.example", &[]).result, DmarcResult::Fail, "other TXT is ignored");
}

#[test]
fn strings_of_a_record_are_joined() {
    let zone = Noted::new("_dmarc.x.example. 300 IN TXT \"v=DMA\" \"RC1; p=rej\" \"ect\"\n");
    assert_eq!(zone.judge("x.example", &[]).requested, Some(Disposition::Reject));
}

/// RFC 9989 §4.10.1.
#[test]
fn an_unusable_policy_is_none_with_rua_and_no_dmarc_without() {
    for tags in ["", "p=bogus", "p=reject; sp=bogus", "p=reject; np=bogus"] {
        let zone = Noted::new(&format!(
            "_dmarc.x.example. 300 IN TXT \"v=DMARC1; {tags}; rua=mailto:a@b.example\"\n\
             _dmarc.y.example. 300 IN TXT \"v=DMARC1; {tags}; rua=bogus\"\n\
             _dmarc.example. 300 IN TXT \"v=DMARC1; p=reject\"\n"
        ));
        let v = zone.judge("x.example", &[]);
        let expected = (Some("x.example"), Some(Disposition::None), Some(PolicySource::Assumed));
        assert_eq!((v.result, policy(&v)), (DmarcResult::Fail, expected), "{tags}");
        let v = zone.judge("y.example", &[]);
        assert_eq!(v.result, DmarcResult::None, "{tags}");
        assert_eq!(v.why, Why::UnusableRecord { domain: name("y.example") });
        assert_eq!(v.policy_domain, Some(name("y.example")));
    }
}

#[test]
fn testing_applies_one_level_below() {
    for (p, applied) in [
        ("reject", Disposition::Quarantine),
        ("quarantine", Disposition::None),
        ("none", Disposition::None),
    ] {
        let zone = Noted::new(&format!("_dmarc.x.example. 300 IN TXT \"v=DMARC1; p={p}; t=y\"\n"));
        let v = zone.judge("x.example", &[]);
        assert_eq!(v.requested.map(|d| d.to_string()).as_deref(), Some(p));
        assert_eq!(v.applied, Some(applied));
        assert!(v.is_testing());
    }
}
