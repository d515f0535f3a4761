//! Finds the record that applies, and the tag (RFC 9989 §4.10.1).

use super::Evaluation;
use crate::record::{Disposition, Parsed};
use crate::verdict::{DmarcResult, PolicySource, Verdict, Why};
use crate::walk::{Found, WalkStep};
use postrider_core::DomainName;
use postrider_resolver::{LookupError, Resolver};

/// What the author's record asks for.
struct Request {
    disposition: Disposition,
    source: PolicySource,
}

impl<R: Resolver> Evaluation<'_, R> {
    /// Finds the record (§4.10.1); the verdict has one if alignment is to be judged.
    pub(super) async fn discover(&mut self) -> Verdict {
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
        Ok(at_or_above.next().map(|(domain, parsed)| (domain.clone(), parsed)))
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
        let by = |disposition, source| Ok(Some(Request { disposition, source }));
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
