//! The tree of an SPF record: every record it leads to, its look-ups counted (RFC 7208 §4.6.4).

use super::{Audit, Finding};
use crate::code::Code;
use crate::spf::MAX_LOOKUPS;
use postrider_resolver::{Kind, LookupError, Name, Resolver};
use postrider_spf::record::{Directive, Mechanism, Qualifier, TermKind};

/// RFC 7208 §4.6.4: "SPF implementations SHOULD limit "void lookups" to two".
const MAX_VOID: usize = 2;
/// Most records that are read; a tree of more is broken long before.
const MAX_RECORDS: usize = 40;

const CODES: &[Code] =
    &[Code::SpfLookups, Code::SpfVoid, Code::SpfIncludeNone, Code::SpfIncludeOpen, Code::SpfLoop];

/// A record to read.
struct Visit {
    name: Name,
    /// The records that led here, the domain first.
    path: Vec<Name>,
}

/// What was counted.
#[derive(Default)]
struct Counted {
    lookups: usize,
    void: Vec<String>,
    lines: Vec<String>,
}

impl<R: Resolver> Audit<'_, R> {
    pub(super) async fn spf_tree(&mut self, root: &Name) {
        let mut counted = Counted::default();
        let mut stack = vec![Visit { name: root.clone(), path: Vec::new() }];
        let mut read = 0;
        while let Some(visit) = stack.pop() {
            read += 1;
            if read > MAX_RECORDS {
                break;
            }
            if let Err(error) = self.spf_visit(visit, &mut stack, &mut counted).await {
                self.not_run(CODES, root, &error);
                return;
            }
        }
        let Counted { lookups, void, lines } = counted;
        if lookups > MAX_LOOKUPS && !self.has(Code::SpfLookups) && !self.has(Code::SpfLoop) {
            let what = format!("SPF of {root} takes {lookups} look-ups, {MAX_LOOKUPS} are allowed");
            let mut finding = Finding::new(Code::SpfLookups, root, what);
            finding.evidence = lines;
            self.push(finding);
        }
        if void.len() > MAX_VOID {
            let count = void.len();
            let what = format!("{count} terms of SPF of {root} have no answer, {MAX_VOID} may");
            let mut finding = Finding::new(Code::SpfVoid, root, what);
            finding.evidence = void;
            self.push(finding);
        }
    }

    async fn spf_visit(
        &mut self,
        visit: Visit,
        stack: &mut Vec<Visit>,
        counted: &mut Counted,
    ) -> Result<(), LookupError> {
        let Visit { name, path } = visit;
        let answer = self.ask(&name, Kind::Txt).await?;
        let texts = answer.records().iter().map(|r| super::text_of(r).text().to_vec());
        let texts: Vec<Vec<u8>> = texts.filter(|t| postrider_spf::is_spf(t)).collect();
        let record = match texts.as_slice() {
            [text] => postrider_spf::Record::parse(text).ok(),
            _ => None,
        };
        let Some(record) = record else {
            if answer.is_denial() {
                counted.void.push(format!("{name} TXT"));
            }
            if let Some(from) = path.last() {
                let what = format!("{from} includes {name}, which has no usable SPF record");
                self.push(Finding::new(Code::SpfIncludeNone, &name, what));
            }
            return Ok(());
        };
        let indent = path.len() * 2;
        counted.lines.push(format!("{:indent$}{name}: {}", "", record.text()));
        let path: Vec<Name> = path.into_iter().chain([name.clone()]).collect();
        let mut next = Vec::new();
        for term in record.terms() {
            let target = match &term.kind {
                TermKind::Redirect(spec) => {
                    counted.lookups += 1;
                    spec.fixed()
                }
                TermKind::Directive(directive) => {
                    self.spf_term(directive, &path, counted).await?;
                    included(&directive.mechanism)
                }
                TermKind::Explanation(_) | TermKind::Unknown(_) => None,
            };
            match target {
                Some(target) if path.contains(target) => {
                    let what = format!("{name} leads back to {target}");
                    self.push(Finding::new(Code::SpfLoop, &name, what));
                }
                Some(target) => next.push(Visit { name: target.clone(), path: path.clone() }),
                None => {}
            }
        }
        stack.extend(next.into_iter().rev());
        Ok(())
    }

    /// Counts one directive and sees whether it is open.
    async fn spf_term(
        &mut self,
        directive: &Directive,
        path: &[Name],
        counted: &mut Counted,
    ) -> Result<(), LookupError> {
        let Some((name, above)) = path.split_last() else {
            return Ok(());
        };
        let Directive { qualifier, mechanism } = directive;
        counted.lookups += usize::from(mechanism.asks_dns());
        if let (Mechanism::All, Qualifier::Pass, Some(from)) = (mechanism, qualifier, above.last())
        {
            let what = format!("{from} includes {name}, which lets any host pass");
            self.push(Finding::new(Code::SpfIncludeOpen, name, what));
        }
        let (host, kinds): (_, &[Kind]) = match mechanism {
            Mechanism::A(host) => (host, &[Kind::A, Kind::Aaaa]),
            Mechanism::Mx(host) => (host, &[Kind::Mx]),
            Mechanism::All
            | Mechanism::Include(_)
            | Mechanism::Ptr(_)
            | Mechanism::Ip4(_)
            | Mechanism::Ip6(_)
            | Mechanism::Exists(_) => return Ok(()),
        };
        let target = match &host.domain {
            None => Some(name.clone()),
            Some(spec) => spec.fixed().cloned(),
        };
        let Some(target) = target else {
            return Ok(());
        };
        for kind in kinds {
            if !self.ask(&target, *kind).await?.is_denial() {
                return Ok(());
            }
        }
        counted.void.push(format!("{name}: {directive}"));
        Ok(())
    }
}

const fn included(mechanism: &Mechanism) -> Option<&Name> {
    if let Mechanism::Include(spec) = mechanism {
        return spec.fixed();
    }
    None
}
