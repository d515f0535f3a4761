//! Suite for reports: aggregate (RFC 9990, RFC 7489), failure (RFC 9991), TLS (RFC 8460).
//!
//! The facts of a vector come from a plain XML, JSON or mail reader; what we read must agree with every
//! one of them. A vector that such a reader calls ill-formed must be refused with a reason.

use crate::corpora::{Case, Corpora, Suite};
use postrider_reports::aggregate::{Aggregate, Row};
use postrider_reports::failure::Failure;
use postrider_reports::tls::{TlsPolicy, TlsReport};
use postrider_reports::{Deviation, Limits, Note, Report, read};
use serde_json::{Value, json};

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let case = |row: Value| {
        let id = row["id"].as_str().expect("an id").to_owned();
        let file = row["file"].as_str().expect("a file");
        let octets = corpora.read(format!("reports/{file}"));
        Case::new(id, move || judge(&row, &octets))
    };
    let cases = corpora.rows("reports/index.jsonl").into_iter().map(case).collect();
    vec![Suite { name: "reports", cases }]
}

fn judge(row: &Value, octets: &[u8]) -> Result<(), String> {
    let is_well_formed = row["well_formed"] == true;
    let reading = match (read(octets, &Limits::DEFAULT), is_well_formed) {
        (Ok(reading), true) => reading,
        (Ok(reading), false) => return Err(format!("read, though it is ill-formed: {reading:?}")),
        (Err(error), true) => return Err(error.to_string()),
        (Err(_), false) => return Ok(()),
    };
    let facts = &row["facts"];
    match &reading.report {
        Report::Aggregate(report) => {
            same(facts, &aggregate(report))?;
            again(&report.to_gzip(), &reading.report)
        }
        Report::Failure(report) => same(facts, &failure(report)),
        Report::Tls(report) => {
            same(facts, &tls(report, &reading.notes))?;
            again(report.to_json().as_bytes(), &reading.report)
        }
    }
    .map_err(|difference| {
        let notes: Vec<_> = reading.notes.iter().map(ToString::to_string).collect();
        format!("{difference}\nnotes: {notes:#?}")
    })
}

/// What we write of it reads as the same.
fn again(written: &[u8], report: &Report) -> Result<(), String> {
    let again = read(written, &Limits::DEFAULT).map_err(|e| e.to_string())?;
    match again.report == *report {
        true => Ok(()),
        false => Err(format!("written and read: {:?}", again.report)),
    }
}

/// Every fact that the vector states, whatever the case of words.
fn same(facts: &Value, ours: &Value) -> Result<(), String> {
    for (name, fact) in facts.as_object().expect("facts") {
        let Some(our) = ours.get(name) else { continue };
        let (fact, our) = (fact.to_string(), our.to_string());
        if !fact.eq_ignore_ascii_case(&our) {
            return Err(format!("{name} is {our}, expected {fact}"));
        }
    }
    Ok(())
}

fn text(value: impl ToString) -> Option<String> {
    Some(value.to_string()).filter(|t| !t.is_empty())
}

fn aggregate(report: &Aggregate) -> Value {
    let (meta, policy) = (&report.metadata, &report.policy);
    json!({
        "org_name": text(&meta.org_name),
        "email": text(&meta.email),
        "report_id": text(&meta.report_id),
        "domain": policy.domain.to_string(),
        "records": report.records.len(),
        "messages": report.records.iter().map(|r| r.count).sum::<u64>(),
        "rows": report.records.iter().map(row).collect::<Value>(),
    })
}

fn row(row: &Row) -> Value {
    let dkim = row.dkim.iter().map(|d| {
        json!([d.domain.as_ref().map(text), d.selector.as_ref().map(text), d.result.map(text)])
    });
    let spf = row
        .spf
        .iter()
        .map(|s| json!([s.domain.as_ref().map(text), s.scope.map(text), s.result.map(text)]));
    let reasons = row.evaluated.reasons.iter();
    let reasons = reasons.map(|r| json!([r.kind.map(text), r.comment.as_ref().map(text)]));
    json!({
        "ip": row.source_ip.to_string(),
        "count": row.count.to_string(),
        "disposition": row.evaluated.disposition.map(text),
        "dkim": row.evaluated.dkim.map(text),
        "spf": row.evaluated.spf.map(text),
        "header_from": row.identifiers.header_from.as_ref().map(text),
        "envelope_from": row.identifiers.envelope_from.as_ref().map(text),
        "auth_dkim": dkim.collect::<Value>(),
        "auth_spf": spf.collect::<Value>(),
        "reasons": reasons.collect::<Value>(),
    })
}

fn failure(report: &Failure) -> Value {
    json!({
        "feedback-type": report.feedback.to_string(),
        "user-agent": report.user_agent.as_ref().map(ToString::to_string),
        "version": report.version.as_ref().map(ToString::to_string),
        "original-mail-from": report.mail_from.as_ref().map(ToString::to_string),
        "original-rcpt-to": report.rcpt_to.first().map(ToString::to_string),
        "arrival-date": report.arrival.as_ref().map(ToString::to_string),
        "source-ip": report.source_ip.map(text),
        "reporting-mta": report.reporting_mta.as_ref().map(ToString::to_string),
        "reported-domain": report.domains.first().map(text),
    })
}

fn tls(report: &TlsReport, notes: &[Note]) -> Value {
    // A type that RFC 8460 does not have is in the notes.
    let unknown = notes.iter().find_map(|n| match &n.deviation {
        Deviation::UnknownWord(word) if n.place.as_str() == "policy-type" => text(word),
        _ => None,
    });
    let policy = |p: &TlsPolicy| {
        let failures = p.failures.iter().map(|f| f.result.map(text));
        json!({
            "type": p.kind.map_or_else(|| unknown.clone(), text),
            "domain": p.domain.as_ref().map(text),
            "ok": p.successful,
            "failed": p.failed,
            "failure_types": failures.collect::<Value>(),
        })
    };
    json!({
        "organization-name": report.organization.to_string(),
        "report-id": report.report_id.to_string(),
        "policies": report.policies.iter().map(policy).collect::<Value>(),
    })
}
