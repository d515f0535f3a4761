//! Judges the alignment of an identifier (RFC 9989 §4.10.2).

use super::{Evaluation, Organizational};
use crate::identifier::{Identifier, Outcome};
use crate::record::{Mode, Record};
use crate::verdict::{Alignment, Fit};
use crate::walk::Walk;
use postrider_resolver::Resolver;

impl<R: Resolver> Evaluation<'_, R> {
    /// §4.10.2, asking only what the answer depends on.
    pub(super) async fn align(&mut self, identifier: &Identifier, record: &Record) -> Alignment {
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
    Alignment { identifier: identifier.clone(), fit, walk: walk.steps }
}

fn unasked(identifier: &Identifier, fit: Fit) -> Alignment {
    Alignment { identifier: identifier.clone(), fit, walk: Vec::new() }
}
