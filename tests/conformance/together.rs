//! Suites for SPF, DKIM and DMARC together: whole messages, and what must not pass.

use crate::corpora::{Case, Corpora, Suite};
use crate::zone;
use postrider_core::{ReversePath, UnixTime};
use postrider_dkim::DkimResult;
use postrider_dmarc::{DmarcResult, Identifier, Outcome, Policy, Verdict, evaluate_authors};
use postrider_message::{Authorship, HeaderBlock, author_domains};
use postrider_resolver::{ZoneResolver, block_on};
use postrider_spf::{Identity, Limits, Sender, Session, check};
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let is_dmarc = |row: &Value| {
        let unwanted = row["not"].as_array().into_iter().flatten();
        row["expect"]["dmarc"].is_string() || unwanted.clone().any(|n| n[0] == "dmarc")
    };
    let judge: fn(&Value, &[u8]) -> Result<(), String> = whole;
    let story = corpora.read("reference-story/zone.txt");
    let story = String::from_utf8(story).expect("a zone");
    let forger = Case::new("forger", move || forger_passes_through_spf(&story));
    let story = Suite { name: "reference-story", cases: vec![forger] };
    let mut suites: Vec<Suite> = [("e2e-rspamd", judge), ("spoofing-espoofer", spoofed)]
        .map(|(name, judge)| {
            let rows = corpora.rows(format!("{name}/cases.jsonl"));
            let rows = rows.into_iter().filter(|r| name != "e2e-rspamd" || is_dmarc(r));
            let case = |row: Value| {
                let id = row["id"].as_str().expect("an id").to_owned();
                let file = row["message"].as_str().expect("a file");
                let message = corpora.read(format!("{name}/{file}"));
                Case::new(id, move || judge(&row, &message))
            };
            Suite { name, cases: rows.map(case).collect() }
        })
        .into();
    suites.push(story);
    suites
}

/// `+all` in SPF opens what `p=reject` seems to close: a stranger passes, and the story says by what.
/// As published, two records make SPF a permerror; merged, as any linter advises, they let all in.
fn forger_passes_through_spf(story: &str) -> Result<(), String> {
    let (one, other) = ("\"v=spf1 mx ra=postmaster +all\"", "\"v=spf1 a ra=postmaster +all\"");
    let merged = story.replace(one, "\"merged\"").replace(other, "\"v=spf1 a mx +all\"");
    let judge = |zone: &str| {
        let zone = ZoneResolver::parse(zone).expect("a zone");
        let row = serde_json::json!({ "ip": "192.0.2.66", "helo": "bulk.stranger.example" });
        let ids: Vec<_> = spf(&zone, &row, b"boss@example.org").into_iter().collect();
        let header = HeaderBlock::parse(b"From: boss@example.org\r\n\r\n").0;
        let authors = author_domains(&header);
        block_on(evaluate_authors(&zone, &authors, &ids, &Policy::DEFAULT)).expect("no wait")
    };
    let (published, merged) = (judge(story), judge(&merged));
    if published.result != DmarcResult::Fail || merged.result != DmarcResult::Pass {
        return Err(format!("as published: {published}\nmerged: {merged}"));
    }
    let why = merged.why.to_string();
    match why == "spf domain example.org is aligned (relaxed)" {
        true => Ok(()),
        false => Err(why),
    }
}

/// The moment at which all suites judge.
const NOW: UnixTime = UnixTime::from_secs(1_795_508_500);

/// The DMARC verdict on a message, by our own SPF and DKIM.
fn verdict(row: &Value, message: &[u8], sender: &[u8]) -> Verdict {
    let zone = zone::of(row);
    let mut ids: Vec<Identifier> = spf(&zone, row, sender).into_iter().collect();
    let signatures =
        block_on(postrider_dkim::verify(&zone, &postrider_dkim::Policy::default(), message, NOW));
    for signature in signatures.expect("a zone never waits") {
        let outcome = match signature.result {
            DkimResult::Pass => Outcome::Pass,
            DkimResult::TempError => Outcome::Unknown,
            _ => Outcome::Fail,
        };
        ids.extend(signature.domain.map(|domain| Identifier::dkim(domain, outcome)));
    }
    let authors = author_domains(&HeaderBlock::parse(message).0);
    block_on(evaluate_authors(&zone, &authors, &ids, &Policy::DEFAULT)).expect("a zone never waits")
}

/// The SPF identifier; a vector without an address has none.
fn spf(zone: &ZoneResolver, row: &Value, sender: &[u8]) -> Option<Identifier> {
    let client = row["ip"].as_str().or_else(|| row["client_ip"].as_str())?;
    let helo = row["helo"].as_str().unwrap_or("helo.example");
    let client = client.parse().expect("an address");
    let session = Session::new(client, helo.as_bytes(), Sender::parse(sender), &NOW);
    let limits = Limits::rfc7208();
    let found = block_on(check(zone, &session, Identity::MailFrom, &limits, &mut ()));
    let outcome = match found.expect("a zone never waits").verdict {
        postrider_spf::Verdict::Pass => Outcome::Pass,
        postrider_spf::Verdict::TempError => Outcome::Unknown,
        _ => Outcome::Fail,
    };
    let text = String::from_utf8_lossy(sender);
    let domain = text.rsplit_once('@').map_or(helo, |(_, domain)| domain);
    let domain = postrider_core::DomainName::parse(domain).ok()?;
    Some(Identifier::spf(domain, outcome))
}

fn whole(row: &Value, message: &[u8]) -> Result<(), String> {
    let sender = row["mailfrom"].as_str().unwrap_or_default();
    let verdict = verdict(row, message, sender.as_bytes());
    let result = verdict.result.to_string();
    let got = match verdict.requested {
        Some(requested) if verdict.result == DmarcResult::Fail => format!("{result}:{requested}"),
        _ => result,
    };
    let unwanted = row["not"].as_array().into_iter().flatten();
    let is_unwanted = unwanted.clone().any(|n| n[0] == "dmarc" && n[1] == got.as_str());
    match row["expect"]["dmarc"].as_str() {
        Some(wanted) if wanted != got => Err(format!("{got}, expected {wanted}:\n{verdict}")),
        _ if is_unwanted => Err(format!("{got} is what it must not be:\n{verdict}")),
        _ => Ok(()),
    }
}

/// The message must not pass for the domain it pretends to be from; a submission server must see that
/// the author is another than the user.
fn spoofed(row: &Value, message: &[u8]) -> Result<(), String> {
    let text = |field: &str| row[field].as_str().expect("text");
    let path = text("mailfrom_path");
    let Ok(path) = ReversePath::parse(path.as_bytes()) else {
        return Ok(()); // refused in SMTP
    };
    if text("kind").starts_with("client") {
        let authors = author_domains(&HeaderBlock::parse(message).0);
        let user = path.mailbox().and_then(|m| m.domain_name()).expect("a user");
        return match authors.authorship() {
            Authorship::One(author) if author == user => Err(format!("{author} is the user's own")),
            _ => Ok(()),
        };
    }
    let sender = path.mailbox().map(ToString::to_string).unwrap_or_default();
    let verdict = verdict(row, message, sender.as_bytes());
    match verdict.result {
        DmarcResult::Pass | DmarcResult::None => Err(verdict.to_string()),
        _ => Ok(()),
    }
}
