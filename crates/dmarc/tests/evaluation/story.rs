//! Golden stories: what people read.

use crate::common::{Noted, dkim, spf};
use insta::assert_snapshot;
use postrider_dmarc::Outcome;
use postrider_message::AuthResults;
use postrider_message::authres::AuthservId;

const CORP: &str = "_dmarc.corp.example. 300 IN TXT \"v=DMARC1; p=reject; sp=quarantine; np=none; t=y; pct=50\"\n\
                    mail.corp.example. 300 IN A 192.0.2.1\n\
                    x.example. 300 IN A 192.0.2.1\n";

#[test]
fn a_forged_subdomain() {
    let zone = Noted::new(CORP);
    let ids = [spf("bounce.esp.test", Outcome::Pass), dkim("corp.example", Outcome::Fail)];
    let verdict = zone.judge("mail.corp.example", &ids);
    assert_snapshot!(verdict, @r#"
    dmarc author=mail.corp.example
     walk  _dmarc.mail.corp.example  NXDOMAIN (ttl 300)
           _dmarc.corp.example       "v=DMARC1; p=reject; sp=quarantine; np=none; t=y; pct=50" (ttl 300)
           _dmarc.example            NXDOMAIN (ttl 300)
     organizational domain corp.example (fewest labels); policy from corp.example, tag sp (mail.corp.example exists)
     note  tag pct was removed by RFC 9989 and is ignored (octet 49)
     spf   bounce.esp.test  pass     not aligned: another organization
     dkim  corp.example     fail     would be aligned: the same organizational domain
     fail: the only authenticated domain is not aligned; requested quarantine, applied none (t=y)
    "#);
    let field = AuthResults::new(AuthservId::new("mx.example.org").unwrap())
        .with(verdict.to_method_result());
    assert_snapshot!(String::from_utf8(field.to_field()).unwrap().replace("\r\n", "\n"), @r#"
    Authentication-Results: mx.example.org; dmarc=fail reason="the only
     authenticated domain is not aligned" header.from=mail.corp.example
     polrec.domain=corp.example polrec.p=quarantine policy.dmarc=none
    "#);
}

#[test]
fn a_signed_newsletter() {
    let zone = Noted::new(CORP);
    let ids = [spf("bounce.esp.test", Outcome::Pass), dkim("news.corp.example", Outcome::Pass)];
    assert_snapshot!(zone.judge("corp.example", &ids), @r#"
    dmarc author=corp.example
     walk  _dmarc.corp.example  "v=DMARC1; p=reject; sp=quarantine; np=none; t=y; pct=50" (ttl 300)
           _dmarc.example       NXDOMAIN (ttl 300)
     organizational domain corp.example (fewest labels); policy from corp.example, tag p
     note  tag pct was removed by RFC 9989 and is ignored (octet 49)
     spf   bounce.esp.test    pass     not aligned: another organization
     dkim  news.corp.example  pass     aligned: the same organizational domain
     pass: dkim domain news.corp.example is aligned (relaxed)
    "#);
}

#[test]
fn a_domain_without_dmarc() {
    assert_snapshot!(Noted::new(CORP).judge("x.example", &[spf("x.example", Outcome::Pass)]), @r#"
    dmarc author=x.example
     walk  _dmarc.x.example  NXDOMAIN (ttl 300)
           _dmarc.example    NXDOMAIN (ttl 300)
     organizational domain x.example (no record)
     none: no DMARC record
    "#);
}

#[test]
fn a_failure_of_dns() {
    let zone = Noted::new(&format!("{CORP};!timeout _dmarc.y.example. TXT\n"));
    assert_snapshot!(zone.judge("y.example", &[spf("y.example", Outcome::Pass)]), @r#"
    dmarc author=y.example
     walk  _dmarc.y.example  unknown: no answer in time
     temperror: record of y.example is not known: no answer in time
    "#);
    let zone = Noted::new(&format!("{CORP};!servfail _dmarc.m.corp.example. TXT\n"));
    let ids = [dkim("m.corp.example", Outcome::Pass), dkim("corp.example", Outcome::Unknown)];
    assert_snapshot!(zone.judge("corp.example", &ids), @r#"
    dmarc author=corp.example
     walk  _dmarc.corp.example  "v=DMARC1; p=reject; sp=quarantine; np=none; t=y; pct=50" (ttl 300)
           _dmarc.example       NXDOMAIN (ttl 300)
     organizational domain corp.example (fewest labels); policy from corp.example, tag p
     note  tag pct was removed by RFC 9989 and is ignored (octet 49)
     dkim  m.corp.example  pass     alignment unknown: server failure
     dkim  corp.example    unknown  would be aligned: the same domain
     temperror: dkim domain m.corp.example might be aligned, but it is not known
    "#);
}
