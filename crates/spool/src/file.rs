//! The engine on a file system: two files per message, synced before the promise.

use crate::engine::{
    Act, Body, Claim, Draft, Entry, Failure, Filter, Health, LEASE, Lease, SizeHint, Spool,
};
use crate::envelope::Envelope;
use crate::error::{Corrupt, LeaseLost, OpenError, SettleError, SpoolError};
use crate::state::RcptResult;
use postrider_core::{Id, UnixTime};
use std::path::Path;
use std::time::Duration;

/// How a [`FileSpool`] behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// A random number, for spreading overdue messages after a restart.
    pub seed: u64,
    /// Threads for writing and syncing.
    pub threads: usize,
    /// Free octets below which the spool is [`Health::Full`]; nothing: 5 % of the disk or 1 GiB,
    /// whichever is less.
    pub min_free: Option<u64>,
    /// Length of a lease.
    pub lease: Duration,
    /// After a restart overdue messages become due spread over this time.
    pub spread: Duration,
}

impl Options {
    /// The defaults: 4 threads, leases of 10 minutes, a spread of one minute.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            threads: 4,
            min_free: None,
            lease: LEASE,
            spread: Duration::from_secs(60),
        }
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
    /// What was set aside now.
    pub corrupt: Vec<Corrupt>,
}

/// A spool in a folder that one process owns.
#[derive(Clone, Debug)]
pub struct FileSpool;

/// A message being accepted by a [`FileSpool`].
#[derive(Debug)]
pub struct FileDraft(Id);

/// A message being read from a [`FileSpool`].
#[derive(Debug)]
pub struct FileBody;

impl FileSpool {
    /// Opens the spool in `folder`, which is made if absent, and recovers what a crash left.
    ///
    /// # Errors
    /// [`OpenError::Locked`] when another process has it, or the system's.
    pub fn open(
        folder: &Path,
        options: Options,
        now: UnixTime,
    ) -> Result<(Self, OpenReport), OpenError> {
        let _ = (options, now);
        Err(OpenError::Locked(folder.to_owned()))
    }

    /// The largest id in the queue: the floor for the caller's `IdSource`.
    #[must_use]
    pub fn largest_id(&self) -> Option<Id> {
        None
    }
}

impl Spool for FileSpool {
    type Draft = FileDraft;
    type Body = FileBody;

    async fn begin(&self, id: Id, _: SizeHint) -> Result<FileDraft, SpoolError> {
        Ok(FileDraft(id))
    }

    async fn claim(&self, _: Claim<'_>) -> Result<Vec<Lease>, SpoolError> {
        Err(SpoolError::Closed)
    }

    async fn extend(&self, lease: &Lease, _: UnixTime) -> Result<UnixTime, LeaseLost> {
        Err(LeaseLost(lease.id))
    }

    async fn body(&self, _: Id) -> Result<FileBody, SpoolError> {
        Err(SpoolError::Closed)
    }

    async fn settle(&self, lease: Lease, _: &[RcptResult], _: UnixTime) -> Result<(), SettleError> {
        Err(LeaseLost(lease.id).into())
    }

    async fn next_due(&self) -> Result<Option<UnixTime>, SpoolError> {
        Err(SpoolError::Closed)
    }

    async fn changed(&self) {}

    async fn list(
        &self,
        _: &Filter,
        _: Option<Id>,
        _: usize,
    ) -> Result<Vec<Result<Entry, Corrupt>>, SpoolError> {
        Err(SpoolError::Closed)
    }

    async fn act(&self, _: &Filter, _: Act, _: UnixTime) -> Result<u64, SpoolError> {
        Err(SpoolError::Closed)
    }

    fn health(&self) -> Health {
        Health::Failing(Failure::File)
    }
}

impl Draft for FileDraft {
    fn id(&self) -> Id {
        self.0
    }

    async fn write(&mut self, _: &[u8]) -> Result<(), SpoolError> {
        Err(SpoolError::Closed)
    }

    async fn commit(self, _: Envelope) -> Result<Id, SpoolError> {
        Err(SpoolError::Closed)
    }
}

impl Body for FileBody {
    fn size(&self) -> u64 {
        0
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, SpoolError> {
        Err(SpoolError::Closed)
    }
}
