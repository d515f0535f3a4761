//! Every script in `tests/dialogs`, whole and in pieces.

use super::script::{Outcome, run, splits};
use postrider_smtp::server::rules;
use std::collections::BTreeSet;
use std::path::Path;

fn scripts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogs");
    let mut scripts: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "smtp"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    scripts
}

/// The outcome, or where the dialog differs from its script.
fn attempt(script: &str, piece: usize) -> Result<Outcome, String> {
    std::panic::catch_unwind(|| run(script, piece)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.unwrap_or_else(|| "panicked".to_owned())
    })
}

fn check(script: &str) -> Result<Outcome, String> {
    let whole = attempt(script, usize::MAX)?;
    if splits(script) {
        for piece in [1, 2, 3, 7] {
            let split = attempt(script, piece).map_err(|e| format!("in pieces of {piece}: {e}"))?;
            if split != whole {
                return Err(format!("in pieces of {piece}:\n{split:?}\nwhole:\n{whole:?}"));
            }
        }
    }
    Ok(whole)
}

#[test]
fn dialogs_go_as_written_however_they_are_read_and_reach_every_rule() {
    let mut reached = BTreeSet::new();
    let mut failures = Vec::new();
    for (name, script) in scripts() {
        match check(&script) {
            Ok(outcome) => reached.extend(outcome.rules),
            Err(difference) => failures.push(format!("{name}: {difference}")),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let ids = rules::ALL.iter().map(|rule| rule.id);
    let missing: Vec<_> = ids.filter(|id| !reached.contains(id)).collect();
    assert!(missing.is_empty(), "rules that no dialog reaches: {missing:?}");
}

#[test]
fn rule_ids_are_unique() {
    let ids: BTreeSet<_> = rules::ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), rules::ALL.len());
}
