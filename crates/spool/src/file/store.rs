//! The blocking steps of the engine, in the order that makes them safe.

use crate::engine::Health;
use crate::engine::Lease;
use crate::envelope::Envelope;
use crate::error::{Corrupt, SettleError, SpoolError};
use crate::file::Options;
use crate::file::folders::Folders;
use crate::file::fs::{Fs, FsFile};
use crate::file::health::Gauge;
use crate::file::index::{EnvFile, Fence, Index, Message};
use crate::file::layout::{Layout, Part, folder_of};
use crate::file::log::{self, Change, Head, Row, States};
use crate::file::pool::{Answer, Signal, lock};
use crate::state::RcptResult;
use crate::top::TopFields;
use postrider_core::{Id, UnixTime};
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// After so many lines an `.env` file is written anew.
pub(crate) const MAX_LINES: usize = 64;
/// A failing disk is tested again after this time.
const TEST_INTERVAL: Duration = Duration::from_secs(10);
const TEST_OCTETS: &[u8] = b"postrider self-test\n";
/// `min_free` by default: a twentieth of the disk, at most 1 GiB.
const MIN_FREE: u64 = 1 << 30;

/// All that the engine's threads share.
pub(crate) struct Store {
    pub(crate) fs: Box<dyn Fs>,
    pub(crate) layout: Layout,
    pub(crate) options: Options,
    pub(crate) index: Mutex<Index>,
    pub(crate) corrupt: Vec<Corrupt>,
    pub(crate) folders: Folders,
    pub(crate) gauge: Gauge,
    pub(crate) signal: Signal,
    pub(crate) last_test: Mutex<Option<UnixTime>>,
    /// Held as long as the spool is open.
    pub(crate) _lock: Option<File>,
}

/// A body on its way to disk.
#[derive(Default)]
pub(crate) struct Spill {
    pub(crate) file: Option<Box<dyn FsFile>>,
    pub(crate) size: u64,
    pub(crate) crc: u32,
    /// The draft was dropped; nothing is written any more.
    pub(crate) aborted: bool,
}

/// What a commit is made of.
pub(crate) struct Commit {
    pub(crate) id: Id,
    pub(crate) spill: Arc<Mutex<Spill>>,
    /// Octets not yet written.
    pub(crate) rest: Vec<u8>,
    pub(crate) top: TopFields,
    pub(crate) env: Envelope,
}

impl Store {
    /// Writes octets of a draft, whose file is made at the first of them.
    pub(crate) fn spill(
        &self,
        id: Id,
        spill: &Mutex<Spill>,
        octets: &[u8],
    ) -> Result<(), SpoolError> {
        let mut spill = lock(spill);
        if spill.aborted {
            return Err(SpoolError::Closed);
        }
        let write = |spill: &mut Spill| {
            let file = match &mut spill.file {
                Some(file) => file,
                none => none.insert(self.fs.create(&self.layout.draft(id, Part::Body))?),
            };
            file.write(octets)
        };
        write(&mut spill).map_err(|e| self.gauge.write_failed(e))?;
        spill.size = spill.size.saturating_add(u64::try_from(octets.len()).unwrap_or(u64::MAX));
        spill.crc = crc32c::crc32c_append(spill.crc, octets);
        Ok(())
    }

    /// The commit protocol. The answer is given after the folder is synced, by whoever syncs it.
    pub(crate) fn commit(self: &Arc<Self>, commit: Commit, answer: Answer<Result<Id, SpoolError>>) {
        let id = commit.id;
        let message = match self.write_parts(commit) {
            Ok(message) => message,
            Err(error) => {
                self.discard(id);
                return answer.send(Err(error));
            }
        };
        let store = Arc::clone(self);
        let finish = move |outcome: Result<(), &io::Error>| {
            if let Err(error) = outcome {
                let error = store.gauge.folder_failed(error);
                store.discard(id);
                return answer.send(Err(error));
            }
            // Here, and not before, the message is ours.
            lock(&store.index).insert(id, message);
            answer.send(Ok(id));
            store.signal.raise();
        };
        self.sync_folder_then(folder_of(id), Box::new(finish));
    }

    /// Steps 1 to 4: both files written and synced, then both named.
    fn write_parts(&self, commit: Commit) -> Result<Message, SpoolError> {
        let Commit { id, spill, rest, top, env } = commit;
        self.spill(id, &spill, &rest)?;
        let (size, crc) = {
            let mut spill = lock(&spill);
            if let Some(file) = &mut spill.file {
                file.sync().map_err(|e| self.gauge.sync_failed(&e))?;
            }
            spill.file = None;
            (spill.size, spill.crc)
        };
        let top_len = top.len();
        let head = Head { v: log::VERSION, id, size, crc, top, env };
        let line = log::line(&head).map_err(SpoolError::Envelope)?;
        self.write_env(id, &line)?;
        for part in [Part::Body, Part::Envelope] {
            self.fs
                .rename(&self.layout.draft(id, part), &self.layout.file(id, part))
                .map_err(|e| self.gauge.folder_failed(&e))?;
        }
        let states = States::new(&head.env);
        Ok(Message::new(head.env, (size, crc), top_len, states))
    }

    /// A new `.env` file in `tmp`, synced.
    fn write_env(&self, id: Id, octets: &[u8]) -> Result<(), SpoolError> {
        let path = self.layout.draft(id, Part::Envelope);
        let mut file = self.fs.create(&path).map_err(|e| self.gauge.write_failed(e))?;
        file.write(octets).map_err(|e| self.gauge.write_failed(e))?;
        file.sync().map_err(|e| self.gauge.sync_failed(&e))
    }

    /// Takes away whatever a failed commit left. The envelope goes first: without it a body is
    /// never taken for a message.
    pub(crate) fn discard(&self, id: Id) {
        for part in [Part::Envelope, Part::Body] {
            for path in [self.layout.file(id, part), self.layout.draft(id, part)] {
                // It may not be there; what cannot be removed now is set aside at the next start.
                let _ = self.fs.remove(&path);
            }
        }
        lock(&self.index).forget(id);
    }

    /// Ends a draft that will not be committed.
    pub(crate) fn abort(&self, id: Id, spill: &Mutex<Spill>) {
        let mut spill = lock(spill);
        spill.aborted = true;
        if spill.file.take().is_some() {
            // A leftover in `tmp` is removed at the next start.
            let _ = self.fs.remove(&self.layout.draft(id, Part::Body));
        }
        lock(&self.index).forget(id);
    }

    fn sync_folder_then(self: &Arc<Self>, number: usize, waiter: crate::file::folders::Waiter) {
        let sync = |n| self.fs.sync_folder(&self.layout.folder(n));
        self.folders.synced(number, sync, waiter);
    }

    /// Records results. True if the message ended.
    pub(crate) fn settle(
        &self,
        lease: &Lease,
        results: Vec<RcptResult>,
        now: UnixTime,
    ) -> Result<bool, SettleError> {
        let file = Arc::clone(&lock(&self.index).check(lease)?.file);
        let mut file = lock(&file);
        // Once more, now that nobody else can write.
        lock(&self.index).check(lease)?;
        check_results(lease, &results)?;
        let row = |result| Row { att: lease.attempt, result };
        let change = Change { at: now, held: None, r: results.into_iter().map(row).collect() };
        self.append(lease.id, &mut file, &change)?;
        let mut index = lock(&self.index);
        let ended = index.apply(lease.id, &change, Fence::None);
        if !ended {
            index.release(lease)?;
        }
        drop(index);
        self.signal.raise();
        Ok(ended)
    }

    /// Writes a change durably: at the end of the file, or with everything else to a new one.
    pub(crate) fn append(
        &self,
        id: Id,
        file: &mut EnvFile,
        change: &Change,
    ) -> Result<(), SpoolError> {
        if file.dirty || file.lines >= MAX_LINES {
            // Until this is done it is not known what the old file will say after a crash.
            file.dirty = true;
            self.rewrite(id, change)?;
            *file = EnvFile { lines: 2, dirty: false };
            return Ok(());
        }
        let line = log::line(change).map_err(SpoolError::Envelope)?;
        file.dirty = true;
        let path = self.layout.file(id, Part::Envelope);
        let mut out = self.fs.append(&path).map_err(|e| self.gauge.write_failed(e))?;
        out.write(&line).map_err(|e| self.gauge.write_failed(e))?;
        out.sync().map_err(|e| self.gauge.sync_failed(&e))?;
        file.dirty = false;
        file.lines += 1;
        Ok(())
    }

    fn rewrite(&self, id: Id, change: &Change) -> Result<(), SpoolError> {
        let path = self.layout.file(id, Part::Envelope);
        let head = log::parse_head(&self.fs.read(&path)?).map_err(|_| SpoolError::Corrupt(id))?;
        let mut states = lock(&self.index)
            .get(id)
            .map(|m| m.states.clone())
            .ok_or(SpoolError::NoSuchMessage(id))?;
        states.apply(change).ok_or(SpoolError::Corrupt(id))?;
        let mut octets = log::line(&head).map_err(SpoolError::Envelope)?;
        let snapshot = log::line(&states.snapshot(change.at)).map_err(SpoolError::Envelope)?;
        octets.extend(snapshot);
        let draft = self.layout.draft(id, Part::Envelope);
        let written = self.write_env(id, &octets).and_then(|()| {
            let renamed = self.fs.rename(&draft, &path);
            renamed.map_err(|e| self.gauge.folder_failed(&e))
        });
        if written.is_err() {
            // So that the next try can create it.
            let _ = self.fs.remove(&draft);
            return written;
        }
        self.fs
            .sync_folder(&self.layout.folder(folder_of(id)))
            .map_err(|e| self.gauge.folder_failed(&e))
    }

    /// Removes a finished message: the body, and when that is durable, the envelope.
    pub(crate) fn remove(self: &Arc<Self>, id: Id) {
        if let Err(error) = self.fs.remove(&self.layout.file(id, Part::Body)) {
            // The next start removes both; the last line says that the message ended.
            self.gauge.folder_failed(&error);
            return;
        }
        let store = Arc::clone(self);
        let finish = move |outcome: Result<(), &io::Error>| {
            let removed = match outcome {
                Ok(()) => store.fs.remove(&store.layout.file(id, Part::Envelope)),
                Err(error) => return drop(store.gauge.folder_failed(error)),
            };
            if let Err(error) = removed {
                store.gauge.folder_failed(&error);
            }
        };
        self.sync_folder_then(folder_of(id), Box::new(finish));
    }

    /// Looks at the free space. `size` is what the next message needs.
    pub(crate) fn check_space(&self, size: u64) -> Result<(), SpoolError> {
        let space = self.fs.space(self.layout.root())?;
        let min = self.options.min_free;
        let min = min.unwrap_or_else(|| MIN_FREE.min(space.total / 20));
        // Full stays full up to a fifth above the limit, so that it does not flap.
        let wanted = match self.gauge.health() {
            Health::Full => min.saturating_add(min / 5),
            Health::Good | Health::Failing(_) => min,
        };
        self.gauge.set_full(space.free < wanted);
        match space.free < wanted.saturating_add(size) {
            true => Err(SpoolError::Full),
            false => Ok(()),
        }
    }

    /// Refreshes the health: the space always, a failed disk by a self-test now and then.
    pub(crate) fn check_health(&self, now: UnixTime) {
        let mut last = lock(&self.last_test);
        if last.is_some_and(|t| now.since(t) < TEST_INTERVAL && now >= t) {
            return;
        }
        *last = Some(now);
        // A failed look leaves the state as it was.
        let _ = self.check_space(0);
        if matches!(self.gauge.health(), Health::Failing(_)) && self.self_test().is_ok() {
            self.gauge.set_good();
        }
    }

    /// Writes, syncs, reads back and removes a file.
    fn self_test(&self) -> io::Result<()> {
        let path = self.layout.tmp().join("self-test");
        let _ = self.fs.remove(&path);
        let mut file = self.fs.create(&path)?;
        file.write(TEST_OCTETS)?;
        file.sync()?;
        self.fs.sync_folder(&self.layout.tmp())?;
        let same = self.fs.read(&path)? == TEST_OCTETS;
        self.fs.remove(&path)?;
        match same {
            true => Ok(()),
            false => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

/// Each result is for a recipient of the lease, and the only one for it.
fn check_results(lease: &Lease, results: &[RcptResult]) -> Result<(), SettleError> {
    let mut open: HashSet<usize> = lease.rcpts.iter().map(|r| r.n).collect();
    match results.iter().find(|r| !open.remove(&r.n)) {
        Some(r) => Err(SettleError::Rcpt { n: r.n }),
        None => Ok(()),
    }
}
