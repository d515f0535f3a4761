//! The queue's engine room: claims what is due, attempts it, records, tells senders.

use crate::attempt::Sending;
use crate::dial::Dialer;
use crate::dsn::Author;
use crate::hooks::Hooks;
use crate::random::Random;
use postrider_resolver::Resolver;
use postrider_spool::{Claim, Destination, Lease, Schedule, Spool, Task};
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

mod deliver;
mod tell;

/// The queue is looked at this often even if nothing seems to happen: a clock may have been set.
const LOOK: Duration = Duration::from_secs(30);
/// After a claim that gave nothing although something is due, and after an error.
const PAUSE: Duration = Duration::from_secs(1);

/// How the queue is run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Running {
    /// How mail is sent.
    pub sending: Sending,
    /// Who writes our notices.
    pub author: Author,
    /// When mail is tried again.
    pub schedule: Schedule,
    /// Attempts at the same time.
    pub max_attempts: usize,
    /// Attempts at the same time for one destination.
    pub max_per_destination: usize,
    /// How long one attempt may take; less than a lease.
    pub attempt: Duration,
    /// How long running attempts may take to end after shutdown.
    pub grace: Duration,
    /// How long a diagnosis may take.
    pub diagnosis: Duration,
    /// A random number.
    pub seed: u64,
}

impl Running {
    /// The defaults: 100 attempts, 10 for one destination, 8 minutes each.
    #[must_use]
    pub fn new(sending: Sending, author: Author, seed: u64) -> Self {
        Self {
            sending,
            author,
            schedule: Schedule::default(),
            max_attempts: 100,
            max_per_destination: 10,
            attempt: Duration::from_secs(8 * 60),
            grace: Duration::from_secs(20),
            diagnosis: Duration::from_secs(5),
            seed,
        }
    }
}

/// Runs a queue.
///
/// For each lease: an attempt, then its results into the spool, then, and not before, trace events
/// and QUIT. A failure is recorded as [`Owed`](postrider_spool::RcptState::Owed) first; the notice is
/// work of its own, so that a crash repeats it at worst.
pub struct Runner<S, R, D> {
    spool: Arc<S>,
    resolver: R,
    dialer: D,
    hooks: Hooks,
    running: Running,
    random: Random,
}

impl<S, R, D> fmt::Debug for Runner<S, R, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").field("running", &self.running).finish_non_exhaustive()
    }
}

/// What a round found.
enum Found {
    /// Nothing more is due at present.
    Nothing,
    /// All hands are busy.
    Busy,
    /// The spool failed.
    Failed,
}

/// Attempts under way.
#[derive(Default)]
struct Work {
    tasks: JoinSet<()>,
    counts: Counts,
}

/// Attempts under way by destination.
#[derive(Clone, Default)]
struct Counts(Arc<Mutex<HashMap<Destination, usize>>>);

/// One attempt in the counts, for as long as it lives, even if it ends in a panic.
struct Counted {
    counts: Counts,
    to: Destination,
}

impl<S, R, D> Runner<S, R, D>
where
    S: Spool,
    R: Resolver + 'static,
    D: Dialer,
{
    /// A runner over a spool, DNS and a network.
    #[must_use]
    pub fn new(
        spool: Arc<S>,
        (resolver, dialer): (R, D),
        hooks: Hooks,
        running: Running,
    ) -> Arc<Self> {
        Arc::new(Self {
            spool,
            resolver,
            dialer,
            hooks,
            random: Random::new(running.seed),
            running,
        })
    }

    /// Runs until `shutdown` completes; attempts under way then get their grace. What they do not
    /// finish is tried again when its lease ends.
    pub async fn run(self: Arc<Self>, shutdown: impl Future<Output = ()>) {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut work = Work::default();
        loop {
            // Asked for before the claim, so that nothing committed meanwhile is missed.
            let changed = self.spool.changed();
            let found = self.start_what_is_due(&mut work).await;
            let nap = self.nap(&found).await;
            let listens = !matches!(found, Found::Busy);
            tokio::select! {
                () = &mut shutdown => break,
                Some(_) = work.tasks.join_next() => {}
                () = changed, if listens => {}
                () = sleep(nap), if listens => {}
            }
        }
        let drain = async { while work.tasks.join_next().await.is_some() {} };
        // Whoever is still running is stopped when `work` is dropped.
        let _ = timeout(self.running.grace, drain).await;
    }

    /// Does what is due now, once, and waits for it: for a command, or a test.
    pub async fn run_due(self: &Arc<Self>) {
        let mut work = Work::default();
        loop {
            self.start_what_is_due(&mut work).await;
            if work.tasks.join_next().await.is_none() {
                return;
            }
        }
    }

    async fn start_what_is_due(self: &Arc<Self>, work: &mut Work) -> Found {
        while work.tasks.len() < self.running.max_attempts {
            let full = work.counts.full(self.running.max_per_destination);
            let want = Claim::new(1, self.hooks.world.now()).without(&full);
            let lease = match self.spool.claim(want).await {
                Ok(mut leases) => leases.pop(),
                Err(_) => return Found::Failed,
            };
            match lease {
                Some(lease) => self.start(work, lease),
                None => return Found::Nothing,
            }
        }
        Found::Busy
    }

    fn start(self: &Arc<Self>, work: &mut Work, lease: Lease) {
        let runner = Arc::clone(self);
        match lease.task.clone() {
            Task::Tell => {
                work.tasks.spawn(async move { runner.tell(lease).await });
            }
            Task::Deliver(to) => {
                let counted = work.counts.count(to);
                work.tasks.spawn(async move { runner.deliver(lease, &counted.to).await });
            }
        }
    }

    /// Time until there may be something to do.
    async fn nap(&self, found: &Found) -> Duration {
        let next = match found {
            Found::Nothing => self.spool.next_due().await.ok().flatten(),
            Found::Busy => None,
            Found::Failed => return PAUSE,
        };
        let now = self.hooks.world.now();
        match next {
            Some(due) if due > now => due.since(now).min(LOOK),
            // Due, and not claimed: its destination is full.
            Some(_) => PAUSE,
            None => LOOK,
        }
    }
}

impl Counts {
    fn lock(&self) -> MutexGuard<'_, HashMap<Destination, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self, max: usize) -> Vec<Destination> {
        let counts = self.lock();
        let full = counts.iter().filter(|(_, n)| **n >= max);
        full.map(|(to, _)| to.clone()).collect()
    }

    fn count(&self, to: Destination) -> Counted {
        *self.lock().entry(to.clone()).or_default() += 1;
        Counted { counts: self.clone(), to }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.counts.lock();
        let left = counts.get_mut(&self.to).map(|n| {
            *n = n.saturating_sub(1);
            *n
        });
        if left == Some(0) {
            counts.remove(&self.to);
        }
    }
}
