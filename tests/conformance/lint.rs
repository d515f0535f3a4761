//! The linter against the test records of checkdmarc: what it refuses, we find; what it takes, we do
//! not call broken; and its warnings are among our findings.

use crate::corpora::{Case, Corpora, Suite};
use postrider_core::{DomainName, UnixTime};
use postrider_dns::lint::{Lint, RecordKind, TxtRecord, lint, lint_set};
use postrider_dns::{Code, Level, SetUp, audit};
use postrider_resolver::{Kind, Name, Question, Record, ZoneResolver, block_on};
use serde_json::Value;

/// All suites of this area.
pub fn suites(corpora: &Corpora) -> Vec<Suite> {
    let cases = corpora.rows("lint-checkdmarc/cases.jsonl").into_iter().map(|row| {
        let id = row["id"].as_str().expect("an id").to_owned();
        Case::new(id, move || judge(&row))
    });
    vec![Suite { name: "lint-checkdmarc", cases: cases.collect() }]
}

fn judge(row: &Value) -> Result<(), String> {
    let text = row["record"].as_str().expect("a record");
    let kind = kind(row["kind"].as_str().expect("a kind"));
    let found = match text.starts_with('"') {
        true => lint_set(kind, &[quoted(text)]),
        false => lint(kind, text.as_bytes()),
    };
    let shown: String = found.iter().map(|l| format!("\n{}", l.render(text.as_bytes()))).collect();
    let is_taken = row["ok"].as_bool().expect("ok");
    match is_taken {
        false
            if found.iter().all(|l| l.level < Level::Risky) && !broken_in_dns(row, kind, text) =>
        {
            return Err(format!("refused with {}, we find {shown:?}", row["error"]));
        }
        true if found.iter().any(|l| l.level == Level::Broken) => {
            return Err(format!("taken, we find{shown}"));
        }
        _ => {}
    }
    let warnings = row["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut missing = warnings.filter(|w| expected(w).is_some_and(|code| !has(&found, code)));
    match missing.next() {
        Some(warning) => Err(format!("it warns: {warning}; we find{shown}")),
        None => Ok(()),
    }
}

/// Whether the audit calls an SPF record broken for a reason that the record alone does not show, in
/// a world where nothing else is published: a loop, or too many names without answer.
fn broken_in_dns(row: &Value, kind: RecordKind, text: &str) -> bool {
    let Some(domain) = row["domain"].as_str().filter(|_| kind == RecordKind::Spf) else {
        return false;
    };
    let domain = DomainName::parse(domain).expect("a domain");
    let mut zone = ZoneResolver::new();
    zone.insert((&domain).into(), 1, Record::Txt(postrider_dns::text::split(text)));
    let setup = SetUp::new(domain.clone(), domain);
    let found = block_on(audit(&setup, &zone, UnixTime::from_secs(1_795_508_500)));
    let found = found.expect("a zone answers at once");
    let code = match row["error_class"].as_str() {
        Some("SPFRedirectLoop") => Code::SpfLoop,
        Some("SPFTooManyVoidDNSLookups") => Code::SpfVoid,
        _ => return false,
    };
    found.iter().any(|f| f.code == code)
}

fn has(found: &[Lint], code: Code) -> bool {
    found.iter().any(|l| l.code == code)
}

fn kind(word: &str) -> RecordKind {
    match word {
        "spf" => RecordKind::Spf,
        "dmarc" => RecordKind::Dmarc,
        "mta-sts-record" => RecordKind::MtaStsTxt,
        "mta-sts-policy" => RecordKind::MtaStsPolicy,
        "tlsrpt" => RecordKind::TlsRpt,
        "bimi" => RecordKind::Bimi,
        other => panic!("unknown kind {other}"),
    }
}

/// A record written as a zone file has it, in one or more strings.
fn quoted(text: &str) -> TxtRecord {
    let zone = ZoneResolver::parse(format!("a.example. 1 IN TXT {text}\n")).expect("zone text");
    let name = Name::parse("a.example").expect("a name");
    let answer = zone.answer(&Question::new(name, Kind::Txt)).expect("an answer");
    match answer.records() {
        [Record::Txt(txt)] => txt.clone().into(),
        other => panic!("one TXT record expected, {other:?}"),
    }
}

/// The finding that says the same as a warning; nothing for those that need DNS or a web server, or
/// that concern a domain without mail.
fn expected(warning: &str) -> Option<Code> {
    const SAME: &[(&str, Code)] = &[
        ("rua tag (destination", Code::DmarcRuaMissing),
        ("An sp tag value of none", Code::DmarcSubWeak),
        ("Support for the", Code::DmarcOldTags),
        ("The size limit", Code::DmarcOldTags),
        ("A missing p tag", Code::DmarcSyntax),
    ];
    SAME.iter().find(|(begin, _)| warning.starts_with(begin)).map(|(_, code)| *code)
}
