//! Threads for blocking calls, and futures for their results.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread::{self, JoinHandle};

type Job = Box<dyn FnOnce() + Send>;

/// A lock whose holder may have panicked: the data is what the last whole step left.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A few threads. With none, jobs run where they are submitted: for tests that need one order.
#[derive(Debug)]
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Pool {
    pub(crate) fn new(threads: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let mut pool = Self { shared, threads: Vec::with_capacity(threads) };
        for n in 0..threads {
            let shared = Arc::clone(&pool.shared);
            let name = format!("spool-{n}");
            let thread = thread::Builder::new().name(name).spawn(move || shared.work())?;
            pool.threads.push(thread);
        }
        Ok(pool)
    }

    /// Runs a job on some thread.
    pub(crate) fn run(&self, job: impl FnOnce() + Send + 'static) {
        if self.threads.is_empty() {
            return job();
        }
        lock(&self.shared.queue).jobs.push_back(Box::new(job));
        self.shared.ready.notify_one();
    }

    /// Runs a job and gives its result.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Reply<T> {
        let (answer, reply) = channel();
        self.run(move || answer.send(job()));
        reply
    }
}

impl Drop for Pool {
    /// Waits for the jobs submitted so far.
    fn drop(&mut self) {
        lock(&self.shared.queue).closed = true;
        self.shared.ready.notify_all();
        let own = thread::current().id();
        // The last owner may be a job; its thread ends by itself.
        for thread in self.threads.drain(..).filter(|t| t.thread().id() != own) {
            // A job that panicked has closed its reply; there is nothing more to tell.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn work(&self) {
        while let Some(job) = self.next() {
            job();
        }
    }

    fn next(&self) -> Option<Job> {
        let mut queue = lock(&self.queue);
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue = self.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// The end of a channel for one value, held by the job.
pub(crate) struct Answer<T>(Option<Arc<Mutex<Slot<T>>>>);

/// The other end: a future of the value. It fails only if the job died without an answer.
pub(crate) struct Reply<T>(Arc<Mutex<Slot<T>>>);

/// The job died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Gone;

struct Slot<T> {
    value: Option<Result<T, Gone>>,
    waker: Option<Waker>,
}

pub(crate) fn channel<T>() -> (Answer<T>, Reply<T>) {
    let slot = Arc::new(Mutex::new(Slot { value: None, waker: None }));
    (Answer(Some(Arc::clone(&slot))), Reply(slot))
}

fn fill<T>(slot: &Mutex<Slot<T>>, value: Result<T, Gone>) {
    let waker = {
        let mut slot = lock(slot);
        slot.value = Some(value);
        slot.waker.take()
    };
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl<T> Answer<T> {
    pub(crate) fn send(mut self, value: T) {
        if let Some(slot) = self.0.take() {
            fill(&slot, Ok(value));
        }
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            fill(&slot, Err(Gone));
        }
    }
}

impl<T> Future for Reply<T> {
    type Output = Result<T, Gone>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut slot = lock(&self.0);
        match slot.value.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Wakes all who wait for something to change.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signal(Arc<Mutex<Changes>>);

#[derive(Debug, Default)]
struct Changes {
    count: u64,
    wakers: Vec<Waker>,
}

/// Completes at the first change after it was made.
#[derive(Debug)]
pub(crate) struct Changed {
    signal: Signal,
    seen: u64,
}

impl Signal {
    pub(crate) fn raise(&self) {
        let wakers = {
            let mut changes = lock(&self.0);
            changes.count += 1;
            std::mem::take(&mut changes.wakers)
        };
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn changed(&self) -> Changed {
        Changed { signal: self.clone(), seen: lock(&self.0).count }
    }
}

impl Future for Changed {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut changes = lock(&self.signal.0);
        if changes.count != self.seen {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if !changes.wakers.iter().any(|w| w.will_wake(waker)) {
            changes.wakers.push(waker.clone());
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wait;

    #[test]
    fn jobs_answer_and_a_dead_job_is_seen() {
        let pool = Pool::new(2).unwrap();
        assert_eq!(wait(pool.call(|| 7)), Ok(7));
        let (answer, reply) = channel::<u8>();
        pool.run(move || drop(answer));
        assert_eq!(wait(reply), Err(Gone));
    }

    #[test]
    fn a_change_between_call_and_await_is_not_missed() {
        let signal = Signal::default();
        let changed = signal.changed();
        signal.raise();
        wait(changed);
    }

    #[test]
    fn closing_finishes_what_was_submitted() {
        let pool = Pool::new(1).unwrap();
        let replies: Vec<_> = (0..50).map(|n| pool.call(move || n)).collect();
        drop(pool);
        let sum: i32 = replies.into_iter().map(|r| wait(r).unwrap()).sum();
        assert_eq!(sum, 1225);
    }
}
