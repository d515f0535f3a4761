//! Questions that are being asked: the first asker leads, the others follow. No runtime is needed:
//! a follower leaves its waker.

use crate::{Answer, LookupError, Question};
use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

type Outcome = Result<Answer, LookupError>;

/// The questions in the air.
#[derive(Debug, Default)]
pub(super) struct Flights(Mutex<HashMap<Question, Arc<Mutex<Flight>>>>);

#[derive(Debug, Default)]
struct Flight {
    /// Set once; `Some(None)` when the leader went away.
    end: Option<Option<Outcome>>,
    wakers: Vec<Waker>,
}

/// What to do about a question.
pub(super) enum Role<'a> {
    /// Ask it.
    Lead(Lead<'a>),
    /// Wait for the one who asks it.
    Follow(Follow),
}

/// The duty to ask; dropped without [`land`](Self::land), it passes to a follower.
pub(super) struct Lead<'a> {
    flights: &'a Flights,
    question: Question,
    flight: Arc<Mutex<Flight>>,
}

/// Waits for the leader; `None` when it went away.
pub(super) struct Follow(Arc<Mutex<Flight>>);

impl Flights {
    pub(super) fn join(&self, question: &Question) -> Role<'_> {
        let mut flights = lock(&self.0);
        if let Some(flight) = flights.get(question) {
            return Role::Follow(Follow(Arc::clone(flight)));
        }
        let flight = Arc::default();
        flights.insert(question.clone(), Arc::clone(&flight));
        Role::Lead(Lead { flights: self, question: question.clone(), flight })
    }
}

impl Lead<'_> {
    /// Tells the followers.
    pub(super) fn land(self, outcome: &Outcome) {
        self.end(Some(outcome.clone()));
    }

    fn end(&self, outcome: Option<Outcome>) {
        let mut flight = lock(&self.flight);
        if flight.end.is_none() {
            flight.end = Some(outcome);
            lock(&self.flights.0).remove(&self.question);
        }
        let wakers = std::mem::take(&mut flight.wakers);
        // A waker may poll at once.
        drop(flight);
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.end(None);
    }
}

impl Future for Follow {
    type Output = Option<Outcome>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let mut flight = lock(&self.0);
        if let Some(end) = &flight.end {
            return Poll::Ready(end.clone());
        }
        if !flight.wakers.iter().any(|w| w.will_wake(cx.waker())) {
            flight.wakers.push(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// What is behind these locks is whole after each statement, so poison means nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
