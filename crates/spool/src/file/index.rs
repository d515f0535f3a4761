//! The queue in memory: messages, when each is due, who holds it.

use crate::engine::{Claim, Entry, Filter, Lease, LeaseToken, LeasedRcpt, Task};
use crate::envelope::Envelope;
use crate::error::LeaseLost;
use crate::file::log::{Change, States};
use crate::state::RcptState;
use postrider_core::{Id, UnixTime};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// All messages of the spool.
#[derive(Debug, Default)]
pub(crate) struct Index {
    messages: BTreeMap<Id, Message>,
    drafts: HashSet<Id>,
    due: DueQueues,
    last_token: u64,
}

/// One message.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) env: Arc<Envelope>,
    /// Octets of the body file.
    pub(crate) size: u64,
    /// CRC-32C of the body file.
    pub(crate) crc: u32,
    /// Octets of the top fields.
    pub(crate) top: usize,
    pub(crate) states: States,
    /// Held while the `.env` file is written.
    pub(crate) file: Arc<Mutex<EnvFile>>,
    leases: HashMap<Task, (LeaseToken, UnixTime)>,
    /// Its places in the due queues.
    keys: Vec<(UnixTime, Task)>,
}

/// What is known of an `.env` file.
#[derive(Debug)]
pub(crate) struct EnvFile {
    pub(crate) lines: usize,
    /// A write failed: the file is to be replaced, not appended to.
    pub(crate) dirty: bool,
}

impl Message {
    pub(crate) fn new(env: Envelope, (size, crc): (u64, u32), top: usize, states: States) -> Self {
        Self {
            env: Arc::new(env),
            size,
            crc,
            top,
            states,
            file: Arc::new(Mutex::new(EnvFile { lines: 1, dirty: false })),
            leases: HashMap::new(),
            keys: Vec::new(),
        }
    }

    /// Octets as the reader will see them.
    pub(crate) fn whole_size(&self) -> u64 {
        self.size.saturating_add(u64::try_from(self.top).unwrap_or(u64::MAX))
    }

    /// The task to which a recipient's next step belongs.
    fn task(&self, n: usize) -> Option<Task> {
        match self.states.rcpts.get(n)? {
            RcptState::Owed { .. } => Some(Task::Tell),
            RcptState::Due { .. } => Some(Task::Deliver(self.env.rcpts.get(n)?.dest.clone())),
            RcptState::Delivered { .. } | RcptState::Failed { .. } | RcptState::Deleted => None,
        }
    }

    /// When each task is to be looked at: due, or leased until.
    fn timetable(&self) -> Vec<(UnixTime, Task)> {
        let mut tasks: HashMap<Task, UnixTime> = HashMap::new();
        if self.states.held {
            return Vec::new();
        }
        for (n, state) in self.states.rcpts.iter().enumerate() {
            if let (Some(task), Some(due)) = (self.task(n), state.due()) {
                let earliest = tasks.entry(task).or_insert(due);
                *earliest = due.min(*earliest);
            }
        }
        let when = |(task, due)| match self.leases.get(&task) {
            Some((_, until)) => (*until, task),
            None => (due, task),
        };
        tasks.into_iter().map(when).collect()
    }

    /// Recipients of a task that are due.
    fn rcpts(&self, task: &Task, now: UnixTime) -> Vec<LeasedRcpt> {
        let due = |n: &usize| {
            let state = self.states.rcpts.get(*n);
            state.and_then(RcptState::due).is_some_and(|t| t <= now)
        };
        let leased = |n| {
            Some(LeasedRcpt {
                n,
                rcpt: self.env.rcpts.get(n)?.clone(),
                cause: self.states.rcpts.get(n)?.cause().cloned(),
            })
        };
        (0..self.states.rcpts.len())
            .filter(|n| self.task(*n).as_ref() == Some(task))
            .filter(due)
            .filter_map(leased)
            .collect()
    }

    fn entry(&self, id: Id) -> Entry {
        let free = |(_, task): &&(UnixTime, Task)| !self.leases.contains_key(task);
        Entry {
            id,
            envelope: Arc::clone(&self.env),
            size: self.whole_size(),
            states: self.states.rcpts.clone(),
            attempts: self.states.attempts.iter().copied().max().unwrap_or(0),
            held: self.states.held,
            due: self.keys.iter().filter(free).map(|(due, _)| *due).min(),
        }
    }
}

impl Index {
    /// Takes an id for a draft; false if it is in use.
    pub(crate) fn reserve(&mut self, id: Id) -> bool {
        !self.messages.contains_key(&id) && self.drafts.insert(id)
    }

    /// Forgets a draft that will not be committed.
    pub(crate) fn forget(&mut self, id: Id) {
        self.drafts.remove(&id);
    }

    /// A message that is durable.
    pub(crate) fn insert(&mut self, id: Id, message: Message) {
        self.drafts.remove(&id);
        self.messages.insert(id, message);
        self.reschedule(id);
    }

    pub(crate) fn get(&self, id: Id) -> Option<&Message> {
        self.messages.get(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.messages.len()
    }

    pub(crate) fn largest_id(&self) -> Option<Id> {
        self.messages.last_key_value().map(|(id, _)| *id)
    }

    pub(crate) fn next_due(&self) -> Option<UnixTime> {
        self.due.heads.first().map(|(due, _, _)| *due)
    }

    /// Puts a message where its states say.
    fn reschedule(&mut self, id: Id) {
        let Some(message) = self.messages.get_mut(&id) else {
            return;
        };
        let new = message.timetable();
        let old = std::mem::replace(&mut message.keys, new.clone());
        old.into_iter().for_each(|(due, task)| self.due.remove(due, id, &task));
        new.into_iter().for_each(|(due, task)| self.due.insert(due, id, task));
    }

    /// Leases of what is due, oldest first.
    pub(crate) fn claim(&mut self, want: Claim<'_>, length: Duration) -> Vec<Lease> {
        let full: HashSet<_> = want.full.iter().collect();
        let free = |task: &Task| match task {
            Task::Tell => true,
            Task::Deliver(dest) => !full.contains(dest),
        };
        let mut leases = Vec::new();
        while leases.len() < want.limit {
            let heads = self.due.heads.iter();
            let next =
                heads.take_while(|(due, _, _)| *due <= want.now).find(|(_, _, task)| free(task));
            let Some((_, id, task)) = next.cloned() else {
                break;
            };
            leases.extend(self.lease(id, task, want.now, length));
        }
        leases
    }

    fn lease(&mut self, id: Id, task: Task, now: UnixTime, length: Duration) -> Option<Lease> {
        self.last_token += 1;
        let token = LeaseToken(self.last_token);
        let until = now.plus(length);
        let message = self.messages.get_mut(&id)?;
        let rcpts = message.rcpts(&task, now);
        if rcpts.is_empty() {
            // An old lease ran out, and what it held is due later.
            message.leases.remove(&task);
            self.reschedule(id);
            return None;
        }
        message.leases.insert(task.clone(), (token, until));
        let made = rcpts.iter().filter_map(|r| message.states.attempts.get(r.n)).max();
        let lease = Lease {
            id,
            envelope: Arc::clone(&message.env),
            attempt: attempt_number(&task, made.copied().unwrap_or(0)),
            task,
            rcpts,
            until,
            token,
        };
        self.reschedule(id);
        Some(lease)
    }

    /// Whether a lease is still the one in force.
    pub(crate) fn check(&self, lease: &Lease) -> Result<&Message, LeaseLost> {
        let lost = LeaseLost(lease.id);
        let message = self.messages.get(&lease.id).ok_or(lost)?;
        match message.leases.get(&lease.task) {
            Some((token, _)) if *token == lease.token => Ok(message),
            _ => Err(lost),
        }
    }

    pub(crate) fn extend(&mut self, lease: &Lease, until: UnixTime) -> Result<(), LeaseLost> {
        self.check(lease)?;
        if let Some(message) = self.messages.get_mut(&lease.id) {
            message.leases.insert(lease.task.clone(), (lease.token, until));
        }
        self.reschedule(lease.id);
        Ok(())
    }

    /// Ends a lease, if it is still in force.
    pub(crate) fn release(&mut self, lease: &Lease) -> Result<(), LeaseLost> {
        self.check(lease)?;
        if let Some(message) = self.messages.get_mut(&lease.id) {
            message.leases.remove(&lease.task);
        }
        self.reschedule(lease.id);
        Ok(())
    }

    /// Follows a change that is on disk. True if the message ended with it and is gone.
    pub(crate) fn apply(&mut self, id: Id, change: &Change, fence: Fence) -> bool {
        let Some(message) = self.messages.get_mut(&id) else {
            return false;
        };
        if fence == Fence::All {
            message.leases.clear();
        }
        // A row for nobody cannot be here: the change was made from this message.
        let _ = message.states.apply(change);
        let ended = message.states.is_settled();
        self.reschedule(id);
        if ended {
            self.messages.remove(&id);
        }
        ended
    }

    /// Ids of messages that match, from the one behind `after`.
    pub(crate) fn matching<'a>(
        &'a self,
        filter: &'a Filter,
        after: Option<Id>,
    ) -> impl Iterator<Item = Id> + 'a {
        use std::ops::Bound::{Excluded, Unbounded};
        let from = after.map_or(Unbounded, Excluded);
        self.messages
            .range((from, Unbounded))
            .filter(|(id, m)| filter.matches(**id, &m.env, &m.states.rcpts))
            .map(|(id, _)| *id)
    }

    pub(crate) fn entry(&self, id: Id) -> Option<Entry> {
        self.messages.get(&id).map(|m| m.entry(id))
    }
}

/// Telling is no attempt of its own.
fn attempt_number(task: &Task, made: u32) -> u32 {
    match task {
        Task::Tell => made,
        Task::Deliver(_) => made.saturating_add(1),
    }
}

/// Which leases a change ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fence {
    /// None.
    None,
    /// All of the message.
    All,
}

/// What is due, by task and over all.
#[derive(Debug, Default)]
struct DueQueues {
    by_task: HashMap<Task, BTreeSet<(UnixTime, Id)>>,
    /// The first of each task.
    heads: BTreeSet<(UnixTime, Id, Task)>,
}

impl DueQueues {
    fn insert(&mut self, due: UnixTime, id: Id, task: Task) {
        self.change(&task, |queue| queue.insert((due, id)));
    }

    fn remove(&mut self, due: UnixTime, id: Id, task: &Task) {
        self.change(task, |queue| queue.remove(&(due, id)));
    }

    /// Changes one queue and keeps its head in step.
    fn change(&mut self, task: &Task, change: impl FnOnce(&mut BTreeSet<(UnixTime, Id)>) -> bool) {
        let queue = self.by_task.entry(task.clone()).or_default();
        let old = queue.first().copied();
        change(queue);
        let new = queue.first().copied();
        if queue.is_empty() {
            self.by_task.remove(task);
        }
        if old == new {
            return;
        }
        if let Some((due, id)) = old {
            self.heads.remove(&(due, id, task.clone()));
        }
        if let Some((due, id)) = new {
            self.heads.insert((due, id, task.clone()));
        }
    }
}
