//! Suites for SPF (RFC 7208), over zones in memory; the openspf suite also through real DNS.

use crate::corpora::{Case, Corpora, Suite};
use crate::zone;
use postrider_core::{DomainName, UnixTime};
use postrider_resolver::{Resolver, ZoneResolver, block_on};
use postrider_resolver_hickory::{Config, HickoryResolver, ZoneServer};
use postrider_spf::{Identity, Limits, Outcome, Sender, Session, check};
use serde_json::Value;
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::runtime::Runtime;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let names = ["spf-openspf-rfc7208", "spf-albertito", "spf-mail-auth", "spf-rspamd"];
    let suite = |name: &'static str, of: &str, judge: fn(&Value) -> Result<(), String>| {
        let rows = corpora.rows(format!("{of}/cases.jsonl")).into_iter();
        Suite { name, cases: rows.map(|row| case(of, row, judge)).collect() }
    };
    let zones = names.map(|name| suite(name, name, in_memory));
    // The same worlds, each behind a DNS server of its own on loopback.
    let servers = [
        suite("dns-spf-openspf-rfc7208", "spf-openspf-rfc7208", over_dns),
        suite("dns-spf-albertito", "spf-albertito", over_dns),
        suite("dns-spf-mail-auth", "spf-mail-auth", over_dns),
        suite("dns-spf-rspamd", "spf-rspamd", over_dns),
    ];
    zones.into_iter().chain(servers).collect()
}

fn case(suite: &str, row: Value, judge: fn(&Value) -> Result<(), String>) -> Case {
    let id = row["id"].as_str().expect("an id");
    let id = id.strip_prefix(suite).unwrap_or(id).trim_start_matches('/').to_owned();
    Case::new(id, move || judge(&row))
}

fn in_memory(row: &Value) -> Result<(), String> {
    judge(row, &evaluate_in_memory(&zone::of(row), row))
}

/// The verdict the suite expects, and the very outcome that the zone in memory gives.
fn over_dns(row: &Value) -> Result<(), String> {
    let zone = zone::of(row);
    let expected = evaluate_in_memory(&zone, row);
    let silent = row["dns"].as_array().expect("a dns list").iter().any(|e| e["fault"] == "timeout");
    let outcome = RUNTIME.block_on(async {
        let server = ZoneServer::bind(([127, 0, 0, 1], 0).into(), Arc::new(zone)).await;
        let server = server.expect("a socket on loopback");
        let mut config = Config::new([server.local_addr()]);
        config.attempts = 1;
        config.timeout = if silent { SILENCE } else { PATIENCE };
        let outcome = evaluate(&HickoryResolver::new(config), row).await;
        server.shutdown().await.expect("a server that ends");
        outcome
    });
    judge(row, &outcome)?;
    match outcome == expected {
        true => Ok(()),
        false => Err(format!("over DNS {outcome:?}, in memory {expected:?}")),
    }
}

/// One for all trials, which run in threads of their own.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().expect("a runtime")
});
/// How long a server that will not answer is waited for: long for loopback, short for people.
const SILENCE: Duration = Duration::from_millis(500);
/// How long one that will answer is waited for, on the busiest machine.
const PATIENCE: Duration = Duration::from_secs(10);

fn judge(row: &Value, outcome: &Outcome) -> Result<(), String> {
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

fn evaluate_in_memory(zone: &ZoneResolver, row: &Value) -> Outcome {
    block_on(evaluate(zone, row)).expect("a zone never waits")
}

async fn evaluate<R: Resolver>(resolver: &R, row: &Value) -> Outcome {
    let text = |field: &str| row[field].as_str().expect("text");
    let client = text("ip").parse().expect("an address");
    let now = UnixTime::from_secs(1_795_508_500);
    let receiver = DomainName::parse("receiver.example").expect("a domain");
    let sender = Sender::parse(text("mailfrom").as_bytes());
    let session =
        Session::new(client, text("helo").as_bytes(), sender, &now).with_receiver(&receiver);
    check(resolver, &session, Identity::MailFrom, &Limits::rfc7208(), &mut ()).await
}
