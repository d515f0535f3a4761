//! The engine on a file system: two files per message, synced before the promise.
//!
//! ```text
//! spool/lock                    locked while a process owns the spool; a second one refuses to start
//! spool/tmp/<id>.eml|.env       being written; removed at start
//! spool/q/<c>/<id>.eml          the octets, never changed; mode 0600
//! spool/q/<c>/<id>.env          envelope and states; one JSON object a line, each with a check sum
//! spool/corrupt/                what a start could not pair or read
//! ```
//!
//! `<c>` is the fifth character of the id: messages that arrive within two minutes share a folder,
//! and so one sync of it.
//!
//! | step | call | after loss of power here |
//! |---|---|---|
//! | 1 | write `tmp/<id>.eml`, sync | rubbish in `tmp`, removed at start |
//! | 2 | write `tmp/<id>.env`, sync | the same |
//! | 3 | rename both into `q/<c>/` | both: kept, a duplicate at worst; one: set aside |
//! | 4 | sync `q/<c>`, shared by all who wait | kept: **this is the promise** |
//! | 5 | reply `250` | the client may send again; nothing is lost |
//!
//! An error of a sync is final for its file, and the spool is [`Health::Failing`] until a self-test
//! passes.

use crate::engine::{Act, Claim, Entry, Filter, Health, LEASE, Lease, SizeHint, Spool};
use crate::error::{Corrupt, LeaseLost, OpenError, SettleError, SpoolError};
use crate::file::fs::{Fs, RealFs};
use crate::file::layout::Layout;
use crate::file::pool::{Gone, Pool, Reply, lock};
use crate::file::recover::{Recovery, Spread, make_folders};
use crate::file::store::Store;
use crate::state::RcptResult;
use postrider_core::{Id, UnixTime};
use std::fmt;
use std::fs::File;
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

mod acts;
mod body;
#[cfg(test)]
mod crash;
mod draft;
mod folders;
mod fs;
mod health;
mod index;
mod layout;
mod log;
mod pool;
mod recover;
mod store;

pub use body::FileBody;
pub use draft::FileDraft;

/// How a [`FileSpool`] behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// A random number, for spreading overdue messages after a restart.
    pub seed: u64,
    /// Threads for writing and syncing, at least one.
    pub threads: usize,
    /// Free octets below which the spool is [`Health::Full`]; nothing: 5 % of the disk or 1 GiB,
    /// whichever is less.
    pub min_free: Option<u64>,
    /// Length of a lease.
    pub lease: Duration,
    /// After a restart overdue messages become due spread over this time; a few of them at once.
    pub spread: Duration,
}

impl Options {
    /// The defaults: 4 threads, leases of 10 minutes, a spread of one minute.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed, threads: 4, min_free: None, lease: LEASE, spread: Duration::from_secs(60) }
    }
}

/// What was found at start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenReport {
    /// Messages in the queue.
    pub messages: usize,
    /// Last lines cut off because a crash tore them: at worst one attempt is repeated.
    pub torn: usize,
    /// Finished messages whose removal was completed.
    pub removed: usize,
    /// What lies in `corrupt/`, set aside now or earlier.
    pub corrupt: Vec<Corrupt>,
}

/// A spool in a folder that one process owns. Clones share it.
///
/// When the last clone, draft and body are gone, the jobs submitted are finished and the lock is
/// given up.
#[derive(Clone)]
pub struct FileSpool {
    handle: Arc<Handle>,
}

/// The threads, and what they share. The threads end first.
pub(crate) struct Handle {
    pool: Pool,
    store: Arc<Store>,
}

impl fmt::Debug for FileSpool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileSpool")
            .field("folder", &self.handle.store.layout.root())
            .finish_non_exhaustive()
    }
}

impl FileSpool {
    /// Opens the spool in `folder`, which is made if absent, and recovers what a crash left.
    ///
    /// # Errors
    /// [`OpenError::Locked`] when another process has it, [`OpenError::Newer`], or the system's.
    pub fn open(
        folder: &Path,
        options: Options,
        now: UnixTime,
    ) -> Result<(Self, OpenReport), OpenError> {
        let layout = Layout::new(folder);
        make_folders(&RealFs, &layout)?;
        let owned = lock_folder(&layout)?;
        let options = Options { threads: options.threads.max(1), ..options };
        Self::start(Box::new(RealFs), (layout, Some(owned)), options, now)
    }

    /// Recovers and starts on any file system.
    fn start(
        fs: Box<dyn Fs>,
        (layout, owned): (Layout, Option<File>),
        options: Options,
        now: UnixTime,
    ) -> Result<(Self, OpenReport), OpenError> {
        let spread = Spread { now, over: options.spread, seed: options.seed };
        let mut recovery = Recovery::new(&*fs, &layout, spread);
        recovery.run()?;
        let (index, report) = (recovery.index, recovery.report);
        let pool = Pool::new(options.threads)
            .map_err(|source| OpenError::Io { path: layout.root().to_owned(), source })?;
        let store = Store {
            fs,
            layout,
            options,
            index: Mutex::new(index),
            corrupt: report.corrupt.clone(),
            folders: Default::default(),
            gauge: Default::default(),
            signal: Default::default(),
            last_test: Mutex::new(None),
            _lock: owned,
        };
        // A spool that is full at start says so from the first connection on.
        store.check_health(now);
        let handle = Arc::new(Handle { pool, store: Arc::new(store) });
        Ok((Self { handle }, report))
    }

    /// The largest id in the queue: the floor for the caller's `IdSource`.
    #[must_use]
    pub fn largest_id(&self) -> Option<Id> {
        lock(&self.store().index).largest_id()
    }

    /// Number of messages in the queue.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.store().index).len()
    }

    /// Whether the queue holds no message.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn store(&self) -> &Arc<Store> {
        &self.handle.store
    }

    /// Runs a blocking step on a thread of the engine.
    fn blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Arc<Store>) -> T + Send + 'static,
    ) -> Reply<T> {
        let store = Arc::clone(self.store());
        self.handle.pool.call(move || job(&store))
    }

    /// Removes finished messages when their last line is on disk; nobody waits for it.
    fn remove(&self, ended: Vec<Id>) {
        if ended.is_empty() {
            return;
        }
        let store = Arc::clone(self.store());
        let job = move || ended.into_iter().for_each(|id| store.remove(id));
        self.handle.pool.run(job);
    }
}

impl From<Gone> for SpoolError {
    fn from(_: Gone) -> Self {
        Self::Closed
    }
}

fn lock_folder(layout: &Layout) -> Result<File, OpenError> {
    use rustix::fs::{FlockOperation, flock};
    use std::os::unix::fs::OpenOptionsExt;
    let path = layout.lock();
    let open = File::options().create(true).truncate(false).write(true).mode(0o600).open(&path);
    let io = |source| OpenError::Io { path: path.clone(), source };
    let file = open.map_err(io)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(OpenError::Locked(layout.root().to_owned())),
        Err(e) => Err(io(e.into())),
    }
}

impl Spool for FileSpool {
    type Draft = FileDraft;
    type Body = FileBody;

    async fn begin(&self, id: Id, size: SizeHint) -> Result<FileDraft, SpoolError> {
        if matches!(self.health(), Health::Failing(_)) {
            return Err(SpoolError::Failing);
        }
        let wanted = size.get().unwrap_or(0);
        self.blocking(move |store| store.check_space(wanted)).await??;
        if !lock(&self.store().index).reserve(id) {
            return Err(SpoolError::Exists(id));
        }
        Ok(FileDraft::new(Arc::clone(&self.handle), id))
    }

    async fn claim(&self, want: Claim<'_>) -> Result<Vec<Lease>, SpoolError> {
        let (store, now) = (Arc::clone(self.store()), want.now);
        self.handle.pool.run(move || store.check_health(now));
        // What cannot be recorded would be delivered again and again.
        if matches!(self.health(), Health::Failing(_)) {
            return Ok(Vec::new());
        }
        Ok(lock(&self.store().index).claim(want, self.store().options.lease))
    }

    async fn extend(&self, lease: &Lease, now: UnixTime) -> Result<UnixTime, LeaseLost> {
        let until = now.plus(self.store().options.lease);
        lock(&self.store().index).extend(lease, until)?;
        Ok(until)
    }

    async fn body(&self, id: Id) -> Result<FileBody, SpoolError> {
        let open = move |store: &Arc<Store>| body::Parts::open(store, id);
        let (size, parts) = self.blocking(open).await??;
        Ok(FileBody::new(Arc::clone(&self.handle), size, parts))
    }

    async fn settle(
        &self,
        lease: Lease,
        results: &[RcptResult],
        now: UnixTime,
    ) -> Result<(), SettleError> {
        if results.is_empty() {
            lock(&self.store().index).release(&lease)?;
            self.store().signal.raise();
            return Ok(());
        }
        let (id, results) = (lease.id, results.to_vec());
        let job = move |store: &Arc<Store>| store.settle(&lease, results, now);
        let ended = self.blocking(job).await.map_err(SpoolError::from)??;
        if ended {
            self.remove(vec![id]);
        }
        Ok(())
    }

    async fn next_due(&self) -> Result<Option<UnixTime>, SpoolError> {
        Ok(lock(&self.store().index).next_due())
    }

    fn changed(&self) -> impl Future<Output = ()> + Send {
        self.store().signal.changed()
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Result<Entry, Corrupt>>, SpoolError> {
        let index = lock(&self.store().index);
        let ids: Vec<Id> = index.matching(filter, after).take(limit).collect();
        let good = ids.into_iter().filter_map(|id| index.entry(id)).map(Ok);
        let mut list: Vec<_> = good.collect();
        if *filter == Filter::default() {
            let bad = self.store().corrupt.iter().cloned().map(Err);
            list.extend(bad.take(limit.saturating_sub(list.len())));
        }
        Ok(list)
    }

    async fn act(&self, filter: &Filter, act: Act, now: UnixTime) -> Result<u64, SpoolError> {
        let filter = filter.clone();
        let job = move |store: &Arc<Store>| acts::act(store, &filter, act, now);
        let (ended, outcome) = self.blocking(job).await?;
        self.remove(ended);
        self.store().signal.raise();
        outcome
    }

    fn health(&self) -> Health {
        self.store().gauge.health()
    }
}
