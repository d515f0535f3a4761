//! Guards and rules: the built-in ones first, then those of the file, then those of included files.

use crate::config::check::{Checker, from_toml};
use crate::config::file::{self, Rule, RuleFile};
use crate::config::{Problem, Route};
use postrider_policy::{
    LoadError, Policy, RuleSource, Schema, SchemaError, SourceRef, Stage, ThenValue, Type,
    Variable, Visible, guards,
};
use std::collections::BTreeMap;
use std::path::Path;

/// The guards that no configuration removes, so that no deleted rule makes an open relay. Those about
/// senders are ours, since a user has several addresses.
fn builtin(max_hops: u32) -> Vec<RuleSource> {
    let own = |id: &str, stage: &str, when: &str, reply: &str| {
        RuleSource::new(id, stage, when).then("reject", reply).builtin()
    };
    vec![
        guards::relay(),
        guards::recipient(),
        guards::hops(max_hops),
        own(
            "sender",
            "mail",
            "not empty(auth.user) and not mail.own",
            "550 5.7.1 {auth.user} may not send as {mail.from}",
        ),
        own(
            "author",
            "data",
            "not empty(auth.user) and not from.own",
            "550 5.7.1 {auth.user} may not write as {from}",
        ),
    ]
}

/// What rules may know: the variables of mail, those of our guards, the routes of the configuration.
fn schema(routes: &BTreeMap<String, Route>) -> Result<Schema, SchemaError> {
    let mut schema = Schema::mail();
    let own = |stage, doc| Variable::new(Type::Bool, Visible::From(stage), doc);
    let (mail, data) = (Stage::Mail, Stage::Data);
    schema.declare("mail.own", own(mail, "whether MAIL FROM is one that the user may send as"))?;
    schema
        .declare("from.own", own(data, "whether the author is one that the user may write as"))?;
    routes.keys().for_each(|name| schema.declare_route(name));
    Ok(schema)
}

/// What the file says about rules as a whole.
pub(crate) struct Settings {
    pub(crate) rules: file::Rules,
    pub(crate) max_hops: u32,
}

/// Loads all rules against the schema; faults go to the checker.
pub(crate) fn load(
    checker: &mut Checker<'_>,
    settings: Settings,
    rules: Vec<Rule>,
    routes: &BTreeMap<String, Route>,
) -> Option<(Policy, Vec<Problem>)> {
    let mut sources = builtin(settings.max_hops);
    let (path, text) = (checker.file, checker.text);
    sources.extend(rules.into_iter().map(|r| source(path, text, r, settings.rules.observe_all)));
    for include in settings.rules.include {
        let path = checker.base.join(include.get_ref());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) => {
                checker.fault(&include, format!("{} cannot be read: {e}", path.display()));
                continue;
            }
        };
        match from_toml::<RuleFile>(&path, &text) {
            Ok(file) => sources.extend(
                file.rule.into_iter().map(|r| source(&path, &text, r, settings.rules.observe_all)),
            ),
            Err(problem) => checker.problems.push(problem),
        }
    }
    let schema =
        schema(routes).map_err(|e| checker.problems.push(Problem::of(path, e.to_string()))).ok()?;
    match Policy::load(&sources, &schema) {
        Ok((policy, warnings)) => {
            let said = warnings.iter().map(|w| Problem::of(checker.file, w.to_string())).collect();
            Some((policy, said))
        }
        Err(errors) => {
            checker.problems.extend(errors.iter().map(|e| problem(checker.file, e)));
            None
        }
    }
}

fn source(file: &Path, text: &str, rule: Rule, observe_all: bool) -> RuleSource {
    let start = rule.when.span().start;
    let line = text.get(..start).map_or(0, |t| t.matches('\n').count()) + 1;
    let name = file.file_name().unwrap_or(file.as_os_str()).to_string_lossy();
    let mut source = RuleSource::new(rule.id.get_ref(), rule.stage.get_ref(), rule.when.get_ref());
    source.then = rule.then.into_inner().into_iter().map(|(k, v)| (k, then_value(v))).collect();
    source.on_unknown = rule.on_unknown.map(toml::Spanned::into_inner);
    source.mode = rule.mode.map(toml::Spanned::into_inner);
    if observe_all {
        source.mode = Some("observe".into());
    }
    source.at(SourceRef::new(&name, u32::try_from(line).unwrap_or(u32::MAX)))
}

/// A value that fits no action is kept as its text, so that the rule's own check names it.
fn then_value(value: toml::Value) -> ThenValue {
    match value {
        toml::Value::Boolean(flag) => ThenValue::Flag(flag),
        toml::Value::String(text) => ThenValue::Text(text),
        toml::Value::Table(table) => ThenValue::Table(
            table
                .into_iter()
                .map(|(k, v)| (k, v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
                .collect(),
        ),
        other => ThenValue::Text(other.to_string()),
    }
}

/// The rule's own message already has file, line and excerpt.
fn problem(file: &Path, error: &LoadError) -> Problem {
    let mut problem = Problem::of(file, "");
    problem.what = error.to_string();
    problem
}
