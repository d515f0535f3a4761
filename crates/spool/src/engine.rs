//! The queue as its users see it: accept, lease, settle, look, act.

use crate::envelope::{Destination, Envelope, Rcpt};
use crate::error::{Corrupt, LeaseLost, SettleError, SpoolError};
use crate::state::{Cause, RcptResult, RcptState};
use crate::top::TopFields;
use postrider_core::{Id, ReversePath, UnixTime};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// A durable queue of accepted messages.
///
/// The order for one message: [`begin`](Self::begin), [`Draft::write`]…, [`Draft::commit`], reply
/// `250`; then [`claim`](Self::claim), deliver, [`settle`](Self::settle) until every recipient is
/// settled. Between the remote's last reply and `settle` nothing slow may stand: a crash there
/// means a second delivery.
///
/// The caller owns the clock and makes the ids (`IdSource`, with the engine's largest id as floor).
pub trait Spool: Send + Sync + 'static {
    /// A message being accepted.
    type Draft: Draft;
    /// A message being read.
    type Body: Body;

    /// Opens a draft under a new id.
    ///
    /// # Errors
    /// [`SpoolError::Full`], [`SpoolError::Failing`], [`SpoolError::Exists`], or the system's.
    fn begin(
        &self,
        id: Id,
        size: SizeHint,
    ) -> impl Future<Output = Result<Self::Draft, SpoolError>> + Send;

    /// Takes work that is due, oldest first. A lease covers one message and one [`Task`]. Nothing is
    /// given out while results could not be recorded.
    ///
    /// # Errors
    /// The engine's own; the file engine has none.
    fn claim(&self, want: Claim<'_>)
    -> impl Future<Output = Result<Vec<Lease>, SpoolError>> + Send;

    /// Prolongs a lease and returns its new end. To be called every third of its length; when it
    /// fails the attempt stops before the final dot.
    ///
    /// # Errors
    /// [`LeaseLost`] when another may have the message.
    fn extend(
        &self,
        lease: &Lease,
        now: UnixTime,
    ) -> impl Future<Output = Result<UnixTime, LeaseLost>> + Send;

    /// Reads a message from its first octet.
    ///
    /// # Errors
    /// [`SpoolError::NoSuchMessage`], or the system's.
    fn body(&self, id: Id) -> impl Future<Output = Result<Self::Body, SpoolError>> + Send;

    /// Ends a lease and records its results durably. Recipients without a result stay as they
    /// were, so an empty list gives the work back.
    ///
    /// # Errors
    /// [`SettleError`]
    fn settle(
        &self,
        lease: Lease,
        results: &[RcptResult],
        now: UnixTime,
    ) -> impl Future<Output = Result<(), SettleError>> + Send;

    /// When the next work is due, or the next lease ends; nothing if there is neither.
    ///
    /// # Errors
    /// The engine's own; the file engine has none.
    fn next_due(&self) -> impl Future<Output = Result<Option<UnixTime>, SpoolError>> + Send;

    /// Completes when work was added or became due earlier *since this call*. Call it before
    /// [`claim`](Self::claim), await it after: nothing is missed. The caller owns the timer.
    fn changed(&self) -> impl Future<Output = ()> + Send;

    /// Messages that match, by id, from the one behind `after`; unreadable ones come last.
    ///
    /// # Errors
    /// The engine's own; the file engine has none.
    fn list(
        &self,
        filter: &Filter,
        after: Option<Id>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Result<Entry, Corrupt>>, SpoolError>> + Send;

    /// Does `act` to every message that matches and returns how many did. Work under a lease is
    /// fenced: its `settle` fails with [`LeaseLost`] if the act took the recipients away.
    ///
    /// # Errors
    /// [`SpoolError`]; messages before the failing one have been acted on.
    fn act(
        &self,
        filter: &Filter,
        act: Act,
        now: UnixTime,
    ) -> impl Future<Output = Result<u64, SpoolError>> + Send;

    /// Whether a `250` could be kept. Without I/O or allocation; to be asked at connect and MAIL.
    fn health(&self) -> Health;
}

/// A message being accepted. Dropping it aborts it.
pub trait Draft: Send {
    /// The id given at `begin`.
    fn id(&self) -> Id;

    /// Appends octets.
    ///
    /// # Errors
    /// [`SpoolError`]; the draft is of no use afterwards.
    fn write(&mut self, chunk: &[u8]) -> impl Future<Output = Result<(), SpoolError>> + Send;

    /// Puts header fields in front of everything written, instead of those put there before. What was
    /// written must not begin with white space, which would continue the last of them.
    fn prepend(&mut self, fields: TopFields);

    /// Makes the message durable. `Ok` is the promise behind `250`; after an error the message is
    /// not in the queue, or at worst comes back after a crash that follows.
    ///
    /// # Errors
    /// [`SpoolError`]
    fn commit(self, envelope: Envelope) -> impl Future<Output = Result<Id, SpoolError>> + Send;
}

/// A message being read, chunk by chunk.
pub trait Body: Send {
    /// Octets in all, top fields included.
    fn size(&self) -> u64;

    /// The next chunk; nothing at the end.
    ///
    /// # Errors
    /// [`SpoolError::Corrupt`] instead of the end if the octets are not those that were accepted:
    /// do not send the final dot.
    fn next(&mut self) -> impl Future<Output = Result<Option<&[u8]>, SpoolError>> + Send;
}

/// How large a message will be, as far as is known (SIZE of MAIL).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizeHint(Option<u64>);

impl SizeHint {
    /// Not declared.
    #[must_use]
    pub const fn unknown() -> Self {
        Self(None)
    }

    /// About so many octets.
    #[must_use]
    pub const fn octets(octets: u64) -> Self {
        Self(Some(octets))
    }

    /// The number, if known.
    #[must_use]
    pub const fn get(self) -> Option<u64> {
        self.0
    }
}

/// What a claim asks for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Claim<'a> {
    /// At most so many leases.
    pub limit: usize,
    /// Destinations that take no more at present.
    pub full: &'a [Destination],
    /// The time.
    pub now: UnixTime,
}

impl<'a> Claim<'a> {
    /// Up to `limit` leases for any destination.
    #[must_use]
    pub const fn new(limit: usize, now: UnixTime) -> Self {
        Self { limit, full: &[], now }
    }

    /// Passes over these destinations.
    #[must_use]
    pub const fn without(self, full: &'a [Destination]) -> Self {
        Self { full, ..self }
    }
}

/// What a lease is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a runner must handle each")]
pub enum Task {
    /// Tell the sender about recipients that failed ([`RcptState::Owed`]), of all destinations.
    Tell,
    /// Deliver to the due recipients of this destination.
    Deliver(Destination),
}

/// The right to work on one message for one task until a moment.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by every engine")]
pub struct Lease {
    /// The message.
    pub id: Id,
    /// Its envelope.
    pub envelope: Arc<Envelope>,
    /// What to do.
    pub task: Task,
    /// For whom.
    pub rcpts: Vec<LeasedRcpt>,
    /// Number of this attempt, from 1; for [`Task::Tell`] that of the last one that was made.
    pub attempt: u32,
    /// Afterwards another may claim the same work.
    pub until: UnixTime,
    /// The engine's proof of ownership.
    pub token: LeaseToken,
}

/// Tells two leases on the same work apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "made by every engine")]
pub struct LeaseToken(pub u64);

/// A recipient under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every engine")]
pub struct LeasedRcpt {
    /// Its place in the envelope, for [`RcptResult`].
    pub n: usize,
    /// The recipient.
    pub rcpt: Rcpt,
    /// What the last attempt said, or why it failed.
    pub cause: Option<Cause>,
}

/// Which messages; the default is all, each field narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Filter {
    /// One of these.
    pub ids: Option<Vec<Id>>,
    /// From this reverse path.
    pub from: Option<ReversePath>,
    /// With a recipient written so, without brackets; case does not matter.
    pub to: Option<String>,
    /// With an unsettled recipient for this destination.
    pub dest: Option<Destination>,
    /// Accepted before.
    pub before: Option<UnixTime>,
}

impl Filter {
    /// One message.
    #[must_use]
    pub fn id(id: Id) -> Self {
        Self { ids: Some(vec![id]), ..Self::default() }
    }

    /// Whether a message in the given states is meant.
    #[must_use]
    pub fn matches(&self, id: Id, envelope: &Envelope, states: &[RcptState]) -> bool {
        let to = |want: &String| {
            envelope.rcpts.iter().any(|r| {
                let text = r.to.to_string();
                text.trim_matches(['<', '>']).eq_ignore_ascii_case(want)
            })
        };
        let dest = |want: &Destination| {
            envelope.rcpts.iter().zip(states).any(|(r, s)| r.dest == *want && !s.is_settled())
        };
        self.ids.as_ref().is_none_or(|ids| ids.contains(&id))
            && self.from.as_ref().is_none_or(|f| *f == envelope.from)
            && self.to.as_ref().is_none_or(to)
            && self.dest.as_ref().is_none_or(dest)
            && self.before.is_none_or(|t| envelope.received < t)
    }
}

/// What an operator does to messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Act {
    /// Keep without trying.
    Hold,
    /// End a hold; what fell due meanwhile is due at once.
    Release,
    /// Try all waiting recipients now.
    RetryNow,
    /// Give up all waiting recipients and tell the sender.
    Bounce,
    /// Take the message out and tell nobody.
    Delete,
}

/// A message in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by every engine")]
pub struct Entry {
    /// Its id.
    pub id: Id,
    /// Its envelope.
    pub envelope: Arc<Envelope>,
    /// Octets of the message, top fields included.
    pub size: u64,
    /// State of each recipient, in the order of the envelope.
    pub states: Vec<RcptState>,
    /// Attempts made, the most of any recipient.
    pub attempts: u32,
    /// Whether it is held.
    pub held: bool,
    /// When it is tried next; nothing while held or under a lease.
    pub due: Option<UnixTime>,
}

/// Whether the spool can keep what it promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each has its own SMTP reply")]
pub enum Health {
    /// It can.
    Good,
    /// Too little space: `452 4.3.1`.
    Full,
    /// The disk failed: `451 4.3.0`.
    Failing(Failure),
}

/// How a disk failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// An octet stream could not be written or synced.
    #[error("a file could not be written or synced")]
    File,
    /// A folder could not be changed or synced.
    #[error("a folder could not be changed or synced")]
    Folder,
}

/// Longest time for which a lease is given by default: above the longest attempt.
pub const LEASE: Duration = Duration::from_secs(600);
