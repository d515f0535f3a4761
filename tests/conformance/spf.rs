//! Suites for SPF (RFC 7208).

use crate::corpora::{Case, Corpora, Suite};
use crate::zone;
use postrider_core::{DomainName, UnixTime};
use postrider_resolver::{ZoneResolver, block_on};
use postrider_spf::{Identity, Limits, Outcome, Sender, Session, check};
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let names = ["spf-openspf-rfc7208", "spf-albertito", "spf-mail-auth", "spf-rspamd"];
    let suite = |name| {
        let rows = corpora.rows(format!("{name}/cases.jsonl"));
        Suite { name, cases: rows.into_iter().map(case).collect() }
    };
    names.map(suite).into()
}

fn case(row: Value) -> Case {
    let id = row["id"].as_str().expect("an id").to_owned();
    Case::new(id, move || judge(&row))
}

fn judge(row: &Value) -> Result<(), String> {
    let zone = zone::of(row);
    let text = |field: &str| row[field].as_str().expect("text").to_owned();
    let (helo, sender) = (text("helo"), text("mailfrom"));
    let client = text("ip").parse().expect("an address");
    let now = UnixTime::from_secs(1_795_508_500);
    let receiver = DomainName::parse("receiver.example").expect("a domain");
    let session = Session::new(client, helo.as_bytes(), Sender::parse(sender.as_bytes()), &now)
        .with_receiver(&receiver);
    let outcome = evaluate(&zone, &session);

    let expected = row["expect"].as_array().expect("verdicts");
    if !expected.iter().any(|e| e == outcome.verdict.as_str()) {
        return Err(format!("{}, expected {expected:?}: {outcome}", outcome.verdict));
    }
    let explanation = outcome.explanation.as_ref().map(|e| e.as_str());
    match row["explanation"].as_str() {
        None => Ok(()),
        // The suite's word for the receiver's own text: the domain gave none.
        Some("DEFAULT") if explanation.is_none() => Ok(()),
        Some(expected) if explanation == Some(expected) => Ok(()),
        Some(expected) => Err(format!("explanation {explanation:?}, expected {expected:?}")),
    }
}

fn evaluate(zone: &ZoneResolver, session: &Session<'_>) -> Outcome {
    let limits = Limits::rfc7208();
    block_on(check(zone, session, Identity::MailFrom, &limits, &mut ()))
        .expect("a zone never waits")
}
