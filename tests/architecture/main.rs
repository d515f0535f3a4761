//! The table "Who may know whom" of ARCHITECTURE.md, checked against `cargo metadata`.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Crate, and the crates of ours it may depend on directly.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("message", &["core"]),
    ("resolver", &["core"]),
    ("resolver-hickory", &["core", "resolver"]),
    ("smtp", &["core"]),
    ("smtp-tokio", &["core", "smtp"]),
    ("dkim", &["core", "message", "resolver"]),
    ("spf", &["core", "resolver"]),
    ("dmarc", &["core", "message", "resolver"]),
    ("reports", &["core", "dmarc"]),
    ("dns", &["core", "resolver", "spf", "dkim", "dmarc"]),
    ("policy", &["core"]),
    ("trace", &["core"]),
    ("spool", &["core"]),
    ("delivery", &["core", "message", "resolver", "smtp", "smtp-tokio", "spool", "trace"]),
];

/// What must not be anywhere below a library that does no I/O.
const NO_IO: &[&str] = &["tokio", "hickory-proto", "hickory-resolver", "rustls", "mio"];
const SANS_IO: &[&str] = &[
    "core", "message", "resolver", "smtp", "dkim", "spf", "dmarc", "reports", "dns", "policy",
    "trace", "spool",
];

struct Graph {
    /// Package name to the names of its direct normal dependencies.
    direct: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn load() -> Self {
        let out = Command::new(env!("CARGO"))
            .args(["metadata", "--format-version", "1", "--offline", "--all-features"])
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .output()
            .expect("cargo runs");
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        let meta: Value = serde_json::from_slice(&out.stdout).expect("cargo metadata is JSON");
        let list = |v: &Value| v.as_array().cloned().unwrap_or_default();
        let names: BTreeMap<String, String> =
            list(&meta["packages"]).iter().map(|p| (text(&p["id"]), text(&p["name"]))).collect();
        let normal = |dep: &Value| list(&dep["dep_kinds"]).iter().any(|k| k["kind"].is_null());
        let direct = list(&meta["resolve"]["nodes"])
            .iter()
            .map(|node| {
                let deps = list(&node["deps"]);
                let deps =
                    deps.iter().filter(|d| normal(d)).map(|d| names[&text(&d["pkg"])].clone());
                (names[&text(&node["id"])].clone(), deps.collect())
            })
            .collect();
        Self { direct }
    }

    fn below(&self, package: &str) -> BTreeSet<String> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![package.to_owned()];
        while let Some(next) = todo.pop() {
            for dep in self.direct.get(&next).into_iter().flatten() {
                if seen.insert(dep.clone()) {
                    todo.push(dep.clone());
                }
            }
        }
        seen
    }
}

fn text(v: &Value) -> String {
    v.as_str().expect("a string").to_owned()
}

#[test]
fn crates_know_only_what_the_table_allows() {
    let graph = Graph::load();
    for (name, allowed) in MAY_KNOW {
        let package = format!("postrider-{name}");
        let ours = graph.direct[&package].iter().filter_map(|d| d.strip_prefix("postrider-"));
        for dep in ours {
            assert!(allowed.contains(&dep), "{package} depends on postrider-{dep}");
        }
    }
}

#[test]
fn every_library_crate_is_in_the_table() {
    let graph = Graph::load();
    let tools = ["fuzz", "tests", "benches"];
    for package in graph.direct.keys().filter_map(|p| p.strip_prefix("postrider-")) {
        let known = tools.contains(&package) || MAY_KNOW.iter().any(|(name, _)| *name == package);
        assert!(known, "postrider-{package} is not in the table");
    }
}

#[test]
fn libraries_without_io_hold_no_runtime_dns_client_or_tls() {
    let graph = Graph::load();
    for name in SANS_IO {
        let below = graph.below(&format!("postrider-{name}"));
        for io in NO_IO {
            assert!(!below.contains(*io), "{io} is below postrider-{name}");
        }
    }
}
