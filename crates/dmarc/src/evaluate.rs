//! The evaluation (RFC 9989 §5.3).

use crate::identifier::{Identifier, Mechanism, Outcome};
use crate::record::{Disposition, Mode, Parsed, Record, Testing};
use crate::verdict::{Alignment, DmarcResult, Fit, PolicySource, Verdict, Why};
use crate::walk::{Found, OrganizationalRule, Walk, WalkStep, Walker};
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
    pub const DEFAULT: Self = Self {
        several_authors: SeveralAuthors::Refuse,
        max_identifiers: 20,
    };

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
        if strictest
            .as_ref()
            .is_none_or(|s| strictness(s) < strictness(&verdict))
        {
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

struct Evaluation<'a, R> {
    walker: Walker<'a, R>,
    author: &'a DomainName,
    walk: Walk,
    organizational: Option<Organizational>,
    room: usize,
}

/// What the author's record asks for.
struct Request {
    disposition: Disposition,
    source: PolicySource,
}

impl<R: Resolver> Evaluation<'_, R> {
    /// Finds the record (§4.10.1); the verdict has one if alignment is to be judged.
    async fn discover(&mut self) -> Verdict {
        let verdict = |result, why| Verdict::new(result, Some(self.author.clone()), why);
        let none = verdict(DmarcResult::None, Why::NoRecord);
        let found = match self.find().await {
            Ok(found) => found,
            Err((domain, error)) => {
                let why = Why::PolicyUnknown { domain, error };
                return Verdict::new(DmarcResult::TempError, Some(self.author.clone()), why);
            }
        };
        let Some((domain, parsed)) = found else {
            return none;
        };
        let mut verdict = none;
        verdict.policy_domain = Some(domain.clone());
        verdict.warnings.clone_from(&parsed.warnings);
        match self.request(&domain, &parsed).await {
            Ok(Some(request)) => {
                verdict.requested = Some(request.disposition);
                verdict.source = Some(request.source);
                verdict.record = Some(parsed.record);
            }
            // "Otherwise, the Mail Receiver applies no DMARC processing to this message."
            Ok(None) => verdict.why = Why::UnusableRecord { domain },
            // Whether the message fails does not depend on it; `conclude` comes back to this.
            Err(error) => {
                let domain = self.author.clone();
                verdict.why = Why::ExistenceUnknown { domain, error };
                verdict.record = Some(parsed.record);
            }
        }
        verdict
    }

    /// The record of the author domain, else of its organizational domain, else of its PSD.
    async fn find(&mut self) -> Result<Option<(DomainName, Parsed)>, (DomainName, LookupError)> {
        let own = self.walker.step(self.author).await;
        self.walk.steps = vec![own.clone()];
        if let Some(parsed) = own.parsed() {
            return Ok(Some((own.domain, parsed)));
        }
        unanswered(&own)?;
        let organizational = self.walk_author().await;
        for step in &self.walk.steps {
            unanswered(step)?;
        }
        // An error would be one of the steps.
        let Ok((organizational, _)) = organizational else {
            return Ok(None);
        };
        let steps = self.walk.steps.iter();
        let with_record = steps.filter_map(|s| Some((&s.domain, s.parsed()?)));
        // A record between the author and its organizational domain is not looked at; what is left
        // above the organizational domain can only be the PSD, where the walk ended.
        let mut at_or_above =
            with_record.filter(|(domain, _)| organizational.is_at_or_under(domain));
        Ok(at_or_above
            .next()
            .map(|(domain, parsed)| (domain.clone(), parsed)))
    }

    /// What the record asks for (§4.10.1), or nothing if it cannot be used.
    async fn request(
        &mut self,
        domain: &DomainName,
        parsed: &Parsed,
    ) -> Result<Option<Request>, LookupError> {
        let record = &parsed.record;
        let Some(p) = record.policy.filter(|_| parsed.defect().is_none()) else {
            // "If a "rua" tag is present and contains at least one syntactically valid reporting
            // URI, the Mail Receiver MUST act as if a record containing "p=none" was retrieved"
            return Ok((!record.aggregate.is_empty()).then_some(Request {
                disposition: Disposition::None,
                source: PolicySource::Assumed,
            }));
        };
        let by = |disposition, source| {
            Ok(Some(Request {
                disposition,
                source,
            }))
        };
        if domain == self.author {
            return by(p, PolicySource::P);
        }
        if let Some(np) = record.nonexistent
            && !self.walker.exists(self.author).await?
        {
            return by(np, PolicySource::Np);
        }
        match record.subdomains {
            Some(sp) => by(sp, PolicySource::Sp),
            None => by(p, PolicySource::P),
        }
    }

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

    /// §4.10.2, asking only what the answer depends on.
    async fn align(&mut self, identifier: &Identifier, record: &Record) -> Alignment {
        if identifier.domain == *self.author {
            return unasked(identifier, Fit::Same);
        }
        if record.mode(identifier.mechanism) == Mode::Strict {
            return unasked(identifier, Fit::StrictDiffers);
        }
        if identifier.outcome == Outcome::Fail {
            return self.align_by_what_is_known(identifier);
        }
        let ours = self.walk_author().await;
        if let Some(fit) = self.out_of_reach(identifier, &ours) {
            return unasked(identifier, fit);
        }
        if self.room == 0 {
            return unasked(identifier, Fit::OverLimit);
        }
        self.room -= 1;
        let walk = self.walker.walk(&identifier.domain).await;
        compare(identifier, ours, walk)
    }

    /// An identifier that did not pass changes nothing, so it is worth no question.
    fn align_by_what_is_known(&self, identifier: &Identifier) -> Alignment {
        let known = self.organizational.clone();
        let walked = || Some(self.walker.walk_seen(self.author)?.organizational());
        let Some(ours) = known.or_else(walked) else {
            return unasked(identifier, Fit::NotAsked);
        };
        if let Some(fit) = self.out_of_reach(identifier, &ours) {
            return unasked(identifier, fit);
        }
        match self.walker.walk_seen(&identifier.domain) {
            Some(walk) => compare(identifier, ours, walk),
            None => unasked(identifier, Fit::NotAsked),
        }
    }

    /// An organizational domain is the domain itself or above it. So a domain that is not below ours
    /// cannot have the same one, and its DNS, which the sender may control, is not asked.
    fn out_of_reach(&self, identifier: &Identifier, ours: &Organizational) -> Option<Fit> {
        let domain = &identifier.domain;
        let in_reach = match ours {
            Ok((ours, _)) => domain.is_at_or_under(ours),
            // Ours may be any domain above the author.
            Err(_) => domain.labels().next_back() == self.author.labels().next_back(),
        };
        (!in_reach).then_some(Fit::Elsewhere)
    }
}

fn compare(identifier: &Identifier, ours: Organizational, walk: Walk) -> Alignment {
    let fit = match (ours, walk.organizational()) {
        (Ok((ours, _)), Ok((theirs, _))) if ours == theirs => Fit::SameOrganization,
        (Ok(_), Ok((organizational, _))) => Fit::OtherOrganization { organizational },
        (Err(error), _) | (_, Err(error)) => Fit::Unknown(error),
    };
    Alignment {
        identifier: identifier.clone(),
        fit,
        walk: walk.steps,
    }
}

fn unanswered(step: &WalkStep) -> Result<(), (DomainName, LookupError)> {
    match &step.found {
        Found::Unknown(error) => Err((step.domain.clone(), error.clone())),
        Found::Record { .. }
        | Found::Several { .. }
        | Found::OtherText
        | Found::NoData
        | Found::NxDomain
        | Found::TooLong => Ok(()),
    }
}

fn unasked(identifier: &Identifier, fit: Fit) -> Alignment {
    Alignment {
        identifier: identifier.clone(),
        fit,
        walk: Vec::new(),
    }
}

/// §5.3.5 and §5.3.6: "If one or more DNS queries required to perform DMARC validation on the message
/// do not complete [...], the message cannot be considered to pass or fail".
fn conclude(verdict: &mut Verdict, record: &Record) {
    if let Some((mechanism, domain)) = first(verdict, Alignment::passes) {
        verdict.result = DmarcResult::Pass;
        verdict.why = Why::Aligned {
            mechanism,
            domain,
            mode: record.mode(mechanism),
        };
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
