//! For each code a zone that has the fault, as a difference to the fine one.

use super::*;

/// Code, how the set-up differs, lines to take out, lines to add.
pub(super) type Case = (Code, fn(&mut SetUp), &'static str, &'static str);

pub(super) const SPF: &str = "\"v=spf1 ip4";
const KEY: &str = "r1._domainkey";
const DMARC: &str = "_dmarc.";
const MX: &str = " MX ";
const PTR4: &str = "in-addr.arpa";
const HOST: &str = "mx.example.org. 300 IN A";

const fn same(_: &mut SetUp) {}

fn with_list(setup: &mut SetUp) {
    setup.block_lists = vec![domain("bl.example")];
}

pub(super) const CASES: &[Case] = &[
    (
        Code::NetListed,
        with_list,
        "",
        "2.0.0.127.bl.example. 300 IN A 127.0.0.2\n7.100.51.198.bl.example. 300 IN A 127.0.0.4",
    ),
    (Code::NetListRefuses, with_list, "", "2.0.0.127.bl.example. 300 IN A 127.255.255.254"),
    (Code::SpfMissing, same, SPF, ""),
    (Code::SpfTwo, same, "", "example.org. 300 IN TXT \"v=spf1 mx ~all\""),
    (Code::SpfPlusAll, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx +all\""),
    (Code::SpfNeutralAll, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx ?all\""),
    (Code::SpfTooWide, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx ip4:0.0.0.0/0 -all\""),
    (
        Code::SpfIncludeOpen,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx include:o.example -all\"\no.example. 300 IN TXT \"v=spf1 +all\"",
    ),
    (Code::SpfSelf, same, SPF, "example.org. 300 IN TXT \"v=spf1 ip4:192.0.2.1 ~all\""),
    (Code::SpfSmarthost, |s| s.relays = vec!["192.0.2.99".parse().unwrap()], "", ""),
    (Code::SpfSyntax, same, SPF, "example.org. 300 IN TXT \"v=spf1 ipv4:198.51.100.7 mx -all\""),
    (Code::SpfMacro, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx exists:%{q}.a.example -all\""),
    (
        Code::SpfLookups,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 include:i.example mx mx:example.org a:mx.example.org a:mx.example.org/31 -all\"\ni.example. 300 IN TXT \"v=spf1 a:mx.example.org a:mx.example.org/24 a:mx.example.org/25 a:mx.example.org/26 a:mx.example.org/27 a:mx.example.org/28 -all\"",
    ),
    (
        Code::SpfVoid,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx a:x1.example.org a:x2.example.org a:x3.example.org -all\"",
    ),
    (
        Code::SpfIncludeNone,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx include:none.example -all\"\nnone.example. 300 IN TXT \"hello\"",
    ),
    (
        Code::SpfLoop,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx include:l.example -all\"\nl.example. 300 IN TXT \"v=spf1 include:example.org -all\"",
    ),
    (Code::SpfHelo, same, "\"v=spf1 a -all\"", ""),
    (Code::SpfLong, same, SPF, "LONG"),
    (Code::SpfPtr, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx ptr -all\""),
    (Code::SpfAfterAll, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx -all a\""),
    (Code::SpfDuplicate, same, SPF, "example.org. 300 IN TXT \"v=spf1 mx mx -all\""),
    (Code::SpfType99, same, "", "example.org. 300 IN TXT \"spf2.0/pra mx -all\""),
    (
        Code::SpfOverlap,
        same,
        SPF,
        "example.org. 300 IN TXT \"v=spf1 mx ip4:198.51.100.0/24 ip4:198.51.100.9 -all\"",
    ),
    (Code::SpfWrongPlace, same, SPF, "_spf.example.org. 300 IN TXT \"v=spf1 mx -all\""),
    (Code::DkimMissing, same, KEY, ""),
    (Code::DkimMismatch, |s| s.keys = vec![key("r1", "rsa", RSA_1024)], "", ""),
    (Code::DkimTwo, same, "", "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=\""),
    (
        Code::DkimSyntax,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=MIIB\"",
    ),
    (
        Code::DkimKeyType,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=dsa; p=MIIB\"",
    ),
    (
        Code::DkimHashLimit,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; h=sha1; p=\" \"RSA2048\"",
    ),
    (
        Code::DkimService,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; s=other; p=\" \"RSA2048\"",
    ),
    (
        Code::DkimOnlyEd25519,
        |s| s.keys = vec![key("e1", "ed25519", ED25519)],
        "",
        "e1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=ed25519; p=ED25519\"",
    ),
    (
        Code::DkimWeak,
        |s| s.keys.push(key("w1", "rsa", RSA_1024)),
        "",
        "w1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=RSA1024\"",
    ),
    (
        Code::DkimTest,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; t=y; p=\" \"RSA2048\"",
    ),
    (Code::DkimRevoked, same, KEY, "r1._domainkey.example.org. 300 IN TXT \"v=DKIM1; k=rsa; p=\""),
    (Code::DkimUnsigned, |s| s.keys.clear(), "", ""),
    (
        Code::DkimCname,
        same,
        KEY,
        "r1._domainkey.example.org. 300 IN CNAME k.example.net.\nk.example.net. 300 IN TXT \"v=DKIM1; k=rsa; p=\" \"RSA2048\"",
    ),
    (Code::DmarcMissing, same, DMARC, ""),
    (Code::DmarcTwo, same, "", "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none\""),
    (
        Code::DmarcSyntax,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=rejected; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcNone,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=none; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcSubWeak,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; sp=none; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcTest,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; t=y; rua=mailto:d@example.org\"",
    ),
    (
        Code::DmarcAlignment,
        |s| s.bounce_domain = Some(domain("bounce.example.net")),
        KEY,
        "bounce.example.net. 300 IN TXT \"v=spf1 ip4:198.51.100.7 ip6:2001:db8::7 -all\"",
    ),
    (Code::DmarcVoidBySpf, same, SPF, "example.org. 300 IN TXT \"v=spf1 +all\""),
    (Code::DmarcOnlyOneLeg, same, KEY, ""),
    (Code::DmarcRuaMissing, same, DMARC, "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject\""),
    (
        Code::DmarcRuaConsent,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; rua=mailto:d@r.example\"\nr.example. 300 IN MX 1 mx.example.org.",
    ),
    (
        Code::DmarcRuaDead,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; rua=mailto:d@dead.example.org\"",
    ),
    (
        Code::DmarcOldTags,
        same,
        DMARC,
        "_dmarc.example.org. 300 IN TXT \"v=DMARC1; p=reject; pct=100; rua=mailto:d@example.org\"",
    ),
    (Code::DmarcWrongPlace, same, "", "example.org. 300 IN TXT \"v=DMARC1; p=reject\""),
    (Code::PtrMissing, same, PTR4, ""),
    (
        Code::PtrUnconfirmed,
        same,
        PTR4,
        "7.100.51.198.in-addr.arpa. 300 IN PTR a.host.example.\na.host.example. 300 IN A 203.0.113.4",
    ),
    (Code::PtrMany, same, "", "7.100.51.198.in-addr.arpa. 300 IN PTR b.example.org."),
    (
        Code::PtrGeneric,
        same,
        PTR4,
        "7.100.51.198.in-addr.arpa. 300 IN PTR 198-51-100-7.dial.example.\n198-51-100-7.dial.example. 300 IN A 198.51.100.7",
    ),
    (
        Code::PtrNotHelo,
        same,
        PTR4,
        "7.100.51.198.in-addr.arpa. 300 IN PTR host.example.\nhost.example. 300 IN A 198.51.100.7",
    ),
    (Code::HeloNotFull, |s| s.host = domain("mx"), "", ""),
    (Code::HeloUnresolved, |s| s.host = domain("mail.example.org"), "", ""),
    (Code::HeloOther, same, HOST, "mx.example.org. 300 IN A 203.0.113.9"),
    (Code::Ipv6Half, same, "ip6.arpa", ""),
    (Code::MxMissing, same, MX, ""),
    (Code::MxNull, same, MX, "example.org. 300 IN MX 0 ."),
    (Code::MxNullMixed, same, "", "example.org. 300 IN MX 0 ."),
    (
        Code::MxCname,
        same,
        MX,
        "example.org. 300 IN MX 10 alias.example.org.\nalias.example.org. 300 IN CNAME mx.example.org.",
    ),
    (Code::MxIp, same, MX, "example.org. 300 IN MX 10 198.51.100.7."),
    (Code::MxNoAddress, same, MX, "example.org. 300 IN MX 10 nowhere.example.org."),
    (
        Code::MxPrivate,
        same,
        MX,
        "example.org. 300 IN MX 10 in.example.org.\nin.example.org. 300 IN A 10.0.0.7",
    ),
    (Code::MxDup, same, "", "example.org. 300 IN MX 20 mx.example.org."),
    (
        Code::MxNotUs,
        same,
        MX,
        "example.org. 300 IN MX 10 far.example.\nfar.example. 300 IN A 203.0.113.5",
    ),
    (Code::MxSingleFamily, same, "IN AAAA", ""),
    (Code::NetSendVsReceive, |s| s.egress = Some(vec!["203.0.113.80".parse().unwrap()]), "", ""),
    (Code::NetResolver, same, MX, ";!timeout example.org. MX"),
    (
        Code::DaneMismatch,
        |s| s.tlsa = vec![Tlsa::from_spki_sha256([1; 32])],
        "",
        "_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 0202020202020202020202020202020202020202020202020202020202020202",
    ),
    (
        Code::DaneUnsigned,
        same,
        "",
        "_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 0202020202020202020202020202020202020202020202020202020202020202",
    ),
    (
        Code::DaneUsage,
        same,
        "",
        "_25._tcp.mx.example.org. 300 IN TLSA 1 1 1 0202020202020202020202020202020202020202020202020202020202020202",
    ),
    (Code::DaneSyntax, same, "", "_25._tcp.mx.example.org. 300 IN TLSA 3 1 1 0202"),
    (Code::StsRecord, same, "", "_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2025-01\""),
    (
        Code::StsTwo,
        same,
        "",
        "_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=1\"\n_mta-sts.example.org. 300 IN TXT \"v=STSv1; id=2\"",
    ),
    (Code::StsMx, |s| s.sts = Some(sts(StsMode::Enforce, "other.example.org", 8)), "", ""),
    (Code::StsTesting, |s| s.sts = Some(sts(StsMode::Testing, "mx.example.org", 8)), "", ""),
    (Code::StsShort, |s| s.sts = Some(sts(StsMode::Enforce, "mx.example.org", 0)), "", ""),
    (Code::TlsrptMissing, same, "_smtp._tls", ""),
    (
        Code::TlsrptSyntax,
        same,
        "_smtp._tls",
        "_smtp._tls.example.org. 300 IN TXT \"v=TLSRPTv1; rua=t@example.org\"",
    ),
    (
        Code::TlsrptTwo,
        same,
        "",
        "_smtp._tls.example.org. 300 IN TXT \"v=TLSRPTv1; rua=mailto:u@example.org\"",
    ),
    (
        Code::BimiSyntax,
        same,
        "",
        "default._bimi.example.org. 300 IN TXT \"v=BIMI1; l=http://a.example/a.svg\"",
    ),
    (
        Code::BimiTwo,
        same,
        "",
        "default._bimi.example.org. 300 IN TXT \"v=BIMI1; l=\"\ndefault._bimi.example.org. 300 IN TXT \"v=BIMI1; l=; a=\"",
    ),
];

/// Codes that DNS cannot show, because a server would not load such data or our types refuse it;
/// the linter's tests have them.
pub(super) const LINT_ONLY: &[Code] = &[Code::MxSyntax, Code::StsPolicy];
