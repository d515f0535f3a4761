//! The audit: what is wrong with a published domain, as far as DNS and our own configuration tell.
//!
//! ```
//! use postrider_core::{DomainName, UnixTime};
//! use postrider_dns::{Code, SetUp, audit::audit};
//! use postrider_resolver::{ZoneResolver, block_on};
//!
//! let zone = ZoneResolver::parse("example.org. 300 IN TXT \"v=spf1 mx +all\"\n")?;
//! let setup = SetUp::new(DomainName::parse("example.org")?, DomainName::parse("mx.example.org")?);
//! let findings = block_on(audit(&setup, &zone, UnixTime::from_secs(1_795_508_500)))?;
//! let open = findings.iter().find(|f| f.code == Code::SpfPlusAll).unwrap();
//! println!("{open}");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! **DNS look-ups made**: fewer than sixty for an ordinary domain, each name and type once.

mod asked;
mod dkim;
mod dmarc;
mod lists;
mod mx;
mod names;
mod show;
mod spf;
mod tls;
mod tree;

use crate::code::{Code, Level};
use crate::lint::{Lint, RecordKind, TxtRecord, lint_set};
use crate::setup::SetUp;
use asked::Asked;
use postrider_core::{Span, UnixTime};
use postrider_resolver::{Answer, Kind, LookupError, Name, Question, Record, Resolver};
use std::net::IpAddr;

/// One thing that is wrong, or could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Finding {
    /// Which rule.
    pub code: Code,
    /// How bad it is; [`Level::NotRun`] if DNS did not answer.
    pub level: Level,
    /// What it is about.
    pub subject: Subject,
    /// What is, in one sentence.
    pub what: String,
    /// What follows, in one sentence.
    pub so: String,
    /// What to do; several steps belong together.
    pub fix: Vec<Fix>,
    /// The places in published records that are wrong.
    pub spans: Vec<RecordSpan>,
    /// What was seen, one line each.
    pub evidence: Vec<String>,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Subject {
    /// A name of DNS.
    Name(Name),
    /// An address.
    Address(IpAddr),
}

/// A place in a published record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RecordSpan {
    /// Its text: that of a TXT record joined, others as a zone file has them.
    #[cfg_attr(feature = "serde", serde(serialize_with = "show::as_text"))]
    pub text: Vec<u8>,
    /// The octets of the text.
    pub span: Span,
}

/// One step that mends something.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Fix {
    /// Put this record into the zone.
    Publish {
        /// Where.
        name: Name,
        /// What.
        record: Record,
    },
    /// Take this record out of the zone.
    Remove {
        /// Where.
        name: Name,
        /// What.
        record: Record,
    },
    /// Ask somebody else for a record in a zone of theirs.
    Ask {
        /// Whom.
        whom: String,
        /// Where.
        name: Name,
        /// What.
        record: Record,
    },
    /// Change our own configuration.
    Config {
        /// What.
        key: String,
        /// To what.
        value: String,
    },
    /// Run a command.
    Run(String),
    /// Something that no record and no setting says.
    Do(String),
}

/// Looks at everything that DNS and the configuration can answer.
///
/// Findings come by topic: SPF, DKIM, DMARC, names, exchangers, TLS, lists. A check that DNS did not let
/// us make is a finding of level [`Level::NotRun`], never silence. `now` is the time that SPF macros
/// may ask for.
pub async fn audit<R: Resolver>(setup: &SetUp, resolver: &R, now: UnixTime) -> Vec<Finding> {
    let dns = Asked::new(resolver);
    let mut audit = Audit { setup, dns: &dns, now, findings: Vec::new() };
    let forged = audit.spf().await;
    let signed = audit.dkim().await;
    audit.dmarc(forged, signed).await;
    audit.names().await;
    audit.exchangers().await;
    audit.tls().await;
    audit.lists().await;
    let mut findings = audit.findings;
    if let Some((question, error)) = dns.first_failure() {
        let what = format!("{question}: {error}");
        let subject = Subject::Name(question.name);
        let mut finding = Finding::new(Code::NetResolver, subject, what);
        finding.fix = vec![Fix::Do("use a resolver that answers, and run this again".into())];
        findings.push(finding);
    }
    findings
}

/// The whole of an audit while it runs.
struct Audit<'a, R> {
    setup: &'a SetUp,
    dns: &'a Asked<'a, R>,
    now: UnixTime,
    findings: Vec<Finding>,
}

/// What SPF says of mail in our name.
#[derive(Clone, Copy)]
struct SpfFacts {
    /// Whether our own servers pass.
    ours: postrider_dmarc::Outcome,
    /// Whether a stranger's host passes.
    forger: postrider_dmarc::Outcome,
}

impl Finding {
    fn new(code: Code, subject: impl Into<Subject>, what: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level(),
            subject: subject.into(),
            what: what.into(),
            so: code.long().to_owned(),
            fix: Vec::new(),
            spans: Vec::new(),
            evidence: Vec::new(),
        }
    }

    const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    fn fix(mut self, fix: Fix) -> Self {
        self.fix.push(fix);
        self
    }

    fn publish(self, name: &Name, record: Record) -> Self {
        self.fix(Fix::Publish { name: name.clone(), record })
    }

    fn remove(self, name: &Name, record: &Record) -> Self {
        self.fix(Fix::Remove { name: name.clone(), record: record.clone() })
    }

    fn seen(mut self, evidence: impl Into<String>) -> Self {
        self.evidence.push(evidence.into());
        self
    }
}

impl From<&Name> for Subject {
    fn from(name: &Name) -> Self {
        Self::Name(name.clone())
    }
}

impl From<IpAddr> for Subject {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

impl<R: Resolver> Audit<'_, R> {
    async fn ask(&self, name: &Name, kind: Kind) -> Result<Answer, LookupError> {
        self.dns.lookup(Question::new(name.clone(), kind)).await
    }

    fn push(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    fn has(&self, code: Code) -> bool {
        self.findings.iter().any(|f| f.code == code && f.level > Level::NotRun)
    }

    /// Says that these checks were not made.
    fn not_run(&mut self, codes: &[Code], name: &Name, error: &LookupError) {
        for code in codes {
            let what = format!("not looked at: {name}: {error}");
            let mut finding = Finding::new(*code, name, what).with_level(Level::NotRun);
            finding.so = "nothing is known".into();
            self.push(finding);
        }
    }

    /// The domain under audit, as a name.
    fn domain(&self) -> Name {
        Name::from(&self.setup.domain)
    }

    /// Lints the records of one kind at one name; each finding mends its own record.
    fn lint(&mut self, kind: RecordKind, name: &Name, records: &[Record]) {
        let texts: Vec<TxtRecord> = records.iter().map(text_of).collect();
        let lints = lint_set(kind, &texts);
        let several = lints.iter().any(|l| is_two(l.code));
        for lint in &lints {
            let Some((record, text)) = records.get(lint.record).zip(texts.get(lint.record)) else {
                continue;
            };
            let mut finding = of_lint(name, lint, text.text());
            if is_two(lint.code) {
                finding = two(finding, kind, name, records);
            } else if several {
                finding =
                    finding.fix(Fix::Do("publish one record, as said where two were found".into()));
                if lint.code == Code::SpfPlusAll {
                    let domain = &self.setup.domain;
                    let alone =
                        format!("were this the only record, any host would pass DMARC as {domain}");
                    finding = finding.seen(alone);
                }
            } else if let Some(fixed) = lint.corrected(text.text()) {
                finding = finding.remove(name, record);
                if let Some(record) = again(kind, record, &fixed) {
                    finding = finding.publish(name, record);
                }
            }
            self.push(finding);
        }
    }
}

/// A record's text as the linter reads it.
fn text_of(record: &Record) -> TxtRecord {
    let txt = match crate::render::text_of(record) {
        Some(txt) => txt.clone(),
        None => postrider_resolver::Txt::from_strings([record.to_string().as_bytes()]),
    };
    txt.into()
}

/// The corrected record.
fn again(kind: RecordKind, record: &Record, fixed: &[u8]) -> Option<Record> {
    let is_text = matches!(record, Record::Txt(_)) && kind != RecordKind::Mx;
    let text = std::str::from_utf8(fixed).ok().filter(|_| is_text)?;
    Some(Record::Txt(crate::text::split(text)))
}

const fn is_two(code: Code) -> bool {
    matches!(
        code,
        Code::SpfTwo
            | Code::DkimTwo
            | Code::DmarcTwo
            | Code::StsTwo
            | Code::TlsrptTwo
            | Code::BimiTwo
    )
}

fn of_lint(name: &Name, lint: &Lint, text: &[u8]) -> Finding {
    let what = format!("{name}: {}", lint.what);
    let mut finding = Finding::new(lint.code, name, what).with_level(lint.level);
    finding.spans.push(RecordSpan { text: text.to_vec(), span: lint.span });
    finding
}

/// Two records become one: for SPF the merged one, else the first.
fn two(mut finding: Finding, kind: RecordKind, name: &Name, records: &[Record]) -> Finding {
    let of_kind = |r: &&Record| crate::lint::counts_as(kind, text_of(r).text());
    let ours: Vec<&Record> = records.iter().filter(of_kind).collect();
    finding.what = format!("{name} has {} records where one may be", ours.len());
    finding.evidence = ours.iter().map(|r| r.to_string()).collect();
    let merged = || {
        let parsed = ours.iter().map(|r| postrider_spf::Record::parse(text_of(r).text()).ok());
        crate::Spf::merge(&parsed.collect::<Option<Vec<_>>>()?).ok()
    };
    match merged().filter(|_| kind == RecordKind::Spf) {
        Some(spf) => {
            for record in ours {
                finding = finding.remove(name, record);
            }
            finding.publish(name, Record::Txt(crate::text::split(&spf.to_string())))
        }
        None => ours.into_iter().skip(1).fold(finding, |f, record| f.remove(name, record)),
    }
}

#[cfg(test)]
mod tests;
