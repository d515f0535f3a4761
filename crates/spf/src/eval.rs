//! The evaluation, section by section (RFC 7208 §4): one frame per record, one function per rule.

pub(crate) mod asker;
mod expand;
mod explain;
mod facts;
mod mechanisms;

use crate::explanation::Explanation;
use crate::limits::Limits;
use crate::macros::DomainSpec;
use crate::outcome::{Both, Match, Outcome, Verdict};
use crate::record::{Directive, Mechanism, Record, is_spf};
use crate::reverse::Reverse;
use crate::session::{Identity, Session};
use crate::step::{Event, Trace};
use crate::why::{DomainFault, Missing, Why};
use asker::Asker;
use facts::Facts;
use postrider_core::{SafeText, Span};
use postrider_resolver::{Answer, Content, Kind, Name, Record as Data, Resolver};
use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

/// Checks one identity of a session: `check_host()` of RFC 7208 §4.
///
/// **DNS look-ups made**: TXT at the identity's domain; then, term by term until one matches, A or
/// AAAA (by the client's family) for `a`, MX and the hosts' addresses for `mx`, TXT for `include` and
/// `redirect`, A for `exists`, PTR and the names' addresses (once per check) for `ptr` and `%{p}`;
/// after fail, TXT for `exp`.
///
/// **Verdicts**: [`Verdict`]; the reason is in [`Outcome::why`]. **Limits**: each exceeded limit is a
/// reason of its own, see [`Limits`].
///
/// `trace` takes the steps: `&mut ()` for none, `&mut Vec<Step>` for all.
///
/// A check needs the client's address; where that is hidden, skip the check: unknown is not no.
pub async fn check<R: Resolver, T: Trace>(
    resolver: &R,
    session: &Session<'_>,
    identity: Identity,
    limits: &Limits,
    trace: &mut T,
) -> Outcome {
    let facts = Facts::new(session, identity);
    let mut asker = Asker::new(resolver, session.clock, limits, trace);
    asker.step(|| Event::Started { identity });
    let subject = facts.subject();
    let mut eval = Eval { asker, facts, limits, reverse: None, explanation: None };
    let (domain, why) = match eval.facts.domain() {
        Ok(name) => {
            let why = eval.check_host(&name, Scope::Outer).await;
            (Some(name), why)
        }
        Err((domain, fault)) => (None, Why::BadDomain { domain, fault }),
    };
    Outcome {
        identity,
        client: eval.facts.client,
        subject,
        domain,
        verdict: why.verdict(),
        why,
        explanation: eval.explanation,
        counters: eval.asker.counters,
    }
}

/// Checks the HELO name and the sender of a session (RFC 7208 §2.3, §2.4).
///
/// With the null sender both are the same check, which then runs, and is traced, once.
pub async fn check_both<R: Resolver, T: Trace>(
    resolver: &R,
    session: &Session<'_>,
    limits: &Limits,
    trace: &mut T,
) -> Both {
    let helo = check(resolver, session, Identity::Helo, limits, trace).await;
    let mail_from = if session.sender.is_null() {
        let subject = Facts::new(session, Identity::MailFrom).subject();
        Outcome { identity: Identity::MailFrom, subject, ..helo.clone() }
    } else {
        check(resolver, session, Identity::MailFrom, limits, trace).await
    };
    Both { helo, mail_from }
}

/// Whose result a record's result becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// The check's own, directly or by redirect.
    Outer,
    /// That of an include, which only asks whether the inner record passes.
    Included,
}

/// One record under evaluation: what `%{d}` is, and where its terms come from.
struct Frame {
    domain: Name,
    record: Arc<Record>,
    scope: Scope,
}

struct Eval<'a, R, T> {
    asker: Asker<'a, R, T>,
    facts: Facts<'a>,
    limits: &'a Limits,
    /// The client's reverse names, once they were needed.
    reverse: Option<Reverse>,
    explanation: Option<Explanation>,
}

impl<R: Resolver, T: Trace> Eval<'_, R, T> {
    async fn check_host(&mut self, domain: &Name, scope: Scope) -> Why {
        match self.evaluate(domain, scope).await {
            Ok(why) | Err(why) => why,
        }
    }

    /// The check of another domain's record, for include and redirect.
    fn inner<'s>(
        &'s mut self,
        domain: &'s Name,
        scope: Scope,
    ) -> Pin<Box<dyn Future<Output = Why> + Send + 's>> {
        Box::pin(async move {
            self.asker.depth = self.asker.depth.saturating_add(1);
            let why = self.check_host(domain, scope).await;
            let verdict = why.verdict();
            self.asker.depth = self.asker.depth.saturating_sub(1);
            self.asker.step(|| Event::Inner { verdict });
            why
        })
    }

    /// §4.3 to §4.7; `Err` ends the whole check.
    async fn evaluate(&mut self, domain: &Name, scope: Scope) -> Result<Why, Why> {
        let record = self.record(domain).await?;
        let frame = Frame { domain: domain.clone(), record: Arc::clone(&record), scope };
        // §4.6.2: "Each mechanism is considered in turn from left to right."
        for (span, directive) in record.directives() {
            if self.is_outside(&frame, span, &directive.mechanism) {
                continue;
            }
            if let Some(found) = self.directive(&frame, span, directive).await? {
                if scope == Scope::Outer && Verdict::from(found.qualifier) == Verdict::Fail {
                    self.explain(&frame).await;
                }
                return Ok(Why::Matched(found));
            }
        }
        match record.redirect() {
            Some((span, spec)) => self.redirect(&frame, span, spec).await,
            // §4.7: "If none of the mechanisms match and there is no "redirect" modifier, then the
            // check_host() returns a result of "neutral"".
            None => Ok(Why::NoMatch { domain: frame.domain }),
        }
    }

    /// The one SPF record of a domain (§4.4, §4.5, §4.6).
    async fn record(&mut self, domain: &Name) -> Result<Arc<Record>, Why> {
        // §4.3: a domain of a single label has the result none.
        if domain.label_count() < 2 {
            let fault = DomainFault::SingleLabel;
            return Err(Why::BadDomain { domain: SafeText::display(domain), fault });
        }
        let answer = self.asker.ask(domain.clone(), Kind::Txt).await?;
        let mut texts = texts(&answer).filter(|t| is_spf(t));
        let missing = match answer.content {
            Content::NxDomain => Missing::Name,
            Content::NoData | Content::Records(_) => Missing::Record,
        };
        let Some(text) = texts.next() else {
            return Err(Why::NoRecord { domain: domain.clone(), missing });
        };
        match texts.count() {
            0 => {}
            more => {
                return Err(Why::SeveralRecords { domain: domain.clone(), count: more + 1 });
            }
        }
        // §4.6: "The syntax of the record is validated first, and if there are any syntax errors
        // anywhere in the record, check_host() returns immediately with the result "permerror"".
        let record = Record::parse(&text).map_err(|faults| Why::Syntax {
            domain: domain.clone(),
            text: SafeText::escaped(&text),
            faults,
        })?;
        let record = Arc::new(record);
        self.asker.step(|| Event::Record { domain: domain.clone(), record: Arc::clone(&record) });
        Ok(record)
    }

    /// Whether a network does not hold the client: what most terms come to, told without a future.
    fn is_outside(&mut self, frame: &Frame, span: Span, mechanism: &Mechanism) -> bool {
        let client = self.facts.client;
        let Some(false) = mechanism.network_holds(client) else {
            return false;
        };
        self.asker.step(|| Event::Term { text: frame.record.text_of(span).into(), span });
        self.asker.step(|| Event::Compared { client, inside: false });
        self.asker.step(|| Event::Ended { matched: None });
        true
    }

    async fn directive(
        &mut self,
        frame: &Frame,
        span: Span,
        directive: &Directive,
    ) -> Result<Option<Match>, Why> {
        let counted = match directive.mechanism.asks_dns() {
            true => self.asker.count_term(),
            false => Ok(()),
        };
        self.asker.step(|| Event::Term { text: frame.record.text_of(span).into(), span });
        counted?;
        let found = self.mechanism(frame, &directive.mechanism).await?;
        let matched = found.is_some().then_some(directive.qualifier.into());
        self.asker.step(|| Event::Ended { matched });
        Ok(found.map(|inner| Match {
            domain: frame.domain.clone(),
            record: Arc::clone(&frame.record),
            span,
            qualifier: directive.qualifier,
            mechanism: directive.mechanism.name(),
            inner: inner.map(Box::new),
        }))
    }

    /// §6.1
    async fn redirect(&mut self, frame: &Frame, span: Span, spec: &DomainSpec) -> Result<Why, Why> {
        let counted = self.asker.count_term();
        self.asker.step(|| Event::Term { text: frame.record.text_of(span).into(), span });
        counted?;
        let why = match self.target(frame, spec).await {
            Ok(target) => self.inner(&target, frame.scope).await,
            Err(why) => why,
        };
        // "The result of this new evaluation of check_host() is then considered the result of the
        // current evaluation with the exception that if no SPF record is found, or if the
        // <target-name> is malformed, the result is a "permerror" rather than "none"."
        if why.verdict() == Verdict::None {
            return Err(Why::RedirectNone { inner: Box::new(why) });
        }
        Ok(why)
    }
}

/// The joined texts of TXT records (§3.3); a text of one string, as most are, is not copied.
fn texts(answer: &Answer) -> impl Iterator<Item = Cow<'_, [u8]>> {
    answer.records().iter().filter_map(|data| {
        let Data::Txt(txt) = data else { return None };
        let mut strings = txt.strings();
        match (strings.next(), strings.next()) {
            (Some(only), None) => Some(Cow::Borrowed(only)),
            _ => Some(Cow::Owned(txt.joined())),
        }
    })
}
