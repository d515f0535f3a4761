//! Suites for DMARC (RFC 9989).

use crate::corpora::{Case, Corpora, Suite};
use crate::zone;
use postrider_core::DomainName;
use postrider_dmarc::{
    Alignment, Identifier, Outcome, Policy, ReportKind, Uri, Verdict, evaluate, evaluate_authors,
    is_dmarc_record, report_destinations,
};
use postrider_message::{HeaderBlock, author_domains};
use postrider_resolver::block_on;
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let verdicts: fn(&Value) -> Result<(), String> = verdict;
    [
        ("dmarc-rfc9989-appB", verdicts),
        ("dmarc-mox", verdicts),
        ("dmarc-kumomta", verdicts),
        ("dmarc-mail-auth", verdicts),
        ("dmarc-records", record),
        ("dmarc-from", from),
        ("dmarc-extreport", consent),
    ]
    .map(|(name, judge)| {
        let rows = corpora.rows(format!("{name}/cases.jsonl"));
        let case = |row: Value| {
            let id = row["id"].as_str().expect("an id").to_owned();
            Case::new(id, move || judge(&row))
        };
        Suite { name, cases: rows.into_iter().map(case).collect() }
    })
    .into()
}

fn verdict(row: &Value) -> Result<(), String> {
    let zone = zone::of(row);
    let ids = identifiers(row);
    let verdict = match row["author_domain"].as_str() {
        Some(author) => {
            let author = DomainName::parse(author).expect("a domain");
            block_on(evaluate(&zone, &author, &ids, &Policy::DEFAULT))
        }
        None => {
            let header = row["from_header"].as_str().expect("a From field");
            let authors = author_domains(&HeaderBlock::parse(header.as_bytes()).0);
            block_on(evaluate_authors(&zone, &authors, &ids, &Policy::DEFAULT))
        }
    };
    let verdict = verdict.expect("a zone never waits");
    let expect = row["expect"].as_object().expect("expectations");
    for (what, wanted) in expect {
        let got = observed(&verdict, what);
        let agrees = match wanted.as_array() {
            Some(any) if what != "queries" => any.contains(&got),
            _ => *wanted == got,
        };
        if !agrees {
            return Err(format!("{what} is {got}, expected {wanted}:\n{verdict}"));
        }
    }
    Ok(())
}

fn observed(verdict: &Verdict, what: &str) -> Value {
    let aligned = |list: &[Alignment]| Value::from(list.iter().any(Alignment::passes));
    let queries = || {
        let names = verdict.walk.iter().map(|s| format!("_dmarc.{}", s.domain));
        Value::from(names.collect::<Vec<_>>())
    };
    match what {
        "result" => verdict.result.to_string().into(),
        "policy" => verdict.requested.map(|d| d.to_string()).into(),
        "disposition" => verdict.applied.map(|d| d.to_string()).into(),
        "policy_domain" => verdict.policy_domain.as_ref().map(ToString::to_string).into(),
        "org_domain" => verdict.organizational.as_ref().map(|(d, _)| d.to_string()).into(),
        "spf_aligned" => aligned(&verdict.spf),
        "dkim_aligned" => aligned(&verdict.dkim),
        "queries" => queries(),
        other => panic!("expectation {other}"),
    }
}

/// The identifiers of a vector; one without a domain is no identifier.
fn identifiers(row: &Value) -> Vec<Identifier> {
    let read = |value: &Value| {
        let domain = DomainName::parse(value["domain"].as_str()?).ok()?;
        let outcome = match value["result"].as_str()? {
            "pass" => Outcome::Pass,
            "temperror" => Outcome::Unknown,
            _ => Outcome::Fail,
        };
        Some((domain, outcome))
    };
    let spf = read(&row["spf"]).map(|(domain, outcome)| Identifier::spf(domain, outcome));
    let dkim = row["dkim"].as_array().expect("a list").iter().filter_map(read);
    spf.into_iter().chain(dkim.map(|(domain, outcome)| Identifier::dkim(domain, outcome))).collect()
}

/// RFC 9989 §4.8 makes a record of everything that begins with `v=DMARC1`.
fn record(row: &Value) -> Result<(), String> {
    let text = row["record"].as_str().expect("a record");
    let got = is_dmarc_record(text.as_bytes());
    match row["is_dmarc_record"] == got {
        true => Ok(()),
        false => Err(format!("{text:?} is a DMARC record: {got}")),
    }
}

fn from(row: &Value) -> Result<(), String> {
    let from = row["from"].as_str().expect("a From field");
    let value = from.strip_prefix("From:").unwrap_or(from);
    let field = format!("From: {}\r\n", value.trim());
    let authors = author_domains(&HeaderBlock::parse(field.as_bytes()).0);
    let got: Value = authors.domains.first().map(ToString::to_string).into();
    match row["domain"] == got {
        true => Ok(()),
        false => Err(format!("first domain of {from:?} is {got}: {authors:?}")),
    }
}

/// Whether a target that is not of the organization agrees to get reports.
fn consent(row: &Value) -> Result<(), String> {
    let zone = zone::of(row);
    let text = |field: &str| row[field].as_str().expect("a domain");
    let policy_domain = DomainName::parse(text("policy_domain")).expect("a domain");
    let uri = format!("mailto:reports@{}", text("report_domain"));
    let uris = [Uri::parse(uri.as_bytes()).expect("a URI")];
    let asked = report_destinations(&zone, &policy_domain, &uris, ReportKind::Aggregate);
    let destinations = block_on(asked).expect("a zone never waits");
    let accepts = destinations.iter().any(|d| !d.targets().is_empty());
    match row["accepts"] == accepts {
        true => Ok(()),
        false => Err(format!("accepts should be {}: {}", row["accepts"], destinations[0])),
    }
}
