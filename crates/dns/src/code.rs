//! [`Code`]: stable names of everything that can be wrong, shared by the linter and the audit.

use std::fmt;

/// How bad a finding is; in order, so that the worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[expect(clippy::exhaustive_enums, reason = "three levels, and nothing known")]
pub enum Level {
    /// DNS did not answer, so nothing is known.
    NotRun,
    /// For information.
    Note,
    /// Works, but some receivers or some messages will suffer.
    Risky,
    /// Does not do what it is published for.
    Broken,
}

impl Level {
    /// A stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotRun => "not-run",
            Self::Note => "note",
            Self::Risky => "risky",
            Self::Broken => "broken",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Variant, code, level, title, what follows, source.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $code:literal $level:ident $title:literal $long:literal $source:literal;)*) => {
        /// What is wrong. Codes are stable and never used for something else.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $code, "`: ", $title, ".")] $variant,)*
        }

        impl Code {
            /// Every code, by topic.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// A few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What follows from it.
            #[must_use]
            pub const fn long(self) -> &'static str {
                match self { $(Self::$variant => $long,)* }
            }

            /// Where the rule is written.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Self::$variant => $source,)* }
            }

            /// How bad it usually is.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$variant => Level::$level,)* }
            }
        }
    };
}

codes! {
    SpfMissing "spf.missing" Risky "no SPF record"
        "receivers cannot tell your servers from a forger's" "RFC 7208 §3";
    SpfTwo "spf.two" Broken "two SPF records"
        "receivers must answer permerror and use neither" "RFC 7208 §4.5";
    SpfPlusAll "spf.plus-all" Broken "any host passes SPF"
        "any host passes SPF, and so DMARC, for any message from this domain" "RFC 7208 §5.1";
    SpfNeutralAll "spf.neutral-all" Risky "nothing is said about other hosts"
        "a forger's host gets neutral, as if there were no record" "RFC 7208 §8.2";
    SpfTooWide "spf.too-wide" Broken "a network of a large part of the Internet"
        "millions of hosts of others pass as this domain" "RFC 7208 §11.4";
    SpfIncludeOpen "spf.include-open" Broken "an included record lets any host pass"
        "whoever that record lets pass passes as this domain too" "RFC 7208 §5.2";
    SpfSelf "spf.self" Broken "our own server does not pass"
        "our own mail fails SPF" "RFC 7208 §2.4";
    SpfSmarthost "spf.smarthost" Broken "a relay of ours does not pass"
        "mail that leaves through it fails SPF" "RFC 7208 §2.4";
    SpfSyntax "spf.syntax" Broken "malformed term"
        "receivers must answer permerror: the whole record is void" "RFC 7208 §4.6";
    SpfMacro "spf.macro" Broken "malformed macro"
        "receivers must answer permerror: the whole record is void" "RFC 7208 §7.1";
    SpfLookups "spf.lookups" Broken "more than ten look-ups"
        "receivers must answer permerror once the limit is passed" "RFC 7208 §4.6.4";
    SpfVoid "spf.void" Broken "more than two look-ups without answer"
        "receivers answer permerror once the limit is passed" "RFC 7208 §4.6.4";
    SpfIncludeNone "spf.include-none" Broken "the included domain has no SPF record"
        "receivers must answer permerror when they come to this term" "RFC 7208 §5.2";
    SpfLoop "spf.loop" Broken "the record comes back to itself"
        "receivers follow it until the limit of look-ups, then answer permerror" "RFC 7208 §4.6.4";
    SpfHelo "spf.helo" Note "the EHLO name has no SPF record"
        "bounces have no sender, so this name is checked in its place and gets none" "RFC 7208 §2.3";
    SpfLong "spf.long" Risky "a long record"
        "the answer may not fit a UDP packet, and some receivers then see no record" "RFC 7208 §3.4";
    SpfPtr "spf.ptr" Risky "ptr is discouraged"
        "it is slow, and some receivers ignore it" "RFC 7208 §5.5";
    SpfAfterAll "spf.after-all" Risky "a term that is never used"
        "all matches every host, so the term has no effect" "RFC 7208 §5.1";
    SpfDuplicate "spf.duplicate" Note "the same term twice"
        "the second one has no effect and may cost a look-up" "RFC 7208 §4.6.2";
    SpfType99 "spf.type99" Note "an obsolete kind of record"
        "nobody reads it any more" "RFC 7208 §3.1";
    SpfOverlap "spf.overlap" Note "a network inside another"
        "the smaller one has no effect" "RFC 7208 §4.6.2";
    SpfWrongPlace "spf.wrong-place" Broken "SPF text where nobody looks for it"
        "receivers ask at the domain itself only" "RFC 7208 §4.4";

    DkimMissing "dkim.missing" Broken "no key record"
        "every signature with this selector fails" "RFC 6376 §3.6.2";
    DkimMismatch "dkim.mismatch" Broken "another key is published"
        "every signature with this selector fails" "RFC 6376 §6.1.3";
    DkimTwo "dkim.two" Broken "two records at one selector"
        "the result is undefined: receivers take either or none" "RFC 6376 §3.6.2.2";
    DkimSyntax "dkim.syntax" Broken "malformed key record"
        "receivers cannot use the key: every signature fails" "RFC 6376 §3.6.1";
    DkimKeyType "dkim.key-type" Broken "k= disagrees with the key"
        "receivers cannot use the key: every signature fails" "RFC 8463 §3";
    DkimHashLimit "dkim.hash-limit" Broken "h= leaves out sha256"
        "no signature that may be made today can pass" "RFC 8301 §3.1";
    DkimService "dkim.service" Broken "s= leaves out electronic mail"
        "receivers of mail must not use the key" "RFC 6376 §3.6.1";
    DkimOnlyEd25519 "dkim.only-ed25519" Risky "only an Ed25519 signature"
        "some large receivers verify RSA only and see no signature" "RFC 8463 §1";
    DkimWeak "dkim.weak" Risky "a short RSA key"
        "2048 bits are asked for; below 1024 receivers must not accept the signature" "RFC 8301 §3.2";
    DkimTest "dkim.test" Risky "the key is marked as a test"
        "receivers may treat signed mail as unsigned" "RFC 6376 §3.6.1";
    DkimRevoked "dkim.revoked" Note "the key is revoked"
        "signatures with this selector fail, as is meant when it is no longer used" "RFC 6376 §3.6.1";
    DkimUnsigned "dkim.unsigned" Broken "no signing key"
        "mail leaves unsigned and fails DMARC wherever it is forwarded" "RFC 9989 §5.3";
    DkimCname "dkim.cname" Note "the selector is an alias"
        "whoever runs the target can sign as this domain" "RFC 6376 §3.6.2";

    DmarcMissing "dmarc.missing" Risky "no DMARC policy"
        "receivers let forged mail through as they please, and large ones distrust yours" "RFC 9989 §4.10";
    DmarcTwo "dmarc.two" Broken "two DMARC records"
        "receivers use neither" "RFC 9989 §4.10";
    DmarcSyntax "dmarc.syntax" Broken "malformed DMARC record"
        "the tag is ignored, or the whole record" "RFC 9989 §4.8";
    DmarcNone "dmarc.none" Note "p=none asks receivers for nothing"
        "forged mail is delivered as before; you get reports only" "RFC 9989 §4.7";
    DmarcSubWeak "dmarc.sub-weak" Risky "subdomains are left open"
        "a forger takes a subdomain, existing or not" "RFC 9989 §4.7";
    DmarcTest "dmarc.test" Note "the policy is marked as a test"
        "receivers apply the next milder policy" "RFC 9989 §4.7";
    DmarcAlignment "dmarc.alignment" Broken "our own mail does not pass DMARC"
        "receivers treat our own mail as forged" "RFC 9989 §5.3";
    DmarcVoidBySpf "dmarc.void-by-spf" Broken "any host can pass DMARC as you"
        "the policy protects nothing: a forger passes by SPF" "RFC 9989 §5.3";
    DmarcOnlyOneLeg "dmarc.only-one-leg" Risky "only SPF aligns"
        "forwarded mail fails: the forwarder's address does not pass SPF" "RFC 9989 §5.3";
    DmarcRuaMissing "dmarc.rua-missing" Note "no aggregate reports"
        "nobody will tell you what fails" "RFC 9989 §4.7";
    DmarcRuaConsent "dmarc.rua-consent" Risky "the target of reports does not agree"
        "receivers send no reports there" "RFC 9990 §3";
    DmarcRuaDead "dmarc.rua-dead" Risky "the target of reports takes no mail"
        "reports cannot be delivered" "RFC 9990 §3";
    DmarcOldTags "dmarc.old-tags" Note "a tag that was removed"
        "receivers ignore it" "RFC 9989 §4.7";
    DmarcWrongPlace "dmarc.wrong-place" Broken "DMARC text where nobody looks for it"
        "receivers ask at _dmarc only" "RFC 9989 §4.10";

    PtrMissing "ptr.missing" Broken "an address without a name"
        "many receivers refuse mail from it, Gmail with 550 5.7.25" "RFC 8601 §2.7.3";
    PtrUnconfirmed "ptr.unconfirmed" Broken "the name leads to another address"
        "receivers take the address as one without a name" "RFC 8601 §2.7.3";
    PtrMany "ptr.many" Note "an address with several names"
        "receivers look at some of them only" "RFC 8601 §2.7.3";
    PtrGeneric "ptr.generic" Risky "a name like a dial-up line's"
        "many receivers refuse or score hosts whose name is made of their address" "RFC 8601 §2.7.3";
    PtrNotHelo "ptr.not-helo" Risky "the name is not the one said in EHLO"
        "some receivers score the difference" "RFC 5321 §4.1.1.1";
    HeloNotFull "helo.not-full" Broken "the EHLO name is no full name"
        "receivers refuse it" "RFC 5321 §2.3.5";
    HeloUnresolved "helo.unresolved" Broken "the EHLO name has no address"
        "many receivers refuse it" "RFC 5321 §2.3.5";
    HeloOther "helo.other" Risky "the EHLO name leads elsewhere"
        "some receivers score the difference" "RFC 5321 §4.1.4";
    Ipv6Half "ipv6.half" Risky "IPv6 has no name while IPv4 has"
        "receivers refuse what leaves by IPv6" "RFC 8601 §2.7.3";

    MxMissing "mx.missing" Broken "no MX record"
        "many senders refuse a domain without one" "RFC 5321 §5.1";
    MxNull "mx.null" Broken "the domain says that it takes no mail"
        "senders refuse at once to send to it, receivers to take mail from it" "RFC 7505 §3";
    MxNullMixed "mx.null-mixed" Broken "a null MX beside others"
        "what senders do is undefined" "RFC 7505 §3";
    MxCname "mx.cname" Broken "the exchanger is an alias"
        "some senders refuse it" "RFC 5321 §5.1";
    MxIp "mx.ip" Broken "the exchanger is an address"
        "it is read as a name, which has no address" "RFC 5321 §5.1";
    MxSyntax "mx.syntax" Broken "malformed MX record"
        "a name server will not load it" "RFC 1035 §3.3.9";
    MxNoAddress "mx.no-address" Broken "the exchanger has no address"
        "mail cannot be delivered there" "RFC 5321 §5.1";
    MxPrivate "mx.private" Broken "the exchanger has a private address"
        "nobody outside can reach it" "RFC 6890 §2";
    MxDup "mx.dup" Note "an exchanger stands twice"
        "one of the two has no effect" "RFC 5321 §5.1";
    MxNotUs "mx.not-us" Broken "mail goes to another server"
        "mail for the domain does not reach this server" "RFC 5321 §5.1";
    MxSingleFamily "mx.single-family" Note "the exchangers have IPv4 only"
        "fine today; senders with IPv6 only cannot reach them" "RFC 5321 §5.1";

    NetSendVsReceive "net.send-vs-receive" Risky "mail leaves from another address"
        "SPF, PTR and EHLO must be right for the address that sends" "RFC 7208 §2.4";
    NetListed "net.listed" Risky "our address is in a block list"
        "receivers that ask the list refuse our mail" "RFC 5782 §2.1";
    NetListRefuses "net.list-refuses" Note "a block list does not answer us"
        "its answers mean nothing: it refuses large public resolvers" "RFC 5782 §5";
    NetResolver "net.resolver" Broken "the resolver fails"
        "checks that need its answers were not made" "RFC 1035 §7.2";

    DaneSyntax "dane.syntax" Broken "malformed TLSA record"
        "senders with DANE cannot use it" "RFC 6698 §2.1";
    DaneMismatch "dane.mismatch" Broken "TLSA does not match our certificate"
        "senders with DANE refuse to deliver" "RFC 7672 §3.1";
    DaneUnsigned "dane.unsigned" Risky "TLSA in an unsigned zone"
        "senders ignore it" "RFC 7672 §2.2";
    DaneUsage "dane.usage" Risky "a usage that SMTP does not have"
        "senders treat the record as unusable" "RFC 7672 §3.1.3";
    StsRecord "sts.record" Broken "malformed MTA-STS record"
        "senders see no policy" "RFC 8461 §3.1";
    StsTwo "sts.two" Broken "two MTA-STS records"
        "senders see no policy" "RFC 8461 §3.1";
    StsPolicy "sts.policy" Broken "malformed MTA-STS policy"
        "senders see no policy" "RFC 8461 §3.2";
    StsMx "sts.mx" Broken "an exchanger is not in the policy"
        "senders that honour MTA-STS refuse to deliver there" "RFC 8461 §4.1";
    StsTesting "sts.testing" Note "mode: testing"
        "senders report failures and deliver all the same" "RFC 8461 §5";
    StsShort "sts.short" Note "a policy of less than a day"
        "an attacker needs to block one fetch a day only" "RFC 8461 §3.2";
    TlsrptMissing "tlsrpt.missing" Note "no reports about TLS"
        "nobody will tell you when senders cannot use TLS" "RFC 8460 §3";
    TlsrptSyntax "tlsrpt.syntax" Broken "malformed TLSRPT record"
        "senders send no reports" "RFC 8460 §3";
    TlsrptTwo "tlsrpt.two" Broken "two TLSRPT records"
        "senders send no reports" "RFC 8460 §3";
    BimiSyntax "bimi.syntax" Broken "malformed BIMI record"
        "receivers show no logo" "draft-brand-indicators-for-message-identification §4.2";
    BimiTwo "bimi.two" Broken "two BIMI records"
        "receivers show no logo" "draft-brand-indicators-for-message-identification §7.2";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_say_something() {
        let mut seen = std::collections::BTreeSet::new();
        for code in Code::ALL {
            assert!(seen.insert(code.as_str()), "{code} stands twice");
            assert!(!code.title().ends_with('.') && !code.long().ends_with('.'), "{code}");
            assert!(code.source().contains('§'), "{code}");
        }
    }
}
