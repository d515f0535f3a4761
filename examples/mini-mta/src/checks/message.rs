//! DKIM, DMARC and the framing of a message as events, facts and Authentication-Results.

use super::{out_of, result_of, with_dns};
use crate::facts::{Fact, Sheet};
use postrider_core::DomainName;
use postrider_dkim::{DkimResult, Verdict as DkimVerdict};
use postrider_dmarc::{DmarcResult, Identifier, Outcome as Found, Verdict as DmarcVerdict};
use postrider_message::authres::{Keyword, MethodResult};
use postrider_message::{AuthResults, AuthservId};
use postrider_policy::{Cause, Value};
use postrider_resolver::Lookup;
use postrider_smtp::codec::data::BodyStats;
use postrider_spf::{AuthResult, Both, Iprev, Verdict as SpfVerdict};
use postrider_trace::{Draft, Out, Stage};

/// How the message was framed; the SMTP machine has already refused what it must.
pub(crate) fn framing(stats: &BodyStats, hops: usize) -> Draft {
    let bits = if stats.eight_bit { ", 8-bit" } else { "" };
    let received = if hops == 1 { "field" } else { "fields" };
    Draft::check(Stage::Data, "framing", Out::Pass)
        .got("octets", i64::try_from(stats.octets).unwrap_or(i64::MAX))
        .got("hops", hops)
        .say(&format!("{} octets, CRLF only{bits}, {hops} Received {received}", stats.octets))
}

/// One event per signature, or one that there is none.
pub(crate) fn dkim(verdicts: &[DkimVerdict], lookups: &[Lookup]) -> Vec<Draft> {
    if verdicts.is_empty() {
        return vec![
            Draft::check(Stage::Dkim, "dkim", Out::None)
                .why("no-signature")
                .say("no DKIM signature"),
        ];
    }
    let mut drafts: Vec<Draft> =
        verdicts.iter().enumerate().map(|(i, v)| signature(i + 1, v)).collect();
    if let Some(last) = drafts.pop() {
        drafts.push(with_dns(last, lookups));
    }
    drafts
}

fn signature(number: usize, verdict: &DkimVerdict) -> Draft {
    let mut draft =
        Draft::check(Stage::Dkim, &format!("dkim:{number}"), out_of(verdict.result.as_str()))
            .why(verdict.why.code());
    let mut named = String::new();
    if let (Some(domain), Some(selector)) = (&verdict.domain, &verdict.selector) {
        draft = draft.given("d", domain.as_str()).given("s", selector.as_str());
        named = format!("d={domain} s={selector}");
    }
    if let Some(algorithm) = verdict.algorithm {
        draft = draft.given("a", algorithm.as_str());
        named.push_str(&format!(" {}", algorithm.as_str()));
    }
    if let Some(key) = &verdict.key {
        draft = draft.got("bits", key.bits).got("testing", key.testing);
        named.push_str(&format!(" ({} bit)", key.bits));
    }
    if let Some(body) = &verdict.body {
        draft = draft.got("body", body.to_string());
    }
    if let Some(diagnosis) = &verdict.diagnosis {
        draft = draft.got("diagnosis", diagnosis.to_string());
    }
    match verdict.result {
        DkimResult::Pass => draft.say(&format!("{named}: body and headers intact")),
        _ => draft.say(&verdict.to_string()),
    }
}

/// DKIM results for the rules: the best one, and the domains that passed.
pub(crate) fn dkim_facts(verdicts: &[DkimVerdict], sheet: &mut Sheet) {
    let best = |wanted| verdicts.iter().any(|v| v.result == wanted);
    let order = [
        DkimResult::Pass,
        DkimResult::TempError,
        DkimResult::Fail,
        DkimResult::Policy,
        DkimResult::PermError,
        DkimResult::Skipped,
    ];
    let word = order.into_iter().find(|r| best(*r)).map_or("none", DkimResult::as_str);
    sheet.set("dkim", Fact(result_of(word)));
    let passed: Vec<DomainName> =
        verdicts.iter().filter(|v| v.is_pass()).filter_map(|v| v.domain.clone()).collect();
    sheet.set("dkim.domains", passed);
}

/// What SPF and DKIM found, as DMARC takes it; `hidden` is the domain of MAIL FROM when SPF could not
/// be asked because the client's address is not known.
pub(crate) fn identifiers(
    spf: Option<&Both>,
    hidden: Option<&DomainName>,
    dkim: &[DkimVerdict],
) -> Vec<Identifier> {
    let checked = spf.map(|both| &both.mail_from).and_then(|o| {
        let outcome = match o.verdict {
            SpfVerdict::Pass => Found::Pass,
            SpfVerdict::TempError => Found::Unknown,
            _ => Found::Fail,
        };
        Some(Identifier::spf(o.domain.as_ref()?.to_domain()?, outcome))
    });
    let unknown = hidden.map(|domain| Identifier::spf(domain.clone(), Found::Unknown));
    let signed = dkim.iter().filter_map(|v| {
        let outcome = match v.result {
            DkimResult::Pass => Found::Pass,
            DkimResult::TempError => Found::Unknown,
            _ => Found::Fail,
        };
        Some(Identifier::dkim(v.domain.clone()?, outcome))
    });
    checked.into_iter().chain(unknown).chain(signed).collect()
}

/// The DMARC verdict with its story.
pub(crate) fn dmarc(verdict: &DmarcVerdict, lookups: &[Lookup]) -> Draft {
    let mut draft = Draft::check(Stage::Dmarc, "dmarc", out_of(&verdict.result.to_string()))
        .why(verdict.why.code());
    if let Some(author) = &verdict.author {
        draft = draft.given("from", author.as_str());
    }
    if let Some(domain) = &verdict.policy_domain {
        draft = draft.got("policy_domain", domain.as_str());
    }
    let mut say = verdict.why.to_string();
    if let (Some(asked), Some(domain)) = (verdict.requested, &verdict.policy_domain) {
        draft = draft.got("policy", asked.to_string());
        say.push_str(&match verdict.result {
            DmarcResult::Pass => format!("; policy {asked}"),
            DmarcResult::TempError => format!("; the policy of {domain} ({asked}) is not applied"),
            _ => format!("; {domain} asks: {asked}"),
        });
    }
    for (n, line) in verdict.to_string().lines().enumerate() {
        draft = draft.got(&format!("story{n:02}"), line);
    }
    with_dns(draft.say(&say), lookups)
}

/// DMARC results for the rules. With the client hidden, what depends on SPF is unknown for that cause.
pub(crate) fn dmarc_facts(verdict: &DmarcVerdict, hidden: bool, sheet: &mut Sheet) {
    let value = match verdict.result {
        DmarcResult::TempError if hidden => Value::Unknown(Cause::ClientHidden),
        result => result_of(&result.to_string()),
    };
    sheet.set("dmarc", Fact(value));
    let policy = verdict.applied.or(verdict.requested).map_or_else(String::new, |p| p.to_string());
    sheet.set("dmarc.policy", policy.as_str());
}

/// Everything that was checked, as one Authentication-Results field (RFC 8601).
pub(crate) fn authentication_results(
    ours: &DomainName,
    iprev: Option<&Iprev>,
    spf: Option<&Both>,
    dkim: &[DkimVerdict],
    dmarc: Option<&DmarcVerdict>,
) -> Vec<u8> {
    let mut field = AuthResults::new(AuthservId::from(ours));
    if let Some(iprev) = iprev {
        field = field.with(plain(&iprev.auth_result()));
    }
    if let Some(both) = spf {
        field =
            field.with(plain(&both.mail_from.auth_result())).with(plain(&both.helo.auth_result()));
    }
    for verdict in dkim {
        field = field.with(signature_result(verdict));
    }
    if let Some(verdict) = dmarc {
        field = field.with(verdict.to_method_result());
    }
    field.to_field()
}

fn keyword(word: &str) -> Keyword {
    Keyword::new(word).unwrap_or_else(|_| Keyword::from_static("none"))
}

/// SPF and iprev already say method, result and property in the words of RFC 8601.
fn plain(result: &AuthResult) -> MethodResult {
    let (ptype, name) = result.property.split_once('.').unwrap_or(("smtp", result.property));
    MethodResult::new(keyword(result.method), keyword(result.result)).with(
        ptype,
        name,
        &result.value,
    )
}

fn signature_result(verdict: &DkimVerdict) -> MethodResult {
    let mut result =
        MethodResult::new(Keyword::from_static("dkim"), keyword(verdict.result.as_str()));
    if let Some(domain) = &verdict.domain {
        result = result.with("header", "d", domain);
    }
    if let Some(selector) = &verdict.selector {
        result = result.with("header", "s", selector);
    }
    if let Some(algorithm) = verdict.algorithm {
        result = result.with("header", "a", &algorithm.as_str());
    }
    if let Some(b) = &verdict.b {
        result = result.with("header", "b", &b.get(..8).unwrap_or(b));
    }
    if verdict.is_pass() { result } else { result.because(&verdict.why) }
}
