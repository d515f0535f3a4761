//! The evaluation (RFC 9989 §5.3).

mod align;
mod discover;

use crate::identifier::{Identifier, Mechanism, Outcome};
use crate::record::{Disposition, Record, Testing};
use crate::verdict::{Alignment, DmarcResult, Verdict, Why};
use crate::walk::{OrganizationalRule, Walk, Walker};
use postrider_core::DomainName;
use postrider_message::{AuthorDomains, Authorship};
use postrider_resolver::{LookupError, Resolver};

/// Settings of the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// What to do with several author domains.
    pub several_authors: SeveralAuthors,
    /// Most identifiers for which a tree is walked; further ones are not aligned.
    pub max_identifiers: usize,
}

/// What to do with a message of several author domains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum SeveralAuthors {
    /// It has no valid author: `permerror`.
    #[default]
    Refuse,
    /// Each is judged, and the strictest verdict counts (RFC 9989 §11.5), up to
    /// [`MAX_AUTHORS`] domains.
    Strictest,
}

/// Most author domains that [`SeveralAuthors::Strictest`] judges.
pub const MAX_AUTHORS: usize = 5;

impl Policy {
    /// Several authors are refused, at most 20 identifiers are walked for.
    pub const DEFAULT: Self = Self { several_authors: SeveralAuthors::Refuse, max_identifiers: 20 };

    /// With another treatment of several author domains.
    #[must_use]
    pub const fn with_several_authors(mut self, how: SeveralAuthors) -> Self {
        self.several_authors = how;
        self
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Judges a message by all its author domains.
///
/// # Verdicts
/// `permerror` where the author is not clear; otherwise as [`evaluate`].
///
/// ```
/// use postrider_dmarc::{DmarcResult, Policy, evaluate_authors};
/// use postrider_message::{HeaderBlock, author_domains};
/// use postrider_resolver::{ZoneResolver, block_on};
///
/// let (header, _) = HeaderBlock::parse(b"From: a@bank.example\r\nFrom: b@evil.test\r\n");
/// let authors = author_domains(&header);
/// let zone = ZoneResolver::new();
/// let judged = evaluate_authors(&zone, &authors, &[], &Policy::DEFAULT);
/// let verdict = block_on(judged)?;
/// assert_eq!(verdict.result, DmarcResult::PermError);
/// assert_eq!(verdict.why.to_string(), "2 From fields");
/// # Ok::<(), postrider_resolver::NotReady>(())
/// ```
pub async fn evaluate_authors<R: Resolver>(
    resolver: &R,
    authors: &AuthorDomains,
    identifiers: &[Identifier],
    policy: &Policy,
) -> Verdict {
    let many = match authors.authorship() {
        Authorship::One(author) => return evaluate(resolver, author, identifiers, policy).await,
        Authorship::Unclear(problem) => {
            let problem = problem.clone();
            return Verdict::new(DmarcResult::PermError, None, Why::Author { problem });
        }
        Authorship::Many(many) => many,
    };
    let count = many.len();
    let refused = Verdict::new(DmarcResult::PermError, None, Why::SeveralAuthors { count });
    if policy.several_authors == SeveralAuthors::Refuse || count > MAX_AUTHORS {
        return refused;
    }
    let mut strictest: Option<Verdict> = None;
    for author in many {
        let verdict = evaluate(resolver, author, identifiers, policy).await;
        if strictest.as_ref().is_none_or(|s| strictness(s) < strictness(&verdict)) {
            strictest = Some(verdict);
        }
    }
    strictest.unwrap_or(refused)
}

/// RFC 9989 §11.5: "apply the most strict policy selected among the checks that fail".
fn strictness(verdict: &Verdict) -> (u8, Option<Disposition>) {
    let rank = match verdict.result {
        DmarcResult::Fail => 4,
        DmarcResult::TempError => 3,
        DmarcResult::PermError => 2,
        DmarcResult::None => 1,
        DmarcResult::Pass => 0,
    };
    (rank, verdict.applied)
}

/// Judges a message of one author domain.
///
/// # DNS lookups made
/// TXT at `_dmarc.` below the author domain; where that has no record, below its parents as the tree
/// walk says; A at the author domain, where `np` applies if it does not exist; and, for relaxed
/// alignment, the walks of the author and of each identifier that lies below its organizational
/// domain. Each question is asked once, at most 8 per domain.
///
/// # Verdicts
/// `pass` and `fail` where a record applies, `none` where there is none, `temperror` where a failure
/// of DNS or of a mechanism leaves it open. A failure never makes a message pass.
pub async fn evaluate<R: Resolver>(
    resolver: &R,
    author: &DomainName,
    identifiers: &[Identifier],
    policy: &Policy,
) -> Verdict {
    let mut evaluation = Evaluation {
        walker: Walker::new(resolver),
        author,
        walk: Walk::default(),
        organizational: None,
        room: policy.max_identifiers,
    };
    let mut verdict = evaluation.discover().await;
    if let Some(record) = verdict.record.clone() {
        for identifier in identifiers {
            let alignment = evaluation.align(identifier, &record).await;
            match identifier.mechanism {
                Mechanism::Spf => verdict.spf.push(alignment),
                Mechanism::Dkim => verdict.dkim.push(alignment),
            }
        }
        conclude(&mut verdict, &record);
    }
    verdict.organizational = evaluation.organizational.and_then(Result::ok);
    verdict.walk = evaluation.walk.steps;
    verdict
}

type Organizational = Result<(DomainName, OrganizationalRule), LookupError>;

/// What one evaluation has found so far.
struct Evaluation<'a, R> {
    walker: Walker<'a, R>,
    author: &'a DomainName,
    walk: Walk,
    organizational: Option<Organizational>,
    room: usize,
}

impl<R: Resolver> Evaluation<'_, R> {
    /// The author's whole walk, once.
    async fn walk_author(&mut self) -> Organizational {
        if let Some(known) = &self.organizational {
            return known.clone();
        }
        self.walk = self.walker.walk(self.author).await;
        let organizational = self.walk.organizational();
        self.organizational = Some(organizational.clone());
        organizational
    }
}

/// §5.3.5 and §5.3.6: "If one or more DNS queries required to perform DMARC validation on the message
/// do not complete [...], the message cannot be considered to pass or fail".
fn conclude(verdict: &mut Verdict, record: &Record) {
    if let Some((mechanism, domain)) = first(verdict, Alignment::passes) {
        verdict.result = DmarcResult::Pass;
        verdict.why = Why::Aligned { mechanism, domain, mode: record.mode(mechanism) };
        return;
    }
    if let Some((mechanism, domain)) = first(verdict, Alignment::might_pass) {
        verdict.result = DmarcResult::TempError;
        verdict.why = Why::IdentifierUnknown { mechanism, domain };
        return;
    }
    let Some(requested) = verdict.requested else {
        // `why` says it already: existence is not known.
        verdict.result = DmarcResult::TempError;
        return;
    };
    let is_pass = |a: &&Alignment| a.identifier.outcome == Outcome::Pass;
    verdict.result = DmarcResult::Fail;
    verdict.why = match verdict.alignments().filter(is_pass).count() {
        0 => Why::NotAuthenticated,
        authenticated => Why::NotAligned { authenticated },
    };
    verdict.applied = Some(match record.testing {
        Testing::On => requested.one_below(),
        Testing::Off => requested,
    });
}

fn first(verdict: &Verdict, which: impl Fn(&Alignment) -> bool) -> Option<(Mechanism, DomainName)> {
    let alignment = verdict.alignments().find(|a| which(a))?;
    let identifier = &alignment.identifier;
    Some((identifier.mechanism, identifier.domain.clone()))
}
