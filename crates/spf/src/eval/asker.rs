//! Asks DNS within the limits, and tells the trace.

use crate::limits::{Counters, Limits};
use crate::session::Clock;
use crate::step::{Event, Step, Trace};
use crate::why::Why;
use postrider_core::UnixTime;
use postrider_resolver::{Answer, Kind, LookupError, Name, Question, Resolver};
use std::time::Duration;

/// The one way to DNS of a check.
pub(crate) struct Asker<'a, R, T> {
    resolver: &'a R,
    clock: &'a dyn Clock,
    started: UnixTime,
    elapsed: Duration,
    trace: &'a mut T,
    pub(crate) counters: Counters,
    pub(crate) depth: u8,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The check may take no longer.
    Elapsed(Duration),
    /// DNS does not know.
    Dns(Question, LookupError),
}

impl<'a, R: Resolver, T: Trace> Asker<'a, R, T> {
    pub(crate) fn new(
        resolver: &'a R,
        clock: &'a dyn Clock,
        limits: &Limits,
        trace: &'a mut T,
    ) -> Self {
        Self {
            resolver,
            clock,
            started: clock.now(),
            elapsed: limits.elapsed,
            trace,
            counters: Counters::new(limits),
            depth: 0,
        }
    }

    pub(crate) async fn ask(&mut self, name: Name, kind: Kind) -> Result<Answer, Unanswered> {
        // RFC 7208 §4.6.4: "MTAs or other processors SHOULD impose a limit on the maximum amount of
        // elapsed time to evaluate check_host(). [...] If such a limit is exceeded, the result of
        // authorization SHOULD be "temperror"."
        if self.clock.now().since(self.started) > self.elapsed {
            return Err(Unanswered::Elapsed(self.elapsed));
        }
        let question = Question::new(name, kind);
        let answer = self.resolver.lookup(question.clone()).await;
        self.step(|| Event::Asked { question: question.clone(), answer: answer.clone() });
        answer.map_err(|error| Unanswered::Dns(question, error))
    }

    pub(crate) fn step(&mut self, event: impl FnOnce() -> Event) {
        let (depth, counters) = (self.depth, self.counters);
        self.trace.record(|| Step { depth, counters, event: event() });
    }

    // RFC 7208 §4.6.4: "SPF implementations MUST limit the total number of those terms to 10 during
    // SPF evaluation [...] If this limit is exceeded, the implementation MUST return "permerror"."
    pub(crate) fn count_term(&mut self) -> Result<(), Why> {
        let terms = &mut self.counters.terms;
        let limit = terms.limit;
        terms.take().map_err(|_| Why::TooManyTerms { limit })
    }

    /// Counts a term for which some question had no answer; once per term, whatever the number of
    /// such questions: an `mx` whose hosts have no IPv6 address is no error of the domain.
    // RFC 7208 §4.6.4: "there may be cases where it is useful to limit the number of "terms" for which
    // DNS queries return either a positive answer (RCODE 0) with an answer count of 0, or a "Name
    // Error" (RCODE 3) answer. These are sometimes collectively referred to as "void lookups". SPF
    // implementations SHOULD limit "void lookups" to two."
    pub(crate) fn count_void(&mut self) -> Result<(), Why> {
        let void = &mut self.counters.void;
        let limit = void.limit;
        void.take().map_err(|_| Why::TooManyVoid { limit })
    }
}

impl From<Unanswered> for Why {
    fn from(e: Unanswered) -> Self {
        match e {
            Unanswered::Elapsed(limit) => Self::Elapsed { limit },
            Unanswered::Dns(question, error) => Self::Dns { question, error },
        }
    }
}
