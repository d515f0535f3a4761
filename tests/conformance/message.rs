//! Suites for header fields: Authentication-Results (RFC 8601).

use crate::corpora::{Case, Corpora, Suite};
use postrider_message::{AuthResults, HeaderBlock, MethodResult};
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let rows = corpora.rows("authres/cases.jsonl");
    let case = |row: Value| {
        let id = row["id"].as_str().expect("an id").to_owned();
        Case::new(id, move || authres(&row))
    };
    vec![Suite { name: "authres", cases: rows.into_iter().map(case).collect() }]
}

fn authres(row: &Value) -> Result<(), String> {
    let text = row["header"].as_str().expect("a header field");
    let (header, _) = HeaderBlock::parse(text.as_bytes());
    let field = header.get("authentication-results").expect("a field");
    let parsed = AuthResults::parse(field.raw_value);
    // Implementations differ on these rows, or they ask for a leniency: either answer is right.
    let is_open = row["contested"] == true || !row["lenient_option"].is_null();
    let is_read = parsed.as_ref().is_ok_and(|p| p.errors.is_empty());
    if !is_open && row["valid"] != is_read {
        return Err(format!("valid should be {}: {parsed:?}", row["valid"]));
    }
    let Some(parsed) = parsed.ok().filter(|_| is_read) else {
        return Ok(());
    };
    let again = AuthResults::parse(parsed.field.to_string().as_bytes());
    if again.as_ref().map(|a| &a.field) != Ok(&parsed.field) {
        return Err(format!("{} reads as {again:?}", parsed.field));
    }
    match row["valid"] == true {
        true => expectations(&parsed.field, &row["expect"]),
        false => Ok(()),
    }
}

fn expectations(field: &AuthResults, expect: &Value) -> Result<(), String> {
    let check = |what: &str, got: Option<&str>, wanted: &Value| match wanted.as_str() == got {
        true => Ok(()),
        false => Err(format!("{what} is {got:?}, expected {wanted}: {field}")),
    };
    for (what, wanted) in expect.as_object().expect("expectations") {
        let mut path = what.splitn(4, '.');
        match (path.next(), path.next(), path.next(), path.next()) {
            (Some("authserv_id"), ..) => check(what, Some(field.authserv_id.as_str()), wanted)?,
            (Some("authres_version" | "version"), ..) => {
                let version = field.version.to_string();
                check(what, Some(&version), &wanted.to_string().into())?;
            }
            (Some("resinfo"), Some("length"), ..) => {
                let count = field.results.len().to_string();
                check(what, Some(&count), &wanted.to_string().into())?;
            }
            (Some("resinfo"), Some(n), Some(part), rest) => {
                let result = n.parse().ok().and_then(|n: usize| field.results.get(n));
                let got = result.and_then(|r| of_result(r, part, rest));
                check(what, got.as_deref(), &Value::from(text_of(wanted)))?;
            }
            (Some("results"), ..) => {
                let wanted = wanted.as_array().expect("results");
                if wanted.len() != field.results.len() {
                    return Err(format!("{} results, expected {wanted:?}", field.results.len()));
                }
                for (result, wanted) in field.results.iter().zip(wanted) {
                    check("method", Some(result.method.as_str()), &wanted["method"])?;
                    check("result", Some(result.result.as_str()), &wanted["result"])?;
                    properties(result, wanted)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn of_result(result: &MethodResult, part: &str, rest: Option<&str>) -> Option<String> {
    match (part, rest) {
        ("method", _) => Some(result.method.to_string()),
        ("result", _) => Some(result.result.to_string()),
        ("method_version", _) => Some(result.version.to_string()),
        ("reason", _) => result.reason.as_ref().map(|r| r.as_str().to_owned()),
        ("properties", Some(rest)) => {
            let (ptype, name) = rest.split_once('.')?;
            result.property(ptype, name).map(|v| v.as_str().to_owned())
        }
        _ => None,
    }
}

fn properties(result: &MethodResult, wanted: &Value) -> Result<(), String> {
    let Some(wanted) = wanted["props"].as_array() else {
        return Ok(());
    };
    let got: Vec<[&str; 3]> = result
        .properties
        .iter()
        .map(|p| [p.ptype.as_str(), p.name.as_str(), p.value.as_str()])
        .collect();
    match Value::from(wanted.clone()) == serde_json::json!(got) {
        true => Ok(()),
        false => Err(format!("properties {got:?}, expected {wanted:?}")),
    }
}
